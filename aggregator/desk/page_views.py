"""The page view, and the decisions that are taken in it."""

from starlette.responses import Response

from aggregator.desk.asked import Act, Asked, Note
from aggregator.desk.page import leaf
from aggregator.desk.queue import names_of
from aggregator.errors import Rejected
from aggregator.store.desk_tables import Glance
from aggregator.store.story_tables import StoryRow
from aggregator.summarise import actions
from aggregator.summarise.edits import LONGEST
from aggregator.summarise.page import Edited
from aggregator.summarise.write import copy_limits

_FIELDS: tuple[Edited, ...] = ("headline", "dek")


def show(asked: Asked, note: Note | None) -> Response:
    """A version of a page. After a stale edit: the newest one, compared with the one that was looked at."""
    version = None if note else _number(asked.params.get("version", ""))
    against = note.typed.number("version") if note and note.stale else asked.query.number("against")
    with asked.work.store.read() as session:
        values = leaf(session, asked.params["key"], version, against)
        story = session.get(StoryRow, asked.params["key"])
        return asked.pages.answer(
            asked, "desk-page.html", note=note, leaf=values, story=story, limits=LONGEST,
            name=names_of(session, [values.page.id]).get(values.page.id, values.page.headline),
            done=asked.query.number("done"), undone=asked.query.number("undone"),
        )  # fmt: skip


def edit(asked: Asked) -> str:
    """Word headline or dek anew. Raises Rejected, or Broken with what the validator says."""
    work, typed = asked.work, asked.typed
    field = next((name for name in _FIELDS if name == typed.get("field")), None)
    if field is None:
        raise Rejected("incomplete", "headline or dek can be edited")
    with work.store.write() as session:
        page = actions.edit(
            session, asked.params["key"], field, typed.get("text"), limits=copy_limits(work.settings), clock=work.clock,
            version=_looked_at(asked), **_by(asked),
        )  # fmt: skip
    return f"/desk/page/{page.id}?done={page.version}"


def _act(kind: str) -> Act:
    def act(asked: Asked) -> str:
        key = asked.params["key"]
        with asked.work.store.write() as session:
            look = session.get(Glance, key)
            if kind == "publish" and look is not None and look.state == "withdrawn" and not asked.may("chief"):
                raise Rejected("withdrawn", "the page was withdrawn: only a chief brings it back")
            page = actions.act(session, key, kind, clock=asked.work.clock, version=_looked_at(asked), **_by(asked))
        return f"/desk/page/{page.id}?done={page.version}"

    return act


approve, hold, publish, withdraw, correct = map(_act, ("approve", "hold", "publish", "withdraw", "correct"))


def _by(asked: Asked) -> dict[str, str]:
    if asked.visitor is None:
        raise Rejected("incomplete", "sign in first")
    return {"actor": asked.visitor.name, "role": asked.visitor.role, "reason": asked.typed.get("reason")}


def _looked_at(asked: Asked) -> int:
    version = asked.typed.number("version")
    if version is None:
        raise Rejected("stale", "the form does not say which version it is about")
    return version


def _number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None

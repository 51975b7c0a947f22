"""The form by which readers contest what is said of an outlet: the one page of the public site that sends something.

It takes no name and no address, sets no cookie, and works without a script. Whoever sends it is counted by a hash.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from aggregator.desk.asked import Asked, Note, Typed
from aggregator.desk.signing import caller, network
from aggregator.errors import Rejected
from aggregator.publish.publish import SITE
from aggregator.publish.render import address, web_address
from aggregator.sources.contest_filing import LONGEST, SHORTEST, Sender, complaints, file_contest, units_of
from aggregator.sources.contests import NO_FORM, SUBJECTS
from aggregator.sources.ledger import KnownRatings
from aggregator.store.contest_tables import Contest, ContestAnswer
from aggregator.store.desk_tables import Glance
from aggregator.store.tables import Outlet

#: a field that people do not see; what fills in every field fills in this one
TRAP = "website"
_LATER = 3600


def show(asked: Asked, note: Note | None) -> Response:
    """The form for an outlet, empty."""
    return _form(asked, {}, 200 if note is None else note.status)


def send(asked: Asked) -> str | Response:
    """Take a contest in and go on to its confirmation; else the form again, with what was typed and what is wrong."""
    key, typed, work = asked.params["key"], asked.typed, asked.work
    unit, subject, text = typed.get("unit"), typed.get("subject"), typed.get("text")
    now = work.clock.now()
    with work.store.read() as session:
        outlet = _outlet(asked, session)
        if outlet is None:
            return _missing(asked, session)
        wrong = complaints(units_of(session, outlet, now), unit, subject, text)
    if typed.get(TRAP):
        wrong[TRAP] = "Leave the last field empty: programs fill it in, people do not see it."
    if wrong:
        return _form(asked, wrong, 422)
    try:
        with work.store.write() as session:
            sender = Sender(caller(asked.address), work.wall(), network(asked.address))
            filed = file_contest(session, key, unit, subject, text, now, sender)
    except Rejected as error:
        response = _form(
            asked,
            {"": f"Not sent. {error.detail[:1].upper()}{error.detail[1:]}. What you wrote is still here; copy it."},
            429,
        )
        response.headers["Retry-After"] = str(_LATER)
        return response
    return f"/contest/{key}/{filed.id}"


def received(asked: Asked, _note: Note | None) -> Response:
    """The confirmation: the reference, and where the answer will stand."""
    with asked.work.store.read() as session:
        outlet, contest = _outlet(asked, session), session.get(Contest, asked.params["id"])
        if outlet is None or contest is None or contest.outlet_key != outlet.key:
            return _missing(asked, session)
        answers = select(ContestAnswer.contest_id).where(ContestAnswer.contest_id == contest.id).limit(1)
        return asked.pages.answer(
            asked, "contest-received.html", outlet=outlet, contest=contest, subjects=SUBJECTS,
            answered=session.scalar(answers) is not None, page=_page_of(asked, outlet.key), **_frame(asked, session),
        )  # fmt: skip


def _form(asked: Asked, wrong: Mapping[str, str], status: int) -> Response:
    now = asked.work.clock.now()
    with asked.work.store.read() as session:
        outlet = _outlet(asked, session)
        if outlet is None:
            return _missing(asked, session)
        known = KnownRatings(session, [outlet.key], now)
        units = units_of(session, outlet, now)
        names = {str(unit["key"]): str(unit.get("name") or "") for unit in outlet.units}
        return asked.pages.answer(
            asked, "contest-form.html", status=status, outlet=outlet, names=names, subjects=SUBJECTS, wrong=wrong,
            first=next(iter(wrong), ""),
            tags={unit: known.tag(outlet.key, unit, now.date()) for unit in units}, sent=asked.typed, trap=TRAP,
            least=SHORTEST, most=LONGEST, page=_page_of(asked, outlet.key), asked_unit=_asked_unit(asked.query, units),
            **_frame(asked, session),
        )  # fmt: skip


def _asked_unit(query: Typed, units: list[str]) -> str:
    """The unit that the link to the form names, if the outlet has it; else its news."""
    return query.get("unit") if query.get("unit") in units else units[0]


def _outlet(asked: Asked, session: Session) -> Outlet | None:
    """None where there is no such outlet, or no form."""
    return None if asked.work.settings.site.contest == NO_FORM else session.get(Outlet, asked.params["key"])


def _missing(asked: Asked, session: Session) -> Response:
    return asked.pages.answer(asked, "contest-missing.html", status=404, **_frame(asked, session))


def _page_of(asked: Asked, key: str) -> str:
    """The address of the outlet's page on the public site, which may be another host's; "" while it has none."""
    path = f"outlet/{key}/index.html"
    if not (asked.work.data / SITE / path).is_file():
        return ""
    return web_address(address(asked.work.settings.site.base_url, path))


def _frame(asked: Asked, session: Session) -> dict[str, Any]:
    """What the frame of the site's pages needs: the topics that have a page, and the way to the top."""
    filled = set(session.scalars(select(Glance.topic).where(Glance.seen.is_not(None)).distinct()))
    topics = [topic for topic in asked.work.topics.topics if topic.slug in filled]
    return {"nav": topics, "root": f"{asked.pages.prefix}/", "path": "", "canonical": ""}

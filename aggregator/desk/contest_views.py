"""Contests at the desk: the list, and one of them with its outlet's ledger and the form for the answer."""

from starlette.responses import Response

from aggregator.desk.asked import Asked, Note
from aggregator.desk.contests import STATES, contests, ledger_of, others
from aggregator.errors import Rejected
from aggregator.sources import contest_answers
from aggregator.sources.contest_answers import LONGEST, Reply, Signed, told
from aggregator.sources.contests import OUTCOMES, SUBJECTS
from aggregator.store.tables import Outlet


def show_all(asked: Asked, note: Note | None) -> Response:
    """A page of the list, by the state asked for."""
    state = asked.query.get("state", "all")
    state = state if state in STATES else "all"
    with asked.work.store.read() as session:
        found = contests(session, state, asked.query.number("page") or 1)
        return asked.pages.answer(
            asked, "desk-contests.html", note=note, found=found, state=state, states=STATES, subjects=SUBJECTS,
            now=asked.work.clock.now(),
        )  # fmt: skip


def show(asked: Asked, note: Note | None) -> Response:
    """One contest."""
    with asked.work.store.read() as session:
        found = told(session, asked.params["id"])
        outlet = session.get_one(Outlet, found.contest.outlet_key)
        last, visitor = found.answer, asked.visitor
        own = last is None or (visitor is not None and last.actor == visitor.name)
        return asked.pages.answer(
            asked, "desk-contest.html", note=note, told=found, outlet=outlet, others=others(session, found.contest),
            units=ledger_of(session, outlet, asked.work.clock.now()), subjects=SUBJECTS, outcomes=OUTCOMES,
            most=LONGEST, may_answer=asked.may("editor") and (own or asked.may("chief")),
            done=asked.query.number("done"),
        )  # fmt: skip


def answer(asked: Asked) -> str:
    """Answer a contest, or correct its answer. Raises Rejected."""
    typed, visitor, key = asked.typed, asked.visitor, asked.params["id"]
    seen = typed.number("version")
    if visitor is None or seen is None:
        raise Rejected("stale", "the form does not say which answer it is about: look again")
    reply = Reply(typed.get("outcome"), typed.get("text"), quote=bool(typed.get("quote")))
    by = Signed(visitor.name, visitor.role, any_answer=asked.may("chief"))
    with asked.work.store.write() as session:
        made = contest_answers.answer(session, key, reply, by, asked.work.clock.now(), seen)
    return f"/desk/contest/{key}?done={made.version}"

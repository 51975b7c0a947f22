"""Answering contests: what the desk says is kept with who said it, corrected by later versions, and never deleted.

Of a contest only its text can be deleted, on record: it is what a stranger typed, and may be about anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aggregator.errors import Rejected
from aggregator.sources.contests import NOT_TAKEN, OUTCOMES
from aggregator.store.contest_tables import Contest, ContestAnswer, ContestRedaction, ContestText
from aggregator.store.sessions import exclusive
from aggregator.store.upsert import in_parts
from aggregator.text import clean, one_line

#: of an answer's text, in characters
LONGEST = 3000
_ACTOR, _REASON = 80, 500


@dataclass(frozen=True, slots=True)
class Told:
    """A contest with all that is on record of it, its first answer first. `text` is None where it was redacted."""

    contest: Contest
    text: str | None
    redaction: ContestRedaction | None
    answers: Sequence[ContestAnswer]

    @property
    def answer(self) -> ContestAnswer | None:
        """The one that counts, if there is any."""
        return self.answers[-1] if self.answers else None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be answered. `quote`: readers see what was contested in the contester's words."""

    outcome: str
    text: str
    quote: bool = False


@dataclass(frozen=True, slots=True)
class Signed:
    """Who answers or redacts, and in which role; `any_answer`: may correct that of somebody else."""

    actor: str
    role: str
    any_answer: bool = False


def told(session: Session, contest_id: str) -> Told:
    """Everything on record of a contest. Raises Rejected("no-contest")."""
    contest = session.get(Contest, contest_id)
    if contest is None:
        raise Rejected("no-contest", f"there is no contest {one_line(contest_id, 60)}")
    return every(session, [contest])[contest_id]


def every(session: Session, contests: Sequence[Contest]) -> Mapping[str, Told]:
    """The same of several contests, by id."""
    said: dict[str, str] = {}
    gone: dict[str, ContestRedaction] = {}
    answers: dict[str, list[ContestAnswer]] = {}
    for ids in in_parts([one.id for one in contests]):
        texts = session.scalars(select(ContestText).where(ContestText.contest_id.in_(ids)))
        said |= {one.contest_id: one.text for one in texts}
        redactions = session.scalars(select(ContestRedaction).where(ContestRedaction.contest_id.in_(ids)))
        gone |= {one.contest_id: one for one in redactions}
        query = select(ContestAnswer).where(ContestAnswer.contest_id.in_(ids)).order_by(ContestAnswer.version)
        for one in session.scalars(query):
            answers.setdefault(one.contest_id, []).append(one)
    return {one.id: Told(one, said.get(one.id), gone.get(one.id), answers.get(one.id, [])) for one in contests}


def answer(
    session: Session, contest_id: str, reply: Reply, by: Signed, now: datetime, seen: int | None = None
) -> ContestAnswer:
    """Append an answer, or a correction of the one that stands. Sending the same again changes nothing.

    `seen` is how many answers there were when whoever answers looked; None: it does not matter. Raises Rejected:
    "no-contest", "outcome", "text", "stale" where somebody answered meanwhile, "not-yours" where the answer that stands
    is somebody else's, "incomplete" where nobody signs.
    """
    text = clean(reply.text).strip()
    if reply.outcome not in OUTCOMES:
        raise Rejected("outcome", f"choose how it ends: {', '.join(OUTCOMES)}")
    if len(text) > LONGEST:
        raise Rejected("text", f"an answer has at most {LONGEST:,} characters; this has {len(text):,}")
    if reply.outcome != NOT_TAKEN and not any(map(str.isalnum, text)):
        raise Rejected("text", "an answer that readers see says why: write a sentence")
    actor = _signed(by.actor)
    exclusive(session, "contests")
    found = told(session, contest_id)
    last = found.answer
    quote = reply.quote and found.text is not None and reply.outcome != NOT_TAKEN
    if last is not None:
        if (last.outcome, last.text, last.quote_text, last.actor) == (reply.outcome, text, quote, actor):
            return last
        if seen is not None and seen != last.version:
            raise Rejected("stale", f"{last.actor} answered meanwhile: look at that answer, then send yours again")
        if last.actor != actor and not by.any_answer:
            raise Rejected("not-yours", f"the answer is {last.actor}'s: a chief can correct it")
    made = ContestAnswer(
        contest_id=contest_id, version=len(found.answers) + 1, outcome=reply.outcome, text=text, quote_text=quote,
        actor=actor, role=by.role, recorded_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def redact(session: Session, contest_id: str, reason: str, by: Signed, now: datetime) -> None:
    """Delete the text of a contest for good; that, by whom and why stays on record. Twice is as good as once.

    Raises Rejected: "no-contest", "incomplete".
    """
    reason = one_line(reason, _REASON)
    if not any(map(str.isalnum, reason)):
        raise Rejected("incomplete", "a reason is required")
    exclusive(session, "contests")
    if told(session, contest_id).redaction is None:
        session.add(
            ContestRedaction(
                contest_id=contest_id, actor=_signed(by.actor), role=by.role, reason=reason, recorded_at=now
            )
        )
        session.flush()
    session.execute(delete(ContestText).where(ContestText.contest_id == contest_id))


def _signed(actor: str) -> str:
    actor = one_line(actor, _ACTOR)
    if not any(map(str.isalnum, actor)):
        raise Rejected("incomplete", "an actor is required")
    return actor

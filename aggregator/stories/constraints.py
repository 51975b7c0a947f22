"""What editors' decisions ask of later ones and of the machine: who stays together, who stays apart, who stays put.

A merge says that stories are one, a split that two groups of articles are not, a move or a keep where articles are.
While such a decision stands, no run takes the articles that it was about out of the story in which it left them, and so
no run unites two stories that hold such articles. A decision that would undo an earlier one without saying so is
refused.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.errors import Rejected
from aggregator.store.story_tables import Decision
from aggregator.stories.decisions import UNDO, undone

_BINDING = ("merge", "split", "move", "keep")


def pinned_articles(session: Session) -> set[str]:
    """The articles that standing decisions have put in their stories."""
    pinned: set[str] = set()
    for decision in _standing(session):
        for side in _sides(decision):
            pinned.update(side)
    return pinned


def refuse_meeting(session: Session, articles: Sequence[str]) -> None:
    """Raises Rejected("contradiction") if a standing split holds some of these articles apart from others of them."""
    together = set(articles)
    for decision in _standing(session):
        if decision.kind == "split" and all(together & side for side in _sides(decision)):
            raise _contradiction(decision, "parted these articles")


def refuse_leaving(session: Session, leaving: Sequence[str], staying: Sequence[str]) -> None:
    """Raises Rejected("contradiction") if a standing move put one of the articles that would leave where it is, or if
    nothing would be left of a standing merge: the story that took the others in on one side, all that it took in on the
    other."""
    out, left = set(leaving), set(staying)
    for decision in _standing(session):
        sides = _sides(decision)
        if decision.kind in ("move", "keep") and out & sides[0]:
            raise _contradiction(decision, "says that these articles belong here")
        if decision.kind == "merge":
            kept, *others = ({*side & (out | left)} for side in sides)
            other = set().union(*others)
            if kept and other and ((kept <= out and other <= left) or (kept <= left and other <= out)):
                raise _contradiction(decision, "united these articles")


def _standing(session: Session) -> Iterator[Decision]:
    """The decisions that bind and were not undone, oldest first."""
    query = select(Decision).where(Decision.kind.in_((*_BINDING, UNDO))).order_by(Decision.id)
    every = session.scalars(query).all()
    gone = undone(every)
    yield from (one for one in every if one.kind in _BINDING and one.id not in gone)


def _sides(decision: Decision) -> list[set[str]]:
    """The groups of articles that a decision was about: of a merge those of each story, of a split both parts."""
    payload = decision.payload
    if decision.kind == "merge":
        return [set(payload["members"].get(key, ())) for key in decision.subjects]
    if decision.kind == "split":
        return [set(payload["articles"]), set(payload.get("rest", ()))]
    return [set(payload["articles"])]


def _contradiction(decision: Decision, did: str) -> Rejected:
    why = f"decision {decision.id} ({decision.kind}) {did}: undo that one first"
    return Rejected("contradiction", why)

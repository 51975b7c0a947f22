"""Editors' decisions on record: what was decided, by whom and why, and which of them stand.

Append-only. Undoing is a decision too: it names the one that it takes back. A decision whose undoing was undone stands
again. `after_slice` in the payload says after which slice a story decision was taken: stories can be made again from
articles, slices and decisions in that order (`rebuild`). A decision on stories closes the open slices: what the editor
looked at is the past from then on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.store.sessions import exclusive
from aggregator.store.story_tables import Decision, Membership, Slice
from aggregator.text import one_line

Role = Literal["operator", "editor", "chief"]
StoryKind = Literal["merge", "split", "move", "remove", "keep", "lock", "unlock", "rename", "topic", "thread"]
PageKind = Literal["edit", "approve", "hold", "publish", "withdraw", "correct"]
UNDO = "undo"
#: articles were removed for good: neither about stories nor about a page, and nothing brings them back
PURGE = "purge"
#: the finding of a coverage-gap test was set aside: about a page's words, and no article moves for it
GAP_KIND = "gap"

STORY_KINDS: tuple[str, ...] = get_args(StoryKind)
PAGE_KINDS: tuple[str, ...] = get_args(PageKind)
_NO_STORY: tuple[str, ...] = (*PAGE_KINDS, PURGE, GAP_KIND)
#: kinds whose effects lie over each other: of such a group only the last on a subject can be undone
_GROUPS = (
    ("merge", "split", "move", "remove", "keep"),
    ("lock", "unlock"),
    ("rename",),
    ("topic",),
    ("thread",),
    (GAP_KIND,),
    PAGE_KINDS,
)

_ACTOR, _REASON = 80, 500


def record(
    session: Session,
    clock: Clock,
    kind: str,
    subjects: Sequence[str],
    payload: Mapping[str, Any],
    *,
    actor: str,
    role: str,
    reason: str,
    undoes: int | None = None,
) -> Decision:
    """Append a decision. Raises Rejected("incomplete") without an actor or a reason."""
    actor, reason = signed(actor, reason)
    about_stories = kind not in _NO_STORY and payload.get("kind") not in _NO_STORY
    if about_stories:
        close_open(session, clock.now())
    after = {"after_slice": session.scalar(select(func.max(Slice.id))) or 0} if about_stories else {}
    decision = Decision(
        at=clock.now(),
        actor=actor,
        role=role,
        kind=kind,
        subjects=list(subjects),
        payload={**payload, **after},
        reason=reason,
        undoes=undoes,
    )
    session.add(decision)
    session.flush()
    return decision


def close_open(session: Session, now: datetime) -> None:
    """Close every open slice as it stands."""
    for one in session.scalars(select(Slice).where(Slice.closed_at.is_(None))):
        one.closed_at = now
    differ = or_(
        Membership.settled_id.is_(None),
        Membership.settled_id != Membership.story_id,
        Membership.confidence.is_distinct_from(Membership.settled_confidence),
    )
    for membership in session.scalars(select(Membership).where(Membership.story_id.is_not(None), differ)):
        membership.settled_id, membership.settled_confidence = membership.story_id, membership.confidence
    session.flush()


def signed(actor: str, reason: str) -> tuple[str, str]:
    """Actor and reason on one line each. Raises Rejected("incomplete") if one of them has no letter or digit."""
    actor, reason = one_line(actor, _ACTOR), one_line(reason, _REASON)
    if not all(any(map(str.isalnum, text)) for text in (actor, reason)):
        raise Rejected("incomplete", "an actor and a reason are required")
    return actor, reason


def undone(decisions: Iterable[Decision]) -> set[int]:
    """The ids of the decisions that do not stand: each undoing takes away what it names, unless it was taken away."""
    taken: set[int] = set()
    for decision in sorted(decisions, key=lambda one: one.id, reverse=True):
        if decision.undoes is not None and decision.id not in taken:
            taken.add(decision.undoes)
    return taken


def about(session: Session, subject: str) -> list[Decision]:
    """The decisions on a story or page, oldest first."""
    every = session.scalars(select(Decision).order_by(Decision.id))
    return [decision for decision in every if subject in decision.subjects]


def to_undo(session: Session, number: int) -> Decision:
    """The decision of that number, if it can be undone now.

    Raises Rejected: "no-decision"; "undone" if it does not stand; "overlaid" if a later one of its kind that stands is
    about the same subject (that one has to be undone first).
    """
    decision = session.get(Decision, number)
    if decision is None:
        raise Rejected("no-decision", f"there is no decision {number}")
    if decision.kind == UNDO:
        raise Rejected("no-decision", f"decision {number} is an undoing itself: take the decision anew instead")
    if decision.kind == PURGE:
        raise Rejected("no-decision", f"decision {number} removed articles for good: that cannot be undone")
    later = session.scalars(select(Decision).where(Decision.id >= number).order_by(Decision.id)).all()
    gone = undone(later)
    if number in gone:
        raise Rejected("undone", f"decision {number} was undone before")
    group = next(kinds for kinds in _GROUPS if decision.kind in kinds)
    for other in later:
        stands = other.id != number and other.id not in gone and other.kind in group
        if stands and _changed(other) & _changed(decision):
            raise Rejected("overlaid", f"decision {other.id} ({other.kind}) came later: undo that one first")
    return decision


def _changed(decision: Decision) -> set[str]:
    """The subjects that a decision changed: one on a thread names the story to which another was put, too."""
    return set(decision.subjects[:1] if decision.kind == "thread" else decision.subjects)


def last_decision(session: Session) -> int:
    """The number of the last decision on stories; 0 if there is none."""
    return session.scalar(select(func.max(Decision.id)).where(Decision.kind.not_in(_NO_STORY))) or 0


def alone(session: Session) -> None:
    """Until the transaction ends nobody else changes stories: neither an editor nor a slice."""
    exclusive(session, "aggregator-stories")

"""Editors may set the finding of a coverage-gap test aside, with a reason that readers see, and take that back."""

from sqlalchemy.orm import Session

from aggregator.analysis.gap_day import GAP, NONE, RESTORED, SET_ASIDE, follow, newest_test
from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.store.gap_tables import GapTest
from aggregator.store.story_tables import Decision
from aggregator.stories.decisions import GAP_KIND, UNDO, record, to_undo
from aggregator.stories.editing import By
from aggregator.stories.ids import story_of


def set_aside(session: Session, clock: Clock, by: By, key: str) -> Decision:
    """No page tells of the gap any more. Raises Rejected: "no-story"; "no-gap" where none is told."""
    story = story_of(session, key)
    test = newest_test(session, story.id)
    if test is None or test.state != GAP:
        raise Rejected("no-gap", f"no coverage gap is told of {story.id}")
    decision = record(
        session, clock, GAP_KIND, [story.id], {"test": test.id}, actor=by.actor, role=by.role, reason=by.reason
    )
    session.add(follow(test, SET_ASIDE, NONE, decision.reason, test.content, clock.now(), decision.id))
    session.flush()
    return decision


def take_back(session: Session, clock: Clock, by: By, number: int) -> Decision:
    """What the test found is told again. Raises Rejected as `decisions.to_undo` does; "no-gap" if it is void by now."""
    decision = to_undo(session, number)
    if decision.kind != GAP_KIND:
        raise Rejected("no-decision", f"decision {number} ({decision.kind}) is not about a coverage gap")
    key = decision.subjects[0]
    aside = newest_test(session, key)
    if aside is None or aside.decision_id != decision.id:
        raise Rejected("no-gap", f"the test of {key} does not count any more")
    tested = session.get_one(GapTest, decision.payload["test"])
    undoing = record(
        session, clock, UNDO, decision.subjects, {"kind": decision.kind}, actor=by.actor, role=by.role,
        reason=by.reason, undoes=decision.id,
    )  # fmt: skip
    session.add(follow(aside, RESTORED, tested.state, "", tested.content, clock.now(), undoing.id))
    session.flush()
    return undoing

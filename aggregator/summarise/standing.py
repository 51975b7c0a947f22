"""How a page stands by its editors' decisions: what the machine may do with it, and which of its words are theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.store.story_tables import Decision
from aggregator.stories.decisions import undone
from aggregator.summarise.page import Edited


@dataclass(frozen=True)
class Standing:
    """What stands. `touched`: an editor edited or approved the page, so that the machine's versions are proposals;
    `edits` by field; why an editor holds or withdrew it, if one did, whatever becomes of its story meanwhile."""

    touched: bool = False
    hold: str = ""
    withdrawn: str = ""
    edits: Mapping[Edited, str] = field(default_factory=dict)


UNTOUCHED = Standing()
#: decisions on whether readers see the page
_STATES = ("hold", "approve", "publish", "withdraw")


def standing(decisions: Sequence[Decision]) -> Standing:
    """What the decisions on one page, oldest first, come to."""
    gone = undone(decisions)
    live = [decision for decision in decisions if decision.id not in gone]
    edits = {one.payload["field"]: one.payload["text"] for one in live if one.kind == "edit"}
    state = next((one for one in reversed(live) if one.kind in _STATES), None)
    hold, withdrawn = (state.reason if state and state.kind == kind else "" for kind in ("hold", "withdraw"))
    return Standing(any(one.kind in ("edit", "approve") for one in live), hold, withdrawn, edits)

"""How a page stands by its editors' decisions: what the machine may do with it, and which of its words are theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.store.tables import Decision
from aggregator.stories.decisions import undone
from aggregator.summarise.page import Edited


@dataclass(frozen=True)
class Standing:
    """`touched`: an editor edited or approved it, so that the machine's versions are proposals; `edits` by field."""

    touched: bool = False
    edits: Mapping[Edited, str] = field(default_factory=dict)


UNTOUCHED = Standing()


def standing(decisions: Sequence[Decision]) -> Standing:
    """What the decisions on one page, oldest first, come to."""
    gone = undone(decisions)
    live = [decision for decision in decisions if decision.id not in gone]
    edits = {one.payload["field"]: one.payload["text"] for one in live if one.kind == "edit"}
    return Standing(any(one.kind in ("edit", "approve") for one in live), edits)

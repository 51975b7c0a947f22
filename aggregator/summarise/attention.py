"""A side's attention on a page: what was stored of it a day after the first report, in figures and in words."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from aggregator.analysis.attention import COUNTED
from aggregator.store.gap_tables import GapTest
from aggregator.summarise.page_coverage import Attention, SideAttention
from aggregator.types import SIDES

YOUNG = "the first 24 hours were not over and counted when this version was written"
BEFORE = "the story was a day old before attention was counted here"
_DAY = timedelta(hours=24)
#: of fewer articles the words give no percentage
_MANY = 20
_OUTLETS = {"left": "left-leaning outlet", "center": "Center outlet", "right": "right-leaning outlet"}
#: rule 1 is that of counts; the place in the page
_RULE, _PLACE = 1, "coverage.attention"


def attention_of(test: GapTest | None) -> Attention:
    """What a page says of its story's attention; None: the story was not looked at yet."""
    if test is None:
        return Attention(state="not-yet", reason=YOUNG)
    stored = test.content.get("attention")
    if not stored:
        return Attention(state="not-counted", reason=BEFORE)
    found = Attention(**stored)
    return found.model_copy(update={"text": words_of(found)})


def words_of(found: Attention) -> str:
    """The sentences that the figures give; nothing where nothing was counted."""
    if found.state != COUNTED:
        return ""
    told = ", ".join(_side(side) for side in found.sides)
    return (
        f"In the 24 hours from the first report, about this story: {told}. "
        "Counted are outlets whose feeds answered and that published anything; copies count."
    )


def _side(side: SideAttention) -> str:
    if not side.outlets:
        return f"nothing to count of {_OUTLETS[side.side]}s"
    outlets = f"{side.outlets:,} {_OUTLETS[side.side]}{'' if side.outlets == 1 else 's'}"
    whole = f"the {side.articles:,} articles" if side.articles != 1 else "the one article"
    return f"{side.on_story or 'none'} of {whole} of {outlets}{_percent(side)}"


def _percent(side: SideAttention) -> str:
    if side.articles < _MANY or not side.share:
        return ""
    share = 100 * side.share
    return f" ({share:.1f} %)" if share >= 0.1 else " (less than 0.1 %)"


def check_attention(found: Attention | None) -> Iterator[tuple[int, str, str]]:
    """Whether the figures fit each other, and the words are theirs."""
    if found is None:
        return
    if found.text != words_of(found):
        yield _RULE, f"{_PLACE}.text", "is not what the figures say"
    if found.state != COUNTED:
        if found.sides:
            yield _RULE, f"{_PLACE}.sides", "was not counted, and has figures"
        return
    if [side.side for side in found.sides] != list(SIDES):
        yield _RULE, f"{_PLACE}.sides", "are not left, center, right"
    if not _is_a_day(found):
        yield _RULE, f"{_PLACE}.until", "is not 24 hours after `since`"
    for k, side in enumerate(found.sides):
        share = round(side.on_story / side.articles, 5) if side.articles else None
        fits = side.outlets_on_story <= min(side.outlets, side.on_story) and side.on_story <= side.articles
        if not (fits and side.outlets <= side.articles and side.share == share):
            yield _RULE, f"{_PLACE}.sides[{k}]", "has figures that cannot be"


def _is_a_day(found: Attention) -> bool:
    try:
        since, until = datetime.fromisoformat(found.since or ""), datetime.fromisoformat(found.until or "")
        return until - since == _DAY
    except (ValueError, TypeError):
        return False

"""The coverage-gap test on a page: what was stored of it, and whether the page's figures follow from each other."""

from collections.abc import Iterator

import numpy as np
from pydantic import Field, ValidationError
from sqlalchemy import ColumnElement

from aggregator.analysis.gap import LARGEST_RATIO, LEAST_OBSERVED, LEAST_SOURCES, VERSION, two_sided
from aggregator.analysis.gap_day import GAP, NOT_TESTED, SET_ASIDE, page_part
from aggregator.analysis.gap_words import BY_AN_EDITOR, LEFT_SIDE, RIGHT_SIDE, YOUNG, Counted, told
from aggregator.store.gap_tables import GapTest
from aggregator.store.page_tables import AnalysisRow
from aggregator.summarise.page import Gap, PageModel

#: figures are stored to six digits
_CLOSE = 1e-4
#: rule 1 is that of counts; the place in the page
_RULE, _PLACE = 1, "coverage.gap"


class _Figures(PageModel):
    """What a page has of every story that was tested."""

    side: str
    n: int = Field(ge=LEAST_SOURCES)
    k: int = Field(ge=0)
    expected_share: float = Field(gt=0, lt=1)
    phi: float = Field(gt=0)
    p: float = Field(ge=0, le=1)
    q: float = Field(ge=0, le=1)
    family: int = Field(ge=1)
    limit: float
    observed: int
    expected: float
    observed_share: float = Field(ge=LEAST_OBSERVED)
    topic: str
    answered: int
    outlets: int

    @property
    def few(self) -> int:
        """How many sources are of the side that is short."""
        return self.k if self.side == RIGHT_SIDE else self.n - self.k

    @property
    def usual(self) -> float:
        """How many are usual."""
        return self.n * (self.expected_share if self.side == RIGHT_SIDE else 1 - self.expected_share)


def page_input() -> ColumnElement[str]:
    """In SQL what a page is written from: its story's evidence, and the test where that has something to tell."""
    return AnalysisRow.evidence_sha + page_part(AnalysisRow.story_id)


def gap_of(test: GapTest | None) -> Gap:
    """What a page says of its story's test; None: there was none yet."""
    if test is None:
        return Gap(state="not-tested", reason=YOUNG)
    fields = {key: value for key, value in test.content.items() if key in Gap.model_fields}
    aside = test.kind == SET_ASIDE
    reason = f"{BY_AN_EDITOR}: {test.reason}" if aside else test.reason
    return Gap(**{**fields, "state": test.state, "reason": reason, "overruled": aside})


def check_gap(gap: Gap) -> Iterator[tuple[int, str, str]]:
    """Whether the figures give the p, the side and the finding that the page tells, and the words say the same.

    A q-value rests on the other stories of its day: it is no smaller than p, and no larger than p times their number.
    """
    if gap.state == NOT_TESTED:
        if gap.text or gap.p is not None:
            yield _RULE, _PLACE, "was not tested, and tells of a finding"
        return
    if gap.version != VERSION:
        yield _RULE, f"{_PLACE}.version", f"{gap.version!r} is not a test that is known"
        return
    try:
        found = _Figures.model_validate({key: getattr(gap, key) for key in _Figures.model_fields})
    except ValidationError as error:
        yield _RULE, f"{_PLACE}.{error.errors()[0]['loc'][0]}", "is no figure of a test"
        return
    yield from _check_figures(found)
    passes = found.q <= found.limit and found.few <= LARGEST_RATIO * found.usual * (1 + _CLOSE)
    if gap.text != words_of(gap):
        yield _RULE, f"{_PLACE}.text", "is not what the figures say"
    if (gap.state == GAP or gap.overruled) != passes:
        yield _RULE, f"{_PLACE}.state", "is not what the figures say"


def _check_figures(found: _Figures) -> Iterator[tuple[int, str, str]]:
    one = [np.array([value]) for value in (found.n, found.k, found.expected_share, found.phi)]
    p = float(two_sided(*one)[0])
    if abs(p - found.p) > _CLOSE * max(p, found.p) + 1e-12:
        yield _RULE, f"{_PLACE}.p", f"is {found.p:g}, the figures give {p:g}"
    if not found.p * (1 - _CLOSE) <= found.q <= min(1.0, found.p * found.family) * (1 + _CLOSE):
        yield _RULE, f"{_PLACE}.q", "is not a q-value of that p"
    left, right = (found.n - found.k) / (1 - found.expected_share), found.k / found.expected_share
    if found.side != (RIGHT_SIDE if right < left else LEFT_SIDE):
        yield _RULE, f"{_PLACE}.side", "is not the one with less than usual"
    if found.observed != found.few or abs(found.expected - found.usual) > _CLOSE * found.usual:
        yield _RULE, f"{_PLACE}.expected", "observed and expected are not those of the side"


def words_of(gap: Gap) -> str:
    """The sentences that the figures give."""
    return told(
        Counted(
            side=gap.side or "", n=gap.n or 0, few=gap.observed or 0, usual=gap.expected or 0.0, topic=gap.topic,
            answered=gap.answered or 0, outlets=gap.outlets or 0,
        )
    )  # fmt: skip

"""What a coverage-gap test says in plain words: never why, and never more than was counted."""

from dataclasses import dataclass

from aggregator.analysis.gap import LEAST_OBSERVED, LEAST_SOURCES, LEAST_STORIES

LEFT_SIDE, RIGHT_SIDE = "left", "right"
#: the reasons that are not numbers
YOUNG = "the day on which 24 hours since the first report are over had not passed when this version was written"
LATE = "the story was not looked at in time"
VOID = "articles that were counted have left the story since, or others have joined them"
BY_AN_EDITOR = "an editor set the finding of the test aside"


@dataclass(frozen=True, slots=True)
class Counted:
    """What the words rest on: `few` of `n` sources are of the side that is short, `usual` is expected of it.

    `answered` of that side's `outlets` could be asked.
    """

    side: str
    n: int
    few: int
    usual: float
    topic: str
    answered: int
    outlets: int


def told(counted: Counted) -> str:
    """What was counted, what is usual, over what time and of whom, in three sentences."""
    verb, adverb = ("is" if counted.few == 1 else "are"), f"{counted.side}-leaning"
    return (
        f"{counted.few} of {counted.n} independent left- or right-leaning sources {verb} {adverb}; "
        f"about {round(counted.usual)} is usual for {counted.topic} stories. "
        f"Counted are the first 24 hours, and outlets whose feeds answered: {counted.answered} of {counted.outlets} "
        f"{adverb} ones. This does not say why."
    )


def too_few_sources(n: int) -> str:
    """Why a story of `n` sources is not tested."""
    some = "1 independent source that leans" if n == 1 else f"{n or 'no'} independent sources that lean"
    return (
        f"{some} left or right told it in the first 24 hours, counted where feeds answered; {LEAST_SOURCES} are needed"
    )


def too_few_stories(topic: str, stories: int) -> str:
    """Why a story of this topic is not tested."""
    one = "1 earlier story" if stories == 1 else f"{stories} earlier stories"
    return f"what is usual for {topic} stories is not known: {one} of the last 90 days, {LEAST_STORIES} are needed"


def too_little_seen(side: str, share: float) -> str:
    """Why a story is not tested while a side could not be asked."""
    return (
        f"outlets with {share:.0%} of the usual coverage of {side}-leaning ones could be asked; "
        f"{LEAST_OBSERVED:.0%} are needed"
    )

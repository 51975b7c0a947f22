"""Claims: who reports the same, who contradicts it, and of whom it may be said that they leave it out."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.analysis.claims import find_claims
from aggregator.analysis.disagreement import compatible, counts, denied, disagree, opposed
from aggregator.analysis.equivalence import traits
from aggregator.analysis.model import Claim, SourceText
from aggregator.types import Extent, Kind, Region, RegionKind, Rights
from tests.analysis.stories import source

OTHER = (
    "Residents along the northern shore described a quiet weekend of music and fishing. "
    "A bakery in the old town reopened after eleven months of repairs and painting. "
    "Teachers welcomed new pupils to a renovated gymnasium near the railway station. "
    "Volunteers planted chestnut trees beside the cemetery wall on Saturday morning. "
    "The orchestra rehearsed a symphony by a forgotten composer from the valley. "
)
BAN = "The city council voted to ban gas-powered leaf blowers from April onward."
FINE = "Landscapers who ignore the ban on leaf blowers face fines of $250 per violation."


def story(*texts: str) -> list[SourceText]:
    return [source(f"o{n}", text, hours=n) for n, text in enumerate(texts)]


def about(claims: tuple[Claim, ...], word: str) -> Claim:
    [claim] = [one for one in claims if word in one.text]
    return claim


def test_what_two_outlets_say_alike_is_a_claim_and_the_third_that_says_nothing_of_it_does_not_mention_it() -> None:
    sources = story(f"{BAN} {OTHER}", f"{BAN.replace('voted', 'decided')}", OTHER)

    claim = about(find_claims(sources), "blowers")

    assert claim.reported_by == ("a-o0", "a-o1")
    assert claim.not_mentioned_by == ("a-o2",)
    assert claim.members[0][0] in claim.reported_by
    assert {article for article, _ in claim.members} == {"a-o0", "a-o1"}


def test_a_claim_needs_two_outlets() -> None:
    sources = [replace(one, outlet_key="same") for one in story(f"{BAN} {OTHER}", BAN)]

    assert find_claims(sources) == ()


def test_of_a_teaser_or_a_text_that_may_not_be_read_nothing_is_said_to_be_left_out() -> None:
    teaser, quote_only, foreign = story(BAN, BAN, OTHER, OTHER, OTHER)[2:]
    unseen = [
        replace(teaser, extent=Extent.TEASER),
        replace(quote_only, rights=Rights.QUOTE, sentences=(), vectors=None),
        replace(foreign, language="es"),
    ]

    claim = about(find_claims([*story(f"{BAN} {OTHER}", BAN), *unseen]), "blowers")

    assert claim.not_mentioned_by == ()
    assert claim.not_observed == ("a-o2", "a-o3", "a-o4")


def test_satire_reports_nothing_and_opinion_may_report_but_never_words_a_claim() -> None:
    first, second, third = story(f"{BAN} {OTHER}", BAN, BAN)
    satire, opinion = replace(second, kind=Kind.SATIRE), replace(third, kind=Kind.OPINION)

    claim = about(find_claims([first, satire, opinion]), "blowers")

    assert claim.reported_by == ("a-o0", "a-o2")
    assert claim.members[0][0] == "a-o0"
    assert "a-o1" not in (*claim.not_mentioned_by, *claim.not_observed)
    assert find_claims([replace(first, kind=Kind.OPINION), opinion]) == ()


def test_what_stands_in_a_region_is_no_claim_but_counts_against_leaving_out() -> None:
    text = f"{OTHER}{BAN}"
    embedded = source("o2", text, Region(len(OTHER), len(text), RegionKind.EMBED), hours=2)

    claim = about(find_claims([*story(f"{BAN} {OTHER}", BAN), embedded]), "blowers")

    assert claim.reported_by == ("a-o0", "a-o1")
    assert claim.not_mentioned_by == ()


def test_another_figure_for_the_same_thing_contradicts() -> None:
    other_fine = FINE.replace("$250", "$400")

    claim = about(find_claims(story(f"{FINE} {OTHER}", FINE, f"{other_fine} {OTHER}")), "$250")

    assert claim.reported_by == ("a-o0", "a-o1")
    assert claim.contradicted_by == ("a-o2",)


def test_whoever_gives_both_figures_reports_the_dispute_and_contradicts_nothing() -> None:
    both = f"{FINE.replace('$250', '$400')} The mayor had spoken of $250. {OTHER}"

    claim = about(find_claims(story(f"{FINE} {OTHER}", FINE, both)), "$250")

    assert claim.contradicted_by == ()
    assert claim.not_mentioned_by == ()


def test_a_hedged_or_rounded_figure_does_not_contradict() -> None:
    assert not disagree(counts("About 12,000 homes lost power."), counts("The storm cut off 11,870 homes."))
    assert not disagree(counts("More than 400 homes were damaged."), counts("Some 640 homes were damaged."))
    assert disagree(counts("Exactly 400 homes were damaged."), counts("A survey found 640 homes damaged."))
    assert not disagree(counts("Shares fell 17 percent."), counts("Shares fell 17.4 percent."))
    assert disagree(counts("Shares fell 19 percent."), counts("Shares fell 17.4 percent."))
    assert disagree(counts("The bill won by a vote of 58 to 41."), counts("It passed with 57 votes to 41."))


@pytest.mark.parametrize(
    ("one", "other", "odds"),
    [
        ("The bridge was closed.", "The bridge is open again.", True),
        ("Prices would rise.", "Prices would fall.", True),
        ("The bridge was closed.", "The closed bridge is old.", False),
        ("Shares rose and fell.", "Shares fell and rose.", False),
    ],
)
def test_opposite_words_are_seen(one: str, other: str, odds: bool) -> None:
    assert opposed(traits(one).words, traits(other).words) is odds


def test_a_denied_word_is_the_one_behind_the_not() -> None:
    assert denied("The sirens did not sound, and nobody was warned.") == traits("sound").words
    assert denied("It hasn’t yet been approved.") == traits("approved").words
    assert denied("No family would pay more.") == frozenset()


def test_a_source_that_denies_what_the_others_say_contradicts_them() -> None:
    silent = "Three of the sirens in the valley did not sound when the flood arrived."
    loud = "Every one of the sirens in the valley sounded when the flood arrived."

    claim = about(find_claims(story(f"{silent} {OTHER}", silent, f"{loud} {OTHER}")), "sirens")

    assert claim.reported_by == ("a-o0", "a-o1")
    assert claim.contradicted_by == ("a-o2",)


def test_a_copy_reports_what_its_original_reports() -> None:
    first, second, third = story(f"{BAN} {OTHER}", BAN.replace("voted", "decided"), f"{BAN} {OTHER}")
    copy = replace(third, syndication_id="a-o0")

    assert about(find_claims([first, second, copy]), "blowers").reported_by == ("a-o0", "a-o1", "a-o2")


def test_the_wording_is_one_that_can_be_read_alone() -> None:
    pronoun = "It voted to ban gas-powered leaf blowers from April onward."

    claim = about(find_claims(story(f"{pronoun} {OTHER}", BAN)), "blowers")

    assert claim.text == BAN


def test_the_same_sources_give_the_same_claims_and_ids() -> None:
    sources = story(f"{BAN} {FINE} {OTHER}", f"{FINE} {BAN}", OTHER)
    slower = [replace(one, vectors=np.array(one.vectors, copy=True)) for one in sources]

    assert find_claims(sources) == find_claims(slower)
    assert len({claim.id for claim in find_claims(sources)}) == len(find_claims(sources))


def test_sources_without_vectors_take_no_part() -> None:
    sources = [replace(one, vectors=None) for one in story(BAN, BAN)]

    assert find_claims(sources) == ()
    assert find_claims([]) == ()


def test_a_story_of_three_hundred_articles_is_answered() -> None:
    random = Random(4)
    names = ["".join(random.choices("abcdefghijklmnop", k=7)) for _ in range(4000)]
    texts = [
        f"{BAN} " + "".join(f"{' '.join(random.choices(names, k=12)).title()}. " for _ in range(4)) for _ in range(300)
    ]

    assert max(len(claim.reported_by) for claim in find_claims(story(*texts))) == 300


@given(st.lists(st.text(max_size=120), max_size=5))
@settings(max_examples=60)
def test_any_texts_are_answered(texts: list[str]) -> None:
    claims = find_claims(story(*texts))

    for claim in claims:
        named = [*claim.reported_by, *claim.contradicted_by, *claim.not_mentioned_by, *claim.not_observed]
        assert len(named) == len(set(named))


@given(st.text(alphabet="0123456789 $%,.-–percenthomes", max_size=40))
@settings(max_examples=100)
def test_every_figure_is_compatible_with_itself(text: str) -> None:
    for figures in counts(text).values():
        assert all(compatible(figure, figure) for figure in figures if figure.high is None)

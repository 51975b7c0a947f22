"""How a page was made, in words: limits, bases, and what changed since the version before."""

from aggregator.publish.made import basis, changes, limits
from tests.publish.site_pages import OUTLETS, raw_story, source, story, taken


def test_limits_are_told_in_words_and_unknown_settings_stay_as_they_are() -> None:
    told = limits({
        "copy_words": 150, "copy_share": 0.25, "copy_words_of_many": 120, "copy_share_of_many": 0.2,
        "read": 9, "told": 7, "opinion": 2, "temperature": 0.5,
    })  # fmt: skip

    assert told == (
        ("Articles read", "9, of which 7 may be told from; 2 opinion pieces, quoted only with the author’s name"),
        ("Words taken", "at most 150 words and 25% of an article; from five sources on 120 words and 20%"),
        ("Temperature", "0.5"),
    )


def test_a_basis_names_the_outlet_with_its_number_and_leaves_out_places_in_a_text() -> None:
    told = basis(
        {
            "kind": "reported",
            "group": "hobbyists",
            "outlet": "The Commons",
            "article_id": "a_2",
            "figures": {"start": 4},
        },
        story().sources,
    )

    assert told == (("How we know", "an outlet says so"), ("Group", "hobbyists"), ("Outlet", "The Commons [2]"))


def test_the_counts_behind_a_finding_stay() -> None:
    counted = {"kind": "mentioned-not-quoted", "figures": {"mentions": 7, "quoted": 0}}

    assert basis(counted, []) == (("How we know", "counted in the articles"), ("Mentions", "7"), ("Quoted", "0"))


def test_two_versions_that_print_the_same_have_not_changed() -> None:
    assert changes(story(), story(version=3, updated_at="2026-10-23T00:00:00Z")) == ()


def test_what_changed_names_headline_sources_leans_elements_and_counts_sentences() -> None:
    rated = {**source(1), "lean": {**source(1)["lean"], "label": "Lean Left"}}
    body = [[taken(1, "The mayor signed the rule", "The mayor signed the rule on Friday.")], *raw_story()["body"][1:]]
    before = story(quotes=[])
    now = story(headline="Mayor Signs the Licence", sources=[rated, *(source(n) for n in range(2, 9))], body=body)

    assert changes(before, now) == (
        f"The headline was “{before.headline}”.",
        f"No longer cited: {OUTLETS[8][0]}.",
        "Rated anew: Harbor Post is now Lean Left, was Center.",
        "New on the page: Who is quoted.",
        "1 of 16 sentences is new or told in other words.",
        "2 earlier sentences are no longer here.",
    )
    assert changes(story(corrections=[]), story()) == ("A correction was noted, see below.",)

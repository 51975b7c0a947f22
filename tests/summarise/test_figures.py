"""Figures of a story that moved, were corrected, or are given differently by different outlets."""

import pytest

from aggregator.summarise.contested import Contested, clash, tallies
from aggregator.summarise.figures import Development
from aggregator.summarise.measures import corrections, measures
from aggregator.summarise.selection import Story
from tests.summarise.test_extractive import analysed, source

EARLY = "A magnitude 6.3 earthquake struck off Port Amity before dawn on Monday and injured 14 people, officials said."
VOTE = "The council approved the plan for a new harbor bridge by a vote of {} on Monday evening."


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("The authorities at first gave the magnitude as 6.3, and later corrected it to 6.1.", 6.3, 6.1),
        ("Early bulletins put it at 6.3; the center lowered the figure in the afternoon.", 6.3, None),
        ("The utility now puts the number of homes without power at 12,400, up from 9,000 on Monday.", 9000, 12400),
        ("The fire has burned 4,100 acres, not 5,200 as first reported.", 5200, 4100),
        ("The ministry revised its count of damaged houses from 310 to 280.", 310, 280),
    ],
)
def test_a_correction_is_read_with_what_it_corrects(text: str, old: float, new: float | None) -> None:
    (found,) = corrections(text)
    assert found.old.value == old
    assert (found.new.value if found.new else None) == new


@pytest.mark.parametrize(
    "text",
    [
        "Drivers want a starting wage of $25 an hour, up from $21.40.",
        "The lake has been lowered by 11 feet, and no rain is forecast before Wednesday.",
        "The council raised the fee from $15 to $20 on Monday.",
        "The first report of the department moves from 2028 to 2029.",
        "The bank raised its key rate for the first time since 2019, by 0.25 points.",
    ],
)
def test_a_change_of_something_is_no_correction_of_a_figure(text: str) -> None:
    assert corrections(text) == []


def test_a_corrected_figure_is_stale_wherever_it_stands_as_current() -> None:
    late = "The authorities at first gave the magnitude as 6.3, and on Friday corrected it to 6.1."
    development = Development.of(
        [source("Wire", "Quake", EARLY), source("Herald", "Crew safe after quake", late, hours=30)]
    )
    assert development.is_stale("Magnitude 6.3 earthquake strikes off Port Amity")
    assert development.is_stale("6.3 Quake Rocks Port Amity")
    assert not development.is_stale("A 6.1 quake shook Port Amity.")
    assert not development.is_stale(late)


def test_a_whole_number_is_only_stale_for_the_thing_that_was_corrected() -> None:
    late = "The county now puts the number of damaged houses at 400, up from 310 on Friday."
    development = Development.of([source("Wire", "Flood", late)])
    assert development.is_stale("The flood damaged 310 houses.")
    assert not development.is_stale("The county sent 310 volunteers to the river.")


def test_a_later_measure_of_the_same_event_overtakes_an_earlier_one() -> None:
    early = source(
        "Wire", "Fire", "The Cold Creek fire has burned 1,200 acres of forest near Elm Hill, officials said."
    )
    late = source(
        "Courier",
        "Fire",
        "The Cold Creek fire has burned 9,500 acres of forest near Elm Hill, officials said.",
        hours=20,
    )
    development = Development.of([early, late])
    assert development.is_stale("The fire has burned 1,200 acres.")
    assert not development.is_stale("The fire has burned 9,500 acres.")
    assert not development.is_stale("The park has 1,200 acres of meadow.")


def test_measures_of_different_events_are_not_confused() -> None:
    early = source("Wire", "Quake", EARLY)
    other = "Engineers recall how the magnitude 7.4 earthquake of another century levelled every chimney in town."
    development = Development.of([early, source("Courier", "History", other, hours=9)])
    assert not development.is_stale("A magnitude 6.3 earthquake struck off Port Amity.")


def test_a_rounded_figure_is_not_overtaken_by_an_exact_one() -> None:
    early = source("Wire", "Storm", "The storm left about 18,000 customers in Elm County without power on Monday.")
    late = source("Courier", "Storm", "The storm left 18,200 customers in Elm County without power on Monday.", hours=5)
    assert not Development.of([early, late]).is_stale("The storm left about 18,000 customers without power.")


def test_measures_are_found_with_what_they_measure() -> None:
    assert [(name, one.value) for name, one in measures("Winds of 90 mph hit; 40 percent contained.")] == [
        ("wind", 90.0),
        ("contained", 40.0),
    ]
    assert measures("He is 63, and a magnitude larger than life.") == []


def test_the_result_of_a_vote_that_fewer_outlets_give_is_doubtful() -> None:
    story = Story(
        analysed(
            source("Wire", "Council approves bridge", VOTE.format("58 to 41")),
            source("Courier", "Bridge approved, 58-41", VOTE.format("58-41"), hours=1),
            source("Gazette", "Bridge wins vote", VOTE.format("57 to 41"), hours=2),
        )
    )
    contested = Contested.of(story)
    assert contested.is_doubtful(VOTE.format("57 to 41"))
    assert not contested.is_doubtful(VOTE.format("58 to 41"))
    assert not contested.is_doubtful("The senate passed the plan for a new harbor bridge by a vote of 24 to 15.")


def test_copies_of_one_text_are_one_voice_about_a_figure() -> None:
    wrong = source("Wire", "Bridge wins vote", VOTE.format("57 to 41"))
    story = Story(
        analysed(
            wrong,
            source("Post", "Bridge wins vote", VOTE.format("57 to 41"), copy_of=wrong.article_id),
            source("Courier", "Bridge approved", VOTE.format("58 to 41"), hours=1),
        )
    )
    assert not Contested.of(story).doubtful


def test_tallies_are_read_in_figures_and_words() -> None:
    assert tallies("House Concurs on HB 118, 58–41") == [(58, 41)]
    assert tallies("The council decided by seven votes to two.") == [(7, 2)]
    assert tallies("The Rovers won 3-1 on Sunday.") == []


def test_headline_and_dek_clash_when_their_figures_differ() -> None:
    assert clash("House passes surtax, 58-41", "The House passed a surtax by a vote of 57 to 41.")
    assert clash("Two dead in flood", "Nine people died in the flood.")
    assert not clash("House passes surtax, 58-41", "The senate passed it by a vote of 24 to 15.")

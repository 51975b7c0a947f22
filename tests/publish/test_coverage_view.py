"""What a page shows of its coverage: who broke the story, when outlets came in, attention, countries and owners."""

import lxml.html
import pytest

from aggregator.publish.arrivals import arrivals_chart, elapsed
from aggregator.publish.items import content_of
from aggregator.publish.places import country
from aggregator.summarise.page import StoryPage
from aggregator.summarise.page_coverage import Arrival
from tests.publish.site_pages import covered_story, story
from tests.publish.test_site import SITE, files, html, one, said

PATH = "story/{}/council-votes-to-license-open-weights/index.html"


def shown(page: StoryPage) -> lxml.html.HtmlElement:
    return html(files(page)[PATH.format(page.id)])


def test_the_page_says_who_broke_the_story_how_long_after_each_side_came_and_what_is_not_known() -> None:
    told = [said(item) for item in shown(covered_story()).xpath("//ul[contains(@class, 'firsts')]/li")]

    assert told[0] == (
        "Who broke it: Harbor Post [1] Center 21 Oct 2026, 09:00 UTC; [6], [8] may have been earlier: no exact time is "
        "known"
    )
    assert told[1] == "Left: The Commons [2] Left 21 Oct 2026, 10:05 UTC, 1 hour 5 minutes after the first"
    assert told[3].startswith("Right: Free Market Review [3]")


def test_a_side_without_a_report_of_its_own_says_so() -> None:
    cards = [card for card in covered_story().as_json()["sources"] if "Right" not in card["lean"]["label"]]

    told = [said(item) for item in shown(covered_story(sources=cards)).xpath("//ul[contains(@class, 'firsts')]/li")]

    assert told[-1] == "Right: no report of its own"


def test_sides_are_summed_beside_their_labels_and_a_share_is_of_what_is_on_the_scale() -> None:
    rows = [said(row) for row in shown(covered_story()).xpath("//table[caption='Outlets by side']/tbody/tr")]

    assert rows == ["Left or Lean Left 2 2 (40 %)", "Center 2 1 (20 %)", "Lean Right or Right 2 2 (40 %)"]
    assert not html(files(story())[PATH.format("s_licence")]).xpath("//table[caption='Outlets by side']")


def test_arrivals_are_drawn_by_side_with_copies_hollow_and_told_in_words() -> None:
    root = shown(covered_story())
    chart = one(root, "//svg[@class='lanes']")

    assert said(one(chart, "desc")) == (
        "Left: 2 outlets; the first after 1 hour 5 minutes, the last after 4 hours 15 minutes. "
        "Center: 2 outlets, 1 with a copy; the first at once, the last after 1 day 2 hours. "
        "Right: 2 outlets; the first after 2 hours 10 minutes, the last after 8 hours 20 minutes. "
        "Not on the scale: 1 outlet; the first after 21 hours 30 minutes."
    )
    assert len(chart.xpath("circle[@class='own']")) == 6
    assert len(chart.xpath("circle[@class='copy']")) == 1
    section = said(one(root, "//section[@aria-labelledby='came']"))
    assert "Not drawn, because no exact time is known: 2 outlets." in section
    assert "21 Oct 2026 (only the day is given) · Civic Radio [6], Unrated" in section
    assert "08:00 UTC (when it was found here; no date is given) · Daily Square [8]" in section


def test_nothing_is_drawn_of_one_moment_or_of_days_alone() -> None:
    same = [Arrival(n=n, at="2026-10-21T09:00:00Z", precision="time", side="left") for n in (1, 2)]
    days = [Arrival(n=n, at="2026-10-21", precision="day") for n in (1, 2)]

    assert arrivals_chart([]) is arrivals_chart(same) is arrivals_chart(days) is None


def test_attention_is_told_in_one_sentence_for_each_side() -> None:
    rail = said(one(shown(covered_story()), "//aside"))

    assert (
        "about this story: 2 of the 310 articles of 14 left-leaning outlets (0.6 %), 1 of the 200 articles of 9 Center "
        "outlets (0.5 %), none of the 150 articles of 11 right-leaning outlets."
    ) in rail


def test_countries_kinds_and_owners_are_counted_and_the_unknown_is_named() -> None:
    root = shown(covered_story())

    by_country = [said(row) for row in root.xpath("//table[caption='By country of the outlet']/tbody/tr")]
    assert by_country == [
        "United States 5 4 1 1 1",
        "United Kingdom 2 2 0 0 1",
        "Germany 1 1 1 0 0",
        "Country not known 1 1 0 0 0",
    ]
    by_kind = [said(row) for row in root.xpath("//table[caption='By kind of owner']/tbody/tr")]
    assert "State-owned 1 1 0 0 1" in by_kind
    assert by_kind[-1] == "Owner’s kind not known 1 1 0 0 0"
    owners = [said(row) for row in root.xpath("//table[contains(caption, 'Owners with several')]/tbody/tr")]
    assert owners == ["Signal Group 2 2 1 0 1"]


def test_a_long_table_is_folded_up() -> None:
    cards = covered_story().as_json()["sources"]
    for card, code in zip(cards, ("US", "GB", "DE", "FR", "IT", "ES", "PL", "IN", "AU"), strict=True):
        card["country"] = code

    root = shown(covered_story(sources=cards))

    assert root.xpath("//details[summary[starts-with(., 'By country')]]//table")


def test_a_state_owned_outlet_is_marked_on_its_card_and_in_the_feed() -> None:
    assert "state-owned" in said(one(shown(covered_story()), "//li[@id='source-3']"))
    assert "state-owned" not in said(one(shown(covered_story()), "//li[@id='source-4']"))
    item = content_of(covered_story(), SITE)
    assert item.html.count("state-owned") == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (59, "less than a minute"),
        (60, "1 minute"),
        (7500, "2 hours 5 minutes"),
        (90000, "1 day 1 hour"),
        (86460, "1 day"),
    ],
)
def test_a_stretch_of_time_has_two_units_at_most(seconds: int, words: str) -> None:
    assert elapsed(seconds) == words


def test_a_country_without_a_name_keeps_its_letters() -> None:
    assert (country("GB"), country("QQ"), country(""), country("GB", "xx")) == (
        "United Kingdom", "QQ", "Country not known", "United Kingdom",
    )  # fmt: skip

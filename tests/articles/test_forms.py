"""Which articles are not one report."""

import pytest

from aggregator.articles.body import Paragraph
from aggregator.articles.kinds import find_kind
from aggregator.types import MANY_EVENTS, READ_KINDS, Kind

URL = "https://harbor.example/news/2026/10/levee-vote"


def kind(
    title: str = "Council votes", url: str = URL, *, types: tuple[str, ...] = (), text: str = "", section: str = ""
) -> Kind:
    paragraphs = [Paragraph(line) for line in text.split("\n")] if text else None
    sections = (section,) if section else ()
    return find_kind(titles=(title,), url=url, sections=sections, types=types, paragraphs=paragraphs)


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("Levee vote – live updates", URL),
        ("LIVE: Council votes on the levee", URL),
        ("Levee vote: as it happened", URL),
        ("Levee vote", "https://harbor.example/politics/live/2026/oct/06/levee-vote"),
        ("Levee vote", "https://harbor.example/live-updates/levee-vote"),
        ("Levee vote", "https://harbor.example/news/levee-vote-live-updates-1234"),
    ],
)
def test_live_blogs_by_title_or_address(title: str, url: str) -> None:  # 125
    assert kind(title, url) is Kind.LIVE


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("Morning Briefing: the levee, the ferry and the fair", URL),
        ("Your Tuesday briefing", URL),
        ("10 things in tech you need to know today", URL),
        ("News in brief", URL),
        ("The week in review", URL),
        ("Levee, ferry, fair", "https://harbor.example/news-in-brief/levee-ferry-fair"),
    ],
)
def test_round_ups_by_title_or_address(title: str, url: str) -> None:  # 125
    assert kind(title, url) is Kind.ROUND_UP


@pytest.mark.parametrize(
    ("title", "url"),
    [("The levee", "https://harbor.example/newsletters/tide/2026/10/levee"), ("Tide Newsletter: the levee", URL)],
)
def test_newsletters_by_title_or_address(title: str, url: str) -> None:  # 125
    assert kind(title, url) is Kind.NEWSLETTER


@pytest.mark.parametrize(
    ("title", "url", "types"),
    [
        ("Watch: the levee breaks", URL, ()),
        ("The levee in pictures", "https://harbor.example/gallery/levee", ()),
        ("The levee", URL, ("videoobject",)),
        ("How well do you know the levee?", URL, ("quiz",)),
        ("The levee", "https://harbor.example/podcasts/tide/levee", ()),
    ],
)
def test_media_where_there_is_little_text(title: str, url: str, types: tuple[str, ...]) -> None:  # 125
    assert kind(title, url, types=types, text="The levee on Tuesday.") is Kind.MEDIA
    assert kind(title, url, types=types, text="The council voted on Tuesday to rebuild it. " * 60) is Kind.NEWS


@pytest.mark.parametrize(
    "title",
    [
        "Families who live by the levee ask for help",
        "Council gives briefing on the levee",
        "White House briefing ends early after a power cut",
        "Live music returns to the harbour",
        "Newsletter editor charged with fraud",
        "Video shows the moment the levee broke",
        "Five things the council got wrong about the levee",
        "Photos of the levee were faked, police say",
    ],
)
def test_a_headline_with_one_of_the_words_is_news(title: str) -> None:
    assert kind(title, text="The council voted on Tuesday.") is Kind.NEWS


def test_a_run_of_updates_under_their_times_is_a_live_blog() -> None:  # 125
    updates = "\n".join(
        f"{hour}:{hour + 10} am\nThe council heard speaker {hour} on the levee." for hour in range(11, 5, -1)
    )
    assert kind(text=updates) is Kind.LIVE


def test_a_timetable_is_none() -> None:
    days = "\n".join(f"{hour}:00\nThe ferry leaves for the island." for _ in range(3) for hour in (8, 12, 9, 17))
    assert kind(text=days) is Kind.NEWS


def test_what_is_read_and_what_is_placed() -> None:
    assert [each for each in Kind if each.is_read] == list(READ_KINDS) == [Kind.NEWS, Kind.OPINION]
    assert {each for each in Kind if not each.is_of_one_event} == set(MANY_EVENTS)

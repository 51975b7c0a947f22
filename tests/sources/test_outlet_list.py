"""The list of real outlets that comes with the program: every row of config/outlets.toml, and what it may not say."""

import re
from collections import Counter
from datetime import date
from importlib.resources import files
from urllib.parse import urlsplit

import pytest

from aggregator.resources import resource
from aggregator.sources.consensus import consensus
from aggregator.sources.domains import site
from aggregator.sources.outlets import load_outlets
from aggregator.sources.units import is_opinion
from aggregator.types import Lean, LeanState

OUTLETS = load_outlets(resource("config"))
#: ISO 639-1 of the languages in the list
LANGUAGES = {"da", "de", "en", "es", "fi", "fr", "hu", "is", "it", "ja", "nl", "no", "pt", "ru", "sv", "uk"}
#: who rates outlets for a living; neither their names nor the words of their scales may be here
RATERS = re.compile(
    r"allsides|media ?bias|fact ?check|ad ?fontes|newsguard|ground ?news|left-cent|right-cent|leans? (?:left|right)"
    r"|skews?|hyper-?partisan|extreme (?:left|right)|far[- ](?:left|right)|least biased|reliab|credib|factual",
    re.IGNORECASE,
)
#: hosts that pass on what others publish
AGGREGATORS = {"news.google.com", "www.reddit.com", "news.yahoo.com", "flipboard.com", "www.allsides.com", "nitter.net"}

RATINGS = [(outlet, rating) for outlet in OUTLETS for rating in outlet.ratings]


def countries() -> set[str]:
    """ISO 3166 as the time zone database has it."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    return {line[:2] for line in table.splitlines() if not line.startswith("#")}


COUNTRIES = countries()


def test_there_are_many_outlets_the_most_of_one_country_american_and_many_of_others() -> None:
    by_country = Counter(outlet.country for outlet in OUTLETS)

    assert len(OUTLETS) >= 150
    assert by_country.most_common(1)[0][0] == "US"
    assert len(OUTLETS) - by_country["US"] >= 50
    assert min(by_country[code] for code in ("GB", "CA", "AU", "IN", "DE", "FR")) >= 5


def test_nine_in_ten_have_a_feed_and_all_of_the_set_to_begin_with() -> None:
    assert sum(bool(outlet.feeds) for outlet in OUTLETS) >= 0.9 * len(OUTLETS)
    start = [outlet for outlet in OUTLETS if outlet.offered == "start"]
    assert 20 <= len(start) <= 40
    assert all(outlet.feeds and outlet.country == "US" and outlet.language == "en" for outlet in start)


def test_the_set_to_begin_with_has_both_sides_and_unrated_ones() -> None:
    labels = Counter(rating.label for outlet in OUTLETS if outlet.offered == "start" for rating in outlet.ratings)

    assert labels[Lean.LEFT] + labels[Lean.LEAN_LEFT] >= 4
    assert labels[Lean.RIGHT] + labels[Lean.LEAN_RIGHT] >= 4
    assert any(not outlet.ratings for outlet in OUTLETS if outlet.offered == "start")


def test_no_host_is_asked_before_the_operator_chooses() -> None:
    assert not any(outlet.asked for outlet in OUTLETS)


def test_names_are_unique_and_no_domain_is_within_anothers() -> None:
    owners = {domain: outlet.key for outlet in OUTLETS for domain in outlet.all_domains}
    above = {
        (domain, ".".join(labels[n:]))
        for domain in owners
        for labels in [domain.split(".")]
        for n in range(1, len(labels) - 1)
    }

    assert max(Counter(outlet.name for outlet in OUTLETS).values()) == 1
    assert [pair for pair in above if owners.get(pair[1], owners[pair[0]]) != owners[pair[0]]] == []


def test_facts_are_whole_and_in_known_words() -> None:
    for outlet in OUTLETS:
        assert outlet.country in COUNTRIES, outlet.key
        assert outlet.language in LANGUAGES, outlet.key
        assert outlet.kind, outlet.key
        assert len(outlet.owner) <= 100, outlet.key
        assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) for domain in outlet.all_domains), outlet.key
        for unit in outlet.units:
            assert unit.paths or unit.sections, outlet.key
            assert unit.country in COUNTRIES | {""}, outlet.key
            assert unit.language in LANGUAGES | {""}, outlet.key


def test_addresses_are_those_of_publishers() -> None:
    for outlet in OUTLETS:
        assert outlet.home.startswith("https://"), outlet.key
        assert len({feed.url for feed in outlet.feeds}) == len(outlet.feeds) <= 6, outlet.key
        for feed in outlet.feeds:
            assert urlsplit(feed.url).scheme in ("http", "https"), feed.url
            assert urlsplit(feed.url).hostname not in AGGREGATORS, feed.url
            assert not re.search("#|&amp;", feed.url), feed.url
            assert not feed.robots_basis, feed.url


def test_a_feed_is_on_its_outlets_site_or_on_a_host_that_serves_it() -> None:
    elsewhere = Counter(
        site(feed.url)
        for outlet in OUTLETS
        for feed in outlet.feeds
        if site(feed.url) not in {site(f"//{domain}") for domain in outlet.all_domains}
    )

    assert set(elsewhere) <= {
        "bbci.co.uk", "dowjones.io", "feedburner.com", "foxbusiness.com", "skynews.com", "businessinsider.com",
    }  # fmt: skip


def test_a_rating_gives_its_reason_date_scale_and_how_sure_it_is() -> None:
    for outlet, rating in RATINGS:
        assert (rating.rater, rating.method, rating.url) == ("Aggregator project", "desk", ""), outlet.key
        assert rating.rated_on.year == 2026, outlet.key
        # its fact held already when the list's year began; of earlier years nothing is said
        assert rating.valid_from == date(2026, 1, 1) <= rating.rated_on, outlet.key
        assert rating.scale == outlet.country, outlet.key
        assert rating.confidence in ("low", "medium"), outlet.key
        assert 25 <= len(rating.reason) <= 120, outlet.key


def test_articles_from_before_the_list_was_written_have_its_ratings() -> None:
    for outlet, rating in RATINGS:
        ruled = consensus([rating.rating()], outlet.country)
        assert ruled.label is rating.label, outlet.key
        assert rating.rating().counts_on(date(2026, 1, 1)), outlet.key
        assert not rating.rating().counts_on(date(2025, 12, 31)), outlet.key


def test_no_reason_has_a_raters_name_or_words() -> None:
    assert [rating.reason for _, rating in RATINGS if RATERS.search(rating.reason)] == []


def test_nothing_is_center_without_a_bond_to_impartiality() -> None:
    for outlet, rating in RATINGS:
        if rating.label is Lean.CENTER:
            assert rating.confidence == "low", outlet.key
            assert re.search(r"\bbound by|forbidden by|endorses nobody|extreme centre", rating.reason), outlet.key


def test_most_outlets_are_unrated_rather_than_guessed_at() -> None:
    rated = [outlet for outlet in OUTLETS if any(rating.state is LeanState.RATED for rating in outlet.ratings)]

    assert 50 <= len(rated) <= len(OUTLETS) / 2
    assert not any(outlet.ratings for outlet in OUTLETS if outlet.kind == "state")


def test_the_licence_of_the_feed_addresses_goes_with_the_list() -> None:
    notice = (resource("config") / "outlets.NOTICE").read_text(encoding="utf-8")

    assert notice.startswith(
        "Feed addresses from kagisearch/kite-public, MIT License, Copyright (c) 2024 Kagi Search\n"
    )
    assert "Permission is hereby granted, free of charge" in notice
    assert "outlets.NOTICE" in (resource("config") / "outlets.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("key", "url", "section", "opinion"),
    [
        ("the-independent", "https://www.independent.co.uk/voices/a-column-b1.html", "", True),
        ("the-independent", "https://www.independent.co.uk/news/uk/voices-b2.html", "", False),
        ("the-economist", "https://www.economist.com/leaders/2026/11/01/x", "", True),
        ("le-monde", "https://www.lemonde.fr/idees/article/2026/x.html", "", True),
        ("politiken", "https://politiken.dk/art1/x", "debat", True),
        ("philippine-daily-inquirer", "https://opinion.inquirer.net/1/x", "", True),
        ("philippine-daily-inquirer", "https://newsinfo.inquirer.net/1/opinion-x", "", False),
        ("bbc-news", "https://www.bbc.com/news/articles/x", "opinion", False),
    ],
)
def test_opinion_pages_are_known_by_path_host_or_section(key: str, url: str, section: str, opinion: bool) -> None:
    (outlet,) = (one for one in OUTLETS if one.key == key)

    assert is_opinion([unit.model_dump(mode="json") for unit in outlet.units], url, section) is opinion

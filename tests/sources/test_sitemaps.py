"""News sitemaps are feeds; other sitemaps are none.

The ids begin with the number of the fault in the list of faults that a fetcher meets.
"""

import gzip

import pytest

from aggregator.errors import Rejected
from aggregator.sources.feeds import read_feed
from tests.sources.documents import DAY, HOME, URL, read


def sitemap(*urls: str, news: str = ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"') -> str:
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"{news}>{"".join(urls)}</urlset>'


def page(number: int, day: int = 18) -> str:
    return (
        f"<url><loc>{HOME}/{number}</loc><lastmod>2026-10-{day}T07:00:00Z</lastmod><news:news><news:publication>"
        "<news:name>The Gazette</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>2026-10-{day}T08:00:00+02:00</news:publication_date>"
        f"<news:title>Title &amp; {number}</news:title><news:keywords>Bridge, Tarn</news:keywords></news:news></url>"
    )


INDEX = (
    "<sitemapindex><sitemap><loc>https://gazette.example/pages.xml</loc><lastmod>2026-10-18</lastmod></sitemap><sitemap>"
    "<loc>https://gazette.example/news.xml</loc><lastmod>2026-10-01</lastmod></sitemap></sitemapindex>"
)


def test_a_news_sitemap_is_a_feed() -> None:  # 91
    feed = read(
        '<?xml version="1.0"?><?xml-stylesheet href="x"?>' + sitemap(page(1), f"<url><loc>{HOME}/about</loc></url>")
    )
    (entry,) = feed.entries
    assert (feed.format, feed.title, feed.language) == ("news-sitemap", "The Gazette", "en")
    assert (entry.url, entry.title, entry.guid) == (f"{HOME}/1", "Title & 1", f"{HOME}/1")
    assert (entry.published_at, entry.updated_at) == (DAY, DAY.replace(hour=7))
    assert entry.categories == ("Bridge", "Tarn")


def test_a_news_sitemap_keeps_its_newest_pages_and_may_list_none() -> None:  # 91, 82
    feed = read(sitemap(page(1, 16), page(2, 17), page(3, 18)), max_entries=2)
    assert ([entry.title for entry in feed.entries], feed.dropped) == (["Title & 2", "Title & 3"], 1)
    assert read(sitemap()).entries == ()


def test_a_zipped_sitemap_and_one_whose_news_tags_are_undeclared_are_read() -> None:  # 62, 89
    assert len(read(gzip.compress(sitemap(page(1)).encode())).entries) == 1
    assert read(sitemap(page(1), news="")).entries[0].title == "Title & 1"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param("<urlset/>", "not one of news", id="91-empty"),
        pytest.param(sitemap(f"<url><loc>{HOME}/1</loc></url>", news=""), "not one of news", id="91-all-pages"),
        pytest.param(INDEX, r"index of sitemaps.*gazette\.example/pages\.xml", id="91-index"),
        pytest.param(sitemap(page(1))[:-200], "breaks off", id="88-partial"),
    ],
)
def test_other_sitemaps_are_no_feeds(body: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        read_feed(body.encode(), URL)


def test_what_an_index_names_forges_no_line_of_ours() -> None:
    index = (
        "<sitemapindex><sitemap><loc>https://a.example/\nok  beacon  https://b.example/</loc></sitemap></sitemapindex>"
    )
    with pytest.raises(Rejected) as refused:
        read_feed(index.encode(), "https://a.example/sitemap.xml")
    assert "\n" not in refused.value.detail

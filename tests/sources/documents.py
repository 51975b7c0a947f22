"""Feeds as the tests of their reader write them."""

from datetime import UTC, datetime

from aggregator.sources.feeds import read_feed
from aggregator.types import FeedDocument

HOME = "https://gazette.example"
URL = f"{HOME}/feeds/all.xml"
DAY = datetime(2026, 10, 18, 6, 0, tzinfo=UTC)


def item(number: int = 1, extra: str = "") -> str:
    """An RSS item, with whatever else it shall hold."""
    return (
        f"<item><title>Title {number}</title><link>https://gazette.example/{number}</link><guid>id-{number}</guid>"
        "<description>Words &amp;amp; more</description>"
        f"<pubDate>Sun, 18 Oct 2026 08:00:00 +0200</pubDate>{extra}</item>"
    )


def rss(inner: str, head: str = '<?xml version="1.0" encoding="utf-8"?>', root: str = "") -> str:
    """An RSS feed around `inner`."""
    return (
        f'{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:content="http://purl.org/rss/1.0/modules/content/"{root}>'
        f"<channel><title>The Gazette</title><link>https://gazette.example/</link>{inner}</channel></rss>"
    )


def read(text: str | bytes, content_type: str = "", **options: int) -> FeedDocument:
    """The feed as read."""
    return read_feed(text.encode() if isinstance(text, str) else text, URL, content_type, **options)

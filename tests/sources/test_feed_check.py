"""`outlets check`: what each feed answers, in order, with what is worth knowing about it."""

from datetime import UTC, datetime

from aggregator.clock import Clock
from aggregator.setting_sections import NetSettings
from aggregator.settings import Settings
from aggregator.sources.feed_check import check_feeds
from tests.net.server import RawServer, ok, redirect, status
from tests.sources.documents import item, rss


def test_every_feed_gets_a_report_in_order() -> None:
    with RawServer() as server:
        server.scripts |= {
            "/robots.txt": ok(b"User-agent: *\nCrawl-delay: 7\nDisallow: /private\n"),
            "/good": ok(rss(item()).encode(), 'ETag: "1"\nLast-Modified: Sun, 18 Oct 2026 06:00:00 GMT'),
            "/moved": redirect("/good", 301),
            "/empty": ok(rss("").encode()),
            "/cut": ok(rss("<item></item>" + item() + item(2))[:-40].encode()),
            "/page": ok(b"<html>no</html>"),
            "/bad": status(503),
        }
        net = NetSettings(allow_private=(f"127.0.0.1:{server.port}",), host_delay=0, total_timeout=5)
        paths = ["/good", "/moved", "/empty", "/cut", "/page", "/bad", "/private"]
        clock = Clock(datetime(2026, 12, 24, tzinfo=UTC))
        reports = list(check_feeds([server.base + path for path in paths], Settings(net=net), clock))
    good, moved, empty, cut, page, bad, private = reports
    assert [report.works for report in reports] == [True, True, True, True, False, False, False]
    assert (good.entries, good.newest) == (1, datetime(2026, 10, 18, 6, tzinfo=UTC))
    assert good.notes == (
        "validators: etag, last-modified", "nothing new for 30 days", "robots.txt asks for 7 s between requests"
    )  # fmt: skip
    assert any("moved for good to" in note for note in moved.notes)
    assert (empty.state, cut.notes[1:3]) == (
        "empty", ("it breaks off before its end", "1 entries without an address, or beyond the newest")
    )  # fmt: skip
    assert (page.state, bad.state, private.state) == ("not-a-feed", "http-5xx", "robots")

"""What is remembered of hosts, and which of it a fetch is given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.articles.hosts import host_name, load_hosts, save_hosts
from aggregator.net import HostState
from aggregator.net.guard import Guard
from aggregator.setting_sections import NetSettings
from aggregator.store.sessions import Store

NOW = datetime(2026, 10, 18, 6, 0, tzinfo=UTC)
FULL = HostState(
    "a.example",
    "User-agent: *",
    200,
    NOW,
    NOW + timedelta(seconds=5),
    NOW + timedelta(hours=1),
    NOW - timedelta(days=3),
    '[{"location": "/"}]',
    NOW,
    4,
    10.5,
    "rate-limited",
    ("b.example", "c.example:8080"),
)


def remember(store: Store, *states: HostState) -> None:
    with store.write() as session:
        save_hosts(session, states)


def recall(store: Store, *urls: str) -> dict[str, HostState]:
    with store.read() as session:
        return load_hosts(session, urls)


def test_everything_learnt_of_a_host_is_there_the_next_time(sqlite: Store) -> None:  # 50, 51, 52, 133, 138
    remember(sqlite, HostState("a.example"), FULL)
    assert recall(sqlite, "https://a.example/feed") == {"a.example": FULL}


def test_a_host_comes_with_those_that_its_redirects_led_to(sqlite: Store) -> None:
    others = [HostState("b.example", "Disallow: /", 200, NOW), HostState("c.example:8080"), HostState("d.example")]
    remember(sqlite, FULL, *others)
    known = recall(sqlite, "https://a.example/1", "https://d.example/2")
    assert [state.host for state in known["a.example"].beyond] == ["b.example", "c.example:8080"]
    assert known["a.example"].beyond[0] == others[0]
    assert known["d.example"].beyond == ()


def test_an_unknown_host_of_a_known_service_comes_with_its_cool_down(sqlite: Store) -> None:  # 50
    service = replace(FULL, host="substack.com", leads_to=())
    remember(sqlite, service)
    known = recall(sqlite, "https://new.substack.com/feed", "https://unknown.example/")
    assert known == {"new.substack.com": HostState("new.substack.com")}
    assert known["new.substack.com"].beyond == (service,)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://A.example:443/x", "a.example"),
        ("http://a.example:8080", "a.example:8080"),
        ("", ""),
        ("https://bücher.example/rss", "xn--bcher-kva.example"),
        ("http://[2606:4700::1]:8080/", "[2606:4700::1]:8080"),
        ("https://a.example./x", "a.example"),
    ],
)
def test_a_host_is_remembered_by_the_name_that_it_is_asked_by(url: str, name: str) -> None:
    assert host_name(url) == name
    assert not name or Guard(NetSettings()).aim(url).key == name


def test_a_fetch_that_was_told_nothing_of_a_host_forgets_nothing_of_it(sqlite: Store) -> None:
    remember(sqlite, FULL)
    remember(sqlite, HostState("a.example", "", 404, NOW, was_known=False))
    found = recall(sqlite, "https://a.example/")["a.example"]
    assert (found.robots_status, found.robots_failing_since) == (404, None)
    assert found == replace(FULL, robots="", robots_status=404, next_free_at=None, robots_failing_since=None)
    remember(sqlite, HostState("a.example"))
    assert recall(sqlite, "https://a.example/") == {"a.example": HostState("a.example")}

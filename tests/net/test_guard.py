"""No request into private networks, however the address is written or whoever sends us there."""

import asyncio
import socket
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.net import Failure, Reply
from aggregator.net.guard import Guard, checked_addresses, is_public
from aggregator.net.urls import BadUrl, remove_dot_segments, split
from aggregator.net.values import FetchFailed
from aggregator.setting_sections import NetSettings
from tests.net.conftest import Fetch
from tests.net.server import RawServer, ok, redirect

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "192.0.0.8",
        "192.88.99.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
        "2002:a00:1::1", "2001::1", "2001:db8::1", "3fff::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "100::1", "5f00::1", "4000::1", "not an address", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:  # 14, 16
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "2606:4700::1111", f"::ffff:{PUBLIC}", "64:ff9b::5db8:d822", "2002:5db8:d822::1"]
)
def test_a_public_address_is_allowed_in_every_form(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://0.0.0.0/", "http://2130706433/", "http://0x7f.1/",
        "http://0177.0.0.1/", "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1%25lo]/",
        "http://\uff11\uff12\uff17.0.0.1/", "http://127\u30020\u30020\u30021/", "http://0/", "http://localhost./",
        "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/",
    ],
)  # fmt: skip
def test_no_spelling_of_loopback_is_asked(fetch: Fetch, url: str) -> None:  # 14, 15
    got = fetch(url, allow_private=())
    assert isinstance(got, Failure)
    assert got.reason in ("address", "dns", "dns-temporary")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://news.example/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "//news.example/", "",
        "http://", "http:///x", "http://a..b/", f"http://{'a' * 300}.com/", "http://exa mple.com/", "http://[::1/",
        "http://localhost%00.example.com/", "http://user:secret@news.example/", "http://user@news.example/",
        "http://good.example\\@news.example/", "http://news.example:22/", "http://news.example:99999/",
        "http://news.example:x/", f"http://news.example/{'x' * 3000}", "http://-a.example/", "http://\ud800.example/",
    ],
)  # fmt: skip
def test_a_url_that_may_not_be_asked_fails_before_any_lookup(fetch: Fetch, url: str) -> None:  # 20, 21, 22
    async def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError("looked up")

    got = fetch(url, resolve=never)
    assert got.reason == "address"
    assert "secret" not in got.detail


def test_one_private_address_among_public_ones_condemns_the_name(fetch: Fetch) -> None:  # 17
    async def mixed(host: str, port: int) -> Sequence[str]:
        return [PUBLIC, "10.0.0.1"]

    assert fetch("http://news.example/", resolve=mixed).reason == "address"


def test_the_name_is_looked_up_once_for_each_connection(server: RawServer, fetch: Fetch) -> None:  # 18
    lookups: list[str] = []

    async def loopback(host: str, port: int) -> Sequence[str]:
        lookups.append(host)
        return ["127.0.0.1"]

    server.scripts["/"] = ok()
    name = f"rebind.example:{server.port}"
    got = fetch(f"http://{name}/", resolve=loopback, allow_private=(name,))
    assert isinstance(got, Reply)
    assert lookups == ["rebind.example"] * len(server.heads)
    assert f"Host: {name}\r\n" in server.head_of("/")


def test_an_allowed_name_does_not_open_its_address_to_other_names(server: RawServer, fetch: Fetch) -> None:
    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    got = fetch(f"http://evil.example:{server.port}/", resolve=loopback, ports=(server.port,))
    assert got.reason == "address"


@pytest.mark.parametrize(("errno", "reason"), [(socket.EAI_NONAME, "dns"), (socket.EAI_AGAIN, "dns-temporary")])
def test_a_name_that_is_gone_differs_from_a_resolver_that_is_down(
    fetch: Fetch, errno: int, reason: str
) -> None:  # 1, 2
    async def fails(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(errno, "says the resolver")

    assert fetch("http://news.example/", resolve=fails).reason == reason


def test_a_dead_address_does_not_hide_the_living_one(server: RawServer, fetch: Fetch) -> None:  # 9
    async def two(host: str, port: int) -> Sequence[str]:
        return ["::1", "127.0.0.1"]

    server.scripts["/"] = ok()
    name = f"two.example:{server.port}"
    assert fetch(f"http://{name}/", resolve=two, allow_private=(name,)).status == 200


def test_families_take_turns_among_at_most_four_addresses() -> None:  # 9
    async def many(host: str, port: int) -> Sequence[str]:
        return [*(f"2606:4700::{n}" for n in range(1, 9)), PUBLIC]

    target = Guard(NetSettings()).aim("https://news.example/")
    assert asyncio.run(checked_addresses(target, many)) == ["2606:4700::1", PUBLIC, "2606:4700::2", "2606:4700::3"]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data", "address"),
        ("http://localhost/", "address"),
        ("file:///etc/passwd", "address"),
        ("ftp://news.example/", "address"),
        ("data:text/html,x", "address"),
        ("javascript:alert(1)", "address"),
        ("http://user:secret@news.example/", "address"),
        ("http://news.example:6379/", "address"),
        ("http://[::1", "redirect"),
        ("", "redirect"),
    ],
)
def test_every_hop_of_a_redirect_is_checked(
    server: RawServer, fetch: Fetch, location: str, reason: str
) -> None:  # 19, 20, 21, 22, 30
    server.scripts["/"] = redirect(location)
    got = fetch("/")
    assert got.reason == reason
    assert "secret" not in got.detail


def test_a_mapped_name_is_spoken_to_on_loopback_in_plain_http(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/a": redirect("https://www.gazette.example/b", 301), "/b": ok(b"news")}
    address = f"127.0.0.1:{server.port}"
    mapped = {"gazette.example": address, "www.gazette.example": address}
    reply = fetch("https://gazette.example/a", net_hosts=mapped)
    assert isinstance(reply, Reply)
    assert (reply.body, reply.final_url) == (b"news", "https://www.gazette.example/b")
    assert "Host: www.gazette.example\r\n" in server.head_of("/b")


def test_blocked_hosts_and_all_below_them_are_never_asked(fetch: Fetch) -> None:  # 139
    async def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError("looked up")

    wanted = ("https://blocked.example/", "http://a.b.blocked.example/", "https://u-blocked.example/")
    answers = fetch(*wanted[:2], blocked=("BLOCKED.example",), resolve=never)
    assert [got.reason for got in answers] == ["blocked"] * 2
    with pytest.raises(AssertionError, match="looked up"):
        fetch(wanted[2], blocked=("blocked.example",), resolve=never)


def test_a_redirect_to_a_blocked_host_is_not_followed(server: RawServer, fetch: Fetch) -> None:  # 139
    server.scripts["/"] = redirect("https://www.Blocked.example./")
    assert fetch("/", blocked=("blocked.example",)).reason == "blocked"


def test_a_proxy_in_the_environment_is_not_used(
    server: RawServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:  # 13
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.scripts["/"] = ok()
    assert fetch("/").status == 200


@given(st.text(max_size=60))
def test_any_text_is_a_url_or_is_refused(text: str) -> None:
    for url in (text, "http://" + text, "http://news.example/" + text, "http://news.example:" + text):
        try:
            parts = split(url)
        except BadUrl:
            continue
        assert parts.url.isascii()
        assert split(parts.url) == parts
        if parts.port not in NetSettings().ports:
            with pytest.raises(FetchFailed, match="address"):
                Guard(NetSettings()).aim(url)


@pytest.mark.parametrize(
    ("path", "clean"),
    [("/a/../b", "/b"), ("/../../a", "/a"), ("/a/./b/.", "/a/b/"), ("/a/..", "/"), ("/a/.b/..c", "/a/.b/..c")],
)
def test_dot_segments_are_removed_before_robots_are_asked(path: str, clean: str) -> None:
    assert remove_dot_segments(path) == clean

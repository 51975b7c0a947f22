"""Redirects, TLS and what is remembered of both."""

import socketserver
import ssl
import threading
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest
import trustme

from aggregator.net import Reply, Request
from aggregator.net.headers import Cookies, next_hop
from aggregator.net.urls import split
from aggregator.net.walls import wall_before
from tests.net.conftest import Fetch, feed
from tests.net.server import RawServer, answer, ok, redirect


def test_a_loop_is_noticed(server: RawServer, fetch: Fetch) -> None:  # 23
    server.scripts |= {"/a": redirect("/b"), "/b": redirect("/a#x")}
    assert fetch("/a").reason == "redirect"
    assert server.paths() == ["/a", "/b"]


def test_endless_redirects_stop_at_the_limit_of_feeds_and_of_pages(server: RawServer, fetch: Fetch) -> None:  # 24
    server.scripts |= {f"/{n}": redirect(f"/{n + 1}") for n in range(19)}
    assert fetch(feed("/0", server)).detail == "more than 5 redirects"
    assert server.paths() == [f"/{n}" for n in range(6)]
    assert fetch("/0").detail == "more than 8 redirects"
    got = fetch("/0", max_page_redirects=3)
    assert (got.reason, got.detail) == ("redirect", "more than 3 redirects")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://consent.a.example/v2?to=x", "consent"),
        ("https://guce.b.example/x", "consent"),
        ("/cookie-wall/", "consent"),
        ("/privacy-wall?back=/", "consent"),
        ("https://login.b.example/", "login"),
        ("https://accounts.b.example/o", "login"),
        ("/subscribe/?from=x", "login"),
        ("/users/sign-in", "login"),
        ("/wp-login.php", "login"),
    ],
)
def test_a_redirect_to_a_wall_ends_there(server: RawServer, fetch: Fetch, location: str, reason: str) -> None:  # 34
    server.scripts["/news"] = redirect(location)
    assert fetch("/news").reason == reason
    assert server.paths() == ["/news"]


@pytest.mark.parametrize("location", ["/2026/login/story", "/story/how-to-login", "https://login.example/story"])
def test_a_redirect_to_an_article_is_no_wall(location: str) -> None:  # 34
    assert wall_before(split("https://a.example/news"), split(urljoin("https://a.example", location))) is None


def test_a_feed_behind_a_login_path_may_move_within_it() -> None:
    assert wall_before(split("https://login.a.example/login/feed"), split("https://login.a.example/login/atom")) is None


def test_a_bounce_for_a_cookie_is_no_loop(server: RawServer, fetch: Fetch) -> None:  # 25
    def gate(connection: object) -> None:
        seen = "Cookie: pass=1" in server.heads[-1]
        connection.sendall(ok(b"in") if seen else redirect("/door"))  # type: ignore[attr-defined]

    server.scripts |= {"/": gate, "/door": redirect("/", headers="Set-Cookie: pass=1")}
    assert fetch("/").body == b"in"


@pytest.mark.parametrize(
    ("codes", "permanent"), [((301, 308), True), ((301, 302), False), ((307, 301), False), ((303, 308), False)]
)
def test_only_a_chain_of_permanent_redirects_is_permanent(
    server: RawServer, fetch: Fetch, codes: tuple[int, int], permanent: bool
) -> None:  # 26, 28, 31
    server.scripts |= {"/a": redirect("b c", codes[0]), "/b%20c": redirect("/d", codes[1]), "/d": ok()}
    got = fetch("/a")
    assert got.final_url == server.base + "/d"
    assert got.permanent_url == (server.base + "/d" if permanent else "")


def test_a_location_in_latin_1_is_encoded(server: RawServer, fetch: Fetch) -> None:  # 31
    server.scripts |= {"/a": redirect("/caf\xe9 \xe0"), "/caf%C3%A9%20%C3%A0": ok(b"in")}
    assert fetch("/a").body == b"in"


def test_a_redirect_without_location_is_a_failure_and_its_body_is_not_read(
    server: RawServer, fetch: Fetch
) -> None:  # 30
    server.scripts["/a"] = answer(302, body=b"<rss/>")
    got = fetch("/a")
    assert (got.reason, got.detail, got.status) == ("redirect", "a redirect without Location", 0)


def test_validators_and_cookies_stay_on_their_host(server: RawServer, fetch: Fetch) -> None:  # 32
    server.scripts |= {"/a": redirect("https://b.example/x", headers="Set-Cookie: s=1"), "/x": ok()}
    address = f"127.0.0.1:{server.port}"
    mapped = {"a.example": address, "b.example": address}
    assert fetch(Request("https://a.example/a", "page", etag='"e"'), net_hosts=mapped).status == 200
    assert "If-None-Match" not in server.head_of("/x")
    assert "Cookie" not in server.head_of("/x")
    assert "Host: b.example" in [head for head in server.heads if "/robots.txt" in head][-1]
    assert "If-None-Match" in server.head_of("/a")


@pytest.mark.parametrize(
    ("location", "url", "lifted"),
    [
        ("caf\xe9 au lait", "https://a.example/caf\xe9 au lait", False),  # 31: encoded when it is split
        ("http://a.example:80/x?y#z", "https://a.example/x?y", True),
        ("HTTP://a.example", "https://a.example", True),
        ("http://a.example/1:80/2", "https://a.example/1:80/2", True),
        ("//b.example/x", "https://b.example/x", False),
        ("x", "https://a.example/x", False),
    ],
)
def test_a_step_down_to_http_is_lifted_to_https(location: str, url: str, lifted: bool) -> None:  # 29
    assert next_hop(split("https://a.example/"), location) == (url, lifted)


def test_cookies_reach_their_domain_only() -> None:
    jar = Cookies()
    foreign = ["no=3; Domain=b.example", "tld=4; domain=example", "=5", "junk", "bad=\x01"]
    jar.take("www.a.example", ["wide=1; Domain=.a.example; Secure", "own=2", *foreign])
    assert jar.header(split("https://www.a.example/")) == "wide=1; own=2"
    assert jar.header(split("https://my.a.example/")) == "wide=1"
    assert jar.header(split("http://my.a.example/")) == ""
    assert jar.header(split("https://nota.example/")) == ""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def _server_tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


async def _loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_the_certificate_must_be_for_the_name_though_the_address_is_connected_to(
    authority: trustme.CA, fetch: Fetch
) -> None:  # 7
    with RawServer(_server_tls(authority, "good.example")) as secure:
        secure.scripts["/"] = ok(b"safe")
        names = [f"{name}.example:{secure.port}" for name in ("good", "bad")]
        options = {"resolve": _loopback, "tls": _trusting(authority), "allow_private": tuple(names)}
        good, bad = fetch(*(f"https://{name}/" for name in names), **options)
    assert isinstance(good, Reply)
    assert good.body == b"safe"
    assert bad.reason == "tls"


def test_an_unknown_authority_is_a_tls_failure(authority: trustme.CA, fetch: Fetch) -> None:  # 7
    with RawServer(_server_tls(authority, "good.example")) as secure:
        name = f"good.example:{secure.port}"
        assert fetch(f"https://{name}/", resolve=_loopback, allow_private=(name,)).reason == "tls"


def test_a_port_without_tls_is_said_to_have_none(fetch: Fetch) -> None:  # 7
    class Plain(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Plain) as plain:
        threading.Thread(target=plain.handle_request, daemon=True).start()
        name = f"127.0.0.1:{plain.server_address[1]}"
        answer = fetch(f"https://{name}/", allow_private=(name,))
    assert answer.reason == "tls"
    assert "no TLS" in answer.detail
    assert "legacy_tls" not in answer.detail


@pytest.mark.parametrize("legacy", [False, True])
def test_old_ciphers_are_spoken_only_with_hosts_that_the_operator_named(
    authority: trustme.CA, fetch: Fetch, legacy: bool
) -> None:  # 8
    old = _server_tls(authority, "good.example")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE-ECDSA-AES128-SHA:@SECLEVEL=1")
    with RawServer(old) as secure:
        secure.scripts["/"] = ok(b"old news")
        names = tuple(f"{name}.example:{secure.port}" for name in ("good", "bad"))
        options = {"resolve": _loopback, "tls": _trusting(authority), "allow_private": names}
        listed = ("good.example", "bad.example") if legacy else ()
        good, bad = fetch(*(f"https://{name}/" for name in names), **options, legacy_tls=listed)
    assert bad.reason == "tls"  # a wrong certificate stays wrong
    assert good.body == b"old news" if legacy else "legacy_tls" in good.detail


def test_http_2_is_not_spoken(authority: trustme.CA, fetch: Fetch) -> None:  # 11
    context = _server_tls(authority, "good.example")
    context.set_alpn_protocols(["h2", "http/1.1"])
    spoken: list[str | None] = []

    def play(connection: ssl.SSLSocket) -> None:
        spoken.append(connection.selected_alpn_protocol())
        connection.sendall(ok())

    with RawServer(context) as secure:
        secure.scripts["/"] = play  # type: ignore[assignment]
        name = f"good.example:{secure.port}"
        got = fetch(f"https://{name}/", resolve=_loopback, tls=_trusting(authority), allow_private=(name,))
    assert got.status == 200
    assert spoken == ["http/1.1"]


def test_an_expired_certificate_is_a_tls_failure(authority: trustme.CA, fetch: Fetch) -> None:  # 7
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("good.example", not_after=datetime(2020, 1, 2, tzinfo=UTC)).configure_cert(context)
    with RawServer(context) as secure:
        name = f"good.example:{secure.port}"
        got = fetch(f"https://{name}/", resolve=_loopback, tls=_trusting(authority), allow_private=(name,))
    assert (got.reason, got.detail) == ("tls", "certificate has expired")


def test_plain_http_where_tls_was_meant_is_a_tls_failure(server: RawServer, fetch: Fetch) -> None:
    assert fetch(f"https://127.0.0.1:{server.port}/").reason == "tls"


def test_a_step_down_that_https_does_not_answer_is_refused(
    authority: trustme.CA, server: RawServer, fetch: Fetch
) -> None:  # 29
    with RawServer(_server_tls(authority, "good.example")) as secure:
        secure.scripts["/"] = redirect(f"http://127.0.0.1:{server.port}/")
        name = f"good.example:{secure.port}"
        allowed = (name, f"127.0.0.1:{server.port}")
        got = fetch(f"https://{name}/", resolve=_loopback, tls=_trusting(authority), allow_private=allowed)
    assert got.reason == "redirect"
    assert "down to http" in got.detail

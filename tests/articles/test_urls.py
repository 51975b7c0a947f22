"""One page, one id, however its address is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.articles.urls import article_id, article_key, canonical
from aggregator.errors import Rejected


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("HTTP://News.Example:80", "http://news.example/"),
        (" https://news.example:443/a#top ", "https://news.example/a"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example./a/./b/../c", "https://news.example/a/c"),
        ("https://news.example/%7ea%2fb%2E%2e/x", "https://news.example/~a%2Fb../x"),
        ("https://news.example/a/%2e%2e/b", "https://news.example/b"),
        ("https://b\u00fccher.example/\u00fc b?q=\u00e9", "https://xn--bcher-kva.example/%C3%BC%20b?q=%C3%A9"),
        ("https://news.example/?b=2&a=1&b=3&c", "https://news.example/?b=2&a=1&b=3&c"),
        ("https://news.example/watch?v=abc", "https://news.example/watch?v=abc"),
        ("https://news.example/go?next=https://other.example/", "https://news.example/go?next=https://other.example/"),
        ("https://news.example/a?utm_source=x&id=7&fbclid=y&UTM_Medium=z&ref=rss", "https://news.example/a?id=7"),
        ("https://news.example/a?gclid=1", "https://news.example/a"),
        ("https://news.example/a?reference=1&preview=2", "https://news.example/a?reference=1&preview=2"),
        ("https://news.example/100%/a", "https://news.example/100%25/a"),
        ("http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("https://m.news.example/amp/a", "https://m.news.example/amp/a"),
    ],
)
def test_an_address_has_one_canonical_form(url: str, shown: str) -> None:
    assert canonical(url) == shown


@pytest.mark.parametrize(
    "url",
    ["", "news.example/a", "/a", "javascript:alert(1)", "mailto:a@b.example", "ftp://news.example/", "http://",
     "http://user:pw@news.example/", "http://a..b/", "http://[::1", "https://news.example/" + "x" * 2048,
     "https://news.example/" + "\u00fc" * 500],
)  # fmt: skip
def test_what_is_no_address_is_rejected(url: str) -> None:
    with pytest.raises(Rejected) as caught:
        canonical(url)
    assert caught.value.reason == "bad-url"
    assert "pw" not in caught.value.detail


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.news.example/a/", "news.example/a"),
        ("http://news.example/", "news.example/"),
        ("http://www.news.example/?id=5", "news.example/?id=5"),
        ("http://news.example/a/?id=5", "news.example/a?id=5"),
        ("http://www.example/a", "www.example/a"),
        ("http://news.example:443/a", "news.example/a"),
        ("http://news.example:8080/a", "news.example:8080/a"),
    ],
)
def test_the_key_leaves_out_what_does_not_tell_pages_apart(url: str, key: str) -> None:
    assert article_key(url) == key


@given(st.text(max_size=80))
def test_canonical_is_idempotent_or_rejects(text: str) -> None:
    for url in (text, "https://news.example/" + text, "https://news.example/?" + text, "https://" + text):
        try:
            shown = canonical(url)
        except Rejected:
            continue
        assert canonical(shown) == shown
        assert article_key(shown) == article_key(url)
        assert shown.isascii()


_WORD = st.text("abcdefghijklmnopqrstuvwxyz0123456789-%C3", min_size=1, max_size=8)


@given(
    st.lists(_WORD, max_size=4),
    st.lists(st.tuples(_WORD, _WORD), max_size=3),
    st.sampled_from(["utm_source=x", "fbclid=1", "gclid=2", "mc_cid=3", "utm_campaign=a%20b"]),
)
def test_an_id_does_not_depend_on_scheme_www_slash_or_tracking(
    path: list[str], query: list[tuple[str, str]], tracking: str
) -> None:
    way = "/".join(path)
    asked = "&".join(f"{name}={value}" for name, value in query if name != "ref")
    plain = f"news.example/{way}" + (f"?{asked}" if asked else "")
    tracked = f"news.example/{way}{'/' if way else ''}?{tracking}" + (f"&{asked}" if asked else "")
    ids = {
        article_id(url)
        for url in (f"http://{plain}", f"https://www.{plain}", f"https://{tracked}", f"http://www.{tracked}#part")
    }
    assert len(ids) == 1
    (one,) = ids
    assert len(one) == 18
    assert one.startswith("a_")

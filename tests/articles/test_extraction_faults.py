"""What goes wrong with article pages on the real web, one case per row of the list of faults (the numbers)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.articles.extraction import extract_page
from aggregator.errors import Rejected
from aggregator.setting_sections import ExtractSettings
from aggregator.types import DateTrust, Extent, Extracted, Kind, Page, Rights
from tests.articles.test_extraction import PARAGRAPHS, SETTINGS, URL, extract, page, paragraphs, reason

FEED = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
LONG_FEED = FEED + "".join(f"<p>Step {n} of the work: {text}</p>" for n, text in enumerate(PARAGRAPHS * 2))
EMPTY = b"<html><head><title>Council votes</title></head><body><div id='root'></div></body></html>"
WALL = (
    "<p>We and our partners store and/or access information on a device, such as cookies, with your consent.</p>"
    "<p>You can accept all or manage preferences. We use cookies for personalised advertising and content.</p>"
)


def only(html: str | bytes, **fields: object) -> Page:
    body = html if isinstance(html, bytes) else html.encode()
    return replace(Page("https://harbor.example/a/levee", body), **fields)  # type: ignore[arg-type]


def refused(html: str | bytes, **fields: object) -> str:
    with pytest.raises(Rejected) as caught:
        extract_page(only(html, **fields), SETTINGS)
    return caught.value.reason


@pytest.mark.parametrize(
    "title", ["Page not found", "404 Not Found – The Harbor", "This article is no longer available", "Just a moment..."]
)
def test_a_soft_404_is_no_article(title: str) -> None:  # 56
    assert reason(
        "<p>Sorry, we could not find what you were looking for.</p>" + "<p>Try our search.</p>" * 9, title=title
    ) == ("error-page")


def test_a_consent_wall_is_no_article() -> None:  # 121
    assert refused(f"<html><body><main>{WALL}</main></body></html>") == "consent-page"


def test_the_text_of_the_feed_serves_where_a_wall_is_shown() -> None:  # 121, 129
    document = extract_page(only(f"<html><body>{WALL}</body></html>", feed_html=FEED, title="Levee vote"), SETTINGS)
    assert (document.text, document.title) == ("\n".join(PARAGRAPHS), "Levee vote")


def test_a_page_that_needs_scripts_says_so() -> None:  # 124
    assert refused(EMPTY) == "needs-js"


def test_the_text_of_the_feed_serves_where_a_page_needs_scripts() -> None:  # 124
    document = extract_page(only(EMPTY, feed_html=FEED, title="Council votes"), SETTINGS)
    assert document.text == "\n".join(PARAGRAPHS)
    assert document.extent is Extent.TEASER  # a feed's short text may be a summary


@pytest.mark.parametrize(
    ("feed", "extent"), [(LONG_FEED, Extent.FULL), (LONG_FEED + "<p>The council will now …</p>", Extent.TEASER)]
)
def test_a_feeds_text_is_whole_only_if_long_and_not_cut_off(feed: str, extent: Extent) -> None:  # 129
    assert extract_page(only(EMPTY, feed_html=feed), SETTINGS).extent is extent


def test_the_text_of_the_feed_serves_where_the_page_gives_too_little() -> None:  # 129
    html = "<html><body><article><h1>Levee vote</h1><p>The council voted on Tuesday.</p></article></body></html>"
    assert extract_page(only(html, feed_html=FEED), SETTINGS).text == "\n".join(PARAGRAPHS)
    assert refused(html) == "too-short"
    assert refused(html, feed_html="<p>The council voted.</p>") == "too-short"


def test_what_a_page_reserves_holds_for_the_feeds_text_too() -> None:  # 129, 138
    html = EMPTY.replace(b"<title>", b"<meta name='robots' content='noai'><title>")
    assert extract_page(only(html, feed_html=FEED), SETTINGS).rights is Rights.METADATA


def test_a_gone_article_is_not_brought_back_from_its_feed() -> None:  # 56
    assert refused("<html><head><title>404 Not Found</title></head><body>Gone</body></html>", feed_html=FEED) == (
        "error-page"
    )


def test_a_document_says_how_far_the_extractors_agree() -> None:  # 121
    agreement = extract().agreement
    assert agreement is not None
    assert agreement > 0.9


def test_a_paywalled_teaser_is_a_teaser() -> None:  # 122
    document = extract(paragraphs("Subscribe to continue reading this article."))
    assert document.extent is Extent.TEASER


def test_the_next_article_of_an_endless_page_is_left_out() -> None:  # 126
    more = "".join(
        f"<p>The harbour festival will open with a concert of {n} brass bands on the pier.</p>" for n in range(8)
    )
    second = f"<article><h1>Harbour festival opens</h1>{more}</article>"
    html = page().html.replace(b"</article>", b"</article>" + second.encode())
    assert "brass bands" not in extract_page(only(html), SETTINGS).text


@pytest.mark.parametrize(
    "name",
    [
        "Admin",
        "The Harbor",
        "desk@harbor.example",
        "https://harbor.example/dana",
        "Staff Reporter",
        "harbor.com",
        "Editorial Board",
    ],
)
def test_stand_ins_are_no_authors(name: str) -> None:  # 130
    head = f'<meta property="og:site_name" content="The Harbor"><meta name="author" content="{name}">'
    assert extract(head=head).authors == ()


def test_at_most_eight_authors_are_kept() -> None:  # 130
    head = f'<meta name="author" content="{"; ".join(f"Dana Okafor{chr(97 + n)}" for n in range(20))}">'
    assert len(extract(head=head).authors) == 8


def test_the_language_is_that_of_the_text_not_of_the_element() -> None:  # 131
    german = "".join(
        f"<p>Der Stadtrat hat am {n}. Oktober beschlossen, den Deich am östlichen Ufer vor dem Winter zu erneuern.</p>"
        for n in range(1, 8)
    )
    assert extract(german, language="en").language == "de"


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("https://m.harbor.example/politics/levee", True),
        ("https://harbor.example/", False),
        ("https://elsewhere.example/politics/levee", False),
    ],
)
def test_a_canonical_address_is_of_the_same_site_and_not_home(href: str, kept: bool) -> None:  # 104
    assert extract(head=f'<link rel="canonical" href="{href}">').canonical_url == (href if kept else "")


def test_names_below_a_shared_host_are_different_sites() -> None:  # 104
    html = page(head='<link rel="canonical" href="https://bob.github.io/post/levee">').html
    assert extract_page(Page("https://alice.github.io/post/levee", html), SETTINGS).canonical_url == ""


@pytest.mark.parametrize(
    ("head", "fields", "rights", "basis"),
    [
        ('<meta name="robots" content="noindex, follow">', {}, Rights.METADATA, "meta robots: noindex"),
        ('<meta name="robots" content="none">', {}, Rights.METADATA, "meta robots: none"),
        ('<meta name="Bot" content="nosnippet">', {"robot": "bot"}, Rights.METADATA, "meta bot: nosnippet"),
        ('<meta name="otherbot" content="noindex">', {"robot": "aggregator"}, Rights.FULL, ""),
        ('<meta name="robots" content="noarchive">', {}, Rights.QUOTE, "meta robots: noarchive"),
        ('<meta name="tdm-reservation" content="1">', {}, Rights.METADATA, "meta tdm-reservation: 1"),
        ('<meta name="tdm-reservation" content="1">', {"tdm_basis": "licence of 2026"}, Rights.FULL, ""),
        ('<meta name="robots" content="noai">', {"tdm_basis": "licence of 2026"}, Rights.METADATA, "meta robots: noai"),
        ("", {"rights": Rights.QUOTE, "rights_basis": "header x"}, Rights.QUOTE, "header x"),
    ],
)  # fmt: skip
def test_what_a_page_reserves_is_kept_with_the_statement(
    head: str, fields: dict[str, object], rights: Rights, basis: str
) -> None:  # 137, 138
    document = extract(head=head, **fields)
    assert (document.rights, document.rights_basis) == (rights, basis)


TEXT = (
    "Der Bürgermeister von Lübeck sagte: „Die Flut war schlimm.“ Er dankte allen Helfern für ihre Mühe in der Nacht. "
)


@pytest.mark.parametrize(
    ("encoding", "header", "meta"),
    [
        pytest.param("utf-8", "text/html; charset=iso-8859-1", "", id="69-header-wrong"),
        pytest.param("utf-8", "", '<meta charset="iso-8859-1">', id="70-declaration-wrong"),
        pytest.param("utf-16", "", "", id="71-utf-16-with-mark"),
        pytest.param("utf-16-le", "text/html; charset=utf-16le", "", id="71-utf-16-by-header"),
        pytest.param("utf-8-sig", "", "", id="72-mark"),
        pytest.param("cp1252", "", "", id="73-nothing-declared"),
        pytest.param("cp1252", "text/html; charset=iso-8859-1", "", id="75-cp1252-as-latin-1"),
        pytest.param("cp1252", "", '<meta charset="windows-1252">', id="73-meta"),
    ],
)
def test_characters_are_right_whatever_is_declared(encoding: str, header: str, meta: str) -> None:
    body = "".join(f"<p>{TEXT}{TEXT}Zum {n}. Mal half die Feuerwehr mit.</p>" for n in range(3))
    html = f"<html><head>{meta}<title>Flut</title></head><body><article>{body}</article></body></html>"
    document = extract_page(only(html.encode(encoding), content_type=header), SETTINGS)
    assert TEXT.strip() in document.text


def test_one_bad_byte_costs_one_character() -> None:  # 74
    html = page().html.replace(b"Saltmarsh", "Salt\u00e9marsh Île Österreich ".encode() * 40 + b"\xff", 1)
    text = extract_page(only(html), SETTINGS).text
    assert "Salt\u00e9marsh" in text
    assert text.count("\ufffd") <= 1


def test_nul_and_control_characters_do_not_end_a_page() -> None:  # 76, 77
    html = page().html.replace(b"Tuesday", b"Tues\x01day&#0;&#x8; &#xd800;")
    text = extract_page(only(html), SETTINGS).text
    assert PARAGRAPHS[-1] in text
    assert not set(text) & {chr(n) for n in (0, 1, 8)}


def test_a_day_that_only_the_text_of_the_page_tells_is_a_guess() -> None:  # 105
    html = page(paragraphs() + "<p>Veröffentlicht am 06.10.2026</p>").html
    found = extract_page(only(html, fetched_at=datetime(2026, 10, 9, tzinfo=UTC)), SETTINGS)
    assert (found.published_at, found.date_trust) == (datetime(2026, 10, 6, tzinfo=UTC), DateTrust.GUESSED)


def test_a_day_that_is_not_written_on_the_page_is_none() -> None:  # 105, 106
    html = page(paragraphs() + "<p>Copyright 2026</p>").html
    found = extract_page(only(html, fetched_at=datetime(2026, 10, 9, tzinfo=UTC)), SETTINGS)
    assert (found.published_at, found.date_trust) == (None, DateTrust.NONE)


def picture(head: str) -> object:
    found: Extracted = extract(head=head)
    return found.image and (found.image.url, found.image.credit, found.image.alt)


def test_a_picture_is_kept_as_an_address_with_its_credit() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Levee", "image": {'
        '"url": "/img/levee.jpg", "creditText": "Ann Ash / The Harbor", "caption": "The levee"}}</script>'
    )
    assert picture(head) == ("https://harbor.example/img/levee.jpg", "Ann Ash / The Harbor", "The levee")
    og = (
        '<meta property="og:image" content="https://cdn.example/a.jpg"><meta property="og:image:alt" content="A levee">'
    )
    assert picture(og) == ("https://cdn.example/a.jpg", "", "A levee")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:image/png;base64,AAAA", "https://u:p@cdn.example/a.jpg", "http://[", "file:///x"],
)
def test_a_picture_with_another_scheme_or_a_user_is_none(address: str) -> None:  # 113
    assert picture(f'<meta property="og:image" content="{address}">') is None


def test_a_kind_is_a_kind_of_its_own() -> None:  # 125
    head = '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "Levee vote"}</script>'
    assert extract(head=head).kind is Kind.LIVE


def test_a_page_longer_than_what_is_read_is_cut() -> None:
    found = extract_page(page(paragraphs() + "<!--" + "x" * 50_000 + "-->"), ExtractSettings(max_html_bytes=20_000))
    assert (found.extent, found.text) == (Extent.TEASER, "\n".join(PARAGRAPHS))


@pytest.mark.parametrize("before", ["", "<header><a href=/>Home</a></header>", "<main>"])
@pytest.mark.parametrize("after", ["", "<p>All about The Harbor", "<footer>All about The Harbor</footer>"])
def test_a_page_that_omits_the_tags_of_head_and_body_is_read(before: str, after: str) -> None:
    told = "".join(f"<p>{text}" for text in PARAGRAPHS)
    html = f"<!DOCTYPE html><html lang=en><title>Levee</title>{before}<article><h1>Levee</h1>{told}</article>{after}"
    found = extract_page(Page(url=URL, html=html.encode()), SETTINGS)
    assert PARAGRAPHS[0] in found.text
    assert PARAGRAPHS[-1] in found.text

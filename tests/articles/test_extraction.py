"""Extraction: what becomes of a page's HTML, and of a plain text."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.articles.extraction import document_from_text, extract_page
from aggregator.errors import Rejected
from aggregator.setting_sections import ExtractSettings
from aggregator.types import DateTrust, Extent, Extracted, Kind, Page, RegionKind, Rights

URL = "https://harbor.example/politics/2026/10/levee-vote"
SETTINGS = ExtractSettings()
PARAGRAPHS = (
    "The council of Saltmarsh voted on Tuesday to rebuild the levee on the east bank before the winter storms arrive.",
    "The work will cost $41 million over three years, according to the plan that the city engineer wrote last week.",
    "“We cannot wait for another flood to teach us the price of waiting,” said Nora Whitby, who leads the council.",
    "Two members voted against the plan because the state has not yet promised its share of the money for the work.",
    "The first contracts will be signed in November, and the old pumping station closes for nine weeks in the spring.",
)


def page(body: str = "", head: str = "", title: str = "Council votes to rebuild levee", **fields: object) -> Page:
    article = body or "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    html = (
        f'<!DOCTYPE html><html lang="en"><head><title>{title} – The Harbor</title>{head}</head><body>'
        f'<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>'
        f"<main><article><h1>{title}</h1>{article}</article></main>"
        f"<footer><p>All about The Harbor</p></footer></body></html>"
    )
    return replace(Page(url=URL, html=html.encode()), **fields)  # type: ignore[arg-type]


def extract(body: str = "", head: str = "", **fields: object) -> Extracted:
    return extract_page(page(body, head, **fields), SETTINGS)


def paragraphs(*extra: str) -> str:
    return "".join(f"<p>{text}</p>" for text in (*PARAGRAPHS, *extra))


def marked(document: Extracted, kind: RegionKind) -> list[str]:
    return [document.text[region.start : region.end] for region in document.regions if region.kind is kind]


def reason(body: str = "", head: str = "", **fields: object) -> str:
    with pytest.raises(Rejected) as caught:
        extract(body, head, **fields)
    return caught.value.reason


def test_the_text_is_the_article_one_paragraph_a_line() -> None:
    document = extract()
    assert document.text == "\n".join(PARAGRAPHS)
    assert document.title == "Council votes to rebuild levee"
    assert document.language == "en"
    assert (document.kind, document.extent) == (Kind.NEWS, Extent.FULL)


def test_the_same_page_gives_the_same_document_which_can_be_pickled() -> None:
    document = extract()
    assert pickle.loads(pickle.dumps(extract())) == document


def test_boilerplate_is_not_in_the_text() -> None:
    document = extract(
        "<div class='byline'>By Dana Okafor</div>"
        + paragraphs("Read more: What the flood of 2019 cost the city", "Advertisement")
        + "<div class='newsletter-box'><p>Get the best of The Harbor in your inbox. Sign up now.</p></div>"
        + "<h3>Related stories</h3><ul><li>The old levee in pictures</li><li>Who pays for the pumps</li></ul>"
        + "<div id='cookie-banner'><p>We use cookies. Accept all cookies or manage preferences.</p></div>"
    )
    for phrase in ("Okafor", "Read more", "Advertisement", "inbox", "Related", "pumps", "cookies", "Home"):
        assert phrase not in document.text
    assert document.text == "\n".join(PARAGRAPHS)


def test_what_a_page_declares_outranks_what_it_shows() -> None:
    document = extract(
        head="""<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
            {"@type": "Person", "@id": "#p", "name": "Dana Okafor"},
            {"@type": ["NewsArticle"], "headline": "Council votes to rebuild levee", "articleSection": "Politics",
             "datePublished": "2026-10-06T14:05:00-04:00", "author": [{"@id": "#p"}, {"name": "Admin"}, "Ellis Tran"]},
            ]}</script><link rel="canonical" href="/politics/levee#top">"""
    )
    assert document.authors == ("Dana Okafor", "Ellis Tran")
    assert document.published_at == datetime(2026, 10, 6, 18, 5, tzinfo=UTC)
    assert document.date_trust is DateTrust.PAGE
    assert document.section == "Politics"
    assert document.canonical_url == "https://harbor.example/politics/levee"


def test_the_date_of_the_feed_outranks_the_page() -> None:
    told = datetime(2026, 10, 5, tzinfo=UTC)
    head = '<meta property="article:published_time" content="2026-10-06T14:05:00Z">'
    document = extract(head=head, published_at=told)
    assert (document.published_at, document.date_trust) == (told, DateTrust.FEED)


@pytest.mark.parametrize(
    ("head", "trust"),
    [
        ('<meta property="article:published_time" content="2026-10-06T14:05:00Z">', DateTrust.PAGE),
        ('<meta name="date" content="2026-10-06">', DateTrust.GUESSED),
        ("", DateTrust.NONE),
    ],
)
def test_a_date_without_its_zone_is_a_guess(head: str, trust: DateTrust) -> None:
    assert extract(head=head).date_trust is trust


@pytest.mark.parametrize(
    "href", ["https://harbor.example/", "https://elsewhere.example/politics/levee", "javascript:alert(1)", "http://["]
)
def test_a_canonical_url_of_another_site_or_of_the_home_page_is_none(href: str) -> None:
    assert extract(head=f'<link rel="canonical" href="{href}">').canonical_url == ""


def test_elements_in_which_the_outlet_is_not_speaking_are_marked() -> None:
    post = (
        '<blockquote class="twitter-tweet"><p>Caught RED HANDED at the levee</p>&mdash; Rex Maddigan (@rexm) '
        '<a href="https://twitter.com/rexm">October 6, 2026</a></blockquote>'
    )
    charges = "<ul><li>took $412,000 from a builder</li><li>hid a bank account</li><li>lied to the auditor</li></ul>"
    letter = (
        "<blockquote><p>The city never asked us, and it never will.</p><p>We are done waiting for it.</p></blockquote>"
    )
    document = extract(
        paragraphs() + post + "<p>Prosecutors allege that the former mayor did three things in his time:</p>" + charges
        + "<p>Neighbours wrote a letter to the council after the vote, in which they say:</p>" + letter
        + "<p class='cutline'>The levee on Tuesday morning</p>"
        + "<p>Correction: An earlier version of this article gave the wrong name for the city engineer.</p>"
        + "<p>The council meets again on Monday to choose the members of a committee on the work.</p>"
    )  # fmt: skip
    assert "RED HANDED" in marked(document, RegionKind.EMBED)[0]
    assert marked(document, RegionKind.LIST) == [
        "took $412,000 from a builder\nhid a bank account\nlied to the auditor"
    ]
    quoted = marked(document, RegionKind.QUOTATION)
    assert "The city never asked us, and it never will.\nWe are done waiting for it." in quoted
    assert marked(document, RegionKind.CAPTION) == ["The levee on Tuesday morning"]
    assert marked(document, RegionKind.NOTICE)[0].startswith("Correction: An earlier version")


def test_an_inline_quotation_element_keeps_its_marks() -> None:
    document = extract(paragraphs("The engineer calls the wall <q>a promise made of mud and hope</q> in his report."))
    assert "“a promise made of mud and hope”" in marked(document, RegionKind.QUOTATION)


@pytest.mark.parametrize(
    ("fields", "head", "kind"),
    [
        ({"url": "https://harbor.example/opinion/levee"}, "", Kind.OPINION),
        ({"url": "https://harbor.example/2026/the-opinion-poll"}, "", Kind.NEWS),
        ({"section": "Op-Ed"}, "", Kind.OPINION),
        ({"title": "Opinion: Build the levee"}, "", Kind.OPINION),
        (
            {},
            '<script type="application/ld+json">{"@type": "OpinionNewsArticle", "headline": "x"}</script>',
            Kind.OPINION,
        ),
        ({}, '<script type="application/ld+json">{"@type": "SatiricalArticle", "headline": "x"}</script>', Kind.SATIRE),
        ({"satire": True, "section": "opinion"}, "", Kind.SATIRE),
        ({"opinion": True}, "", Kind.OPINION),
        ({"url": "https://harbor.example/humor/levee"}, "", Kind.SATIRE),
    ],
)
def test_opinion_and_satire_are_told_from_news(fields: dict[str, object], head: str, kind: Kind) -> None:
    assert extract(head=head, **fields).kind is kind


LINKED = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x", %s}</script>'
NOT_FREE = LINKED % '"isAccessibleForFree": "False"'


def test_a_paywalled_page_with_little_text_is_a_teaser_without_the_prompt() -> None:
    document = extract(
        paragraphs() + "<div class='paywall'><p>Subscribe to continue reading this story.</p></div>", NOT_FREE
    )
    assert document.extent is Extent.TEASER
    assert document.text == "\n".join(PARAGRAPHS)


def test_a_prompt_at_the_end_of_the_text_makes_a_teaser() -> None:
    document = extract(paragraphs("To continue reading, become a member of The Harbor today."))
    assert document.extent is Extent.TEASER
    assert document.text == "\n".join(PARAGRAPHS)


def test_a_long_text_is_full_even_where_the_offer_is_not_free() -> None:
    document = extract("".join(f"<p>{text} Paragraph {n}.</p>" for n in range(10) for text in PARAGRAPHS), NOT_FREE)
    assert document.extent is Extent.FULL


def test_paid_paragraphs_that_are_there_are_kept() -> None:
    body = "".join(f'<p class="paywall">{text}</p>' for text in PARAGRAPHS)
    assert extract(body).text == "\n".join(PARAGRAPHS)


def test_a_page_longer_than_the_limit_is_never_full() -> None:
    long = page(paragraphs() + "<p>" + "x" * 10_000 + "</p>")
    assert extract_page(long, ExtractSettings(max_html_bytes=8000)).extent is Extent.TEASER


@pytest.mark.parametrize(
    ("head", "rights"),
    [
        ("", Rights.FULL),
        ('<meta name="robots" content="index, max-snippet:-1">', Rights.FULL),
        ('<meta name="robots" content="NOARCHIVE">', Rights.QUOTE),
        ('<meta name="robots" content="noarchive"><meta name="robots" content="nosnippet">', Rights.METADATA),
        ('<meta name="tdm-reservation" content="1">', Rights.METADATA),
        ('<meta name="robots" content="noai, noimageai">', Rights.METADATA),
    ],
)
def test_reservations_of_rights_are_read(head: str, rights: Rights) -> None:
    assert extract(head=head).rights is rights


@pytest.mark.parametrize(
    ("first", "last", "author", "wire"),
    [
        ("TAMARACK (AP) — The levee", "", "", "Associated Press"),
        ("TAMARACK, Oct 6 (Reuters) - The levee", "", "", "Reuters"),
        ("TAMARACK (Meridian) — The levee", "Meridian Wire contributed to this report.", "", "Meridian Wire"),
        ("The levee", "The Associated Press contributed to this report.", "", "Associated Press"),
        ("The levee", "(Reporting by Jo March; Editing by Amy March)", "", "Reuters"),
        ("The levee", "", "Agence France-Presse", "AFP"),
        ("PORTLAND (Maine) — The levee", "", "", ""),
        ("The levee (AP Photo/Jo March) is old. The levee", "", "", ""),
    ],
)
def test_the_agency_is_found_in_dateline_byline_or_closing_line(first: str, last: str, author: str, wire: str) -> None:
    body = paragraphs(last) if last else paragraphs()
    body = body.replace("<p>The council", f"<p>{first} and the council", 1)
    assert extract(body, f'<meta name="author" content="{author}">').wire == wire


def test_pages_that_are_no_articles_are_rejected_with_their_reason() -> None:
    assert reason(html=b"%PDF-1.7 binary") == "not-html"
    assert reason(html=b"\x00\x01\x02\x03" * 500) == "not-html"
    assert reason(content_type="image/png") == "not-html"
    assert reason(html=b'{"json": true}') == "not-html"
    assert reason(html=b"  \n") == "empty-page"
    assert reason(html=b"<html><body></body></html>") == "empty-page"
    assert (
        reason(html=b'<html><body><div id="root"></div><noscript>Please enable JavaScript</noscript></body>')
        == "needs-js"
    )
    assert reason("<p>Short.</p>") == "too-short"
    assert reason("<p>The page you asked for has moved or is gone.</p>", title="Page not found") == "error-page"
    wall = (
        "<p>We and our 812 partners store and/or access information on a device, such as cookies.</p>"
        "<p>You may accept all or manage your choices by your consent. Legitimate interest applies to some vendors.</p>"
        "<p>Read our privacy policy on personalised ads, and how vendors use cookies with your consent.</p>"
    )
    assert reason(wall) == "consent-page"


def test_an_article_about_consent_is_an_article() -> None:
    text = (
        "The regulator fined the company because its cookies tracked readers without their consent, it said on Friday."
    )
    assert extract(paragraphs(text)).text.endswith(text)


def test_declared_text_serves_where_the_page_needs_scripts() -> None:
    body = " ".join(PARAGRAPHS) + " " + " ".join(PARAGRAPHS)
    head = LINKED % f'"articleBody": "{body}"'
    assert extract('<div id="root"></div>', head).text == body


@pytest.mark.parametrize("declared", ["", "text/html; charset=utf-8"])
def test_a_page_in_latin_1_that_says_so_is_not_read_as_utf_8(declared: str) -> None:
    text = (
        "Der Bürgermeister grüßt die Gäste aus Köln und kündigt für übermorgen größere Straßenbauten an der Küste an. "
    )
    html = (
        f'<html><head><meta charset="iso-8859-1"><title>Grüße</title></head><body><article><p>{text * 5}</p></article>'
    )
    document = extract_page(Page(URL, html.encode("cp1252"), declared.replace("utf-8", "iso-8859-1")), SETTINGS)
    assert document.text.startswith("Der Bürgermeister grüßt")
    assert document.language == "de"


def test_utf_8_wins_over_a_wrong_header() -> None:
    assert "“We cannot wait" in extract(content_type="text/html; charset=iso-8859-1").text


@pytest.mark.parametrize(
    "html",
    [
        b"<html><body>" + b"<div>" * 50_000 + b"<p>text</p>",
        b"<html><body><article><p>" + b"<b>" * 20_000 + b"words",
        b'<html><body class="' + b"x " * 500_000 + b'"><p>text</p>',
        b"<html><body><div " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"><p>text</p></div>",
        b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script><p>text</p>",
        b"<" * 500_000,
        b"<!DOCTYPE html [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><p>&b;</p>",
        b'<meta charset="unicode_escape"><p>\xff\xfe',
    ],
    ids=["deep", "inline", "attribute", "attributes", "json", "brackets", "entities", "codec"],
)
def test_a_hostile_page_is_rejected_and_nothing_worse(html: bytes) -> None:
    assert reason(html=html)


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(
                [
                    "<p>",
                    "</p>",
                    "<ul><li>",
                    "<blockquote>",
                    "<q>",
                    "“",
                    "”",
                    '"',
                    "‘",
                    "’",
                    "<br>",
                    "&lt;",
                    "\x00",
                    "\ud800",
                    "&#31;",
                    "&#xFFFF;",
                    "\x1f",
                ]
            ),
            st.sampled_from(PARAGRAPHS),
        ),
        max_size=25,
    )
)
def test_any_soup_gives_a_document_with_sound_regions_or_a_rejection(soup: list[str]) -> None:
    try:
        document = extract(paragraphs() + "".join(soup).encode("utf-8", "replace").decode())
    except Rejected:
        return
    check(document)


@settings(max_examples=100)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from('\n\n\n“”"‘’— .;•@(ab')), min_size=1))
def test_any_text_gives_a_document_with_sound_regions_or_a_rejection(text: str) -> None:
    try:
        document = document_from_text(text, title="A title")
    except Rejected:
        assert not any(map(str.isalnum, text))
        return
    check(document)


def check(document: Extracted) -> None:
    assert document.text == document.text.strip()
    assert "\n\n" not in document.text
    at = 0
    for region in document.regions:
        assert at <= region.start < region.end <= len(document.text)
        at = region.end


def test_a_plain_text_becomes_a_document_with_nothing_dropped() -> None:
    text = "\n\n".join(
        (*PARAGRAPHS, "Read more: What the flood cost", "(AP Photo/Jo March)", "Editor’s note: Updated.")
    )
    document = document_from_text(
        text, title="Levee", url="https://harbor.example/opinion/x", section="", language="fr"
    )
    assert document.text == text.replace("\n\n", "\n")
    assert (document.kind, document.language, document.extent) == (Kind.OPINION, "en", Extent.FULL)
    assert marked(document, RegionKind.CAPTION) == ["(AP Photo/Jo March)"]
    assert "Editor’s note: Updated." in marked(document, RegionKind.NOTICE)[-1]


def test_a_text_without_words_is_rejected() -> None:
    with pytest.raises(Rejected, match="empty-page"):
        document_from_text("--- \n …", title="x")


def test_an_address_that_is_none_does_no_harm() -> None:
    text = f"TAMARACK (Meridian) — {PARAGRAPHS[0]}"
    assert document_from_text(text, title="x", url="http://[").kind is Kind.NEWS

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from aggregator.articles.documents import SAME_PAGE, content_sha, save_document
from aggregator.articles.urls import article_id, article_key
from aggregator.clock import Clock
from aggregator.setting_sections import EmbedSettings
from aggregator.store.sessions import Store
from aggregator.store.tables import Alias, Article, Document, Outlet
from aggregator.stories.embed import Embed
from aggregator.text import sha256
from aggregator.types import PURGED, DateTrust, Extent, Extracted, Kind, Region, RegionKind, Rights, strictest

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)
URL = "https://lantern.example/news/bridge"
KEY = article_id(URL)
FOUND = Extracted(
    title="Bridge closed",
    text='The bridge is closed.\n"It is unsafe," said Ann Ash.',
    language="en",
    kind=Kind.NEWS,
    extent=Extent.FULL,
    regions=(Region(22, 38, RegionKind.QUOTATION),),
)


@pytest.fixture(autouse=True)
def _article(store: Store) -> None:
    with store.write() as session:
        session.add(Outlet(key="lantern", name="The Lantern"))
        session.flush()
        session.add(
            Article(id=KEY, url=URL, outlet_key="lantern", origin="feed", found_at=NOW, order_at=NOW, entry_sha="e")
        )


def save(store: Store, found: Extracted, *, input_sha: str = "page-1", now: datetime = NOW) -> Document:
    with store.write() as session:
        return save_document(
            session,
            session.get_one(Article, KEY),
            found,
            input_sha=input_sha,
            recipe="extract/1",
            now=now,
        )


def rows(store: Store) -> list[Document]:
    with store.read() as session:
        return list(session.scalars(select(Document).order_by(Document.revision)))


def article(store: Store) -> Article:
    with store.read() as session:
        return session.get_one(Article, KEY)


def pending(store: Store) -> list[str]:
    with store.read() as session:
        return [item.key for item in Embed(EmbedSettings(), ("en",), Clock(NOW)).pending(session, 10)]


def test_a_first_document_is_revision_one_with_all_that_was_found(store: Store) -> None:
    save(store, replace(FOUND, authors=("Ann Ash",), wire="Reuters"))
    (row,) = rows(store)
    assert (row.revision, row.current, row.made_at) == (1, True, NOW)
    assert (row.title, row.text, row.wire, row.authors) == (FOUND.title, FOUND.text, "Reuters", ["Ann Ash"])
    assert (row.kind, row.extent, row.language) == ("news", "full", "en")
    assert row.regions == [{"start": 22, "end": 38, "kind": "quotation"}]
    assert (row.text_sha256, row.content_sha) == (sha256(FOUND.text), content_sha(FOUND.title, FOUND.text))
    assert (row.input_sha, row.recipe) == ("page-1", "extract/1")


def test_an_unchanged_text_keeps_its_revision_and_takes_the_rest(store: Store) -> None:
    save(store, FOUND)
    save(store, replace(FOUND, kind=Kind.OPINION, wire="AFP"), input_sha="page-2", now=NOW + timedelta(days=1))
    (row,) = rows(store)
    assert (row.revision, row.made_at, row.input_sha) == (1, NOW, "page-2")
    assert (row.kind, row.wire) == ("opinion", "AFP")


@pytest.mark.parametrize("change", [{"text": "The bridge is open again."}, {"title": "Bridge open"}])
def test_a_changed_text_or_title_is_a_new_revision_and_the_old_one_is_kept(
    store: Store, change: dict[str, str]
) -> None:
    save(store, FOUND)
    save(store, replace(FOUND, regions=(), **change), input_sha="page-2", now=NOW + timedelta(days=1))
    old, new = rows(store)
    assert (old.revision, old.current, new.revision, new.current) == (1, False, 2, True)
    assert (old.title, old.text, old.input_sha, old.made_at) == (FOUND.title, FOUND.text, "page-1", NOW)
    assert old.regions
    assert {"title": new.title, "text": new.text}.items() >= change.items()


def test_a_text_that_comes_back_is_a_revision_of_its_own(store: Store) -> None:
    for text in ("One text.", "Another text.", "One text."):
        save(store, replace(FOUND, text=text, regions=()))
    assert [(row.revision, row.current, row.text) for row in rows(store)] == [
        (1, False, "One text."),
        (2, False, "Another text."),
        (3, True, "One text."),
    ]


def test_rights_to_metadata_empty_the_text_and_keep_the_title(store: Store) -> None:
    save(store, replace(FOUND, rights=Rights.METADATA))
    (row,) = rows(store)
    assert (row.title, row.text, row.regions, row.rights) == (FOUND.title, "", [], "metadata")
    assert row.text_sha256 == sha256("")


def test_the_articles_own_rights_are_a_limit_for_its_documents(store: Store) -> None:
    with store.write() as session:
        session.get_one(Article, KEY).rights = "metadata"
    save(store, FOUND)
    assert (rows(store)[0].text, rows(store)[0].rights) == ("", "metadata")


def test_its_outlets_rights_are_a_limit_too(store: Store) -> None:
    with store.write() as session:
        session.get_one(Outlet, "lantern").rights = "quote"
    save(store, FOUND)
    assert (rows(store)[0].text, rows(store)[0].rights) == (FOUND.text, "quote")


def test_the_strictest_of_several_rights_counts() -> None:
    assert strictest(Rights.FULL, Rights.QUOTE) is Rights.QUOTE
    assert strictest(Rights.QUOTE, Rights.METADATA, Rights.FULL) is Rights.METADATA
    assert strictest(Rights.FULL) is Rights.FULL


def test_a_document_in_another_language_is_kept_and_not_pending_for_embed(store: Store) -> None:
    save(store, replace(FOUND, language="de"))
    (row,) = rows(store)
    assert (row.text, row.language) == (FOUND.text, "de")
    assert pending(store) == []


def test_a_document_in_a_supported_language_is_pending_for_embed_until_it_is_withheld(store: Store) -> None:
    save(store, FOUND)
    assert pending(store) == [KEY]
    with store.write() as session:
        session.get_one(Article, KEY).withheld = "purged"
    assert pending(store) == []


def test_authors_of_the_feed_stand_in_for_a_page_that_names_none(store: Store) -> None:
    with store.write() as session:
        session.get_one(Article, KEY).authors = ["Bo Birch"]
    save(store, FOUND)
    assert rows(store)[0].authors == ["Bo Birch"]
    save(store, replace(FOUND, authors=("Ann Ash",)))
    assert rows(store)[0].authors == ["Ann Ash"]


def test_an_undated_article_takes_the_date_of_its_page(store: Store) -> None:
    day = datetime(2026, 10, 1, 8, tzinfo=UTC)
    save(store, replace(FOUND, published_at=day, date_trust=DateTrust.PAGE, section="Local"))
    assert (article(store).published_at, article(store).title, article(store).section) == (day, FOUND.title, "Local")
    save(store, replace(FOUND, published_at=day - timedelta(days=1), date_trust=DateTrust.PAGE, section="World"))
    assert (article(store).published_at, article(store).section) == (day, "Local")


@pytest.mark.parametrize(
    ("moment", "trust"), [(NOW - timedelta(days=1), DateTrust.GUESSED), (NOW + timedelta(hours=1), DateTrust.PAGE)]
)
def test_a_guessed_or_future_date_stays_with_the_document(store: Store, moment: datetime, trust: DateTrust) -> None:
    save(store, replace(FOUND, published_at=moment, date_trust=trust))
    assert article(store).published_at is None
    assert (rows(store)[0].published_at, rows(store)[0].date_trust) == (moment, trust.value)


def test_a_canonical_address_becomes_an_alias(store: Store) -> None:
    for _ in range(2):
        save(store, replace(FOUND, canonical_url="https://www.lantern.example/2026/bridge/?utm_source=x"))
    with store.read() as session:
        aliases = session.scalars(select(Alias)).all()
    assert [(row.url_key, row.article_id) for row in aliases] == [("lantern.example/2026/bridge", KEY)]


@pytest.mark.parametrize("host", ["m.lantern.example", "amp.lantern.example", "www.lantern.example"])
def test_a_canonical_address_for_another_device_becomes_an_alias(store: Store, host: str) -> None:  # 99, 104
    save(store, replace(FOUND, canonical_url=f"https://{host}/2026/bridge"))
    with store.read() as session:
        assert [row.url_key for row in session.scalars(select(Alias))] == ["lantern.example/2026/bridge"]


@pytest.mark.parametrize(
    ("known", "withheld", "same"),
    [
        pytest.param("The bridge is open", "", True, id="the same headline"),
        pytest.param("Another headline", "", False, id="a site that names one address on all its pages"),
        pytest.param("Another headline", f"{PURGED}asked for", True, id="purged"),
        pytest.param("The bridge is open", "repeated-page", False, id="withheld for another reason"),
    ],
)
def test_a_page_that_calls_itself_by_another_articles_address_is_that_article(
    store: Store, known: str, withheld: str, same: bool
) -> None:
    address = "https://lantern.example/2026/bridge"
    with store.write() as session:
        session.add(
            Article(
                id=article_id(address), url=address, outlet_key="lantern", origin="feed", title=known,
                withheld=withheld, found_at=NOW, order_at=NOW, entry_sha="e",
            )
        )  # fmt: skip
    save(store, replace(FOUND, title="The bridge is open", canonical_url=address))
    assert article(store).withheld == (SAME_PAGE + article_id(address) if same else "")


@pytest.mark.parametrize("host", ["news.lantern.example", "lantern.elsewhere.example"])
def test_another_name_below_the_same_domain_is_no_alias(store: Store, host: str) -> None:  # 104
    save(store, replace(FOUND, canonical_url=f"https://{host}/2026/bridge"))
    with store.read() as session:
        assert session.scalars(select(Alias)).all() == []


@pytest.mark.parametrize(
    "address",
    [
        URL,
        "http://www.lantern.example/news/bridge/",
        "javascript:void(0)",
        "http://[",
        pytest.param("https://lantern.example/", id="104-front-page"),
        pytest.param("https://lantern.example/index.php", id="104-front-page-by-name"),
        pytest.param("https://beacon.example/news/bridge", id="104-another-site"),
    ],
)
def test_its_own_address_a_bad_one_and_a_front_page_are_no_alias(store: Store, address: str) -> None:
    save(store, replace(FOUND, canonical_url=address))
    with store.read() as session:
        assert session.scalars(select(Alias)).all() == []


def test_an_address_that_is_another_articles_is_no_alias(store: Store) -> None:
    other = "https://lantern.example/news/tunnel"
    third = "https://lantern.example/news/ferry"
    with store.write() as session:
        session.add(
            Article(
                id=article_id(other),
                url=other,
                outlet_key="lantern",
                origin="feed",
                found_at=NOW,
                order_at=NOW,
                entry_sha="e",
            )
        )
        session.flush()
        session.add(Alias(url_key=article_key(third), article_id=article_id(other)))
    for address in (other, third):
        save(store, replace(FOUND, canonical_url=address))
    with store.read() as session:
        assert [row.article_id for row in session.scalars(select(Alias))] == [article_id(other)]

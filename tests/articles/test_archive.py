import gzip
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from aggregator.articles.archive import (
    MAX_LINE,
    ArchiveArticle,
    ImportReport,
    OutletNames,
    numbered_lines,
    open_archive,
    read_line,
    save_articles,
)
from aggregator.articles.urls import article_id, article_key
from aggregator.errors import ConfigError, Rejected
from aggregator.store.sessions import Store
from aggregator.store.tables import Alias, Article, Document, Outlet
from aggregator.text import short_hash
from aggregator.types import Kind, Rights

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)
TEXT = "The council of Westmere voted on Tuesday to close the old iron bridge after inspectors found cracks in it."
URL = "https://www.lantern.example/news/bridge"


def line(**fields: Any) -> bytes:
    """A good line with an URL, changed by `fields`; a field that is None is left out."""
    row = {"url": URL, "text": TEXT, **fields}
    return json.dumps({key: value for key, value in row.items() if value is not None}).encode()


def read(**fields: Any) -> ArchiveArticle:
    return read_line(line(**fields), "archive", NOW)


def save(store: Store, articles: Iterable[ArchiveArticle], now: datetime = NOW) -> ImportReport:
    report = ImportReport()
    with store.write() as session:
        save_articles(session, articles, OutletNames(session), now, report)
    return report


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.new, report.changed, report.unchanged


def revisions(store: Store) -> list[tuple[int, bool, str]]:
    with store.read() as session:
        rows = session.scalars(select(Document).order_by(Document.article_id, Document.revision)).all()
        return [(row.revision, row.current, row.text) for row in rows]


# lines


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{", "not-json"),
        (b"\xef\xbb\xbf", "not-json"),
        (b"[" * 100_000, "not-json"),
        (b'{"id": ' + b"9" * 5000 + b"}", "not-json"),
        (b'{"text": "\xff"}', "not-utf-8"),
        (b'["text"]', "not-an-object"),
        (b"null", "not-an-object"),
        (line(text=None), "no-text"),
        (line(text=" \n "), "no-text"),
        (line(text=7), "bad-text"),
        (line(text="… — !"), "empty-page"),
        (line(url=None), "no-identity"),
        (line(url=None, id=" "), "no-identity"),
        (line(url=None, id=True), "bad-id"),
        (line(url=None, id=1.5), "bad-id"),
        (line(url=["x"]), "bad-url"),
        (line(url="ftp://lantern.example/a"), "bad-url"),
        (line(url="http://["), "bad-url"),
        (line(url="http://a℀.example/"), "bad-url"),
        (line(url="/news/bridge"), "bad-url"),
        (line(title=["x"]), "bad-title"),
        (line(outlet=3), "bad-outlet"),
        (line(section={}), "bad-section"),
        (line(language=1), "bad-language"),
        (line(rights="some"), "bad-rights"),
        (line(published_at=1770000000), "bad-published_at"),
        (line(date="last Tuesday"), "bad-date"),
        (line(date="2026-02-30"), "bad-date"),
        (line(date="0001-01-01T00:00:00+14:00"), "bad-date"),
    ],
)
def test_each_bad_line_is_rejected_with_a_reason_of_its_own(bad: bytes, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_line(bad, "archive", NOW)
    assert caught.value.reason == reason
    assert caught.value.detail


@given(st.binary(max_size=200))
def test_random_bytes_are_rejected_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(Rejected):
        read_line(data, "archive", NOW)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
HOSTILE_URLS = st.builds("http{}".format, st.text("s:/[]@?#%.\u2100\u00df12a ", max_size=20)) | st.text(max_size=30)
FIELDS = st.fixed_dictionaries(
    {"text": st.text(max_size=80) | VALUES},
    optional={
        "url": HOSTILE_URLS | VALUES,
        "id": VALUES,
        "date": VALUES | st.datetimes().map(str) | st.dates().map(str),
        **dict.fromkeys(("title", "published_at", "outlet", "domain", "author", "authors", "section"), VALUES),
        **dict.fromkeys(("language", "rights"), VALUES),
    },
)


@given(FIELDS)
def test_any_json_object_is_an_article_that_can_be_stored_or_is_rejected(row: dict[str, Any]) -> None:
    try:
        article = read_line(json.dumps(row).encode(), "archive", NOW)
    except Rejected:
        return
    assert article.id.startswith("a_")
    assert article.document.text
    assert article.published_at is None or article.published_at <= NOW
    for text in (article.document.text, article.document.title, article.outlet, article.section, *article.authors):
        text.encode()  # no lone surrogates
        assert "\0" not in text


def test_text_and_an_identity_are_enough() -> None:
    article = read()
    assert article.document.title == TEXT[:80].rstrip()
    assert (article.authors, article.published_at, article.section) == ((), None, "")
    assert (article.rights, article.document.kind, article.document.language) == (Rights.FULL, Kind.NEWS, "en")


def test_all_known_fields_are_taken() -> None:
    article = read(
        id="17",
        title="Bridge\n closed",
        published_at="2026-03-01T09:30:00+02:00",
        outlet="The  Lantern",
        authors=["Ann Ash", "", 3, " Bo Birch "],
        language="en-GB",
        section="Opinion",
        rights="quote",
    )
    assert article.document.title == "Bridge closed"
    assert article.external_id == "17"
    assert article.published_at == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert article.outlet == "The Lantern"
    assert article.authors == ("Ann Ash", "Bo Birch")
    assert (article.rights, article.document.kind) == (Rights.QUOTE, Kind.OPINION)


def test_unknown_fields_are_ignored() -> None:
    assert read(story_id="s1", extra={"deep": [1, 2]}) == read()


def test_one_author_may_be_a_plain_text() -> None:
    assert read(author="Ann Ash").authors == ("Ann Ash",)


@pytest.mark.parametrize(
    ("given_date", "moment"),
    [
        ("2026-03-01T09:30:00Z", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00+02:00", datetime(2026, 3, 1, 7, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01 09:30", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        (" 2026-03-01 ", datetime(2026, 3, 1, tzinfo=UTC)),
        ("1912-04-16", datetime(1912, 4, 16, tzinfo=UTC)),
        ("2026-10-10T12:00:00Z", NOW),
        ("2026-10-10T12:00:01Z", None),
        ("2031-01-01", None),
        ("0001-01-01", None),
        ("", None),
    ],
)
def test_a_date_is_a_time_or_a_day_in_utc_unless_it_says_otherwise_and_never_in_the_future(
    given_date: str, moment: datetime | None
) -> None:
    assert read(date=given_date).published_at == moment
    assert read(published_at=given_date).published_at == moment


def test_published_at_goes_before_date() -> None:
    assert read(published_at="2026-03-01", date="2020-01-01").published_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_dates_can_be_withheld_and_are_not_even_looked_at() -> None:
    for date in ("2026-03-01", "nonsense"):
        assert read_line(line(date=date), "archive", NOW, with_dates=False).published_at is None


def test_an_id_comes_from_the_url_and_not_from_the_archive() -> None:
    assert read().id == article_id(URL) == read_line(line(id="5"), "another", NOW).id
    assert read(url=URL + "/?utm_source=x").id == read().id


def test_without_a_url_an_id_comes_from_the_archives_name_and_the_lines_id() -> None:
    article = read(url=None, id=17)
    assert article.id == "a_" + short_hash("archive\n17")
    assert article.id == read(url=None, id="17").id
    assert article.id != read_line(line(url=None, id=17), "another", NOW).id
    assert (article.url, article.outlet) == ("", "")


def test_without_an_outlet_the_host_is_the_outlet() -> None:
    assert read().outlet == "lantern.example"
    assert read(domain="other.example").outlet == "other.example"


def test_control_characters_and_line_ends_are_cleaned() -> None:
    assert read(text="One\0 two\x07.\r\nThree\u2028four.", title="A\0B").document.text == "One two.\nThree\nfour."
    assert read(title="A\0B").document.title == "AB"


def test_a_byte_order_mark_before_the_first_line_is_no_part_of_it() -> None:
    assert read_line(b"\xef\xbb\xbf" + line(), "archive", NOW) == read()


# files


def test_lines_are_numbered_from_one_and_blank_ones_are_counted_but_not_read() -> None:
    stream = io.BytesIO(b"one\r\n\n  \r\nfour\n\nsix")
    assert list(numbered_lines(stream)) == [(1, b"one\r\n"), (4, b"four\n"), (6, b"six")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_ends_of_any_system_make_the_same_articles(end: bytes) -> None:
    stream = io.BytesIO(end.join([line(id=1, url=None), line(id=2, url=None), b""]))
    found = [read_line(row, "archive", NOW) for _, row in numbered_lines(stream)]
    assert found == [read(url=None, id=1), read(url=None, id=2)]


@pytest.mark.parametrize("size", [MAX_LINE + 1, 6_000_000, 2 * (MAX_LINE + 1), 11_000_000])
def test_an_overlong_line_is_rejected_and_the_lines_around_it_are_read(size: int) -> None:
    before, after = line(id=1, url=None), line(id=3, url=None)
    rows = list(numbered_lines(io.BytesIO(before + b"\n" + b"x" * size + b"\n" + after)))
    assert [number for number, _ in rows] == [1, 2, 3]
    assert (rows[0][1].strip(), rows[2][1]) == (before, after)
    assert len(rows[1][1]) <= MAX_LINE + 1
    with pytest.raises(Rejected) as caught:
        read_line(rows[1][1], "archive", NOW)
    assert caught.value.reason == "too-long"


def test_plain_and_gzipped_files_give_the_same_lines(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.jsonl", tmp_path / "b.jsonl"  # told by its bytes, not by its name
    content = b"\n".join(line(id=n, url=None) for n in range(50))
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content[:900]) + gzip.compress(content[900:]))
    with open_archive(plain) as one, open_archive(packed) as other:
        assert list(numbered_lines(one)) == list(numbered_lines(other))


@pytest.mark.parametrize("harm", ["cut", "mangled"])
def test_a_damaged_gzip_file_gives_the_lines_before_the_damage_and_then_says_so(tmp_path: Path, harm: str) -> None:
    file = tmp_path / "cut.jsonl.gz"
    rows = [line(id=n, url=None, text=short_hash(str(n), 40) + " words") for n in range(2000)]
    packed = bytearray(gzip.compress(b"\n".join(rows)))
    half = len(packed) // 2
    file.write_bytes(packed[:half] if harm == "cut" else packed[:half] + b"\xff" * 200 + packed[half + 200 :])
    seen = []
    with pytest.raises(ConfigError, match="damaged gzip") as caught, open_archive(file) as stream:
        seen.extend(row.strip() for _, row in numbered_lines(stream))
    assert caught.value.file == file
    assert len(seen) > 500
    assert seen[:500] == rows[:500]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.jsonl"), open_archive(tmp_path / "nothing.jsonl"):
        pass


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.touch()
    with open_archive(file) as stream:
        assert list(numbered_lines(stream)) == []


# into the database


def test_the_same_archive_twice_changes_nothing(store: Store) -> None:
    articles = [read(), read(url=None, id=1, published_at="2026-03-01")]
    assert counts(save(store, articles)) == (2, 0, 0)
    with store.read() as session:
        before = {row.id: (row.found_at, row.updated_at) for row in session.scalars(select(Article))}
    assert counts(save(store, articles, NOW + timedelta(days=1))) == (0, 0, 2)
    with store.read() as session:
        assert {row.id: (row.found_at, row.updated_at) for row in session.scalars(select(Article))} == before
    assert [(revision, current) for revision, current, _ in revisions(store)] == [(1, True), (1, True)]


def test_a_line_that_comes_twice_in_one_archive_is_one_article(store: Store) -> None:
    assert counts(save(store, [read(), read()])) == (1, 0, 1)


def test_a_changed_text_makes_a_new_revision(store: Store) -> None:
    save(store, [read()])
    later = NOW + timedelta(days=1)
    assert counts(save(store, [read(text=TEXT + " It was built in 1880.")], later)) == (0, 1, 0)
    assert revisions(store) == [(1, False, TEXT), (2, True, TEXT + " It was built in 1880.")]
    with store.read() as session:
        article = session.scalars(select(Article)).one()
        assert (article.found_at, article.updated_at) == (NOW, later)


def test_two_lines_for_one_url_make_two_revisions_once_and_none_when_they_are_imported_again(store: Store) -> None:
    lines = [read(), read(text=TEXT + " It was built in 1880.")]
    assert counts(save(store, lines)) == (1, 1, 0)
    before = revisions(store)
    assert counts(save(store, lines, NOW + timedelta(days=1))) == (0, 0, 2)
    assert revisions(store) == before


def test_what_a_changed_line_says_besides_its_text_is_taken_without_a_new_revision(store: Store) -> None:
    save(store, [read(published_at="2026-03-01", title="Bridge closed", outlet="The Lantern")])
    changed = read(
        published_at="2026-03-02", title="Bridge closed", outlet="The Beacon", authors=["Ann Ash"], section="Local"
    )
    assert counts(save(store, [changed])) == (0, 1, 0)
    assert [(revision, current) for revision, current, _ in revisions(store)] == [(1, True)]
    with store.read() as session:
        article = session.scalars(select(Article)).one()
        outlet = session.get_one(Outlet, article.outlet_key)
        assert (article.published_at, article.authors) == (datetime(2026, 3, 2, tzinfo=UTC), ["Ann Ash"])
        assert (article.section, outlet.name) == ("Local", "The Beacon")
        assert session.scalars(select(Document.authors)).one() == ["Ann Ash"]


def test_rights_that_are_narrowed_later_empty_the_current_text(store: Store) -> None:
    save(store, [read()])
    save(store, [read(rights="metadata")])
    with store.read() as session:
        document = session.scalars(select(Document).where(Document.current)).one()
        assert (document.text, document.regions, document.rights) == ("", [], "metadata")


def test_a_date_that_was_in_the_future_counts_once_it_has_come(store: Store) -> None:
    tomorrow = NOW + timedelta(days=1)
    row = line(published_at=tomorrow.isoformat())
    save(store, [read_line(row, "archive", NOW)])
    assert counts(save(store, [read_line(row, "archive", tomorrow)], tomorrow)) == (0, 1, 0)
    with store.read() as session:
        assert session.scalars(select(Article.published_at)).one() == tomorrow


def test_an_unknown_outlet_is_created_without_being_listed(store: Store) -> None:
    save(store, [read(outlet="The Lantern"), read(url=None, id=1, outlet="the lantern"), read(url=None, id=2)])
    with store.read() as session:
        outlets = {row.name: row for row in session.scalars(select(Outlet))}
        assert set(outlets) == {"The Lantern", "Unknown outlet"}
        assert not any(row.listed for row in outlets.values())
        assert outlets["Unknown outlet"].key == "unknown"
        assert session.scalar(select(func.count()).where(Article.outlet_key == outlets["The Lantern"].key)) == 2


def test_outlets_whose_names_share_no_latin_letter_are_kept_apart(store: Store) -> None:
    save(store, [read(url=None, id=1, outlet="新聞"), read(url=None, id=2, outlet="日報"), read(url=None, id=3)])
    with store.read() as session:
        assert sorted(session.scalars(select(Outlet.name))) == ["Unknown outlet", "新聞", "日報"]


def test_a_known_outlet_is_found_by_key_name_and_domain(store: Store) -> None:
    with store.write() as session:
        session.add(Outlet(key="lantern", name="The Lantern", domains=["lantern.example"]))
    names = ["lantern", "THE LANTERN", "lantern.example", "www.lantern.example"]
    save(store, [read(url=None, id=n, outlet=name) for n, name in enumerate(names)])
    save(store, [read()])
    with store.read() as session:
        assert session.scalars(select(Outlet.key)).all() == ["lantern"]


def test_an_article_that_a_feed_brought_only_takes_a_text_that_it_lacks(store: Store) -> None:
    with store.write() as session:
        session.add(Outlet(key="lantern", name="The Lantern"))
        session.flush()
        session.add(
            Article(
                id=article_id(URL),
                url=URL,
                outlet_key="lantern",
                origin="feed",
                title="As the feed has it",
                found_at=NOW,
                order_at=NOW,
                entry_sha="e",
            )
        )
    assert counts(save(store, [read(title="As the archive has it")])) == (0, 1, 0)  # no page had given its text
    assert [text for _, _, text in revisions(store)] == [read().document.text]
    assert counts(save(store, [read(text=TEXT + " More.")])) == (0, 0, 1)
    with store.read() as session:
        assert session.get_one(Article, article_id(URL)).title == "As the feed has it"


def test_an_article_that_is_known_by_another_address_is_not_added_again(store: Store) -> None:
    save(store, [read()])
    other = "https://www.lantern.example/amp/bridge/"
    with store.write() as session:
        session.add(Alias(url_key=article_key(other), article_id=article_id(URL)))
    assert counts(save(store, [read(url=other)])) == (0, 1, 0)
    with store.read() as session:
        assert session.scalars(select(Article.url)).all() == [URL]


def test_a_tombstone_is_never_filled_again(store: Store) -> None:
    save(store, [read()])
    with store.write() as session:
        session.scalars(select(Article)).one().withheld = "purged"
        session.scalars(select(Document)).one().text = ""
    for again in (read(), read(text=TEXT + " More.")):
        assert counts(save(store, [again])) == (0, 0, 1)
    assert revisions(store) == [(1, True, "")]


def test_hostile_text_goes_into_both_databases(store: Store) -> None:
    nasty = "Nul \0, surrogate \ud800, bidi \u202e, emoji 🦊 and 中文 are words."
    save(store, [read(text=nasty, title=nasty, outlet=nasty, authors=[nasty], section=nasty)])
    assert "🦊" in revisions(store)[0][2]


def test_a_time_with_an_odd_zone_is_stored_in_utc(store: Store) -> None:
    odd = datetime(2026, 3, 1, 23, 45, tzinfo=timezone(timedelta(hours=-9, minutes=-30)))
    save(store, [read(published_at=odd.isoformat())])
    with store.read() as session:
        assert session.scalars(select(Article.published_at)).one() == odd

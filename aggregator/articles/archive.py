"""Archives: articles that come in as text, one JSON object a line, plain or gzipped.

A line needs `text` and one of `url` or `id`. Everything else is optional: title, published_at or date (a time, or a
day; without a zone UTC), outlet (name or domain), authors, language, section, rights. Unknown fields are ignored; an
unknown outlet is created, unrated. The text is a document at once. Reading is streaming and importing twice changes
nothing.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, BinaryIO
from urllib.parse import urlsplit

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from aggregator.articles.documents import of_outlet, save_document
from aggregator.articles.extraction import document_from_text
from aggregator.articles.urls import article_id, article_key, canonical
from aggregator.clock import parse_time
from aggregator.errors import ConfigError, Rejected
from aggregator.store.tables import Alias, Article, Document, Outlet, Response
from aggregator.text import clean, one_line, sha256, short_hash
from aggregator.types import Extracted, Rights

RECIPE = "import/1"
#: the outlet of articles whose line names none
UNKNOWN_OUTLET = "unknown"
#: a longer line is no article
MAX_LINE = 5_000_000
MAX_TEXT = 500_000
#: no newspaper is older: an earlier year is a placeholder such as 0001-01-01
EARLIEST = 1605


@dataclass(frozen=True)
class ArchiveArticle:
    """A line of an archive, read and checked. `entry_sha` is the hash of all that was taken from it."""

    id: str
    external_id: str
    url: str
    outlet: str
    section: str
    authors: tuple[str, ...]
    published_at: datetime | None
    rights: Rights
    entry_sha: str
    document: Extracted


@dataclass
class ImportReport:
    """What an import did with how many lines or records; `skipped` are records that are no pages."""

    lines: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0

    @property
    def accepted(self) -> int:
        """How many lines were articles."""
        return self.new + self.changed + self.unchanged


def opened(file: Path) -> BufferedReader:
    """The bytes of a file. ConfigError if it cannot be opened."""
    try:
        return file.open("rb")
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", file=file) from None


@contextmanager
def open_archive(source: Path | BinaryIO) -> Iterator[IO[bytes]]:
    """The lines of a file or of an open stream, gunzipped if need be. ConfigError if it cannot be read."""
    name = source if isinstance(source, Path) else "standard input"
    try:
        with ExitStack() as stack:
            raw: Any = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
            packed: Any = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == b"\x1f\x8b" else None
            yield stack.enter_context(packed) if packed else raw
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ConfigError(f"is a damaged gzip file: {error}", file=name) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", file=name) from None


def numbered_lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each line that is not blank, with its number from 1; an overlong line is cut and will be rejected."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        while len(line) > MAX_LINE and not line.endswith(b"\n"):
            rest = stream.readline(MAX_LINE + 1)
            line = line[: MAX_LINE + 1]
            if not rest or rest.endswith(b"\n"):
                break
        if line.strip():
            yield number, line


def identity_in(name: str, url: str, external_id: str) -> str:
    """The id of the article that a line of the archive called `name` describes."""
    return article_id(url) if url else "a_" + short_hash(f"{name}\n{external_id}")


def read_line(line: bytes, name: str, now: datetime, *, with_dates: bool = True) -> ArchiveArticle:
    """One line as an article of the archive called `name`. Raises Rejected with the reason."""
    row = _object(line)
    text = _string(row, "text")
    if len(text) > MAX_TEXT:
        raise Rejected("too-long", f"the text is longer than {MAX_TEXT} characters")
    title, url, external_id = (_string(row, key, required=False) for key in ("title", "url", "id"))
    if not url and not external_id:
        raise Rejected("no-identity", "the line has neither url nor id")
    identity = identity_in(name, url, external_id)
    shown = canonical(url) if url else ""
    section, language = _string(row, "section", required=False), _string(row, "language", required=False)
    rights = _rights(row)
    published_at = _date(row, now) if with_dates else None
    authors = _authors(row)
    document = document_from_text(
        text,
        title=one_line(title),
        url=shown,
        section=section,
        language=language[:2].lower(),
        authors=authors,
        published_at=published_at,
        rights=rights,
    )
    outlet = one_line(_string(row, "outlet", required=False) or _string(row, "domain", required=False), 120)
    taken = (url, external_id, title, text, section, language, str(published_at), outlet, "\t".join(authors), rights)
    return ArchiveArticle(
        id=identity,
        external_id=one_line(external_id, 300),
        url=shown,
        outlet=outlet or (urlsplit(shown).hostname or "").removeprefix("www."),
        section=one_line(section, 120),
        authors=authors,
        published_at=published_at,
        rights=rights,
        entry_sha=sha256("\n".join(taken)),
        document=document,
    )


def save_articles(
    session: Session, articles: Iterable[ArchiveArticle], outlets: "OutletNames", now: datetime, report: ImportReport
) -> None:
    """Store a batch of archive articles with their documents; what is known already is left as it is.

    An article that a feed has listed keeps what the feed says; its text is taken where no page has given one.
    """
    for archived in articles:
        alias = session.get(Alias, article_key(archived.url)) if archived.url else None
        article = session.get(Article, alias.article_id if alias else archived.id)
        if article is None:
            outlet = outlets.key(session, archived.outlet)
            article = _new_article(archived, outlet, now)
            session.add(article)
            session.flush()
            report.new += 1
        elif _is_known(session, article, archived):
            report.unchanged += 1
            continue
        else:
            if article.origin == "import":
                _change(article, archived, outlets.key(session, archived.outlet), now)
            report.changed += 1
        document = of_outlet(archived.document, session.get_one(Outlet, article.outlet_key), article.url)
        save_document(session, article, document, input_sha=archived.entry_sha, recipe=RECIPE, now=now)


def _is_known(session: Session, article: Article, archived: ArchiveArticle) -> bool:
    """Whether the line has nothing to add: it was taken before, be it for an earlier revision."""
    has_page = session.get(Response, article.id) is not None and article.origin == "import"  # of a WARC file
    if article.withheld or has_page or article.entry_sha == archived.entry_sha:
        return True
    has_text = exists().where(Document.article_id == article.id)
    taken = has_text.where(Document.input_sha == archived.entry_sha, Document.recipe == RECIPE)
    if session.scalar(select(taken)):
        return True
    return article.origin != "import" and bool(session.scalar(select(has_text)))


def _new_article(archived: ArchiveArticle, outlet_key: str, now: datetime) -> Article:
    return Article(
        id=archived.id,
        url=archived.url,
        outlet_key=outlet_key,
        origin="import",
        external_id=archived.external_id,
        title=archived.document.title,
        authors=list(archived.authors),
        section=archived.section,
        published_at=archived.published_at,
        found_at=now,
        order_at=archived.published_at or now,
        entry_sha=archived.entry_sha,
        rights=archived.rights.value,
    )


def _change(article: Article, archived: ArchiveArticle, outlet_key: str, now: datetime) -> None:
    """What the changed line says holds from now on: a corrected date and narrower rights too."""
    article.outlet_key, article.external_id = outlet_key, archived.external_id
    article.title, article.authors = archived.document.title, list(archived.authors)
    article.section, article.published_at = archived.section, archived.published_at
    article.order_at = archived.published_at or article.found_at
    article.rights = archived.rights.value
    article.entry_sha, article.updated_at = archived.entry_sha, now


class OutletNames:
    """Outlets by name and by domain, read once an import; an unknown one is created, unrated."""

    def __init__(self, session: Session) -> None:
        self._keys: dict[str, str] = {}
        for outlet in session.scalars(select(Outlet)):
            for name in (outlet.key, outlet.name, *outlet.domains):
                self._keys.setdefault(name.casefold(), outlet.key)

    def key(self, session: Session, name: str) -> str:
        """The key of the outlet called `name`."""
        name = name[4:] if name.lower().startswith("www.") else name
        known = self._keys.get(name.casefold())
        if known is not None:
            return known
        slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-")[:50]
        exact = slug == name.lower()
        key = (slug if exact else f"{slug}-{short_hash(name.casefold(), 6)}".lstrip("-")) if name else UNKNOWN_OUTLET
        if session.get(Outlet, key) is None:
            domains = [name.lower()] if "." in name and " " not in name else []
            session.add(Outlet(key=key, name=name or "Unknown outlet", domains=domains, listed=False))
            session.flush()
        self._keys[name.casefold()] = key
        return key


def _object(line: bytes) -> Mapping[str, Any]:
    if len(line) > MAX_LINE:
        raise Rejected("too-long", f"the line is longer than {MAX_LINE} bytes")
    try:
        row = json.loads(line)
    except UnicodeDecodeError:
        raise Rejected("not-utf-8", "the line is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise Rejected("not-json", str(error)[:200]) from None
    if not isinstance(row, dict):
        raise Rejected("not-an-object", f"the line holds a {type(row).__name__}, not an object")
    return row


def _string(row: Mapping[str, Any], key: str, *, required: bool = True) -> str:
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and key == "id":
        value = str(value)
    if value is None or value == "":
        if required:
            raise Rejected(f"no-{key}", f"{key} is missing or empty")
        return ""
    if not isinstance(value, str):
        raise Rejected(f"bad-{key}", f"{key} is a {type(value).__name__}, not a text")
    value = clean(value).strip()
    if required and not value:
        raise Rejected(f"no-{key}", f"{key} is blank")
    return value


def _date(row: Mapping[str, Any], now: datetime) -> datetime | None:
    """The publication time; a day counts from its first moment.

    A date after the clock, or before there were newspapers, counts as none.
    """
    value = _string(row, "published_at", required=False) or _string(row, "date", required=False)
    if not value:
        return None
    try:
        moment = parse_time(value)
    except (ConfigError, OverflowError):
        raise Rejected("bad-date", f"{value[:40]!r} is neither a time nor a day") from None
    return moment if moment.year >= EARLIEST and moment <= now else None


def _authors(row: Mapping[str, Any]) -> tuple[str, ...]:
    value = row.get("authors") or row.get("author") or []
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(one_line(name, 120) for name in names if isinstance(name, str) and name.strip())[:20]


def _rights(row: Mapping[str, Any]) -> Rights:
    value = _string(row, "rights", required=False) or Rights.FULL.value
    try:
        return Rights(value)
    except ValueError:
        raise Rejected("bad-rights", f"{value[:40]!r} is not one of {', '.join(Rights)}") from None

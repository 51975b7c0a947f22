"""The sample newsroom's outlets and articles, read from files, and what of them was public at a given moment.

An article is a file `articles/<event>/<outlet>--<slug>.md`: TOML between `+++` lines, then the body (see `blocks`).
`<outlet>--<slug>.edit1.md` is the complete text of a later version; it replaces the first from its `updated` time on.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import AwareDatetime, Field, ValidationError

from aggregator.errors import ConfigError
from aggregator.sample.blocks import Block, BlockKind, count_words, parse_blocks
from aggregator.sample.looks import article_path, look_of
from aggregator.setting_sections import Section
from aggregator.settings import read_toml, suggestion
from aggregator.types import Kind

_FILE_NAME = re.compile(r"(?P<outlet>[a-z0-9-]+?)--(?P<slug>[a-z0-9-]+)(\.edit(?P<edit>[1-9]))?\.md")
_FRONT = re.compile(r"\+\+\+\n(?P<front>.*?\n)\+\+\+\n(?P<body>.*)", re.DOTALL)


class _FrontMatter(Section):
    """The keys of an article file."""

    outlet: str
    slug: str
    headline: str = Field(min_length=1)
    summary: str = Field(min_length=1)
    authors: tuple[str, ...]
    published: AwareDatetime
    updated: AwareDatetime | None = None
    section: Literal["technology", "politics", "business", "health", "science", "local", "world", "opinion"]
    kind: Kind
    paywall: bool = False
    language: str = ""
    editor_note: str = ""
    carries: str = ""
    wire_paragraphs: int | None = Field(default=None, ge=1)


@dataclass(frozen=True, slots=True)
class SampleFeed:
    """A feed of an outlet; `path` is its path on `host`."""

    url: str
    section: str = ""

    @property
    def host(self) -> str:
        """The host name that serves it."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """Its path on that host."""
        return urlsplit(self.url).path or "/"

    @property
    def format(self) -> Literal["rss", "atom", "json"]:
        """What the address promises: `….json` a JSON Feed, `…atom…` Atom, everything else RSS."""
        if self.path.endswith(".json"):
            return "json"
        return "atom" if "atom" in self.path else "rss"

    @property
    def media_type(self) -> str:
        """The media type of that format."""
        return "application/feed+json" if self.format == "json" else f"application/{self.format}+xml"


@dataclass(frozen=True, slots=True)
class SampleOutlet:
    """What the server needs of a table of `outlets.toml`. `home` is absolute and ends in `/`."""

    key: str
    name: str
    home: str
    language: str
    feeds: tuple[SampleFeed, ...]

    @property
    def host(self) -> str:
        """The host name of its pages."""
        return urlsplit(self.home).hostname or ""

    @property
    def hosts(self) -> frozenset[str]:
        """Every host name under which it is asked."""
        return frozenset({self.host, *(feed.host for feed in self.feeds)})


@dataclass(frozen=True, slots=True)
class SampleArticle:
    """One version of an article, wire text put in. Times keep the offset of the outlet's place.

    `path` is the page's path (and query) on the outlet's host; `wire` names the agency whose text it carries.
    """

    event: str
    outlet: str
    slug: str
    headline: str
    summary: str
    authors: tuple[str, ...]
    published: datetime
    updated: datetime | None
    section: str
    kind: Kind
    language: str
    paywall: bool
    editor_note: str
    blocks: tuple[Block, ...]
    path: str
    edit: int = 0
    carries: str = ""
    wire: str = ""

    @property
    def id(self) -> str:
        """`outlet--slug`, as the fact sheets name it; all versions share it."""
        return f"{self.outlet}--{self.slug}"

    @property
    def since(self) -> datetime:
        """From when on this version is the one to be seen."""
        return self.updated if self.edit and self.updated else self.published

    @property
    def changed(self) -> datetime:
        """The later of its two times."""
        return self.updated or self.published

    @property
    def byline(self) -> tuple[str, ...]:
        """Whom the page and the feed name: the agency of a carried text, else the authors; may be empty."""
        return (self.wire,) if self.wire else self.authors

    @property
    def text(self) -> str:
        """The body's own words, a line for each paragraph."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def words(self) -> int:
        """The number of words in the body, carried text included."""
        return count_words(self.blocks)


class Newsroom:
    """All outlets and all versions of all articles of a sample instance."""

    def __init__(self, outlets: Mapping[str, SampleOutlet], articles: Iterable[SampleArticle]) -> None:
        self.outlets = dict(outlets)
        self.versions: dict[str, tuple[SampleArticle, ...]] = {}
        for article in sorted(articles, key=lambda a: (a.id, a.since)):
            self.versions[article.id] = (*self.versions.get(article.id, ()), article)

    @classmethod
    def load(cls, config: Path) -> "Newsroom":
        """The newsroom in the configuration directory `config` (`outlets.toml`, `articles/<event>/*.md`).

        Raises ConfigError naming the file and the key of what is malformed.
        """
        outlets = _load_outlets(config / "outlets.toml")
        read = [_read_article(file, outlets) for file in sorted((config / "articles").glob("*/*.md"))]
        files = {(article.id, article.edit): file for file, article, _ in read}
        _check_versions(read, files)
        return cls(outlets, _expand(read, outlets))

    def visible(self, outlet: str, now: datetime) -> list[SampleArticle]:
        """What `outlet` shows at `now`: each published article in its newest version, newest article first."""
        shown = []
        for versions in self.versions.values():
            public = [version for version in versions if version.outlet == outlet and version.since <= now]
            if public:
                newest = public[-1]
                ahead = newest.updated is not None and newest.updated > now
                shown.append(replace(newest, updated=None) if ahead else newest)
        return sorted(shown, key=lambda article: (article.published, article.slug), reverse=True)

    def url(self, article: SampleArticle) -> str:
        """The absolute address of the article's page, without tracking parameters."""
        return self.outlets[article.outlet].home.rstrip("/") + article.path


_Read = tuple[Path, SampleArticle, int | None]


def _load_outlets(file: Path) -> dict[str, SampleOutlet]:
    outlets = {}
    for key, table in read_toml(file).items():
        try:
            feeds = tuple(SampleFeed(feed["url"], feed.get("section", "")) for feed in table.get("feeds", ()))
            home = table["home"].rstrip("/") + "/"
            outlets[key] = SampleOutlet(key, table["name"], home, table.get("language", "en"), feeds)
        except KeyError as error:
            raise ConfigError("is missing", file=file, key=f"{key}.{error.args[0]}") from None
        except (TypeError, AttributeError):
            raise ConfigError("is not the table of an outlet", file=file, key=key) from None
    return outlets


def _read_article(file: Path, outlets: Mapping[str, SampleOutlet]) -> _Read:
    """The article of a file, a `{{wire}}` block still in it, and how many paragraphs it carries."""
    name = _FILE_NAME.fullmatch(file.name)
    if name is None:
        raise ConfigError("is not named <outlet>--<slug>.md or <outlet>--<slug>.edit1.md", file=file)
    front, body = _split(file)
    for key in ("outlet", "slug"):
        if getattr(front, key) != name[key]:
            raise ConfigError(f"{getattr(front, key)!r} is not what the file's name says", file=file, key=key)
    if front.outlet not in outlets:
        fix = suggestion(front.outlet, [*outlets])
        raise ConfigError(f"{front.outlet!r} is no outlet", file=file, key="outlet", fix=fix)
    try:
        blocks = parse_blocks(body)
    except ValueError as error:
        raise ConfigError(str(error), file=file, key="body") from None
    article = SampleArticle(
        **front.model_dump(exclude={"language", "wire_paragraphs"}),
        event=file.parent.name,
        language=front.language or outlets[front.outlet].language,
        blocks=blocks,
        path=article_path(look_of(front.outlet), front.slug, front.published, front.section, front.kind),
        edit=int(name["edit"] or 0),
    )
    return file, article, front.wire_paragraphs


def _split(file: Path) -> tuple[_FrontMatter, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 text (byte {error.start})", file=file, fix="save it as UTF-8") from None
    found = _FRONT.fullmatch(text)
    if found is None:
        raise ConfigError("has no front matter between +++ lines", file=file)
    try:
        table: dict[str, Any] = tomllib.loads(found["front"])
        return _FrontMatter.model_validate(table), found["body"]
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"its front matter is not valid TOML: {error}", file=file) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        fix = suggestion(key, [*_FrontMatter.model_fields]) if first["type"] == "extra_forbidden" else ""
        raise ConfigError(first["msg"], file=file, key=key, fix=fix) from None


def _check_versions(read: list[_Read], files: Mapping[tuple[str, int], Path]) -> None:
    """Ids are unique over all events, and an edit has a first version, its date, and a later time."""
    for file, article, _ in read:
        if files[article.id, article.edit] != file:
            raise ConfigError("is an article of another event too", file=file, key="slug")
        if not article.edit:
            continue
        first = next((other for _, other, _ in read if other.id == article.id and not other.edit), None)
        if first is None:
            raise ConfigError("edits an article that is not there", file=file)
        if article.published != first.published:
            raise ConfigError("is not that of the first version", file=file, key="published")
        if article.updated is None or article.updated <= article.published:
            raise ConfigError("an edit needs a time later than `published`", file=file, key="updated")


def _expand(read: list[_Read], outlets: Mapping[str, SampleOutlet]) -> list[SampleArticle]:
    """The articles with each `{{wire}}` replaced by the first paragraphs of the carried article's first version."""
    originals = {f"{article.event}/{article.id}": article for _, article, _ in read if not article.edit}
    expanded = []
    for file, article, paragraphs in read:
        wires = sum(block.kind is BlockKind.WIRE for block in article.blocks)
        if not article.carries and not wires and paragraphs is None:
            expanded.append(article)
            continue
        original = originals.get(article.carries)
        if original is None or original.carries:
            raise ConfigError(f"{article.carries!r} is no article of its own", file=file, key="carries")
        if wires != 1 or paragraphs is None:
            raise ConfigError("goes with one {{wire}} and with wire_paragraphs", file=file, key="carries")
        carried = [block for block in original.blocks if block.kind is BlockKind.PARAGRAPH][:paragraphs]
        if len(carried) < paragraphs:
            raise ConfigError(f"the carried article has only {len(carried)}", file=file, key="wire_paragraphs")
        at = next(n for n, block in enumerate(article.blocks) if block.kind is BlockKind.WIRE)
        blocks = (*article.blocks[:at], *carried, *article.blocks[at + 1 :])
        expanded.append(replace(article, blocks=blocks, wire=outlets[original.outlet].name))
    return expanded

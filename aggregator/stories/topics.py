"""Topics: the shelves a story stands on, by `topics.toml`; the first of them is its main one.

A table is a topic: `name` for display, `sections` as outlets and feeds name theirs, `keywords` for titles,
`prototypes`, sentences as its stories are told in. A story goes where most of its articles are filed; where their
sections do not agree, it goes to the topic that has the prototype nearest to it, keywords and sections weighing in;
without prototypes the words of the titles decide. It stands too on what is almost as near. How often that is right:
docs/quality.md.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from pydantic import Field, TypeAdapter, ValidationError

from aggregator.errors import ConfigError
from aggregator.setting_sections import Section
from aggregator.settings import read_toml, suggestion
from aggregator.text import one_line, sha256

FILE = "topics.toml"


class _Table(Section):
    """One table of `topics.toml`."""

    name: str = Field(min_length=1, max_length=60)
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    prototypes: tuple[str, ...] = ()


#: the share of the titles that name a topic, and of the articles filed there, counts this much beside a cosine
_NAMED = _FILED = 0.1
#: nearer than this a story is to the topics it stands on, and to further ones not much less near than to the first
_LEAST, _MARGIN, _MOST = 0.15, 0.05, 3
_DECIMALS = 4


@dataclass(frozen=True)
class Topic:
    """A topic; sections and keywords are folded."""

    slug: str
    name: str
    sections: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    prototypes: tuple[str, ...] = ()

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        words = "|".join(re.escape(word) for word in self.keywords)
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)") if words else None

    def is_named_in(self, title: str) -> bool:
        """Whether a keyword stands in the title, as a word of its own."""
        return bool(self._pattern and self._pattern.search(_folded(title)))


#: where stories go that fit nowhere
NEWS = Topic("news", "News")


@dataclass(frozen=True)
class Topics:
    """All topics in the order of the file; earlier ones win ties."""

    topics: tuple[Topic, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes with everything that a story's topic depends on."""
        return sha256(repr([(t.slug, sorted(t.sections), t.keywords, t.prototypes) for t in self.topics]))[:12]

    def get(self, slug: str) -> Topic:
        """The topic of that slug; News if there is none any more."""
        return next((topic for topic in self.topics if topic.slug == slug), NEWS)

    def of(
        self, articles: Iterable[tuple[str, str]], nearness: Mapping[str, float] = MappingProxyType({})
    ) -> tuple[Topic, ...]:
        """The topics of a story with these (section, title) pairs, the main one first; News if there is none.

        `nearness`: the cosine of the story with the nearest prototype of each topic that has any. The main topic is
        that of more than half of the sections; else the nearest one. Without prototypes it is the one that most titles
        name, sections deciding between equals; else the one with most sections.
        """
        pairs = list(articles)
        filed = Counter(topic.slug for section, _ in pairs for topic in self._of_section(section))
        named = Counter(topic.slug for _, title in pairs for topic in self.topics if topic.is_named_in(title))
        home = [topic for topic in self.topics if 2 * filed[topic.slug] > len(pairs)]
        if nearness:
            shares = {key: (_NAMED * named[key] + _FILED * filed[key]) / max(1, len(pairs)) for key in nearness}
            scores = {key: round(near + shares[key], _DECIMALS) for key, near in nearness.items()}
            least = max(_LEAST, max(scores.values()) - _MARGIN)
            near = [topic for topic in self.topics if scores.get(topic.slug, 0.0) >= least]
            ranked = sorted(near, key=lambda topic: -scores[topic.slug])
        else:
            most = sorted(self.topics, key=lambda topic: (-named[topic.slug], -filed[topic.slug]))
            first = [topic for topic in most[:1] if named[topic.slug] or filed[topic.slug]]
            ranked = first + [topic for topic in most if 2 * named[topic.slug] > len(pairs)]
        return tuple(dict.fromkeys([*home, *ranked]))[:_MOST] or (NEWS,)

    def _of_section(self, section: str) -> Sequence[Topic]:
        folded = _folded(section)
        return [topic for topic in self.topics if folded in topic.sections][:1]


def load_topics(config: Path) -> Topics:
    """The topics of the configuration directory `config`; none if it has no `topics.toml`.

    Raises ConfigError naming the file and the key of what is wrong.
    """
    file = config / FILE
    return Topics(tuple(_topics(read_toml(file), file))) if file.exists() else Topics()


def _topics(tables: Mapping[str, object], file: Path) -> Iterable[Topic]:
    adapter = TypeAdapter(_Table)
    for slug, values in tables.items():
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", slug):
            raise ConfigError("is not a slug", file=file, key=slug, fix="lower-case letters, digits and hyphens")
        try:
            table = adapter.validate_python(values)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join((slug, *map(str, first["loc"])))
            unknown = first["type"] == "extra_forbidden"
            known = [*_Table.model_fields]
            fix = suggestion(str(first["loc"][-1]), known) if unknown else f"a topic has {', '.join(known)}"
            raise ConfigError(first["msg"], file=file, key=key, fix=fix) from None
        sections = frozenset(filter(None, map(_folded, table.sections)))
        keywords = tuple(filter(None, map(_folded, table.keywords)))
        prototypes = tuple(filter(None, (" ".join(text.split()) for text in table.prototypes)))
        name = one_line(table.name, 60)
        if not any(map(str.isalnum, name)):
            raise ConfigError("is blank", file=file, key=f"{slug}.name", fix="say what readers are to call it")
        yield Topic(slug, name, sections, keywords, prototypes)


def _folded(value: str) -> str:
    return " ".join(value.replace("’", "'").casefold().split())

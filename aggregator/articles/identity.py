"""Which entries of a feed are the same article. Pure rules on plain values.

The address decides, and what else may vary without the article varying is found from what the feed listed before: the
GUID (by its path alone), or the title with the date. No rule ever joins what the feed lists side by side, and none
depends on the order of the entries.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aggregator.text import one_line

#: above this share of entries with a GUID that others have too, a feed's GUIDs tell nothing apart
SHARED = 0.05
#: above this share of known articles with another GUID than before, they tell nothing either
CHURN = 0.5
#: an article whose address and GUID both changed is known by title and date for so long
SAME_TITLE = timedelta(hours=48)
#: a feed has hardly more than two parameters that vary at a time
MOST_TOKENS = 8
#: queries with more parameters, and more addresses of one title than this, are not compared: that would be quadratic
_MOST_PARAMETERS, _MOST_ALIKE = 50, 20
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_SCRIPT = re.compile(r"\.(?:php|aspx?|jsp|cgi|cfm|pl|do)$|^/?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as identity sees it: `key` is that of its address (`article_key`)."""

    key: str
    guid_key: str = ""
    title: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known(Item):
    """An article that the feed listed before, and since when."""

    article_id: str = ""
    first_seen_at: datetime | None = None


def guid_key(guid: str) -> str:
    """A GUID without scheme, host and query, which change where the article does not (a move to https, a session).

    The query stays where the path names a script, or nothing: there it is all that tells articles apart.
    """
    try:
        parts = urlsplit(guid)
    except ValueError:
        return guid
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return guid
    bare = _SCRIPT.search(parts.path) is not None
    return parts.path.rstrip("/") + (f"?{parts.query}" if bare and parts.query else "")


def guids_tell_apart(items: Sequence[Item], known: Sequence[tuple[str, str]]) -> bool:
    """Whether GUIDs are worth anything in a document; `known` pairs the GUID keys before and now of known articles."""
    addresses: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.guid_key:
            addresses[item.guid_key].add(item.key)
    shared = sum(1 for item in items if len(addresses.get(item.guid_key, ())) > 1)
    if shared > SHARED * len(items):
        return False
    both = [(before, now) for before, now in known if before and now]
    churned = sum(before != now for before, now in both)
    return len(both) < 3 or churned <= CHURN * len(both)


class _Before:
    """The articles that a feed listed before and lists no more, found without comparing each entry with each of them.

    An entry is the one with the same GUID and the same title or date (a GUID alone may have been used again), or else
    with the same title and date within 48 hours; of several, the one seen last. What the document still lists
    (`listed`, by key) is another article.
    """

    def __init__(self, known: Iterable[Known], listed: Collection[str], now: datetime) -> None:
        self._last: dict[tuple[str, ...], tuple[datetime, str]] = {}
        for one in known:
            if one.key not in listed and one.first_seen_at is not None:
                for trait in _traits(one, by_guid=True, by_text=now - one.first_seen_at <= SAME_TITLE):
                    seen = one.first_seen_at, one.article_id
                    self._last[trait] = max(seen, self._last.get(trait, seen))

    def find(self, item: Item, *, by_guid: bool) -> str:
        """The id of the article that `item` is, or nothing."""
        found = [(len(trait), *self._last[trait]) for trait in _traits(item, by_guid, True) if trait in self._last]
        return max(found)[2] if found else ""


def _traits(item: Item, by_guid: bool, by_text: bool) -> list[tuple[str, ...]]:
    """What two entries of one article have in common; that with a GUID is longer, and weighs more."""
    title = _bare(item.title)
    date = item.published_at.astimezone(UTC).isoformat() if item.published_at else ""
    found: list[tuple[str, ...]] = [(title, date)] if by_text and title and date else []
    if by_guid and item.guid_key:
        found += [("guid", name, item.guid_key, value) for name, value in (("t", title), ("d", date)) if value]
    return found


def known_again(
    strangers: Sequence[Item], known: Sequence[Known], listed: Collection[str], *, by_guid: bool, now: datetime
) -> dict[str, str]:
    """For each key of `strangers` that is a known article, its id. What several entries claim goes to none of them."""
    guids = Counter(item.guid_key for item in strangers)
    before = _Before(known, listed, now)
    found = {item.key: before.find(item, by_guid=by_guid and guids[item.guid_key] == 1) for item in strangers}
    claims = Counter(found.values())
    return {key: article for key, article in found.items() if article and claims[article] == 1}


def varying_parameters(items: Sequence[Item], strange: Collection[str], known: Iterable[Known]) -> frozenset[str]:
    """Parameters that hold another value at each poll (a session, a signature), so that every address looks new.

    One counts if at least two entries, and most of those that have it, differ in nothing else from a known article of
    the same title. No entry with it may be known by its address (`strange` holds the keys that are not), and without it
    all addresses must still be different: a feed of equally titled pictures has numbers there, not sessions.
    """
    before: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for one in sorted(known, key=lambda one: (one.first_seen_at or _LONG_AGO, one.key), reverse=True):
        if "?" in one.key and len(before[one.key.partition("?")[0], _bare(one.title)]) < _MOST_ALIKE:
            before[one.key.partition("?")[0], _bare(one.title)].append(_parameters(one.key))
    votes: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    fixed: set[str] = set()
    for item in items:
        mine = _parameters(item.key)
        if item.key not in strange:
            fixed.update(mine)
            continue
        holders.update(list(mine))
        if mine and _bare(item.title):
            olds = before[item.key.partition("?")[0], _bare(item.title)]
            votes.update({name for old in olds if (name := _only_difference(mine, old))})
    keys = {item.key for item in items}
    found: set[str] = set()
    for name in sorted(name for name, n in votes.items() if n >= 2 and 2 * n > holders[name] and name not in fixed)[
        :MOST_TOKENS
    ]:
        if len({without_parameters(key, found | {name}) for key in keys}) == len(keys):
            found.add(name)
    return frozenset(found)


def without_parameters(url: str, names: Collection[str]) -> str:
    """`url` (or the key of one) without the named parameters of its query."""
    address, question, query = url.partition("?")
    if not names or not question:
        return url
    kept = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] not in names)
    return f"{address}?{kept}" if kept else address


def _parameters(key: str) -> dict[str, str]:
    query = key.partition("?")[2]
    if query.count("&") >= _MOST_PARAMETERS:
        return {}
    return {name: value for name, _, value in (pair.partition("=") for pair in query.split("&")) if name}


def _only_difference(mine: dict[str, str], old: dict[str, str]) -> str:
    """The one parameter in which two queries with the same parameters differ; empty if there is none, or several."""
    if mine.keys() != old.keys():
        return ""
    different = [name for name in mine if mine[name] != old[name]]
    return different[0] if len(different) == 1 else ""


def _bare(title: str) -> str:
    return one_line(title).casefold()

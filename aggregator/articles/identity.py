"""Which entries of a feed are the same article. Pure rules on plain values.

The address decides, and what else may vary without the article varying is found from what the feed listed before: the
GUID (by its path alone), or the title with the date. No rule ever joins what the feed lists side by side, and none
depends on the order of the entries.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.text import one_line

#: above this share of entries with a GUID that others have too, a feed's GUIDs tell nothing apart
SHARED = 0.05
#: above this share of known articles with another GUID than before, they tell nothing either
CHURN = 0.5
#: an article whose address and GUID both changed is known by title and date for so long
SAME_TITLE = timedelta(hours=48)
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


def same_article(item: Item, known: Iterable[Known], listed: Collection[str], *, by_guid: bool, now: datetime) -> str:
    """The id of the article that an entry with a new address is; empty if it is a new one.

    It is the one with the same GUID and the same title or date (a GUID alone may have been used again), or else with
    the same title and date within 48 hours. What the document still lists (`listed`, by key) is another article.
    """
    found: list[tuple[bool, datetime, str]] = []
    for one in known:
        if one.key in listed or one.first_seen_at is None:
            continue
        same_title = bool(_bare(item.title)) and _bare(one.title) == _bare(item.title)
        same_date = item.published_at is not None and one.published_at == item.published_at
        same_guid = by_guid and bool(item.guid_key) and one.guid_key == item.guid_key
        recent = now - one.first_seen_at <= SAME_TITLE
        if (same_guid and (same_title or same_date)) or (same_title and same_date and recent):
            found.append((same_guid, one.first_seen_at, one.article_id))
    return max(found)[2] if found else ""


def known_again(
    strangers: Sequence[Item], known: Sequence[Known], listed: Collection[str], *, by_guid: bool, now: datetime
) -> dict[str, str]:
    """For each key of `strangers` that is a known article, its id. What several entries claim goes to none of them."""
    guids = Counter(item.guid_key for item in strangers)
    found = {
        item.key: same_article(item, known, listed, by_guid=by_guid and guids[item.guid_key] == 1, now=now)
        for item in strangers
    }
    claims = Counter(found.values())
    return {key: article for key, article in found.items() if article and claims[article] == 1}


def varying_parameters(items: Sequence[Item], strange: Collection[str], known: Iterable[Known]) -> frozenset[str]:
    """Parameters that hold another value at each poll (a session, a signature), so that every address looks new.

    One counts if at least two entries, and most of those that have it, differ in nothing else from a known article of
    the same title. No entry with it may be known by its address (`strange` holds the keys that are not), and without it
    all addresses must still be different: a feed of equally titled pictures has numbers there, not sessions.
    """
    before: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for one in known:
        if "?" in one.key:
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
    for name in sorted(name for name, n in votes.items() if n >= 2 and 2 * n > holders[name] and name not in fixed):
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
    return {name: value for name, _, value in (pair.partition("=") for pair in query.split("&")) if name}


def _only_difference(mine: dict[str, str], old: dict[str, str]) -> str:
    """The one parameter in which two queries with the same parameters differ; empty if there is none, or several."""
    if mine.keys() != old.keys():
        return ""
    different = [name for name in mine if mine[name] != old[name]]
    return different[0] if len(different) == 1 else ""


def _bare(title: str) -> str:
    return one_line(title).casefold()

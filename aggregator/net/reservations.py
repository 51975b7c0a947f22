"""What publishers reserve: TDMRep, X-Robots-Tag and Content-Signal, turned into what is left to us of a page.

- TDM Reservation Protocol (W3C Community Group report): the header `tdm-reservation: 1` and `/.well-known/tdmrep.json`.
- X-Robots-Tag, and the page's own `meta` elements of the same meaning, for everybody or for our product token.
- Content-Signal in robots.txt and as a header (contentsignals.org). `search=no` reserves even links with excerpts,
  `ai-input=no` reserves use as a model's input; `ai-train` concerns training, which nothing here does. The policy calls
  its signals reservations under Article 4 of Directive (EU) 2019/790, so a basis for mining lifts them too.

Where statements disagree, the narrowest counts.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aggregator.text import one_line
from aggregator.types import Rights, strictest

#: bytes of a tdmrep.json that are read, and rules of it that are looked at
MAX_TDM = 256_000
MAX_TDM_RULES = 2_000
#: neither stored nor shown: headline and link stay
_METADATA_RULES = frozenset({"noindex", "none", "nosnippet", "noai", "noml", "max-snippet:0"})
#: not kept as a copy for others, which quotations are not
_QUOTE_RULES = frozenset({"noarchive", "nocache"})
#: X-Robots-Tag rules with a value of their own: their colon names no robot
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_SIGNALS = {"search": Rights.METADATA, "ai-input": Rights.QUOTE}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a publisher said, what it leaves us, and whether a basis for text and data mining lifts it."""

    rights: Rights
    basis: str
    mining: bool = False


def narrowest(statements: Iterable[Statement], tdm_basis: str = "") -> tuple[Rights, str]:
    """What all statements together leave, and the one that says so.

    With `tdm_basis` (the permission that the operator recorded), reservations of mining are lifted; the second value
    then names both, so that the record shows what was lifted and why.
    """
    counted, lifted = Statement(Rights.FULL, ""), ""
    for statement in statements:
        if statement.mining and tdm_basis:
            lifted = lifted or f"{statement.basis}, lifted by: {tdm_basis}"
        elif strictest(statement.rights, counted.rights) is not counted.rights:
            counted = statement
    return counted.rights, one_line(counted.basis or lifted, 300)


def from_headers(headers: Mapping[str, str], robots_tags: Iterable[str], token: str) -> list[Statement]:
    """What the headers of an answer say. `robots_tags` are the values of its X-Robots-Tag headers, one by one."""
    found = []
    if headers.get("tdm-reservation", "").strip() == "1":
        found.append(Statement(Rights.METADATA, "tdm-reservation: 1 (header)", mining=True))
    found += [Statement(rights, f"X-Robots-Tag: {rule}") for rights, rule in _tag_rules(robots_tags, token)]
    return found + from_signals(signals_of(headers.get("content-signal", "")), "header")


def _tag_rules(robots_tags: Iterable[str], token: str) -> list[tuple[Rights, str]]:
    found = []
    for tag in robots_tags:
        ours = True  # until a robot's name says whom the rest of the header is for
        for piece in tag.lower().split(","):
            rule = "".join(piece.split())
            name, colon, rest = rule.partition(":")
            if colon and name not in _VALUED:
                ours, rule = name == token.lower(), rest
            if ours and (rights := _left_by(rule)):
                found.append((rights, rule))
    return found


def _left_by(rule: str) -> Rights | None:
    if rule in _METADATA_RULES:
        return Rights.METADATA
    return Rights.QUOTE if rule in _QUOTE_RULES else None


def from_metas(metas: Mapping[str, str], token: str) -> list[Statement]:
    """What the `meta` elements of a page say, by lower-case name: rules for all robots and for us, and TDMRep."""
    found = []
    if metas.get("tdm-reservation", "").strip() == "1":
        found.append(Statement(Rights.METADATA, "meta tdm-reservation: 1", mining=True))
    for name in dict.fromkeys(("robots", token.lower())):
        for piece in metas.get(name, "").lower().split(",") if name else ():
            rule = "".join(piece.split())
            if rights := _left_by(rule):
                found.append(Statement(rights, f"meta {name}: {rule}"))
    return found


def from_tdmrep(text: str, target: str) -> list[Statement]:
    """What the host's tdmrep.json says of a path with query.

    Patterns are those of robots.txt (`*` and a closing `$`). Tools read the order of rules in two ways, so a path is
    reserved if either the first or the longest matching rule reserves it.
    """
    matching = [rule for rule in _tdm_rules(text) if _matches(rule[0], target)]
    if not matching:
        return []
    longest = max(matching, key=lambda rule: (len(rule[0]), rule[1]))
    for location, reserved in (matching[0], longest):
        if reserved:
            return [Statement(Rights.METADATA, f"tdmrep.json: {location}", mining=True)]
    return []


def _tdm_rules(text: str) -> list[tuple[str, bool]]:
    try:
        given = json.loads(text) if text.strip() else []
    except (ValueError, RecursionError):
        return []
    rows = given if isinstance(given, list) else [given]
    rules = []
    for row in rows[:MAX_TDM_RULES]:
        location = row.get("location") if isinstance(row, dict) else None
        if isinstance(location, str) and 0 < len(location) <= 2048:
            rules.append((location, str(row.get("tdm-reservation")) == "1"))
    return rules


def _matches(pattern: str, target: str) -> bool:
    """Whether a pattern of robots.txt covers a path. Without backtracking: patterns are hostile."""
    ends = pattern.endswith("$")
    first, *rest = re.sub(r"\*+", "*", pattern.removesuffix("$")).split("*")
    if not rest:
        return target == first if ends else target.startswith(first)
    if not target.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1]:
        found = target.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    last = rest[-1]
    return (target.endswith(last) and len(target) - len(last) >= at) if ends else target.find(last, at) >= 0


def signals_of(value: str) -> dict[str, bool]:
    """The signals of a Content-Signal line: `search=yes, ai-input=no`. What is neither yes nor no is not a signal."""
    found: dict[str, bool] = {}
    for piece in value.lower().split(","):
        name, _, answer = (part.strip() for part in piece.partition("="))
        if answer in ("yes", "no"):
            found[name] = found.get(name, True) and answer == "yes"
    return found


def from_signals(signals: Mapping[str, bool], where: str) -> list[Statement]:
    """What content signals reserve; `where` they stand is for the record."""
    return [
        Statement(rights, f"Content-Signal: {name}=no ({where})", mining=True)
        for name, rights in _SIGNALS.items()
        if signals.get(name) is False
    ]

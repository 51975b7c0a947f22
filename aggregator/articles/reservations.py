"""What a page's `meta` elements reserve: rules for robots, and reservations of text and data mining."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from aggregator.types import Rights

ROBOTS = "robots"
_STRICTEST_FIRST = [Rights.METADATA, Rights.QUOTE, Rights.FULL]
#: neither stored nor shown: headline and link stay
_NO_TEXT = frozenset(("noindex", "none", "nosnippet", "noai", "max-snippet:0"))
#: not kept as a copy for others, which quotations are not
_NO_COPY = frozenset(("noarchive", "nocache"))


class Reserved(NamedTuple):
    """What is left to us, and the statement that says so, as "meta robots: noindex"."""

    rights: Rights
    basis: str = ""


NOTHING_RESERVED = Reserved(Rights.FULL)


def read_reservations(metas: Mapping[str, str], robot: str = "", tdm_basis: str = "") -> Reserved:
    """The strictest of the rules for all robots, those for `robot`, and the TDM Reservation Protocol (W3C community
    report, 2024), of which `tdm_basis`, the operator's ground for mining all the same, lifts only the last."""
    told = [(name, rule) for name in (ROBOTS, robot.lower()) if name for rule in _rules(metas.get(name, ""))]
    for name, rule in told:
        if rule in _NO_TEXT:
            return Reserved(Rights.METADATA, f"meta {name}: {rule}")
    if metas.get("tdm-reservation", "").strip() == "1" and not tdm_basis:
        return Reserved(Rights.METADATA, "meta tdm-reservation: 1")
    for name, rule in told:
        if rule in _NO_COPY:
            return Reserved(Rights.QUOTE, f"meta {name}: {rule}")
    return NOTHING_RESERVED


def strictest(*rights: Rights) -> Rights:
    """The one of several rights that allows least."""
    return min(rights, key=_STRICTEST_FIRST.index)


def _rules(content: str) -> list[str]:
    return [rule for rule in (re.sub(r"\s+", "", part).lower() for part in content.split(",")) if rule]

"""The pages of outlets: one for each with its public ledger, and the list of them all.

outlet/<key>/     an outlet's ratings, what the rule made of them, history, contests; its address never breaks
outlets/          all of them by country
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from aggregator.clock import rfc3339
from aggregator.publish.files import AsLeft, File
from aggregator.publish.kept import Kept
from aggregator.publish.outlet_ledger import Ledgers, OutletLedger, State, Statement, Unit
from aggregator.publish.pages import Head, HeadSource
from aggregator.publish.places import country, language
from aggregator.publish.render import Renderer, address, in_full, plural
from aggregator.publish.rule_worked import described, signed
from aggregator.sources.contests import OUTCOMES, SUBJECTS
from aggregator.summarise.page import Topic

LIST = "outlets/index.html"
#: stories that an outlet's page names
_MOST_STORIES = 20
#: ratings that count no more, and answered contests: the rest is in the outlet's data
_MOST_PAST, _MOST_CONTESTS = 200, 50
#: an outlet of the list, with the units shown there: name, unit, raters
_Entry = tuple[OutletLedger, list[tuple[str, Unit, str]]]
_UNITS = {"news": "News", "opinion": "Opinion"}


@dataclass(frozen=True, slots=True)
class Told:
    """A story that an outlet is a source of, with the lean that the outlet had there."""

    page: Head
    path: str
    source: HeadSource


@dataclass(frozen=True, slots=True)
class Line:
    """A statement in the table of ratings: what it says of when and by whom, and why it does not count, if so."""

    statement: Statement
    unit: str
    kind: str
    place: str
    why_not: str
    former: str


def render_outlets(
    ledgers: Ledgers,
    stories: Mapping[str, Sequence[Told]],
    render: Renderer,
    base: str,
    rule: str,
    kept: Kept,
    nav: Sequence[Topic],
) -> Iterator[File | AsLeft]:
    """The page of each outlet, unless `kept` has it, then the list.

    `stories` by outlet, the newest first; `rule` is where that stands; `nav` is what `render` shows on all pages.
    """
    for outlet in ledgers.outlets.values():
        every = stories.get(outlet.key, ())
        told = {"told": every[:_MOST_STORIES], "all_told": len(every), "rule": rule}
        links = [ledgers.path(link.key) for link in (*outlet.continues, *outlet.continued_by)]
        make = partial(_page, outlet, ledgers, render, base, told)
        yield from kept.files([outlet.path], (outlet.whole, told, links, nav), make)
    countries = _by_country(ledgers)
    yield from render.pages("outlets.html", LIST, canonical=address(base, LIST), countries=countries, rule=rule)


def told_by_outlet(pages: Iterable[Head], paths: Mapping[str, str]) -> dict[str, list[Told]]:
    """The stories of each outlet, the newest first, once for each of its units that is a source."""
    found: dict[str, list[Told]] = {}
    for page in sorted(pages, key=lambda page: (page.published_at, page.id), reverse=True):
        units = {(source.outlet_key, source.unit): source for source in reversed(page.sources) if source.outlet_key}
        for (key, _), source in sorted(units.items()):
            found.setdefault(key, []).append(Told(page, paths[page.id], source))
    return found


def unit_name(unit: Unit) -> str:
    """What readers call a unit: News, Opinion, or an edition by its name."""
    return unit.name or _UNITS.get(unit.key) or unit.key.replace("-", " ").capitalize()


def _page(
    outlet: OutletLedger, ledgers: Ledgers, render: Renderer, base: str, told: Mapping[str, Any]
) -> Iterator[File]:
    values = {**_values(outlet, ledgers), **told}
    return render.pages("outlet.html", outlet.path, canonical=address(base, outlet.path), **values)


def _values(outlet: OutletLedger, ledgers: Ledgers) -> dict[str, Any]:
    order = {unit.key: place for place, unit in enumerate(outlet.units)}
    statements = sorted(outlet.statements, key=lambda one: (order[one.rating.unit], one.rating.rater.casefold()))
    lines = [_line(outlet, statement) for statement in statements if not statement.repeated]
    past = [line for line in lines if line.why_not]
    newest = {line.statement.rating.id for line in _newest(past)}
    return {
        "outlet": outlet,
        "facts": _facts(outlet),
        "units": [(unit, unit_name(unit), _counted(unit)) for unit in outlet.units],
        "current": [line for line in lines if not line.why_not],
        "past": [line for line in past if line.statement.rating.id in newest],
        "all_past": len(past),
        "contests": outlet.contests[:_MOST_CONTESTS],
        "states": _changes(outlet.states),
        "ledgers": ledgers,
        "subjects": SUBJECTS,
        "outcomes": OUTCOMES,
        "signed": signed,
        "rfc3339": rfc3339,
    }


def _newest(lines: Sequence[Line]) -> Sequence[Line]:
    """As many of the lines recorded last as a page shows."""
    return sorted(lines, key=lambda line: str(line.statement.rating.recorded_at), reverse=True)[:_MOST_PAST]


def _facts(outlet: OutletLedger) -> list[tuple[str, str]]:
    return [
        ("Country", country(outlet.country) if outlet.country else "not known"),
        ("Language", language(outlet.language) if outlet.language else "not known"),
        ("Kind", outlet.kind or "not known"),
        ("Owner", outlet.owner or "not known"),
    ]


def _counted(unit: Unit) -> str:
    """On how many raters a label rests, and what that is worth."""
    families = unit.working.tag.families
    if not families:
        return ""
    return "one rater" if families == 1 else plural(families, "rater")


def _line(outlet: OutletLedger, statement: Statement) -> Line:
    rating = statement.rating
    unit = next(one for one in outlet.units if one.key == rating.unit)
    own = next((link.name for link in outlet.continues if link.key == statement.outlet_key), "")
    place = signed(rating.label.position) if rating.label else ""
    return Line(statement, unit_name(unit), described(rating), place, _why_not(outlet, unit, statement), own)


def _why_not(outlet: OutletLedger, unit: Unit, statement: Statement) -> str:
    """Why a statement does not count today."""
    if statement.replaced_by:
        later = next((one for one in outlet.statements if one.rating.id == statement.replaced_by), None)
        on = later.rating.recorded_at if later else None
        return f"corrected on {in_full(on.date())}" if on else "corrected"
    if why := unit.working.why_not(statement.rating.id):
        return why
    counted = {voice.rating.id for voice in unit.working.counted}
    return "" if statement.rating.id in counted else "given to an outlet that this one no longer continues"


def _changes(states: Sequence[State]) -> list[tuple[State, list[tuple[str, str]]]]:
    """What each state said anew, the newest first; nothing where there was only one."""
    if len(states) < 2:
        return []
    found = []
    for before, now in zip((None, *states), states, strict=False):
        said = [
            (word, getattr(now, name) or "not known")
            for word, name in (("Name", "name"), ("Owner", "owner"), ("Kind", "kind"), ("Country", "country"))
            if before is None or getattr(before, name) != getattr(now, name)
        ]
        found.append((now, said))
    return found[::-1]


def _by_country(ledgers: Ledgers) -> list[tuple[str, list[_Entry]]]:
    """The outlets by country in order of its name, those without one last."""
    shelves: dict[str, list[OutletLedger]] = {}
    for outlet in ledgers.outlets.values():
        shelves.setdefault(outlet.country, []).append(outlet)
    named = sorted((not code, country(code), code) for code in shelves)
    return [
        (name, [_entry(one) for one in sorted(shelves[code], key=lambda one: (one.name.casefold(), one.key))])
        for _, name, code in named
    ]


def _entry(outlet: OutletLedger) -> _Entry:
    """An outlet with the units that the list shows (its news, others that have a label or a dispute)."""
    shown = [unit for unit in outlet.units if unit.key == "news" or not unit.working.why_unrated]
    return outlet, [(unit_name(unit), unit, _counted(unit)) for unit in shown]

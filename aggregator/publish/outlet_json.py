"""The public ledger of outlets for programs: an index, and a file for each outlet.

feeds/outlets.json            every outlet with the lean of its units
feeds/outlet/<key>.json       all that its page shows, but for the stories
feeds/schema/outlet-1.json    the JSON Schema of these files
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from aggregator.clock import rfc3339
from aggregator.publish.files import AsLeft, File, SiteInfo
from aggregator.publish.kept import Kept
from aggregator.publish.outlet_ledger import Ledgers, Link, OutletLedger, Statement, Unit
from aggregator.publish.outlet_model import (
    SCHEMA_VERSION,
    ContestEntry,
    Counted,
    LabelDays,
    LinkedOutlet,
    NameEntry,
    NotCounted,
    OutletEntry,
    OutletFile,
    OutletIndex,
    OutletUnit,
    RatingEntry,
    UnitEntry,
    UnitLean,
    schema_text,
)
from aggregator.publish.outlet_pages import unit_name
from aggregator.publish.render import address
from aggregator.publish.rule_worked import Spell
from aggregator.summarise.assemble import source_lean

INDEX = "feeds/outlets.json"
SCHEMA = f"feeds/schema/outlet-{SCHEMA_VERSION}.json"


def render_outlet_json(ledgers: Ledgers, site: SiteInfo, kept: Kept) -> Iterator[File | AsLeft]:
    """The file of each outlet, unless `kept` has it, the index, and their schema."""
    for outlet in ledgers.outlets.values():
        yield from kept.files([data_path(outlet.key)], outlet.whole, partial(_outlet, outlet, site))
    yield _file(INDEX, outlet_index(ledgers, site))
    yield File(SCHEMA, schema_text().encode())


def _outlet(outlet: OutletLedger, site: SiteInfo) -> Iterator[File]:
    yield _file(data_path(outlet.key), outlet_file(outlet, site))


def index_entry(files: Sequence[File | AsLeft], site: SiteInfo) -> dict[str, Any]:
    """Where they are, as the index of all feeds has it; `files` as `render_outlet_json` made them."""
    listed = next(file for file in files if file.path == INDEX)
    pattern = _url(site, data_path("KEY")).replace("KEY", "{outlet_key}")
    return {"items": len(files) - 2, "url": _url(site, INDEX), "sha256": listed.sha256, "outlet_url": pattern}


def data_path(key: str) -> str:
    """The file with an outlet's ledger."""
    return f"feeds/outlet/{key}.json"


def outlet_index(ledgers: Ledgers, site: SiteInfo) -> OutletIndex:
    """All outlets with the lean of their units."""
    entries = [
        OutletEntry(
            key=outlet.key,
            name=outlet.name,
            country=outlet.country,
            units=[UnitEntry(**_unit(unit, outlet)) for unit in outlet.units],
            url=address(site.base_url, outlet.path),
            data_url=_url(site, data_path(outlet.key)),
        )
        for outlet in ledgers.outlets.values()
    ]
    return OutletIndex(schema_url=_url(site, SCHEMA), outlets=entries)


def outlet_file(outlet: OutletLedger, site: SiteInfo) -> OutletFile:
    """All that is public of an outlet."""
    return OutletFile(
        schema_url=_url(site, SCHEMA),
        key=outlet.key,
        name=outlet.name,
        home=outlet.home,
        country=outlet.country,
        language=outlet.language,
        kind=outlet.kind,
        owner=outlet.owner,
        url=address(site.base_url, outlet.path),
        units=[_whole_unit(unit, outlet) for unit in outlet.units],
        ratings=[_rating(one) for one in outlet.statements],
        withheld=outlet.withheld,
        names=[
            NameEntry(since=rfc3339(one.since), name=one.name, owner=one.owner, kind=one.kind, country=one.country)
            for one in outlet.states
        ],
        continues=[_linked(link) for link in outlet.continues],
        continued_by=[_linked(link) for link in outlet.continued_by],
        contests=[
            ContestEntry(
                id=one.id,
                unit=one.unit,
                asked_on=one.asked_on.isoformat(),
                subject=one.subject,
                text=one.text,
                outcome=one.outcome,
                answer=one.answer,
                answered_on=one.answered_on.isoformat(),
                answered_by_role=one.answered_by_role,
            )
            for one in outlet.contests
        ],
        open_contests=outlet.open_contests,
        contest_url=outlet.contest_address,
    )


def _unit(unit: Unit, outlet: OutletLedger) -> dict[str, Any]:
    lean = source_lean(unit.working.tag, rfc3339(outlet.as_of) if outlet.as_of else "").model_dump(exclude={"day"})
    since = unit.history[-1].since.isoformat() if unit.history else None
    said = UnitLean(**{**lean, "as_of": lean["as_of"] or None}, day=since)
    return {"key": unit.key, "kind": unit.kind, "name": unit_name(unit), "lean": said}


def _whole_unit(unit: Unit, outlet: OutletLedger) -> OutletUnit:
    working = unit.working
    return OutletUnit(
        **_unit(unit, outlet),
        country=unit.country,
        language=unit.language,
        counted=[Counted(rating=one.rating.id, place=one.place) for one in working.counted],
        not_counted=[NotCounted(rating=one.rating.id, why=one.why_not) for one in working.aside],
        steps=list(working.steps),
        history=[_days(spell) for spell in unit.history],
    )


def _days(spell: Spell) -> LabelDays:
    lean = source_lean(spell.tag, "")
    return LabelDays(
        since=spell.since.isoformat(),
        until=_day(spell.until),
        label=lean.label,
        low=lean.low,
        high=lean.high,
        families=lean.families,
        scale_of=lean.scale_of,
    )


def _rating(one: Statement) -> RatingEntry:
    said = one.rating
    return RatingEntry(
        id=said.id,
        outlet=one.outlet_key,
        unit=said.unit,
        rater=said.rater,
        family=said.family or said.rater,
        kind=said.kind.value,
        scale=said.scale,
        country=said.country,
        raw=said.raw,
        crosswalk=said.crosswalk,
        state=said.state.value,
        label=said.label.value if said.label else None,
        position=said.label.position if said.label else None,
        low=said.low.position if said.low else None,
        high=said.high.position if said.high else None,
        confidence=said.confidence,
        method=said.method,
        reason=said.reason,
        url=said.url,
        rated_on=said.rated_on.isoformat(),
        valid_from=(said.valid_from or said.rated_on).isoformat(),
        valid_to=_day(said.valid_to),
        recorded_at=rfc3339(said.recorded_at) if said.recorded_at else "",
        supersedes=one.supersedes or None,
        replaced_by=one.replaced_by or None,
        licence=said.licence,
        attribution=said.attribution,
    )


def _linked(link: Link) -> LinkedOutlet:
    return LinkedOutlet(key=link.key, name=link.name, until=_day(link.until))


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _url(site: SiteInfo, path: str) -> str:
    return f"{site.base_url.rstrip('/')}/{quote(path)}"


def _file(path: str, value: OutletIndex | OutletFile) -> File:
    text = json.dumps(value.model_dump(mode="json"), ensure_ascii=False, indent=1, allow_nan=False)
    return File(path, (text + "\n").encode())

"""The public ledger of an outlet as programs get it: the models of the files, and their JSON Schema.

The models are the contract: fields are added without a new number.
"""

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from aggregator.summarise.page import Label, RaterLabel

SCHEMA_VERSION = 1
#: the schema as it lies in the repository
FILE = f"docs/schema/outlet-{SCHEMA_VERSION}.json"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class UnitLean(_Model):
    """As `SourceLean` of a page, of the present day. `as_of` is when something of it was last recorded, `day` the first
    day of which it is true; null: nothing was.
    """

    label: Label
    raters: list[RaterLabel]
    rule: str
    as_of: str | None
    day: str | None
    low: Label | None
    high: Label | None
    families: int
    why_unrated: str
    scale_of: str
    of_unit: str = ""


class UnitEntry(_Model):
    """A desk that is rated apart; `kind` is news, opinion or edition."""

    key: str
    kind: str
    name: str
    lean: UnitLean


class OutletEntry(_Model):
    """An outlet in the index: `url` is its page, `data_url` the file with all of its ledger."""

    key: str
    name: str
    country: str
    units: list[UnitEntry]
    url: str
    data_url: str


class OutletIndex(_Model):
    """All outlets in the order of their keys."""

    schema_url: str
    outlets: list[OutletEntry]


class Counted(_Model):
    """A rating that counts today, and the place that it brought, from -2 (Left) to +2 (Right); null: it says Mixed."""

    rating: str
    place: int | None


class NotCounted(_Model):
    """A rating that does not count today, and why."""

    rating: str
    why: str


class LabelDays(_Model):
    """The label for articles of the days from `since` until the day before `until`; null: until today."""

    since: str
    until: str | None
    label: Label
    low: Label | None
    high: Label | None
    families: int
    scale_of: str


class OutletUnit(UnitEntry):
    """A unit with what the rule did: what counted, what did not, its sums in words, and the labels of earlier days."""

    country: str
    language: str
    counted: list[Counted]
    not_counted: list[NotCounted]
    steps: list[str]
    history: list[LabelDays]


class RatingEntry(_Model):
    """A statement by one rater, in the fields of `aggregator export ratings`; `replaced_by` corrected or ended it."""

    id: str
    outlet: str
    unit: str
    rater: str
    family: str
    kind: str
    scale: str
    country: str
    raw: str
    crosswalk: str
    state: str
    label: Label | None
    position: int | None
    low: int | None
    high: int | None
    confidence: str
    method: str
    reason: str
    url: str
    rated_on: str
    valid_from: str
    valid_to: str | None
    recorded_at: str
    supersedes: str | None
    replaced_by: str | None
    licence: str
    attribution: str


class NameEntry(_Model):
    """What an outlet was called and whose it was, known from `since` on."""

    since: str
    name: str
    owner: str
    kind: str
    country: str


class LinkedOutlet(_Model):
    """An outlet that continues another; ratings of the former count until `until`, or for good."""

    key: str
    name: str
    until: str | None


class ContestEntry(_Model):
    """An answered contest; `text` is empty unless the desk quotes the contester."""

    id: str
    unit: str
    asked_on: str
    subject: str
    text: str
    outcome: str
    answer: str
    answered_on: str
    answered_by_role: str


class OutletFile(_Model):
    """The whole public ledger of an outlet. `withheld` ratings are on file and may not be passed on."""

    schema_url: str
    form: Literal["outlet"] = "outlet"
    key: str
    name: str
    home: str
    country: str
    language: str
    kind: str
    owner: str
    url: str
    units: list[OutletUnit]
    ratings: list[RatingEntry]
    withheld: int
    names: list[NameEntry]
    continues: list[LinkedOutlet]
    continued_by: list[LinkedOutlet]
    contests: list[ContestEntry]
    open_contests: int
    contest_url: str


def outlet_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an outlet's file and of the index of outlets; it lets unknown fields pass."""
    made = TypeAdapter(OutletFile | OutletIndex).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The ledger of an outlet, or the index of outlets",
        "description": f"Version {SCHEMA_VERSION}. docs/feeds.md explains every field.",
        **made,
    }


def schema_text() -> str:
    """The schema as the file holds it: sorted, indented, one newline at the end."""
    return json.dumps(outlet_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"

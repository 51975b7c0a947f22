"""How a rater's file is read: a small TOML file names its columns, its scale, and what may be done with its ratings.

A column is the heading of a CSV file, or a path into a JSON record: `bias`, `rating.label`; one that begins with `$.`
is looked up from the top of the record where `each` goes through a list in it (after RFC 9535, of which this is a
small part). docs/operators.md has an example.
"""

import re
from bisect import bisect_left, bisect_right
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, ValidationError, model_validator

from aggregator.errors import ConfigError, Rejected
from aggregator.resources import resource
from aggregator.setting_sections import Section
from aggregator.setting_words import in_words
from aggregator.settings import read_toml, suggestion
from aggregator.sources.consensus import lean_at
from aggregator.types import Lean, LeanState, RaterKind

_FOLDER = "raters"
_UNIT = r"^[a-z0-9][a-z0-9-]{0,40}$"
#: what a rater's word can mean besides a label
_OFF_SCALE = ("mixed", "unrated", "withdrawn")
Meaning = Literal["Left", "Lean Left", "Center", "Lean Right", "Right", "mixed", "unrated", "withdrawn"]


class ScaleSpec(Section):
    """A rater's scale and its crosswalk to ours: `labels` for words, `cuts` for numbers from left to right.

    Of four cuts each is the place nearest the outside: a score of exactly a cut is of the place further from Center.
    """

    #: the country whose left and right are meant, ISO 3166; empty: each outlet's own
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    #: its name and version, stored with each rating: another table gets another name
    crosswalk: str = Field(min_length=1)
    labels: dict[str, Meaning] = Field(default_factory=dict)
    cuts: tuple[FiniteFloat, ...] = ()
    #: the least and the greatest score that there is
    within: tuple[FiniteFloat, FiniteFloat] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "ScaleSpec":
        if bool(self.labels) == bool(self.cuts):
            raise ValueError("needs `labels` for words, or `cuts` for numbers, and not both")
        if self.cuts and (len(self.cuts) != 4 or list(self.cuts) != sorted(set(self.cuts))):
            raise ValueError("needs four rising cuts: they part the five places")
        if len({_word(label) for label in self.labels}) < len(self.labels):
            raise ValueError("has a label twice")
        return self

    def read(self, raw: str) -> tuple[LeanState, Lean | None, bool]:
        """What a word or number means: state, label, and whether it takes the rating back. Raises Rejected."""
        if self.cuts:
            return LeanState.RATED, self._placed(raw), False
        meaning = {_word(label): meant for label, meant in self.labels.items()}.get(_word(raw))
        if meaning is None:
            known = ", ".join(self.labels)
            raise Rejected("unknown-label", f"{raw[:80]!r} is not in the crosswalk {self.crosswalk} (known: {known})")
        if meaning in _OFF_SCALE:
            return (LeanState.MIXED if meaning == "mixed" else LeanState.UNRATED), None, meaning == "withdrawn"
        return LeanState.RATED, Lean(meaning), False

    def _placed(self, raw: str) -> Lean:
        if not re.fullmatch(r"\s*[-+−]?\d{1,9}(\.\d{1,18})?\s*", raw, re.ASCII):
            raise Rejected("not-a-number", f"{raw[:80]!r} is no score")
        score = float(raw.replace("−", "-"))
        if self.within and not self.within[0] <= score <= self.within[1]:
            raise Rejected("off-the-scale", f"{score:g} is not within {self.within[0]:g} and {self.within[1]:g}")
        left, right = self.cuts[:2], self.cuts[2:]
        return lean_at(bisect_right(right, score) - (len(left) - bisect_left(left, score)))


class ListSpec(Section):
    """One list in a file: where its rows are, and in which columns. What is empty is not in the file."""

    each: str = ""
    outlet: str = Field(min_length=1)
    label: str = Field(min_length=1)
    #: the scale of all rows, or the column that names that of each
    scale: str = ""
    scale_column: str = ""
    #: the day of the list, for rows that have none of their own
    rated_on: date | None = None
    rated_on_column: str = ""
    #: the unit that is rated; where the text of `unit_column` holds a key of `units`, the unit that it gives
    unit: Annotated[str, Field(pattern=_UNIT)] = "news"
    unit_column: str = ""
    units: dict[str, Annotated[str, Field(pattern=_UNIT)]] = Field(default_factory=dict)
    url: str = ""
    reason: str = ""
    confidence: str = ""
    low: str = ""
    high: str = ""

    @model_validator(mode="after")
    def _fits(self) -> "ListSpec":
        if bool(self.scale) == bool(self.scale_column):
            raise ValueError("needs a scale: `scale`, or the `scale_column` that names it")
        if bool(self.units) != bool(self.unit_column):
            raise ValueError("`units` and `unit_column` belong together")
        if bool(self.low) != bool(self.high):
            raise ValueError("`low` and `high` belong together")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that it names."""
        named = (self.outlet, self.label, self.scale_column, self.rated_on_column, self.unit_column, self.url)
        return tuple(one for one in (*named, self.reason, self.confidence, self.low, self.high) if one)


class Mapping(Section):
    """A rater, what may be done with its ratings, and how its files are read. Unknown rights are none."""

    rater: str = Field(min_length=1)
    family: str = ""
    kind: RaterKind
    method: str = ""
    licence: str = ""
    attribution: str = ""
    export: Literal["allow", "deny"] = "deny"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    lists: tuple[ListSpec, ...] = Field(min_length=1)
    scales: dict[str, ScaleSpec] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _rights_and_scales(self) -> "Mapping":
        if self.export == "allow" and self.kind is not RaterKind.DESK and not self.licence:
            raise ValueError('`export` can be "allow" only under a licence: name it')
        for one in self.lists:
            if one.scale and one.scale not in self.scales:
                raise ValueError(f"the scale {one.scale!r} has no crosswalk: write [scales.{one.scale}]")
        return self


def load_mapping(name: str, config: Path) -> Mapping:
    """The mapping in a file, or one of that name in `raters/` of the configuration or of this program.

    Raises ConfigError naming file and key.
    """
    places = [config / _FOLDER / f"{name}.toml", resource("config") / _FOLDER / f"{name}.toml"]
    given = Path(name)
    file = given if given.suffix == ".toml" else next((place for place in places if place.is_file()), None)
    if file is None:
        known = sorted({one.stem for place in places for one in place.parent.glob("*.toml")})
        raise ConfigError(f"there is no mapping {name!r}", fix=f"known: {', '.join(known)}; or give a file NAME.toml")
    try:
        return Mapping.model_validate(read_toml(file))
    except ValidationError as error:
        # a misspelt key is missed, too: what was written helps more than what was not
        every = error.errors()
        first = next((one for one in every if one["type"] == "extra_forbidden"), every[0])
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            models: dict[str, type[Section]] = {"lists": ListSpec, "scales": ScaleSpec}
            known = list(models.get(str(first["loc"][0]), Mapping).model_fields)
            fix = suggestion(str(first["loc"][-1]), known)
            raise ConfigError("is not a known key", file=file, key=key, fix=fix) from None
        raise ConfigError(in_words(first), file=file, key=key) from None


def _word(label: str) -> str:
    """Labels are the same whatever their case, and with spaces, hyphens or underscores."""
    return " ".join(re.split(r"[\s_-]+", label.strip().casefold()))

"""The published JSON Schema of a page, made from the model."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from aggregator.analysis.lexicon import word_set
from aggregator.summarise.page import SCHEMA_VERSION, StoryPage, Tombstone

FILE = f"docs/schema/story-{SCHEMA_VERSION}.json"
_TIMES = word_set("published_at updated_at at as_of rated_on")


def page_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a page or the tombstone of one.

    Unlike the model it lets unknown fields pass: fields are added without a new version.
    """
    adapter: TypeAdapter[StoryPage | Tombstone] = TypeAdapter(StoryPage | Tombstone)
    made = adapter.json_schema(by_alias=True, mode="validation")
    for definition in made["$defs"].values():
        definition.pop("additionalProperties", None)
        for name, value in definition.get("properties", {}).items():
            if name in _TIMES:
                _as_time(value)
            elif name == "url":
                value["format"] = "uri"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A story page, or the tombstone of one",
        "description": f"Version {SCHEMA_VERSION}. docs/feeds.md explains every field.",
        **made,
    }


def schema_text() -> str:
    """The schema as the file holds it: sorted, indented, one newline at the end."""
    return json.dumps(page_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_schema(root: Path) -> bool:
    """Write the schema under `root`; whether the file changed."""
    file = root / FILE
    text = schema_text()
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return True


def _as_time(value: dict[str, Any]) -> None:
    """A time with zone, or a full date, where the model has text."""
    formats = {"anyOf": [{"format": "date-time"}, {"format": "date"}]}
    for option in value.get("anyOf", [value]):
        if option.get("type") == "string":
            option.update(formats)

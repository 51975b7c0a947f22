"""The published JSON Schema."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from aggregator.summarise.page import Tombstone
from aggregator.summarise.schema import FILE, page_schema, schema_text, write_schema

ROOT = Path(__file__).resolve().parents[2]
PAGE = json.loads((Path(__file__).parent / "data" / "page.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(page_schema(), format_checker=FormatChecker())


def test_the_published_file_is_the_model() -> None:
    assert (ROOT / FILE).read_text(encoding="utf-8") == schema_text()


def test_writing_it_again_changes_nothing(tmp_path: Path) -> None:
    assert write_schema(tmp_path)
    assert not write_schema(tmp_path)
    assert (tmp_path / FILE).read_text(encoding="utf-8") == schema_text()


def test_it_is_a_schema_itself(validator: Draft202012Validator) -> None:
    Draft202012Validator.check_schema(validator.schema)


def test_a_page_is_valid(validator: Draft202012Validator) -> None:
    validator.validate(PAGE)


def test_a_field_that_is_new_is_no_error(validator: Draft202012Validator) -> None:
    validator.validate(PAGE | {"mood": "calm"})


def test_a_tombstone_is_valid(validator: Draft202012Validator) -> None:
    kept = ("schema", "form", "id", "version", "url", "published_at", "updated_at", "headline")
    stone = Tombstone.model_validate({key: PAGE[key] for key in kept} | {"status": "withdrawn"})

    validator.validate(stone.as_json())


@pytest.mark.parametrize(
    "change",
    [
        {"body": None},
        {"published_at": "yesterday"},
        {"url": "not a url"},
        {"status": "gone"},
        {"version": 0},
        {"sources": [{"n": 1}]},
        {"schema": 1},
    ],
)
def test_what_is_no_page_is_refused(validator: Draft202012Validator, change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        validator.validate(PAGE | change)

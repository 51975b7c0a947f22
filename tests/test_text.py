"""Text as it is stored is clean whatever comes in, and ids made from it never change."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.text import clean, one_line, sha256, short_hash

hostile = st.text(
    st.one_of(st.characters(), st.sampled_from("a \r\n\t\0\x1c\x85\u0301\u0958\u2028\u2029\u200e\u202e\ud800"))
)
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(hostile)
@example("\r\0\n")
@example("e\0\u0301")
def test_clean_text_stays_as_it_is_when_cleaned_again(value: str) -> None:
    assert clean(clean(value)) == clean(value)


@given(hostile)
def test_clean_text_is_nfc_without_control_characters_and_can_be_encoded(value: str) -> None:
    cleaned = clean(value)

    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t"]
    assert cleaned.encode().decode() == cleaned


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"])))
def test_only_control_characters_are_taken_away(value: str) -> None:
    assert clean(value) == unicodedata.normalize("NFC", value)


def test_every_line_end_becomes_a_newline() -> None:
    assert clean("a\r\nb\rc\u2028d\u2029e\nf") == "a\nb\nc\nd\ne\nf"


def test_a_lone_surrogate_is_shown_as_a_replacement_character() -> None:
    assert clean("a\ud800b") == "a\ufffdb"


@given(hostile, st.integers(1, 40))
@example("a\u200e\u0301", 5)
def test_one_line_is_one_line_within_the_limit_and_stays_as_it_is(value: str, limit: int) -> None:
    line = one_line(value, limit)

    assert len(line) <= limit
    assert line == " ".join(line.split())
    assert not set(line) & set(BIDI)
    assert unicodedata.is_normalized("NFC", line)
    assert one_line(line, limit) == line


def test_a_name_cannot_turn_the_text_around_it() -> None:
    assert one_line("\u202eThe\u2066  Daily\n\tNews\u202c ") == "The Daily News"


def test_one_line_of_a_huge_text_is_quick_and_cut() -> None:
    assert one_line("x " * 10_000_000, 10) == "x x x x x"


def test_a_text_and_its_bytes_have_one_hash() -> None:
    assert sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256("å") == sha256("å".encode())


def test_a_short_hash_never_changes_since_public_ids_are_made_of_it() -> None:
    assert short_hash("https://example.org/") == "qgmndowebiidgzj2"
    assert short_hash("a", 5) == "zklyc"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 52))
def test_a_short_hash_is_lower_case_base32_of_the_length_asked_for(value: str, length: int) -> None:
    made = short_hash(value, length)

    assert len(made) == length
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz234567")

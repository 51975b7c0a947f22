"""Quotation marks: where quoted words begin and end, and the text as it reads without them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: fewer words between marks are a term, a title or a sneer
MIN_WORDS = 3
_CLOSERS = {"“": '”"', '"': '"”', "«": "»", "„": "“”", "‘": "’", "'": "'"}
_DOUBLE = re.compile('[“”"«»„]')
_SINGLE = re.compile("[‘’']")
_TITLE_WORDS = 8
_SMALL = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"))
_WORD = re.compile(r"[^\W_]+(?:[’'.,-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Span:
    """Quoted words [start, end) and the same with their marks [opened, closed). `chained`: goes on from the paragraph
    before, whose quotation was not closed; `unclosed`: goes on in the next."""

    start: int
    end: int
    opened: int
    closed: int
    chained: bool = False
    unclosed: bool = False


def find_spans(text: str) -> list[Span]:
    """All quotations of `text`, paragraph by paragraph, of any length. Single marks count only in a text without
    double ones (the British manner)."""
    pattern = _DOUBLE if _DOUBLE.search(text) else _SINGLE
    found: list[Span] = []
    carried = ""
    lines = list(_lines(text))
    for at, (start, end) in enumerate(lines):
        following = text[lines[at + 1][0]] if at + 1 < len(lines) else ""
        carried = _read_line(text, start, end, pattern, carried, following, found)
    return found


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"\S[^\n]*", text):
        yield match.start(), match.end()


def _read_line(
    text: str, start: int, end: int, pattern: re.Pattern[str], carried: str, following: str, found: list[Span]
) -> str:
    """Appends the quotations of one line; the mark that is open at its end if the next line takes it up again."""
    opened, mark, at = -1, "", start
    chained = bool(carried) and text[start] == carried
    while match := pattern.search(text, at, end):
        here, at = match.start(), match.end()
        if opened < 0:
            if _opens(text, here, start):
                opened, mark = here, match.group()
        elif match.group() in _CLOSERS[mark] and _closes(text, here, mark, end):
            _append(text, found, Span(opened + 1, here, opened, at, chained and opened == start))
            opened = -1
        elif match.group() == mark and mark != '"' and _opens(text, here, start):
            opened = here  # the quotation before was never closed: nobody can say where it ended
    if opened < 0:
        return ""
    if following == mark:
        _append(text, found, Span(opened + 1, end, opened, end, chained and opened == start, True))
        return mark
    if mark in "“„«" and opened == start:
        _append(text, found, Span(opened + 1, end, opened, end, chained))
    return ""


def _append(text: str, found: list[Span], span: Span) -> None:
    if text[span.start : span.end].strip():
        found.append(span)


def _opens(text: str, at: int, start: int) -> bool:
    mark, before, after = text[at], text[at - 1 : at] if at > start else "", text[at + 1 : at + 2]
    if mark in "“„":
        return bool(after) and not after.isspace()
    if mark not in _CLOSERS:
        return False
    loose = not before or before.isspace() or before in "([—–-/:…“‘"
    return loose and bool(after) and not after.isspace() and (mark != "'" or after.isalpha())


def _closes(text: str, at: int, mark: str, end: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2] if at + 1 < end else ""
    if mark in "‘'":
        return not after.isalnum() and (
            before in ",.?!…" or (before != "s" and not before.isspace()) or after in ".,;:"
        )
    return not (mark == '"' and before.isspace() and after.isalnum())


def word_count(text: str) -> int:
    """How many words a quotation has."""
    return len(_WORD.findall(text))


def is_title(text: str) -> bool:
    """Whether quoted words are the name of a work or a programme: all capitalised, but for small ones."""
    words = _WORD.findall(text)
    return len(words) <= _TITLE_WORDS and all(word[0].isupper() or word in _SMALL for word in words)


def without_quotes(text: str, spans: list[Span]) -> str:
    """`text`, same length, with what is quoted (from three words on) replaced by `~` between curly marks."""
    pieces: list[str] = []
    at = 0
    for span in spans:
        if word_count(text[span.start : span.end]) < MIN_WORDS and not (span.chained or span.unclosed):
            continue
        inner = "~" * (span.end - span.start)
        closing = "”" * (span.closed - span.end)
        pieces.append(text[at : span.opened] + "“" * (span.start - span.opened) + inner + closing)
        at = span.closed
    return "".join(pieces) + text[at:]

"""Quotations inside running text, found by their marks.

A quotation is bounded by its paragraph, except that one which stays open goes on in the next paragraph if that opens
with a mark again (the rule of every style book), or if the next mark of the paragraphs after it can only be its end.
Of four words or more: shorter ones are terms and titles.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

MIN_WORDS = 4
#: paragraphs after its own in which the end of a quotation is looked for that no mark took up again
_FURTHER = 4
_PAIRS = {"“": "”", "«": "»", "»": "«", "„": "“”", "「": "」", "『": "』", '"': '"', "‘": "’"}
_MARK = re.compile('["“”„«»「」『』‘’]')
_WORD = re.compile(r"\w+(?:['’.,-]\w+)*")
_CJK = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def find_quotations(paragraphs: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(paragraph, start, end) of every quotation of four words or more, its marks included, in reading order."""
    carried, until = "", -1
    for number, text in enumerate(paragraphs):
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else ""
        if number < until:
            yield number, 0, len(text)
            continue
        spans, carried, opened = _spans(text, carried, following, inside=number == until)
        if opened:
            until = _end_of(opened, paragraphs[number + 1 : number + 1 + _FURTHER], number + 1)
        for start, end, whole in spans:
            if whole or _long_enough(text[start:end]):
                yield number, start, end


def _end_of(opened: str, paragraphs: Sequence[str], first: int) -> int:
    """In which of the paragraphs that follow a quotation left open ends, -1 if in none: where their next mark closes.

    `first` is the number of the first of them.
    """
    for number, text in enumerate(paragraphs, first):
        marks = (match for match in _MARK.finditer(text) if match[0] not in "‘’")
        if match := next(marks, None):
            ends = match[0] in _PAIRS[opened] and match.start() > 0
            shut = ends and not text[match.start() - 1].isspace() and not text[match.end() : match.end() + 1].isalnum()
            return number if shut else -1
    return -1


def _spans(
    text: str, carried: str, following: str, *, inside: bool = False
) -> tuple[list[tuple[int, int, bool]], str, str]:
    """The quotations of one paragraph, the mark that the next one takes up again, and the one left open for good.

    `inside`: the paragraph begins inside a quotation, without a mark. The third value of a span says that it belongs to
    a quotation over several paragraphs, which counts at any length.
    """
    found: list[tuple[int, int, bool]] = []
    opened, start, at = "", 0, 0
    if carried and text[:1] and (text[0] in (carried, "”", "»") or text[0] in _PAIRS):
        opened, at = carried, 1
    elif inside:
        opened = next(match[0] for match in _MARK.finditer(text) if match[0] not in "‘’")
        opened = {"”": "“", "»": "«", "«": "»", "“": "„", "」": "「", "』": "『"}.get(opened, opened)
    continued = bool(opened)
    while match := _MARK.search(text, at):
        mark, here = match[0], match.start()
        at = here + 1
        if not opened:
            if _opens(text, here):
                opened, start, continued = mark, here, False
        elif mark in _PAIRS[opened] and _closes(text, here, opened):
            found.append((start, at, continued))
            opened = ""
    if not opened:
        return found, "", ""
    goes_on = following[:1] == opened or (opened == "„" and following[:1] in "„“" and bool(following))
    if opened != "‘" or goes_on:
        # left open for good, it cannot be said where the speaker stopped: the rest of the paragraph is taken
        found.append((start, len(text), continued or goes_on))
    return found, opened if goes_on else "", "" if goes_on or opened == "‘" else opened


def _opens(text: str, at: int) -> bool:
    mark, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if mark in "“„「『":
        return True
    if mark == "«":
        return not after.isspace() or before.isspace() or not before
    if mark not in _PAIRS:
        return False
    # straight and single marks are also inches, apostrophes and closing marks
    loose = not before or before.isspace() or before in "([—–-/:…“„"
    if mark == "‘":
        return loose and after.isalpha() and _single_closes(text, at)
    return loose and bool(after) and not after.isspace()


def _single_closes(text: str, at: int) -> bool:
    """Whether a single quotation mark has a partner, four words or more away."""
    window = text[at : at + 1500]
    words = [match.end() for match in islice(_WORD.finditer(window), MIN_WORDS)]
    signs = [match.end() for match in islice(_CJK.finditer(window), 2 * MIN_WORDS)]
    enough = min([*words[MIN_WORDS - 1 :], *signs[2 * MIN_WORDS - 1 :]], default=len(window))
    return any(text[end] == "’" and _closes(text, end, "‘") for end in range(at + enough, min(len(text), at + 1500)))


def _closes(text: str, at: int, opened: str) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if opened == "‘":
        # an apostrophe stands between letters, or after the s of a plural
        return not after.isalnum() and (not before.isalnum() or before != "s" or after in ".,;:!?")
    if opened == '"':
        return not (before.isspace() and after.isalnum())
    return True


def _long_enough(text: str) -> bool:
    return len(_WORD.findall(text)) >= MIN_WORDS or len(_CJK.findall(text)) >= 2 * MIN_WORDS

"""Quotations inside running text, found by their marks.

A quotation is bounded by its paragraph, except that one which stays open goes on in the next paragraph if that opens
with a mark again (the rule of every style book). Of four words or more: shorter ones are terms and titles.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

MIN_WORDS = 4
_PAIRS = {"“": "”", "«": "»", "»": "«", "„": "“”", "「": "」", "『": "』", '"': '"', "‘": "’"}
_MARK = re.compile('["“”„«»「」『』‘’]')
_WORD = re.compile(r"\w+(?:['’.,-]\w+)*")
_CJK = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def find_quotations(paragraphs: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(paragraph, start, end) of every quotation of four words or more, its marks included, in reading order."""
    carried = ""
    for number, text in enumerate(paragraphs):
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else ""
        spans, carried = _spans(text, carried, following)
        for start, end, whole in spans:
            if whole or _long_enough(text[start:end]):
                yield number, start, end


def _spans(text: str, carried: str, following: str) -> tuple[list[tuple[int, int, bool]], str]:
    """The quotations of one paragraph, and the mark that is still open at its end.

    The third value of a span says that it belongs to a quotation over several paragraphs, which counts at any length.
    """
    found: list[tuple[int, int, bool]] = []
    opened, start, at = "", 0, 0
    if carried and text[:1] and (text[0] in (carried, "”", "»") or text[0] in _PAIRS):
        opened, at = carried, 1
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
        return found, ""
    goes_on = following[:1] == opened or (opened == "„" and following[:1] in "„“" and bool(following))
    if opened != "‘" or goes_on:
        # left open for good, it cannot be said where the speaker stopped: the rest of the paragraph is taken
        found.append((start, len(text), continued or goes_on))
    return found, opened if goes_on else ""


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

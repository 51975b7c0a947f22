"""The language of a text, by its letters: what a page says about itself is wrong too often."""

import re

_MIN_LETTERS = 60
_SAMPLE = 1200
_CODE = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")


def find_language(text: str, hint: str = "") -> str:
    """The ISO 639-1 code of `text` by py3langid; the hint ("en-US") decides only for texts too short to tell by."""
    sample = text[:_SAMPLE]
    letters = sum(map(str.isalpha, sample))
    told = _CODE.match(hint.strip())
    if told and letters < _MIN_LETTERS:
        return told[0].lower()
    if not letters:
        return "und"
    import py3langid

    return str(py3langid.classify(sample)[0])

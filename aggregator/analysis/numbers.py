"""Figures with what they count: money, shares, victims, dates, votes, times, and anything else by its noun."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from aggregator.analysis.lexicon import word_set


@dataclass(frozen=True, slots=True)
class Number:
    """A figure as printed at [start, end), hedge and unit word not included.

    `unit`: an ISO code for money ("USD"), "percent", "points" (percentage points), "date" (value yyyymmdd, yyyy or mm
    and dd zero where not printed), "year", "time" (hours of the day), "vote" (`high` is the other side), "ordinal",
    "age", "killed", "injured", "missing", "arrested", or the noun that is counted, lower case and singular; "" if none
    was found. `high` is the upper end of a range. `hedge`: "about", "more than", "less than", "at least", "up to".
    """

    value: float
    unit: str
    text: str
    start: int
    end: int
    high: float | None = None
    hedge: str = ""


_ONES_LISTED = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen"""
_TENS_LISTED = "twenty thirty forty fifty sixty seventy eighty ninety"
_MONTHS_LISTED = "january february march april may june july august september october november december"
_ONES, _TENS = _ONES_LISTED.split(), _TENS_LISTED.split()
_WORDS = {word: float(at) for at, word in enumerate(_ONES)} | {word: 20.0 + 10 * at for at, word in enumerate(_TENS)}
_WORDS |= {f"{ten}-{one}": _WORDS[ten] + _WORDS[one] for ten in _TENS for one in _ONES[1:10]} | {"dozen": 12.0}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12, "k": 1e3,
}  # fmt: skip
_CURRENCIES = {
    "$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "dollar": "USD", "euro": "EUR",
    "pound sterling": "GBP", "cent": "cent",
}  # fmt: skip
_MONTHS = {name: at + 1 for at, month in enumerate(_MONTHS_LISTED.split()) for name in (month, month[:3], month[:4])}
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
#: longer runs of digits are no figures but keys of something
_FIGURE = r"\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,15})?|\d{1,15}(?:\.\d{1,15})?"
_WORD_FIGURE = "|".join(sorted(_WORDS, key=lambda word: (-len(word), word)))
_SCALE = r"(?:[ \u00a0-](?P<scale{0}>hundred|thousand|million|billion|trillion)|(?P<short{0}>bn|mn|tn|m|b|k)(?!\w))?"
_DATE = re.compile(
    rf"\b(?P<month>{_MONTH})[ \u00a0](?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d)"
    r"(?:,?[ \u00a0](?P<year>(?:19|20)\d\d)\b)?"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ \u00a0](?P<month2>{_MONTH})"
    r"(?:,?[ \u00a0](?P<year2>(?:19|20)\d\d)\b)?"
    rf"|\b(?P<month3>{_MONTH})(?:,? of|,)?[ \u00a0](?P<year3>(?:19|20)\d\d)\b"
)
_TIME = re.compile(
    r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?[ \u00a0]?(?P<half>[ap]\.m\.|[ap]m\b)|\b(?P<noon>noon|midnight)\b",
    re.I,
)
_VOTE = re.compile(r"(?<![\d$.-])\b(?P<a>\d{1,3})(?:[-–—]|\u00a0?[-–]\u00a0?)(?P<b>\d{1,3})\b(?![-–\d]|\.\d)")
_NUMBER = re.compile(
    rf"(?<![\w.,-])(?P<sign>US\$|C\$|A\$|[$€£¥₹])?[ ]?(?P<a>{_FIGURE}|\b(?:{_WORD_FIGURE})\b)(?P<ordinal>st|nd|rd|th)?"
    + _SCALE.format(1)
    + rf"(?:(?:[ ](?:to|or|and)[ ]|[-–—])(?P<sign2>[$€£¥₹])?(?P<b>{_FIGURE}|\b(?:{_WORD_FIGURE})\b){_SCALE.format(2)})?"
    r"(?![\w]|[.,]\d)",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"(?:\b(?P<about>about|around|roughly|approximately|some|an estimated|estimated|nearly|almost|close to"
    r"|just (?:over|under))"
    r"|\b(?P<more>more than|over|above|upwards? of|in excess of)"
    r"|\b(?P<less>fewer than|less than|under|below)|\b(?P<least>at least|no (?:fewer|less) than|a minimum of)"
    r"|\b(?P<up>up to|as (?:many|much|high|few|little) as|at most|a maximum of))\s+(?:a\s+|the\s+)?$",
    re.IGNORECASE,
)
_HEDGE_NAMES = {"about": "about", "more": "more than", "less": "less than", "least": "at least", "up": "up to"}
_OUTCOMES = (
    ("killed", r"kill(?:s|ed|ing)?|dead|died|dies|deaths?|death toll|lives|fatalities|bodies|drowned|perished|toll"),
    ("injured", r"injur(?:ed|es|ing|ies|y)|wounded|hurt|hospitali[sz]ed"),
    ("missing", r"missing|unaccounted"),
    ("arrested", r"arrest(?:s|ed)?|detained|in custody"),
)
_AFTER = re.compile(
    r"^(?:[ -](?:other |more |additional )?(?:people|persons?|residents|men|women|children|others|civilians|soldiers"
    r"|passengers|students|workers"
    r"|victims|were|was|are|is|have been|had been|has been|reported|confirmed|as"
    r"|of them|officers|troops|in)){0,4}[ ](?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _OUTCOMES)
    + r")\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _OUTCOMES)
    + r")(?: (?:at least|more than|about|nearly|to|of|is|was|has|had|have|risen|rose|climbed"
    r"|stood|stands|at|reached|toll|the|up|as many as|now|another)){0,5}\s$",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"^[ \u00a0-]?(?:%|per ?cent\b)")
_POINTS = re.compile(r"^[ -](?:percentage[ -]|basis[ -])?points?\b")
_AGE = re.compile(r"^[- ]years?[- ]old|^ years? of age")
_NOUN = re.compile(r"^[ -](?P<words>[a-z][a-z’'-]*(?: [a-z][a-z’'-]*){0,3})")
_NO_NOUN = word_set(
    "and or but of in on at to for from by with as than that which who is are was were be been has have had will would"
    " could can may might the a an this these those his her their its after before when while since until during not"
    " said says per each more"
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d")


def numbers(text: str) -> list[Number]:
    """The figures of `text` in order, disjoint; digits inside words ("COVID-19", "F-16") and web addresses are none."""
    return list(_cached(text) if len(text) < 2_000 else _numbers(text))


@lru_cache(maxsize=16_384)
def _cached(text: str) -> tuple[Number, ...]:
    return _numbers(text)


def _numbers(text: str) -> tuple[Number, ...]:
    found: list[Number] = []
    for kind in (_dates, _times, _votes, _figures):
        for number in list(kind(text)):
            at = bisect_left(found, number.end, key=lambda other: other.start)
            if at == 0 or found[at - 1].end <= number.start:
                found.insert(at, number)
    return tuple(found)


def _dates(text: str) -> Iterator[Number]:
    for match in _DATE.finditer(text):
        groups = match.groupdict()
        month = _MONTHS[(groups["month"] or groups["month2"] or groups["month3"]).lower().rstrip(".")]
        day = int(groups["day"] or groups["day2"] or 0)
        year = int(groups["year"] or groups["year2"] or groups["year3"] or 0)
        if day <= 31:
            yield Number(float(year * 10_000 + month * 100 + day), "date", match.group(), match.start(), match.end())


def _times(text: str) -> Iterator[Number]:
    for match in _TIME.finditer(text):
        if match["noon"]:
            value = 12.0 if match["noon"].lower() == "noon" else 0.0
        else:
            hour = int(match["hour"]) % 12 + (12 if match["half"][0] in "pP" else 0)
            value = hour + int(match["minute"] or 0) / 60
        yield Number(value, "time", match.group(), match.start(), match.end())


def _votes(text: str) -> Iterator[Number]:
    for match in _VOTE.finditer(text):
        around = text[max(0, match.start() - 40) : match.start()] + " " + text[match.end() : match.end() + 24]
        if re.search(r"\b(?:vot(?:e|es|ed|ing)|ruling|ruled|decision|majority|split|passed|approved|margin)\b", around):
            value, high = float(match["a"]), float(match["b"])
            yield Number(value, "vote", match.group(), match.start(), match.end(), high)


def _figures(text: str) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        value, high = _value(match["a"]), _value(match["b"]) if match["b"] else None
        after = text[match.end() : match.end() + 90]
        before = text[max(0, match.start() - 60) : match.start()]
        if match["b"] and match["a"].isalpha() and " and " in match.group():
            continue
        scale = _scale(match["scale1"], match["short1"])
        if match["b"]:
            upper = _scale(match["scale2"], match["short2"])
            high = (high or 0.0) * upper
            scale = scale if match["scale1"] or match["short1"] else upper
        value *= scale
        unit = _unit(match, before, after)
        if (match["a"].lower() in ("one", "zero") and not unit) or (
            unit == "" and match["a"].isalpha() and before[-1:].isalpha()
        ):
            continue
        if match["short1"] and not match["sign"] and match["short1"].lower() in ("m", "b", "k"):
            unit = unit or match["short1"].lower()
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        yield Number(value, unit, text[start : match.end()], start, match.end(), high, _hedge(before))


def _value(figure: str) -> float:
    word = figure.lower()
    return _WORDS[word] if word in _WORDS else float(figure.replace(",", ""))


def _scale(word: str | None, short: str | None) -> float:
    return _SCALES[(word or short or "").lower()] if word or short else 1.0


def _hedge(before: str) -> str:
    match = _HEDGE.search(before)
    return _HEDGE_NAMES[match.lastgroup] if match and match.lastgroup else ""


def _unit(match: re.Match[str], before: str, after: str) -> str:
    if match["sign"]:
        return _CURRENCIES.get(match["sign"].lower(), match["sign"].upper())
    if match["ordinal"]:
        return "ordinal"
    if _PERCENT.match(after):
        return "percent"
    if _POINTS.match(after):
        return "points"
    if _AGE.match(after) or (re.search(r"[a-z], $", before) and re.match(r",\s", after) and _value(match["a"]) < 110):
        return "age"
    scaled = match["scale1"] or match["scale2"]
    if not scaled and _YEAR.fullmatch(match["a"]) and not _counts(after):
        return "year"
    outcome = _AFTER.match(after) or _BEFORE.search(before)
    if outcome and outcome.lastgroup:
        return outcome.lastgroup
    return _noun(after)


def _counts(after: str) -> bool:
    """Whether a plural noun follows, so that a figure like 2,000 or 1950 is a count."""
    match = _NOUN.match(after)
    return bool(match and match["words"].split()[0] not in _NO_NOUN and match["words"].split()[0].endswith("s"))


def _noun(after: str) -> str:
    """What is counted: of the next words the first plural, else the first."""
    match = _NOUN.match(after)
    if not match:
        return ""
    words: list[str] = []
    for word in match["words"].split():
        if word in _NO_NOUN:
            break
        words.append(word.strip("’'"))
    plural = [word for word in words if (word.endswith("s") and not word.endswith("ss")) or word in _PLURALS]
    noun = (plural or words or [""])[0]
    return _CURRENCIES.get(_singular(noun), _singular(noun))


_PLURALS = word_set("people men women children")


def _singular(noun: str) -> str:
    if noun in _PLURALS:
        return {"men": "man", "women": "woman", "children": "child"}.get(noun, noun)
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun

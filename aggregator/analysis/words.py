"""What single words tell: names, content words, hedges and negations (numbers are in `numbers`).

Everything takes any string, a document or a sentence, and gives offsets into that string. Sentences come back again and
again while a story is compared, so results for short texts are cached.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aggregator.analysis.lexicon import (
    CALENDAR,
    OF_HEADS,
    OPENERS,
    ORG_TAILS,
    ORG_WORDS,
    PARTICLES,
    SUFFIXES,
    TITLES,
    word_set,
)
from aggregator.analysis.numbers import Number, numbers
from aggregator.stories.terms import STOP_WORDS

__all__ = [
    "HEDGE",
    "NEGATION",
    "TITLES",
    "Name",
    "Number",
    "content_words",
    "fold",
    "hedges",
    "name_key",
    "names",
    "negations",
    "numbers",
    "stem",
]


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name as printed at [start, end), without title, possessive or surrounding marks."""

    text: str
    start: int
    end: int


_PLAIN_OPENERS = STOP_WORDS | OPENERS
_ORGANISATIONS = OF_HEADS | ORG_WORDS | ORG_TAILS
_ABBREVIATED_TITLES = word_set("mr mrs ms dr prof sen sens rep reps gov govs gen lt col sgt maj capt cmdr adm rev")
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W\d_]\.(?=\s?[^\W\d_])|[^\W_]+(?:[’'&.-][^\W_]+)*")
_SENTENCE_MARK = re.compile(r"[.!?…:;•—–\n\"“”(\[|]|(?:^|\s)['‘]")


def names(text: str, elsewhere: str = "") -> list[Name]:
    """The proper names of `text`, in order.

    A word that opens a sentence counts if it stands beside another capitalised word, or with a capital inside a
    sentence of `text` or `elsewhere` (the article, when `text` is a sentence of it) more often than without one; and
    where neither is found, if it is no common opening word.
    """
    if elsewhere:
        return list(_names(text, elsewhere))
    return list(_names_of_long(text) if len(text) > 2_000 else _names_of_short(text))


@lru_cache(maxsize=16_384)
def _names_of_short(text: str) -> tuple[Name, ...]:
    return _names(text, "")


@lru_cache(maxsize=64)
def _names_of_long(text: str) -> tuple[Name, ...]:
    return _names(text, "")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    gap: str
    opens: bool
    #: whether it is written like a name: "Ruiz", "iPhone"
    capital: bool


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        word, start = match.group(), match.start()
        gap = text[end:start]
        opens = not found or (gap != " " and bool(_SENTENCE_MARK.search(gap)))
        capital = word[0].isupper() or (word[0].islower() and word[1:2].isupper())
        end = match.end()
        found.append(_Token(word, start, end, gap, opens, capital))
    return found


def _names(text: str, elsewhere: str) -> tuple[Name, ...]:
    tokens = _tokens(text)
    counts = _case_counts(elsewhere) if elsewhere else _count_case(tokens)
    found: list[Name] = []
    at = 0
    while at < len(tokens):
        if not _may_start(tokens, at, counts):
            at += 1
            continue
        stop = _extend(tokens, at)
        name = _trimmed(text, tokens[at:stop])
        if name:
            found.append(name)
        at = stop
    return tuple(found)


@lru_cache(maxsize=64)
def _case_counts(text: str) -> dict[str, int]:
    return _count_case(_tokens(text))


def _count_case(tokens: Sequence[_Token]) -> dict[str, int]:
    """By folded word: how much more often it is written with a capital than without, inside sentences."""
    counts: dict[str, int] = {}
    for token in tokens:
        if not token.opens or token.text[0].islower():
            word = token.text.casefold()
            counts[word] = counts.get(word, 0) + (1 if token.capital else -1)
    return counts


def _may_start(tokens: Sequence[_Token], at: int, counts: dict[str, int]) -> bool:
    token = tokens[at]
    if not token.capital:
        return False
    word = _unpossessed(token.text).casefold().rstrip(".")
    if word in ("i", "i'm", "i’m", "i've", "i’ve", "i'll", "i’ll", "i'd", "i’d") or word in CALENDAR:
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    beside = following is not None and following.capital and following.gap == " "
    if word in TITLES:
        tail = following.text.casefold() if following and beside else ""
        return tail in ORG_TAILS or (word in OF_HEADS and not beside)
    if not token.opens:
        return word not in STOP_WORDS or token.text.isupper()
    if word in _PLAIN_OPENERS:
        return (
            beside
            and word in ("new", "federal", "state", "national", "great", "public", "south", "first")
            and (counts.get(word, 0) > 0)
        )
    seen = counts.get(word)
    if seen:
        return seen > 0
    return beside or not _looks_common(word)


def _looks_common(word: str) -> bool:
    return word.endswith(("ly", "ing", "ed", "tion", "ment", "ness")) and len(word) > 5


def _extend(tokens: Sequence[_Token], at: int) -> int:
    """The index after the last token of the name that starts at `at`."""
    stop = at + 1
    joined = False
    while stop < len(tokens):
        previous, token = tokens[stop - 1], tokens[stop]
        if _unpossessed(previous.text) != previous.text:
            break
        spaced = token.gap in (" ", "\u00a0", " & ") or _owns_organisation(tokens, stop)
        suffix = token.text in SUFFIXES and token.gap in (" ", ", ")
        if suffix or (spaced and token.capital and not _breaks(tokens, stop)):
            stop += 1
        elif spaced and (skip := _connects(tokens, at, stop, joined)):
            joined = joined or token.text in ("of", "for", "on")
            stop += skip
        else:
            break
    return stop


def _owns_organisation(tokens: Sequence[_Token], at: int) -> bool:
    """Whether the token goes on with an organisation that its plural members own: "Taxpayers’ League"."""
    if tokens[at].gap not in ("’ ", "' ") or not tokens[at - 1].text.endswith("s"):
        return False
    ahead = [token for k, token in enumerate(tokens[at : at + 3]) if token.capital and (not k or token.gap == " ")]
    return any(token.text.casefold() in _ORGANISATIONS for token in ahead)


def _breaks(tokens: Sequence[_Token], at: int) -> bool:
    """Whether a capitalised token begins something new inside a run of them: a day, a month, a title."""
    word = tokens[at].text.casefold()
    if word in CALENDAR or tokens[at].text == "I":
        return True
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if word in _ABBREVIATED_TITLES:
        return bool(following and following.gap == ". ")
    beyond = tokens[at + 2] if at + 2 < len(tokens) else None
    person = bool(beyond and beyond.capital and beyond.gap == " ")
    titled = word in TITLES and (word not in OF_HEADS or person) and tokens[at - 1].text.casefold() not in TITLES
    return bool(titled and following and following.capital and following.gap == " ") and (
        following is not None and following.text.casefold() not in ORG_TAILS
    )


def _connects(tokens: Sequence[_Token], at: int, stop: int, joined: bool) -> int:
    """How many tokens a small word and the capitalised word after it take, 0 if they do not belong to the name."""
    word = tokens[stop].text
    ahead = stop + 1
    if word == "of" or (word in ("for", "on") and not joined) or (word == "and" and joined):
        heads = (_singular(token.text.casefold()) for token in tokens[at:stop])
        if word != "and" and not any(head in OF_HEADS for head in heads):
            return 0
        if ahead < len(tokens) and tokens[ahead].text == "the" and tokens[ahead].gap == " ":
            ahead += 1
    elif word not in PARTICLES:
        return 0
    elif ahead < len(tokens) and tokens[ahead].text in PARTICLES and tokens[ahead].gap == " ":
        ahead += 1
    fits = ahead < len(tokens) and tokens[ahead].capital and tokens[ahead].gap == " "
    fits = fits and tokens[ahead].text.casefold() not in CALENDAR
    return ahead + 1 - stop if fits else 0


def _trimmed(text: str, tokens: Sequence[_Token]) -> Name | None:
    """The tokens as a name, titles in front of it left out; None if nothing stays."""
    first = 0
    while first < len(tokens) - 1 and tokens[first].text.casefold().rstrip(".") in TITLES:
        if tokens[first + 1].text.casefold() in ORG_TAILS:
            break
        first += 1
    last = tokens[-1]
    start, end = tokens[first].start, last.start + len(_unpossessed(last.text))
    if end - start < 2:
        return None
    return Name(text[start:end], start, end)


def _unpossessed(word: str) -> str:
    return word[:-2] if word[-2:] in ("'s", "’s") and len(word) > 3 else word


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 4 and word[:-1] in OF_HEADS else word


def fold(text: str) -> str:
    """`text` in one form for comparing: lower case, straight marks, no accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(_MARKS).casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


_MARKS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})


@lru_cache(maxsize=16_384)
def name_key(name: str) -> str:
    """A name as it is compared: folded, without full stops, possessive, titles and suffixes ("U.S." as "us")."""
    words = [word.strip("'\"") for word in fold(name).replace(".", "").replace(",", "").split()]
    words = [word.removesuffix("'s") for word in words]
    while len(words) > 1 and words[0] in TITLES | {"the"}:
        words.pop(0)
    while len(words) > 1 and words[-1] in ("jr", "sr", "ii", "iii", "iv"):
        words.pop()
    return " ".join(words)


_WORD = re.compile(r"[^\W_]+(?:['&.-][^\W_]+)*")


@lru_cache(maxsize=16_384)
def content_words(text: str) -> tuple[str, ...]:
    """The words that carry meaning, folded and stemmed, in order, with repeats; figures are words too."""
    return tuple(_content(text))


def _content(text: str) -> Iterator[str]:
    for match in _WORD.finditer(fold(text)):
        word = match.group().removesuffix("'s").replace(".", "") if match.group()[0].isalpha() else match.group()
        if len(word) > 1 and word not in STOP_WORDS:
            yield stem(word)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light English stem of a folded word: number and the commonest endings of verbs (after Porter 1980, step 1)."""
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) > 2 and re.search("[aeiouy]", root):
            if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz":
                root = root[:-1]
            word = root
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


#: what makes a statement less than certain; the modality rule of exact mode and the claims read it
HEDGE = re.compile(
    r"\b(?:may|might|could|would|should|can|likely|unlikely|possibl[ey]|probabl[ey]|perhaps|maybe|potential(?:ly)?"
    r"|alleged(?:ly)?|alleg(?:es?|ing|ations?)|reported(?:ly)?|apparent(?:ly)?|suspected|presumabl[ey]|purported(?:ly)?"
    r"|accused|claim(?:s|ed)?|suggest(?:s|ed)?|appear(?:s|ed)?|seem(?:s|ed)?|expect(?:s|ed)?|plan(?:s|ned)?|propos(?:e|es|ed|al)"
    r"|consider(?:s|ed|ing)?|believed|thought to|intend(?:s|ed)?|aim(?:s|ed)? to|hop(?:es?|ed) to|seek(?:s|ing)?|sought"
    r"|estimated?|projected|forecast|about|around|roughly|nearly|almost|approximately|at least|up to|as many as"
    r"|more than|fewer than|less than|some of|if|unless|tentative(?:ly)?|preliminary)\b",
    re.IGNORECASE,
)
NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|fail(?:s|ed|ing)? to|refus(?:e|es|ed|ing) to"
    r"|declin(?:e|es|ed|ing) to|den(?:y|ies|ied|ying)|lack(?:s|ed|ing)?|hardly|barely|rarely|unable|ruled out"
    r"|instead of|rather than)\b|\b\w+n[’']t\b",
    re.IGNORECASE,
)


def hedges(text: str) -> tuple[str, ...]:
    """The hedges of `text`, lower case, in order."""
    return tuple(match.group().lower() for match in HEDGE.finditer(text))


def negations(text: str) -> tuple[str, ...]:
    """The negations of `text`, lower case, in order."""
    return tuple(match.group().lower() for match in NEGATION.finditer(text))

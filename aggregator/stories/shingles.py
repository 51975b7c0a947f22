"""Texts as sets of word runs (shingles; Broder 1997), and which of many texts share enough of them to be compared.

A shingle is a 64-bit hash, the same on every machine. A script that sets no spaces between words (Han, Kana, Thai, …)
counts each character as a word, and two of them as one where words are counted.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aggregator.articles import phrases
from aggregator.articles.quotes import find_quotations

Hashes: TypeAlias = NDArray[np.uint64]
Pairs: TypeAlias = NDArray[np.int64]

#: a shingle is looked up for candidates when its hash's two highest bits are 0: one in four
_SAMPLED_SHIFT = np.uint64(62)
#: so many sampled shingles are shared by texts worth an exact test; of a text below `_FEW_WORDS`, one
_MIN_SAMPLED, _FEW_WORDS = 3, 150
#: the holders of a commoner shingle are not all paired, or 500 copies would be 124,750 pairs
_MOST_HOLDERS = 40
#: characters: a whole article in one paragraph is none, whatever it opens with
_LONGEST_NOTICE = 500
_NEIGHBOURS = 2
_BASE, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_ALONE += "\uff66-\uff9d\U00020000-\U0003134f"
#: accents and vowel signs are no word characters to `re`, but stand inside words
_MARKS = "".join(chr(code) for code in range(0x300, 0x1E00) if unicodedata.category(chr(code)).startswith("M"))
_PART = rf"(?:[^\W_{_ALONE}][{_MARKS}]*)+"
_WORD = re.compile(rf"[{_ALONE}][{_MARKS}]*|{_PART}(?:['’]{_PART})?")
_IS_ALONE = re.compile(f"[{_ALONE}]")


class Shingled(NamedTuple):
    """A text as sorted shingles of four and three words, and as those of four that are left without its quotations.

    `words` and `bare_words` count the words of each.
    """

    words: int
    fours: Hashes
    threes: Hashes
    bare_words: int
    bare: Hashes


def shingled(text: str) -> Shingled:
    """The shingles of a text, notices of rights and the like left aside."""
    text = "\n".join(one for one in text.split("\n") if not _is_notice(one.strip()))
    words, count = _words(text)
    fours, threes = _runs(words, 4), _runs(words, 3)
    rest = _without_quotations(text)
    if rest == text:
        return Shingled(count, fours, threes, count, fours)
    bare, bare_count = _words(rest)
    return Shingled(count, fours, threes, bare_count, _runs(bare, 4))


def shared(one: Hashes, other: Hashes) -> int:
    """How many shingles two sets have in common."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    if not len(few):
        return 0
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    return int(np.count_nonzero(many[at] == few))


def candidates(texts: Sequence[Shingled]) -> Pairs:
    """Pairs of indexes into `texts`, (n, 2), sorted: those that share enough sampled shingles to be compared.

    Of a shingle with many holders, each is paired with the first one and with its neighbours: enough for groups that
    are transitive.
    """
    sampled = [one.fours[one.fours >> _SAMPLED_SHIFT == 0] for one in texts]
    if not sampled:
        return np.zeros((0, 2), np.int64)
    owners = np.repeat(np.arange(len(texts), dtype=np.int64), [len(one) for one in sampled])
    hashes = np.concatenate(sampled)
    order = np.lexsort((owners, hashes))
    owners = owners[order]
    _, starts, counts = np.unique(hashes[order], return_index=True, return_counts=True)
    many = np.flatnonzero(counts > 1)
    found = [pair for at in many for pair in _paired(owners[starts[at] : starts[at] + counts[at]])]
    if not found:
        return np.zeros((0, 2), np.int64)
    codes, times = np.unique(
        np.concatenate([first * len(texts) + second for first, second in found]), return_counts=True
    )
    pairs = np.stack(np.divmod(codes, len(texts)), axis=1)
    lengths = np.array([one.words for one in texts])
    needed = np.where(lengths[pairs].min(axis=1) < _FEW_WORDS, 1, _MIN_SAMPLED)
    return pairs[times >= needed]


def _is_notice(paragraph: str) -> bool:
    return len(paragraph) <= _LONGEST_NOTICE and bool(
        phrases.NOTICE.match(paragraph) or phrases.BOILERPLATE.match(paragraph)
    )


def _paired(holders: Pairs) -> Iterator[tuple[Pairs, Pairs]]:
    if len(holders) <= _MOST_HOLDERS:
        first, second = np.triu_indices(len(holders), 1)
        yield holders[first], holders[second]
        return
    yield np.full(len(holders) - 1, holders[0]), holders[1:]
    for step in range(1, _NEIGHBOURS + 1):
        yield holders[1:-step], holders[1 + step :]


def _words(text: str) -> tuple[Hashes, int]:
    """The hashes of a text's words in order, and how many words it counts."""
    words = [word.casefold() for word in _WORD.findall(text)]
    alone = sum(1 for word in words if _IS_ALONE.match(word))
    return np.fromiter(map(_hash, words), np.uint64, len(words)), len(words) - alone // 2


@lru_cache(1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _runs(words: Hashes, size: int) -> Hashes:
    """The distinct runs of `size` words, sorted."""
    count = max(0, len(words) - size + 1)
    runs = np.zeros(count, np.uint64)
    for offset in range(size):
        runs = runs * _BASE + words[offset : offset + count]
    runs = (runs ^ (runs >> np.uint64(32))) * _MIX
    return np.unique(runs ^ (runs >> np.uint64(29)))


def _without_quotations(text: str) -> str:
    paragraphs = text.split("\n")
    kept: list[list[str]] = [[] for _ in paragraphs]
    last = [0] * len(paragraphs)
    for number, start, end in find_quotations(paragraphs):
        kept[number].append(paragraphs[number][last[number] : start])
        last[number] = end
    rests = (paragraph[start:] for paragraph, start in zip(paragraphs, last, strict=True))
    return "\n".join("".join((*pieces, rest)) for pieces, rest in zip(kept, rests, strict=True))

"""From text to terms: what the sparse half of the pair score counts."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

#: how often a word of the title counts on top of its place in the text
TITLE_EXTRA = 2
#: characters counted for each word that is: a text without spaces is one word to `split`, and would have no end
_WORD_CHARS = 40
_WORD = re.compile(r"[^\W_]+(?:['&.-][^\W_]+)*")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\uff07": "'"})

_STOP = """
a about above after again against all also am amid an and any are aren't as at be because been before being below
between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each even
few for from further get got had hadn't has hasn't have haven't having he he'd he'll her here hers herself him
himself his how i i'd i'll i'm i've if in into is isn't it itself its just let like may me might more most mr mrs
ms much must my myself new no nor not now of off on once one only or other ought our ours ourselves out over own
per said same say says she she'd she'll should shouldn't since so some such than that the their theirs them
themselves then there these they they'd they'll they're they've this those through to too two under until up upon
us very was wasn't we we'd we'll we're we've were weren't what when where which while who whom why will with won't
would wouldn't yet you you'd you'll you're you've your yours yourself yourselves
told according year years day days time people first last week month today yesterday news report reports reported
monday tuesday wednesday thursday friday saturday sunday
january february march april june july august september october november december
"""
#: function words, and the words by which every news text tells the time and the source
STOP_WORDS = frozenset(_STOP.split())


def terms(text: str) -> Iterator[str]:
    """The terms of `text` in order: case, accents and the possessive folded, stop words and single letters left out.

    A word may hold `.`, `&`, `-` or an apostrophe inside ("u.s", "at&t"); digits count as letters.
    """
    folded = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    for match in _WORD.finditer(bare):
        word = match.group().removesuffix("'s")
        if len(word) > 1 and word not in STOP_WORDS:
            yield word


def term_counts(title: str, text: str, words: int) -> Counter[str]:
    """How often each term stands in the title and the first `words` words of the text; title words count threefold."""
    opening = " ".join(text.split(maxsplit=words)[:words])[: words * _WORD_CHARS]
    counts = Counter(terms(opening))
    for term in terms(title):
        counts[term] += 1 + TITLE_EXTRA
    return counts

"""Text to sentences with raw offsets: rules for English news, safe on anything.

A paragraph is a line. A stop ends a sentence if what follows looks like an opening and the word before is no
abbreviation that asks for more ("Sen.", "J.", "U.S." before a name). Nothing is normalised: a sentence is a slice.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from aggregator.analysis.lexicon import word_set
from aggregator.analysis.model import Sentence
from aggregator.types import Region, RegionKind

#: characters of the longest sentence that is read as one
LONGEST = 2_000
#: never the end of a sentence: a name or a number follows
_TITLES = word_set(
    "mr mrs ms dr prof sen sens rep reps gov govs gen lt col sgt maj capt cmdr adm hon rev fr atty det insp supt pres"
    " ald cllr messrs mme mlle vs v nos fig figs approx lt.gov lt.col maj.gen brig.gen cpl pvt pfc msgr amb"
)
#: the end of a sentence only before a word that opens one
_SOFT = word_set(
    "u.s u.k u.n e.u d.c u.s.a u.a.e n.y.c l.a a.m p.m i.e e.g etc inc ltd co cos corp llc llp plc bros al ave blvd rd"
    " st ft mt jr sr sec dept dist est assn sq hwy jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed"
    " thu thur thurs fri sat sun ala ariz ark calif colo conn del fla ga ill ind kan ky md mass mich minn miss mo mont"
    " neb nev n.h n.j n.m n.y n.c n.d okla ore pa r.i s.c s.d tenn tex vt va wash w.va wis wyo b.c ont que ph.d m.d b.a"
    " m.a"
    " j.d m.b.a esq c.e.o d.a g.o.p i.r.s f.b.i c.i.a op vol ed trans ibid cf ca"
)
#: an abbreviation only before a figure
_BEFORE_FIGURE = word_set("no nos art sec pp p par ch")
_OPENERS = word_set(
    "a an the this that these those he she it they we i you his her its their our my your in on at by for from with"
    " after before during since until when while as if although though because despite but and or so yet still however"
    " meanwhile also then there here what who why how where which not no some many most several all both each every one"
    " two three four five another other others more according among under over about between through without within"
    " against amid even just only instead later earlier last next now once to of nor neither either unlike like"
    " people police officials critics supporters"
)
_CLOCK = ("a.m", "p.m")
_AFTER_CLOCK = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december jan feb mar apr aug sept oct nov dec est edt cst cdt mst mdt pst pdt et ct mt"
    " pt gmt bst utc cet eastern central mountain pacific"
)
_VERBS = (
    "said|says|asked|asks|wrote|writes|added|adds|replied|told|tells|shouted|continued|tweeted|yelled|wondered|quipped"
    "|recalled|concluded|answered|demanded|exclaimed|joked|posted|responded|argued|cried"
)
_STOP = re.compile(r"[.!?…]+[\"”’'»)\]]*(?=\s|$)|[。！？]+[」』”）]*")
_LAST_WORD = re.compile(r"[^\W\d_][\w.’'-]*$")
_INITIALS = re.compile(r"[A-Z](?:\.[A-Z])+")
_NEXT_WORD = re.compile(r"[\"“‘'«(\[„]*(?P<word>[\w.’'-]*)")
_NARRATOR = re.compile(
    rf"(?:[A-Z][\w.’'-]+,? ){{1,4}}(?:[^.!?\"“,]{{2,60}}, )?(?:has |have |had |also |then )*(?:{_VERBS})\b"
)
_ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})$")


def split_sentences(text: str, regions: Sequence[Region] = ()) -> tuple[Sentence, ...]:
    """The sentences of `text` in order, `text[start:end] == sentence.text`, never blank, without outer white space.

    `paragraph` counts the lines that are not blank. `regions` are sorted and disjoint, as documents carry them. More
    than LONGEST characters without an end are no sentence that anybody says: they count as a list.
    """
    found: list[Sentence] = []
    starts = [region.start for region in regions]
    paragraph = -1
    for line_start, line_end in _lines(text):
        paragraph += 1
        for start, end in _sentences(text, line_start, line_end):
            region = _region_of(start, end, text, regions, starts)
            region = RegionKind.LIST if end - start > LONGEST else region
            found.append(Sentence(len(found), start, end, text[start:end], paragraph, region))
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """The lines of the text that hold anything, without the white space around them."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if line.strip():
            yield start + len(line) - len(line.lstrip()), start + len(line.rstrip())
        start = end + 1


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _STOP.finditer(text, start, end):
        if match.end() < end and _ends(text, start, match, end):
            yield start, match.end()
            start = match.end()
            while start < end and text[start].isspace():
                start += 1
    if start < end:
        yield start, end


def _ends(text: str, start: int, stop: re.Match[str], line_end: int) -> bool:
    """Whether the sentence that began at `start` ends with this stop."""
    marks = stop.group().rstrip("\"”’'»)]")
    if marks[-1] in "。！？":
        return True
    following = text[stop.end() : min(line_end, stop.end() + 120)].lstrip()
    if not _opens(following):
        return False
    closed = len(marks) < len(stop.group())
    if closed and marks[-1] in "!?" and _NARRATOR.match(following):
        return False
    if marks in ("...", "…", "....") or len(marks) > 1:
        return not following.startswith(("I ", "I’", "I'")) or closed or marks[-1] in "!?"
    return marks != "." or closed or _after_abbreviation(text, start, stop.start(), following)


def _after_abbreviation(text: str, start: int, dot: int, following: str) -> bool:
    """Whether a single full stop at `dot` ends the sentence, by the word before and the word after it."""
    before = text[max(start, dot - 24) : dot]
    if _ENUMERATOR.fullmatch(text[start:dot]):
        return False
    match = _LAST_WORD.search(before)
    if not match:
        return True
    word = match.group()
    bare = word.lower().rstrip("’'")
    next_match = _NEXT_WORD.match(following)
    after = next_match.group("word") if next_match else ""
    opener = after.lower() in _OPENERS and not after.endswith(".")
    if bare in _TITLES:
        return False
    if bare in _BEFORE_FIGURE and after[:1].isdigit():
        return False
    if bare in _CLOCK:
        return after[:1].isupper() and after.lower().rstrip(".") not in _AFTER_CLOCK
    if bare in _SOFT and (word[0].isupper() or "." in bare or bare in ("etc", "al")):
        return opener or following[:1] in '“"‘«' or (bare == "etc" and after[:1].isupper())
    if (len(word) == 1 and word.isupper() and word != "I") or _INITIALS.fullmatch(word):
        return opener or following[:1] in '“"‘«'
    return True


def _opens(following: str) -> bool:
    """Whether a sentence may begin like this: a capital, a figure, an opening mark, or a script without case."""
    if not following:
        return False
    at = 0
    while at < min(len(following), 4) and following[at] in "\"“‘'«(„[¿¡":
        at += 1
    first = following[at : at + 1]
    if not first:
        return False
    if first.islower():
        return following[at + 1 : at + 2].isupper()
    return first.isalnum() or first in "•■▪●$€£@#…" or (first == "." and at > 0)


def _region_of(start: int, end: int, text: str, regions: Sequence[Region], starts: Sequence[int]) -> RegionKind | None:
    """Other regions by overlap; a quotation only where the sentence lies in it, or opens in one that began before."""
    at = max(0, bisect_right(starts, start) - 1)
    quotation: RegionKind | None = None
    while at < len(regions) and regions[at].start < end:
        region = regions[at]
        at += 1
        if region.end <= start:
            continue
        if region.kind is not RegionKind.QUOTATION:
            return region.kind
        rest = text[region.end : end]
        if region.start < start or (region.start == start and not any(map(str.isalnum, rest))):
            quotation = region.kind
    return quotation

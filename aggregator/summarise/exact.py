"""Exact mode: whether words were taken from one source sentence with nothing but adjuncts left out.

A cut is a source sentence of which some of the stretches of the allow-list (`spans`) are missing: nothing added,
nothing moved, nothing replaced. The case of its first letter and a closing full stop may differ. A reported clause is
what somebody is said to have said ("Ruiz said that the ban is overdue" → "the ban is overdue"): it may stand on a page
only behind words of the page's own that give it back to its speaker, with no stronger verb.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from aggregator.analysis.lexicon import word_set
from aggregator.summarise.spans import (
    CONDITIONS,
    FORBIDDEN,
    HEDGES,
    MODALS,
    NEGATIONS,
    TAIL_WORDS,
    Span,
    Token,
    allowed_spans,
    is_finite,
    is_main_clause,
    quoted,
    tokens,
)
from aggregator.summarise.speech import BY_FORM, SPEECH_WORDS

#: of a sentence of n words at most n · MOST_SHARE + MOST_WORDS may go, and MIN_WORDS stay
MOST_SHARE, MOST_WORDS, MIN_WORDS = 0.5, 8, 5
_MOST_SPANS = 6
_QUIET = NEGATIONS | MODALS | HEDGES | (CONDITIONS - {"according"})
_PRONOUNS = word_set("he she they it we i you")
#: people who speak together, and whose verb therefore has no ending
_SEVERAL = word_set("""
critics opponents supporters backers advocates proponents detractors skeptics defenders challengers plaintiffs
democrats republicans conservatives liberals progressives lawmakers senators officials prosecutors regulators lawyers
attorneys activists protesters groups unions residents farmers landlords tenants teachers workers leaders allies
experts
""")
_CLAUSE_STARTS = word_set("""
the a an this that these those his her its their he she it they there some many most all both no each every one two
three four five six more fewer people
""")
_MARKS = str.maketrans("“”«»‘’", '""""\'\'')


@dataclass(frozen=True, slots=True)
class Reported:
    """What a sentence says that somebody said: the clause, the words that name the speaker, the verb as printed."""

    clause: str
    speaker: str
    verb: str


def check_cut(cut: str, passage: str) -> str:
    """Why `cut` is not an allowed cut of the one sentence `passage`; empty if it is."""
    sentence = _sentence(passage)
    wanted = _comparable(tokens(cut))
    if not wanted:
        return "there are no words"
    source = _comparable(sentence.tokens)
    total, kept = _count(source), _count(wanted)
    if total - kept > MOST_SHARE * total + MOST_WORDS:
        return "more than half of the sentence is missing"
    if wanted == source or (wanted[1:] == source[1:] and _same_but_case(wanted[0], source[0])):
        return ""
    if kept < MIN_WORDS:
        return f"fewer than {MIN_WORDS} words are left"
    gone = _match(source, wanted, sentence.spans)
    if gone is None:
        return _reason(source, wanted)
    return _broken(sentence, gone)


def check_title(headline: str, title: str) -> str:
    """Why `headline` is not `title`, whole or cut at the boundary of a clause; empty if it is. Case is free."""
    wanted, found = _lower(_comparable(tokens(headline))), tokens(title)
    source = _lower(_comparable(found))
    if len(wanted) < 3:
        return "fewer than 3 words are left"
    for at in range(len(source) - len(wanted) + 1):
        end = at + len(wanted)
        if source[at:end] == wanted and _is_label(source[:at]) and _is_clause_end(title, found, end, len(source)):
            return ""
    return "it is not the title, or not cut at the boundary of a clause"


def cuts(passage: str) -> Iterator[str]:
    """The allowed shorter forms of the one sentence `passage`, the longest first, each with a capital and its stop."""
    sentence = _sentence(passage)
    seen = {passage}
    for text in sorted(_shorter(passage, sentence), key=lambda text: (-len(text), text)):
        if text not in seen and not check_cut(text, passage):
            seen.add(text)
            yield text


def reported(passage: str) -> tuple[Reported, ...]:
    """What the one sentence `passage` reports as somebody's words, without quotation marks around it.

    Where the narrator takes over after it (", but declined to say"), the clause also comes without that.
    """
    sentence = _sentence(passage)
    outer = tuple(_closing(passage, sentence))
    # with a speaker at the end, whoever is named at the front is quoted at second hand
    return outer or tuple(_fronted(passage, sentence.tokens, sentence.quoted))


def check_reported(cut: str, passage: str) -> Reported | str:
    """The reported clause of `passage` that `cut` is an allowed cut of, or why there is none."""
    reason = "the sentence reports nobody's words"
    for one in reported(passage):
        reason = _check_clause(cut, one)
        if not reason:
            return one
    return reason


def check_quotation(words: str, passage: str) -> tuple[str, bool]:
    """Why `words` are not a fair verbatim quotation from `passage` (empty if they are), and whether they stand between
    quotation marks there.

    Fair: the rest of their clause holds no negation, modal verb, hedge or condition that they leave out.
    """
    plain, wanted = passage.translate(_MARKS), words.translate(_MARKS)
    reason = "the words are not in the passage"
    at = plain.find(wanted)
    while at >= 0 and wanted:
        end = at + len(wanted)
        if not (plain[at - 1 : at].isalnum() and plain[at].isalnum()) and not (
            plain[end : end + 1].isalnum() and plain[end - 1].isalnum()
        ):
            found = tokens(passage)
            spoken = any(
                mark and token.start >= at for token, mark in zip(found, quoted(found), strict=True) if token.end <= end
            )
            before, after = _CLAUSE_BREAK.split(passage[:at])[-1], _CLAUSE_BREAK.split(passage[end:], maxsplit=1)[0]
            left_out = {token.word for token in tokens(before + " " + after)}
            if spoken and (left_out & _QUIET or any(word.endswith("n't") for word in left_out)):
                reason = "the rest of the clause takes back or limits what is quoted"
            else:
                return "", spoken
        at = plain.find(wanted, at + 1)
    return reason, False


_CLAUSE_BREAK = re.compile(r"[.;:!?“”\"—–,]")
_TITLE_LABELS = word_set("exclusive breaking live watch video update updated just in photos listen")
_TITLE_LINKS = word_set("as after while amid following")


def _lower(words: Sequence[str]) -> list[str]:
    return [word.lower() for word in words]


def _is_label(head: Sequence[str]) -> bool:
    """Whether what is left out before a title says nothing: "Exclusive:"."""
    return not head or (head[-1] in (":", "|") and all(word in _TITLE_LABELS for word in head[:-1]))


def _is_clause_end(title: str, found: Sequence[Token], end: int, last: int) -> bool:
    """Whether a title may stop before its token `end`."""
    if end >= last:
        return True
    token = found[end]
    spaced = title[token.start - 1 : token.start].isspace()
    gone = [one.word for one in found[end:]]
    boundary = token.text in ",;|" or (token.text in "—–-" and spaced) or token.word in _TITLE_LINKS
    finite = any(is_finite(one) or one.word.endswith(("s", "ed")) for one in found[1:end])
    return boundary and finite and end > 3 and not FORBIDDEN.intersection(gone)


@dataclass(frozen=True, slots=True)
class _Sentence:
    tokens: tuple[Token, ...]
    spans: tuple[Span, ...]
    quoted: tuple[bool, ...]


@lru_cache(maxsize=2_048)
def _sentence(text: str) -> _Sentence:
    found = tokens(text)
    return _Sentence(found, allowed_spans(text, found), tuple(quoted(found)))


def _comparable(found: Sequence[Token]) -> list[str]:
    """Tokens as they are compared: one kind of quotation mark, no closing full stop."""
    words = [token.text.translate(_MARKS) for token in found]
    if words[-1:] == ["."]:
        words.pop()
    elif words[-2:] == [".", '"']:
        del words[-2]
    return words


def _same_but_case(one: str, other: str) -> bool:
    return one[1:] == other[1:] and one[:1].lower() == other[:1].lower()


def _count(words: Sequence[str]) -> int:
    return sum(any(map(str.isalnum, word)) for word in words)


def _match(source: Sequence[str], wanted: Sequence[str], spans: Sequence[Span]) -> tuple[Span, ...] | None:
    """Spans whose removal turns `source` into `wanted`, or None. Longer spans are tried first."""
    by_first: dict[int, list[Span]] = {}
    for span in sorted(spans, key=lambda span: span.first - span.last):
        by_first.setdefault(span.first, []).append(span)
    dead: set[tuple[int, int]] = set()
    stack: list[tuple[int, int, tuple[Span, ...]]] = [(0, 0, ())]
    while stack:
        at, to, gone = stack.pop()
        if (at, to) in dead:
            continue
        dead.add((at, to))
        if at >= len(source) and to == len(wanted):
            return gone
        if at >= len(source):
            continue
        stack.extend((min(span.last, len(source)), to, (*gone, span)) for span in reversed(by_first.get(at, ())))
        if to < len(wanted) and (source[at] == wanted[to] or (to == 0 and _same_but_case(source[at], wanted[to]))):
            stack.append((at + 1, to + 1, gone))
    return None


def _reason(source: Sequence[str], wanted: Sequence[str]) -> str:
    """Why the words do not match, for the reader of the error."""
    left = iter(word.lower() for word in source)
    for word in wanted:
        if word.lower() not in left:  # consumes
            return f"{word!r} is not in the source sentence at this place"
    return "words are left out that may not be"


def _broken(sentence: _Sentence, gone: Sequence[Span]) -> str:
    """Why the sentence does not stand without the stretches `gone`; empty if it does."""
    kept = [token for at, token in enumerate(sentence.tokens) if not any(span.first <= at < span.last for span in gone)]
    if not any(is_finite(token) for token in kept[1:]):
        return "no finite verb is left"
    for before, after in pairwise(kept):
        if before.text == "," and after.text in ",.;":
            return "commas are left over"
    return ""


def _shorter(text: str, sentence: _Sentence) -> Iterator[str]:
    """The sentence without each set of stretches that do not overlap."""
    spans = sorted(sentence.spans, key=lambda span: (span.first - span.last, span.first))[:_MOST_SPANS]
    for chosen in range(1, 1 << len(spans)):
        gone = sorted((span for k, span in enumerate(spans) if chosen >> k & 1), key=lambda span: span.first)
        if all(one.last <= other.first for one, other in pairwise(gone)):
            yield _without(text, sentence.tokens, gone)


def _without(text: str, found: Sequence[Token], gone: Sequence[Span]) -> str:
    """`text` without the tokens of the spans `gone`, its white space and first letter put in order."""
    pieces, at = [], 0
    for span in gone:
        start = found[span.first - 1].end if span.first else 0
        pieces.append(text[at : max(at, start)])
        at = found[span.last].start if not span.first and span.last < len(found) else found[span.last - 1].end
    pieces.append(text[at:])
    joined = "".join(pieces).strip()
    return joined[:1].upper() + joined[1:]


def _fronted(text: str, found: Sequence[Token], inside: Sequence[bool]) -> Iterator[Reported]:
    """ "X said (that) …", "X urged …", "According to X, …"."""
    if found and found[0].word == "according" and len(found) > 3 and found[1].word == "to":
        comma = next((at for at, token in enumerate(found) if token.text == ","), 0)
        if comma > 2 and comma + 1 < len(found) and _starts_clause(found, comma + 1):
            yield Reported(text[found[comma + 1].start :], text[found[2].start : found[comma - 1].end], "according to")
        return
    for at in range(1, min(len(found) - 2, 26)):
        if inside[at] or found[at].text in ";:":
            return
        verb, width = _verb_at(found, at)
        if not verb:
            if found[at].word in SPEECH_WORDS:
                return
            continue
        head = found[:at]
        if any(token.word in _QUIET or token.word.endswith("n't") for token in head) or not _is_subject(head):
            return
        start = _complement(found, at + width, verb, inside)
        if start is not None and start < len(found) - 2:
            speaker = text[: found[at - 1].end]
            yield from _with_and_without_narrator(text, found, start, inside, speaker, verb)
        return


def _is_subject(head: Sequence[Token]) -> bool:
    """Whether the words before a verb can hold its subject: "When asked …" has none."""
    if head[-1].text == ",":
        return True  # an apposition or a relative clause, closed before the verb
    last = max((at for at, token in enumerate(head) if token.text == ","), default=-1)
    clause = [token.word for token in head[last + 1 :]]
    return bool(clause) and clause[0] not in _SUBJECTLESS and not _RELATIVE.intersection(clause)


_RELATIVE = word_set("who which that whose whom where what")
_SUBJECTLESS = word_set("when while after before as if once being having because since although though what")


def _verb_at(found: Sequence[Token], at: int) -> tuple[str, int]:
    """The form of a verb of speech at `at` and how many tokens it takes; "" if there is none. Participles are none."""
    word = found[at].word
    pair = f"{word} {found[at + 1].word}" if at + 1 < len(found) else word
    for form, width in ((pair, 2), (word, 1)):
        verbs = BY_FORM.get(form, ())
        if not verbs or form.split(" ")[0].endswith("ing") or not found[at].text[0].islower():
            continue
        before = found[at - 1] if at else found[at]
        if form == verbs[0].base:
            several = before if before.word not in ("also", "now", "still") or at < 2 else found[at - 2]
            if several.word in _SEVERAL and at < 9:
                return form, width  # "Critics say that", "House Democrats oppose the bill"
            continue
        if not word.endswith("s") or word == "says" or before.text[0].isupper() or before.word in (*_PRONOUNS, "also"):
            return form, width  # others in -s are too often nouns
    return "", 0


def _complement(found: Sequence[Token], at: int, verb: str, inside: Sequence[bool]) -> int | None:
    """Where the words begin that depend on the verb, or None if that cannot be said."""
    if at >= len(found):
        return None
    clause = any(one.clause for one in BY_FORM[verb])
    thing = any(not one.clause for one in BY_FORM[verb])
    if clause:
        for ahead in range(at, min(at + 9, len(found) - 1)):
            token = found[ahead]
            if token.text in ",;:—–" or inside[ahead]:
                break
            if token.word == "that" and (ahead == at or _adjunct(found[at:ahead], verb)):
                return None if found[ahead + 1].word in ("is", "was", "would") else ahead + 1
        day = at + (found[at].word == "on")
        if day < len(found) - 2 and found[day].word.endswith("day") and found[day].text[0].isupper():
            at = day + 1
        if verb in ("said", "says", "say") and not inside[at] and _starts_clause(found, at):
            return at
    if thing and not inside[at] and found[at].is_word and found[at].word not in _NO_OBJECT:
        return at
    return None


def _adjunct(between: Sequence[Token], verb: str) -> bool:
    """Whether words between a verb and "that" say where, when or to whom: "said in a statement that"."""
    first = between[0]
    to_whom = verb in ("told", "tells") and first.is_word
    return to_whom or first.word in _PREPOSITIONS_OF_PLACE or first.word.endswith("day")


_NO_OBJECT = word_set("that by on over as at and or but what how why when where if whether about for him her")
_NO_SUBJECT = word_set("""
in on at by for from with of to under over during since about as like that so nothing little goodbye much enough if
when while what how why which who not only also further again earlier later recently simply thank hello yes more
""")
_PREPOSITIONS_OF_PLACE = word_set("in on at during to through via late early")


def _starts_clause(found: Sequence[Token], at: int) -> bool:
    """Whether what follows "said" without "that" opens a clause: a subject with a finite verb near."""
    word = found[at]
    near = 14 if word.word in _CLAUSE_STARTS or word.text[0].isupper() else 9
    if word.word in _NO_SUBJECT or not word.is_word:
        return False
    return any(is_finite(token) for token in found[at + 1 : at + near])


def _with_and_without_narrator(
    text: str, found: Sequence[Token], start: int, inside: Sequence[bool], speaker: str, verb: str
) -> Iterator[Reported]:
    whole = Reported(text[found[start].start :], speaker, verb)
    shorter = []
    for at in range(start + 2, len(found) - 2):
        if found[at].text not in (",", "–", "—") or inside[at]:
            continue
        opening, following = found[at + 1], found[at + 2]
        joined = opening.word in ("but", "and") and is_finite(following)
        aside = opening.word == "while" or (opening.word == "even" and following.word == "as")
        if joined or aside or (opening.word.endswith("ing") and opening.word in SPEECH_WORDS):
            shorter.append(Reported(text[found[start].start : found[at - 1].end], speaker, verb))
            if aside:
                yield shorter[0]
                return
    yield whole
    yield from shorter


def _closing(text: str, sentence: _Sentence) -> Iterator[Reported]:
    """ "…, X said.", "…, said X, a role.", "…, according to X." """
    found, inside = sentence.tokens, sentence.quoted
    start = next((span.last for span in sentence.spans if span.rule == "dateline"), 0)
    for at in range(start + 4, len(found) - 2):
        if found[at].text != "," or any(inside[at:]) or inside[at - 1]:
            continue
        tail = found[at + 1 :]
        if sum(token.is_word for token in tail) > TAIL_WORDS or not is_main_clause(found[start:at]):
            continue
        if any(token.word in _QUIET or token.word.endswith("n't") for token in tail):
            continue
        clause = text[found[start].start : found[at - 1].end]
        verb, speaker = _attribution(tail)
        if verb and clause.count("(") == clause.count(")") and not inside[start]:
            yield Reported(clause, text[speaker.start :].rstrip(". "), verb)
            return


def _attribution(tail: Sequence[Token]) -> tuple[str, Token]:
    """The verb of "X said", "said X" or "according to X" and the token where its speaker begins; "" if it is none."""
    first = tail[0]
    if first.word == "according" and tail[1].word == "to" and len(tail) > 3:
        return "according to", tail[2]
    for place in range(min(20, len(tail) - 1)):
        verb, width = _verb_at(tail, place)
        if not verb:
            continue
        if place > 6 and tail[place - 1].text != ",":
            return "", first
        after = tail[place + width]
        if not any(one.clause for one in BY_FORM[verb]):
            return "", first
        if place == 0:
            inverted = len(tail) > 2 and _opens_a_name(tail[1]) and verb not in ("told", "tells")
            return (verb, tail[1]) if inverted else ("", first)
        ends = not after.is_word or after.word.endswith("day") or after.word in _AFTER_SAID
        return (verb, first) if ends and (_opens_a_name(first) or first.word in _PRONOUNS) else ("", first)
    return "", first


_AFTER_SAID = word_set("in on at during to through via late early last this after reporters")


def _opens_a_name(token: Token) -> bool:
    """Whether somebody's name or office may begin like this."""
    return token.text[0].isupper() or token.word in _CLAUSE_STARTS or token.word.endswith("s")


def _check_clause(cut: str, one: Reported) -> str:
    wanted, source = _comparable(tokens(cut)), _comparable(_sentence(one.clause).tokens)
    if wanted and (wanted == source or (wanted[1:] == source[1:] and _same_but_case(wanted[0], source[0]))):
        return ""
    return check_cut(cut, one.clause)

"""Sentences that give a statement to its speaker: inversions, clauses, openings with a verb, and fusions of two."""

import re
from dataclasses import replace

from aggregator.analysis.lexicon import word_set
from aggregator.summarise.compose import Draft, Passage, Piece, lowered, own, taken
from aggregator.summarise.exact import Reported, check_reported, cuts
from aggregator.summarise.holders import Voice
from aggregator.summarise.naming import read_called
from aggregator.summarise.sayings import Statement, is_clause
from aggregator.summarise.speech import BY_FORM, NEUTRAL, Verb
from aggregator.summarise.wording import without_quotations

_AIM_LOW, _AIM_HIGH = 9, 32
#: what somebody calls a thing says enough in fewer words
_CALL_LOW = 5


def _behind(statement: Statement) -> tuple[Passage, ...]:
    return (*statement.naming, *statement.repeats)


def printable(statement: Statement, voice: Voice) -> bool:
    """Whether a statement may be printed at all: a clause must be one that its sentence gives to this speaker."""
    if statement.form in ("quote", "call"):
        return True
    found = check_reported(statement.text, statement.passage.text)
    if not isinstance(found, Reported) or reported_verb(statement) is None:
        return False
    named = re.search(rf"(?<!\w){re.escape(voice.surname.split()[-1])}(?!\w)", found.speaker, re.IGNORECASE)
    return bool(named or (_PRONOUN.search(found.speaker) and not re.search(r"[A-Z]\w+ [A-Z]", found.speaker)))


def is_explicit(statement: Statement, voice: Voice) -> bool:
    """Whether the speaker stands by name beside the verb, so a camp wants it; or as "he" or "she" right behind a
    sentence that opens with the name."""
    name = rf"(?<!\w){re.escape(voice.surname.split()[-1])}(?!\w)"
    if statement.form == "call":
        return True  # the speaker stands beside the verb by its making
    if statement.form == "quote":
        beside = statement.how != "pronoun"
    else:
        found = check_reported(statement.text, statement.passage.text)
        beside = isinstance(found, Reported) and bool(re.search(name, found.speaker, re.IGNORECASE))
    if beside or len(statement.naming) != 1:
        return beside
    leading = statement.naming[0]
    opening = " ".join(without_quotations(leading.text).split()[:4])
    between = statement.source.text[leading.end : statement.passage.start]
    return not between.strip() and bool(re.search(name, opening))


#: verbs that open no camp's sentence well; "says" is never stronger
_PLAIN = word_set("""
add reply respond reiterate tell tweet report announce note recall remark observe agree
""")
_PRONOUN = re.compile(r"\b(?:he|she|they|it)\b", re.IGNORECASE)


def reported_verb(statement: Statement) -> Verb | None:
    """The verb of speech that the source has for a clause, None where the clause is no whole report."""
    found = check_reported(statement.text, statement.passage.text)
    if not isinstance(found, Reported):
        return None
    if found.verb == "according to":
        return BY_FORM["said"][0]
    clause = statement.form == "clause"
    return next((verb for verb in BY_FORM.get(found.verb.lower(), ()) if verb.clause is clause), None)


_NARRATES = re.compile(
    r",? (?:which|who|where)\b|,[\"”]? (?:just|days|hours|weeks|months|a day|even (?:as|though)|amid|adding|though|"
    r"although|while|"
    r"after|before|citing|despite|as)\b"
)


def without_narrator(statement: Statement) -> Statement | None:
    """The statement without a clause at its end in which the outlet may speak again; None
    where it cannot be cut off."""
    if statement.form == "clause" and (match := _NARRATES.search(statement.text)):
        bare = statement.text[: match.start()]
        if is_clause(bare) and isinstance(check_reported(bare, statement.passage.text), Reported):
            return replace(statement, text=bare)
        return None
    return statement


def inverted(
    statement: Statement,
    voice: Voice,
    introduce: bool,
    other_side: bool = False,
    second: Statement | None = None,
    again: bool = False,
) -> Draft:
    """ "Name, role, said: “…”." or "Name argued that …"; the surname alone where the name was given before.

    `second` is another quotation of the same article, put behind "and"; `again`: the sentence before was his as well.
    """
    if again and second is None and not introduce and not other_side:
        pieces = _again(statement, voice)
    else:
        pieces = [*speaker(voice, introduce), *_told(statement, past=True)]
        pieces += [own(" and "), _marked(second)] if second else []
    if other_side:
        pieces = [own("On the other side, "), *_small(pieces[:1], voice), *pieces[1:]]
    elif introduce:
        pieces = _capital(pieces)
    support = (*_behind(statement), *(_behind(second) if second else ()), *(voice.introductions if introduce else ()))
    return Draft(_stopped(pieces), support, keys=(statement.key, *([second.key] if second else ())))


def can_be_joined(one: Statement, other: Statement) -> bool:
    """Whether two statements can stand in one sentence: quotations of one speaker in one article.

    The second one must not lean on what was said before it.
    """
    alike = one.form == other.form == "quote" and one.holder == other.holder and one.source is other.source
    return alike and not _LEANS.match(other.text)


_LEANS = re.compile(r"(?:But|And|So|Or|Because|It|That|This|These|Those|They|He|She|Then|Now)\b")


def _again(statement: Statement, voice: Voice) -> list[Piece]:
    """A statement of whoever spoke in the sentence before, in other words than "said" where the source allows them."""
    name = _small(speaker(voice, introduce=False), voice)[0].text
    if statement.form == "quote":
        return [own(f"In the words of {name}: "), _marked(statement)]
    verb = reported_verb(statement)
    if verb is None or verb.base == NEUTRAL:
        return [own(f"According to {name}, "), taken(_as_clause(statement), statement.passage)]
    return [*speaker(voice, introduce=False), *_told(statement, past=True)]


def opened(statement: Statement, voice: Voice, second: Statement | None = None) -> Draft:
    """ "Argues that …" or "Says: “…”", for a camp named beside it; with a second statement behind a semicolon."""
    pieces = _opening(statement, voice)
    if second is not None:
        pieces += [
            own("; "),
            *[Piece(p.text[:1].lower() + p.text[1:]) if k == 0 else p for k, p in enumerate(_opening(second, voice))],
        ]
    return Draft(_stopped(pieces), (*_behind(statement), *(_behind(second) if second else ())), keys=(statement.key,))


def fused(one: Statement, voice: Voice, other: Statement, against: Voice) -> Draft:
    """Both camps in one sentence: "A says that …; B says: “…”." """
    pieces = [
        *_capital(speaker(voice, introduce=True)),
        *_told(one, past=False),
        own("; "),
        *_small(speaker(against, introduce=True), against),
        *_told(other, past=False),
    ]
    support = (*one.naming, *other.naming, *voice.introductions, *against.introductions)
    return Draft(_stopped(pieces), support, keys=(one.key, other.key))


def contradiction(
    one: Statement, voice: Voice, other: Statement, against: Voice, figures: bool, introduce: tuple[bool, bool]
) -> Draft:
    """An answer pair in one sentence."""
    opening = "The figures differ: " if figures else "On one point the two sides contradict each other: "
    pieces = [
        own(opening),
        *_small(speaker(voice, introduce[0]), voice),
        *_told(one, past=False),
        own("; "),
        *_small(speaker(against, introduce[1]), against),
        *_told(other, past=False),
    ]
    support = (*(voice.introductions if introduce[0] else ()), *(against.introductions if introduce[1] else ()))
    return Draft(_stopped(pieces), (*one.naming, *other.naming, *support), keys=(one.key, other.key))


def speaker(voice: Voice, introduce: bool) -> list[Piece]:
    """The speaker as the subject of a sentence, without a space behind."""
    if voice.kind != "person":
        return [own(voice.subject)]
    return [own(voice.introduction if introduce else voice.surname)]


def _capital(pieces: list[Piece]) -> list[Piece]:
    return [own(pieces[0].text[:1].upper() + pieces[0].text[1:]), *pieces[1:]]


def _small(pieces: list[Piece], voice: Voice) -> list[Piece]:
    if voice.kind == "person" and not pieces[0].text.startswith("The "):
        return pieces
    text = pieces[0].text
    small = text[:1].lower() + text[1:] if text.startswith("The ") or voice.kind == "group" else text
    return [own(small), *pieces[1:]]


def _told(statement: Statement, past: bool) -> list[Piece]:
    """A verb and the statement behind it, with the space before the verb."""
    if statement.form == "quote":
        verb = "said" if past else "says"
        return [own(f" {verb}: "), _marked(statement)]
    verb_of = reported_verb(statement)
    word = (verb_of.past if past else verb_of.present) if verb_of else ("said" if past else "says")
    return [own(f" {word} that "), taken(_as_clause(statement), statement.passage)]


def _opening(statement: Statement, voice: Voice) -> list[Piece]:
    plural = voice.is_plural
    if statement.form == "quote":
        return [own("Say: " if plural else "Says: "), _marked(statement)]
    called = read_called(statement.verb, statement.text) if statement.form == "call" else None
    if called is not None:
        marked = [taken(f"“{words}”", statement.passage) for words in called.quoted]
        return [own(called.opening(plural)), marked[0], *(x for mark in marked[1:] for x in (own(" and "), mark))]
    verb = reported_verb(statement) or BY_FORM["said"][0]
    if verb.base in _PLAIN:
        verb = BY_FORM["said"][0]
    opening = verb.openings[1 if plural else 0]
    words = statement.text if statement.form == "act" else _as_clause(statement)
    return [own(opening), taken(words, statement.passage)]


def _marked(statement: Statement) -> Piece:
    """A quotation in its marks."""
    return taken(f"“{statement.text}”", statement.passage)


def _stopped(pieces: list[Piece]) -> tuple[Piece, ...]:
    """The pieces with a full stop, where the quotation at their end has no mark of its own."""
    closed = pieces[-1].text.endswith(("?”", "!”", ".”", '."', '?"', '!"'))
    return (*pieces, *([] if closed else [own(".")]))


def _as_clause(statement: Statement) -> str:
    return lowered(statement.text, statement.source.text)


def shortened(statement: Statement, most: int) -> Statement | None:
    """The statement if it has at most `most` words, else a cut of its clause that has; None if there is none."""
    if statement.words <= most:
        return statement
    if statement.form != "clause":
        return None
    for text in cuts(statement.text):
        bare = text.rstrip(".")
        if (
            len(bare.split()) <= most
            and is_clause(bare)
            and not isinstance(check_reported(bare, statement.passage.text), str)
        ):
            return replace(statement, text=bare)
    return None


def fits_perspective(draft: Draft, statement: Statement) -> bool:
    """Whether a camp's sentence has the length for it."""
    return (_CALL_LOW if statement.form == "call" else _AIM_LOW) <= draft.words <= _AIM_HIGH

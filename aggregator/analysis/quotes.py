"""Direct quotations with their speakers.

How a speaker is found, best first: beside a verb of speech in the sentence of the quotation ("explicit"); a quotation
that goes on directly after one with a speaker ("continued"); "he" or "she" where only one person can be meant
("pronoun"). Quotations without a speaker are left out: nobody may be quoted as nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from aggregator.analysis.marks import MIN_WORDS, Span, is_title, word_count
from aggregator.analysis.model import Quote, Said, Sentence, SourceText
from aggregator.analysis.people import People
from aggregator.analysis.reader import MAX_SENTENCE, Reader
from aggregator.analysis.said import read_said
from aggregator.analysis.speech import Speech, according_to, after_quote, before_quote, main_subject, said_at_end
from aggregator.analysis.words import names
from aggregator.types import RegionKind

_SILENT = (RegionKind.EMBED, RegionKind.LIST, RegionKind.CAPTION, RegionKind.NOTICE)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who said the words of a span, and where it is said that he did."""

    speaker: str
    role: str
    verb: str
    how: str
    start: int
    end: int


def find_quotes(source: SourceText) -> tuple[Quote, ...]:
    """The quotations of an article that have a speaker, of three words or more, in order."""
    return _read(source)[1] if source.sentences else ()


def find_said(source: SourceText) -> tuple[Said, ...]:
    """What an article reports of people's words without quotation marks, in order; see `said`."""
    return read_said(_read(source)[0]) if source.sentences else ()


@lru_cache(maxsize=16)
def _read(source: SourceText) -> tuple[Reader, tuple[Quote, ...]]:
    """The article as read, which knows who speaks where, and its quotations."""
    reader = Reader(source)
    found: list[Quote] = []
    previous: tuple[Span, Attribution | None] | None = None
    waiting: list[Span] = []
    for span in reader.spans:
        words = word_count(source.text[span.start : span.end])
        index = reader.sentence_at(span.start)
        if source.sentences[index].region in _SILENT:
            continue
        quoted = source.text[span.start : span.end]
        if (words < MIN_WORDS or is_title(quoted)) and not (span.chained or span.unclosed):
            if source.text[span.end - 1] in ",.?!" and (said := attribute(reader, span)):
                previous = (span, said)
            continue
        said = attribute(reader, span) or continued(reader, span, previous)
        previous = (span, said)
        if said:
            reader.speaking[reader.sentence_at(max(span.opened, span.closed - 1))] = (
                said.speaker if reader.people.is_person(said.speaker) else ""
            )
        if said is None:
            waiting = [*waiting, span] if span.unclosed else []
            continue
        for earlier in waiting:
            found.append(_quote(reader, earlier, replace(said, how="continued")))
        waiting = []
        if words >= MIN_WORDS:
            found.append(_quote(reader, span, said))
    return reader, tuple(sorted(found, key=lambda quote: quote.start))


def _quote(reader: Reader, span: Span, said: Attribution) -> Quote:
    text = reader.text[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip())
    end = span.start + len(text.rstrip())
    return Quote(
        article_id=reader.source.article_id,
        start=start,
        end=end,
        text=reader.text[start:end],
        speaker=said.speaker,
        role=said.role,
        verb=said.verb,
        how=said.how,
        sentence=reader.sentence_at(start),
        context_start=said.start,
        context_end=said.end,
    )


def attribute(reader: Reader, span: Span) -> Attribution | None:
    """The speaker named beside a verb of speech in the sentence of the quotation, or in the line that leads to it."""
    first = reader.sentences[reader.sentence_at(span.opened)]
    last = reader.sentences[reader.sentence_at(max(span.opened, span.closed - 1))]
    start = max(first.start, span.opened - MAX_SENTENCE)
    before = reader.narration[start : span.opened]
    after = reader.narration[span.closed : min(last.end, span.closed + MAX_SENTENCE)].split("“", 1)[0]
    quoted = reader.text[span.start : span.end]
    attempts = (
        (after_quote(quoted, after), span.closed),
        (before_quote(before) if before.strip() else None, start),
        (according_to(after), span.closed),
        (according_to(before), start),
        (said_at_end(after.replace("~", "")) if "~" not in after else None, span.closed),
    )
    for speech, offset in attempts:
        if speech and (said := _attributed(reader, speech, offset, first.start, last.end)):
            return said
    return None if before.strip() else _led(reader, first)


def _attributed(reader: Reader, speech: Speech, offset: int, start: int, end: int) -> Attribution | None:
    who = reader.who(speech.mention, offset + speech.at)
    if who is None:
        return None
    return Attribution(who[0], who[1], speech.verb, "explicit" if who[2] else "pronoun", start, end)


def _led(reader: Reader, sentence: Sentence) -> Attribution | None:
    """The speaker of a paragraph before that ends in a colon."""
    if sentence.index == 0 or reader.sentences[sentence.index - 1].paragraph == sentence.paragraph:
        return None
    leading = reader.sentences[sentence.index - 1]
    narration = reader.narrated_text(leading)
    speech = before_quote(narration) if narration.endswith(":") else None
    return _attributed(reader, speech, leading.start, leading.start, leading.end) if speech else None


def continued(reader: Reader, span: Span, previous: tuple[Span, Attribution | None] | None) -> Attribution | None:
    """The speaker of the quotation directly before, if this one stands alone in its sentence or paragraph."""
    first = reader.sentences[reader.sentence_at(span.opened)]
    last = reader.sentences[reader.sentence_at(max(span.opened, span.closed - 1))]
    before = reader.narration[max(first.start, span.opened - MAX_SENTENCE) : span.opened]
    after = reader.narration[span.closed : min(last.end, span.closed + MAX_SENTENCE)]
    alone = not any(map(str.isalnum, before + after.replace("~", "")))
    if previous and previous[1]:
        said = previous[1]
        if span.chained and previous[0].unclosed:
            return replace(said, how="continued")
        ended = reader.sentences[reader.sentence_at(max(previous[0].opened, previous[0].closed - 1))]
        near = first.index - ended.index <= 1 and first.paragraph - ended.paragraph <= 1
        if alone and near and ended.end <= max(said.end, ended.end):
            return replace(said, how="continued")
    return _introduced(reader, first, previous[1] if previous else None) if alone else None


def _introduced(reader: Reader, sentence: Sentence, previous: Attribution | None) -> Attribution | None:
    """The only person, and subject, of the sentence before in the same paragraph: `Fitch disagreed. "We …"`. "She" is
    enough for whoever was quoted before."""
    if sentence.index == 0:
        return None
    leading = reader.sentences[sentence.index - 1]
    if leading.paragraph != sentence.paragraph or "~" in reader.narration[leading.start : leading.end]:
        return None
    mention = main_subject(reader.narrated_text(leading).rstrip(".:!"))
    if mention is None or mention.form == "noun":
        return None
    who = reader.who(mention, leading.end if mention.form == "name" else leading.start + 1)
    if who is None or not reader.people.is_person(who[0]):
        return None
    persons = [person for person in reader.persons(leading.start, leading.end) if person != who[0]]
    if persons or (mention.form == "pronoun" and not (previous and previous.speaker == who[0])):
        return None
    return Attribution(who[0], who[1], "", "continued", leading.start, sentence.end)


def resolve_speakers(sources: Sequence[SourceText], quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """`quotes` with speakers who are known by a surname in one article and by the full name in another of the story."""
    everywhere = People()
    for source in sources:
        people = People.of(source.text, [name.text for name in names(source.text)])
        for last, full in people.full.items():
            known = everywhere.full.setdefault(last, [])
            known.extend(name for name in full if name not in known)
    resolved: list[Quote] = []
    for quote in quotes:
        known = everywhere.full.get(quote.speaker.casefold(), []) if " " not in quote.speaker else []
        resolved.append(replace(quote, speaker=known[0]) if len(known) == 1 else quote)
    return tuple(resolved)

"""Statements: whole quotations, reported clauses and acts of speech that can be printed with their speaker."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aggregator.analysis.model import Quote, Said, Sentence, SourceText
from aggregator.analysis.sentences import split_sentences
from aggregator.analysis.words import name_key, names
from aggregator.summarise.compose import Passage
from aggregator.summarise.exact import Reported, check_reported
from aggregator.summarise.naming import read_called
from aggregator.summarise.references import is_definite
from aggregator.summarise.roles import kind_of, last_word
from aggregator.summarise.selection import Story
from aggregator.summarise.speech import BY_FORM
from aggregator.summarise.wording import is_balanced, without_quotations

_REFERS = re.compile(r"(?:it|this|that|these|those|its|such|there it|he|she|they|his|her|their)\b", re.IGNORECASE)
_OWN_PRONOUN = re.compile(r"(?:he|she|they|his|her|their)\b")
_FIRST = re.compile(r"\b(?:I|we|We|my|My|our|Our|us|me|you|You|your|Your)\b(?!\.)|\b(?:I|we|We|you)[’']")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|should|may|might|can|must|do|does|did|[a-z]{3,}(?:ed|es|s)|"
    r"isn’t|won’t|can’t|don’t|doesn’t|didn’t|made|took|gave|came|went|rose|fell|held|met|cut|put|set|let|kept|found|"
    r"began|saw|led|paid|got|stood|cost|spent|need|want)\b"
)
_TOPIC = re.compile(
    r"(?:the|this|that|these|those) (?:\w+ ){0,2}?(?:bill|act|law|measure|proposal|plan|legislation|ban|deal|merger|"
    r"tax|"
    r"project|strike|country|nation|state|city|government|president|administration|court|public|world|economy|"
    r"people)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"(?:Do|Does|Did|Is|Are|Was|Were|Have|Has|Can|Could|Will|Would|When|Where|What|Who|How|Why)\b")
_UNNAMED = re.compile(r"\b(?:it|its|itself|they|them|their|theirs|this|these|those|such)\b")
_ANTECEDENT = re.compile(
    r"\b(?:the|a|an|any|every|each|all|some|many|most|no|one|two|three|four|five|both|"
    r"\d[\d,.]*) (?:[\w’'-]+ ){0,3}\w{3,}|"
    r"\b[A-Z]\w{2,}|\b\w{3,}(?:s|ed people)\b|\b(?:people|men|women|children|police)\b"
)
_MAX_QUOTE, _MIN_QUOTE = 25, 7


@dataclass(frozen=True, slots=True)
class Statement:
    """What a holder says in one place: a whole quotation, a clause in the outlet's words, or what an act of speech is
    about ("rejected" + "the claim"; "called" + "the claim “absurd”")."""

    holder: str
    form: Literal["quote", "clause", "act", "call"]
    verb: str
    text: str
    passage: Passage
    row: int
    how: str = "explicit"
    #: where the article names the speaker, if the passage does not
    naming: tuple[Passage, ...] = ()
    #: the same words in other articles
    repeats: tuple[Passage, ...] = ()

    @property
    def words(self) -> int:
        """Its length."""
        return len(self.text.split())

    @property
    def key(self) -> str:
        """Which words of which article."""
        return f"{self.passage.source.article_id}:{self.text}"

    @property
    def source(self) -> SourceText:
        """Where it stands."""
        return self.passage.source


def quoted(quote: Quote, source: SourceText, story: Story) -> Iterable[Statement]:
    """The whole sentences of a quotation that are short enough to print, longest run first."""
    text = quote.text.strip()
    start = quote.start + (len(quote.text) - len(quote.text.lstrip()))
    for piece_start, piece in _runs(text):
        bare = piece.strip().rstrip(",;:.–—- ")
        words = len(bare.split())
        if not _MIN_QUOTE <= words <= _MAX_QUOTE or not _is_saying(bare) or quote.speaker in bare:
            continue
        begin, end = start + piece_start, start + piece_start + len(bare)
        if source.text[begin:end] != bare:
            continue
        row = story.row_of.get((source.article_id, quote.sentence), -1)
        passage = Passage(source, *_around(source, begin, end))
        naming = _naming(source, quote.speaker, passage, quote.context_start)
        if naming is not None:
            key = name_key(quote.speaker)
            yield Statement(key, "quote", quote.verb or "said", bare, passage, row, quote.how, naming)


def _is_saying(text: str) -> bool:
    """Whether quoted words are a whole statement: a sentence with a verb, no question, no scrap."""
    return (
        text[:1].isupper()
        and not text.endswith(("'", "’"))
        and "‘" not in text
        and not any(mark in text for mark in ("“", "”", '"', "[", "]", "?", "…", "...", "@", "#", "$$", "http"))
        and not _ASKS.match(text)
        and not (re.match(r"(?:If|When|While|Because|Although|As|Since|Unless)\b", text) and "," not in text)
        and not re.match(r"(?:An?|Such) (?:[\w-]+ ){1,2}(?:that|who|which) ", text)
        and bool(_VERB.search(text) or re.search(r"[a-z][’'](?:s|re|m|ve|d|ll)\b", text))
    )


def _naming(source: SourceText, speaker: str, passage: Passage, before: int) -> tuple[Passage, ...] | None:
    """Where the article names the speaker of a passage: nothing if the passage does, None if nothing near does."""
    last = re.escape(last_word(speaker))
    named = re.compile(rf"(?<!\w){last}(?!\w)", re.IGNORECASE)
    if named.search(without_quotations(passage.text)):
        return ()
    near = [s for s in source.sentences if s.start < passage.start and s.region is None]
    for sentence in reversed(near[-6:]):
        if named.search(without_quotations(sentence.text)):
            return (Passage(source, sentence.start, sentence.end, "names"),)
    after = next((s for s in source.sentences if s.start >= passage.end), None)
    if after is not None and after.region is None and named.search(without_quotations(after.text)):
        return (Passage(source, after.start, after.end, "names"),)
    return None


def _around(source: SourceText, start: int, end: int) -> tuple[int, int]:
    """[start, end) widened to whole sentences."""
    touched = [s for s in source.sentences if s.end > start and s.start < end]
    return (min(start, touched[0].start), max(end, touched[-1].end)) if touched else (start, end)


def _runs(text: str) -> Iterable[tuple[int, str]]:
    """The quotation whole if it is short enough, else its sentences one by one."""
    if len(text.split()) <= _MAX_QUOTE:
        yield 0, text
        return
    for sentence in split_sentences(text):
        yield sentence.start, sentence.text


def clauses(said: Said, source: SourceText, story: Story) -> Iterable[Statement]:
    text = source.text[said.start : said.end].strip().rstrip(".,;")
    start = source.text.find(text, said.start)
    row = story.row_of.get((source.article_id, said.sentence))
    sentence = story.rows[row][1] if row is not None else None
    if start < 0 or sentence is None or sentence.region is not None:
        return
    if read_called(said.verb, text) is not None:
        yield from _call(said, source, story, text, sentence)
        return
    verbs = BY_FORM.get(said.verb.lower(), ())
    if verbs and not any(verb.clause for verb in verbs):
        yield from _act(said, source, story, text, sentence)
        return
    if not is_clause(text):
        return
    if is_definite(text[:1].upper() + text[1:], story.title_words) and not _TOPIC.match(text):
        return
    others = [
        name for name in names(sentence.text) if name_key(name.text).split()[-1:] != name_key(said.speaker).split()[-1:]
    ]
    several = bool(re.match(r"(?:they|their)\b", text)) and kind_of(said.speaker) == "group"
    person = kind_of(said.speaker) == "person" and not any(" " in n.text for n in others)
    if _OWN_PRONOUN.match(text) and not several and not person:
        return
    loose = re.search(r"\b(?:he|she|him|her|his|hers)\b", text)
    if (
        loose
        and loose.start() > 0
        and not names(text[: loose.start()])
        and not _ANTECEDENT.search(text[: loose.start()])
    ):
        return
    if loose and kind_of(said.speaker) != "person" and not _ANTECEDENT.search(text[: loose.start()]):
        return
    row = story.row_of.get((source.article_id, said.sentence), -1)
    passage = Passage(source, sentence.start, sentence.end)
    naming = _naming(source, said.speaker, passage, sentence.start)
    if naming is not None:
        yield Statement(name_key(said.speaker), "clause", said.verb, text, passage, row, "explicit", naming)


def _act(said: Said, source: SourceText, story: Story, text: str, sentence: Sentence) -> Iterable[Statement]:
    """An act of speech with its object: "accused the mayor of …"."""
    passage = Passage(source, sentence.start, sentence.end)
    plain = 3 <= len(text.split()) <= 30 and is_balanced(text) and not _FIRST.search(without_quotations(text))
    naming = _naming(source, said.speaker, passage, sentence.start)
    if not plain or naming is None or leaves_open(text) or _POINTS.match(text) or _GOES_ON.search(text):
        return
    if isinstance(check_reported(text, passage.text), Reported):
        row = story.row_of.get((source.article_id, said.sentence), -1)
        yield Statement(name_key(said.speaker), "act", said.verb.lower(), text, passage, row, "explicit", naming)


def _call(said: Said, source: SourceText, story: Story, text: str, sentence: Sentence) -> Iterable[Statement]:
    """What somebody named beside the verb calls a thing."""
    name, object_ = re.escape(last_word(said.speaker)), re.escape(text[:12])
    beside = re.compile(rf"(?<!\w){name}(?!\w)[^.;:“”\"]{{0,40}}\b{re.escape(said.verb)} {object_}")
    row = story.row_of.get((source.article_id, said.sentence), -1)
    if beside.search(sentence.text):
        passage = Passage(source, sentence.start, sentence.end)
        yield Statement(name_key(said.speaker), "call", said.verb.lower(), text, passage, row)


#: where the narrator tells the next thing that was done
_GOES_ON = re.compile(r"\band (?:\w+ly )?(?:[a-z]+ed|said|told|wrote|made|gave|took)\b")
_POINTS = re.compile(r"(?:him|her|it|them|that|this|those|these|down|up|off)\b")


def leaves_open(text: str) -> bool:
    """Whether "it", "they" or "this" comes before anything in a clause that it could stand for."""
    match = _UNNAMED.search(text)
    return match is not None and not _ANTECEDENT.search(text[: match.start()])


def is_clause(text: str) -> bool:
    """Whether a clause can follow "that": in the third person, its verb near, referring to nothing outside."""
    words = text.split()
    opening = " ".join(words[:9])
    if not 5 <= len(words) <= 34 or not is_balanced(text) or _FIRST.search(re.sub(r"“[^”]*”|\"[^\"]*\"", "", text)):
        return False
    if (_REFERS.match(text) and not _OWN_PRONOUN.match(text)) or leaves_open(_OWN_PRONOUN.sub("", text, count=1)):
        return False
    if re.match(r"[a-z]+ed\b", text) or re.search(r",[”\"]? (?:added|said|says|told) [A-Z]", text):
        return False
    if re.match(r"(?:to|of|for|in|on|at|by|with|and|but|as|from|about|him|them|how|why|whether|what|not)\b", text):
        return False
    return bool(_VERB.search(opening)) and "?" not in text

"""An article made ready for finding speech: masked text, people, and whom a pronoun or "the judge" means."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from aggregator.analysis.lexicon import TITLES
from aggregator.analysis.marks import Span, find_spans, without_quotes
from aggregator.analysis.model import Sentence, SourceText
from aggregator.analysis.people import People
from aggregator.analysis.phrases import Mention
from aggregator.analysis.roles import has_role, is_one_person
from aggregator.analysis.speech import main_subject, said_at_end
from aggregator.analysis.words import Name, fold, names
from aggregator.types import RegionKind

#: characters of a sentence that are read
MAX_SENTENCE = 1_200
_POSSESSIVE = re.compile(r"[’']s?\b")
_HE_OR_SHE = re.compile(r"(?:He|She)\b")
_DEFINITE = re.compile(r"[Tt]he ((?:[\w’'-]+ )?[\w-]+)")
_OFFICES = re.compile(r"\b[Tt]he ([a-z]+)\b(?! [A-Z])")
#: the subject of a sentence is a person whom it does not name
_SOMEBODY = "?"
_HE = re.compile(r"\b(?:he|his|him|himself|spokesman|chairman|congressman|father|son|husband)\b", re.IGNORECASE)
_SHE = re.compile(
    r"\b(?:she|her|hers|herself|spokeswoman|chairwoman|congresswoman|mother|daughter|wife)\b", re.IGNORECASE
)
_GENDERED = re.compile(rf"{_HE.pattern}|{_SHE.pattern}", re.IGNORECASE)
_HONORIFIC = re.compile(r"\b(?P<title>Mr|Ms|Mrs)\.? (?P<name>(?!and\b)[^\W\d_][\w’'-]*[^\W\d_](?<!’s)(?<!'s))")


class Reader:
    """An article prepared for finding speech: sentences, masked text, names and people."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text
        self.sentences: Sequence[Sentence] = source.sentences
        self.starts = [sentence.start for sentence in self.sentences]
        led, silent = _set_off(source)
        self.spans = sorted([*find_spans(source.text), *led], key=_opened)
        self.narration = without_quotes(source.text, sorted([*self.spans, *silent], key=_opened))
        found = names(source.text)
        self.people = People.of(source.text, [name.text for name in found])
        self.narrated: list[Name] = [name for name in found if self.narration[name.start] == self.text[name.start]]
        self.name_starts = [name.start for name in self.narrated]
        self.people.read_roles(self.narration, self.narrated)
        #: the words of names, but for single words that only ever open a sentence
        self.name_words = {fold(word) for name in found if self._is_sure(name) for word in name.text.split()}
        self.name_words |= self.people.titled
        #: who speaks in a sentence, as far as it is known by now
        self.speaking: dict[int, str] = {}
        self._read_genders()

    def _is_sure(self, name: Name) -> bool:
        before = self.text[: name.start].rstrip(' “"‘')
        return " " in name.text or (bool(before) and before[-1] not in ".!?\n”:")

    def sentence_at(self, offset: int) -> int:
        """The index of the sentence that holds `offset`, or of the last one before it."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def narrated_text(self, sentence: Sentence) -> str:
        """The sentence with its quotations masked; of one that no writer would write, the beginning."""
        return self.narration[sentence.start : min(sentence.end, sentence.start + MAX_SENTENCE)]

    def persons(self, start: int, end: int, owners_too: bool = True) -> list[str]:
        """The full names of the people that the narrator names in [start, end), in order, each once. Owners ("Smith’s
        plan") are left out where anybody else is named."""
        first, last = bisect_right(self.name_starts, start - 1), bisect_right(self.name_starts, end - 1)
        found: dict[str, None] = {}
        owners: dict[str, None] = {}
        for name in self.narrated[first:last]:
            if self.people.is_person(name.text):
                owns = _POSSESSIVE.match(self.text, name.end)
                (owners if owns else found)[self.people.resolve(name.text, self.text[: name.start])] = None
        return list(found or (owners if owners_too else ()))

    def who(self, mention: Mention, at: int) -> tuple[str, str, bool] | None:
        """(full name or phrase, role, whether it was named) of a mention that stands at `at`; None if nobody knows."""
        if mention.form == "name":
            if " " not in mention.text and fold(mention.text) not in self.name_words:
                return None
            name = self.people.resolve(mention.text, self.text[:at])
            if mention.gender and not self._fits(name, mention.gender):
                fits = [
                    full for full in self.people.full.get(fold(mention.text), ()) if self._fits(full, mention.gender)
                ]
                name = fits[0] if len(fits) == 1 else mention.text
            return name, mention.role or self.people.roles.get(name, ""), True
        if mention.form == "noun":
            return self._meant(mention.text, at)
        if mention.text not in ("he", "she"):
            return None
        person = self.antecedent(at, mention.text)
        return (person, self.people.roles.get(person, ""), False) if person else None

    def _meant(self, phrase: str, at: int) -> tuple[str, str, bool] | None:
        """ "the judge" is the one person of that role, if there is one, or the one just spoken of; "the Ohio
        Democrat" is the person just spoken of; any other phrase speaks for itself."""
        if re.search(r"\b(?:Democrat|Republican|Independent)$", phrase):
            person = self.antecedent(at, "")
            return (person, self.people.roles.get(person, ""), False) if person else None
        if match := _DEFINITE.fullmatch(phrase):
            fits = self._with_role(match[1])
            recent = self.antecedent(at, "") if len(fits) > 1 else ""
            fits = [recent] if recent in fits else fits
            if len(fits) == 1:
                return fits[0], self.people.roles[fits[0]], False
        return phrase, "", True

    def antecedent(self, at: int, pronoun: str) -> str:
        """Whom "he" or "she" at `at` means: the subject of the last sentence that names people, or the only one it
        names, not further back than the paragraph before; "" if that is nobody or cannot be told."""
        here = self.sentence_at(at)
        paragraph = self.sentences[here].paragraph
        so_far = self.persons(self.sentences[here].start, at, owners_too=False)
        if so_far:
            mention = main_subject(self.narration[self.sentences[here].start : at][:MAX_SENTENCE])
            subject = self.people.resolve(mention.text, self.text[:at]) if mention and mention.form == "name" else ""
            if subject and (subject in so_far or fold(subject) in self.name_words) and self._fits(subject, pronoun):
                return subject
            earlier = self._latest(here, paragraph, pronoun)
            return so_far[0] if len(so_far) == 1 and self._fits(so_far[0], pronoun) and earlier in ("", *so_far) else ""
        return self._latest(here, paragraph, pronoun)

    def _latest(self, here: int, paragraph: int, pronoun: str) -> str:
        while here > 0 and paragraph - self.sentences[here - 1].paragraph <= 1:
            here -= 1
            sentence = self.sentences[here]
            persons = self.persons(sentence.start, sentence.end)
            subject = self.speaking.get(here)
            if subject is None:
                subject = self._subject(sentence)
            if subject == _SOMEBODY:
                return ""
            if subject and self._fits(subject, pronoun):
                return subject
            opening = _HE_OR_SHE.match(self.text, sentence.start)
            if opening and pronoun in ("", opening.group().lower()):
                paragraph = sentence.paragraph  # he is whoever "he" was before, and nobody that this sentence names
                continue
            persons = [person for person in persons if self._fits(person, pronoun) and person != subject]
            if persons:
                return persons[0] if len(persons) == 1 and (subject or not self._holds_another(sentence)) else ""
        return ""

    def _holds_another(self, sentence: Sentence) -> bool:
        """Whether a sentence speaks of somebody by office alone: "the president told Schumer"."""
        nouns = _OFFICES.findall(self.narrated_text(sentence))
        return any(noun in TITLES and len(self._with_role(noun)) != 1 for noun in nouns)

    def _subject(self, sentence: Sentence) -> str:
        """The person who is the subject of a sentence, _SOMEBODY if it is one without a name, else ""."""
        narration = self.narrated_text(sentence).rstrip(".:!?")
        mention = main_subject(narration) if "~" not in narration else None
        if mention and mention.form == "noun" and is_one_person(mention.text):
            match = _DEFINITE.fullmatch(mention.text)
            fits = self._with_role(match[1]) if match else []
            if len(fits) == 1:
                return fits[0]
            named = self.persons(sentence.start, sentence.end)
            return _SOMEBODY if match and narration.startswith("The ") and not named else ""
        if mention is None or mention.form != "name" or not self.people.is_person(mention.text):
            speech = said_at_end(narration)
            mention = speech.mention if speech else None
        if mention is None or mention.form != "name" or not self.people.is_person(mention.text):
            return ""
        return self.people.resolve(mention.text, self.text[: sentence.end])

    def _with_role(self, noun: str) -> list[str]:
        fits = [name for name, role in self.people.roles.items() if has_role(role, noun.lower())]
        exact = [name for name in fits if has_role(self.people.roles[name], noun.lower(), whole=True)]
        return exact or fits

    def _fits(self, person: str, pronoun: str) -> bool:
        known = self.people.genders.get(person, "")
        return not known or not pronoun or known == pronoun

    def _read_genders(self) -> None:
        """Learns from honorifics and from sentences that name one person only."""
        votes: dict[str, list[int]] = {}
        for sentence in self.sentences:
            narration = self.narrated_text(sentence)
            persons = self.persons(sentence.start, sentence.end) if _GENDERED.search(narration) else []
            if len(persons) == 1 and self._subject(sentence) == persons[0]:
                count = votes.setdefault(persons[0], [0, 0])
                count[0] += len(_HE.findall(narration))
                count[1] += len(_SHE.findall(narration))
        for name, (male, female) in votes.items():
            if male + female and max(male, female) >= 2 * min(male, female) + 1:
                self.people.genders[name] = "he" if male > female else "she"
        for match in _HONORIFIC.finditer(self.text):
            full = self.people.resolve(match["name"], self.text[: match.start()])
            if len(self.people.full.get(fold(match["name"]), ())) < 2:
                self.people.genders[full] = "he" if match["title"] == "Mr" else "she"


def _opened(span: Span) -> int:
    return span.opened


def _set_off(source: SourceText) -> tuple[list[Span], list[Span]]:
    """Lines that are quotations without an opening mark: those after a line that ends in a colon, which says whose
    words they are, and the others, of which only is known that it is not the outlet that speaks."""
    led: list[Span] = []
    silent: list[Span] = []
    for region in source.regions:
        if region.kind is not RegionKind.QUOTATION or source.text[max(0, region.start - 1) : region.start] not in "\n":
            continue
        whole = source.text[region.end : region.end + 1] in ("", "\n")
        into = led if whole and source.text[: region.start].rstrip().endswith(":") else silent
        for line in re.finditer(r"[^\n]+", source.text[region.start : region.end]):
            if line.group()[0] in '“"‘«„':
                break
            start, end = region.start + line.start(), region.start + line.end()
            into.append(Span(start, end - (line.group()[-1] in '”"»'), start, end))
    return led, silent

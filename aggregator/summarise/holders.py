"""Who speaks in a story, for whom, and what they say: statements gathered by their holder.

A spokesman speaks for his organisation; an organisation may speak; a private citizen is quoted but holds no camp.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from aggregator.analysis.model import SourceText
from aggregator.analysis.words import fold, name_key
from aggregator.summarise.compose import Passage
from aggregator.summarise.labels import label_of
from aggregator.summarise.page import Holder as PageHolder
from aggregator.summarise.persons import full_name, party_of
from aggregator.summarise.roles import (
    GROUP_TAIL,
    HolderKind,
    can_speak,
    clean_role,
    kind_of,
    last_word,
    organisation_of,
    role_worth,
)
from aggregator.summarise.sayings import Statement, clauses, quoted
from aggregator.summarise.selection import Story
from aggregator.types import Kind, Rights


@dataclass(eq=False)
class Voice:
    """A holder in a story. `label` is what a camp is called, "" if the voice may not carry one."""

    key: str
    name: str
    role: str
    kind: HolderKind
    label: str
    organisation: str
    introductions: tuple[Passage, ...]
    introduction: str = ""
    #: "R" or "D" where an outlet prints the party of an American politician
    party: str = ""
    #: whether the outlets put "the" before the organisation
    takes_the: bool = False
    statements: list[Statement] = field(default_factory=list)

    @cached_property
    def surname(self) -> str:
        """The last word of a person's name; the whole name of everything else."""
        if self.kind != "person":
            return self.name
        return last_word(self.name)

    @property
    def subject(self) -> str:
        """An organisation or group as the subject that opens a sentence."""
        name = self.name
        if self.kind != "group" and self.article and not name.lower().startswith("the "):
            name = f"the {name}"
        return name[:1].upper() + name[1:]

    @property
    def article(self) -> bool:
        """Whether the outlets put "the" before the name."""
        return any(f"the {self.name}" in p.text or f"The {self.name}" in p.text for p in self.introductions)

    @property
    def is_plural(self) -> bool:
        """Whether a verb after it stands in the plural."""
        return (
            self.kind == "group"
            and self.name.split()[0].lower() not in ("a", "an", "one")
            and bool(
                re.search(r"(?:s|people|men|women|police)\b(?! of the)", self.name.split(" of ")[0].split(" for ")[0])
            )
        )

    def introduced(self, source_words: Callable[[str], bool]) -> str:
        """The person with a role, without eight words in a row from a source (`source_words` says whether it has)."""
        if not self.role:
            return self.name
        if self.role_precedes and not source_words(f"{self.role} {self.name} said"):
            return f"{self.role} {self.name}"
        if self.organisation and not self.role_precedes:
            the = "the " if self.takes_the else ""
            plain = f"{self.name} of {the}{self.organisation}"
            return plain if not source_words(f"{plain} said") else f"{the}{self.organisation}’s {self.name}"
        role = self.role
        while role and not self.role_precedes:
            the = "the " if re.match(r"[\w ]+[’']s ", role) and role[0].islower() else ""
            whole = f"{self.name}, {the}{role},"
            if not source_words(f"{whole} said") and not source_words(f"said {whole}"):
                return whole
            at = max(
                role.rfind(" of "),
                role.rfind(" at "),
                role.rfind(" in "),
                role.rfind(" for "),
                role.rfind(" from "),
                role.rfind(" with "),
                role.rfind(", "),
            )
            role = role[:at].rstrip(",") if at > 0 else ""
        return self.name

    @property
    def role_precedes(self) -> bool:
        """Whether the role is printed before the name: "Sen. Daniel Ostrander", not "Anneke Sorrell, director of …"."""
        return bool(self.role) and any(f"{self.role} {self.name}" in p.text for p in self.introductions)

    @property
    def outlets(self) -> set[str]:
        """The outlets that carry a statement."""
        return {statement.source.outlet_key for statement in self.statements}

    def page_holder(self, evidence: Sequence[Passage], numbers: dict[str, int]) -> PageHolder:
        """The holder as the page names it."""
        stored = [passage.evidence(numbers[passage.source.article_id]) for passage in evidence]
        if self.organisation and self.kind == "person":
            role = f"represented by {self.name}" + (f", {self.role}" if self.role else "")
            return PageHolder(name=self.organisation, role=role, kind="organisation", evidence=stored)
        return PageHolder(name=self.name, role=self.role, kind=self.kind, evidence=stored)


_KINDS: dict[str, HolderKind] = {
    "person": "person",
    "group": "group",
    "organisation": "organisation",
    "office": "office",
}


def voices(story: Story) -> list[Voice]:
    """Everybody who speaks in the story's reports, the most heard first."""
    by_holder: dict[str, list[Statement]] = defaultdict(list)
    spelled: dict[str, list[tuple[str, str, HolderKind]]] = defaultdict(list)
    sources = {source.article_id: source for source in story.sources if source.rights is Rights.FULL}
    for quote in story.analysis.quotes:
        source = sources.get(quote.article_id)
        if source is None or source.kind is not Kind.NEWS:
            continue
        speaker = _in_full(quote.speaker, source, story)
        if can_speak(speaker):
            key = name_key(speaker)
            spelled[key].append((speaker, clean_role(quote.role), _kind(speaker, "")))
            by_holder[key].extend(quoted(replace(quote, speaker=speaker), source, story))
    for said in story.analysis.said:
        source = sources.get(said.article_id)
        if source is None or source.kind is not Kind.NEWS:
            continue
        speaker = _in_full(said.speaker, source, story)
        if can_speak(speaker):
            kind = _kind(speaker, said.kind)
            key = name_key(speaker)
            spelled[key].append((speaker, clean_role(said.role), kind))
            by_holder[key].extend(clauses(replace(said, speaker=speaker), source, story))
    _join_spellings(spelled, by_holder, story)
    found = [_voice(key, spelled[key], _merged(by_holder[key]), story) for key in sorted(spelled)]
    return sorted(found, key=lambda v: (-len(v.outlets), -len(v.statements), v.key))


def _kind(speaker: str, told: str) -> HolderKind:
    """What a speaker is, by its name, else as analysis tells; capitals alone are an organisation."""
    if speaker.isupper() and " " not in speaker and "." not in speaker:
        return "organisation"
    if GROUP_TAIL.search(speaker):
        return "group"
    return _KINDS.get(told) or kind_of(speaker)


def _in_full(speaker: str, source: SourceText, story: Story) -> str:
    """A speaker under the full name where the article says only the surname."""
    if " " in speaker or speaker.isupper() or not speaker[:1].isupper():
        return speaker
    return full_name(speaker, source.text, story) or speaker


def _join_spellings(
    spelled: dict[str, list[tuple[str, str, HolderKind]]], by_holder: dict[str, list[Statement]], story: Story
) -> None:
    """Files a person under one name: "Donald J. Trump" and "Donald Trump", "Samuel Alito" and "Samuel A. Alito Jr"."""
    first_of: dict[tuple[str, str], str] = {}
    for key in sorted(spelled, key=lambda key: (-len(spelled[key]), key)):
        name, _, kind = spelled[key][0]
        words = fold(name).split()
        if kind != "person" or len(words) < 2 or _is_junior(name, story):
            continue
        kept = first_of.setdefault((words[0][:3], fold(last_word(name))), key)
        if kept != key:
            spelled[kept] += spelled.pop(key)
            by_holder[kept] += [replace(statement, holder=kept) for statement in by_holder.pop(key, [])]


def _is_junior(name: str, story: Story) -> bool:
    """Whether a name ends in "Jr." and an article names the father too."""
    match = re.match(r"(.+?),? (?:Jr|Sr)\b", name)
    if match is None:
        return False
    father = re.compile(rf"{re.escape(match[1])}(?!,? (?:Jr|Sr))")
    return any(name in source.text and father.search(source.text) for source in story.sources)


def _merged(statements: Sequence[Statement]) -> list[Statement]:
    """The statements with repeats joined: the same words in several articles count, and stand once, from the first."""
    found: dict[str, list[Statement]] = {}
    for statement in statements:
        found.setdefault(fold(statement.text).strip(" .,"), []).append(statement)
    merged = []
    for repeats in found.values():
        repeats.sort(key=lambda s: (s.how != "explicit", s.source.order_at, s.source.article_id))
        first, others = repeats[0], {s.source.article_id: s.passage for s in reversed(repeats)}
        others.pop(first.source.article_id, None)
        same = tuple(replace(passage, method="agrees") for passage in others.values())
        merged.append(replace(first, repeats=same))
    return merged


def _voice(key: str, spelled: Sequence[tuple[str, str, HolderKind]], said: list[Statement], story: Story) -> Voice:
    name = max(
        (s for s, _, _ in spelled),
        key=lambda s: (len(s.split()), -spelled.index(next(x for x in spelled if x[0] == s))),
    )
    kinds = [kind for _, _, kind in spelled]
    kind = max(sorted(set(kinds)), key=kinds.count)
    role, passages = _introduction(name, [role for _, role, _ in spelled if role], story)
    organisation = organisation_of(role, story, [p.source.text for p in passages]) if kind == "person" else ""
    takes_the = bool(organisation) and any(f"the {organisation}" in source.text for source in story.sources)
    if organisation and not any(organisation in passage.text for passage in passages):
        naming = next((k for k, (_, s) in enumerate(story.rows) if organisation in s.text and s.region is None), None)
        if naming is None:
            organisation = ""
        else:
            passages = (*passages, story.passage(naming, "names"))
    label = label_of(name, role, kind, organisation, story)
    party = party_of(name, role, story)
    return Voice(key, name, role, kind, label, organisation, passages, name, party, takes_the, said)


def _introduction(name: str, roles: Sequence[str], story: Story) -> tuple[str, tuple[Passage, ...]]:
    """The best role that is printed in the same sentence as the full name, with that sentence."""
    best: tuple[float, str, Passage] | None = None
    for at, (source, sentence) in enumerate(story.rows):
        if name not in sentence.text or source.kind is not Kind.NEWS or sentence.region is not None:
            continue
        passage = Passage(source, sentence.start, sentence.end, "names", 1.0)
        fits = [role for role in roles if role in sentence.text]
        role = max(fits, key=lambda r: (role_worth(r), r), default="")
        worth = role_worth(role) + 0.5 * (len(name.split()) > 1) - 1e-6 * at
        if best is None or worth > best[0]:
            best = (worth, role, passage)
    return (best[1], (best[2],)) if best else ("", ())

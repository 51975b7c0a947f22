"""Who speaks in a story, for whom, and what they say: statements gathered by their holder.

A spokesman speaks for his organisation; an organisation may speak; a private citizen is quoted but holds no camp.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from aggregator.analysis.model import Quote, Said, Sentence, SourceText
from aggregator.analysis.sentences import split_sentences
from aggregator.analysis.words import fold, name_key, names
from aggregator.summarise.compose import Passage
from aggregator.summarise.exact import Reported, check_reported
from aggregator.summarise.page import Holder as PageHolder
from aggregator.summarise.selection import Story, is_definite
from aggregator.summarise.speech import BY_FORM
from aggregator.summarise.wording import is_balanced, without_quotations
from aggregator.types import Kind, Rights

HolderKind = Literal["person", "group", "organisation", "office"]

#: words of a role that make an office, whose holder speaks for himself; as they are printed before the surname
_OFFICES = {
    "senator": "Senator", "sen": "Senator", "representative": "Representative", "rep": "Representative",
    "congressman": "Congressman", "congresswoman": "Congresswoman", "governor": "Governor", "gov": "Governor",
    "mayor": "Mayor", "president": "President", "speaker": "Speaker", "chair": "Chair", "chairman": "Chairman",
    "chairwoman": "Chairwoman", "judge": "Judge", "justice": "Justice", "minister": "Minister",
    "secretary": "Secretary", "sheriff": "Sheriff", "chancellor": "Chancellor", "commissioner": "Commissioner",
    "councilman": "Councilman", "councilwoman": "Councilwoman", "councillor": "Councillor",
    "assemblyman": "Assemblyman", "assemblywoman": "Assemblywoman", "lawmaker": "Lawmaker",
    "superintendent": "Superintendent", "ambassador": "Ambassador", "treasurer": "Treasurer",
    "attorney general": "Attorney General", "district attorney": "District Attorney", "prosecutor": "Prosecutor",
    "auditor": "Auditor", "comptroller": "Comptroller", "bishop": "Bishop", "archbishop": "Archbishop",
}  # fmt: skip
#: professions that give a label but speak for nobody
_PROFESSIONS = {
    "professor": "Professor", "prof": "Professor", "economist": "Economist", "analyst": "Analyst",
    "researcher": "Researcher", "scientist": "Scientist",
    "historian": "Historian", "engineer": "Engineer", "neurologist": "Neurologist", "physician": "Physician",
    "epidemiologist": "Epidemiologist", "seismologist": "Seismologist", "statistician": "Statistician",
    "fellow": "Fellow", "teacher": "Teacher", "principal": "Principal", "farmer": "Farmer", "pastor": "Pastor",
}  # fmt: skip
#: who speaks for the organisation that the role names
_SPEAKS_FOR = re.compile(
    r"\b(?:spokes\w+|president|director|chief|chair\w*|head|ceo|executive|secretary-general|general secretary|"
    r"general counsel|counsel|founder|co-founder|leader|chief executive|vice president|press secretary|"
    r"policy director|manager|superintendent|commissioner|chancellor)\b",
    re.IGNORECASE,
)
_HALLS = re.compile(r"\b(?:university|college|school|hospital|clinic|senate|house|council|committee)\b", re.IGNORECASE)
_GROUP_NAMES = re.compile(
    r"\b(?:critics|opponents|supporters|backers|advocates|proponents|officials|prosecutors|police|lawmakers|"
    r"republicans|democrats|residents|economists|experts|scientists|researchers|investigators|authorities|lawyers|"
    r"union|company|administration|government|campaign|teachers|workers|doctors|analysts|regulators|activists)\b",
    re.IGNORECASE,
)
#: groups that hold a view together; of all others ("lawyers", "officials") it is not known that they do
_CAMP_GROUPS = re.compile(
    r"\b(?:critics|opponents|supporters|backers|advocates|proponents|skeptics|defenders|republicans|democrats|"
    r"prosecutors|police|regulators|activists|protesters|unions?|teachers|farmers|landlords|tenants|residents)\b",
    re.IGNORECASE,
)
_OUTLETS = re.compile(
    r"\b(?:Associated Press|Reuters|CNN|Fox|NBC|CBS|ABC|MSNBC|New York Times|Washington Post|Politico|Axios|BuzzFeed|BBC|"
    r"NPR|Wall Street Journal|The Hill|Bloomberg|Times|Post|Herald|Tribune|Journal|News|Guardian|Dispatch|Gazette)\b"
)
_REFERS = re.compile(r"(?:it|this|that|these|those|its|such|there it|he|she|they|his|her|their)\b", re.IGNORECASE)
_OWN_PRONOUN = re.compile(r"(?:he|she|they|his|her|their)\b")
_FIRST = re.compile(r"\b(?:I|we|We|my|My|our|Our|us|me|you|You|your|Your)\b(?!\.)|\b(?:I|we|We|you)[’']")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|should|may|might|can|must|do|does|did|[a-z]{3,}(?:ed|es|s)|"
    r"isn’t|won’t|can’t|don’t|doesn’t|didn’t|made|took|gave|came|went|rose|fell|held|met|cut|put|set|let|kept|found|"
    r"began|saw|led|paid|got|stood|cost|spent|need|want)\b"
)
_TOPIC = re.compile(
    r"(?:the|this|that|these|those) (?:\w+ ){0,2}?(?:bill|act|law|measure|proposal|plan|legislation|ban|deal|merger|tax|"
    r"project|strike|country|nation|state|city|government|president|administration|court|public|world|economy|people)\b",
    re.IGNORECASE,
)
_MAX_QUOTE, _MIN_QUOTE = 25, 7


@dataclass(frozen=True, slots=True)
class Statement:
    """What a holder says in one place: a whole quotation, a clause in the outlet's words, or what an act of speech is
    about ("rejected" + "the claim")."""

    holder: str
    form: Literal["quote", "clause", "act"]
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

    @property
    def surname(self) -> str:
        """The last word of a person's name; the whole name of everything else."""
        if self.kind != "person":
            return self.name
        return _last_word(self.name)

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
        return self.kind == "group" and self.name.split()[0].lower() not in ("a", "an", "one") and bool(
            re.search(r"(?:s|people|men|women|police)\b(?! of the)", self.name.split(" of ")[0].split(" for ")[0])
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
            at = max(role.rfind(" of "), role.rfind(" at "), role.rfind(" in "), role.rfind(" for "), role.rfind(" from "), role.rfind(" with "), role.rfind(", "))
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


def voices(story: Story) -> list[Voice]:
    """Everybody who speaks in the story's reports, the most heard first."""
    by_holder: dict[str, list[Statement]] = defaultdict(list)
    spelled: dict[str, list[tuple[str, str, HolderKind]]] = defaultdict(list)
    sources = {source.article_id: source for source in story.sources if source.rights is Rights.FULL}
    for quote in story.analysis.quotes:
        source = sources.get(quote.article_id)
        if source is None or source.kind is not Kind.NEWS or not _can_speak(quote.speaker):
            continue
        spelled[name_key(quote.speaker)].append((quote.speaker, _clean_role(quote.role), _kind_of(quote.speaker)))
        by_holder[name_key(quote.speaker)].extend(_quoted(quote, source, story))
    for said in story.analysis.said:
        source = sources.get(said.article_id)
        if source is None or source.kind is not Kind.NEWS or not _can_speak(said.speaker):
            continue
        kind: HolderKind = "group" if _GROUP_TAIL.search(said.speaker) else said.kind if said.kind in ("person", "group", "organisation", "office") else "person"  # type: ignore[assignment]
        spelled[name_key(said.speaker)].append((said.speaker, _clean_role(said.role), kind))
        by_holder[name_key(said.speaker)].extend(_clauses(said, source, story))
    found = [_voice(key, spelled[key], _merged(by_holder[key]), story) for key in sorted(spelled)]
    return sorted(found, key=lambda v: (-len(v.outlets), -len(v.statements), v.key))


_GROUP_TAIL = re.compile(r"\b(?:Republicans|Democrats|Conservatives|Liberals|officials|lawmakers|supporters|critics|opponents)$", re.I)


def _can_speak(speaker: str) -> bool:
    """Whether a speaker is a name that a page can print, or a group: no phrase, no lone title."""
    words = speaker.split()
    if not words or len(words) > 8 or words[0].lower() in ("his", "her", "its", "their", "our", "my", "that", "this"):
        return False
    if _GROUP_NAMES.search(speaker):
        return True
    small = [word for word in words if not word[:1].isupper() and word not in _NAME_LINKS]
    return not small and (len(words) > 1 or words[0].isupper()) and _OFFICES.get(words[0].lower().rstrip(".")) is None


_NAME_LINKS = frozenset("of the for and de la von van der den del bin al el di da du le & in".split())
_NO_ROLE = re.compile(r"\b(?:said|says|told|tells|was|were|had|has been|who|which|whose|when|while|where)\b|[“”\";:]")


def _clean_role(role: str) -> str:
    """A role that can be printed beside a name, "" for anything longer or with a clause in it."""
    role = re.sub(r"\b(Sens?|Reps?|Govs?|Dr|Prof|Gen|Lt|Rev|Atty|Capt|Sgt|Col)$", r"\1.", role.strip(" ,."))
    if re.search(r"--|\b(?:leaves|exit)\b", role) or (len(role.split()) > 4 and re.search(r"\b(?:Sen|Rep|Gov)\.$", role)):
        role = role.split()[-1] if role.endswith(".") else ""
    return "" if _NO_ROLE.search(role) or len(role.split()) > 14 else role


def _kind_of(speaker: str) -> HolderKind:
    if speaker[:1].islower() or _GROUP_NAMES.search(speaker):
        return "group"
    return "person"


def _quoted(quote: Quote, source: SourceText, story: Story) -> Iterable[Statement]:
    """The whole sentences of a quotation that are short enough to print, longest run first."""
    text = quote.text.strip()
    start = quote.start + (len(quote.text) - len(quote.text.lstrip()))
    for piece_start, piece in _runs(text):
        bare = piece.strip().rstrip(",;:.–—- ")
        words = len(bare.split())
        if not _MIN_QUOTE <= words <= _MAX_QUOTE or not _is_saying(bare):
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


_ASKS = re.compile(r"(?:Do|Does|Did|Is|Are|Was|Were|Have|Has|Can|Could|Will|Would|When|Where|What|Who|How|Why)\b")


def _is_saying(text: str) -> bool:
    """Whether quoted words are a whole statement: a sentence with a verb, no question, no scrap."""
    return (
        text[:1].isupper()
        and not any(mark in text for mark in ("“", "”", '"', "[", "]", "?", "…", "...", "@", "#", "$$", "http"))
        and not _ASKS.match(text)
        and bool(_VERB.search(text) or re.search(r"[a-z][’'](?:s|re|m|ve|d|ll)\b", text))
    )


def _naming(source: SourceText, speaker: str, passage: Passage, before: int) -> tuple[Passage, ...] | None:
    """Where the article names the speaker of a passage: nothing if the passage does, None if nothing near does."""
    last = re.escape(_last_word(speaker))
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


def _last_word(name: str) -> str:
    words = [word for word in name.split(",")[0].split() if word.rstrip(".") not in ("Jr", "Sr", "II", "III")]
    return words[-1] if words else name


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


def _clauses(said: Said, source: SourceText, story: Story) -> Iterable[Statement]:
    text = source.text[said.start : said.end].strip().rstrip(".,;")
    start = source.text.find(text, said.start)
    sentence = next((s for s in source.sentences if s.index == said.sentence), None)
    if start < 0 or sentence is None or sentence.region is not None:
        return
    verbs = BY_FORM.get(said.verb.lower(), ())
    if verbs and not any(verb.clause for verb in verbs):
        yield from _act(said, source, story, text, sentence)
        return
    if not is_clause(text):
        return
    if is_definite(text[:1].upper() + text[1:], story.title_words) and not _TOPIC.match(text):
        return
    others = [name for name in names(sentence.text) if name_key(name.text).split()[-1:] != name_key(said.speaker).split()[-1:]]
    if _OWN_PRONOUN.match(text) and (_kind_of(said.speaker) != "person" or any(" " in n.text for n in others)):
        return
    loose = re.search(r"\b(?:he|she|him|her|his|hers)\b", text)
    if loose and loose.start() > 0 and not names(text[: loose.start()]) and not _ANTECEDENT.search(text[: loose.start()]):
        return
    if loose and _kind_of(said.speaker) != "person" and not _ANTECEDENT.search(text[: loose.start()]):
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
    if plain and naming is not None and not re.match(r"(?:him|her|it|them|that|this|those|these|down|up|off)\b", text):
        if not leaves_open(text) and isinstance(check_reported(text, passage.text), Reported):
            row = story.row_of.get((source.article_id, said.sentence), -1)
            yield Statement(name_key(said.speaker), "act", said.verb.lower(), text, passage, row, "explicit", naming)


_UNNAMED = re.compile(r"\b(?:it|its|itself|they|them|their|theirs|this|these|those|such)\b")
_ANTECEDENT = re.compile(
    r"\b(?:the|a|an|any|every|each|all|some|many|most|no|one|two|three|four|five|both|\d[\d,.]*) (?:[\w’'-]+ ){0,3}\w{3,}|"
    r"\b[A-Z]\w{2,}|\b\w{3,}(?:s|ed people)\b|\b(?:people|men|women|children|police)\b"
)


def leaves_open(text: str) -> bool:
    """Whether "it", "they" or "this" comes before anything in a clause that it could stand for."""
    match = _UNNAMED.search(text)
    return bool(match) and not _ANTECEDENT.search(text[: match.start()])


def is_clause(text: str) -> bool:
    """Whether a clause can follow "that": a third-person statement with its verb near, that refers to nothing outside."""
    words = text.split()
    opening = " ".join(words[:9])
    if not 5 <= len(words) <= 34 or not is_balanced(text) or _FIRST.search(re.sub(r"“[^”]*”|\"[^\"]*\"", "", text)):
        return False
    if (_REFERS.match(text) and not _OWN_PRONOUN.match(text)) or leaves_open(_OWN_PRONOUN.sub("", text, count=1)):
        return False
    if re.match(r"[a-z]+ed\b", text) or re.search(r", (?:added|said|says|told) [A-Z]", text):
        return False
    if re.match(r"(?:to|of|for|in|on|at|by|with|and|but|as|from|about|him|them|how|why|whether|what)\b", text):
        return False
    return bool(_VERB.search(opening)) and "?" not in text


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
    name = max((s for s, _, _ in spelled), key=lambda s: (len(s.split()), -spelled.index(next(x for x in spelled if x[0] == s))))
    kinds = [kind for _, _, kind in spelled]
    kind = max(sorted(set(kinds)), key=kinds.count)
    role, passages = _introduction(name, [role for _, role, _ in spelled if role], story)
    organisation = _organisation(role, story) if kind == "person" else ""
    takes_the = bool(organisation) and any(f"the {organisation}" in source.text for source in story.sources)
    if organisation and not any(organisation in passage.text for passage in passages):
        naming = next((k for k, (_, s) in enumerate(story.rows) if organisation in s.text and s.region is None), None)
        if naming is None:
            organisation = ""
        else:
            passages = (*passages, story.passage(naming, "names"))
    label = _label(name, role, kind, organisation, story)
    party = _party(name, role, story)
    return Voice(key, name, role, kind, label, organisation, passages, name, party, takes_the, said)


def _party(name: str, role: str, story: Story) -> str:
    """The party that an outlet prints beside a name, or in a role or the name of a group."""
    marked = re.compile(rf"{re.escape(_last_word(name))},? \(?(?P<party>[RD])-[A-Z]")
    for text in (role, name):
        if re.search(r"\b(?:Republican|GOP)", text) and "Democrat" not in text:
            return "R"
        if "Democrat" in text and "Republican" not in text:
            return "D"
    found = [m["party"] for source in story.sources if (m := marked.search(source.text))]
    return found[0] if found and len(set(found)) == 1 else ""


def _introduction(name: str, roles: Sequence[str], story: Story) -> tuple[str, tuple[Passage, ...]]:
    """The best role that is printed in the same sentence as the full name, with that sentence."""
    best: tuple[float, str, Passage] | None = None
    for at, (source, sentence) in enumerate(story.rows):
        if name not in sentence.text or source.kind is not Kind.NEWS or sentence.region is not None:
            continue
        passage = Passage(source, sentence.start, sentence.end, "names", 1.0)
        fits = [role for role in roles if role in sentence.text]
        role = max(fits, key=lambda r: (_role_worth(r), r), default="")
        worth = _role_worth(role) + 0.5 * (len(name.split()) > 1) - 1e-6 * at
        if best is None or worth > best[0]:
            best = (worth, role, passage)
    return (best[1], (best[2],)) if best else ("", ())


def _role_worth(role: str) -> float:
    words = len(role.split())
    if not words:
        return 0.0
    own = re.match(r"(?:his|her|its|their|our)\b", role)
    named = 0.3 if re.search(r"\b[A-Z]\w+ [A-Z]", role) else 0.0
    return (0.2 if own else 1.0) + named + (1.0 if _SPEAKS_FOR.search(role) or _office(role) else 0.0) + (0.5 if words <= 12 else -1.0)


def _office(role: str) -> str:
    """The office or profession in a role, as it is printed before a surname; "" if there is none, or a former one."""
    if re.search(r"\b(?:former|ex|retired|late|deputy|vice|assistant|aide|adviser|advisor)\b", role, re.IGNORECASE):
        return ""
    for listed in (_OFFICES, _PROFESSIONS):
        for word, title in listed.items():
            match = re.search(rf"(?<![\w-]){word}(?![\w-])", role, re.IGNORECASE)
            if not match or re.match(r"\.? [A-Z](?!\w*\.?$)|[’']s", role[match.end() :]):
                continue
            if word == "president" and not re.fullmatch(r"(?:[A-Z][\w.]* )?President", role):
                continue
            if word == "secretary" and re.search(r"press secretary", role, re.IGNORECASE):
                continue
            return title
    return ""


def _organisation(role: str, story: Story) -> str:
    """The organisation that somebody in this role speaks for, "" if for himself."""
    public = _office(role) and _office(role) not in ("President", "Chair", "Chairman", "Chairwoman", "Superintendent")
    if not role or not _SPEAKS_FOR.search(role) or public or re.search(r"\b(?:former|ex|retired|attorney general)\b", role, re.I):
        return ""
    candidates = [role[match.end() :] for match in re.finditer(r"(?<![A-Z])\b(?:of|for|at|with|to)\s+(?:the\s+)?(?=[A-Z])", role)
                  if not re.search(r"\b[A-Z]\w*\s$", role[: match.start()])]
    leading = re.match(r"([A-Z][\w&’'. -]*?)(?:[’']s)? (?:[a-z]+ )*(?:chief|spokes|president|ceo|CEO|director|head|chair|executive)", role)
    candidates += [leading.group(1)] if leading else []
    for tail in candidates:
        found = names(tail)
        if not found or found[0].start > 0 or re.match(r"[’']s", tail[found[0].end :]) or (_HALLS.search(found[0].text) and "spokes" not in role):
            continue
        full = _in_full(_numbered(found[0].text, tail), story)
        if (" " in full or full.isupper() or "spokes" in role) and not _PLACES.search(full):
            return full
    return ""


_PLACES = re.compile(
    r"^(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|"
    r"Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|"
    r"Nebraska|Nevada|New \w+|North \w+|South \w+|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|"
    r"Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|America|United States|United Kingdom)$"
)


def _numbered(name: str, tail: str) -> str:
    """A union's name with its number: "Local 77"."""
    match = re.match(rf"{re.escape(name)} \d+\b", tail)
    return match.group() if match else name


def _in_full(name: str, story: Story) -> str:
    """The longest name in the story that a short form ("the Bureau", "Halcyon") stands for, if there is just one."""
    if len(name.split()) > 1:
        return name
    fulls = {full for full in story.names if full != name and name in (full.split()[0], full.split()[-1]) and len(full.split()) < 5}
    fulls = {full for full in fulls if not any(other != full and full in other for other in fulls)}
    return next(iter(fulls)) if len(fulls) == 1 else name


def _label(name: str, role: str, kind: HolderKind, organisation: str, story: Story) -> str:
    """What the camp of a holder is called: 2 to 5 words, never a bare name; "" if there is no such label."""
    if kind in ("organisation", "office"):
        vague = _HALLS.search(name) or _OUTLETS.search(name) or re.match(r"the |some |many |several ", name, re.IGNORECASE)
        return name if 1 < len(name.split()) <= 6 and not vague else ""
    client = re.match(r"(?P<who>[A-Z][\w-]+)[’']s (?:\w+ )?(?:lawyer|attorney)", role)
    if kind == "person" and client:
        return f"{client['who']}’s lawyers"
    if kind == "group":
        if not _CAMP_GROUPS.search(name) or ("Republican" in name and "Democrat" in name):
            return ""
        vague = re.match(r"(?:the|an?|one|some|many|several|two|three|four|other|another|his|her|their|its|both)\b", name)
        return name[:1].upper() + name[1:] if len(name.split()) <= 6 and not vague else ""
    if organisation:
        return organisation if len(organisation.split()) <= 6 else ""
    office, surname = _office(role), _last_word(name)
    if office in ("Judge", "Justice"):
        return ""  # a ruling is no camp
    printed = [office, *(short for short, long in _OFFICES.items() if long == office)] if office else []
    return f"{office} {surname}" if any(_stands_near(title, surname, story) for title in printed) else ""


def _stands_near(title: str, surname: str, story: Story) -> bool:
    """Whether an outlet prints the title near the surname."""
    near = re.compile(
        rf"\b{re.escape(title)}(?!\w).{{0,30}}\b{re.escape(surname)}\b|\b{re.escape(surname)}\b.{{0,30}}\b{re.escape(title)}(?!\w)",
        re.IGNORECASE,
    )
    return any(surname in s.text and near.search(s.text) for _, s in story.rows)

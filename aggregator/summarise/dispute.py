"""Whether a story is a dispute: who opposes whom, by what they say and do, never by guessing from likeness.

Evidence for a side: a verb of support or opposition whose subject is the holder, a role such as sponsor or plaintiff,
words of blame or praise in a holder's own statement. Evidence for opposition: one answers or accuses the other by
name, or two holders assert and deny the same thing, or give different figures for it.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from aggregator.analysis.words import content_words, names, negations, numbers
from aggregator.summarise.holders import Voice
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Story
from aggregator.summarise.wording import without_quotations

_SUPPORTS = re.compile(
    r"(?<![\w-])(?:support(?:s|ed)?|backs?|backed|welcom(?:es|ed)|defend(?:s|ed)|prais(?:es|ed)|endors(?:es|ed)|favou?r(?:s|"
    r"ed)|"
    r"champion(?:s|ed)|applaud(?:s|ed)|hail(?:s|ed)|introduced|wrote|drafted|sponsor(?:s|ed)?|celebrat(?:es|ed))\b"
)
_OPPOSES = re.compile(
    r"\b(?:oppos(?:es|ed)|criticiz(?:es|ed)|criticis(?:es|ed)|condemn(?:s|ed)|reject(?:s|ed)|denounc(?:es|ed)|"
    r"object(?:s|ed)|disput(?:es|ed)|challeng(?:es|ed)|sued|(?<!the )(?<!an )accus(?:es|ed)|blam(?:es|ed)|"
    r"dismiss(?:es|ed)|fault(?:s|ed)|attack(?:s|ed)|decr(?:ies|ied)|slam(?:s|med)|blast(?:s|ed)|rebuk(?:es|ed)|"
    r"protest(?:s|ed)|vot(?:es|ed) (?:no|against)|lambast(?:s|ed))\b"
)
_ROLE_FOR = re.compile(r"\b(?:sponsors?|author|supporters?|proponents?|backers|advocates|defenders)\b", re.IGNORECASE)
_ROLE_AGAINST = re.compile(r"\b(?:critics?|opponents?|detractors|skeptics|plaintiffs?|challengers)\b", re.IGNORECASE)
_BLAME = re.compile(
    r"\b(?:wrong|illegal|unlawful|unconstitutional|unfair|unjust|dangerous|reckless|harm\w*|hurt\w*|damag\w+|"
    r"destroy\w*|"
    r"burden\w*|threat\w*|fail(?:s|ed|ure)?|worse|worst|bad|lie[sd]?|lying|false|"
    r"misleading|baseless|shame\w*|punish\w*|cruel|betray\w*|mistake|disaster|crisis|unacceptable|refus\w+|ignor\w+|"
    r"contraband|slower way|prison|prior restraint|too (?:high|far|little|much|late)|cost(?:s|ly)?|lose|losing|lost|"
    r"lies|corrupt\w*|hostage|manufactur\w+|racis[mt]\w*|hypocri\w+|disgrac\w+|attack\w*|weaponiz\w+|obstruct\w*|"
    r"witch hunt|hoax|divid\w+|polariz\w+|surrender\w*|stunt|unjust|sham|partisan|irresponsib\w+|incompeten\w+|chaos|"
    r"cover-up|trampl\w+|undermin\w+|scar(?:e|ing)|extrem\w+|radical|ridiculous|rejects?|oppos\w+|stop|against|blam\w+|"
    r"squeez\w+|outrageous|abuse\w*|excessive|insult\w*|toll booth|pretend\w*|risk\w*|unaccountable)\b",
    re.IGNORECASE,
)
#: what is said of somebody who is blamed
_ACCUSES = re.compile(
    r"\b(?:fail(?:s|ed|ing|ures?)?|lied|lies|lying|liar|hostage|corrupt\w*|betray\w*|reckless\w*|cruel\w*|wrong|"
    r"disgrac\w+|"
    r"shame\w*|racis[mt]\w*|hypocri\w+|ignor\w+|refus\w+|attack\w*|weaponiz\w+|undermin\w+|divid(?:e|es|ed|ing)|"
    r"polariz\w+|"
    r"unjust|unfair|unconstitutional|illegal\w*|incompeten\w+|irresponsib\w+|poor leadership|manufactur\w+|sabotag\w+|"
    r"destroy\w*|hurt(?:s|ing)?|harm(?:s|ed|ing|ful)?|punish\w*|pander\w*|stunt|dangerous|damag\w+|blam\w+|nonsense|"
    r"outrageous|misleading|baseless|false|fingerprints|extreme|radical|gut(?:s|ted|ting)?|obstruct\w+|"
    r"political games)\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:right|good|great|best|better|fair|safer|protect\w*|benefit\w*|important|"
    r"historic|success\w*|proud|pleased|glad|win|victory|help\w*|necessary|works?|hope\w*|accountable|answer for|"
    r"deserve\w*|first idea|trusted|opportunit\w+|progress|strong(?:er)?|justice)\b",
    re.IGNORECASE,
)
_SAME_OBJECT = 0.42
_SAME_CLAIM = 0.62


@dataclass(frozen=True)
class Camps:
    """The sides of a dispute. `sides` are lists of voices, those of one side together, strongest side first."""

    sides: tuple[tuple[Voice, ...], ...]
    answers: tuple[tuple[Statement, Statement, str], ...]

    @property
    def is_dispute(self) -> bool:
        """Whether at least two holders stand against each other."""
        return len(self.sides) >= 2


def find_camps(story: Story, voices: Sequence[Voice]) -> Camps:
    """Who stands against whom. Without such evidence there are no sides: a plain event has no camps."""
    able = [voice for voice in voices if voice.label and voice.statements]
    answers = tuple(answer_pairs(story, able))
    solid = {voice.key: _solid(story, voice) for voice in able}
    weak = {voice.key: _worded_pole(story, voice) for voice in able}
    against = _oppositions(story, able)
    for one, other, kind in answers:
        if kind == "denial" or not any(solid.values()):
            against[one.holder].add(other.holder)
            against[other.holder].add(one.holder)
    if any(pole <= -1 for pole in solid.values()) and not any(pole >= 1 for pole in solid.values()):
        solid |= {voice.key: 1.0 for voice in able if solid[voice.key] == 0 and _acts(story, voice)}
    poles = _spread(solid, weak, against)
    plus = tuple(voice for voice in able if poles[voice.key] >= 1)
    minus = tuple(voice for voice in able if poles[voice.key] <= -1)
    if plus and minus:
        middle = tuple(voice for voice in able if abs(poles[voice.key]) < 1)
        sides = sorted((plus, minus), key=lambda side: -len({s.source.article_id for v in side for s in v.statements}))
        return Camps((*sides, *([middle] if middle else [])), answers)
    for voice in able:
        for foe in able:
            if foe.key in against[voice.key] and voice is not foe:
                rest = tuple(v for v in able if v not in (voice, foe))
                return Camps(((voice,), (foe,), *([rest] if rest else [])), answers)
    return Camps((), answers)


def _acts(story: Story, voice: Voice) -> bool:
    """Whether most titles name a holder before their verb: what others oppose is then what he does."""
    handle = re.escape(voice.surname if voice.kind == "person" else voice.name)
    titles = [source.title for source in story.news]
    first = sum(bool(re.match(rf"(?:[^\s]+ ){{0,3}}{handle}(?![’'\w])", title)) for title in titles)
    return 2 * first >= len(titles)


def _spread(solid: dict[str, float], weak: dict[str, float], against: dict[str, set[str]]) -> dict[str, float]:
    """Poles after those without deeds of their own took the other side of whom they oppose, or the side of their words.

    Words count only where somebody's deeds show that there are two sides, or words on both sides are plain.
    """
    poles = dict(solid)
    for key, pole in solid.items():
        if abs(pole) < 1:
            foes = sum(solid.get(other, 0.0) for other in sorted(against[key]))
            poles[key] = -1.0 if foes >= 1 else 1.0 if foes <= -1 else pole
    sides = {pole > 0 for pole in poles.values() if abs(pole) >= 1}
    for key, word in weak.items():
        if abs(poles[key]) < 1 and abs(word) >= 1 and sides and (len(sides) == 2 or (word > 0) not in sides):
            poles[key] = word
    return poles


def _solid(story: Story, voice: Voice) -> float:
    """Positive for support of what the story is about, negative for opposition, by role, deeds and filing."""
    pole = 0.0
    if _ROLE_FOR.search(voice.role) or _ROLE_FOR.search(voice.label):
        pole += 2.0
    if _ROLE_AGAINST.search(voice.role) or _ROLE_AGAINST.search(voice.label):
        pole -= 2.0
    for statement in voice.statements:
        if statement.form == "act" and _is_object(story, statement.text):
            pole += _sign(statement.verb)
    return (
        pole
        + sum(_deed(story, text, voice) for text in _sentences_about(story, voice))
        + 1.5 * _announced(story, voice)
    )


def _worded_pole(story: Story, voice: Voice) -> float:
    """The same by words of praise and blame in the holder's own statements."""
    return 0.5 * max(-4, min(4, sum(_worded(story, statement) for statement in voice.statements)))


def _worded(story: Story, statement: Statement) -> int:
    """+1 for praise, -1 for blame in a statement that names what the story is about."""
    if not _is_about(story, statement.text):
        return 0
    return min(1, len(_PRAISE.findall(statement.text))) - min(1, len(_BLAME.findall(statement.text)))


def _is_about(story: Story, text: str) -> bool:
    """Whether a text names what most titles name, or a measure in general."""
    common = {word for word, count in story.title_words.items() if count >= max(2, 0.34 * len(story.sources))}
    return bool(common & set(content_words(text))) or bool(_MEASURE.search(text))


def _is_object(story: Story, text: str) -> bool:
    """Whether the object of a verb is what the story is about: a title word, or "the bill"."""
    common = {word for word, count in story.title_words.items() if count >= max(2, 0.34 * len(story.sources))}
    common -= {word for name in story.names if " " in name for word in content_words(name)}
    near = " ".join(text.split()[:9])
    return bool(common & set(content_words(near))) or bool(_DEFINITE_MEASURE.search(near))


_DEFINITE_MEASURE = re.compile(
    r"\b(?:the|this|that) (?:\w+ ){0,2}?(?:bill|act|law|measure|proposal|plan|policy|order|rule|ban|deal|merger|tax|"
    r"project|"
    r"strike|ruling|decision|move|legislation|ordinance|contract|nomination|nominee|budget|program|agreement)\b",
    re.IGNORECASE,
)


def _announced(story: Story, voice: Voice) -> int:
    """Whether the reports file a voice under supporters (+1) or opponents (-1): "Opponents said … “…,” said X."."""
    votes = 0
    rows = {statement.row for statement in voice.statements if statement.row > 0}
    for row in sorted(rows):
        for back in (1, 2):
            source, sentence = story.rows[row - back] if row >= back else story.rows[row]
            here, there = story.rows[row]
            if source is not here or there.paragraph - sentence.paragraph > 1 or sentence.region is not None:
                break
            match = _FILED.match(sentence.text)
            if match:
                votes += 1 if _ROLE_FOR.search(match.group()) else -1
                break
            if "“" in sentence.text or '"' in sentence.text:
                break
    return (votes > 0) - (votes < 0)


_UNMOVED = re.compile(
    r"\b(?:was|were|is) (?:not|un)\s?(?:persuaded|convinced|won over|moved)|\bdid (?:not|n’t) buy it|"
    r"\bnot satisfied|\bvoted (?:no|against)\b"
)
_FILED = re.compile(
    r"(?:The (?:bill|plan|law|measure|proposal|ban|deal|merger|tax|project)[’']s )?"
    r"(?:Supporters|Proponents|Backers|Advocates|Defenders|Opponents|Critics|Detractors|Skeptics)\b"
)
_MEASURE = re.compile(
    r"\b(?:bill|act|law|measure|proposal|plan|policy|order|rule|ban|deal|merger|tax|project|strike|ruling|decision|"
    r"move|"
    r"legislation|ordinance|contract|charges?|investigation|nomination|nominee|budget|cuts?|program|agreement)\b",
    re.IGNORECASE,
)


def _sentences_about(story: Story, voice: Voice) -> list[str]:
    """Sentences of the outlets, quotations blanked, that name the holder."""
    handles = _handles(voice)
    texts = [s.text for _, s in story.rows if s.region is None and any(handle in s.text for handle in handles)]
    return [without_quotations(text) for text in dict.fromkeys(texts)]


def _handles(voice: Voice) -> list[str]:
    """How the outlets name a voice, or whom it speaks for."""
    own = [voice.surname] if voice.kind == "person" else [voice.name]
    return own + ([voice.organisation] if voice.organisation else [])


def _deed(story: Story, text: str, voice: Voice) -> float:
    """What a sentence says that the holder does to what the story is about: +1 supports, -1 opposes."""
    for handle in _handles(voice):
        at = text.find(handle)
        if at < 0:
            continue
        after = text[at + len(handle) : at + len(handle) + 120]
        if _UNMOVED.search(after[:90]):
            return -1.0
        clause = re.split(r"[;.]| but | while | although | after | because ", after)[0]
        if re.search(r"\b(?:not|never|declined to|unless)\b|n[’']t\b", clause[:70]):
            continue
        if re.search(r"\b(?:if|would|could|should|to)\b[^,]*$", text[:at][-40:]) or " would " in clause[:40]:
            continue
        deed = 0.0
        for sign, pattern in ((1.0, _SUPPORTS), (-1.0, _OPPOSES)):
            for found in pattern.finditer(clause):
                rest = re.split(r",| and | then ", clause[found.end() :])[0]
                if _is_object(story, rest) or re.match(r" (?:it|that|this)\b", rest):
                    deed += sign
        if deed:
            return max(-1.0, min(1.0, deed))
    return 0.0


def _oppositions(story: Story, able: Sequence[Voice]) -> dict[str, set[str]]:
    """Who blames, accuses or contradicts whom by name, or speaks for a party that is told to be against another."""
    against: dict[str, set[str]] = defaultdict(set)
    texts = [without_quotations(s.text) for source, s in story.rows if s.region is None and source in story.news]
    conflicts = _conflicts(texts)
    told_of = {voice.key: [t for t in texts if any(handle in t for handle in _handles(voice))] for voice in able}
    for voice in able:
        for other in able:
            if other is voice or _is_allied(voice, other):
                continue
            both = [text for text in told_of[voice.key] if any(handle in text for handle in _handles(other))]
            told = any(_blames(s, other, voice) for s in voice.statements) or any(
                _counters(voice, other, text) for text in both
            )
            if told or (_bench(voice), _bench(other)) in conflicts or _strikes(story, voice, other):
                against[voice.key].add(other.key)
                against[other.key].add(voice.key)
    return against


def _strikes(story: Story, voice: Voice, other: Voice) -> bool:
    """Whether one speaks for a union and the other for a company that most articles name, in a story of a strike."""
    titles = " ".join(source.title for source in story.news)
    if not re.search(r"\b(?:strikes?|walk(?:s|ed)? (?:out|off)|walkout|picket|lockout)\b", titles, re.IGNORECASE):
        return False
    union, company = (voice, other) if _UNION.search(f"{voice.label} {voice.role}") else (other, voice)
    employer = company.organisation or (company.name if company.kind == "organisation" else "")
    if not _UNION.search(f"{union.label} {union.role}") or _UNION.search(company.label) or not employer:
        return False
    return 2 * sum(employer in source.text for source in story.news) >= len(story.news)


_UNION = re.compile(
    r"\b(?:Local \d+|[Uu]nion|Teamsters|Brotherhood|Workers|Teachers Association|Federation of Teachers)\b"
)
#: how reports name the parties, and the office that speaks for itself
_BENCHES = {
    "D": r"(?:House |Senate |congressional )?Democrat(?:s|ic (?:lawmakers|leaders|senators))",
    "R": r"(?:House |Senate |congressional )?(?:Republicans|GOP(?: lawmakers| leaders| senators)?|"
    r"Republican (?:lawmakers|leaders))",
    "W": r"(?:the )?(?:White House|Trump administration|Obama administration|Biden administration|administration|"
    r"President [A-Z]\w+(?: [A-Z]\w+)?|president)",
}


@cache
def _clash(mine: str, theirs: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b{mine}\b[^.;]{{0,40}}\b(?:{_ATTACKS})\b[^.;]{{0,50}}\b{theirs}\b|"
        rf"\b{theirs}\b[^.;]{{0,90}}, but {mine}\b[^.;]{{0,25}}\b(?:refused?|oppos\w+|object\w*|balk\w*|"
        rf"reject\w*)\b"
    )


def _conflicts(texts: Sequence[str]) -> set[tuple[str, str]]:
    """Pairs of benches of which a report says that one attacks or refuses what the other does; both ways round."""
    found: set[tuple[str, str]] = set()
    for one, mine in _BENCHES.items():
        for other, theirs in _BENCHES.items():
            if one == other:
                continue
            clash = _clash(mine, theirs)
            if any(clash.search(text) for text in texts):
                found |= {(one, other), (other, one)}
    return found


def _bench(voice: Voice) -> str:
    """The party or office that a voice speaks from, "" if that is not printed."""
    if _IN_OFFICE.search(f"{voice.role} {voice.name} {voice.label}"):
        return "W"
    return voice.party


def _is_allied(one: Voice, other: Voice) -> bool:
    """Whether two holders speak for one another, or for the same organisation or party."""
    if (one.surname in other.name or other.surname in one.name) or (
        one.organisation and one.organisation == other.organisation
    ):
        return True
    if one.surname in other.role or other.surname in one.role:
        return True
    return all(_IN_OFFICE.search(f"{voice.role} {voice.name} {voice.label}") for voice in (one, other))


def _blames(statement: Statement, other: Voice, voice: Voice) -> bool:
    """Whether a statement blames another holder, by name, party or office, with the accusing word near."""
    if statement.form == "act":
        return _sign(statement.verb) < 0 and bool(_mentions(other, statement.text, voice))
    for start, end in _mentions(other, statement.text, voice):
        before, after = " ".join(statement.text[:start].split()[-7:]), " ".join(statement.text[end:].split()[:8])
        if _ACCUSES.search(before) or _ACCUSES.search(after):
            return True
    return False


def _sign(verb: str) -> int:
    return 1 if _SUPPORTS.fullmatch(verb) else -1 if _OPPOSES.fullmatch(verb) else 0


_IN_OFFICE = re.compile(r"\b(?:President|White House|[Pp]ress [Ss]ecretary|administration)\b")


def _mentions(other: Voice, text: str, voice: Voice) -> list[tuple[int, int]]:
    """Where `text` names a holder, or the party or office that speaks through him."""
    handle = other.surname if other.kind == "person" else other.name
    found = [(name.start, name.end) for name in names(text) if name.text == handle or name.text.endswith(f" {handle}")]
    if other.party and voice.party and other.party != voice.party:
        pattern = r"\bRepublicans?\b|\bGOP\b" if other.party == "R" else r"\bDemocrats?\b"
        found += [match.span() for match in re.finditer(pattern, text)]
    if _IN_OFFICE.search(f"{other.role} {other.name}"):
        found += [
            m.span() for m in re.finditer(r"\b(?:[Tt]he|[Tt]his) (?:president|administration)\b|\bWhite House\b", text)
        ]
    return found


def _names(voice: Voice, text: str) -> bool:
    """Whether `text` names a voice itself, not something that is called after it ("Trump for America")."""
    handle = voice.surname if voice.kind == "person" else voice.name
    if handle not in text:
        return False
    return any(name.text == handle or name.text.endswith(f" {handle}") for name in names(text))


def _counters(voice: Voice, other: Voice, text: str) -> bool:
    """Whether a sentence tells that one holder attacks or denies the other: "X accused Y"."""
    handles = [handle for handle in _handles(other) if handle in text]
    if not handles or not (_names(other, text) or other.organisation in handles):
        return False
    own = "|".join(map(re.escape, _handles(voice)))
    match = re.search(rf"\b(?:{own})\b(?P<between>[^.;]{{0,60}}?)\b(?:{_ATTACKS})\b(?P<object>[^.;]{{0,70}})", text)
    return (
        match is not None
        and any(handle in match["object"] for handle in handles)
        and not re.search(r"\b(?:not|never|by)\b", match["between"])
    )


_ATTACKS = (
    r"accused|accuses|blamed|blames|criticized|criticised|criticizes|condemned|rebuked|denounced|slammed|blasted|"
    r"attacked|"
    r"mocked|sued|opposes|opposed|challenged|disputed|contradicted|hit back at|fired back at|lashed out at|rejected|"
    r"faulted"
)


def answer_pairs(story: Story, able: Sequence[Voice]) -> list[tuple[Statement, Statement, str]]:
    """Statements of two holders on the same thing that cannot both be so: a denial, or two figures for one quantity."""
    said = [s for voice in able for s in voice.statements if s.row >= 0 and s.form == "clause"]
    found: list[tuple[float, Statement, Statement, str]] = []
    for at, one in enumerate(said):
        for other in said[at + 1 :]:
            if one.holder == other.holder:
                continue
            cosine = story.cosine(one.row, other.row)
            kind = _contradiction(one, other, cosine)
            if kind:
                found.append((cosine, one, other, kind))
    found.sort(key=lambda pair: (-pair[0], pair[1].text, pair[2].text))
    return [(one, other, kind) for _, one, other, kind in found]


def _denials(text: str) -> int:
    return sum(word not in ("without", "instead of", "rather than", "lack") for word in negations(text))


def _contradiction(one: Statement, other: Statement, cosine: float) -> str:
    shared = len(set(content_words(one.text)) & set(content_words(other.text)))
    if cosine >= _SAME_CLAIM and shared >= 3 and (_denials(one.text) - _denials(other.text)) % 2:
        return "denial"
    if cosine < _SAME_OBJECT:
        return ""
    for mine in numbers(one.text):
        for theirs in numbers(other.text):
            counted = mine.unit == theirs.unit and mine.unit not in ("date", "year", "time", "age", "ordinal")
            if counted and mine.value != theirs.value and shared >= 1 and mine.hedge == theirs.hedge:
                return "figures"
    return ""

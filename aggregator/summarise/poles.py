"""For or against what a story is about: a holder's pole, by role, deeds and words.

A deed is a verb of support or opposition whose subject is the holder and whose object is what most titles name.
"""

import re
from collections.abc import Sequence

from aggregator.analysis.words import content_words
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
_ROLE_FOR = re.compile(
    r"\b(?:sponsors?|author|drafter|architect|supporters?|proponents?|backers|advocates|defenders)\b", re.IGNORECASE
)
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
#: what is said of somebody who is blamed
ACCUSES = re.compile(
    r"\b(?:fail(?:s|ed|ing|ures?)?|lie[ds]?|lying|liar|hostage|corrupt\w*|betray\w*|reckless\w*|cruel\w*|wrong|disgrac\w+|"
    r"shame\w*|racis[mt]\w*|hypocri\w+|ignor\w+|refus\w+|attack\w*|weaponiz\w+|undermin\w+|divid(?:e|es|ed|ing)|"
    r"polariz\w+|unjust|unfair|unconstitutional|illegal\w*|unlawful\w*|incompeten\w+|irresponsib\w+|poor leadership|"
    r"manufactur\w+|sabotag\w+|destroy\w*|hurt(?:s|ing)?|harm(?:s|ed|ing|ful)?|punish\w*|pander\w*|stunt|dangerous|"
    r"damag\w+|blam\w+|nonsense|outrageous|misleading|baseless|false|fingerprints|extrem(?:e|ist)|radical|"
    r"gut(?:s|ted|ting)?|obstruct\w+|lawless\w*|above the law|playing games|political games|tantrum|witch hunt|hoax|"
    r"abus(?:e|es|ed|ing)|unable|unwilling|weakness|embarrass\w+|authoritarian\w*|unacceptable|immoral|inhuman\w*|"
    r"heartless|mean-spirited|tear(?:ing|s)? (?:\w+ )?apart|chaos|bull(?:y|ies|ying)|violat\w+|unconscionable|"
    r"insult\w*|mistake|terrible|ridiculous|absurd|politiciz\w+|cav(?:ed|ing|es)|surrender\w*|sell-?out|un-American|"
    r"discriminat\w+|bigot\w*|fear-?monger\w*|egregious|threatens?|existential threat|must (?:stop|resign|end)|"
    r"disenfranchis\w+|humiliat\w+|"
    r"waste(?:ful)?|power grab|disaster|burden\w*|trampl\w+|scar(?:e|es|ing)|cynical\w*)\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:right|good|great|best|better|fair|safer|protect\w*|benefit\w*|important|"
    r"historic|success\w*|proud|pleased|glad|win|victory|help\w*|necessary|works?|hope\w*|accountable|answer for|"
    r"deserve\w*|first idea|trusted|opportunit\w+|progress|strong(?:er)?|justice)\b",
    re.IGNORECASE,
)


def acts(story: Story, voice: Voice) -> bool:
    """Whether most titles name a holder before their verb: what others oppose is then what he does."""
    corporate = voice.kind != "person" or voice.organisation
    known_as = short_names(story, handles(voice)) if corporate else handles(voice)
    handle = "|".join(map(re.escape, known_as))
    titles = [source.title for source in story.news]
    first = sum(bool(re.match(rf"(?:[^\s]+ ){{0,3}}(?:{handle})(?![’'\w])", title)) for title in titles)
    return 2 * first >= len(titles)


def role_and_deeds(story: Story, voice: Voice) -> float:
    """Positive for support of what the story is about, negative for opposition, by role, deeds and filing."""
    if re.match(r"(?:Chief )?Justice ", voice.label):
        return 0.0  # he rules on it
    pole = 0.0
    if _ROLE_FOR.search(voice.role) or _ROLE_FOR.search(voice.label):
        pole += 2.0
    if _ROLE_AGAINST.search(voice.role) or _ROLE_AGAINST.search(voice.label):
        pole -= 2.0
    pole += 2.0 * _sponsors(story, voice)
    for statement in voice.statements:
        if statement.form == "act" and _is_object(story, statement.text):
            pole += sign(statement.verb)
    return (
        pole
        + sum(_deed(story, text, voice) for text in _sentences_about(story, voice))
        + 1.5 * _announced(story, voice)
    )


def _sponsors(story: Story, voice: Voice) -> bool:
    """Whether a report calls a person the sponsor or author of the measure, right beside the name."""
    if voice.kind != "person":
        return False
    name = re.escape(voice.surname)
    beside = re.compile(
        rf"\b{name}, (?:who |the |one of the )?(?:[\w’' -]{{0,30}})\b(?:sponsor(?:s|ed)?|author(?:ed)?|introduced)\b|"
        rf"\b(?:sponsor|author|introduced|sponsored) (?:by |is )?(?:[\w.]+ ){{0,4}}{name}\b"
    )
    return any(beside.search(text) for text in _sentences_about(story, voice))


def worded_pole(story: Story, voice: Voice) -> float:
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
    return bool(common & set(content_words(text))) or bool(MEASURE.search(text))


def _is_object(story: Story, text: str) -> bool:
    """Whether the object of a verb is what the story is about: a title word, or "the bill"."""
    common = {word for word, count in story.title_words.items() if count >= max(2, 0.34 * len(story.sources))}
    common -= {word for name in story.names if " " in name for word in content_words(name)}
    near = " ".join(text.split()[:9])
    return bool(common & set(content_words(near))) or bool(_DEFINITE_MEASURE.search(near))


def finds_fault(story: Story, statement: Statement, actor: Voice) -> bool:
    """Whether a statement blames what the actor does: an accusing word near his name or office, or near the measure."""
    text = statement.text
    named = [re.escape(handle) for handle in handles(actor)] + [_DEFINITE_MEASURE.pattern]
    if re.search(r"\bPresident\b|White House|administration", f"{actor.label} {actor.role}"):
        named.append(r"\b(?:[Tt]he|[Tt]his|[Oo]ur) (?:president|administration)\b|\bPresident\b|\bWhite House\b")
    for match in re.finditer("|".join(named), text):
        before, after = text[: match.start()].split()[-8:], text[match.end() :].split()[:10]
        near = " ".join([*before, match.group(), *after])
        if ACCUSES.search(near):
            return True
    return False


_DEFINITE_MEASURE = re.compile(
    r"\b(?:the|this|that) (?:\w+ ){0,2}?(?:bill|act|law|measure|proposal|plan|policy|order|rule|ban|deal|merger|tax|"
    r"project|"
    r"strike|ruling|decision|move|legislation|ordinance|contract|nomination|nominee|budget|program|agreement|application|request|allegations?|accusations?|charges|claims?|plant|"
    r"requirement|resolution|lawsuit|subpoenas?|regulations?|rules|cuts?|tariffs?|sanctions)\b",
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


#: what somebody decides to do, or where he comes out
_RESOLVES = re.compile(
    r"\b(?:voted?|votes|decided|vow(?:s|ed)|pledg(?:es|ed)|promis(?:es|ed)|plans?|planned|resolved)\b[^,.;]{0,110}? to "
    r"(?:(?P<for>support|back|defend|endorse)|oppose|fight|block|challenge|reject|stop)\b|"
    r"\b(?:came|comes|come|spoke|speaks) out against\b|\bspoke (?:against|for (?P<side>the opposition))\b"
)
_UNMOVED = re.compile(
    r"\b(?:was|were|is) (?:not|un)\s?(?:persuaded|convinced|won over|moved)|\bdid (?:not|n’t) buy it|"
    r"\bnot satisfied|\bvoted (?:no|against)\b"
)
_FILED = re.compile(
    r"(?:The (?:bill|plan|law|measure|proposal|ban|deal|merger|tax|project)[’']s )?"
    r"(?:Supporters|Proponents|Backers|Advocates|Defenders|Opponents|Critics|Detractors|Skeptics)\b"
)
MEASURE = re.compile(
    r"\b(?:bill|act|law|measure|proposal|plan|policy|order|rule|ban|deal|merger|tax|project|strike|ruling|decision|"
    r"move|"
    r"legislation|ordinance|contract|charges?|investigation|nomination|nominee|budget|cuts?|program|agreement)\b",
    re.IGNORECASE,
)


def _sentences_about(story: Story, voice: Voice) -> list[str]:
    """Sentences of the outlets, quotations blanked, that name the holder."""
    own = handles(voice)
    texts = [s.text for _, s in story.rows if s.region is None and any(handle in s.text for handle in own)]
    return [without_quotations(text) for text in dict.fromkeys(texts)]


def short_names(story: Story, known_as: Sequence[str]) -> list[str]:
    """The names and, of those of several words, the first one unless it is a place: "Halcyon" for "Halcyon Micro"."""
    first = {name.split()[0] for name in known_as if " " in name and len(name.split()[0]) > 4}
    places = {word for word in sorted(first) if is_place(story, word)}
    return [*known_as, *sorted(first - places)]


def is_place(story: Story, name: str) -> bool:
    """Whether an article has something in, across or near a name."""
    place = re.compile(rf"\b(?:in|In|across|near|from|around|outside) {re.escape(name)}\b(?! [A-Z])")
    return any(place.search(source.text) for source in story.sources)


def handles(voice: Voice) -> list[str]:
    """How the outlets name a voice, or whom it speaks for."""
    own = [voice.surname] if voice.kind == "person" else [voice.name]
    client = re.fullmatch(r"(?P<who>[A-Z][\w-]+)[’']s? lawyers", voice.label)
    return own + ([voice.organisation] if voice.organisation else []) + ([client["who"]] if client else [])


def _deed(story: Story, text: str, voice: Voice) -> float:
    """What a sentence says that the holder does to what the story is about: +1 supports, -1 opposes."""
    for handle in handles(voice):
        at = text.find(handle)
        if at < 0:
            continue
        after = text[at + len(handle) : at + len(handle) + 140]
        if _UNMOVED.search(after[:90]):
            return -1.0
        clause = re.split(r"[;.]| but | while | although | after | because ", after)[0]
        denied = re.search(r"\b(?:not|never|declined to|unless)\b|n[’']t\b", clause[:70])
        supposed = re.search(r"\b(?:if|would|could|should|to)\b[^,]*$", text[:at][-40:]) or " would " in clause[:40]
        deed = 0.0 if denied or supposed else _deed_of(story, clause)
        if deed:
            return deed
    return 0.0


def _deed_of(story: Story, clause: str) -> float:
    """What the clause behind a subject says that he does to what the story is about."""
    resolved = _RESOLVES.search(clause)
    if resolved and (resolved["side"] or _is_object(story, clause[resolved.end() :])):
        return 1.0 if resolved["for"] else -1.0
    deed = 0.0
    for value, pattern in ((1.0, _SUPPORTS), (-1.0, _OPPOSES)):
        for found in pattern.finditer(clause):
            rest = re.split(r",| and | then ", clause[found.end() :])[0]
            if _is_object(story, rest) or re.match(r" (?:it|that|this)\b", rest):
                deed += value
    return max(-1.0, min(1.0, deed))


def sign(verb: str) -> int:
    return 1 if _SUPPORTS.fullmatch(verb) else -1 if _OPPOSES.fullmatch(verb) else 0

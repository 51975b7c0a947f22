"""For or against what a story is about: a holder's pole, by role, deeds and words.

A deed is a verb of support or opposition whose subject is the holder and whose object is what most titles name.
"""

import re

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
_PRAISE = re.compile(
    r"\b(?:right|good|great|best|better|fair|safer|protect\w*|benefit\w*|important|"
    r"historic|success\w*|proud|pleased|glad|win|victory|help\w*|necessary|works?|hope\w*|accountable|answer for|"
    r"deserve\w*|first idea|trusted|opportunit\w+|progress|strong(?:er)?|justice)\b",
    re.IGNORECASE,
)


def acts(story: Story, voice: Voice) -> bool:
    """Whether most titles name a holder before their verb: what others oppose is then what he does."""
    handle = re.escape(voice.surname if voice.kind == "person" else voice.name)
    titles = [source.title for source in story.news]
    first = sum(bool(re.match(rf"(?:[^\s]+ ){{0,3}}{handle}(?![’'\w])", title)) for title in titles)
    return 2 * first >= len(titles)


def role_and_deeds(story: Story, voice: Voice) -> float:
    """Positive for support of what the story is about, negative for opposition, by role, deeds and filing."""
    pole = 0.0
    if _ROLE_FOR.search(voice.role) or _ROLE_FOR.search(voice.label):
        pole += 2.0
    if _ROLE_AGAINST.search(voice.role) or _ROLE_AGAINST.search(voice.label):
        pole -= 2.0
    for statement in voice.statements:
        if statement.form == "act" and _is_object(story, statement.text):
            pole += sign(statement.verb)
    return (
        pole
        + sum(_deed(story, text, voice) for text in _sentences_about(story, voice))
        + 1.5 * _announced(story, voice)
    )


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
    own = handles(voice)
    texts = [s.text for _, s in story.rows if s.region is None and any(handle in s.text for handle in own)]
    return [without_quotations(text) for text in dict.fromkeys(texts)]


def handles(voice: Voice) -> list[str]:
    """How the outlets name a voice, or whom it speaks for."""
    own = [voice.surname] if voice.kind == "person" else [voice.name]
    return own + ([voice.organisation] if voice.organisation else [])


def _deed(story: Story, text: str, voice: Voice) -> float:
    """What a sentence says that the holder does to what the story is about: +1 supports, -1 opposes."""
    for handle in handles(voice):
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


def sign(verb: str) -> int:
    return 1 if _SUPPORTS.fullmatch(verb) else -1 if _OPPOSES.fullmatch(verb) else 0

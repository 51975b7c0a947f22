"""Who is missing from a story's sources, by counts: sides, groups that are talked about, those who gave no answer."""

import re
from collections import Counter
from collections.abc import Container, Sequence
from functools import cache

from aggregator.analysis.model import Analysis, SourceText
from aggregator.analysis.stakeholders import groups_near_speech
from aggregator.summarise.context import Comparison, PageContext
from aggregator.summarise.holders import Voice
from aggregator.summarise.page import NotRepresented
from aggregator.summarise.report import may_be_person
from aggregator.summarise.wording import is_attributed, without_quotations
from aggregator.types import Kind, Lean

#: groups of people that stories are about: how they are named, how they are printed
_GROUPS = {
    "students": r"students?|pupils?", "patients": r"patients?",
    "workers": r"workers?|employees|staff",
    "teachers": r"teachers?|educators?", "drivers": r"drivers?", "farmers": r"farmers?|growers?|ranchers?",
    "immigrants": r"immigrants?|migrants?|refugees?|asylum seekers?",
    "small businesses": r"small businesses|small firms|shop owners?",
    "survivors and families of victims": r"victims?|survivors?", "nurses and doctors": r"nurses?|doctors?|physicians?",
    "hobbyist developers": r"hobbyists?", "prisoners": r"prisoners?|inmates?",
    "civilians": r"civilians?", "retirees": r"retirees?|pensioners?",
    "borrowers": r"borrowers?|home ?buyers?", "engineers": r"engineers?",
}  # fmt: skip
_NATIONS = {
    "Russia": "RU", "China": "CN", "Iran": "IR", "Mexico": "MX", "Israel": "IL", "Ukraine": "UA", "Syria": "SY",
    "Iraq": "IQ", "Afghanistan": "AF", "Turkey": "TR", "Venezuela": "VE", "Cuba": "CU", "North Korea": "KP",
    "South Korea": "KR", "India": "IN", "Pakistan": "PK", "Egypt": "EG", "Libya": "LY", "Yemen": "YE",
    "Saudi Arabia": "SA", "Germany": "DE", "France": "FR", "Britain": "GB", "Canada": "CA", "Japan": "JP",
    "Brazil": "BR", "Nigeria": "NG", "Puerto Rico": "PR", "Greece": "GR", "Italy": "IT", "Spain": "ES",
    "Poland": "PL", "Hungary": "HU", "Hong Kong": "HK", "Taiwan": "TW", "Myanmar": "MM", "Lebanon": "LB",
    "Australia": "AU", "South Africa": "ZA", "Kenya": "KE", "Colombia": "CO", "Argentina": "AR", "Indonesia": "ID",
}  # fmt: skip
#: words beside a speaker by which he may belong to a group that his role does not name
_HEARD_AS = {
    "drivers": r"driv(?:es|en|ing)|drove|wheel|routes?",
    "workers": r"works?|worked|job",
}  # fmt: skip
_MENTIONS, _SHARE = 2, 0.5
_SIDES = (("left", (Lean.LEFT, Lean.LEAN_LEFT)), ("right", (Lean.RIGHT, Lean.LEAN_RIGHT)), ("center", (Lean.CENTER,)))
_COUNTS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def counted(count: int) -> str:
    """A count in words up to twelve."""
    return _COUNTS[count] if count < len(_COUNTS) else str(count)


def not_represented(
    analysis: Analysis, voices: Sequence[Voice], context: PageContext, most: int = 3
) -> list[NotRepresented]:
    """Up to `most` entries, each with the figures behind it; none where nothing can be shown to be missing."""
    news = [source for source in analysis.sources if source.kind is Kind.NEWS]
    found = [
        *_told_missing(news),
        *_uncommon(analysis, news, context.comparison)[:1],
        *_unheard(analysis, news)[:2],
        *_sides(news),
        *_countries(news, context.reachable),
        *_silent(news, voices),
    ]
    return found[:most]


def none_missing(context: PageContext) -> str:
    """Why a page names nobody as missing: which tests found nothing, which could not be made."""
    comparison = context.comparison
    against = (
        f"comparison with {comparison.stories} stories like this one found no group that is missing"
        if not comparison.reason
        else f"comparison with other stories was not possible: {comparison.reason}"
    )
    return (
        "no side of the rated outlets, no country with an outlet that answers and no group that the articles speak of"
        f" could be shown to be missing; {against}"
    )


def _uncommon(analysis: Analysis, news: Sequence[SourceText], comparison: Comparison) -> list[NotRepresented]:
    """Groups that comparable stories quote and this one does not."""
    if not comparison.groups or not news:
        return []
    heard = groups_near_speech(analysis)
    return [
        NotRepresented(
            text=f"{one.group}, quoted in {round(100 * one.share)}% of comparable stories and in none of these"
            f" {counted(len(news))}.",
            basis={
                "kind": "comparable",
                "group": one.group,
                "figures": {
                    "stories": one.stories, "of": comparison.stories, "share": one.share, "usual": one.usual,
                    "archive": comparison.articles, "articles": len(news), "quoted": 0,
                },
            },
        )
        for one in comparison.groups
        if one.group not in heard
    ]  # fmt: skip


_NOT_THERE = re.compile(
    r"\b(?:nobody|no one|none of the|not one of|no \w+ (?:was|were)|(?:was|were) not (?:invited|asked|heard|consulted|"
    r"on the "
    r"(?:witness )?list)|had not been (?:asked|invited|consulted))\b[^.;,]*?\b(?:testif\w+|speak\w*|spoke|invited|"
    r"asked|consulted|"
    r"witness\w*|table|represent\w*|came from|heard|list)\b",
    re.IGNORECASE,
)
_MORE_GROUPS = {"lower-income countries": r"(?:lower|low)-income countr(?:y|ies)|poorer countries|global south"}
#: who an outlet asked in vain, at the opening of a sentence, and what came of it: nothing, a refusal, nobody reached
_WHO = (
    r"(?:(?:A |The )?[Ss]pokes(?:man|woman|person|people|persons) for |(?:A )?[Rr]epresentatives? (?:for|of) )?"
    r"(?:the |The )?(?P<who>[A-Z][\w&’'-]*(?: (?:of |for |and |& )?[A-Z][\w&’'.-]*){0,4})(?:, [^,.]{3,60},)?"
)
_ASKED = (
    r"(?:(?:a|an|our|any|several|multiple|repeated|two|three|written|further|the \w+[’']s) ){0,3}(?:requests?|"
    r"questions?|inquir(?:y|ies)|calls?|messages?|e-?mails?|phone calls?)"
)
_NO_ANSWER = re.compile(
    rf"{_WHO} (?:(?P<silent>(?:did|has|have|had) not (?:immediately )?(?:respond(?:ed)?|repl(?:y|ied)|answer(?:ed)?|"
    rf"return(?:ed)?)(?: to)? {_ASKED})|(?P<refused>declined to comment|would not comment|refused to comment|declined "
    r"(?:an interview|comment))|(?P<unreached>could not (?:immediately )?be reached(?: for comment)?))\b"
)
_SAID_SO = {
    "silent": ("no-answer", "gave {outlet} no answer"),
    "refused": ("no-comment", "declined to comment to {outlet}"),
    "unreached": ("not-reached", ""),
}


def _told_missing(sources: Sequence[SourceText]) -> list[NotRepresented]:
    """Groups that an outlet itself says were not heard: the clause that says so names them."""
    found: dict[str, NotRepresented] = {}
    for source in sources:
        for sentence in source.sentences:
            if sentence.region is not None:
                continue
            for name in _not_heard(without_quotations(sentence.text)):
                basis = {
                    "kind": "reported", "group": name, "outlet": source.outlet, "article_id": source.article_id,
                    "figures": {"start": sentence.start, "end": sentence.end},
                }  # fmt: skip
                text = f"{name[:1].upper() + name[1:]}, who were not heard, as {source.outlet} points out."
                found.setdefault(name, NotRepresented(text=text, basis=basis))
    return list(found.values())[:2]


def _not_heard(text: str) -> list[str]:
    """The groups of which `text`, a sentence without its quotations, says in the outlet's name that nobody spoke.

    Named in the clause that says so; or alone up to the next such words: "nobody there wrote software as a pastime,
    although hobbyists …".
    """
    found: list[str] = []
    matches = [] if is_attributed(text) else list(_NOT_THERE.finditer(text))
    for at, match in enumerate(matches):
        end = matches[at + 1].start() if at + 1 < len(matches) else len(text)
        named = _named(_clause_around(text, match)) or _named(text[match.start() : end])
        found += named if len(named) == 1 or _STANDS_FOR.search(match.group()) else []
    return found


def _named(text: str) -> list[str]:
    """The groups that a stretch of text names."""
    groups = {**_GROUPS, **_MORE_GROUPS}
    return [name for name, pattern in groups.items() if re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE)]


def _clause_around(text: str, match: re.Match[str]) -> str:
    """The clause of `text` that a match stands in; a list behind its verb belongs to it."""
    start = max(text.rfind(mark, 0, match.start()) for mark in ",;:—")
    end = _CLAUSE_ENDS.search(text, match.end())
    return text[start + 1 : end.start() if end else len(text)]


_CLAUSE_ENDS = re.compile(
    r"[;:—]|, (?:and|but|for|so|yet|who|whose|whom|which|where|although|though|while|as|because)\b"
)
#: verbs behind which those are named who were not there
_STANDS_FOR = re.compile(r"(?:represent\w*|came from|spoke for)$", re.IGNORECASE)


def _silent(sources: Sequence[SourceText], voices: Sequence[Voice]) -> list[NotRepresented]:
    """Those whom an outlet asked in vain and who speak in no other article."""
    speaking = " ".join(f"{voice.name} {voice.organisation} {voice.role}" for voice in voices)
    for source in sources:
        for sentence in source.sentences:
            match = _NO_ANSWER.match(sentence.text) if sentence.region is None else None
            if match is None or match["who"].split()[-1] in speaking or match["who"].split()[0] in _NOBODY:
                continue
            who = _whole_name(match["who"], source)
            kind, said = next(_SAID_SO[name] for name in _SAID_SO if match[name])
            relative = "who" if may_be_person(who) else "which"
            told = said.format(outlet=source.outlet) if said else f"{source.outlet} could not reach"
            basis = {
                "kind": kind, "who": who, "outlet": source.outlet, "article_id": source.article_id,
                "figures": {"start": sentence.start, "end": sentence.end},
            }  # fmt: skip
            pronoun = "whom" if relative == "who" and not said else relative
            return [NotRepresented(text=f"{who}, {pronoun} {told}.", basis=basis)]
    return []


def _whole_name(name: str, source: SourceText) -> str:
    """A surname with the name that the article prints before it, if it does."""
    found = re.search(rf"(?<![.?!“”] )\b([A-Z][a-z]+ (?:[A-Z]\. )?){re.escape(name)}\b", source.text[1:])
    return found.group() if found and " " not in name else name


_NOBODY = frozenset(("The", "He", "She", "They", "It", "Officials", "Police", "Both", "Neither", "A", "An"))


def _sides(sources: Sequence[SourceText]) -> list[NotRepresented]:
    rated = [source for source in sources if source.lean.label is not None]
    outlets = {source.outlet_key for source in rated}
    if len(outlets) < 3:
        return []
    found = []
    for name, leans in _SIDES:
        if not any(source.lean.label in leans for source in rated):
            labels = " or ".join(lean.value for lean in leans)
            text = f"Outlets rated {labels}: none of the {counted(len(outlets))} rated sources."
            found.append(
                NotRepresented(
                    text=text, basis={"kind": "lean", "figures": {"side": name, "rated": len(outlets), "found": 0}}
                )
            )
    return found


@cache
def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


def _unheard(analysis: Analysis, sources: Sequence[SourceText]) -> list[NotRepresented]:
    """Groups that most articles talk about and none quotes: none is named where anybody speaks."""
    total = len(sources)
    if total < 3:
        return []
    heard = _speech_of(analysis)
    found = []
    for name, pattern in _GROUPS.items():
        words = _words(pattern)
        counts = [len(words.findall(source.text)) for source in sources]
        articles = sum(count >= _MENTIONS for count in counts)
        often = articles >= max(2, _SHARE * total) and sum(counts) >= 2 * articles
        if often and not words.search(heard) and not re.search(rf"\b(?:{_HEARD_AS.get(name, '(?!)')})\b", heard):
            found.append((articles, sum(counts), name))
    found.sort(key=lambda item: (-item[0], -item[1], item[2]))
    return [
        NotRepresented(
            text=f"{name[:1].upper() + name[1:]}, whom {counted(articles)} of the {counted(total)} articles speak of"
            " and none of them quotes.",
            basis={
                "kind": "mentioned-not-quoted",
                "group": name,
                "figures": {"mentions": mentions, "articles": articles, "of": total, "quoted": 0},
            },
        )
        for articles, mentions, name in found
    ]


def _speech_of(analysis: Analysis) -> str:
    """Everybody's name and role, and how the articles tell of those who speak: not what they say, and of a quotation
    also the sentence before and behind it, in which its speaker may be told of."""
    texts = {source.article_id: source for source in analysis.sources}
    parts = [f"{quote.speaker} {quote.role}" for quote in analysis.quotes]
    parts += [f"{said.speaker} {said.role}" for said in analysis.said]
    for quote in analysis.quotes:
        source = texts.get(quote.article_id)
        if source is not None:
            near = source.sentences[max(0, quote.sentence - 1) : quote.sentence + 2]
            parts += [without_quotations(one.text) for one in near]
            parts.append(without_quotations(source.text[quote.context_start : quote.context_end]))
    for said in analysis.said:
        source = texts.get(said.article_id)
        if source is not None and said.sentence < len(source.sentences):
            whole = source.sentences[said.sentence]
            parts += [source.text[whole.start : said.start], source.text[said.end : whole.end]]
    return "\n".join(parts)


def _countries(sources: Sequence[SourceText], reachable: Container[str]) -> list[NotRepresented]:
    """Countries that half the articles name twice and more, with no outlet from there, though one could be read."""
    homes = {source.country for source in sources if source.country}
    counts: Counter[str] = Counter()
    for source in sources:
        for name in _NATIONS:
            if source.text.count(name) >= _MENTIONS <= len(re.findall(rf"\b{name}\b", source.text)):
                counts[name] += 1
    found = []
    for name, articles in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        missing = _NATIONS[name] in reachable and homes and _NATIONS[name] not in homes
        if articles >= _SHARE * len(sources) and articles >= 2 and missing:
            text = (
                f"Outlets from {name}, which {counted(articles)} of the {counted(len(sources))} articles name: none of"
                f" the {counted(len(sources))} sources."
            )
            figures = {"articles": articles, "of": len(sources), "found": 0}
            basis = {"kind": "country", "country": name, "homes": sorted(homes), "figures": figures}
            found.append(NotRepresented(text=text, basis=basis))
    return found[:1]

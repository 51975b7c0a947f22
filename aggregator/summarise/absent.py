"""Who is missing from a story's sources, by counts: sides, groups that are talked about, those who gave no answer."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from aggregator.analysis.model import SourceText
from aggregator.summarise.holders import Voice
from aggregator.summarise.page import NotRepresented
from aggregator.summarise.wording import without_quotations
from aggregator.types import Kind, Lean

#: groups of people that stories are about: how they are named, how they are printed
_GROUPS = {
    "students": r"students?|pupils?", "patients": r"patients?", "parents": r"parents?|mothers?|fathers?|families",
    "workers": r"workers?|employees|staff", "residents": r"residents?|neighbou?rs?|homeowners?|tenants?|renters?",
    "teachers": r"teachers?|educators?", "drivers": r"drivers?", "farmers": r"farmers?|growers?|ranchers?",
    "immigrants": r"immigrants?|migrants?|refugees?|asylum seekers?", "veterans": r"veterans?",
    "taxpayers": r"taxpayers?", "consumers": r"consumers?|customers?|ratepayers?|shoppers?",
    "small businesses": r"small businesses|small firms|shop owners?",
    "survivors and families of victims": r"victims?|survivors?",
    "children": r"children|kids", "nurses and doctors": r"nurses?|doctors?|physicians?",
    "hobbyist developers": r"hobbyists?", "voters": r"voters?", "prisoners": r"prisoners?|inmates?",
    "civilians": r"civilians?", "women": r"women", "retirees": r"retirees?|pensioners?",
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
_MENTIONS, _SHARE = 2, 0.5
_SIDES = (("left", (Lean.LEFT, Lean.LEAN_LEFT)), ("right", (Lean.RIGHT, Lean.LEAN_RIGHT)), ("center", (Lean.CENTER,)))
_COUNTS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def counted(count: int) -> str:
    """A count in words up to twelve."""
    return _COUNTS[count] if count < len(_COUNTS) else str(count)


def not_represented(sources: Sequence[SourceText], voices: Sequence[Voice], most: int = 3) -> list[NotRepresented]:
    """Up to `most` entries, each with the figures behind it; none where nothing can be shown to be missing."""
    news = [source for source in sources if source.kind is Kind.NEWS]
    found = [
        *_told_missing(news),
        *_unheard(news, voices)[:2],
        *_sides(news),
        *_countries(news),
        *_silent(news, voices),
    ]
    return found[:most]


_NOT_THERE = re.compile(
    r"\b(?:nobody|no one|none of the|not one of|no \w+ (?:was|were)|(?:was|were) not (?:invited|asked|heard|consulted|"
    r"on the "
    r"(?:witness )?list)|had not been (?:asked|invited|consulted))\b[^.;,]*?\b(?:testif\w+|speak\w*|spoke|invited|"
    r"asked|consulted|"
    r"witness\w*|table|represent\w*|came from|heard|list)\b",
    re.IGNORECASE,
)
_MORE_GROUPS = {"lower-income countries": r"(?:lower|low)-income countr(?:y|ies)|poorer countries|global south"}
_NO_ANSWER = re.compile(
    r"(?P<who>[A-Z][\w&’'.-]*(?: [A-Z][\w&’'.-]*){0,4}) (?:did not (?:immediately )?(?:respond|answer|return)|"
    r"declined to comment|"
    r"could not be reached|would not comment)\b"
)


def _told_missing(sources: Sequence[SourceText]) -> list[NotRepresented]:
    """Groups that an outlet itself says were not heard."""
    found: dict[str, NotRepresented] = {}
    for source in sources:
        for sentence in source.sentences:
            match = _NOT_THERE.search(without_quotations(sentence.text)) if sentence.region is None else None
            if not match:
                continue
            for name, pattern in {**_GROUPS, **_MORE_GROUPS}.items():
                if name not in found and re.search(rf"\b(?:{pattern})\b", sentence.text, re.IGNORECASE):
                    figures = {"start": sentence.start, "end": sentence.end}
                    basis = {
                        "kind": "reported", "group": name, "outlet": source.outlet, "article_id": source.article_id,
                        "figures": figures,
                    }  # fmt: skip
                    text = f"{name[:1].upper() + name[1:]}, who were not heard, as {source.outlet} points out."
                    found[name] = NotRepresented(text=text, basis=basis)
    return list(found.values())[:2]


def _silent(sources: Sequence[SourceText], voices: Sequence[Voice]) -> list[NotRepresented]:
    """Those who gave an outlet no answer and speak in no other."""
    speaking = " ".join(f"{voice.name} {voice.organisation}" for voice in voices if voice.statements)
    for source in sources:
        for sentence in source.sentences:
            match = _NO_ANSWER.match(sentence.text) if sentence.region is None else None
            if (
                match
                and match["who"].split()[-1] not in speaking
                and match["who"].split()[0] not in ("The", "He", "She", "They")
            ):
                basis = {
                    "kind": "no-answer", "who": match["who"], "outlet": source.outlet, "article_id": source.article_id,
                    "figures": {"start": sentence.start, "end": sentence.end},
                }  # fmt: skip
                return [NotRepresented(text=f"{match['who']}, who gave {source.outlet} no answer.", basis=basis)]
    return []


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


def _unheard(sources: Sequence[SourceText], voices: Sequence[Voice]) -> list[NotRepresented]:
    """Groups that most articles talk about and none quotes."""
    total = len(sources)
    if total < 3:
        return []
    heard = " ".join(f"{v.name} {v.role} {v.organisation} {_around(v)}" for v in voices if v.statements).lower()
    found = []
    for name, pattern in _GROUPS.items():
        words = _words(pattern)
        if words.search(heard):
            continue
        counts = [len(words.findall(source.text)) for source in sources]
        articles = sum(count >= _MENTIONS for count in counts)
        if articles >= max(2, _SHARE * total) and sum(counts) >= 2 * articles:
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


def _around(voice: Voice) -> str:
    return " ".join(statement.passage.text for statement in voice.statements[:6])


def _countries(sources: Sequence[SourceText]) -> list[NotRepresented]:
    """Countries that half the articles name twice and more, with no outlet from there."""
    homes = {source.country for source in sources if source.country}
    counts: Counter[str] = Counter()
    for source in sources:
        for name in _NATIONS:
            if source.text.count(name) >= _MENTIONS <= len(re.findall(rf"\b{name}\b", source.text)):
                counts[name] += 1
    found = []
    for name, articles in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if articles >= _SHARE * len(sources) and articles >= 2 and homes and _NATIONS[name] not in homes:
            text = (
                f"Outlets from {name}, which {counted(articles)} of the {counted(len(sources))} articles name: none of"
                f" the {counted(len(sources))} sources."
            )
            figures = {"articles": articles, "of": len(sources), "found": 0}
            basis = {"kind": "country", "country": name, "homes": sorted(homes), "figures": figures}
            found.append(NotRepresented(text=text, basis=basis))
    return found[:1]

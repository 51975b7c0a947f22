"""What sort of text an article is, how much of it was seen, and whose words it carries."""

import re
from collections.abc import Collection, Iterable, Sequence

from aggregator.articles import phrases
from aggregator.articles.body import Paragraph
from aggregator.articles.forms import find_form, is_medium
from aggregator.articles.markup import host_and_path, key
from aggregator.types import Extent, Kind

_OPINION_WORDS = (
    r"opinions?|editorials?|commentary|commentaries|comment|commentisfree|columns?|columnists?|op-?eds?"
    r"|opinion-?(?:columnists?|pieces?|analysis)"
    r"|letters(?:-to-the-editor)?|viewpoints?|guest-?(?:columns?|essays?|commentary|opinions?)|your-?view|our-?view"
    r"|meinung(?:en)?|kommentare?|leitartikel|kolumnen?"
    r"|opini[oó]n|opinione|opinioni|opiniao|opinião|tribunes?-libres?|chroniques?|edito|éditos?|editoriales|columnas"
    r"|debatt|ledare|lederartikler|kronik|meninger"
)
_SATIRE_WORDS = r"satire|satirical|satira|satirical-?news|humou?r|borowitz-report|parody"
_OPINION_PART = re.compile(rf"(?:{_OPINION_WORDS})", re.IGNORECASE)
_SATIRE_PART = re.compile(rf"(?:{_SATIRE_WORDS})", re.IGNORECASE)
_OPINION_TITLE = re.compile(
    r"\W{0,2}(?:guest )?(?:opinions?|editorials?|op-?ed|commentary|column|letters?(?: to the editor)?|viewpoint"
    r"|perspective|kommentar|meinung|leitartikel|opinión|tribune)"
    r"(?: (?:column|essay))?\s*[:|–—]|.*\s[|–—]\s*(?:opinion|editorial|commentary|op-?ed)\b(?:\s*[|–—].*)?$",
    re.IGNORECASE,
)
_OPINION_TYPES = frozenset(("opinionnewsarticle", "reviewnewsarticle", "advertisercontentarticle"))
_TEASER_CHARS = 1500
#: no outlet gives this much away before its wall: the box belongs to another offer
_WALLED_CHARS = 4000

#: agencies by the ways in which they are credited
_AGENCIES = {
    "Associated Press": r"AP|A\.P\.|(?:The )?Associated Press|AP News",
    "Reuters": r"Reuters|Thomson Reuters",
    "AFP": r"AFP|Agence France[- ]Presse",
    "UPI": r"UPI|United Press International",
    "PA Media": r"PA|PA Media|Press Association",
    "dpa": r"dpa|Deutsche Presse-Agentur",
    "Canadian Press": r"CP|(?:The )?Canadian Press|La Presse canadienne",
    "AAP": r"AAP|Australian Associated Press",
    "Bloomberg": r"Bloomberg(?: News)?",
    "Xinhua": r"Xinhua(?: News Agency)?",
    "EFE": r"EFE|Agencia EFE",
    "ANSA": r"ANSA",
    "Kyodo": r"Kyodo(?: News)?",
    "Yonhap": r"Yonhap(?: News Agency)?",
    "TASS": r"TASS",
    "PTI": r"PTI|Press Trust of India",
    "ANI": r"ANI|Asian News International",
    "IANS": r"IANS",
    "Anadolu": r"AA|Anadolu(?: Agency)?",
    "NTB": r"NTB",
    "TT": r"TT|Tidningarnas Telegrambyrå",
    "CNN Wire": r"CNN(?: Newsource| Wire)",
    "Tribune News Service": r"TNS|Tribune News Service|Tribune Content Agency",
    "States Newsroom": r"States Newsroom",
    "Kaiser Health News": r"KFF Health News|Kaiser Health News",
    "Stacker": r"Stacker",
}
_GENERIC = (
    r"(?:[A-Z][\w&’'-]+ ){1,3}(?:Wire|Newswires?|News Service|News Agency|Press Agency|Wire Service|Wire Services"
    r"|News Wire)"
)
_ANY = "|".join(f"(?:{names})" for names in _AGENCIES.values())
_STATES = frozenset((
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware", "Florida",
    "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana", "Maine",
    "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska",
    "Nevada", "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Tennessee", "Texas", "Utah", "Vermont", "Virginia",
    "Washington", "Wisconsin", "Wyoming",
))  # fmt: skip
_DATELINE = re.compile(
    r"(?P<place>[A-Z\u00c0-\u00de][^()\n]{0,70}?)?\s*[-—–,]?\s*\((?P<name>[A-Z\u00c0-\u00de][\w.&’' /-]{1,35}"
    r"|dpa)\)\s*[-—–:]"
)
_BYLINE = re.compile(rf"(?:.*(?:[/,|(]|\bof|\bfor|\bvia)\s*)?(?:the )?(?P<name>{_ANY}|{_GENERIC})\)?$")
_CREDIT = re.compile(
    rf"(?:^|\b(?i:by|from|via|with|source:?|©|copyright(?: \d{{4}})?|\d{{4}})\s+)\W{{0,3}}(?i:the )?(?P<name>{_ANY}"
    rf"|{_GENERIC})\W{{0,3}}(?:$|\.|\b(?i:contributed|all rights|and|to this))"
    rf"|\b(?:The )?(?P<other>{_ANY}|{_GENERIC})(?:['’]s?)? (?:(?:[a-z]+ )?(?:writers?|reporters?|journalists?"
    rf"|correspondents?)\b.{{0,60}}? )?contributed\b"
)


def find_kind(
    *,
    titles: Sequence[str],
    url: str,
    sections: Sequence[str],
    types: Collection[str] = (),
    satire: bool = False,
    paragraphs: Sequence[Paragraph] | None = None,
) -> Kind:
    """What the page declares, its section, its address, its title and the build of its text make of it; else news.

    Without `paragraphs` only titles, address and sections speak.
    """
    _, path = host_and_path(url)
    # the last part of a path is a slug, where "opinion" is a word of the headline
    *folders, slug = path.split("/")
    parts = [part for part in folders if part] + [_slug(section) for section in sections]
    if satire or "satiricalarticle" in types or any(_SATIRE_PART.fullmatch(part) for part in parts):
        return Kind.SATIRE
    if form := find_form(titles=titles, parts=parts, slug=slug, types=types, paragraphs=paragraphs or ()):
        return form
    if _OPINION_TYPES & set(types) or any(map(_is_opinion, parts)) or any(map(_OPINION_TITLE.match, titles)):
        return Kind.OPINION
    if paragraphs is not None and is_medium(titles=titles, parts=parts, types=types, paragraphs=paragraphs):
        return Kind.MEDIA
    return Kind.NEWS


def find_extent(text: str, *, prompted: bool, walled: bool, free: bool | None) -> Extent:
    """Teaser when the text ends in a prompt or is cut off, or when what is known of its wall fits its length.

    `prompted`: the text itself ended in a request to subscribe; `walled`: a box of the page makes one; `free`: what
    schema.org's isAccessibleForFree says.
    """
    short = len(text) < _TEASER_CHARS
    if prompted or phrases.CUT_OFF.search(text[-200:]):
        return Extent.TEASER
    if free is False and (short or (walled and len(text) < _WALLED_CHARS)):
        return Extent.TEASER
    return Extent.TEASER if walled and short and free is not True else Extent.FULL


def cut_prompt(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], bool]:
    """Without the paywall's own words at the end of the text, and whether there were any."""
    tail = max(0, len(paragraphs) - 5)
    for at in range(tail, len(paragraphs)):
        text = paragraphs[at].text
        if len(text) <= 400 and phrases.PAYWALL.search(text):
            rest = paragraphs[at + 1 :]
            # a prompt between two paragraphs of the article is an advertisement, not the end
            if sum(len(each.text) for each in rest) <= 400:
                return list(paragraphs[:at]), True
            return [*paragraphs[:at], *rest], False
    return list(paragraphs), False


def find_wire(paragraphs: Sequence[Paragraph], authors: Iterable[str], url: str = "") -> str:
    """The agency credited in byline, dateline or closing line, or "".

    A dateline with a name in brackets names an agency, unless it is that of the outlet itself ("HONOLULU (KXYZ) —").
    """
    for author in authors:
        if match := _BYLINE.match(author.strip()):
            return _agency(match["name"])
    for paragraph in paragraphs[:4]:
        match = _DATELINE.match(paragraph.text[:140])
        if match and (name := _from_dateline(match["place"] or "", match["name"], paragraphs, url)):
            return name
    for paragraph in paragraphs[-5:]:
        text = paragraph.text
        if len(text) > 300:
            continue
        if re.match(r"\W{0,2}Reporting by .+[;.)] ?(?:[Ww]riting by .+[;.)] ?)?[Ee]diting by ", text):
            return "Reuters"
        if credit := _CREDIT.search(text):
            return _agency(credit["name"] or credit["other"])
    return ""


def _from_dateline(place: str, name: str, paragraphs: Sequence[Paragraph], url: str) -> str:
    """The agency in "PLACE (Name) —": a known one, or another name than the outlet's behind a place in capitals."""
    if known := [_agency(part) for part in re.split(r"\s*/\s*", name) if re.fullmatch(_ANY, part)]:
        return known[0]
    if not re.search(r"[A-Z\u00c0-\u00de]{3}", place) or name in _STATES or name.endswith("."):
        return ""
    host, plain = key(host_and_path(url)[0]), key(name)
    if plain in host and not re.search(rf"{plain}(?:wire|newswire|news(?:service|agency)|press)", host):
        return ""
    longer = (
        re.search(rf"\b{re.escape(name)} (?:Wire|Newswire|News Service|News Agency|Press)\b", each.text)
        for each in paragraphs[-5:]
    )
    return next((match[0] for match in longer if match), f"{name} Wire" if f"{plain}wire" in host else name)


def _agency(name: str) -> str:
    return next((full for full, names in _AGENCIES.items() if re.fullmatch(names, name)), name)


def _slug(section: str) -> str:
    return re.sub(r"[^\w]+", "-", section.strip().lower()).strip("-")


def _is_opinion(part: str) -> bool:
    return bool(
        _OPINION_PART.fullmatch(part)
        or re.match(
            rf"(?:{_OPINION_WORDS})-(?:and|columnists?|contributors?|editorials?|politics|us|uk)\b", part.lower()
        )
    )

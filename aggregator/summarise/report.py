"""Sentences of report: cuts of what the outlets state themselves, with everybody who states the same."""

import re
from collections.abc import Container, Iterable, Sequence

from aggregator.analysis.lexicon import word_set
from aggregator.analysis.model import Sentence, SourceText
from aggregator.analysis.words import content_words, names
from aggregator.summarise.compose import Draft, Passage, lowered, own, taken
from aggregator.summarise.exact import cuts
from aggregator.summarise.figures import Development
from aggregator.summarise.narrator import is_aside, is_narrated
from aggregator.summarise.references import is_definite, points_outside, refers_back
from aggregator.summarise.selection import Candidate, Story
from aggregator.summarise.wording import has_main_clause, is_loaded, is_report, without_quotations

_LONGEST, _AIM, _QUOTED_WORDS = 45, 32, 24
_DATELINE = re.compile(
    r"^(?:By [A-Z]|[A-Z][A-Z.’' -]{3,30}(?:, [A-Z][\w. ]{2,30})?\s[—–-]\s|"
    r"[A-Z][A-Z.,’' ]{2,40}(?:\([A-Z][\w ./]+\)\s*)?[—–-]|[A-Z][\w.,’' ]{2,40}\([A-Z][\w ./]+\)|"
    r"\([A-Z][\w ./]+\)\s*[—–-]?)"
)
#: white space that a link left before a mark
_SPACED = re.compile(r" +([,;.])(?=\s|$)")
_NAME = re.compile(r"[A-Z][\w’'.-]+(?: (?:[A-Z]\.|[A-Z][\w’'-]+|de|la|van|von|der|bin|al)){1,3}$")
#: a surname behind one of these is introduced well enough
_TITLED = (
    r"(?:President|Vice President|President-elect|Sen\.|Senator|Rep\.|Gov\.|Governor|Mayor|Judge|Justice|Secretary|"
    r"Prime Minister|Chancellor|Pope|King|Queen|Prince|Princess|Speaker|Chairman|Attorney General|Leader|Director|"
    r"Minister|General|Gen\.|Sheriff|Dr\.|Professor|Rev\.|Captain|Officer)"
)
_TITLE_BEFORE = re.compile(rf"(?<!\w){_TITLED} $")
_LETTERS = re.compile(r"(?<![\w.(-])[A-Z]{2,6}(?![\w.)-])")
_KNOWN_LETTERS = word_set("""
US UK EU UN USA FBI CIA NATO GOP IRS CEO TV AI CNN NBC CBS ABC BBC NPR FDA CDC EPA NASA DNA COVID HIV AIDS DUI ID IT
NFL NBA PAC DOJ DHS ICE NSA SEC FTC FCC OPEC NRA ACLU PhD DC NYC LA GPS SUV ATM AM PM II III IV JR SR
""")
_NO_PERSON = re.compile(
    r"\b(?:Act|Bill|House|Senate|Court|Committee|Department|University|College|School|County|City|State|States|"
    r"Center|"
    r"Institute|Council|Office|Board|Bureau|Agency|Party|Street|Avenue|Road|River|Lake|Valley|Park|Bank|Company|Inc|"
    r"Corp|Group|Times|Post|News|Press|Union|League|Association|Alliance|Commission|Service|Street|Day|War|Republic|"
    r"Republicans?|Democrats?|Americans?|Russians?|Californians?|Alabama|Alaska|Arizona|Arkansas|California|Colorado|"
    r"Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|"
    r"Maryland|"
    r"Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|Jersey|York|Carolina|Dakota|Ohio|"
    r"Oklahoma|Oregon|Pennsylvania|Tennessee|Texas|Utah|Vermont|Virginia|Wisconsin|Wyoming|Congress|Pentagon|Kremlin|"
    r"North|South|East|West|New|San|Los|Hospital|Church|Amendment|Systems|Springs|Falls|Bay|Island|Islands)\b"
)


_BEFORE_PERSON = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Sgt|Rev|Prof)\.|President|Senator|Governor|Mayor|Judge|Justice|"
    r"Secretary|"
    r"Minister|Chancellor|Speaker|Chairman|Leader|Director|General|Sheriff|Officer|Captain|Detective|Counsel|Chief|"
    r"\b[a-z]+(?:er|or|ist|man|woman|nee|ant|ent|yst|ive|ian|ate|ow|ge|al|ey|end|ad))[,]? $"
)
_AFTER_PERSON = re.compile(
    r"^(?: \((?:R|D|I)|, (?:\d\d|who|a |an |the |R-|D-|his|her|president|director|chief|executive|chair|spokes|"
    r"professor|"
    r"founder|head|leader|lawyer|attorney)|,? (?:said|says|told|has|is|was|wrote|announced|argued|testified|added|"
    r"who)\b)"
)


def may_be_person(name: str) -> bool:
    """Whether a name of two words and more has no word of an institution or a place in it."""
    return " " in name and not _NO_PERSON.search(name)


def _is_person(before: str, after: str) -> bool:
    """Whether a name between these words is a person's."""
    return bool(_BEFORE_PERSON.search(before) or _AFTER_PERSON.match(after))


class People:
    """Whose full name has been printed: a surname may not stand before the full name."""

    def __init__(self, story: Story) -> None:
        self._full: dict[str, set[str]] = {}
        for source in story.sources:
            for name in names(source.text):
                around = (source.text[max(0, name.start - 24) : name.start], source.text[name.end : name.end + 14])
                if not _NAME.fullmatch(name.text) or _NO_PERSON.search(name.text):
                    continue
                last = name.text.split()[-1]
                if _is_person(*around) or any(
                    words in source.text for words in (f"{last} said", f"said {last}", f"{last} says")
                ):
                    self._full.setdefault(name.text.split()[-1], set()).add(name.text)
        self._known: set[str] = set()
        self._famous: set[str] = set()
        #: content words of what was printed: "the council" is clear after "the city council"
        self.words: set[str] = set(story.title_words)

    def copy(self) -> "People":
        """The same people, to try sentences on."""
        other = People.__new__(People)
        other._full, other._known, other._famous = self._full, set(self._known), self._famous
        other.words = set(self.words)
        return other

    def met(self, text: str) -> None:
        """Note the full names and the words in a text that is printed."""
        self.words.update(content_words(text))
        for surname, fulls in self._full.items():
            if surname in text and any(full in text for full in fulls):
                self._known.add(surname)

    def named_by_title(self, titles: Sequence[str]) -> None:
        """Note the surnames that at least half of the titles print: who they are is known from the headline."""
        for surname in self._full:
            if 2 * sum(
                surname in title and bool(re.search(rf"\b{re.escape(surname)}\b", title)) for title in titles
            ) >= len(titles):
                self._famous.add(surname)

    def knows(self, surname: str) -> bool:
        """Whether the full name was printed."""
        return surname in self._known

    def mentioned(self, text: str) -> bool:
        """Whether some person of the story is named in `text`, by surname at least."""
        return any(surname in text for surname in self._full)

    def opens(self, text: str) -> bool:
        """Whether a text begins with a person's name."""
        return any(text.startswith((surname, *fulls)) for surname, fulls in self._full.items())

    def shares(self, surname: str) -> bool:
        """Whether several people of the story have this surname: words may then be given to the wrong one."""
        return len({full.split()[0] for full in self._full.get(surname, ())}) > 1

    def closes(self, text: str) -> bool:
        """Whether a text ends with a person's name."""
        return text.rstrip(" ,").endswith(tuple(self._full))

    def forget(self) -> None:
        """Begin an element of the page that is read by itself."""
        self._known.clear()

    def stranger(self, text: str) -> bool:
        """Whether a surname in `text` stands for somebody whose full name was not printed, here or before, or whether
        letters stand for something that was not."""
        if any(word.lower() not in self.words for word in _LETTERS.findall(text) if word not in _KNOWN_LETTERS):
            return True
        for surname, fulls in self._full.items():
            if surname not in text or surname in self._known or surname in self._famous:
                continue
            if re.search(rf"\b{re.escape(surname)}\b", text):
                bare = text
                for full in sorted(fulls, key=len, reverse=True):
                    bare = bare.replace(full, " ")
                    if full in text and bare.find(surname) >= 0:
                        break
                first = min((text.find(full) for full in fulls if full in text), default=-1)
                lone = re.search(rf"(?<!\w){re.escape(surname)}\b", bare)
                titled = lone and _TITLE_BEFORE.search(bare[max(0, lone.start() - 40) : lone.start()])
                if lone and not titled and (first < 0 or text.find(surname) < first):
                    return True
        return False


def forms(candidate: Candidate, most: int = _LONGEST) -> list[str]:
    """The ways to print a sentence, best first: whole if it is short and has no dateline, then its cuts."""
    text = _SPACED.sub(r"\1", candidate.text)
    if _DATELINE.match(text) or len(text.split()) > _AIM:
        shorter = [cut for cut in cuts(text) if not _DATELINE.match(cut) and is_report(cut)]
        fits = [cut for cut in shorter if len(cut.split()) <= _AIM] or shorter
        found = sorted(fits, key=lambda cut: (abs(len(cut.split()) - _AIM + 4), cut))[:3]
        if not _DATELINE.match(text):
            found.append(text)
        return [form for form in found if len(form.split()) <= most]
    return [text] if len(text.split()) <= most else []


#: of no use behind "reports that"
_CONJUNCTION = re.compile(r"^(?:But|And|Yet|So|Still,|However,) (?=\S+ \S)")


def stated(candidate: Candidate, text: str, story: Story, outlet: str = "", day: str = "") -> Draft:
    """A cut as a sentence of the page, behind "Outlet reports that" if an outlet is given, with who else says it.

    `day`: of an article that later ones may have overtaken, when it said so; it then speaks for nobody else.
    """
    bare = text.rstrip()
    support = story.corroborations(bare, candidate.row)
    if not outlet:
        stop = [] if bare[-1:] in '.!”"’' else [own(".")]
        return Draft((taken(bare, candidate.passage()), *stop), tuple(support), keys=(text,))
    clause = lowered(_CONJUNCTION.sub("", bare), candidate.source.text)
    lead = f"On {day}, {outlet} reported that " if day else f"{outlet} reports that "
    return Draft((own(lead), taken(clause, candidate.passage())), () if day else tuple(support), keys=(text,))


def can_be_quoted(text: str) -> bool:
    """Whether an outlet's own sentence can be printed in quotation marks: whole, short, without marks inside."""
    return (
        8 <= len(text.split()) <= _QUOTED_WORDS
        and text[:1].isupper()
        and text.endswith(".")
        and not any(mark in text for mark in '“”"?…[]')
        and has_main_clause(text)
        and is_report(text)
        and not refers_back(text)
        and not is_aside(text)
    )


def written(source: SourceText, sentence: Sentence) -> Draft:
    """ "Outlet writes: “…”.", for words that are an outlet's view."""
    passage = Passage(source, sentence.start, sentence.end)
    bare = sentence.text.rstrip(".")
    pieces = (own(f"{source.outlet} writes: "), taken(f"“{bare}”", passage), own("."))
    return Draft(pieces, keys=(f"{source.article_id}:{bare}",))


def is_written(draft: Draft) -> bool:
    """Whether a sentence of the page is an outlet's words in quotation marks, no report."""
    return draft.pieces[0].text.endswith(" writes: ")


def stands(candidate: Candidate, text: str, people: People, development: Development, opening: bool = True) -> bool:
    """Whether a cut may be printed: neutral, current, with nobody in it whom the reader has not met.

    `opening` is false for a sentence printed directly behind the one that stands before it in its source.
    """
    bare = without_quotations(text)
    inside = len(text.split()) - len(bare.split())
    return (
        is_report(text)
        and not (opening and leans_back(text, people.words))
        and not is_aside(text)
        and not is_narrated(text)
        and not (opening and len(text.split()) < 9)
        and not (candidate.leans and opening and text[:12] == candidate.text[:12])
        and not is_loaded(text)
        and not development.is_stale(text)
        and not people.stranger(text)
        and inside <= 12
        and not _dangling(bare, people)
    )


def leans_back(text: str, known: Container[str]) -> bool:
    """Whether a sentence needs another one before it. `known` are content words that the reader has met."""
    return refers_back(text) or is_definite(text, known) or points_outside(text, known)


_HE = re.compile(r"\b(?:he|she|him|her|his|hers)\b")
_SOMEBODY = re.compile(
    rf"(?:{_TITLED}|\b(?:Mr|Mrs|Ms)\b\.?|\bSir|\bSister) [A-Z]|\b[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][\w’'-]+|"
    r"\b(?:man|woman|boy|girl|"
    r"mother|father|student|driver|judge|mayor|officer|teenager|patient|president|senator|governor|husband|wife|son|"
    r"daughter|minister|worker|employee|lawyer|pastor|priest|teacher|doctor|person|everyone|nobody|somebody|someone|"
    r"who|"
    r"gunman|suspect|attacker|candidate|nominee|lawmaker|Republican|Democrat|chairman|director|secretary|leader|pope|"
    r"king|queen|each|captain|sheriff|chief|agent|executive|founder|author|writer|actor|singer|host|baker|owner|baby|"
    r"child)\b"
)


def _dangling(text: str, people: People) -> bool:
    """Whether a pronoun for a person comes before any person is named in the sentence."""
    match = _HE.search(text)
    if not match:
        return False
    before = text[: match.start()]
    named = any(not _NO_PERSON.search(each.group()) for each in _SOMEBODY.finditer(before))
    return not named and not people.mentioned(before)


def run_of(candidate: Candidate, by_key: dict[tuple[str, int], Candidate], most: int) -> list[Candidate]:
    """The candidate and the sentences that follow it in its paragraph, up to `most` sentences."""
    found = [candidate]
    while len(found) < most:
        last = found[-1]
        following = by_key.get((last.source.article_id, last.sentence.index + 1))
        if following is None or following.sentence.paragraph != candidate.sentence.paragraph:
            break
        found.append(following)
    return found


def in_order(candidates: Iterable[Candidate]) -> Sequence[Candidate]:
    """Candidates as their articles give them."""
    return sorted(candidates, key=lambda c: (c.source.order_at, c.source.article_id, c.sentence.index))

"""The people of an article: full names by surname, what they are, and which names are no person's."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aggregator.analysis.lexicon import COURTESY, ORG_WORDS, TITLES
from aggregator.analysis.roles import UPPER, guard, read_role, role_before, split_pieces
from aggregator.analysis.words import Name, fold

_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Prof|Gen|President|Senator|Governor|Mayor|Judge|Justice|Secretary|Sheriff|Professor)"
    rf"\.? (?P<name>[{UPPER}][\w-]*[a-z])(?![\w ]* [{UPPER}]|\w)"
)


@dataclass
class People:
    """The speakers of an article: full names by surname, roles by name, and which names are no person's."""

    full: dict[str, list[str]] = field(default_factory=dict)
    first: dict[str, list[str]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    organisations: set[str] = field(default_factory=set)
    genders: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    #: surnames of people whom the article never names in full, while it does so with others of that name
    unnamed: set[str] = field(default_factory=set)
    #: full names of a family's other members, whom the surname alone does not mean
    relatives: set[str] = field(default_factory=set)
    #: surnames that stand only behind a title
    titled: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, text: str, names: Iterable[str]) -> "People":
        """From the article's names: a person's last name is said alone later, an organisation's first word is."""
        people = cls()
        counts = Counter(names)
        singles = {name: count for name, count in counts.items() if " " not in name}
        for name, count in counts.items():
            words = name.split()
            if len(words) < 2 or len(words) > 5:
                continue
            if looks_organisational(name) or _said_short(words, singles, text, name):
                people.organisations.add(name)
            elif any(char.islower() for char in words[-1]):
                last = _last(words)
                people.full.setdefault(last, []).append(name)
                people.first.setdefault(fold(words[0]), []).append(name)
                people.counts[name] = count
        people._find_relatives(text, singles)
        people.titled = {fold(match["name"]) for match in _TITLED.finditer(text)} - people.full.keys()
        return people

    def _find_relatives(self, text: str, singles: dict[str, int]) -> None:
        """A surname said alone, or with a title, is not the relative who is named in full beside it."""
        alone = {fold(name): name for name in singles}
        for last, full in self.full.items():
            if last not in alone:
                continue
            first = _alone(text, alone[last])
            late = all(first < text.find(name) for name in full)
            if len(full) == 1 and not late:
                continue
            offices = {name for name in full if _in_office(text, name)}
            related = {name for name in full if name not in offices and (offices or _related(text, name))}
            if 0 < len(related) < len(full):
                self.relatives |= related
            elif late or related:
                often = singles[alone[last]] > (1 if related else 4) * sum(self.counts[name] for name in full)
                self.unnamed |= {last} if often else set()

    def resolve(self, name: str, before: str = "") -> str:
        """The full name behind a surname or short form. Of several people with it the one named most, among equals
        the one named first in `before`."""
        words = name.split()
        known = self.full.get(_last(words), []) if words else []
        if len(words) > 1:
            fits = [full for full in known if _same_first(words, full.split())]
            longer = [full for full in fits if len(full.split()) >= len(words)]
            return (longer or [name])[0]
        if _last(words) in self.unnamed:
            return name
        if not known and words:
            known = self.first.get(fold(words[0]), [])
        known = [full for full in known if full not in self.relatives] or known
        if len(known) > 1:
            return max(known, key=lambda full: (self.counts.get(full, 0), -before.find(full) % (len(before) + 1)))
        return known[0] if known else name

    def is_person(self, name: str) -> bool:
        """Whether a name is a person's, as far as the article tells."""
        words = name.split()
        if (
            name in self.organisations
            or not words
            or words[0].lower() in ("the", "a", "an")
            or looks_organisational(name)
        ):
            return False
        if len(words) == 1 and _last(words) in self.unnamed | self.titled:
            return True
        known = self.full.get(_last(words)) or (len(words) == 1 and self.first.get(fold(words[0])))
        return bool(known) or 2 <= len(words) <= 4

    def read_roles(self, narration: str, names: Iterable[Name]) -> None:
        """Notes what each person is called beside the name, at the first place that says it."""
        for name in names:
            full = self.resolve(name.text, narration[: name.start])
            if full in self.roles or not self.is_person(name.text):
                continue
            after = narration[name.end : name.end + 160]
            role = role_before(narration[max(0, name.start - 90) : name.start])
            if not role and after.startswith(", "):
                clause = re.split(r"[.;:“”~\n]", guard(after[2:]), maxsplit=1)[0].replace("\x00", ".")
                role = read_role(split_pieces(clause))
            if role:
                self.roles[full] = role


def _alone(text: str, surname: str) -> int:
    """Where a surname first stands without a first name; titles may stand before it."""
    for match in re.finditer(rf"(?:(?<!\w)(?P<before>[^\W\d_][\w’'.-]{{0,40}}) )?\b{re.escape(surname)}\b", text):
        before = match["before"] or ""
        if not before[:1].isupper() or before.lower().rstrip(".") in TITLES:
            return match.start()
    return len(text)


def _related(text: str, name: str) -> bool:
    """Whether a name is introduced as somebody's relative."""
    kin = r"(?:daughter|wife|son|husband|brother|sister|first lady|mother|father|widow|son-in-law)"
    pattern = rf"\b{kin}[, ][^.]{{0,25}}\b{re.escape(name)}|{re.escape(name)}, (?:his|her|the president[’']s) {kin}"
    return name.endswith(("Jr", "Jr.")) or bool(re.search(pattern, text, re.IGNORECASE))


def _in_office(text: str, name: str) -> bool:
    """Whether a title of office stands right before the full name somewhere."""
    before = (text[max(0, match.start() - 30) : match.start()].split() for match in re.finditer(re.escape(name), text))
    return any(words and words[-1].lower().rstrip(".") in TITLES - COURTESY for words in before)


def _last(words: Sequence[str]) -> str:
    kept = [word for word in words if word.rstrip(".").lower() not in ("jr", "sr", "ii", "iii", "iv")]
    return fold(kept[-1].rstrip(",")) if kept else ""


def _same_first(some: Sequence[str], other: Sequence[str]) -> bool:
    return fold(some[0].rstrip("."))[:1] == fold(other[0].rstrip("."))[:1] and (
        len(some[0]) <= 2 or len(other[0]) <= 2 or fold(some[0])[:3] == fold(other[0])[:3]
    )


def _said_short(words: Sequence[str], singles: dict[str, int], text: str, name: str) -> bool:
    first, last = singles.get(words[0], 0), singles.get(words[-1], 0)
    articled = text.count(f"the {name}") + text.count(f"The {name}")
    if (first > last and len(words) == 2) or 2 * articled > text.count(name):
        return True
    return not last and any(
        f" {place} {name}{after}" in text
        for place in ("in", "at", "near", "outside", "across", "around", "throughout")
        for after in (" ", ",", ".")
    )


def looks_organisational(name: str) -> bool:
    """Whether a name is an organisation's, place's or paper's by its words."""
    words = [word.lower().strip(".,’'") for word in name.split()]
    if any(word in ("of", "for", "and", "&") for word in words):
        return True
    acronym = len(words) == 1 and name.isupper() and len(name) > 1
    return (
        acronym
        or ("." in name.rstrip(".").replace(". ", "") and len(words) == 1)
        or any(word in ORG_WORDS and at > 0 for at, word in enumerate(words))
    )

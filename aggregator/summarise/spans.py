"""The allow-list of exact mode: which stretches of a sentence may be left out without touching what it says.

Each rule finds candidates in the tokens of one sentence. None holds a negation, a modal verb, a hedge, a verb of speech
or a word that makes a condition; none cuts into a quotation or a parenthesis; none stands between "such" and "as". The
rules are narrower than grammar allows: a stretch that is not surely an adjunct stays.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aggregator.analysis.lexicon import word_set
from aggregator.summarise.speech import SPEECH_WORDS

CLAUSE_WORDS, TAIL_WORDS = 16, 25
NEGATIONS = word_set("""
not no never none nobody nothing neither nor cannot hardly barely scarcely rarely seldom without refused refuses
denied denies deny failed fails lacks lack lacked
""")
MODALS = word_set("""
can could may might must shall should will would ought need needs 'll 'd cannot can't couldn't won't wouldn't
""")
HEDGES = word_set("""
allegedly reportedly apparently likely unlikely possibly perhaps maybe probably alleged alleges suspected purported
purportedly so-called unconfirmed potentially potential seemingly seems seem seemed appears appear appeared
supposedly presumably suggests suggested proposed planned expected tentative tentatively
""")
CONDITIONS = word_set("""
according but if unless until except without only despite although though whether provided pending even merely
unlike however instead rather
""")
FORBIDDEN = NEGATIONS | MODALS | HEDGES | CONDITIONS | SPEECH_WORDS
_PREPOSITIONS = word_set("""
in on at by for from with of to under over during since between among amid across against into through throughout
near around about as like within behind beyond along toward towards outside inside off upon above below per via
beside besides ahead
""")
_SUBORDINATORS = word_set("""
when while after before because once where whereas why how what who which whose that than given being having
although though if unless until despite without except unlike so
""")
_DAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
_PARTS_OF_DAY = word_set("morning afternoon evening night")
_MONTHS = word_set("""
january february march april may june july august september october november december jan feb mar apr aug sept sep
oct nov dec
""")
_DETERMINERS = word_set("a an the its his her their one")
_ROLE_WORDS = word_set("""
president chair chairman chairwoman chairperson director head leader founder co-founder chief secretary minister
mayor governor senator professor spokesman spokeswoman spokesperson executive vice deputy lawyer attorney owner
manager author editor commissioner superintendent treasurer member members former acting senior general economist
analyst fellow researcher scientist engineer pastor partner principal coordinator who's formerly home
""")
_AUXILIARIES = word_set("""
is are was were has have had does did do will would can could may might must shall should isn't aren't wasn't
weren't hasn't haven't hadn't doesn't didn't don't won't wouldn't can't couldn't
""")
_IRREGULAR = word_set("""
said says told tells became becomes began begins broke brings brought built bought came comes chose cut drew drove
fell falls felt fought found gave gives gets goes got grew held holds hit keeps kept knew knows lay led leads left
leaves let lost loses made makes means meant met meets paid pays put puts ran rose rises runs sat saw sees sent
sends set shook shot shows showed sold sells sought seeks spent spends spoke speaks stands stood struck swept takes
taught takes thinks thought took threw tore turns understood went withdrew won wins wore works wrote writes remains
wants needs plans adds argues warns insists believes calls owns serves includes represents covers faces killed
allows requires applies expects continues lies lives stays sits ends starts opens offers helps seems appears carries
carried
""")
_NOT_FINITE_ED = word_set("""
armed based called hundred indeed need unprecedented united wounded named aged red seed speed feed shed sacred
hatred exceed proceed succeed naked wicked embed bed used supposed alleged accused detailed mixed limited
""")


#: what ties a day to what follows, and what a bare day may follow beside a verb or a count of votes
_AFTER_DAYS = word_set("and or through but until when after before at")
_BEFORE_DAYS = word_set("here himself herself themselves it them him her")
_COUNTED_FROM = word_set("days hours weeks minutes months a one two three four five just less more the")
#: participles that want their date
_PARTICIPLES = word_set("released published issued filed dated scheduled unsealed posted signed obtained aired")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark at [start, end); `word` is it in lower case with straight apostrophes."""

    text: str
    word: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it has a letter or a digit."""
        return self.text[0].isalnum() or any(map(str.isalnum, self.text))


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens [first, last) that may be left out, and by which rule."""

    first: int
    last: int
    rule: str


_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # U.S.
    r"|\d+(?:[.,:]\d+)*(?:-\w+)*"  # 250,000, 7-2
    r"|\w+(?:[-'’‑]\w+|&\w+)*"
    r"|\.\.\.|[^\w\s]"
)
_SAME = str.maketrans("’‘‑", "''-")
_OPENING, _CLOSING = "“«", "”»"
_DASHES = "—–-"
_DATELINE = re.compile(
    r"(?:[A-Z][\w.’'-]*(?:[ ,/]+[A-Z][\w.’'-]*){0,5},? ?(?:[A-Z][a-z]{2,8}\.? \d{1,2},? ?)?)?"
    r"(?:(?:\((?:Reuters|AP|AFP|CNN|UPI|Bloomberg|[A-Z][\w. ]{1,28})\) ?)?(?:—|–|--?)[ ]+"
    r"|\((?:Reuters|AP|AFP|CNN(?: [A-Z]\w+)?|UPI|Bloomberg(?: [A-Z]\w+)?)\) )(?=\S)"
)
_LEADS = ("and", "but", "yet")
_LEADS_WITH_COMMA = word_set("so still however meanwhile moreover furthermore additionally nevertheless also")


@lru_cache(maxsize=4_096)
def tokens(text: str) -> tuple[Token, ...]:
    """The words and marks of `text`, with offsets."""
    return tuple(
        Token(match.group(), match.group().lower().translate(_SAME), match.start(), match.end())
        for match in _TOKEN.finditer(text)
    )


def quoted(found: Sequence[Token]) -> list[bool]:
    """For each token whether it stands between quotation marks; the marks themselves count as inside.

    Words before a closing mark that nothing opened were opened in an earlier sentence; with an odd number of straight
    marks it cannot be said which words are inside, so all are.
    """
    if sum(token.text == '"' for token in found) % 2:
        return [True] * len(found)
    inside, marks = "", []
    for token in found:
        opens = token.text in _OPENING or (token.text == '"' and not inside)
        if opens and not inside:
            inside = token.text
            marks.append(True)
        elif inside and (token.text in _CLOSING or token.text == '"'):
            inside = ""
            marks.append(True)
        elif token.text in _CLOSING:
            marks = [True] * (len(marks) + 1)
        else:
            marks.append(bool(inside))
    return marks


def is_finite(token: Token) -> bool:
    """Whether a word is, by its form, a finite verb; participles count, for want of better."""
    word = token.word
    if word in _AUXILIARIES or word in _IRREGULAR:
        return True
    return len(word) > 3 and word.endswith("ed") and word not in _NOT_FINITE_ED and token.text[0].islower()


def allowed_spans(text: str, found: Sequence[Token]) -> tuple[Span, ...]:
    """The stretches of the sentence `text` with the tokens `found` that may be left out, by first token."""
    inside = quoted(found)
    spans = [
        span
        for rule in (_dateline, _lead, _parentheses, _weekdays, _appositions, _relatives, _tails)
        for span in rule(text, found)
        if _harmless(found, span, inside)
    ]
    return tuple(sorted(set(spans), key=lambda span: (span.first, span.last, span.rule)))


def _harmless(found: Sequence[Token], span: Span, inside: Sequence[bool]) -> bool:
    gone = found[span.first : span.last]
    if any(inside[span.first : span.last]):
        return False
    if span.rule in ("dateline", "lead"):
        return True
    if any(token.word in FORBIDDEN or token.word.endswith("n't") for token in gone):
        return False
    before = [token.word for token in found[max(0, span.first - 12) : span.first]]
    after = [token.word for token in found[span.last : span.last + 8]]
    opens = [token.text for token in gone]
    if opens.count("(") != opens.count(")") or opens.count("[") != opens.count("]"):
        return False
    return not ("such" in before and "as" in after and "as" not in before) and before[-1:] != ["such"]


def _dateline(text: str, found: Sequence[Token]) -> Iterator[Span]:
    match = _DATELINE.match(text)
    if not match or not match.group().strip(" -—–"):
        return
    head = match.group()
    if "(" not in head and sum(map(str.isupper, head)) < 0.6 * sum(map(str.isalpha, head)):
        return  # "Smith — who left early —" is no dateline
    last = sum(token.start < match.end() for token in found)
    yield Span(0, last, "dateline")


def _lead(text: str, found: Sequence[Token]) -> Iterator[Span]:
    if len(found) < 3:
        return
    first, second = found[0], found[1]
    if first.word in _LEADS and second.word not in ("for", "another", "then", "so", "yet") and second.text != ",":
        yield Span(0, 1, "lead")
    elif first.word in (*_LEADS, *_LEADS_WITH_COMMA) and second.text == ",":
        yield Span(0, 2, "lead")


def _parentheses(text: str, found: Sequence[Token]) -> Iterator[Span]:
    opened, dateline = None, _DATELINE.match(text)
    for at, token in enumerate(found):
        if dateline and token.start < dateline.end():
            continue
        if token.text == "(":
            opened = at
        elif token.text == ")" and opened is not None:
            if _words(found, opened, at) <= TAIL_WORDS and opened > 0:
                yield Span(opened, at + 1, "parenthesis")
            opened = None


def _weekdays(text: str, found: Sequence[Token]) -> Iterator[Span]:
    for at, token in enumerate(found):
        if token.word not in _DAYS or not token.text[0].isupper():
            continue
        first, last = at, at + 1
        if last < len(found) and found[last].word in _PARTS_OF_DAY:
            last += 1
        preposition = at > 0 and found[at - 1].word == "on"
        if preposition:
            first -= 1
            if first > 0 and found[first - 1].word in ("late", "early", "earlier", "later"):
                first -= 1
        if _stays(found, first, last, preposition):
            continue
        comma_before = first > 0 and found[first - 1].text == ","
        comma_after = last < len(found) and found[last].text == ","
        if first == 0:
            yield Span(0, last + comma_after, "weekday")
        elif comma_before and (comma_after or last >= len(found) - 1):
            yield Span(first - 1, last + comma_after, "weekday")
        elif not comma_before:
            yield Span(first, last, "weekday")


def _stays(found: Sequence[Token], first: int, last: int, preposition: bool) -> bool:
    """Whether a day belongs to something else: a date, a range, a name, a deadline."""
    before = found[first - 1] if first else None
    after = found[last] if last < len(found) else None
    if after is None or after.text in "-–—/&" or after.word in _AFTER_DAYS:
        return True
    following = found[last + 1].word if last + 1 < len(found) else ""
    if after.text == "," and following in _COUNTED_FROM:
        return True  # "on Wednesday, days before Iran admitted it"
    if after.word == "to" and (following in _DAYS or following[:1].isdigit()):
        return True
    if before is not None and before.word.endswith("ed") and is_finite(after):
        return True  # "a report released on Tuesday found"
    if after.word in _MONTHS or (after.text == "," and following in _MONTHS) or after.text[0].isupper():
        return True
    if before is not None and before.word in _PARTICIPLES and found[first - 2].word not in _AUXILIARIES:
        return True  # "in testimony released on Tuesday"
    if preposition:
        return before is not None and before.word in ("and", "or", "only", "except", "from", "both", "either")
    if before is None:
        return True  # "Tuesday marks …": the day is the subject
    plain = after.text in ".,;" or after.word in _PREPOSITIONS or after.word in ("that", "to")
    speaks = is_finite(before) or before.word in _BEFORE_DAYS or re.fullmatch(r"\d+-\d+", before.text)
    return not (plain and speaks)


def _appositions(text: str, found: Sequence[Token]) -> Iterator[Span]:
    if not found or found[0].word in _PREPOSITIONS | _SUBORDINATORS:
        return
    for at in range(1, len(found) - 3):
        if found[at].text != "," or not _ends_a_name(found, at):
            continue
        opening = found[at + 1]
        noun = found[at + 2] if opening.word in _DETERMINERS else opening
        age = opening.text.isdigit() and len(opening.text) <= 3 and found[at + 2].text == ","
        role = (opening.word in _DETERMINERS and noun.text[0].islower()) or opening.word in _ROLE_WORDS
        if not (age or role):
            continue
        close = _closing_comma(found, at)
        if close is not None:
            yield Span(at, close + 1, "apposition")


def _ends_a_name(found: Sequence[Token], at: int) -> bool:
    """Whether the words before `at` are a capitalised name that is the subject of its clause, not the end of an
    adverbial phrase."""
    first = at
    while first > 0 and (found[first - 1].text[0].isupper() or (found[first - 1].text == "." and first > 1)):
        first -= 1
    if first == at or not any(len(token.text) > 1 for token in found[first:at]):
        return False
    clause = first
    while clause > 0 and found[clause - 1].text not in ",;:—–":
        clause -= 1
    before = [token.word for token in found[clause:first]]
    return not any(word in _PREPOSITIONS or (word in _SUBORDINATORS and word != "that") for word in before)


def _closing_comma(found: Sequence[Token], opened: int) -> int | None:
    """The comma that closes what the comma at `opened` opens: the first that is followed by a finite verb."""
    words = 0
    for at in range(opened + 1, len(found) - 1):
        token = found[at]
        words += token.is_word
        if words > CLAUSE_WORDS or token.text in ";:—–":
            return None
        if token.text == "," and at > opened + 1:
            following = found[at + 1]
            if is_finite(following) and not _coordinated(found, opened, at):
                return at
    return None


def _coordinated(found: Sequence[Token], opened: int, closed: int) -> bool:
    """Whether the words between two commas are an item of a list."""
    return found[closed + 1].word in ("and", "or") or found[opened + 1].word in ("and", "or")


def _relatives(text: str, found: Sequence[Token]) -> Iterator[Span]:
    for at in range(1, len(found) - 3):
        if found[at].text == "," and found[at + 1].word in ("who", "which", "whose", "where", "whom"):
            close = _closing_comma(found, at)
            if close is not None and any(is_finite(token) for token in found[at + 2 : close]):
                yield Span(at, close + 1, "relative clause")


def _tails(text: str, found: Sequence[Token]) -> Iterator[Span]:
    end = len(found)
    while end > 0 and not found[end - 1].is_word:
        end -= 1
    if end < len(found) and found[end].text != ".":
        return
    for at in range(3, end - 2):
        if found[at].text != "," or _words(found, at, end) > TAIL_WORDS:
            continue
        opening, following = found[at + 1].word, found[at + 2].word
        if opening not in ("after", "as", "which", "while", "who") or (opening == "as" and _bound_as(found, at)):
            continue
        if any(token.text in ",;:—–" for token in found[at + 1 : end]) or following == "which":
            continue
        if is_main_clause(found[:at]):
            yield Span(at, end, "tail")


def _bound_as(found: Sequence[Token], at: int) -> bool:
    """Whether a clause with "as" is bound to a word before it, or is a condition or an item of a list."""
    following = found[at + 2].word
    bound = any(token.word in ("such", "so", "same", "as", "just", "much") for token in found[:at])
    return bound or following in (
        "well",
        "if",
        "though",
        "long",
        "soon",
        "far",
        "many",
        "much",
        "of",
        "part",
        "opposed",
    )


def is_main_clause(found: Sequence[Token]) -> bool:
    """Whether these tokens, the head of a sentence, hold its subject and finite verb."""
    if not found:
        return False
    first = found[0].word
    start = 0
    if first in _PREPOSITIONS | _SUBORDINATORS or first.endswith(("ing", "ed")):
        start = next((at for at, token in enumerate(found) if token.text == ","), len(found)) + 1
    opened = False  # inside a relative clause that no comma has closed yet
    for at in range(start + 1, len(found)):
        if found[at].text == ",":
            opened = at + 1 < len(found) and found[at + 1].word in ("who", "which", "whose", "where", "whom")
        elif not opened and is_finite(found[at]):
            return True
    return False


def _words(found: Sequence[Token], first: int, last: int) -> int:
    return sum(token.is_word for token in found[first:last])

"""Who says something in a sentence: the verbs of speech of narrator text with their subjects.

Works on text whose quotations are masked (`marks.without_quotes`), so that nothing inside them is taken for a speaker.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.analysis.phrases import RUN, Mention, read_after, read_phrase, read_subject
from aggregator.analysis.roles import FINITE
from aggregator.analysis.verbs import JUDGES, VERB, speaks, without_aux

_BOUNDARY = re.compile(
    r"[;:”“]|,?\s[—–-]\s|—|\((?=\w)|,?\s(?:that|which|what|who|where|why|how|when|while|because|if|though|although"
    r"|after|before|since|whether|than|unless|until)\s|,\s(?:and|but|or|so|yet|as)\s|(?:^|\s)[Aa]s\s"
    r"|(?:^|\s)(?:What|When|While|If|Because|Although|Though|After|Before|Since|Whether)\s"
)
_ACCORDING = re.compile(r"\b[Aa]ccording to\s")
_CONJUNCTION = re.compile(r"^\s*(?:and|but|while|as|or|though|although|which|who|that|when|where)\b")
_QUOTE_END = re.compile(r"[,?!…—–-]$|\.\.\.$")
_GENERIC = re.compile(rf"^\s*(?P<name>{RUN})\s+(?P<verb>(?!(?:is|was|has|does|his|its|as)\b)[a-z]+(?:ed|s))\b")
#: characters of a name with its particles that are looked at
_LONGEST_RUN = 160
#: words between a verb of judgement, or a verb after "what", and the quotation that is its object
_NEAR, _VERY_NEAR = 8, 3
_OBJECT = re.compile(r"\b(?:what|which|whom)\s(?:\S+\s){1,5}$")
_REPORTS = re.compile(r"(?:said|says|added|adds|reported|reports|told|wrote|writes|according)$")
#: a finite verb before any "who": what follows is a clause, not a speaker
_CLAUSE = re.compile(rf"(?:(?!,| who | which ).)*?{FINITE.pattern}")
_GENERIC_INVERTED = re.compile(r"^(?P<verb>[a-z]{3,}ed) (?=[A-Z]|[a-z]+ [A-Z])")
_AGENT = re.compile(r"\s+(?:\w+ly\s+)?by\s")
_PROGRESSIVE = re.compile(r"\b(?:is|are|was|were|been|be|keeps?|kept)\s+(?:\w+\s)?$")
#: with "by", the holder of the words; others ("asked by", "attacked by") tell of something done
_BY_HOLDER = re.compile(
    r"(?:call|describ|brand|label|dismiss|denounc|critici|condemn|deem|regard|characteri|portray|derid|writ|post|quot|hail"
    r"|laud|prais|summari|cit)"
)


@dataclass(frozen=True, slots=True)
class Speech:
    """A verb with its subject; `at` is the place of the verb in the text given."""

    mention: Mention
    verb: str
    at: int


def after_quote(quoted: str, after: str) -> Speech | None:
    """The speech that follows a quotation in its sentence: `"…," Smith said`, `"…," said Smith, the chair`."""
    tight = after.lstrip(" ,")
    offset = len(after) - len(tight)
    if not (_QUOTE_END.search(quoted.rstrip(" ’'")) or after.startswith(",")) or not tight or _CONJUNCTION.match(tight):
        return None
    for match in list(VERB.finditer(tight))[:4]:
        verb, left = match["verb"], tight[: match.start()]
        if not speaks(verb, left) and left.strip():
            continue
        if not left.strip():
            if not verb.endswith("ing") and (mention := read_after(tight[match.end() :])):
                return Speech(mention, verb, offset + match.start())
            continue
        if verb.endswith("ing") and not re.search(r"\b(?:is|are|was|were|been)\s", left):
            continue
        mention = read_subject(without_aux(left))
        if mention:
            return Speech(mention, verb, offset + match.start())
    inverted = _GENERIC_INVERTED.match(tight)
    if inverted and (mention := read_after(tight[inverted.end() :])) and mention.form == "name":
        return Speech(mention, inverted["verb"], offset)
    generic = _GENERIC.match(tight)
    if generic and (mention := read_phrase(generic["name"])):
        return Speech(mention, generic["verb"], offset + generic.start("verb"))
    return None


def said_at_end(text: str) -> Speech | None:
    """The speech that closes a sentence without quotation marks: `…, said X, the chair`; `…, X said`."""
    for match in list(VERB.finditer(text))[::-1][:3]:
        left = text[: match.start()]
        if re.search(r",\s$", left):
            after = text[match.end() :]
            mention = read_after(after) if _REPORTS.match(match["verb"]) and not _CLAUSE.match(after) else None
            if mention and not read_subject(without_aux(left)):
                return Speech(mention, match["verb"], match.start())
        elif speaks(match["verb"], left) and "," in left:
            chunk = re.split(r",\s(?![^,]*,\s*$)", left)[-1]
            if mention := read_subject(without_aux(chunk)):
                return Speech(mention, match["verb"], match.start())
    return None


def according_to(text: str) -> Speech | None:
    """`according to X` in narrator text."""
    match = _ACCORDING.search(text)
    mention = read_after(text[match.end() :]) if match else None
    return Speech(mention, "according to", match.start()) if match and mention else None


def before_quote(before: str) -> Speech | None:
    """The speech that leads to a quotation later in the sentence; `before` is the narrator text up to its mark."""
    for match in list(VERB.finditer(before))[::-1][:4]:
        between = before[match.end() :].split()
        if len(between) > _NEAR and JUDGES.fullmatch(match["verb"]):
            continue
        if len(between) > _VERY_NEAR and _OBJECT.search(before, 0, match.start()):
            continue
        if speech := speech_at(before, match):
            return speech
    if before.rstrip().endswith(":") and (mention := main_subject(before.rstrip(" :"))) and mention.form == "name":
        return Speech(mention, "", 0)
    return None


def speech_at(text: str, match: re.Match[str]) -> Speech | None:
    """A verb of speech found by `verbs.VERB` with its subject; None if it has none, is denied, passive or a noun."""
    verb, left, right = match["verb"], text[: match.start()], text[match.end() :]
    if agent := _AGENT.match(right):
        mention = read_after(right[agent.end() :]) if _BY_HOLDER.match(verb) else None
    elif not speaks(verb, left):
        mention = None
    elif verb.endswith("ing") and not _PROGRESSIVE.search(left):
        mention = _said_before(left) or main_subject(left)
    else:
        mention = _left_subject(left) or _right_subject(left, right)
    return Speech(mention, verb, match.start()) if mention else None


def _said_before(left: str) -> Mention | None:
    """Whoever said something right before a participle: `…, his lawyer said, adding`."""
    said = deque(VERB.finditer(left), maxlen=1)
    if not said or said[0]["verb"].endswith("ing") or len(left[said[0].end() :].split()) > _VERY_NEAR:
        return None
    speech = speech_at(left, said[0])
    return speech.mention if speech else None


def _left_subject(left: str) -> Mention | None:
    """The subject of a verb, from the text left of it."""
    boundary = _last_boundary(left)
    mark = boundary.group().strip(" ,") if boundary else ""
    chunk = left[boundary.end() :] if boundary else left
    if not without_aux(chunk).strip(" ,"):
        if mark == "who" and boundary:
            return _antecedent(left[: boundary.start()])
        return main_subject(left) if boundary and mark not in ("”", "“", "that", "which") else None
    if mention := read_subject(without_aux(chunk)):
        return mention
    if _joined(chunk):
        return main_subject(left.split("“", 1)[0]) or main_subject(chunk)
    if boundary and chunk.rstrip().endswith(","):
        return main_subject(re.split(r"[;:]\s", left)[-1])
    return None


def _right_subject(left: str, right: str) -> Mention | None:
    """The subject behind its verb, where nothing or a quotation stands before."""
    return read_after(right) if not left.strip() or left.rstrip(" ,").endswith(("”", "“")) else None


def _last_boundary(text: str) -> re.Match[str] | None:
    """The last place at which a clause may begin."""
    return deque(_BOUNDARY.finditer(text), maxlen=1).pop() if _BOUNDARY.search(text) else None


def _joined(chunk: str) -> bool:
    """Whether the verb is the second one of its subject: "Smith stood up and said"."""
    return bool(re.search(r"\b(?:and|but|then|or)\s*(?:\w+ly\s+|then\s+|also\s+|later\s+|has\s+|have\s+)*$", chunk))


def _antecedent(text: str) -> Mention | None:
    """Whom "who" means: the noun phrase that ends here, or the name before its apposition."""
    boundary = _last_boundary(text)
    chunk = (text[boundary.end() :] if boundary else text).rstrip(" ,")
    run = re.search(rf"{RUN}$", chunk[-_LONGEST_RUN:])
    return read_subject(chunk + ",") or read_phrase(chunk) or (read_phrase(run.group()) if run else None)


def main_subject(text: str) -> Mention | None:
    """The subject of the main clause that `text` begins with: opening phrases and datelines are skipped."""
    text = re.split(r"\s[—–]\s|—|”|“", text)[-1] if re.search(r"^[A-Z][^.!?]{0,60}\s[—–-]\s|”", text) else text
    pieces = re.split(r",\s+", re.sub(r"\s*\([^()]{0,60}\)", "", text.strip(" ,")))
    for at, piece in enumerate(pieces[:6]):
        if mention := _prefix(piece):
            if mention[1] and at + 1 < len(pieces):
                return read_subject(", ".join([piece, *pieces[at + 1 : at + 3]]) + ",") or mention[0]
            return mention[0]
        if at == 0 and not _skippable(piece):
            return None
    return None


def _skippable(piece: str) -> bool:
    first = piece.split(" ", 1)[0].lower() if piece else ""
    opening = "in on at for after before during with by from to as when while if since although though despite"
    more = "according asked given speaking instead meanwhile however still yet then later earlier but and also under"
    return first in opening.split() or first in more.split() or first.endswith(("ing", "ed", "ly", "day"))


def _prefix(piece: str) -> tuple[Mention, bool] | None:
    """The noun phrase that a piece begins with, and whether it is the whole piece."""
    if _skippable(piece) and not re.match(r"(?:[Bb]ut|[Aa]nd|Still|Yet|Then|Meanwhile|However)\s", piece):
        return None
    best: tuple[Mention, int] | None = None
    for end in _word_ends(piece):
        mention = read_phrase(piece[:end])
        if mention:
            best = (mention, end)
        elif best and not re.search(r"\s(?:of|for|from|at|the|and|in)$", piece[:end]):
            break
    return (best[0], best[1] == len(piece.rstrip())) if best else None


def _word_ends(piece: str) -> Iterator[int]:
    for count, match in enumerate(re.finditer(r"\S+(?=\s|$)", piece)):
        if count > 14:
            return
        yield match.end()

"""Indirect speech: who said what without quotation marks.

Three forms: "X said that …", "…, X said" and "according to X, …"; and verbs whose object is the message, "X accused …",
"X urged …". The clause ends where the narrator takes over again.
"""

import re
from collections.abc import Iterator

from aggregator.analysis.lexicon import BARE_GROUPS, INSTITUTIONS
from aggregator.analysis.model import Said, Sentence
from aggregator.analysis.reader import Reader
from aggregator.analysis.roles import is_one_person
from aggregator.analysis.speech import Speech, according_to, said_at_end, speech_at
from aggregator.analysis.verbs import ANY, JUDGES, SAY, VERB

#: verbs of SAY that never take a that-clause or stand for something else
_NO_CLAUSE = re.compile(
    r"(?:wrote$|writ|spoke|speaks|began|begins|opened|continu|repl|respond|answer|ask|finish|offered|put|puts|laugh|shrug|sigh|text"
    r"|email|signed|shot|fired|hit|pushed|went|goes|summed|sums|read|wonder|joke|quip|shout|yell|cried|cries|chant"
    r"|whisper|snap|gush|elaborat|point(?:s|ed|ing)?$)"
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|last (?:week|month|year)|this (?:week|month|year)"
_BETWEEN = re.compile(
    rf"(?:\s*(?:,\s*)?(?:(?:on |late |early )?(?:{_DAY})(?: (?:morning|afternoon|evening|night))?"
    r"|in (?:a|an|his|her|their|its|the) [\w ’'-]{3,40}?(?:statement|interview|email|release|tweet|conference|speech|"
    r"letter|post|memo|ruling|opinion|report|filing|testimony|hearing|address)|in an? \w+|at (?:a|the) [\w ]{3,40}?"
    r"(?:conference|hearing|rally|meeting|briefing|event)|earlier|again|later|out|repeatedly|publicly|here|there)(?=[\s,]))+,?"
)
_LISTENER = re.compile(
    r"\s+(?!that\s)(?:(?:the|a|his|her|their|its)\s+)?(?:[\w’'.-]+\s+){0,4}?(?:reporters|journalists|lawmakers|senators|members|"
    r"panel|committee|court|judge|jury|board|council|audience|crowd|supporters|colleagues|employees|staff|paper|newspaper"
    r"|agency|investigators|police|investors|analysts|parents|residents|voters|congress|parliament|hearing|him|her|them"
    r"|me|us)(?=\s|,)"
)
_LISTENER_NAME = re.compile(r"\s+(?:the )?[A-Z][\w’'.-]+(?:\s[A-Z][\w’'.-]+){0,4}(?=\s|,)")
_THAT = re.compile(r"\s*(?:,\s*)?(?:that|how|why|whether)\s")
_TAKEOVER = re.compile(
    rf",?\s(?:and|but)\s(?:\w+ly\s|also\s|then\s|later\s|has\s|had\s|have\s)*(?:{ANY}|left|walked|voted|asked|gave|took)\b"
    r"|,\s(?:adding|saying|calling|noting|arguing|citing|warning|referring|speaking|pointing|insisting|according|writing"
    r"|telling|explaining|suggesting|though (?:he|she|they)|even as|prompting|drawing|echoing|a (?:move|claim|charge"
    r"|reference|position|view|figure))\b"
    rf"|,\s(?:he|she|they|[A-Z][\w’'.-]+(?:\s[A-Z][\w’'.-]+){{0,3}})\s(?:{SAY})\b"
    r"|\sin (?:a|an) (?:statement|interview|email|news release|news conference|tweet|speech)\b"
    r"|\s[—–]\s(?:a|an|the|though|but|and)\s"
)
_NOT_A_CLAUSE = re.compile(
    r"\s*(?:[“”~.;:,]|$|(?:about|of|for|to|with|by|at|from|as|in|on|against|into|over|and|or|but|so|such|yes|no|nothing"
    r"|goodbye)\s)"
)
#: left of a verb: its speech is a quotation, or the thing spoken of stands before it
_NOT_REPORTED = re.compile(
    r"(?:^|”|”,)\s*$|”,?\s+(?!and\b|but\b|while\b|or\b)[^,;:“”]{1,60}$|\b(?:which|what|whom)\s[^,]*$"
    r"|\bwho\s+(?:[A-Z]\S*\s+){1,3}$"
)
_GERUND = re.compile(r"\b(?:for|of|by|without|from|after|before|about|to|in|despite|instead of)\s+(?:\w+ly\s+)?$")
#: a clause that ends at its comma, because the main clause follows
_SUBORDINATE = re.compile(
    r"(?:\bwho\s+(?:\w+\s+)?|\b(?:while|as|after|although|though|when|if|because|since)\s[^,]*)$", re.IGNORECASE
)
_INTO_QUOTE = re.compile(r"[^,“]{0,60}:\s*“")
_LEAD = re.compile(r"(?:(?:But|And|Still|Yet|So|Meanwhile|However|Also),?\s+)+")
_MIN_WORDS = 3


def read_said(reader: Reader) -> tuple[Said, ...]:
    """The indirect speech of an article, in order; at most one entry for each verb, clauses of three words or more."""
    found: list[Said] = []
    for sentence in reader.sentences:
        if sentence.region is not None:
            continue
        found.extend(_of_sentence(reader, sentence))
    return tuple(sorted(found, key=lambda said: (said.start, said.end)))


def _of_sentence(reader: Reader, sentence: Sentence) -> Iterator[Said]:
    narration = reader.narrated_text(sentence)
    taken = 0
    tail = _tail(narration)
    said = _said(reader, sentence, *tail) if tail else None
    if said:
        yield said
        return
    for match in VERB.finditer(narration):
        if match.start() < taken or _NOT_REPORTED.search(narration, 0, match.start()):
            continue
        if match["verb"].endswith("ing") and _GERUND.search(narration, 0, match.start()):
            continue
        speech = speech_at(narration, match)
        span = _clause(narration, match) if speech else None
        if speech and span and (said := _said(reader, sentence, speech, *span)):
            taken = span[1]
            yield said


def _tail(narration: str) -> tuple[Speech, int, int] | None:
    """A clause before its speaker: `…, X said`, `…, according to X`; or `According to X, …`."""
    bare = narration.rstrip(".!?… ")
    speech = according_to(bare)
    if speech and speech.at > 0 and VERB.search(bare, speech.at + 13):
        return None
    if speech and speech.at == 0:
        comma = re.search(r",\s(?=(?:the|a|an|it|they|there|about|more|at|in|[A-Z0-9])\b)", bare[13:])
        return (speech, 13 + comma.end(), len(bare)) if comma else None
    if speech is None:
        speech = said_at_end(bare)
        if speech and not _closes(bare, speech):
            return None
    if speech is None:
        return None
    end = bare.rfind(",", 0, speech.at + 1)
    lead = _LEAD.match(bare)
    start = lead.end() if lead else 0
    if "~" in bare[start : max(end, 0)]:
        return None
    enough = end > start and len(bare[start:end].split()) >= 4
    phrase = re.fullmatch(r"(?:In|On|At|During|After|Before)\s[^,]*", bare[max(start, 0) : max(end, 0)])
    return (speech, start, end) if enough and not phrase else None


def _closes(bare: str, speech: Speech) -> bool:
    """Whether the speech is all that follows the last clause: no that-clause of its own after the verb."""
    after = bare[speech.at + len(speech.verb) :]
    if _THAT.search(after) or len(after.split()) > 14:
        return False
    if bare[: speech.at].rstrip().endswith(","):
        return True
    rest = after[_skip(_BETWEEN, after, 0) :].strip()
    return not rest or bool(re.match(r"(?:in|on|at|to|during|after|before|of|with|by|as)\s", rest))


def _clause(narration: str, match: re.Match[str]) -> tuple[int, int] | None:
    """The offsets, inside the sentence, of what the verb at `match` says."""
    verb, direct = match["verb"], bool(JUDGES.fullmatch(match["verb"]))
    at = _skip(_BETWEEN, narration, match.end())
    if verb.startswith(("told", "tell", "warn", "promis", "assur", "remind")):
        listener = _LISTENER.match(narration, at) or _LISTENER_NAME.match(narration, at)
        if listener:
            at = _skip(_BETWEEN, narration, listener.end())
        elif verb.startswith(("told", "tell")):
            return None
    that = None if direct else _THAT.match(narration, at)
    if that:
        at = that.end() if "that" in that.group() else at
    elif not direct and (_NO_CLAUSE.match(verb) or _NOT_A_CLAUSE.match(narration, at)):
        return None
    while at < len(narration) and narration[at] in " ,\u00a0":
        at += 1
    if narration[at : at + 1] in "“" or narration.startswith("by ", at) or _INTO_QUOTE.match(narration, at):
        return None
    end = len(narration.rstrip(".!?… "))
    if not that and _SUBORDINATE.search(narration, 0, match.start()):
        comma = narration.find(",", at, end)
        end = comma if comma > 0 else end
    cut = _TAKEOVER.search(narration, at, end)
    return at, (cut.start() if cut else end)


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where `pattern` ends if it matches at `at`, else `at`."""
    match = pattern.match(text, at)
    return match.end() if match else at


def _said(reader: Reader, sentence: Sentence, speech: Speech, start: int, end: int) -> Said | None:
    text = reader.text[sentence.start + start : sentence.start + end]
    start += len(text) - len(text.lstrip())
    end -= len(text) - len(text.rstrip(" ,;:—–"))
    if len(text.split()) < _MIN_WORDS or end <= start:
        return None
    who = reader.who(speech.mention, sentence.start + speech.at)
    if who is None:
        return None
    return Said(
        article_id=reader.source.article_id,
        sentence=sentence.index,
        speaker=who[0],
        role=who[1],
        kind=kind_of(reader, who[0], named=speech.mention.form != "noun" or who[0] != speech.mention.text),
        verb=speech.verb,
        start=sentence.start + start,
        end=sentence.start + end,
    )


def kind_of(reader: Reader, speaker: str, named: bool) -> str:
    """person | group | organisation | office, of a name or of a phrase like "a spokesman for the council"."""
    lower = speaker.lower()
    if named and reader.people.is_person(speaker):
        return "person"
    if not named and is_one_person(speaker):
        return "person"
    if re.search(r"\b(?:office|white house|pentagon|kremlin|downing street|presidency)\b", lower):
        return "office"
    if named:
        return "person" if " " not in speaker and _with_pronoun(reader, speaker) else "organisation"
    head = re.split(r"\s(?:for|of|from|at|with|in)\s", lower)[0].split()[-1].strip("’'\".,")
    return "organisation" if head in INSTITUTIONS and head not in BARE_GROUPS else "group"


def _with_pronoun(reader: Reader, name: str) -> bool:
    """Whether "he" or "she" follows a single name in its sentences more often than "it"."""
    follow = re.findall(rf"\b{re.escape(name)}\b[^.“\n]{{0,1200}}?\b(he|she|his|her|him|it|its)\b", reader.narration)
    persons = sum(word not in ("it", "its") for word in follow)
    return persons > len(follow) - persons

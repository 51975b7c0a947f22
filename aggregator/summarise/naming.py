"""What somebody calls a thing: "called the Alabama law “dangerous” and “immoral”"."""

import re
from dataclasses import dataclass

#: a thing in up to six words, perhaps an article, and one or two quotations directly behind it
_CALLED = re.compile(
    r"(?P<object>it|them|(?:the|The|its|his|her|their|this) (?:[\w’'-]+ ){0,4}?[\w’'-]+|"
    r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}) (?P<as>as )?(?P<article>an? )?"
    r"[“\"](?P<first>[^“”\"]+)[”\"](?: and [“\"](?P<second>[^“”\"]+)[”\"])?"
)
_VERBS = re.compile(r"(?P<call>call(?:s|ed)?)|describ(?:es|ed)")
_MOST_QUOTED = 20


@dataclass(frozen=True, slots=True)
class Called:
    """A thing, the article before what it is called, and the quoted words."""

    verb: str
    thing: str
    article: str
    quoted: tuple[str, ...]

    def opening(self, plural: bool) -> str:
        """The page's own words before the quotation: "Calls the law a "."""
        ending = "" if plural else "s"
        linked = " as" if self.verb == "Describe" else ""
        return f"{self.verb}{ending} {self.thing}{linked}{self.article and f' {self.article}'} "


def read_called(verb: str, text: str) -> Called | None:
    """What `text`, the object of a verb of calling, says; None if it is of another form or too long to print."""
    kind, match = _VERBS.fullmatch(verb.lower()), _CALLED.match(text)
    if kind is None or match is None or match["object"] in ("it", "them"):
        return None
    if bool(match["as"]) == bool(kind["call"]) or (match["as"] and match["article"]):
        return None
    quoted = tuple(words.strip(" ,.;") for words in (match["first"], match["second"]) if words)
    if not all(quoted) or sum(len(words.split()) for words in quoted) > _MOST_QUOTED:
        return None
    if any(mark in words for words in quoted for mark in ("[", "]", "…", "...", "‘")) or match["object"] in (
        "it",
        "them",
    ):
        return None
    return Called("Call" if kind["call"] else "Describe", match["object"], (match["article"] or "").strip(), quoted)

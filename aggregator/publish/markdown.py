"""A document of the project as a part of a page: Markdown read into HTML, with what a list of contents needs."""

import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from aggregator.publish.render import BIDI, slug_of, web_address

_WIDE = {"table": "Table", "pre": "Block"}
_LISTED = ("h2", "h3")
#: anchors that the page around the text has
_TAKEN = ("contents", "main")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a text: its anchor, its words, and its subsections."""

    anchor: str
    title: str
    parts: tuple["Section", ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A document's first heading, its body as HTML, and its sections."""

    heading: str
    body: Markup
    sections: tuple[Section, ...]


def markdown(text: str, pictures: Collection[str] = ()) -> Text:
    """A document as HTML; raw HTML is not passed on, nor links to files beside it.

    Of pictures beside it those named in `pictures` are shown, of others their words alone.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    heading = ""
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        heading, tokens = tokens[1].content, tokens[3:]
    for token in tokens:
        if token.children:
            token.children = [_shown(each, pictures) for each in _without_local_links(token.children)]
    sections = _sections(tokens)
    html = str(reader.renderer.render(tokens, reader.options, {}))
    number = itertools.count(1)
    opened = '<div class="scroll" role="region" aria-label="{} {}" tabindex="0"><{}>'
    html = re.sub(  # wide things scroll by themselves, also by keyboard
        "<(table|pre)>", lambda tag: opened.format(_WIDE[tag[1]], next(number), tag[1]), html
    )
    html = re.sub("</(table|pre)>", r"</\1></div>", html)
    return Text(heading, Markup(BIDI.sub("", html)), sections)  # raw HTML is off: all markup is the reader's own


def _sections(tokens: Sequence[Token]) -> tuple[Section, ...]:
    """The headings of the first two levels, each of which is given an anchor of its own."""
    found: list[tuple[str, Section]] = []
    taken = set(_TAKEN)
    for token, inside in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.tag in _LISTED:
            words = "".join(" " if child.type == "softbreak" else child.content for child in inside.children or ())
            anchor = slug = slug_of(words) or "section"
            for again in itertools.count(2):
                if anchor not in taken:
                    break
                anchor = f"{slug}-{again}"
            taken.add(anchor)
            token.attrSet("id", anchor)
            found.append((token.tag, Section(anchor, BIDI.sub("", words))))
    nested: list[Section] = []
    within = False
    for tag, one in found:
        if tag == "h3" and within:
            nested[-1] = replace(nested[-1], parts=(*nested[-1].parts, one))
        else:
            nested.append(one)
            within = tag == "h2"
    return tuple(nested)


def _without_local_links(tokens: list[Token]) -> list[Token]:
    kept, dropped = [], False
    for token in tokens:
        if token.type == "link_open":
            dropped = not web_address(str(token.attrGet("href") or ""))
        if not (dropped and token.type in ("link_open", "link_close")):
            kept.append(token)
        if token.type == "link_close":
            dropped = False
    return kept


def _shown(token: Token, pictures: Collection[str]) -> Token:
    """A picture that is there, or what it would have said."""
    if token.type != "image" or token.attrGet("src") in pictures:
        return token
    return Token("text", "", 0, content=token.content)

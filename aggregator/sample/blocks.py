"""The small markup in which a sample article's body is written, as a list of blocks.

Blocks are separated by blank lines. The first characters say what a block is: `## ` a subheading, `> ` a block
quotation, `- ` a list, `! ` the caption of a figure, `@ ` an embedded post, `!! ` a notice of the outlet, `{{wire}}`
the place of a carried text; everything else is a paragraph.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_POST = re.compile(r"@ (?P<author>[^()]+) \((?P<handle>@\w+)\), (?P<date>[^:]+): (?P<text>.+)")


class BlockKind(StrEnum):
    """What a block of a sample article is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    QUOTE = "quote"
    LIST = "list"
    CAPTION = "caption"
    POST = "post"
    NOTICE = "notice"
    WIRE = "wire"


_PREFIXES = {
    "## ": BlockKind.HEADING,
    "> ": BlockKind.QUOTE,
    "- ": BlockKind.LIST,
    "!! ": BlockKind.NOTICE,
    "! ": BlockKind.CAPTION,
    "@ ": BlockKind.POST,
    "{{wire}}": BlockKind.WIRE,
}
_MANY = (BlockKind.QUOTE, BlockKind.LIST)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a body. `lines` has one entry, a list's items, or a quotation's paragraphs; the rest is a post's."""

    kind: BlockKind
    lines: tuple[str, ...]
    author: str = ""
    handle: str = ""
    date: str = ""

    @property
    def text(self) -> str:
        """The block's own words, lines joined by `\\n`."""
        return "\n".join(self.lines)


def parse_blocks(body: str) -> tuple[Block, ...]:
    """The blocks of a body in order. Raises ValueError with the beginning of the block that is not understood."""
    return tuple(_block(part.strip().split("\n")) for part in re.split(r"\n[ \t]*\n", body) if part.strip())


def count_words(blocks: tuple[Block, ...]) -> int:
    """How many words a reader sees in these blocks."""
    return sum(len(block.text.split()) for block in blocks)


def _block(lines: list[str]) -> Block:
    prefix = next((p for p in _PREFIXES if lines[0].startswith(p)), "")
    kind = _PREFIXES.get(prefix, BlockKind.PARAGRAPH)
    where = lines[0][:60]
    if kind is BlockKind.POST:
        return _post(" ".join(line.strip() for line in lines), where)
    if kind is BlockKind.WIRE:
        if lines != ["{{wire}}"]:
            raise ValueError(f"{where!r}: {{{{wire}}}} stands alone in its block")
        return Block(kind, ())
    if kind in _MANY:
        if stray := [line for line in lines if line.strip() != ">" and not line.startswith(prefix)]:
            raise ValueError(f"{stray[0][:60]!r}: every line of this block begins with {prefix!r}")
        texts = tuple(text for line in lines if (text := line[len(prefix) :].strip()))
        if not texts:
            raise ValueError(f"{where!r}: has no text")
        return Block(kind, texts)
    text = " ".join(line.strip() for line in lines).removeprefix(prefix).strip()
    if kind is BlockKind.PARAGRAPH and re.match(r"[#>!@{<+]", text):
        raise ValueError(f"{where!r}: is no markup of a sample article")
    return Block(kind, (text,))


def _post(text: str, where: str) -> Block:
    found = _POST.fullmatch(text)
    if found is None:
        raise ValueError(f"{where!r}: an embedded post is `@ Name (@handle), Month D, YYYY: text`")
    return Block(BlockKind.POST, (found["text"],), found["author"], found["handle"], found["date"])

"""From the bytes of a page to its characters.

The order is the one that measured best over declared, undeclared and wrongly declared pages: byte order mark, valid
UTF-8, nearly valid UTF-8, the HTTP header, the `meta` declaration, a detector. Labels mean what browsers take them to
mean (WHATWG Encoding Standard): `iso-8859-1` is windows-1252, `gb2312` is gb18030 and so on.
"""

import codecs
import re

from aggregator.errors import Rejected

#: labels that browsers read as a larger character set than the label says
_LARGER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
}
#: the families of codecs that a page may name; Python knows others (`unicode_escape`, `utf-7`, `rot13`) that it may not
_ALLOWED = re.compile(r"(utf-8|utf-16|utf-32|ascii|iso8859|cp\d|koi8|gb|big5|euc_|shift_jis|iso2022_|mac|tis-620|hz)")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_META = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,400}?\b(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"7z\xbc",
)
_HEAD = 8192
_BAD_SHARE = 0.01
_SAMPLE = 32_768


def decode(data: bytes, content_type: str = "") -> str:
    """The page as text, without a byte order mark; undecodable bytes become U+FFFD.

    Raises Rejected("not-html") for PDF, images, archives and other binary data.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace")
    declared = _declared(data, content_type)
    if not any(name.startswith(("utf-16", "utf-32")) for name in declared):
        _refuse_binary(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    if _bad_share(text) <= _BAD_SHARE:
        return text
    for name in declared:
        candidate = data.decode(name, "replace")
        if name != "utf-8" and _bad_share(candidate) > _BAD_SHARE:
            continue
        return candidate
    return data.decode(_detect(data), "replace")


def codec(label: str) -> str:
    """Python's codec for an encoding label of the web, or "" when there is none that a page may use."""
    try:
        name = codecs.lookup(label.strip().strip("\"'").lower()).name
    except (LookupError, ValueError):
        return ""
    return _LARGER.get(name, name) if _ALLOWED.match(name) else ""


def _declared(data: bytes, content_type: str) -> list[str]:
    labels = [match[1] for match in _HEADER.finditer(content_type)]
    header = [codec(label) for label in labels]
    meta = [codec(match[1].decode("ascii", "replace")) for match in _META.finditer(data[:_HEAD])]
    # a page whose declaration could be read as ASCII is not in UTF-16 (WHATWG, prescan)
    meta = ["utf-8" if name.startswith(("utf-16", "utf-32")) else name for name in meta]
    return [name for name in dict.fromkeys(header + meta) if name]


def _bad_share(text: str) -> float:
    """Replacement characters as a share of everything that is not ASCII; a cut last character does not count."""
    bad = text[:-1].count("\ufffd")
    return bad / max(1, sum(not char.isascii() for char in text)) if bad else 0.0


def _detect(data: bytes) -> str:
    # the dependency of trafilatura, imported only for the few pages that declare nothing
    from charset_normalizer import from_bytes

    lines = b"\n".join(line[:400] for line in data.splitlines() if not line.isascii())
    best = from_bytes(lines[:_SAMPLE]).best()
    return (codec(best.encoding) if best else "") or "cp1252"


def _refuse_binary(data: bytes) -> None:
    head = data[:_HEAD]
    if head.lstrip()[:8].startswith(_MAGIC) or head[4:8] == b"ftyp":
        raise Rejected("not-html", f"starts with {head[:8]!r}")
    # one stray NUL occurs in real pages
    if head.count(0) > len(head) // 500 + 1:
        raise Rejected("not-html", "holds NUL bytes")

"""Text as it is stored: Unicode NFC, `\\n` line ends, no control characters; and the ids made from it."""

import base64
import hashlib
import re
import unicodedata

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
#: normalising is quadratic in a run of combining marks: 30 are more than any script needs (UAX #15, Stream-Safe Format)
_MARKS = "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code)))
#: at least all of them; beyond the BMP one range, for `re` looks there for one character after the other
_MARK = re.compile(f"[{''.join(mark for mark in _MARKS if mark < chr(0x10000))}\U00010000-\U0001efff]")
_MARK_RUN = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(value: str) -> str:
    """`value` in NFC with `\\n` line ends, control characters and lone surrogates removed."""
    if value.isascii() and value.isprintable():
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    value = _SURROGATE.sub("\ufffd", _CONTROL.sub("", value))
    if _MARK.search(value):  # most texts hold none, and looking for one is far quicker than for a run
        value = _MARK_RUN.sub(r"\1", value)
    return unicodedata.normalize("NFC", value)


def one_line(value: str, limit: int = 512) -> str:
    """`value` cleaned, on one line, without bidirectional controls, cut to `limit` code points: titles and names."""
    return " ".join(clean(_BIDI.sub("", value[: 4 * limit])).split())[:limit].rstrip()


def sha256(value: str | bytes) -> str:
    """Hex SHA-256 of the bytes, or of the text in UTF-8."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()


def short_hash(value: str, length: int = 16) -> str:
    """The first `length` characters of the lower-case base32 SHA-256 of `value`: what public ids are made of."""
    return base64.b32encode(hashlib.sha256(value.encode()).digest()).decode().lower()[:length]

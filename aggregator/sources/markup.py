"""Bytes and markup as they come from outside, made safe to parse: decoding, mending, and HTML to plain text.

Every step is linear in the input, and none resolves an entity that the document declares for itself unless it is short
plain text: a billion laughs stay one.
"""

import codecs
import html
import re
from collections import Counter

from aggregator.errors import Rejected

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]+)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
#: names that are used for a larger set than they stand for (WHATWG Encoding Standard)
_WIDER = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "big5": "big5hkscs",
}  # fmt: skip
#: the encodings that undeclared feeds in other scripts are found in; with all of them to choose from, guesses are worse
_FOREIGN = [
    "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "cp949", "gb18030", "big5hkscs", "big5",
]  # fmt: skip
_C1 = {
    0x80 + n: char for n, char in enumerate(bytes(range(0x80, 0xA0)).decode("cp1252", "replace")) if char != "\ufffd"
}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")

_ENTITY_DECLARATION = re.compile(r"<!ENTITY\s+([\w.-]{1,40})\s+(?:\"([^\"<&%]{0,200})\"|'([^'<&%]{0,200})')\s*>")
#: what the declared entities of a document may add to it in all, in characters
_ENTITY_BUDGET = 100_000
_TOKEN = re.compile(
    r"(?P<keep><!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|</?(?P<name>[A-Za-z_:][^\s<>/]*)[^<>]*>)"
    r"|(?P<lt><)|&(?P<ref>#[xX]?[0-9a-fA-F]{1,8}|[A-Za-z][\w.-]{0,40})?(?P<semi>;?)",
    re.DOTALL,
)
#: references to surrogates (D800 to DFFF), which are no characters: a parser that believes them cannot write its result
_SURROGATE = re.compile(
    r"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*5(?:5(?:29[6-9]|[3-9]\d\d)|6\d{3}|7(?:[0-2]\d\d|3[0-3]\d|34[0-3])))"
    r"(?![0-9a-fA-F]);?"
)
_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
_MAX_ATTRIBUTES = 500
#: how deep elements may be nested, as in libxml2; no feed needs a tenth of it
MAX_DEPTH = 256
#: stray `<` and `&` that are escaped before a document counts as no markup at all
_MAX_MENDS = 200_000

_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|td|th|table|blockquote|figure|hr|pre)\b[^<>]*>", re.IGNORECASE)
_ESCAPE = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z]\w{1,40});")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<![a-zA-Z\[][^<>]*>")


def decode(body: bytes, content_type: str = "") -> str:
    """`body` as text: byte order mark, valid UTF-8, what document or header say, what the bytes look like, cp1252.

    Declarations are wrong so often that valid UTF-8 outranks them; a few broken bytes do not make it another encoding.
    NUL and control characters are gone from the result, and C1 codes are read as the cp1252 that was meant.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            text = body.decode(name, "replace")
            break
    else:
        text = _decode_unmarked(body, content_type)
    return _CONTROL.sub("", text.translate(_C1)).lstrip("\ufeff")


def _decode_unmarked(body: bytes, content_type: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    replaced = body.decode("utf-8", "replace")
    broken = replaced.count("\ufffd")
    if broken * 10 <= sum(1 for char in replaced if char > "\x7f") - broken:
        return replaced
    declared = _XML_ENCODING.search(body, 0, 1000)
    header = _CHARSET.search(content_type)
    names = [declared.group(1).decode("ascii", "replace")] if declared else []
    names += [header.group(1)] if header else []
    for name in names:
        try:
            return body.decode(_WIDER.get(name.lower(), name))
        except (LookupError, UnicodeError, ValueError):
            continue
    return body.decode(_detected(body) or "cp1252", "replace")


def _detected(body: bytes) -> str:
    """What the bytes of an undeclared document look like, if most letters are no Latin ones; cp1252 is for those."""
    words = re.sub(rb"<[^<>]*>", b" ", body[:100_000])[:20_000]
    foreign = len(words.translate(None, bytes(range(128))))
    if foreign <= len(re.findall(rb"[A-Za-z]", words)):
        return ""
    from charset_normalizer import from_bytes

    best = from_bytes(words, cp_isolation=_FOREIGN).best()
    return best.encoding if best is not None else ""


def without_prolog(text: str) -> tuple[str, dict[str, str]]:
    """`text` from its root element on, and the harmless entities its DOCTYPE declared (short text, no markup)."""
    entities: dict[str, str] = {}
    at = 0
    while True:
        at = next((n for n in range(at, len(text)) if not text[n].isspace()), len(text))
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = _doctype_end(text, at)
            for name, double, single in _ENTITY_DECLARATION.findall(text, at, end):
                entities.setdefault(name, double or single)
        else:
            return text[at:], entities
        if end < 0:
            return "", {}
        at = text.find(">", end) + 1


def _doctype_end(text: str, at: int) -> int:
    """Where the `>` of the DOCTYPE at `at` stands: after its internal subset, if it has one; -1 if nowhere."""
    first = text.find(">", at)
    subset = text.find("[", at)
    if 0 <= subset < first:
        closing = re.compile(r"\]\s*>").search(text, subset)
        return closing.end() - 1 if closing else -1
    return first


def mended(text: str, entities: dict[str, str]) -> str:
    """`text` with stray `<` and `&` escaped and named entities resolved, so that a strict parser takes most feeds.

    CDATA, comments and tags stay as they are, but for tags nested deeper than any feed's, which are dropped. Raises
    Rejected for what is made to cost a parser its time: elements with hundreds of attributes (quadratic), and documents
    of hardly anything but stray characters.
    """
    budget, mends, nesting = _ENTITY_BUDGET, 0, _Nesting()

    def mend(match: re.Match[str]) -> str:
        nonlocal budget, mends
        keep = match.group("keep")
        if keep is not None:
            is_tag = keep[1] not in "!?"
            if is_tag and not nesting.admits(keep, match.group("name")):
                return ""
            if is_tag and len(keep) > 2 * _MAX_ATTRIBUTES and keep.count("=") > _MAX_ATTRIBUTES:
                raise Rejected("not-a-feed", f"an element has more than {_MAX_ATTRIBUTES} attributes")
            return _escaped_ampersands(keep) if is_tag and "&" in keep else keep
        name = match.group("ref") or ""
        if not name:
            mends += 1
            if mends > _MAX_MENDS:
                raise Rejected("not-a-feed", "too broken to be mended")
        if match.group("lt"):
            return "&lt;"
        if name in entities and budget >= 0:
            budget -= len(entities[name])
            return html.escape(entities[name], quote=False)
        return _reference(name, match.group("semi"))

    return _TOKEN.sub(mend, _SURROGATE.sub("\ufffd", text))


class _Nesting:
    """Which elements are open while tags go by. An end tag closes what was left open within its element."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._names: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()

    def admits(self, tag: str, name: str) -> bool:
        """Whether the tag may stay: False for an element below MAX_DEPTH others, and for its end tag."""
        name = name.lower()
        if tag[1] == "/":
            if self._dropped[name]:
                self._dropped[name] -= 1
                return False
            if self._names[name]:
                self._close(name)
            return True
        if len(self._open) >= MAX_DEPTH:
            self._dropped[name] += not tag.endswith("/>")
            return False
        if not tag.endswith("/>"):
            self._open.append(name)
            self._names[name] += 1
        return True

    def _close(self, name: str) -> None:
        self._dropped.clear()
        last = ""
        while last != name:
            last = self._open.pop()
            self._names[last] -= 1


def _escaped_ampersands(tag: str) -> str:
    return re.sub(
        r"&(#[xX]?[0-9a-fA-F]{1,8}|[A-Za-z]\w{0,40})?(;?)", lambda m: _reference(m.group(1) or "", m.group(2)), tag
    )


def _reference(name: str, semicolon: str) -> str:
    """An entity or character reference as every XML parser knows it; anything else as the text it is."""
    if not name or not semicolon:
        return f"&amp;{name}{semicolon}"
    if name in _XML_NAMES:
        return f"&{name};"
    plain = html.unescape(f"&{name};")
    if plain == f"&{name};":
        return f"&amp;{name};"
    return html.escape(_CONTROL.sub("", plain), quote=False)


def plain(markup: str, limit: int) -> str:
    """HTML as plain text of about `limit` characters (not yet cleaned): tags and scripts gone, entities resolved.

    Feeds escape once too often, so it is done twice, and no tag is left after either.
    """
    text = markup[: 16 * limit]
    if "<" not in text and "&" not in text:
        return text
    for _ in range(2):
        # only what ends in `;`: a bare `&copy=2` is part of a query
        text = _ESCAPE.sub(lambda match: html.unescape(match.group()), _stripped(text))
    return _stripped(text)


def _stripped(text: str) -> str:
    if "<" not in text:
        return text
    return _TAG.sub("", _BLOCK.sub(" ", _HIDDEN.sub(" ", text)))

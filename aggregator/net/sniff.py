"""Text or not: what the first bytes of a body say, whatever its Content-Type claims."""

import re

#: bytes that decide
SNIFF = 512
_MEDIA_TYPE = re.compile(
    r"(image|video|audio|font|model)/|application/(pdf|zip|x-zip-compressed|x-rar-compressed|vnd\.rar|x-7z-compressed"
    r"|msword|vnd\.ms-|vnd\.openxmlformats|epub\+zip|java-archive|x-shockwave-flash|wasm)",
    re.IGNORECASE,
)
# fmt: off
_MAGIC = (
    (b"%PDF-", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"PK\x03\x04", "ZIP"),
    (b"RIFF", "RIFF"), (b"OggS", "Ogg"), (b"ID3", "MP3"), (b"fLaC", "FLAC"), (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"), (b"\x00\x00\x01\x00", "ICO"), (b"\x1aE\xdf\xa3", "Matroska"), (b"wOF", "WOFF"),
)
# fmt: on
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
#: control characters that no text in an ASCII-compatible encoding holds
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def refusal(content_type: str, head: bytes) -> str:
    """Why a body that begins with `head` (at most 512 bytes count) is not text, or nothing if it may be.

    Known signatures are refused under any label. A type of media, documents or archives is refused too unless the bytes
    look like text: servers label feeds as `video/…` or `application/zip` by mistake. gzip is let through, for sitemaps
    are served that way.
    """
    head = head[:SNIFF]
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return f"the body is {name}"
    if head[4:8] == b"ftyp":
        return "the body is MP4"
    if _MEDIA_TYPE.match(content_type.strip()) and not _looks_like_text(head):
        return f"content-type {content_type.partition(';')[0].strip()}"[:80]
    return ""


def _looks_like_text(head: bytes) -> bool:
    return bool(head) and (head.startswith(_BOMS) or not _BINARY.search(head))

"""What pydantic complains of in settings, in the words of somebody who writes TOML."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

#: what a value must look like, by its key; pydantic names the regular expression
_SHAPES = {
    "allow_private": 'should be written as "host:port"',
    "blocked": "should be the name of a host, without https:// and path",
    "legacy_tls": "should be the name of a host, without https:// and path",
    "contact": "should be plain ASCII, as headers are",
    "user_agent": "should be plain ASCII on one line, as headers are",
    "base_url": "should be an address that begins with http:// or https://",
    "contest": "should be empty, none, or an address with http:// or https://, without a path",
    "home": "should be an address with http:// or https://, without a user name",
    "url": "should be an address with http:// or https://, without a user name",
    "country": "should be two capital letters (ISO 3166)",
    "language": "should be a code in small letters, such as en (ISO 639)",
    "key": "should be a key of a-z, 0-9 and - that begins with a letter or digit, at most 61 characters",
}


def in_words(error: "ErrorDetails") -> str:
    """What pydantic complains of, as somebody who writes TOML would say it."""
    if error["type"] == "tuple_type":
        return "should be a list in brackets"
    key = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    if error["type"] == "string_pattern_mismatch" and key in _SHAPES:
        return _SHAPES[key]
    return error["msg"].removeprefix("Value error, ")

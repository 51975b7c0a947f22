"""Names of countries and languages for readers, in English as the rest of the site."""

from functools import cache

from babel import Locale


def country_name(code: str) -> str:
    """The name of a country by its two letters (Unicode CLDR); the letters themselves where there is none."""
    return str(_english().territories.get(code, code))


def language_name(code: str) -> str:
    """The name of a language by its two or three letters (Unicode CLDR); the letters themselves where there is none."""
    return str(_english().languages.get(code, code))


@cache
def _english() -> Locale:
    return Locale("en")

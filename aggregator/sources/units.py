"""Units: the desks of one outlet that are rated apart, such as its news and its opinion pages.

Every outlet has the units `news` and `opinion`; `outlets.toml` says which addresses and sections are opinion where the
words in them do not, and names further ones, such as an edition in another language or for another country.

An edition is rated apart. One that nobody has rated has the lean of its outlet's news only if it is of the same
country: what the London desk is says nothing of the one in Sydney. So have opinion pages with a key of their own that
of `opinion`.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from aggregator.setting_sections import Section

NEWS, OPINION, EDITION = "news", "opinion", "edition"
#: what every outlet has, said or not
KNOWN = (NEWS, OPINION)


class UnitSpec(Section):
    """One unit of an outlet. An article is of it by the path of its address, or by the section its feed gives it.

    A path is the beginning of an address's path (`/opinion/`), or with a host before it (`blogs.example.com/`); upper
    and lower case are the same.
    """

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    kind: Literal["news", "opinion", "edition"]
    name: str = ""
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    language: str = Field(default="", pattern=r"^([a-z]{2,3})?$")
    paths: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.:-]*/\S*$")], ...] = ()
    sections: tuple[Annotated[str, Field(min_length=1)], ...] = ()


def is_opinion(units: Iterable[Mapping[str, Any]], url: str, section: str) -> bool:
    """Whether an article is of one of the outlet's units of opinion; `units` as the database holds them."""
    return any(_holds(unit, url, section) for unit in units if unit["kind"] == OPINION)


def place_of(units: Iterable[Mapping[str, Any]], kind: str, url: str, section: str) -> tuple[str, str]:
    """The key of the unit that an article of this kind is of, and the country of its edition, empty if it has none.

    Opinion stays opinion, also in an edition: of the first unit of opinion that holds it, or of `opinion`. Else it is
    of the first edition that holds it, or of the news.
    """
    holding = [unit for unit in units if _holds(unit, url, section)]
    edition = next((unit for unit in holding if unit["kind"] == EDITION), None)
    country = str(edition["country"]) if edition is not None else ""
    if kind == OPINION:
        return next((str(unit["key"]) for unit in holding if unit["kind"] == OPINION), OPINION), country
    return (str(edition["key"]) if edition is not None else NEWS), country


def _holds(unit: Mapping[str, Any], url: str, section: str) -> bool:
    if section and section.casefold() in (one.casefold() for one in unit["sections"]):
        return True
    try:
        parts = urlsplit(url.casefold())
    except ValueError:
        return False
    path, host = parts.path or "/", parts.netloc.removeprefix("www.")
    return any((path if one.startswith("/") else host + path).startswith(one.casefold()) for one in unit["paths"])

"""A request as the desk's views see it, what they answer, and the table's row of a route."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from starlette.responses import Response
from starlette.routing import compile_path

from aggregator.clock import Clock, wall
from aggregator.desk.signing import Visitor
from aggregator.errors import Rejected
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.stories.topics import Topics

if TYPE_CHECKING:
    from aggregator.desk.render import Pages

Least = Literal["public", "reader", "editor", "chief"]
_RANK = {"public": 0, "reader": 1, "editor": 2, "chief": 3}


@dataclass(frozen=True)
class Workplace:
    """What the desk works on. `clock` dates decisions, `wall` sign-ins."""

    store: Store
    settings: Settings
    topics: Topics
    data: Path
    clock: Clock
    wall: Callable[[], datetime] = wall


@dataclass(frozen=True)
class Typed:
    """The fields of a form, in order; a name may come several times."""

    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The first value of that name."""
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of that name."""
        return [value for key, value in self.pairs if key == name]

    def number(self, name: str) -> int | None:
        """The first value of that name as a whole number, if it is one."""
        value = self.get(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)


@dataclass(frozen=True)
class Asked:
    """A request. `params` are the variable parts of its path, `query` what follows the question mark.

    `in_page`: a script asks, which puts the answer into the page that is there.
    """

    work: Workplace
    pages: "Pages"
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: Typed = Typed()
    typed: Typed = Typed()
    visitor: Visitor | None = None
    cookie: str = ""
    address: str = ""
    in_page: bool = False

    def may(self, least: Least) -> bool:
        """Whether the visitor's role reaches so far."""
        return _RANK[least] <= (_RANK.get(self.visitor.role, 0) if self.visitor else 0)


_STATUS = {"stale": 409, "locked": 409, "overlaid": 409, "undone": 409, "same-story": 409, "ended": 409,
           "no-story": 404, "no-page": 404, "no-decision": 404, "no-contest": 404, "not-yours": 403,
           "withdrawn": 403}  # fmt: skip
_UNPROCESSABLE = 422


@dataclass(frozen=True)
class Note:
    """Why a form comes back to whoever sent it: said beside that form, which keeps what was typed."""

    form: str
    typed: Typed
    status: int
    text: str
    complaints: tuple[str, ...] = ()
    stale: bool = False

    @classmethod
    def of(cls, error: Rejected, form: str, typed: Typed) -> "Note":
        """A refusal as it is told."""
        complaints = tuple(getattr(error, "complaints", ()))
        text = "The sources do not bear this out, so nothing was changed." if complaints else _sentence(error.detail)
        status = _STATUS.get(error.reason, _UNPROCESSABLE)
        return cls(form, typed, status, text, complaints, error.reason == "stale")


View = Callable[[Asked, Note | None], Response]
#: carries a decision out and gives the address to go on to, or a whole answer; raises Rejected
Act = Callable[[Asked], str | Response]


@dataclass(frozen=True)
class Route:
    """A row of the table of routes: what is asked for, from which role on, and who answers.

    One with `act` changes something; its `view` shows the form again where that is refused.
    """

    path: str
    least: Least
    view: View
    act: Act | None = None

    @property
    def method(self) -> str:
        """POST for what changes something."""
        return "GET" if self.act is None else "POST"

    def params(self, path: str) -> dict[str, str] | None:
        """The variable parts of `path` if this route is for it."""
        pattern, _, convertors = compile_path(self.path)
        found = pattern.match(path)
        return (
            {name: str(convertors[name].convert(value)) for name, value in found.groupdict().items()} if found else None
        )


def _sentence(text: str) -> str:
    first = text.partition(" ")[0]
    return f"{text[:1].upper() if first.isalpha() else text[:1]}{text[1:]}." if text else "This is not possible."

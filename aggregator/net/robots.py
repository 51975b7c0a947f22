"""robots.txt (RFC 9309): which URLs of a host may be asked for, and how often."""

import re

from protego import Protego

from aggregator.net.reservations import signals_of
from aggregator.text import clean

#: bytes of a robots.txt that are read; RFC 9309 asks for at least 500 KiB of rules to be parsed
MAX_ROBOTS = 512_000


def product_token(user_agent: str) -> str:
    """The name that robots.txt knows us by: the user agent up to the version."""
    return re.split(r"[/\s(]", user_agent.strip(), maxsplit=1)[0] or "*"


def robots_text(body: bytes) -> str:
    """The rules in an answer: no byte order mark, no control characters; a page of HTML holds none."""
    text = clean(body.decode("utf-8-sig", "replace")).lstrip("\ufeff \t\n")
    return "" if text.startswith("<") else text


def is_unanswered(status: int) -> bool:
    """Whether the server did not say what it allows (no answer, 429, 5xx): then nothing is, for now."""
    return status == 0 or status == 429 or status >= 500


class Rules:
    """The rules of one robots.txt for one product token."""

    def __init__(self, text: str, token: str) -> None:
        self._token, self._text = token, text
        self._rules = Protego.parse(text) if text.strip() else None
        self._signals: dict[str, bool] | None = None

    @property
    def signals(self) -> dict[str, bool]:
        """The Content-Signals for us: of the groups with our name, else of those for everybody."""
        if self._signals is None:
            self._signals = group_signals(self._text, self._token)
        return self._signals

    def allows(self, url: str) -> bool:
        """Whether the URL may be asked for."""
        return self._rules is None or self._rules.can_fetch(url, self._token)

    @property
    def delay(self) -> float:
        """The seconds between two requests that Crawl-delay or Request-rate ask for; 0 if neither does."""
        if self._rules is None:
            return 0.0
        rate = self._rules.request_rate(self._token)
        spacing = rate.seconds / rate.requests if rate is not None and rate.requests else 0.0
        return max(self._rules.crawl_delay(self._token) or 0.0, spacing)


def group_signals(text: str, token: str) -> dict[str, bool]:
    """The Content-Signal lines of the groups that name `token`, or of the `*` groups; one "no" outweighs any "yes".

    Lines before the first group are for everybody. Groups are combined (RFC 9309 section 2.2.1).
    """
    found: dict[str, dict[str, bool]] = {}
    agents, heading, named = ["*"], False, False
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            agent = product_token(value).lower()
            agents = [*agents, agent] if heading else [agent]
            named = named or agent == token.lower()
        elif name == "content-signal":
            for signal, yes in signals_of(value).items():
                for agent in agents:
                    given = found.setdefault(agent, {})
                    given[signal] = given.get(signal, True) and yes
        heading = name == "user-agent"
    return found.get(token.lower(), {}) if named else found.get("*", {})

"""Taking contests in: what can be contested, what a contest has to say, and how many are taken from one sender.

Nobody is asked for a name. From where a form came is kept as a hash, for a day: to count.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from aggregator.errors import Rejected
from aggregator.sources.contests import SUBJECTS, is_open
from aggregator.sources.ledger import KnownRatings
from aggregator.sources.units import KNOWN
from aggregator.store.contest_tables import Contest, ContestSender, ContestText
from aggregator.store.sessions import exclusive
from aggregator.store.tables import Outlet
from aggregator.text import clean, short_hash

#: of a contest's text, in characters
SHORTEST, LONGEST = 20, 3000
#: from one address
MOST_AN_HOUR, MOST_A_DAY = 3, 10
#: of one network a day: whoever has many addresses cannot fill the queue for everybody
MOST_OF_NETWORK = 30
#: that wait for an answer: of one outlet, and in all
MOST_OF_OUTLET, MOST_OPEN = 20, 200
#: what came by the form, what an operator filed
FORM, COMMAND = "form", "command"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_GAP = re.compile("\n[^\\S\n]*(\n[^\\S\n]*){2,}")


@dataclass(frozen=True, slots=True)
class Sender:
    """From where a form came (an address and its network, hashed), and the machine's time."""

    who: str
    at: datetime
    network: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """The id of a contest. `new` is false where the same was contested in the same words within a day."""

    id: str
    new: bool


def units_of(session: Session, outlet: Outlet, now: datetime, *, internal: bool = False) -> list[str]:
    """The units of an outlet that can be contested: news, opinion, those it names and those that somebody rated.

    Those of which only ratings tell that may not be passed on are `internal`: readers are not told of them.
    """
    named = [str(unit["key"]) for unit in outlet.units]
    rated = KnownRatings(session, [outlet.key], now).units(outlet.key, internal=internal)
    return list(dict.fromkeys((*KNOWN, *named, *rated)))


def written(text: str) -> str:
    """What was typed as it is stored: its lines kept, at most one of them empty in a row, no control characters."""
    return _GAP.sub("\n\n", clean(text).strip())


def complaints(units: Sequence[str], unit: str, subject: str, text: str) -> dict[str, str]:
    """What is wrong with the fields of a contest, in plain words by field."""
    found: dict[str, str] = {}
    if unit not in units:
        found["unit"] = f"Choose which part of the outlet you mean: {', '.join(units)}."
    if subject not in SUBJECTS:
        found["subject"] = "Choose what is wrong."
    kept = written(text)
    if _seen(kept) < SHORTEST:
        found["text"] = f"Say what is wrong in at least {SHORTEST} characters; so far there are {_seen(kept)}."
    elif len(kept) > LONGEST:
        found["text"] = f"At most {LONGEST:,} characters are taken; there are {len(kept):,}. Nothing was cut off here."
    return found


def file_contest(
    session: Session, outlet_key: str, unit: str, subject: str, text: str, now: datetime, sender: Sender | None = None
) -> Filed:
    """Take a contest in; without a sender it is one that an operator files, which no limit holds back.

    The same words about the same unit within a day are one contest. Raises Rejected: "no-outlet"; "unit", "subject" or
    "text" for what is not right with a field; "too-many" from one address; "full" where too many wait for an answer.
    """
    outlet = session.get(Outlet, outlet_key)
    if outlet is None:
        raise Rejected("no-outlet", f"no outlet has the key {outlet_key!r}")
    for field, why in complaints(units_of(session, outlet, now, internal=sender is None), unit, subject, text).items():
        raise Rejected(field, why)
    exclusive(session, "contests")
    text = written(text)
    if (known := _same(session, outlet_key, unit, text, now)) is not None:
        return Filed(known, new=False)
    if sender is not None:
        _hold_back(session, outlet_key, sender)
    number = session.scalar(select(func.count()).select_from(Contest))
    contest_id = "c_" + short_hash("\n".join((outlet_key, unit, subject, text, now.isoformat(), str(number))))
    session.add(
        Contest(
            id=contest_id, outlet_key=outlet_key, unit=unit, subject=subject,
            came_by=COMMAND if sender is None else FORM, recorded_at=now,
        )
    )  # fmt: skip
    session.flush()
    session.add(ContestText(contest_id=contest_id, text=text))
    if sender is not None:
        session.add(
            ContestSender(contest_id=contest_id, who=sender.who, network=sender.network or sender.who, at=sender.at)
        )
    return Filed(contest_id, new=True)


def forget_senders(session: Session, now: datetime) -> None:
    """Delete from where contests came, a day after; `now` is the machine's time."""
    session.execute(delete(ContestSender).where(ContestSender.at <= now - _DAY))


def _seen(text: str) -> int:
    """Its length as a reader sees it: white space counts once, marks of format not at all."""
    return len(" ".join("".join(char for char in text if unicodedata.category(char) != "Cf").split()))


def _same(session: Session, outlet_key: str, unit: str, text: str, now: datetime) -> str | None:
    query = select(Contest.id).join(ContestText, ContestText.contest_id == Contest.id)
    query = query.where(Contest.outlet_key == outlet_key, Contest.unit == unit, Contest.recorded_at > now - _DAY)
    return session.scalar(query.where(ContestText.text == text).order_by(Contest.recorded_at).limit(1))


def _hold_back(session: Session, outlet_key: str, sender: Sender) -> None:
    forget_senders(session, sender.at)
    for since, most, words in ((_HOUR, MOST_AN_HOUR, "an hour"), (_DAY, MOST_A_DAY, "a day")):
        query = select(func.count()).where(ContestSender.who == sender.who, ContestSender.at > sender.at - since)
        if (session.scalar(query) or 0) >= most:
            raise Rejected(
                "too-many", f"from one address {most} contests are taken {words}: send yours again in {words}"
            )
    query = select(func.count()).where(ContestSender.network == (sender.network or sender.who))
    if (session.scalar(query.where(ContestSender.at > sender.at - _DAY)) or 0) >= MOST_OF_NETWORK:
        raise Rejected("too-many", f"from one network {MOST_OF_NETWORK} contests are taken a day: send yours in a day")
    waiting = select(func.count()).select_from(Contest).where(is_open())
    if (session.scalar(waiting.where(Contest.outlet_key == outlet_key)) or 0) >= MOST_OF_OUTLET:
        raise Rejected(
            "full", f"{MOST_OF_OUTLET} contests of this outlet wait for an answer: send yours again in some days"
        )
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise Rejected("full", f"{MOST_OPEN} contests wait for an answer: send yours again in some days")

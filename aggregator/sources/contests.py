"""Contests of outlets' labels as readers see them: where one is sent to, and what was answered.

`contest_filing` takes them in, `contest_answers` answers them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from aggregator.setting_sections import SiteSettings
from aggregator.store.contest_tables import Contest, ContestAnswer, ContestText
from aggregator.store.upsert import in_parts

#: what can be contested, in the words of the form
SUBJECTS: Mapping[str, str] = {
    "rating-wrong": "A rating is wrong",
    "rating-outdated": "A rating is out of date",
    "rating-missing": "A rating is missing",
    "facts-wrong": "A fact about the outlet is wrong: its name, owner, country or web address",
    "other": "Something else",
}
#: how a contest can end, in the words of the page; what is `NOT_TAKEN` is never public
NOT_TAKEN = "not-taken"
OUTCOMES: Mapping[str, str] = {
    "changed": "Changed as asked",
    "partly": "Changed in part",
    "unchanged": "Left as it is",
    NOT_TAKEN: "Not taken up",
}
NO_FORM = "none"


@dataclass(frozen=True, slots=True)
class PublicContest:
    """An answered contest as readers see it; days in UTC. `subject` is a key of SUBJECTS, `outcome` one of OUTCOMES.

    `text` is empty unless the desk quotes the contester's words.
    """

    id: str
    unit: str
    asked_on: date
    subject: str
    text: str
    outcome: str
    answer: str
    answered_on: date
    answered_by_role: str


def public_contests(session: Session, keys: Iterable[str]) -> Mapping[str, Sequence[PublicContest]]:
    """Of each outlet the answered contests, the last answered first; outlets without any are not in it."""
    found: dict[str, list[PublicContest]] = {}
    for some in in_parts(sorted(set(keys))):
        query = (
            select(Contest, ContestAnswer, ContestText.text)
            .select_from(Contest)
            .join(ContestAnswer, and_(ContestAnswer.contest_id == Contest.id, is_last()))
            .outerjoin(ContestText, ContestText.contest_id == Contest.id)
            .where(Contest.outlet_key.in_(some), ContestAnswer.outcome != NOT_TAKEN)
            .order_by(ContestAnswer.recorded_at.desc(), Contest.recorded_at.desc(), Contest.id)
        )
        for asked, answer, text in session.execute(query):
            found.setdefault(asked.outlet_key, []).append(_public(asked, answer, text or ""))
    return found


def open_counts(session: Session, keys: Iterable[str] | None = None) -> Mapping[str, int]:
    """How many contests of each outlet wait for an answer; outlets without any are not in it. None: of all outlets."""
    query = select(Contest.outlet_key, func.count()).where(is_open()).group_by(Contest.outlet_key)
    if keys is None:
        return _counted(session, query)
    found: dict[str, int] = {}
    for some in in_parts(sorted(set(keys))):
        found |= _counted(session, query.where(Contest.outlet_key.in_(some)))
    return found


def contest_address(site: SiteSettings, outlet_key: str) -> str:
    """The address of the form for an outlet; "" where `[site] contest` says that there is none."""
    if site.contest == NO_FORM:
        return ""
    return f"{(site.contest or site.base_url).rstrip('/')}/contest/{quote(outlet_key, safe='')}"


def is_open() -> ColumnElement[bool]:
    """SQL condition on Contest: nobody has answered it."""
    return ~exists().where(ContestAnswer.contest_id == Contest.id)


def is_last() -> ColumnElement[bool]:
    """SQL condition on ContestAnswer joined to Contest: no later version corrects it."""
    every = ContestAnswer.__table__.alias("every_answer")
    last = select(func.max(every.c.version)).where(every.c.contest_id == Contest.id).scalar_subquery()
    return ContestAnswer.version == last


def _counted(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {key: int(n) for key, n in session.execute(query)}


def _public(asked: Contest, answer: ContestAnswer, text: str) -> PublicContest:
    return PublicContest(
        id=asked.id,
        unit=asked.unit,
        asked_on=asked.recorded_at.date(),
        subject=asked.subject,
        text=text if answer.quote_text else "",
        outcome=answer.outcome,
        answer=answer.text,
        answered_on=answer.recorded_at.date(),
        answered_by_role=answer.role,
    )

"""What is remembered of hosts between fetches: robots.txt, the next free moment, whether it is down."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.net import HostState
from aggregator.net.hosts import MOST_LED_TO
from aggregator.net.services import service_of
from aggregator.net.urls import BadUrl, split
from aggregator.store.tables import Host
from aggregator.store.upsert import upsert

_NOT_STORED = ("beyond", "was_known")


def host_name(url: str) -> str:
    """The host of a URL as it is remembered: with its port unless that is 80 or 443."""
    try:
        return split(url).key
    except BadUrl:
        return ""


def load_hosts(session: Session, urls: Iterable[str]) -> dict[str, HostState]:
    """What is known of the hosts of `urls`, by host name; each with what is known of its service and of the hosts that
    its redirects led to, so that their robots.txt and their cool-downs are remembered too."""
    names = {host_name(url) for url in urls} - {""}
    rows = _rows(session, names)
    beyond = {name: _beyond(name, rows.get(name)) for name in names}
    rows |= _rows(session, {other for others in beyond.values() for other in others} - set(rows))
    states = {name: _state(row) for name, row in rows.items()}
    return {
        name: replace(states.get(name) or HostState(name), beyond=tuple(states[o] for o in beyond[name] if o in states))
        for name in sorted(names)
        if name in states or any(other in states for other in beyond[name])
    }


def _rows(session: Session, names: set[str]) -> dict[str, Host]:
    return {row.host: row for row in session.scalars(select(Host).where(Host.host.in_(sorted(names))))} if names else {}


def _beyond(name: str, row: Host | None) -> list[str]:
    service = service_of(name)
    return [*([service] if service else []), *(row.leads_to.split() if row is not None else [])]


def _state(row: Host) -> HostState:
    return HostState(
        host=row.host,
        robots=row.robots,
        robots_status=row.robots_status,
        robots_at=row.robots_at,
        next_free_at=row.next_free_at,
        down_until=row.down_until,
        robots_failing_since=row.robots_failing_since,
        tdm=row.tdm,
        tdm_at=row.tdm_at,
        strikes=row.strikes,
        learnt_delay=row.learnt_delay,
        down_reason=row.down_reason,
        leads_to=tuple(row.leads_to.split()),
    )


def save_hosts(session: Session, states: Sequence[HostState]) -> None:
    """Remember what a fetch learnt of the hosts that it touched; of two states of one host, the last.

    Where nobody had told it what was known, because a redirect led there, that is kept: else a site that sends us to
    another could make us forget how long that one wants to be left alone, and what it reserves.
    """
    last = {state.host: state for state in states}
    rows = _rows(session, {name for name, state in last.items() if not state.was_known})
    upsert(session, Host, [_row(_joined(rows.get(name), state)) for name, state in last.items()])


def _joined(row: Host | None, state: HostState) -> HostState:
    if row is None:
        return state
    old = _state(row)
    newer = old if state.down_until is None or (old.down_until or state.down_until) > state.down_until else state
    return replace(
        state,
        down_until=newer.down_until,
        down_reason=newer.down_reason,
        robots_failing_since=state.robots_failing_since and (old.robots_failing_since or state.robots_failing_since),
        tdm=state.tdm if state.tdm_at else old.tdm,
        tdm_at=state.tdm_at or old.tdm_at,
        strikes=max(old.strikes, state.strikes),
        learnt_delay=max(old.learnt_delay, state.learnt_delay),
        leads_to=tuple(dict.fromkeys((*old.leads_to, *state.leads_to)))[-MOST_LED_TO:],
    )


def _row(state: HostState) -> dict[str, object]:
    row = {spec.name: getattr(state, spec.name) for spec in fields(state) if spec.name not in _NOT_STORED}
    return row | {"leads_to": " ".join(state.leads_to)}

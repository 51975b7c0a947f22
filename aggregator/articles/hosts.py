"""What is remembered of hosts between fetches: robots.txt, the next free moment, whether it is down."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.net import HostState
from aggregator.net.services import service_of
from aggregator.store.tables import Host
from aggregator.store.upsert import upsert


def host_name(url: str) -> str:
    """The host of a URL as it is remembered: with its port unless that is 80 or 443."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host if parts.port in (None, 80, 443) else f"{host}:{parts.port}"


def load_hosts(session: Session, urls: Iterable[str]) -> dict[str, HostState]:
    """What is known of the hosts of `urls`, by host name; each with what is known of its service and of the hosts that
    its redirects led to, so that their robots.txt and their cool-downs are remembered too."""
    names = {host_name(url) for url in urls}
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
    """Remember what a fetch learnt of the hosts that it touched; of two states of one host, the last."""
    upsert(session, Host, [_row(state) for state in {state.host: state for state in states}.values()])


def _row(state: HostState) -> dict[str, object]:
    row = {spec.name: getattr(state, spec.name) for spec in fields(state) if spec.name != "beyond"}
    return row | {"leads_to": " ".join(state.leads_to)}

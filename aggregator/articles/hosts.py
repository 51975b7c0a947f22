"""What is remembered of hosts between fetches: robots.txt, the next free moment, whether it is down."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.net import HostState
from aggregator.store.tables import Host
from aggregator.store.upsert import upsert


def host_name(url: str) -> str:
    """The host of a URL as it is remembered: with its port unless that is 80 or 443."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host if parts.port in (None, 80, 443) else f"{host}:{parts.port}"


def load_hosts(session: Session, urls: Iterable[str]) -> dict[str, HostState]:
    """What is known of the hosts of `urls`, by host name."""
    names = sorted({host_name(url) for url in urls})
    rows = session.scalars(select(Host).where(Host.host.in_(names)))
    return {
        row.host: HostState(
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
        )
        for row in rows
    }


def save_hosts(session: Session, states: Sequence[HostState]) -> None:
    """Remember what a fetch learnt of the hosts that it touched; of two states of one host, the last."""
    upsert(session, Host, [asdict(state) for state in {state.host: state for state in states}.values()])

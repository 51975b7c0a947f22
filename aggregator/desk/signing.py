"""Signing in and staying signed in: a random token in a cookie, its hash in the database, and a limit on wrong tries.

Times are the machine's (`clock.wall`): on a fixed clock nobody would ever be signed out.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from aggregator.desk.users import is_right, key_of
from aggregator.errors import Rejected
from aggregator.setting_sections import DeskSettings
from aggregator.sources.contests import is_open
from aggregator.store.contest_tables import Contest
from aggregator.store.desk_tables import Knock, SignIn, User
from aggregator.store.sessions import Store
from aggregator.text import sha256

#: a visit is noted this often at most: every request would be a write otherwise
_NOTED = timedelta(minutes=1)


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in; `csrf` is what every form of theirs holds, `waiting` how many contests are open."""

    name: str
    role: str
    csrf: str
    waiting: int = 0


def sign_in(
    store: Store, settings: DeskSettings, name: str, password: str, address: str, now: datetime, old: str = ""
) -> tuple[str, Visitor]:
    """The token for the cookie, and who it is. `old` is the cookie that the browser had: it is worth nothing any more.

    A try is noted before the password is looked at, so that many at once count too. Raises Rejected: "wrong", or
    "too-many", also for the right password, until the tries are some minutes old.
    """
    doors = (sha256(f"user {key_of(name)}"), caller(address))
    with store.write() as session:
        store.exclusive(session, "knocks")
        knock = _knock(session, settings, doors, now)
        user = session.get(User, key_of(name))
    if not is_right(user, password):
        raise Rejected("wrong", "name or password is wrong")
    with store.write() as session:
        user = session.get(User, key_of(name))
        if user is None or user.disabled:
            raise Rejected("wrong", "name or password is wrong")
        session.execute(delete(Knock).where((Knock.who == doors[0]) | (Knock.id == knock)))
        session.execute(delete(SignIn).where((SignIn.token_sha == sha256(old)) | _over(settings, now)))
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        session.add(SignIn(token_sha=sha256(token), user_key=user.key, csrf=csrf, created_at=now, seen_at=now))
        return token, Visitor(user.name, user.role, csrf)


def visitor(store: Store, settings: DeskSettings, token: str, now: datetime) -> Visitor | None:
    """Who the cookie belongs to, unless they were idle or signed in for too long, or were disabled."""
    if not token:
        return None
    with store.read() as session:
        waiting = select(func.count()).select_from(Contest).where(is_open()).scalar_subquery()
        query = select(SignIn, User, waiting).join(User, User.key == SignIn.user_key)
        query = query.where(SignIn.token_sha == sha256(token), ~User.disabled, ~_over(settings, now))
        found = session.execute(query).first()
    if found is None:
        return None
    one, user, contests = found
    if now - one.seen_at >= _NOTED:
        with store.write() as session:
            session.execute(update(SignIn).where(SignIn.token_sha == one.token_sha).values(seen_at=now))
    return Visitor(user.name, user.role, one.csrf, contests)


def caller(address: str) -> str:
    """From where somebody asks, hashed: what is counted to hold back whoever asks too often."""
    return sha256(f"address {_block(address)}")


def network(address: str) -> str:
    """In which network somebody is, hashed: an IPv4 /24, an IPv6 /48, which one customer may hold (RFC 6177)."""
    block = _block(address)
    try:
        found = ip_network(block)
    except ValueError:
        return sha256(f"network {block}")
    return sha256(f"network {found.supernet(new_prefix=24 if found.version == 4 else 48)}")


def _block(address: str) -> str:
    """What one person holds: an IPv4 address, or the /64 that an IPv6 address lies in (RFC 6177).

    A web server that takes both by one socket writes IPv4 as `::ffff:192.0.2.1` (RFC 4291): as a /64 that is everybody.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network(f"{found}/64", strict=False))


def sign_out(store: Store, token: str) -> None:
    """The cookie is worth nothing from now on."""
    with store.write() as session:
        session.execute(delete(SignIn).where(SignIn.token_sha == sha256(token)))


def _over(settings: DeskSettings, now: datetime) -> ColumnElement[bool]:
    """SQL condition on SignIn: idle, or signed in, for too long."""
    idle = SignIn.seen_at <= now - timedelta(minutes=settings.idle_minutes)
    return idle | (SignIn.created_at <= now - timedelta(hours=settings.longest_hours))


def _knock(session: Session, settings: DeskSettings, doors: tuple[str, str], now: datetime) -> int:
    """Note a try of a name from an address; the number of the address's note."""
    since = now - timedelta(minutes=settings.tries_minutes)
    session.execute(delete(Knock).where(Knock.at <= since))
    for who, most in zip(doors, (settings.tries_per_user, settings.tries_per_address), strict=True):
        if (session.scalar(select(func.count()).where(Knock.who == who)) or 0) >= most:
            raise Rejected("too-many", f"too many wrong passwords: try again in {settings.tries_minutes:g} minutes")
    notes = [Knock(who=who, at=now) for who in doors]
    session.add_all(notes)
    session.flush()
    return notes[1].id

"""Who may use the desk: names, passwords (argon2) and roles, kept in the database."""

from collections.abc import Sequence
from datetime import datetime
from threading import BoundedSemaphore
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aggregator.errors import Rejected
from aggregator.store.desk_tables import SignIn, User
from aggregator.text import clean, one_line

UserRole = Literal["reader", "editor", "chief"]
ROLES: tuple[str, ...] = get_args(UserRole)
#: of a password, in characters
SHORTEST, LONGEST = 12, 1000
_LONGEST_NAME = 60

#: 19 MiB and two passes (OWASP's least for argon2id); never more than two at once, so that a crowd at the door does not
#: take the memory of the machine
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_TURN = BoundedSemaphore(2)
#: what is compared where there is no such user, so that the answer takes as long
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$POnS6clUb6faouvKnpds8Q$g94AdzlvcWSvCL0pEM6ejhA20nb53YHacPfgdTiSBlg"


def key_of(name: str) -> str:
    """The name as it is looked up: one line, case folded."""
    return one_line(name, _LONGEST_NAME).casefold()


def add(session: Session, name: str, password: str, role: str, now: datetime) -> User:
    """Let somebody in. Raises Rejected: "name", "password", "role", or "taken" where the name is known already."""
    shown = one_line(name, 4 * _LONGEST_NAME)
    if not any(map(str.isalnum, shown)) or len(shown) > _LONGEST_NAME:
        raise Rejected("name", f"a name has a letter or digit, and at most {_LONGEST_NAME} characters")
    if role not in ROLES:
        raise Rejected("role", f"no role {role!r}; there are {', '.join(ROLES)}")
    if session.get(User, key_of(shown)) is not None:
        raise Rejected("taken", f"there is a user {shown} already")
    user = User(key=key_of(shown), name=shown, password=hashed(password), role=role, created_at=now)
    session.add(user)
    session.flush()
    return user


def disable(session: Session, name: str) -> None:
    """Let somebody in no more, at once. Raises Rejected("no-user")."""
    user = _known(session, name)
    user.disabled = True
    _sign_out_everywhere(session, user)


def set_password(session: Session, name: str, password: str) -> None:
    """Give a user another password, and let a disabled one in again; every browser of theirs is signed out.

    Raises Rejected: "no-user", "password".
    """
    user = _known(session, name)
    user.password, user.disabled = hashed(password), False
    _sign_out_everywhere(session, user)


def every(session: Session) -> Sequence[User]:
    """All users by name."""
    return session.scalars(select(User).order_by(User.key)).all()


def hashed(password: str) -> str:
    """The argon2 hash of a password. Raises Rejected("password") if it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Rejected("password", f"a password has {SHORTEST} to {LONGEST} characters; this has {len(password)}")
    with _TURN:
        return _HASHER.hash(_plain(password))


def is_right(user: User | None, password: str) -> bool:
    """Whether this is the password of a user who may sign in; takes as long where there is no such user."""
    stored = user.password if user is not None else _NOBODY
    try:
        with _TURN:
            right = _HASHER.verify(stored, _plain(password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return right and user is not None and not user.disabled


def _plain(password: str) -> str:
    return clean(password)  # the same letters typed on another keyboard are the same password


def _known(session: Session, name: str) -> User:
    user = session.get(User, key_of(name))
    if user is None:
        raise Rejected("no-user", f"there is no user {one_line(name, _LONGEST_NAME)}")
    return user


def _sign_out_everywhere(session: Session, user: User) -> None:
    session.execute(delete(SignIn).where(SignIn.user_key == user.key))

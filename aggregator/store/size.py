"""How large a database is: what it holds, not what its files once grew to."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from aggregator.store.sessions import Store

#: a row of `responses` without its page, in bytes
_BARE_RESPONSE = 400


@dataclass(frozen=True)
class DatabaseSize:
    """Bytes in use, and bytes of its files on this machine that will be written again before they grow."""

    used: int
    reusable: int = 0


def database_size(store: Store) -> DatabaseSize:
    """The size of the database.

    Pages that were emptied count as free at once, although neither database gives their room back to the disk: else
    pruning would never help.
    """
    with store.read() as session:
        return _of_sqlite(session) if store.is_sqlite else _of_postgresql(session)


def _of_sqlite(session: Session) -> DatabaseSize:
    size, pages, free = (
        int(session.execute(text(f"PRAGMA {name}")).scalar_one())
        for name in ("page_size", "page_count", "freelist_count")
    )
    return DatabaseSize(size * (pages - free), size * free)


def _of_postgresql(session: Session) -> DatabaseSize:
    """The large column is summed up: the length of a value that is kept apart stands in its row."""
    whole, table, kept, rows = session.execute(
        text(
            "SELECT pg_database_size(current_database()), pg_total_relation_size('responses'), "
            "coalesce(sum(pg_column_size(html)), 0), count(*) FROM responses"
        )
    ).one()
    return DatabaseSize(int(whole) - int(table) + min(int(table), int(kept) + _BARE_RESPONSE * int(rows)))

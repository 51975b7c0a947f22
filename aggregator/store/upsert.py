"""Insert-or-update in both dialects, and statements that do not outgrow their parameters."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from aggregator.store.tables import Base

#: SQLite takes at most 32,766 parameters a statement
_PARAMETERS = 20_000
Item = TypeVar("Item")


def in_parts(items: Sequence[Item], columns: int = 1) -> Iterator[Sequence[Item]]:
    """`items` in parts that fit into one statement each, where an item takes so many parameters."""
    step = max(1, _PARAMETERS // columns)
    return (items[start : start + step] for start in range(0, len(items), step))


def upsert(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], *, update: bool = True) -> None:
    """Write `rows` by primary key: existing rows are updated with the given columns, or left as they are.

    All rows have the same columns, and no two the same key.
    """
    if not rows:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    keys = [column.name for column in table.__table__.primary_key]
    for part in in_parts(rows, len(rows[0])):
        statement: Any = insert(table).values(list(part))
        changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        if update and changed:
            statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=keys)
        session.execute(statement)

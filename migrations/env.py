"""Alembic's entry point. The connection comes from `aggregator.store.migrate`, inside a transaction of its own."""

from typing import Any

from alembic import context
from sqlalchemy import JSON

from aggregator.store.columns import VectorColumn
from aggregator.store.desk_tables import Glance


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our column types by name."""
    if kind == "type" and isinstance(item, JSON):
        return "columns.JsonColumn"
    if kind == "type" and type(item).__module__ == VectorColumn.__module__:
        return f"columns.{type(item).__name__}()"
    return False


connection = context.config.attributes["connection"]
# On SQLite a batch migration rebuilds a table; with foreign keys on, that would delete every child row.
sqlite = connection.dialect.name == "sqlite"
context.configure(
    connection=connection,
    target_metadata=Glance.metadata,  # the one registry, with all modules of tables loaded
    render_as_batch=sqlite,
    render_item=render_item,
    compare_type=False,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

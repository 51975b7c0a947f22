"""Column types that mean the same on SQLite and PostgreSQL: times in UTC, vectors, JSON, compressed bodies."""

import zlib
from datetime import UTC, datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pgvector.sqlalchemy import Vector as PgVector
from sqlalchemy import JSON, DateTime, Dialect, LargeBinary, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

Vector: TypeAlias = NDArray[np.float32]
Json: TypeAlias = Any

#: JSON text on SQLite, JSONB on PostgreSQL; None is NULL on both
JsonColumn = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite drops zones, so they are put back; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times (ValueError), store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """An aware time in UTC, whatever the driver gives."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class VectorColumn(TypeDecorator[Vector]):
    """A vector of any dimension: pgvector on PostgreSQL, the bytes of its 32-bit floats elsewhere; numpy on both."""

    impl = LargeBinary
    cache_ok = True

    def __repr__(self) -> str:
        return "VectorColumn()"

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """pgvector's own type where there is one."""
        return dialect.type_descriptor(PgVector() if dialect.name == "postgresql" else LargeBinary())

    def process_bind_param(self, value: Vector | None, dialect: Dialect) -> Any:
        """float32 whatever came in: a float64 stored as bytes would be read back as noise."""
        if value is None:
            return None
        array = np.ascontiguousarray(value, np.float32)
        return array if dialect.name == "postgresql" else array.tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> Vector | None:
        """A float32 array, read-only on SQLite."""
        if value is None:
            return None
        return np.frombuffer(value, np.float32) if isinstance(value, bytes) else np.asarray(value, np.float32)


class CompressedBytes(TypeDecorator[bytes]):
    """Bytes, deflated on the way in (RFC 1950)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Deflate."""
        return None if value is None else zlib.compress(value, 6)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Inflate."""
        return None if value is None else zlib.decompress(value)

"""Every error that is ours, in one tree.

AggregatorError
  ConfigError        a setting or a file of the operator is wrong: one message, exit 2, nothing written
    InstanceMismatch   the database belongs to another instance than the configuration
  StoreError         the database cannot be used as it is (too new, unreachable, locked for too long)
  LockHeld           another run holds the lock: exit 75
  StageFailed        a whole stage cannot work (a broken install, a bug that every item meets): exit 1
  ItemError          one item failed; its reason is recorded and the run goes on
    Retryable          worth another try later
    Rejected           never worth another try on the same input: buried with its reason
"""

from datetime import timedelta
from pathlib import Path


class AggregatorError(Exception):
    """Anything this program raises on purpose."""


class ConfigError(AggregatorError):
    """A setting is wrong: says in which file, at which key, and how to mend it."""

    def __init__(self, problem: str, *, file: Path | str | None = None, key: str = "", fix: str = "") -> None:
        super().__init__(problem)
        self.problem, self.file, self.key, self.fix = problem, file, key, fix

    def __str__(self) -> str:
        where = " ".join(part for part in (str(self.file or ""), f"[{self.key}]" if self.key else "") if part)
        return (f"{where}: " if where else "") + self.problem + (f" ({self.fix})" if self.fix else "")


class InstanceMismatch(ConfigError):
    """The database was made for another instance than the one the configuration names."""


class StoreError(AggregatorError):
    """The database cannot be used as it is."""


class LockHeld(AggregatorError):
    """Another run holds the lock of this instance."""


class StageFailed(AggregatorError):
    """A stage as a whole cannot work; no item is to blame and none is counted as tried."""

    def __init__(self, stage: str, cause: str) -> None:
        super().__init__(stage, cause)
        self.stage, self.cause = stage, cause

    def __str__(self) -> str:
        return f"stage {self.stage} cannot work: {self.cause}"


class ItemError(AggregatorError):
    """One item failed. `reason` is a short stable word that is counted; `detail` is for people."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class Retryable(ItemError):
    """Worth another try: after `after` if given, else after the stage's own back-off.

    What is not `counted` is not the item's own failure (a budget, our own line): it waits, and is never given up.
    """

    def __init__(self, reason: str, detail: str = "", after: timedelta | None = None, *, counted: bool = True) -> None:
        super().__init__(reason, detail)
        self.args = (reason, detail, after)
        self.after, self.counted = after, counted


class Rejected(ItemError):
    """Never worth another try on the same input."""

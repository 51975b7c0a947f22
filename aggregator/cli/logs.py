"""Structured logs on stderr: `key=value` lines, or JSON with --log-json."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from aggregator.text import one_line

#: parts of a key that mark its value as a secret
_SECRETS = ("password", "secret", "token", "cookie", "authorization", "api_key")


def set_up_logs(*, as_json: bool, quiet: bool) -> None:
    """Configure structlog; other libraries' loggers are quietened to warnings, trafilatura's altogether."""
    level = logging.WARNING if quiet else logging.INFO
    shape: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_secrets,
            make_harmless,
            structlog.processors.dict_tracebacks,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, force=True)
    for name in ("trafilatura", "htmldate", "courlan", "charset_normalizer"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def make_harmless(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Texts from outside may hold escape sequences for the operator's terminal: control characters are removed."""
    return {key: one_line(value, 2000) if isinstance(value, str) else value for key, value in event.items()}


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A value whose key names a secret never reaches the log."""
    return {key: "…" if any(word in key.lower() for word in _SECRETS) else value for key, value in event.items()}

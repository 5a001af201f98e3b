"""Log lines without personal data: each is a few named fields of an allow-list, as JSON.

A line of our own says ``event`` and fields from ``ALLOWED``; any other field is dropped, and its name alone is told.
A line of somebody else's library is not repeated at all, since its text may hold what a person typed: only where it
was written, how grave it is, and of what type an exception was.
"""

from __future__ import annotations

import logging
import logging.config
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        *("event", "level", "timestamp", "where", "fault", "trail", "request_id", "method", "route", "status", "ms"),
        *("index", "size", "kind", "files", "witnesses", "worker", "job", "dropped"),
    }
)
_ODD = "not a plain value"


def allowed_only(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop each field that is not allowed, or whose value is more than a number, a flag or a short text."""
    dropped = sorted(name for name in line if name not in ALLOWED and not name.startswith("_"))
    kept = {name: _plain(value) for name, value in line.items() if name in ALLOWED or name.startswith("_")}
    return kept | {"dropped": dropped} if dropped else kept


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value[:200]
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return list(value)[:20]
    return _ODD if not hasattr(value, "levelno") else value


def foreign(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A record of another library: where and how grave, not what it says."""
    record = line["_record"]
    found: dict[str, Any] = {
        "event": record.name,
        "level": record.levelname.lower(),
        "where": f"{record.module}:{record.lineno}",
        "_record": record,
        "_from_structlog": line.get("_from_structlog", False),
    }
    status = getattr(record, "status_code", None)
    if isinstance(status, int):
        found["status"] = status
    if record.exc_info and record.exc_info[0] is not None:
        found["fault"] = record.exc_info[0].__name__
        frames = traceback.extract_tb(record.exc_info[2])[-8:]
        # Names of files and functions; never a message, a line of source or a local value.
        found["trail"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}" for frame in frames]
        record.exc_info, record.exc_text = None, None
    return found


def _shared() -> list[Any]:
    return [structlog.contextvars.merge_contextvars, structlog.processors.TimeStamper(fmt="iso", utc=True)]


def logging_settings() -> dict[str, Any]:
    """The configuration for ``logging``: one handler, to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
                "foreign_pre_chain": [foreign, *_shared(), allowed_only],
            }
        },
        "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["standard_error"], "level": "WARNING"},
        # Without Django's own handlers, which write or mail what was typed.
        "loggers": {"ostiary_web": {"level": "INFO"}, "django": {"handlers": [], "propagate": True}},
    }


def configure(settings: Mapping[str, Any]) -> None:
    """Set up ``logging`` and structlog; Django calls this once."""
    logging.config.dictConfig(dict(settings))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            *_shared(),
            allowed_only,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def log_of(name: str) -> Any:
    """The log of one module: ``log_of(__name__).info("what happened", kind=...)``."""
    return structlog.stdlib.get_logger(name)

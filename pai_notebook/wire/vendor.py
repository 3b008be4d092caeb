"""The vendor's credentials library: imported late, and kept from writing to the user's logs."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["quiet", "vendor_providers"]

_VENDOR = ("credentials", "alibabacloud-tea", "alibabacloud_tea", "darabonba", "apscheduler")
_HTTP = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "httpx")
"""These write the whole URL of a request, and a request for credentials has keys and signatures in its URL."""


def vendor_providers() -> Any:
    """Import the module of providers and take back what the import does to logging.

    The import takes half a second, so it is left to those who need it.
    """
    before = {name: (list(logging.getLogger(name).handlers), logging.getLogger(name).level) for name in _VENDOR}
    from alibabacloud_credentials import provider  # noqa: PLC0415 - half a second, and seldom needed

    for name, (handlers, level) in before.items():
        logger = logging.getLogger(name)
        for handler in [handler for handler in logger.handlers if handler not in handlers]:
            logger.removeHandler(handler)
        logger.setLevel(level)
    return provider


class _NotThisThread(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != self._thread


@contextmanager
def quiet() -> Iterator[None]:
    """Drop what the library and its requests log on this thread: one clear error replaces 230 lines of tracebacks."""
    mine = _NotThisThread()
    loggers = [logging.getLogger(name) for name in (*_VENDOR, *_HTTP)]
    for logger in loggers:
        logger.addFilter(mine)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(mine)

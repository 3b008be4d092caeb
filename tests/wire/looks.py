"""Every way in which a person, a log or a file sees an exception, as text to be searched for secrets."""

import base64
import io
import json
import logging
import pickle
import traceback
from contextlib import contextmanager
from urllib.parse import quote

from IPython.core.ultratb import VerboseTB
from rich.traceback import Traceback

from pai_notebook.errors import PaiError

LOGGERS = ("", "httpx", "httpcore", "asyncio", "urllib3", "urllib3.connectionpool", "credentials", "alibabacloud-tea", "pai_notebook")


class Wrapped(Exception):
    """What a user's own program raises from an error of the package."""


def spellings(secret):
    """A secret as it is, in the encodings that a leak may have, and its middle."""
    raw = secret.encode()
    whole = {secret, base64.b64encode(raw).decode(), raw.hex(), quote(secret, safe=""), json.dumps(secret)[1:-1]}
    return whole | {secret[2:-2]}


def package_frames(trace):
    """The frames from the first of the package on: the caller's own may hold what the caller knows."""
    while trace is not None and "pai_notebook/" not in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    return trace


def links(error):
    """An exception and those behind it, without the frames of the caller."""
    seen = []
    while error is not None and error not in seen:
        error.with_traceback(package_frames(error.__traceback__))
        seen.append(error)
        error = error.__cause__ or error.__context__
    return seen


def wrapped(error):
    """The same exception behind one of the user's own."""
    made = Wrapped("cannot go on")
    made.__cause__ = error
    return made


def rich_text(error):
    """What rich shows when it is told to show variables, without the lines of code around them."""
    trace = Traceback.extract(type(error), error, error.__traceback__, show_locals=True, locals_max_length=1000, locals_max_string=10_000)
    shown = []
    for stack in trace.stacks:
        shown += [stack.exc_type, stack.exc_value, *stack.notes]
        shown += [f"{frame.name} {name} = {node}" for frame in stack.frames for name, node in (frame.locals or {}).items()]
    return "\n".join(shown)


def verbose_text(error):
    """What `%xmode Verbose` shows, without the colours, which cost most of the time."""
    return VerboseTB("nocolor").text(type(error), error, error.__traceback__)


def everything(error):
    """All that can be seen of an exception, name of the way to text."""
    seen = {}
    for number, link in enumerate(links(error)):
        seen[f"str {number}"] = f"{link} {link!r} {getattr(link, '__notes__', '')}"
        seen[f"fields {number}"] = repr(vars(link)) + "".join(repr(vars(v)) for v in vars(link).values() if hasattr(v, "__dict__"))
        seen[f"traceback {number}"] = "".join(traceback.format_exception(link))
        seen[f"locals {number}"] = "".join(traceback.TracebackException.from_exception(link, capture_locals=True).format())
    # both show what is behind an exception too
    seen["rich"] = rich_text(wrapped(error))
    seen["verbose"] = verbose_text(wrapped(error))
    seen["pickle"] = repr(pickle.dumps(error))
    if isinstance(error, PaiError):
        seen["notebook"] = "\n".join(error._render_traceback_())
    return seen


@contextmanager
def listening():
    """What every logger says at DEBUG, URL printers of other libraries included."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    root = logging.getLogger()
    levels = {logger: logger.level for logger in map(logging.getLogger, LOGGERS)}
    root.addHandler(handler)
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        for logger, level in levels.items():
            logger.setLevel(level)


def leaks(secrets, seen):
    """Which secret is in which text."""
    return [
        (way, secret[:4]) for secret in secrets for way, text in seen.items() if any(spelling in text for spelling in spellings(secret))
    ]

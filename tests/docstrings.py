"""Checks the docstrings of everything public with numpydoc; `python -m tests.docstrings` prints what is wrong."""

from __future__ import annotations

import inspect
import sys
import tomllib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from tests.public_api import public_classes, public_members

OFF = frozenset(
    tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["tool"]["numpydoc_validation"]["exclude"]
)


def faults() -> Iterator[str]:
    """Say what is wrong, a line a fault: the name, the check's code, and what it found."""
    for owner in public_classes():
        # what only this package makes documents what it has, which is how it is made; an enumeration says it with its members
        has_attributes = "Attributes\n---" in (inspect.getdoc(owner) or "") or issubclass(owner, Enum)
        yield from _faults(owner.__name__, f"{owner.__module__}.{owner.__qualname__}", {"EX01", *(("PR01",) if has_attributes else ())})
    for member in public_members():
        # a property is shown by what it gives
        yield from _faults(member.name, member.path, {"EX01"} if member.is_property else set())


def _faults(name: str, path: str, off: set[str]) -> Iterator[str]:
    from numpydoc.validate import validate

    for code, text in validate(path)["errors"]:
        if code not in OFF | off:
            yield f"{name}: {code} {text}"


def main() -> int:
    """Print every fault; 1 when there is one."""
    found = list(faults())
    print(*found, sep="\n", end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())

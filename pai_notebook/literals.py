"""Python literals for code that people read: double quotes, and no more escapes than needed."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["call", "literal"]


def literal(value: Any) -> str:
    """Write JSON, or a tuple of it, as Python: keys in the order given, NaN and infinity so that they can be read.

    Examples
    --------
    >>> print(literal({"所有者": ["a", 'b"c', float("nan")]}))
    {"所有者": ["a", 'b"c', float("nan")]}
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    plain = isinstance(value, str) and '"' not in value and "\\" not in value and value.isprintable()
    return f'"{value}"' if plain else repr(value)


def call(name: str, *positional: str, **keywords: Any) -> str:
    """A call with code in its places and values under its names; what is None or empty is left out.

    Examples
    --------
    >>> call("vs.compare", baseline="0.1.0", directions={}, only=None)
    'vs.compare(baseline="0.1.0")'
    """
    words = [f"{key}={literal(value)}" for key, value in keywords.items() if value not in (None, {}, (), [], "")]
    return f"{name}({', '.join([*positional, *words])})"

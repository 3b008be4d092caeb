"""What the cell does with the result of a line: keep it, show it, or drop it."""

from __future__ import annotations

import dis
import sys
from collections.abc import Mapping
from enum import Enum
from types import FrameType
from typing import Any

__all__ = ["Use", "use_of_result"]

_ENTRIES = ("run_line_magic", "run_cell_magic")
_REPEATED = "<magic-timeit>"


class Use(Enum):
    """What becomes of a result."""

    KEPT = "it is assigned or passed on"
    SHOWN = "IPython shows it"
    DROPPED = "the line stands alone, and IPython shows nothing"


def use_of_result(namespace: Mapping[str, Any]) -> Use:
    """Tell what the cell that runs a magic does with its result.

    IPython shows only the last expression of a cell, and no interface tells a magic whether it is that, or assigned. The
    instruction behind the call tells it.

    Parameters
    ----------
    namespace : mapping
        The global names of the notebook. A call from anywhere else is an ordinary call, whose result is kept.
    """
    frame = _caller()
    if frame is None or frame.f_globals is not namespace or frame.f_code.co_filename == _REPEATED:
        return Use.KEPT
    following = next((each for each in dis.get_instructions(frame.f_code) if each.offset > frame.f_lasti), None)
    if following is None:
        return Use.KEPT
    if following.opname == "PRINT_EXPR" or following.argrepr == "INTRINSIC_PRINT":
        return Use.SHOWN
    return Use.DROPPED if following.opname == "POP_TOP" else Use.KEPT


def _caller() -> FrameType | None:
    """The frame that IPython was asked from to run a magic, None outside of IPython."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect.currentframe is the same, slower
    while frame is not None and frame.f_code.co_name not in _ENTRIES:
        frame = frame.f_back
    return frame.f_back if frame is not None else None

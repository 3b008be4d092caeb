r"""Which model ids and version names may become part of a request path.

Refusing is safer than encoding: a path segment `..` is removed by URL normalisation even when it is percent-encoded, and `\d` and `\w`
accept foreign digits and letters unless the pattern is ASCII.
"""

from __future__ import annotations

import re
from typing import Any

from pai_notebook.errors import AddressError

__all__ = ["check_model_id", "check_version_name"]

_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_VERSION_NAME = re.compile(r"\d{1,18}\.\d{1,18}\.\d{1,18}(_\w{1,64})?", re.ASCII)


def check_model_id(text: str) -> str:
    """Return `text` when it can be a model id.

    Parameters
    ----------
    text : str
        Letters, digits, `.`, `_` and `-`, beginning with a letter or digit, at most 128 characters.

    Returns
    -------
    str
        The same text.

    Raises
    ------
    AddressError
        For anything else; nothing is sent.

    Examples
    --------
    >>> check_model_id("model-rbvg5wzljz3pks92")
    'model-rbvg5wzljz3pks92'
    """
    if not isinstance(text, str) or not _MODEL_ID.fullmatch(text):
        raise AddressError(
            f"{_shown(text)} is not a model id", hint="Model ids look like model-rbvg5wzljz3pks92: letters, digits, '.', '_' and '-'."
        )
    return text


def check_version_name(text: str) -> str:
    """Return `text` when it follows the documented pattern of version names.

    Parameters
    ----------
    text : str
        Three numbers joined by dots and, optionally, `_` with letters, digits and `_`.

    Returns
    -------
    str
        The same text.

    Raises
    ------
    AddressError
        For anything else; nothing is sent.

    Examples
    --------
    >>> check_version_name("1.0.0_rc2")
    '1.0.0_rc2'
    """
    if not isinstance(text, str) or not _VERSION_NAME.fullmatch(text):
        raise AddressError(f"{_shown(text)} is not a version name", hint="Version names look like 0.1.0 or 1.0.0_rc2.")
    return text


def _shown(value: Any) -> str:
    """The value as a short ASCII literal, so that control and direction characters stay visible."""
    text = ascii(value if isinstance(value, str) and len(value) <= 60 else str(value)[:60])  # noqa: PLR2004 - one line of a notebook
    return text if text != "''" else "an empty text"

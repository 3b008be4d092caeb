r"""Which JSON this package reads: one rule for answers of the service, for snapshots, and for documents that users pass.

Strict where a lenient parser would change data silently (encoding, duplicate keys, two documents), generous where the data is only odd:
a bare NaN or Infinity is a metric state, an integer of any usual length keeps its digits, and a number beyond a float's range stays the
text it was.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal, NoReturn

from pai_notebook.i18n.phrases import say

# Levels of lists and objects in a document, the outermost included.
MAX_DEPTH = 64
# Digits of a whole number, as in Python's default limit; more of them take quadratic time to read and to show.
MAX_DIGITS = 4300
# Lists and objects in a text.
MAX_PARTS = 2**20

_BLOCK = 2**16
_ALIKE = bytes.maketrans(b"{}123456789E", b"[]000000000e")
_NO_OUTLINE = bytes(code for code in range(256) if code not in b'[]{}":,0123456789eE')
_NO_BRACKETS = bytes(code for code in range(256) if code not in b"[]")
# below 200 digits and with a power of at most two digits, a number is neither infinite nor zero as a float
_EXTREME = b"0e000", b"0" * 200
_MOST_VALUES = 20_000_000
# Bits of a number that has fewer digits than any limit of Python's: the limit is at least 640 digits.
_SURELY_SHORT = 2000
_SCALARS = frozenset({str, int, float, bool, type(None)})
_TOO_LARGE = 10**MAX_DIGITS
# What Python says of text that is not JSON, where it can be said in Chinese too.
_WORDS = {
    words.english: words
    for words in (
        say("Expecting value"),
        say("Expecting property name enclosed in double quotes"),
        say("Expecting ',' delimiter"),
        say("Expecting ':' delimiter"),
        say("Extra data"),
        say("Unterminated string starting at"),
        say("Illegal trailing comma before end of object"),
    )
}

Pairs = Callable[[list[tuple[str, Any]]], Any]


class InvalidJson(ValueError):
    """A JSON value that is not read, with the reason: `the answer` is ... or has ...

    Parameters
    ----------
    reason : str
        What is wrong, as the rest of a sentence.
    kind : {"garbled", "limit", "odd"}
        No JSON at all, so that asking again may help; more of something than is read; or something that a reader would change silently.
    """

    def __init__(self, reason: str, kind: Literal["garbled", "limit", "odd"] = "limit") -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind


def parse_json(body: bytes | str, *, max_depth: int = MAX_DEPTH, max_parts: int = MAX_PARTS, pairs: Pairs | None = None) -> Any:
    """Read the one JSON value in a text or its UTF-8 bytes.

    Parameters
    ----------
    body : bytes or str
        The text.
    max_depth, max_parts : int
        Levels of lists and objects that are read, and how many of them altogether.
    pairs : callable, optional
        Makes an object of its keys and values; by default a key that occurs twice is refused.

    Raises
    ------
    InvalidJson
        When it is not UTF-8, not exactly one JSON value, nested too deep, made of too many parts, has a key twice in one object, or a
        whole number of more than `MAX_DIGITS` digits.

    Examples
    --------
    >>> parse_json(b'{"a": [NaN, 1e999]}')
    {'a': [nan, '1e999']}
    """
    outline = _outline(body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body)
    _check_structure(outline, max_depth, max_parts)
    hooks: dict[str, Any] = {"parse_int": _reader_of_integers()}
    if any(extreme in outline for extreme in _EXTREME):
        hooks["parse_float"] = _number
    keys = 0

    def count_keys(made: dict[str, Any]) -> dict[str, Any]:
        nonlocal keys
        keys += len(made)
        return made

    try:
        text = body if isinstance(body, str) else body.decode()
        if pairs is None:
            value = json.loads(text, object_hook=count_keys, **hooks)
            # pairs are slow to make; every key has one colon, so without a key that was lost there is none that occurs twice
            if keys == outline.count(b":"):
                return value
        return json.loads(text, object_pairs_hook=pairs or _unique, **hooks)
    except (ValueError, RecursionError, _DuplicateKeyError) as caught:
        refusal = _refusal(caught)
    # raised here, not above: the parser's error would carry the whole text along as its context
    raise refusal


def _refusal(caught: Exception) -> InvalidJson:
    if isinstance(caught, UnicodeDecodeError):
        return InvalidJson(say("is not UTF-8 text"), "garbled")
    if isinstance(caught, json.JSONDecodeError):
        return InvalidJson(say("is not JSON ({msg}, character {pos})", msg=_WORDS.get(caught.msg, caught.msg), pos=caught.pos), "garbled")
    if isinstance(caught, _DuplicateKeyError):
        return InvalidJson(say("has the key {ascii} twice in one object", ascii=ascii(caught.args[0])[:60]), "odd")
    return InvalidJson(say("is nested too deep")) if isinstance(caught, RecursionError) else _too_many_digits()


def _too_many_digits() -> InvalidJson:
    return InvalidJson(say("has a number with too many digits (more than {max_digits:,})", max_digits=MAX_DIGITS))


def checked_copy(document: Mapping[Any, Any]) -> dict[Any, Any]:
    """Copy a document that did not come through `parse_json`, by the same rule; keys are the text that JSON writes for them.

    Raises
    ------
    InvalidJson
        When a field is nested too deep, has a key twice or one that JSON has no text for, or holds a number of more digits than Python
        converts; the field is named.

    Examples
    --------
    >>> checked_copy({"Metrics": {"cer": [0.1]}})
    {'Metrics': {'cer': [0.1]}}
    >>> checked_copy({"ByClass": {0: 0.9, True: 0.8, None: 0.7}})
    {'ByClass': {'0': 0.9, 'true': 0.8, 'null': 0.7}}
    """
    copied = {}
    for key, value in _with_text_keys(document).items():
        try:
            copied[key] = _copy(value, MAX_DEPTH - 1)
        except InvalidJson as refusal:
            raise InvalidJson(say("has a field {ascii} that {reason}", ascii=ascii(key)[:60], reason=refusal.reason)) from None
    return copied


def is_too_deep(value: Any) -> bool:
    """Whether a value is nested deeper than any document, which one that holds itself is.

    Examples
    --------
    >>> rows = [[1, 2], {"a": [3]}]
    >>> is_too_deep(rows), rows.append(rows), is_too_deep(rows)
    (False, None, True)
    """
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        inner = ((each.values() if isinstance(each, Mapping) else each) for each in level if isinstance(each, Mapping | list | tuple))
        # each once, as there may be many ways to one
        level = list({id(item): item for items in inner for item in items}.values())
    return bool(level)


def _with_text_keys(value: Mapping[Any, Any]) -> Mapping[str, Any]:
    """Give a map the keys that it has after it was written and read: a digest of other keys would not be that of the file."""
    if all(isinstance(key, str) for key in value):
        return value
    try:
        return _unique([(_key_text(key), item) for key, item in value.items()])
    except _DuplicateKeyError as caught:
        raise _refusal(caught) from None


def _key_text(key: Any) -> str:
    if isinstance(key, str):
        return key
    plain = key.item() if type(key).__module__ == "numpy" and hasattr(key, "item") else key
    try:
        return str(next(iter(json.loads(json.dumps({plain: None})))))
    except TypeError:
        raise InvalidJson(say("has a key of type {kind}, which JSON has no text for", kind=type(key).__name__), "odd") from None
    except ValueError:
        raise _too_many_digits() from None


def _copy(value: Any, left: int) -> Any:
    if isinstance(value, dict):
        if not left:
            raise InvalidJson(say("is nested deeper than {max_depth} levels", max_depth=MAX_DEPTH))
        return {key: _copy(item, left - 1) for key, item in _with_text_keys(value).items()}
    if isinstance(value, list | tuple):
        if not left:
            raise InvalidJson(say("is nested deeper than {max_depth} levels", max_depth=MAX_DEPTH))
        return [_copy(item, left - 1) for item in value]
    if isinstance(value, int) and value.bit_length() > _SURELY_SHORT and not _can_be_written(value):
        raise _too_many_digits()
    return value if type(value) in _SCALARS else plain_number(value)


def plain_number(value: Any) -> Any:
    """Give a number of another library as the one that JSON has, or as its text where no float holds it; everything else as it is.

    Examples
    --------
    >>> [plain_number(Decimal(text)) for text in ("0.9", "1e400", "-Infinity", "sNaN")]
    [0.9, '1E+400', -inf, nan]
    """
    if isinstance(value, Decimal):
        number = math.nan if value.is_nan() else float(value)
        return str(value) if math.isinf(number) and value.is_finite() else number
    return plain_array(value) if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0 else value


def plain_array(value: Any) -> Any:
    """Give an array, a column or a number of numpy as Python has it; a float of 16 or 32 bits as the decimal that it prints as.

    Examples
    --------
    >>> import numpy as np
    >>> plain_array(np.float32(0.9)), plain_array(np.array([0.9, 2], "float16"))
    (0.9, [0.9, 2.0])
    """
    dtype = getattr(value, "dtype", None)
    kind = getattr(getattr(dtype, "numpy_dtype", dtype), "type", float)
    plain = value.tolist()
    if kind.__name__ == "object_":
        return [plain_number(item) for item in plain] if isinstance(plain, list) else plain
    return _reprinted(plain, kind) if kind.__name__ in ("float16", "float32") else plain


def _reprinted(value: Any, kind: Callable[[float], Any]) -> Any:
    if isinstance(value, list):
        return [_reprinted(item, kind) for item in value]
    return float(str(kind(value))) if isinstance(value, float) else value


def _can_be_written(value: int) -> bool:
    try:
        return -_TOO_LARGE < value < _TOO_LARGE and bool(str(value))
    except ValueError:
        return False


class _DuplicateKeyError(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        _find_duplicate(pairs)
    return made


def _find_duplicate(pairs: list[tuple[str, Any]]) -> NoReturn:
    seen: set[str] = set()
    raise _DuplicateKeyError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]


def _number(text: str) -> float | str:
    """The float, or the text itself where a float would turn it into infinity or zero."""
    value = float(text)
    if math.isinf(value) or (value == 0 and text.lstrip("-0.")[:1].isdigit()):
        return text
    return value


def _reader_of_integers() -> Callable[[str], int] | None:
    """None for Python's own reader, which is the fastest, as long as it refuses by itself what is too long."""
    limit = sys.get_int_max_str_digits()
    return None if 0 < limit <= MAX_DIGITS else _integer


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise ValueError("too many digits")
    return int(text)


def _check_structure(outline: bytes, max_depth: int, max_parts: int) -> None:
    """Refuse what is nested too deep or made of too many parts, found before parsing.

    So that no parser recurses into a hostile text, or makes 50 bytes of each that was sent. Taking away every innermost pair of brackets
    takes away one level, so as many rounds as there are levels leave nothing.
    """
    brackets = outline.translate(None, _NO_BRACKETS)
    if brackets.count(b"[") > max_parts:
        raise InvalidJson(say("is made of more than {max_parts:,} lists and objects", max_parts=max_parts))
    if len(outline) > _MOST_VALUES and outline.count(b",") > _MOST_VALUES:
        raise InvalidJson(say("holds more than {most_values:,} values", most_values=_MOST_VALUES))
    for _ in range(max_depth):
        inner = brackets.replace(b"[]", b"")
        if len(inner) == len(brackets):
            break
        brackets = inner
    # what is left has no partner, as in a text that was cut
    if b"[]" in brackets or brackets.count(b"[") > max_depth:
        raise InvalidJson(say("is nested deeper than {max_depth} levels", max_depth=max_depth))


def _outline(body: bytes) -> bytes:
    """What stands outside of strings: brackets as `[` and `]`, colons, commas, digits as `0` and letters e as `e`; nothing else.

    Backslashes occur in strings only: without escaped backslashes and escaped quotes, every second piece between quotes is outside. Blocks
    bound the memory.
    """
    found: list[bytes] = []
    at, inside = 0, False
    while at < len(body):
        end = at + _BLOCK
        while body[end - 1 : end] == b"\\":
            end += 1
        block, at = body[at:end], end
        if b"\\" in block:
            block = block.replace(b"\\\\", b"").replace(b'\\"', b"")
        pieces = block.translate(_ALIKE, _NO_OUTLINE).split(b'"')
        # a hostile text has a piece every few bytes, so that they are not kept apart for longer than a block
        found.append(b"".join(pieces[inside::2]))
        inside ^= len(pieces) % 2 == 0
    return b"".join(found)

"""When two values differ, and how a value is shown, so that values that differ look different.

One definition for comparisons, minimal pairs, drift, sentences and ``==``: 1 and 1.0 do not differ, two NaN do not, 1 and "1" do, and
lists differ when an element does. Objects in a list are told apart as `flatten.members` does it, so two settings differ exactly when
one of their leaves does.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.differing import Differing
from pai_notebook.model.document import canonical_json
from pai_notebook.model.flatten import members
from pai_notebook.sanitize import apart as unjoined

_LITERALS = frozenset({"true", "false", "null", "nan", "infinity", "-infinity", "none", ""})
_NAN = ("number", "NaN")
# From here on a float that is a whole number has digits that nobody sent.
_LARGE = 1e16


def same(first: Any, second: Any) -> bool:
    """Whether two JSON values do not differ.

    A tuple stands for several values that were stated under one name.

    Examples
    --------
    >>> same(1, 1.0), same(float("nan"), float("nan")), same(1, "1"), same(True, 1), same([1, 2], [1.0, 2])
    (True, True, False, False, True)
    >>> same([{"name": "a", "value": 1}, {"name": "b", "value": 2}], [{"name": "b", "value": 2}, {"name": "a", "value": 1}])
    True
    """
    if type(first) is type(second) and type(first) in (float, str, int):
        return bool(first == second or (first != first and second != second))  # noqa: PLR0124 - NaN
    return first is second or value_key(first) == value_key(second)


def value_key(value: Any) -> Hashable:
    """Give what is equal for values that do not differ, and for no others; it can be hashed.

    Examples
    --------
    >>> value_key({"a": [1, True]}) == value_key({"a": [1.0, True]}), value_key("1") == value_key(1)
    (True, False)
    """
    try:
        return _key(value)
    except RecursionError:
        return "deep", canonical_json(value)


def _key(value: Any) -> Hashable:
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, float) and math.isnan(value):
        return _NAN
    if value is None or isinstance(value, str | int | float):
        return value.key if type(value) is Differing else value
    if isinstance(value, dict | list | tuple):
        return _key_of_many(value)
    return type(value).__name__, canonical_json(value)


def _key_of_many(value: dict[str, Any] | list[Any] | tuple[Any, ...]) -> Hashable:
    below = members(value)
    if below is not None:
        return "object", frozenset((key, _key(child)) for key, child in below.pairs)
    if isinstance(value, dict):
        return "object", frozenset()
    return "list" if isinstance(value, list) else "several", tuple(map(_key, value))


def bag_key(values: Iterable[Any]) -> Hashable:
    """As `value_key`, of values whose order means nothing.

    Examples
    --------
    >>> bag_key([1, "a"]) == bag_key(["a", 1.0]), bag_key([1]) == bag_key([1, 1])
    (True, False)
    """
    return "bag", frozenset(Counter(map(value_key, values)).items())


def kind_of(value: Any) -> Phrase:
    """Say what a JSON value is, in a word.

    Examples
    --------
    >>> [str(kind_of(value)) for value in (1, 0.5, "1", True, None, [1], {"a": 1})]
    ['number', 'number', 'text', 'boolean', 'null', 'list', 'object']
    """
    if isinstance(value, bool):
        return say("boolean")
    if isinstance(value, int | float):
        return say("number")
    if value is None:
        return say("null")
    return say("list") if isinstance(value, list) else say("object") if isinstance(value, dict) else say("text")


def shown(value: Any) -> str:
    """Write a JSON value so that values that differ look different, and those that do not alike.

    A text that could be another value stands in quotes.

    Examples
    --------
    >>> [shown(value) for value in (1, 1.0, "1", True, "true", None, "", "a b", ["a", 1], {"a": 1})]
    ['1', '1', '"1"', 'true', '"true"', 'null', '""', 'a b', '["a", 1]', '{"a": 1}']
    """
    if isinstance(value, str):
        return _quoted(value) if _reads_as_other(value) else value
    if isinstance(value, tuple):
        return " / ".join(_quoted(item) if isinstance(item, str) else shown(item) for item in value)
    try:
        return _written(value)
    except (TypeError, ValueError, RecursionError):
        return canonical_json(value)


def shown_text(value: Any) -> str:
    """As `shown`, where nothing but texts can stand, such as the value of a label: only what cannot be seen needs quotes.

    Examples
    --------
    >>> shown_text("1"), shown_text(""), shown_text(" a"), shown_text(("prod", "test"))
    ('1', '""', '" a"', '"prod" / "test"')
    """
    if not isinstance(value, str):
        return shown(value)
    return _quoted(value) if value != value.strip() or value[:1] in ("", '"') else value


def stated_value(value: Any) -> float | str:
    """Give a JSON value as files have it: a number or truth value as it is, everything else as `shown` writes it.

    Examples
    --------
    >>> [stated_value(value) for value in (1, -math.inf, math.nan, True, None, "n/a", [1, 2])]
    [1, -inf, 'NaN', True, 'null', 'n/a', '[1, 2]']
    """
    return value if isinstance(value, int | float) and value == value else shown(value)  # noqa: PLR0124 - NaN


def _written(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)}: {_written(child)}" for key, child in sorted(value.items())) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGE:
        return str(int(value))
    return json.dumps(value, default=str)


def _quoted(text: str) -> str:
    return f'"{unjoined(json.dumps(text, ensure_ascii=False)[1:-1])}"'


def _reads_as_other(text: str) -> bool:
    """Whether a text could be taken for a number, a truth value, null, a list, an object or a quoted text, or has blanks at its ends."""
    if text != text.strip() or text.lower() in _LITERALS or text[0] in '"[{':
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True


def shorten_apart(texts: Sequence[str], most: int, cut: Callable[[str, int], str] | None = None) -> list[str]:
    """Shorten texts to a length; those that differ still do, if need be by what stands around their first difference.

    Parameters
    ----------
    texts : sequence of str
        What is shown together.
    most : int
        Characters, at least 12.
    cut : callable, optional
        How one text is shortened; by default at its end.

    Examples
    --------
    >>> shorten_apart(["abc" * 20, "abc" * 20 + "x"], 12)
    ['…abcabc', '…abcabcx']
    >>> runs = [f"run-of-a-large-model-r{rank}-lr1e-4-2026-11-{day}" for rank, day in ((16, 11), (16, 12), (32, 12))]
    >>> shorten_apart(runs, 24, cut_between_words)
    ['run-of-a-…-2026-11-11', '…del-r16-lr1…-2026-11-12', '…del-r32-lr1…-2026-11-12']
    """
    shorten = cut or _cut
    made = {text: shorten(text, most) for text in texts}
    for _ in range(len(made)):
        groups: dict[str, list[str]] = {}
        for text, short in made.items():
            groups.setdefault(short, []).append(text)
        alike = [group for group in groups.values() if len(group) > 1]
        if not alike:
            break
        for group in alike:
            common = _common(group)
            made |= {text: _with_end(text, common, most, shorten) or _window(text, max(common - most // 2, 0), most) for text in group}
    return [made[text] for text in texts]


def _common(texts: Sequence[str]) -> int:
    """Length of the beginning that texts share."""
    first, last = min(texts), max(texts)
    return next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), min(len(first), len(last)))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _with_end(text: str, place: int, most: int, shorten: Callable[[str, int], str]) -> str:
    """What stands around a place, and the end of a text of which that is kept; empty where the two are one."""
    half = most // 2 - 1
    start, end = max(place - half // 2, 0), len(text) - half
    keeps_end = shorten(text, most).endswith(text[-1:]) and len(text) > most
    return f"{'…' if start else ''}{text[start : start + half]}…{text[end:]}" if keeps_end and start + half < end else ""


def _window(text: str, start: int, most: int) -> str:
    piece = text[start : start + most - 1]
    return f"{'…' if start else ''}{piece}" + ("…" if start + len(piece) < len(text) else "")


def cut_between_words(text: str, most: int) -> str:
    """Cut a long text between words: a sentence at the end, an address or a path, which differ there, in the middle."""
    if len(text) <= most:
        return text
    half, rest = most // 2, len(text) - most // 2 + 1
    if " " in text:
        return f"{text[: _between(text, range(most - 1, half, -1))].rstrip()}…"
    return f"{text[: _between(text, range(half, half // 2, -1))]}…{text[_between(text, range(rest, rest + half // 2)) :]}"


def _between(text: str, places: Sequence[int]) -> int:
    """The first of the places that divides no word of Latin letters and digits, or the first of all."""
    pairs = ((place, text[place - 1 : place + 1]) for place in places)
    return next((place for place, pair in pairs if not (pair.isascii() and pair.isalnum())), places[0])

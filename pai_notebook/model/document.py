"""Typed, lazy and immutable views over a plain JSON document of the service."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, overload

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.guides import snake_case
from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import InvalidJson, checked_copy, parse_json

T = TypeVar("T")
V = TypeVar("V", bound="DocumentView")


def canonical_json(value: Any) -> str:
    r"""Give one text for one JSON value, whatever the order of its keys; pure ASCII, ``NaN`` and ``Infinity`` allowed.

    Examples
    --------
    >>> canonical_json({"b": 1.0, "a": [float("nan"), "张"]})
    '{"a":[NaN,"\\u5f20"],"b":1.0}'
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    except (TypeError, ValueError, RecursionError):
        return json.dumps(_described(value), separators=(",", ":"))


def _described(value: Any) -> str:
    """Stand in for a value that JSON cannot write: keys that are not text, a cycle, or nesting beyond the interpreter."""
    try:
        return str(value)
    except (RecursionError, ValueError):
        return f"{type(value).__name__} that cannot be written"


def copy_json(value: Any) -> Any:
    """Copy of a JSON value; several times faster than copy.deepcopy."""
    if isinstance(value, dict):
        return {key: copy_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [copy_json(item) for item in value]
    return value


class FrozenList(list[Any]):
    """A list in a document, as it is handed out: it cannot be changed; copies of it can."""

    __slots__ = ()

    def __init__(self, *items: Any) -> None:
        # a second call would fill it anew
        if self:
            _refuse(self)
        super().__init__(*items)

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)


class FrozenDict(dict[Any, Any]):
    """An object in a document, or what is found of versions, as it is handed out: it cannot be changed; copies of it can."""

    __slots__ = ()

    def __init__(self, *items: Any, **more: Any) -> None:
        # a second call would add to it
        if self:
            _refuse(self)
        super().__init__(*items, **more)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


def _refuse(self: object, *_: Any, **__: Any) -> Any:
    kind = "list" if isinstance(self, list) else "dict"
    raise ConfigurationError(
        say("what a version or an answer holds cannot be changed"), hint=say("Change a copy: {code}.", code=f"{kind}(value)")
    )


for _name in (
    "append",
    "extend",
    "insert",
    "remove",
    "sort",
    "reverse",
    "pop",
    "clear",
    "__setitem__",
    "__delitem__",
    "__iadd__",
    "__imul__",
):
    setattr(FrozenList, _name, _refuse)
for _name in ("update", "setdefault", "popitem", "pop", "clear", "__setitem__", "__delitem__", "__ior__"):
    setattr(FrozenDict, _name, _refuse)


def frozen_json(value: Any) -> Any:
    """Copy of a JSON value that nobody can change; what is no list or object, or nested beyond the interpreter, is itself."""
    if type(value) is not list and type(value) is not dict:
        return value
    try:
        return _frozen(value)
    except RecursionError:
        return value


def _frozen(value: Any) -> Any:
    if type(value) is list:
        return FrozenList([_frozen(item) if type(item) in (list, dict) else item for item in value])
    return FrozenDict({key: _frozen(item) for key, item in value.items()}) if type(value) is dict else value


def digest_of(text: str) -> str:
    """Hex SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def as_text(value: Any) -> str:
    """Text as it is, nothing for null, and JSON for everything else."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def read_text(value: Any) -> tuple[str, str]:
    """Text of a field, and a note when another type was sent."""
    return as_text(value), "" if value is None or isinstance(value, str) else say("{kind} instead of text", kind=_kind(value))


def read_any(value: Any) -> tuple[Any, str]:
    """Return a free JSON object as sent, `{}` when absent, with a note when it is not an object."""
    if value is None:
        return {}, ""
    return value, "" if isinstance(value, dict) else say("{kind} instead of an object", kind=_kind(value))


def read_time(value: Any) -> tuple[datetime | None, str]:
    """UTC time of an ISO 8601 text, None with a note when it cannot be read.

    Examples
    --------
    >>> read_time("2021-01-30T12:51:33.028Z")
    (datetime.datetime(2021, 1, 30, 12, 51, 33, 28000, tzinfo=datetime.timezone.utc), '')
    >>> read_time("yesterday")
    (None, 'not an ISO 8601 time: yesterday')
    """
    if value is None or value == "":
        return None, ""
    try:
        moment = datetime.fromisoformat(value)
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)), ""
    except (TypeError, ValueError, OverflowError):
        return None, say("not an ISO 8601 time: {text}", text=as_text(value)[:80])


def read_options(value: Any) -> tuple[Any, str]:
    """Value of the JSON text inside the Options string; the text itself, with a note, when it is not JSON."""
    if value is None or value == "":
        return {}, ""
    if not isinstance(value, str):
        return value, say("{kind} instead of JSON text", kind=_kind(value))
    try:
        return parse_json(value), ""
    except InvalidJson as refusal:
        return value, say("text that is not JSON") if refusal.kind == "garbled" else say("text that {reason}", reason=refusal.reason)


def _kind(value: Any) -> str:
    """What a JSON value is, in a word for a note."""
    names = {
        dict: say("an object"),
        list: say("a list"),
        bool: say("a boolean"),
        int: say("a number"),
        float: say("a number"),
        str: say("text"),
    }
    return names.get(type(value), type(value).__name__)


class Field(Generic[T]):
    """One field of a document under its Python name, read on first use and kept.

    Parameters
    ----------
    key : str
        The API's own word.
    read : callable
        From the sent value (None when absent) to the Python value and a note, empty when all is well.
    doc : str
        What the field means.
    note : callable, optional
        From the Python value to a note, for a value whose note costs more than the value; asked only for `notes`.
    """

    def __init__(self, key: str, read: Callable[[Any], tuple[T, str]], doc: str, note: Callable[[T], str] | None = None) -> None:
        self.key = key
        self.read = read
        self.__doc__ = doc
        self._note = note

    def note(self, view: DocumentView) -> str:
        """What is odd about the value of a view, empty when all is well."""
        return self.read(view._document.get(self.key))[1] if self._note is None else self._note(getattr(view, self.name))  # noqa: SLF001 - as below

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Field[T]: ...
    @overload
    def __get__(self, instance: DocumentView, owner: type) -> T: ...
    def __get__(self, instance: DocumentView | None, owner: type) -> Field[T] | T:
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.value(instance)
        return value

    def value(self, view: DocumentView) -> T:
        """Read the value of a view."""
        return self.read(view._document.get(self.key))[0]  # noqa: SLF001 - the descriptor is part of the view


class CopiedField(Field[Any]):
    """A field with any JSON in it, a fresh copy each time: a change of it changes no version."""

    @overload
    def __get__(self, instance: None, owner: type) -> CopiedField: ...
    @overload
    def __get__(self, instance: DocumentView, owner: type) -> Any: ...
    def __get__(self, instance: DocumentView | None, owner: type) -> Any:
        return self if instance is None else copy_json(self.value(instance))

    def value(self, view: DocumentView) -> Any:
        """Read the value of a view without a copy, for readers that do not change it."""
        kept, name = view.__dict__, f"_{self.name}"
        if name not in kept:
            kept[name] = super().value(view)
        return kept[name]


class DocumentView:
    """Base of the typed views: holds the document, notes what is odd, never changes."""

    _document: dict[str, Any]

    def __init__(self, document: Mapping[str, Any]) -> None:
        if not isinstance(document, Mapping):
            name = type(self).__name__
            raise ConfigurationError(
                say("{name}() takes a mapping, not {document}", name=name, document=described(document)),
                hint=say("{name}.from_document() reads other forms.", name=name),
            )
        try:
            self.__dict__["_document"] = checked_copy(document)
        except InvalidJson as refusal:
            raise ConfigurationError(
                say("the document {reason}", reason=refusal.reason), hint=say("No answer of the service does; keep it elsewhere.")
            ) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable; cannot set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable; cannot delete {name!r}")

    @classmethod
    def fields(cls) -> dict[str, Field[Any]]:
        """Return every field of the class by its Python name, in the order of the reference page.

        Returns
        -------
        dict of str to Field
            `key` is the service's name of a field, `doc` what it means.

        Examples
        --------
        >>> from pai_notebook import ModelVersion
        >>> ModelVersion.fields()["version_name"].key
        'VersionName'
        """
        return {name: field for base in reversed(cls.__mro__) for name, field in vars(base).items() if isinstance(field, Field)}

    def _unknown_called(self, name: str) -> str:
        """What holds a field that this package has no name for; empty for another name."""
        unknown = next((key for key in self.unknown if snake_case(str(key)) == snake_case(name)), "")
        return f"raw[{unknown!r}]" if unknown else ""

    @property
    def raw(self) -> dict[str, Any]:
        """The document as the service sent it, a fresh copy each time."""
        copied: dict[str, Any] = copy_json(self._document)
        return copied

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not as documented, one sentence a field; empty when all is well."""
        found = ((field.key, field.note(self)) for field in self.fields().values())
        return tuple(say("{what}: {said}", what=key, said=note) for key, note in found if note)

    @property
    def unknown(self) -> dict[str, Any]:
        """Fields this package has no name for, as sent."""
        known = {field.key for field in self.fields().values()}
        return {key: copy_json(value) for key, value in self._document.items() if key not in known}

"""Addresses: `model`, or `model@selector`, as people write them in calls and on the magic line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from pai_notebook.arguments import described, is_number, is_version_name, without_v
from pai_notebook.errors import AddressError
from pai_notebook.files import is_snapshot, means_file
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.document import DocumentView
from pai_notebook.model.selector_words import GRAMMAR, SINGLE, meant_selector, selector_hint, shown_address
from pai_notebook.model.selectors import VERSION, Selector, parse_selector

_MODEL = re.compile(r"\w[\w .+()（）-]{0,126}")
_WIDE_AT = "\uff20"
# Texts behind a model that can only be meant as a selector of it: words but for `all`, `last:N`, ranges, lists and globs.
_BEHIND = re.compile(
    rf"(?:{'|'.join(SINGLE)})(?:\.\.\S*+)?|last:\S*+|\.\.\S++|v?[0-9](?=[\w.+-]*(?:[,，*]|\.\.))\S*+",
    re.IGNORECASE,
)
# A model and its version as MLflow and container registries write them.
_OTHER_MARK = re.compile(rf"({_MODEL.pattern})[:/#=]+({VERSION.pattern}|{'|'.join(SINGLE)})")
# What only conditions have.
_COMPARES = re.compile("[<>=]")
# Which versions an address means that names only a model.
_EVERY = Selector()


@dataclass(frozen=True)
class Address:
    """A model and a selector of its versions.

    Attributes
    ----------
    model : str
        Id of the model, or its name where that is unique in the registry.
    selector : Selector
        Which versions; `all` when the address names only the model.
    """

    model: str
    selector: Selector = _EVERY

    def __str__(self) -> str:
        return self.model if self.selector.kind == "all" else f"{self.model}@{self.selector}"


def parse_address(text: str) -> Address:
    """Read one address.

    Parameters
    ----------
    text : str
        `model` or `model@selector`.

    Returns
    -------
    Address
        With the selector `all` when only a model is named.

    Raises
    ------
    AddressError
        When the text does not follow the grammar; nothing is sent anywhere.

    Examples
    --------
    >>> parse_address("model-a@0.1.0..0.9.0").selector.kind
    'range'
    >>> str(parse_address("手写数字识别@LATEST"))
    '手写数字识别@latest'
    """
    refuse_file(text)
    if not isinstance(text, str):
        quoted = [say("Quote versions: '{version}'.", version=text)] if is_number(text) else []
        raise AddressError(say("{text} is not an address", text=described(text)), hint=joined([*quoted, GRAMMAR], " "))
    model, at, selector = text.strip().partition("@")
    if not at and is_selector(model):
        raise AddressError(
            say("{text} chooses versions, and names no model", text=shown_address(model)), hint=say("Write MODEL@{item}.", item=model)
        )
    if not _MODEL.fullmatch(model) or not text.isprintable():
        other = _OTHER_MARK.fullmatch(text)
        wide = text.strip().replace(_WIDE_AT, "@")  # as keyboards for Chinese have it
        near = wide if _WIDE_AT in text else f"{other[1]}@{other[2]}" if other else ""
        hint = say("Did you mean {word}?", word=near) if near else selector_hint(text)
        if _COMPARES.search(text) and not near:
            hint = say(
                "A condition is no address: pass it to list_versions(MODEL, where={condition!r}), or on a line to --where.",
                condition=text.strip(),
            )
        if not at and (part := model.strip("*%?")) != model and _MODEL.fullmatch(part):
            hint = say("An address means one model; {code} looks for a part of its name.", code=f"list_models({part!r})")
        # an address of the web is quoted whole, as its @ ends a login
        asked = text if "://" in model else model
        raise AddressError(say("{model} is not a model id", model=shown_address(asked)), hint=hint)
    return Address(model, parse_selector(selector)) if at else Address(model)


def refuse_file(given: object) -> None:
    """Refuse a path, and a text that is a file and behind no `@`, where an address is expected, with the call that reads it.

    Raises
    ------
    AddressError
        With that call, and how a model of the same name is written.
    """
    if not isinstance(given, str | os.PathLike) or (isinstance(given, str) and ("@" in given or not os.path.isfile(given))):  # noqa: PTH113 - False for a name that is too long
        return
    from pai_notebook.model.elsewhere import reading_hint  # noqa: PLC0415 - loads when a file is meant

    path, snapshot = os.fspath(given), is_snapshot(given)
    read = None if snapshot else reading_hint(path)
    if read is None and not snapshot and not means_file(given):
        return
    hints = [read or say("Use {code}.", code=f"pnb.load({path!r})")]
    if isinstance(given, str) and _MODEL.fullmatch(path):
        hints.append(say("A model named {word} is written {word}@{selector}.", word=path, selector="all"))
    raise AddressError(say("{word!r} looks like a file, not like a model", word=path), hint=joined(hints, " "))


def address_of(model: str, *names: str) -> Address:
    """Address of a model, or of some of its versions by name.

    Raises
    ------
    AddressError
        When the model is none, or selects versions itself.

    Examples
    --------
    >>> str(address_of("model-a", "0.1.0"))
    'model-a@0.1.0'
    """
    address = parse_address(model)
    if "@" in model:
        raise AddressError(
            say("{model} selects versions already", model=shown_address(model)), hint=say("Write {model}.", model=address.model)
        )
    for name in names:
        word = name if is_selector(name) else "" if is_version_name(name) or without_v(name)[:1].isdigit() else meant_selector(name)
        if word:
            hint = say("Write {value}@{word}.", value=address.model, word=word)
            raise AddressError(say("{wrong!r} is not a version name", wrong=name), hint=hint)
    return Address(address.model, Selector("names", names=names)) if names else address


def is_selector(text: object) -> bool:
    """Whether a text could stand behind the `@` of an address, and hardly is a model."""
    return isinstance(text, str) and _BEHIND.fullmatch(text) is not None


def refuse_selectors(first: object, others: Sequence[object]) -> None:
    """Refuse selectors that stand behind their model instead of behind its `@`, in a call as on the line.

    A model may be called so, and is then written with its `@`.

    Raises
    ------
    AddressError
        With the address that was meant.

    Examples
    --------
    >>> refuse_selectors("model-a", ["latest", "0.1.0"])
    Traceback (most recent call last):
    ...
    pai_notebook.errors.AddressError: 'latest' is not a model. Write model-a@latest,0.1.0.
    """
    wrong = next(filter(is_selector, others), None)
    if wrong is None:
        return
    model = first.partition("@")[0] if isinstance(first, str) else "MODEL"
    meant = [str(other) for other in others if isinstance(other, str)]
    together = meant if all(is_selector(other) or is_version_name(other) for other in meant) else [str(wrong)]
    raise AddressError(say("{word!r} is not a model", word=wrong), hint=say("Write {value}@{word}.", value=model, word=",".join(together)))


def addressed(items: Iterable[Any]) -> Iterator[Any]:
    """Items, a registered model, or a version of one, by its address."""
    return (getattr(each, "address", each) if isinstance(each, DocumentView) else each for each in items)


def spread(items: Iterable[object]) -> list[object]:
    """Items, those of lists among them one by one: names of versions may come in a list behind their model."""
    return [each for item in items for each in (item if isinstance(item, list | tuple) else (item,))]


def names_versions(items: Sequence[object]) -> TypeGuard[Sequence[str]]:
    """Whether a call was given a model and, behind it, names of its versions."""
    return len(items) > 1 and isinstance(items[0], str) and "@" not in items[0] and all(map(is_version_name, items[1:]))


def read_addresses(given: Iterable[Any]) -> list[Address]:
    """Read what a call was given: addresses, lists of these, or a model and, behind it, names of its versions.

    Raises
    ------
    AddressError
        For a text that does not follow the grammar, and a version name without its model.

    Examples
    --------
    >>> [str(address) for address in read_addresses(["model-a", "0.1.0", "0.2.0"])]
    ['model-a@0.1.0,0.2.0']
    >>> [str(address) for address in read_addresses(["model-a", ["0.1.0", "0.2.0"]])]
    ['model-a@0.1.0,0.2.0']
    >>> [str(address) for address in read_addresses(["model-a@latest", ["model-b"]])]
    ['model-a@latest', 'model-b']
    """
    items: list[Any] = []
    for each in addressed(given):
        if not items and not isinstance(each, str | Address | Iterable):
            parse_address(each)  # refuses it, before a long range becomes a list
        items.append(each)
    told = spread(items)
    if names_versions(told) and not is_version_name(told[0]):
        return [address_of(told[0], *map(str, told[1:]))]
    refuse_selectors(told[0] if told else "", told[1:])
    found: list[Address] = []
    for item in items:
        if isinstance(item, Address):
            found.append(item)
        elif type(item).__name__ == "DataFrame":
            raise AddressError(say("a DataFrame is not an address"), hint=say("Pass one of its columns, or its index."))
        elif isinstance(item, Mapping):
            raise AddressError(say("a dict is not an address"), hint=say("Use {code}.", code="VersionSet.from_documents(docs)"))
        elif isinstance(item, str) or not isinstance(item, Iterable):
            if is_version_name(item):
                raise AddressError(
                    say("{item!r} is the name of a version, not of a model", item=item), hint=say("Write MODEL@{item}.", item=item)
                )
            found.append(parse_address(item))
        else:
            found += read_addresses(item)
    return found

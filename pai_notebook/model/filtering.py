"""Filters and sorts sets of versions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pai_notebook.arguments import described, is_number
from pai_notebook.errors import ComparisonError, ConfigurationError, NameNotFound
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.conditions import parse_condition
from pai_notebook.model.differing import known as told
from pai_notebook.model.fields import field_named
from pai_notebook.model.lookup import Lookup
from pai_notebook.model.moments import NO_TIME, is_day, read_moment, read_moments
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import nearest, nearest_or_known
from pai_notebook.model.order import is_same, version_key
from pai_notebook.model.remarks import missed_text
from pai_notebook.model.value_index import CATEGORIES
from pai_notebook.model.version import ModelVersion

if TYPE_CHECKING:
    from pai_notebook.model.registered_model import Model

# One word, or several accepted ones.
Words = str | Sequence[str]
# Labels that are asked for: a mapping, or as the line writes them, `env=prod`, or as a pair; or several of these.
LabelsLike = Mapping[str, Words] | str | Sequence[str | tuple[str, str]]
# Labels in a text that has several, or one in another notation, of so many characters at most.
_SHORT = 200
_ALMOST = re.compile(r"""(?<![^\s"'=:,;&|])([^\s"'=:,;&|]++)\s*+[=:]++\s*+["']?+([^\s"'=:,;&|]++)""")

APPROVALS = ("Approved", "Pending", "Rejected")


def filtered(
    versions: Sequence[ModelVersion],
    where: str | None = None,
    *,
    label: LabelsLike | None = None,
    words: Mapping[str, Words | None],
    created_after: Any = None,
) -> Iterator[tuple[str, list[ModelVersion], Sequence[Phrase]]]:
    """Apply each condition to what the one before left: its words, the versions that are kept, and what no version has of what it asks for.

    Parameters
    ----------
    versions : sequence of ModelVersion
        The set.
    where : str, optional
        A condition in the grammar of `parse_condition`.
    label : mapping, optional
        Key and value, or a list of accepted values, matched exactly.
    words : mapping
        By the name of a field (`approval`, `framework`, `format`): the word or words wanted, in any case; None asks nothing.
    created_after : date, datetime, timedelta or text, optional
        Exclusive; a date without a time is its whole day in UTC.

    Raises
    ------
    AddressError, ConfigurationError
        When a condition cannot be read, names nothing that occurs, or has a value of the wrong type.
    """
    kept = versions
    for said, mask in _conditions(where, label, words, created_after):
        held, missed = mask(kept)
        kept = [version for version, holds in zip(kept, held, strict=True) if holds]
        yield said, kept, missed


def _conditions(where: str | None, label: Any, words: Mapping[str, Words | None], created_after: Any) -> Iterator[tuple[str, Any]]:
    if label is not None:
        wanted = read_labels_wanted(label)
        yield (
            told_labels(label),
            lambda versions: (_labelled(versions, wanted, "version"), _missed_labels(versions, wanted)),
        )
    for name, given in words.items():
        if given is not None:
            held = _worded(name, read_words(given, name))
            yield say("{name} {given!r}", name=name, given=given), lambda versions, held=held: (held(versions), ())
    if created_after is not None:
        moment = read_moment(created_after)
        if moment is None:
            raise ConfigurationError(
                say("created_after={created_after} is not a time", created_after=described(created_after)), hint=NO_TIME
            )
        after = moment.date() if is_day(created_after) else moment
        said = f"{after}" if is_day(created_after) else f"{moment:%Y-%m-%d %H:%M:%S}"
        yield say("created after {said} UTC", said=said), lambda versions: ([_is_after(version.created, after) for version in versions], ())
    if where is not None:
        yield say("where {where!r}", where=where), parse_condition(where).read


def _is_after(created: datetime | None, wanted: date) -> bool:
    pair = read_moments(created, wanted)
    return pair is not None and pair[0] > pair[1]


def read_words(given: Any, name: str) -> tuple[str, ...]:
    """Read a word, or several accepted ones."""
    found = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, Sequence | set | frozenset) else (given,)
    if not found or not all(isinstance(text, str) for text in found):
        raise ConfigurationError(
            say("{name}={given} is not a word", name=name, given=described(given)),
            hint=say("Pass {name}='...', or a list of texts.", name=name),
        )
    return found


def read_labels_wanted(label: Any) -> dict[str, tuple[str, ...]]:
    """Read labels that are asked for: the accepted values of each key."""
    read = _labels_of(label)
    if read is None:
        meant = dict(_ALMOST.findall(label[:_SHORT])) if isinstance(label, str) else {}
        meant = meant or ({label: "..."} if isinstance(label, str) and label.isidentifier() else {})
        code = f"label={meant}" if meant else "label={'env': 'prod'} or label={'env': ['prod', 'test']}"
        raise ConfigurationError(say("label={label} is not a mapping", label=described(label)), hint=say("Pass {words}.", words=code))
    return {str(key): read_words(str(value) if type(value) is int else value, f"label[{key!r}]") for key, value in read.items()}


def told_labels(label: Any) -> Phrase:
    """Say which labels are asked for, as a line has them.

    Examples
    --------
    >>> told_labels({"env": ["prod", "test"], "team": "cv"})
    'label env=prod, env=test, team=cv'
    """
    wanted = read_labels_wanted(label)
    return say("label {wanted}", wanted=joined([f"{key}={value}" for key, values in wanted.items() for value in values]))


def _labels_of(label: Any) -> Mapping[Any, Any] | None:
    """Give labels in any form as a mapping; None for what is no label, or says more than one.

    Examples
    --------
    >>> [_labels_of(label) for label in ("env=prod", ("env", "prod"), ["env=prod", "env='test'"], {"Key": "env", "Value": "prod"})]
    [{'env': 'prod'}, {'env': 'prod'}, {'env': ['prod', 'test']}, {'env': 'prod'}]
    >>> _labels_of("env"), _labels_of("env=prod,team=cv"), _labels_of(["env", "team"])
    (None, None, None)
    """
    if isinstance(label, Mapping):
        one = {str(key).casefold(): value for key, value in label.items()}
        return {one["key"]: one["value"]} if one.keys() == {"key", "value"} else label
    if isinstance(label, str):
        key, _, value = label.partition("=")
        key, value = key.strip(), value.removeprefix("=").strip()
        value = value[1:-1] if value[:1] in ("'", '"') and value[:1] == value[-1:] else value
        return {key: value} if key and value and "=" not in value else None
    if not isinstance(label, Sequence | set | frozenset) or not label:
        return None
    if isinstance(label, tuple) and len(label) == 2 and all(isinstance(each, str) and "=" not in each for each in label):  # noqa: PLR2004 - key and value
        return {label[0]: label[1]}
    several: dict[Any, list[Any]] = {}
    for each in label:
        read = _labels_of(each)
        if read is None:
            return None
        for key, value in read.items():
            several.setdefault(key, []).extend([value] if isinstance(value, str | int) else value)
    return {key: values[0] if len(values) == 1 else values for key, values in several.items()}


_Noun: TypeAlias = Literal["version", "model"]
_NO_LABEL: dict[_Noun, str] = {"version": "No version has a label.", "model": "No model has a label."}
_NO_SUCH_LABEL: dict[_Noun, str] = {"version": "no version has a label {key!r}", "model": "no model has a label {key!r}"}


def has_labels(item: ModelVersion | Model, wanted: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a version or model has one of the accepted values under every key."""
    return all(set(values) & set(item.labels.get_all(key)) for key, values in wanted.items())


def check_labels(wanted: Iterable[str], known: Collection[str], noun: _Noun = "version") -> None:
    """Refuse a key that no label of any version, or model, has: a slip would be a silent no.

    Raises
    ------
    ConfigurationError
        With the nearest keys, or those there are.
    """
    for key in wanted:
        if key not in known:
            there = sorted(filter(None, known))  # a label without a key offers nothing to write
            own = key.partition(".")[2] if key.startswith(("label.", "labels.")) else ""
            near = [own] if own in there else nearest(key, there)
            hint = nearest_or_known(near, there, none=say(_NO_LABEL[noun]))
            raise ConfigurationError(say(_NO_SUCH_LABEL[noun], key=key), hint=hint)


def is_one_of(value: Any, wanted: Iterable[str]) -> bool:
    """Whether a value is one of some words, in any case."""
    return any(is_same(value, word) for word in wanted)


def check_states(wanted: Iterable[str], seen: Iterable[Any], name: str = "approval") -> None:
    """Refuse an approval that is neither documented nor that of any version.

    Raises
    ------
    ConfigurationError
        With the nearest states, or those there are.
    """
    known = list(dict.fromkeys([*APPROVALS, *sorted(filter(told, seen))]))
    for word in wanted:
        if not any(is_same(each, word) for each in known):
            raise ConfigurationError(
                say("no version has {name} {word!r}", name=name, word=word), hint=nearest_or_known(nearest(word, known), known)
            )


def _labelled(
    items: Sequence[ModelVersion] | Sequence[Model], wanted: Mapping[str, tuple[str, ...]], noun: Literal["version", "model"]
) -> list[bool]:
    if items:
        check_labels(wanted, {key for item in items for key in item.labels}, noun)
    return [has_labels(item, wanted) for item in items]


def _missed_labels(versions: Sequence[ModelVersion], wanted: Mapping[str, tuple[str, ...]]) -> list[Phrase]:
    """Say which accepted values no version has, with the nearest there are."""
    return missed_values(
        wanted, {key: dict.fromkeys(each for version in versions for each in version.labels.get_all(key)) for key in wanted}
    )


def missed_values(wanted: Mapping[str, tuple[str, ...]], there: Mapping[str, Collection[str]]) -> list[Phrase]:
    """Say which accepted values of labels are not among those there are."""
    texts = [(key, text) for key, values in wanted.items() for text in values if text not in there[key]]
    return [said for key, text in texts if (said := missed_text(f"labels.{key}", text, there[key])) is not None]


def _worded(name: str, wanted: tuple[str, ...]) -> Any:
    info = field_named(name)
    attribute = info.name if info is not None else name

    def mask(versions: Sequence[ModelVersion]) -> list[bool]:
        there = [getattr(version, attribute) for version in versions]
        if versions and attribute == "approval_status":
            check_states(wanted, there, name)
        return [is_one_of(value, wanted) for value in there]

    return mask


def filtered_models(models: Sequence[Model], *, name: str | None, label: Any, words: Mapping[str, Words | None]) -> list[Model]:
    """Models that meet every condition; `name` is exact, labels and words are read as those of versions are.

    Parameters
    ----------
    models : sequence of Model
        In the order they are kept in.
    name : str or None
        The whole name.
    label : mapping or None
        Key and value, or a list of accepted values.
    words : mapping
        By the attribute of a model (`domain`, `task`): the word or words wanted, in any case; None asks nothing.

    Raises
    ------
    ConfigurationError
        For a value of the wrong type, and a label that no model has.
    """
    wanted = {attribute: read_words(given, attribute) for attribute, given in words.items() if given is not None}
    labels = read_labels_wanted(label) if label is not None else {}
    called = None if name is None else read_words(name, "name")
    kept = [model for model in models if called is None or model.name in called]
    kept = [model for model, holds in zip(kept, _labelled(kept, labels, "model"), strict=True) if holds]
    return [model for model in kept if all(is_one_of(getattr(model, attribute), texts) for attribute, texts in wanted.items())]


def ordered(
    versions: Sequence[ModelVersion], by: str, *, ascending: bool, na_position: Literal["first", "last"], dataset: str | None
) -> tuple[list[ModelVersion], Name | None]:
    """Versions by a field, a label or a metric, ties in the order they came, the unknown first or last; with what the name means.

    Where any version has a number, one without a finite number is unknown, as to ranks and to the best.

    Raises
    ------
    ComparisonError
        When the name occurs nowhere, or no version has a value.
    """
    if na_position not in ("first", "last"):
        raise ConfigurationError(
            say("na_position={na_position} is not understood", na_position=described(na_position)),
            hint=say("Pass na_position='first' or 'last'."),
        )
    if not versions:
        return [], None
    found = Lookup(versions)
    try:
        name = found.resolve(by, dataset=dataset)
    except NameNotFound:
        # as the line and Django write it
        if by[:1] != "-" or not found.resolve(by[1:], dataset=dataset):
            raise
        said = say("no version has {text!r}", text=by)
        raise NameNotFound(said, hint=say("Use {code}.", code=f"sort_values({by[1:]!r}, ascending=False)")) from None
    values = [value[0] if isinstance(value, tuple) else value for value in found.values(name)]
    if any(_is_number(value) for value in values):
        values = [value if _is_number(value) else None for value in values]
    known = [(value, version) for value, version in zip(values, versions, strict=True) if not _missing(value)]
    if not known:
        raise ComparisonError(
            say("none of the {count} versions has a value for {by!r}", count=len(versions), by=by),
            hint=say("Look at to_frame(layout='long')."),
        )
    key: Callable[[Any], Any] = _comparable
    if not name.section and name.path == "version_name":
        key = version_key
    elif not name.section and name.path in CATEGORIES:
        key = _without_case
    known.sort(key=lambda pair: key(pair[0]), reverse=not ascending)
    unknown = [version for value, version in zip(values, versions, strict=True) if _missing(value)]
    in_order = [version for _, version in known]
    return (unknown + in_order if na_position == "first" else in_order + unknown), name


def _missing(value: Any) -> bool:
    return value is None or value == "" or value != value  # noqa: PLR0124 - NaN is the value that differs from itself


def _is_number(value: Any) -> bool:
    return is_number(value) and not (isinstance(value, float) and not math.isfinite(value))  # whole numbers may be beyond a float


def _without_case(value: Any) -> tuple[int, Any]:
    """As conditions compare categories."""
    return _comparable(value.casefold() if isinstance(value, str) else value)


def _comparable(value: Any) -> tuple[int, Any]:
    """Numbers and times among themselves, text after them, so that mixed columns still sort."""
    if isinstance(value, bool | int | float):
        return 0, value
    return (1, value.timestamp()) if isinstance(value, datetime) else (2, str(value))

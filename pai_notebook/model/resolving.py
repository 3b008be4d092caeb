"""Finds the one name that a text means, or says which it could be."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from pai_notebook.arguments import described
from pai_notebook.errors import ComparisonError, NameNotFound
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import dataset_hint, nearest_hint
from pai_notebook.model.patterns import Pattern, Rank, without_quotes

_ID = re.compile("d-")


def resolve(
    text: str,
    names: Collection[Name],
    *,
    dataset: str | None = None,
    missing: str = "no version has a name {text!r}",
    others: Callable[[], Collection[Name]] | None = None,
) -> Name:
    """Find the one name that a text refers to.

    Parameters
    ----------
    text : str
        A name, exactly; a glob is not one name. `cer@` is the metric without a dataset, where it was measured on one too. What
        occurs nowhere may be the end of one label or setting.
    names : collection of Name
        Those that occur.
    dataset : str, optional
        The dataset of a metric that has several; empty for the metric without one.
    missing : str
        What an error says of a name that occurs nowhere, with the name as `{text!r}`.
    others : callable, optional
        Gives more names: those that may be given by their end, and among which the nearest are looked for.

    Raises
    ------
    NameNotFound
        When the name occurs nowhere (the nearest names are in the hint), or the metric was not measured on the dataset.
    ComparisonError
        When the metric was measured on several datasets, or on one and without, and none is named.

    Examples
    --------
    >>> names = [Name("metrics", "cer", "d-a"), Name("metrics", "cer", "d-b"), Name("metrics", "cer"), Name("metrics", "wer", "d-a")]
    >>> resolve("wer", names).short, resolve("cer[d-b]", names).short, resolve("metrics.cer", names, dataset="d-a").short
    ('wer@d-a', 'cer@d-b', 'cer@d-a')
    >>> resolve("cer@", names).short, resolve("cer", names, dataset="").short
    ('cer', 'cer')
    >>> resolve("lr", [Name("training_spec", "HyperParameters.lr")]).full
    'training_spec.HyperParameters.lr'
    """
    if not isinstance(text, str):
        raise ComparisonError(
            say("{text} is not a name", text=described(text)),
            hint=say("Pass a text such as 'accuracy', 'accuracy@d-a', 'labels.env' or 'created'."),
        )
    ranked = _exactly(text, names)
    fitting = [
        (rank, name)
        for rank, name in ranked
        if dataset is None or name.dataset == dataset or (dataset and dataset in (name.label, name.nick)) or name.section != "metrics"
    ]
    if not fitting:
        base, asked = (text, dataset) if ranked else without_dataset(text)
        measured = ranked or (_exactly(base, names) if base != text else [])
        if measured:
            words = "{base} was not measured on dataset {asked!r}" if asked else "{base} was not measured without a dataset"
            raise NameNotFound(say(words, base=base, asked=asked), hint=dataset_hint(asked or "", [name for _, name in measured]))
        known = names if others is None else others()
        ending = [name for name in known if name.section not in ("", "metrics") and f".{name.path}".endswith(f".{text}")]
        if len(ending) > 1:
            said = say("{text!r} could be {count} names", text=text, count=len(ending))
            raise NameNotFound(said, hint=say("Name one: {choices}.", choices=joined([name.full for name in ending[:8]])))
        if ending and dataset is None:
            return ending[0]
        raise NameNotFound(say(missing, text=text), hint=nearest_hint(text, known))
    plain = [name for _, name in fitting if not name.section]
    top = max(rank for rank, _ in fitting)
    # a plain field goes before a metric of the same name, as its column has no prefix
    best = plain[:1] or list(dict.fromkeys(name for rank, name in fitting if rank == top))
    if len(best) > 1:
        in_order = sorted(best, key=lambda name: name.sort_key)[:8]
        choices = joined([name.typed for name in in_order])
        if len({name.path for name in best}) == 1:
            bare = [name for name in in_order if not name.dataset]
            if not bare:
                raise ComparisonError(
                    say("{text} was measured on {count} datasets", text=text, count=len(best)),
                    hint=say("Name one: {choices}.", choices=choices),
                )
            named = joined([name.typed for name in in_order if name.dataset])
            raise ComparisonError(
                say("{text} was measured with and without a dataset", text=text),
                hint=say("Name one: {named}; {typed}@ is the value without a dataset.", typed=bare[0].typed, named=named),
            )
        raise ComparisonError(
            say("{text} could be any of {count} names", text=text, count=len(best)), hint=say("Name one: {choices}.", choices=choices)
        )
    if dataset is not None and best[0].section != "metrics":
        raise ComparisonError(say("{text} is not a metric and has no dataset", text=text), hint=say("Leave dataset= out."))
    return best[0]


def _exactly(text: str, names: Iterable[Name]) -> list[tuple[Rank, Name]]:
    """Names that a text matches exactly, not as a glob."""
    pattern = Pattern(text)
    return [(rank, name) for name in names if (rank := pattern.rank(name)) is not None and rank[0]]


def dataset_meant(text: str) -> str:
    """Give the name of a dataset in a name of a metric; empty where it has none, an id or an address, which need no look-up.

    Examples
    --------
    >>> [dataset_meant(text) for text in ("cer@hold-out", "`cer`[hold-out]", "cer@d-a", "cer@oss://bucket/x", "cer")]
    ['hold-out', 'hold-out', '', '', '']
    """
    _, dataset = without_dataset(text.replace("`", ""))
    return "" if "://" in dataset or _ID.match(dataset) else dataset


def metric_meant(text: str) -> Pattern:
    """Give the metric, on whatever dataset, that a name means.

    Examples
    --------
    >>> metric_meant("cer@hold-out"), metric_meant("cer[d-a]"), metric_meant("cer")
    (Pattern('cer'), Pattern('cer'), Pattern('cer'))
    """
    return Pattern(without_dataset(text)[0])


def without_dataset(text: str) -> tuple[str, str]:
    """Take the dataset off a name: `cer@d-a` and `cer[d-a]` are `cer` and `d-a`, `cer@` is `cer` without one.

    Examples
    --------
    >>> without_dataset("cer@d-a"), without_dataset("cer[d-a]"), without_dataset("cer@")
    (('cer', 'd-a'), ('cer', 'd-a'), ('cer', ''))
    """
    text = without_quotes(text)
    base, _, dataset = text[:-1].partition("[") if text.endswith("]") else text.partition("@")
    return (base, dataset) if dataset or text.endswith("@") else (text, "")

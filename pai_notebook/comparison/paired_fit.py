"""Whether results on the same examples are evidence for versions: of these very versions, and of the numbers that they state."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pai_notebook.comparison.paired_methods import bonett_price
from pai_notebook.errors import ComparisonError
from pai_notebook.i18n.phrases import say
from pai_notebook.model.group import VersionGroup
from pai_notebook.model.metric_cells import Cell
from pai_notebook.model.nearest import listed
from pai_notebook.model.numbers import choose_format

if TYPE_CHECKING:
    from pai_notebook.comparison.paired import Paired
    from pai_notebook.model.version import ModelVersion

# How far the share of right answers may be from the stated one: rounding, and standard errors where only a part is there.
_ROOM, _FAR = 0.001, 3


def fitted(result: Paired, shown: str, cells: Sequence[Cell], versions: Sequence[ModelVersion], names: Sequence[str]) -> Paired:
    """Give a result with what its versions are called here.

    Parameters
    ----------
    result : Paired
        The result.
    shown : str
        Its metric as people read it.
    cells, versions, names : sequences of Cell, ModelVersion, str
        The metric of each version that is compared, the versions, and what they are called.

    Raises
    ------
    ComparisonError
        When a version is not compared, is a group, or does not state what the examples give.
    """
    places = [
        _place(name, identity, versions, names)
        for name, identity in zip((result.version, result.other), result.identities or (None, None), strict=True)
    ]
    refuse_groups({names[place]: versions[place] for place in places})
    mine, theirs = places
    result = replace(
        result, version=names[mine], other=names[theirs], identities=(identity_of(versions[mine]), identity_of(versions[theirs]))
    )
    for place in places:
        if cells[place].value is None:
            hint = say("Results are evidence for a metric that both versions state.")
            raise ComparisonError(say("{name} has no {shown}", name=names[place], shown=shown), hint=hint)
    error = disagreement(result, shown, cells[mine], cells[theirs])
    if error is not None:
        raise error
    return result


def refuse_groups(versions: Mapping[str, ModelVersion]) -> None:
    """Refuse groups of runs, given by what they are called.

    Raises
    ------
    ComparisonError
        For a group.
    """
    for name, version in versions.items():
        if isinstance(version, VersionGroup):
            hint = say("Compare two of its members by name.")
            raise ComparisonError(say("{name} is a group: the results of one run say nothing of the others", name=name), hint=hint)


def identity_of(version: ModelVersion) -> tuple[str, str]:
    """Model and name of a version: what it is, whatever a comparison calls it."""
    return version.model_id, version.version_name


def refuse_twins(identity: tuple[str, str], versions: Sequence[ModelVersion]) -> None:
    """Refuse a model and name that several versions have: nothing else says which of them a result is about.

    Raises
    ------
    ComparisonError
        When there are several.
    """
    count = sum(identity_of(version) == identity for version in versions)
    if count > 1:
        hint = say("Give each a name of its own, or pass model_id= to from_documents.")
        raise ComparisonError(
            say("{count} versions here are named {name}: which of them the results are of is not known", count=count, name=identity[1]),
            hint=hint,
        )


def _place(name: str, identity: tuple[str, str] | None, versions: Sequence[ModelVersion], names: Sequence[str]) -> int:
    """Position of the version that a result is about."""
    found = [
        place for place in range(len(names)) if (names[place] == name if identity is None else identity_of(versions[place]) == identity)
    ]
    if identity is not None:
        refuse_twins(identity, versions)
    if len(found) != 1:
        raise ComparisonError(
            say("the result is about {name}, which is not compared here", name=name),
            hint=say("Compared: {names}.", names=listed(names, 5)),
        )
    return found[0]


def disagreement(result: Paired, shown: str, cell: Cell, base: Cell) -> ComparisonError | None:
    """Say how the numbers that two versions state differ from those of a result; None where they do not, or one states none."""
    if cell.value is None or base.value is None:
        return None
    for name, stated, found in zip((result.version, result.other), (cell.value, base.value), result.values, strict=True):
        room = _ROOM + _FAR * math.sqrt(max(found * (1 - found), 1 / result.n) / result.n) if result.counts else math.inf
        if abs(stated - found) > room:
            form = choose_format([stated, found])
            return ComparisonError(
                say(
                    "{shown}: {name} states {value}, its examples give {value_2}",
                    shown=shown,
                    name=name,
                    value=form.value(stated),
                    value_2=form.value(found),
                ),
                hint=say("Take the examples that the metric was measured on, and its unit."),
            )
    delta = cell.value - base.value
    interval = result.interval
    if interval is None and result.counts:
        interval = bonett_price(result.counts["gained"], result.counts["lost"], result.n)
    if interval is None:
        is_other = result.flipped.empty and abs(delta) > _ROOM * max(1.0, *map(abs, result.values))
    else:
        is_other = not interval.low <= delta <= interval.high
    if is_other:
        form, over = choose_format([delta, result.delta]), result.over_examples
        if interval is not None and over is not None and abs(delta - over) <= (interval.high - interval.low) / 2:
            # the examples are those of the metric, which weighs groups by their sizes
            by_group = (
                "{name}: the versions state a difference of {delta} over examples, the mean over {n} groups by {cluster} is {delta_2}"
            )
            told = {"n": result.n, "cluster": result.cluster, "delta": form.delta(delta), "delta_2": form.delta(result.delta)}
            hint = say("The mean over groups is another number than the metric; read it by itself, without with_paired.")
            return ComparisonError(say(by_group, name=shown, **told), hint=hint)
        return ComparisonError(
            say(
                "{name}: the versions state a difference of {delta}, the examples give {delta_2} ({words})",
                name=shown,
                delta=form.delta(delta),
                delta_2=form.delta(result.delta),
                words=result.reason if interval is None else interval.words,
            ),
            hint=say("Take the examples that the metric was measured on, and its unit."),
        )
    return None

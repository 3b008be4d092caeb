"""How the difference of two versions is judged by their results on the same examples: answers, scores, and numbers of a whole table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import as_text, described
from pai_notebook.comparison.examples import Examples, compared_columns, differing, few_ids, numbers_of
from pai_notebook.comparison.interval import Interval, is_rounding, t_interval
from pai_notebook.comparison.paired import Paired
from pai_notebook.comparison.quantiles import normal_quantile, t_outside
from pai_notebook.comparison.wide_answers import how_given
from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.nearest import nearest_or_known
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    import pandas as pd

# What has to be there before anything is said: examples that differ, scores that differ, clusters, and examples of the rarest class.
FEWEST_FLIPPED, FEWEST_DIFFERING, FEWEST_CLUSTERS, FEWEST_RAREST = 6, 30, 10, 20
RESAMPLES = 2000
_NO_LABEL = "label= was not given: whether the rarest class has {fewest} examples is not known"
# Characters of the name of a class that are shown.
_LONGEST = 40
_LEVEL = 0.95
_TWO = 2


def bonett_price(gained: int, lost: int, n: int, level: float = _LEVEL) -> Interval:
    """Interval for the difference of two proportions that were measured on the same examples.

    Source: D. G. Bonett and R. M. Price (2012), Adjusted Wald confidence interval for a difference of binomial proportions based
    on paired data, Journal of Educational and Behavioral Statistics 37, 479-488.

    Parameters
    ----------
    gained, lost : int
        Examples that only the candidate has right, and that only the other one has right.
    n : int
        All examples.

    Examples
    --------
    >>> interval = bonett_price(31, 12, 1000)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.006, 0.032)
    """
    up, down = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    half = normal_quantile(level) * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    method = say("Bonett and Price's interval for paired answers")
    return Interval(max(up - down - half, -1.0), min(up - down + half, 1.0), level, method)


def mid_p_mcnemar(gained: int, lost: int) -> float:
    """McNemar's test of paired answers with the mid-p correction: 1 where none differ.

    Source: M. W. Fagerland, S. Lydersen and P. Laake (2013), The McNemar test for binary matched-pairs data: mid-p and asymptotic
    are better than exact conditional, BMC Medical Research Methodology 13, 91.

    Examples
    --------
    >>> round(mid_p_mcnemar(31, 12), 4)
    0.0037
    """
    count, fewer = gained + lost, min(gained, lost)

    def share(of: int) -> float:
        return math.exp(math.lgamma(count + 1) - math.lgamma(of + 1) - math.lgamma(count - of + 1) - count * math.log(2))

    return min(1.0, 2 * math.fsum(share(each) for each in range(fewer)) + share(fewer)) if count else 1.0


def pair(
    metric: str,
    frames: Mapping[str, pd.DataFrame],
    version: str,
    other: str,
    *,
    on: str,
    correct: str | None = None,
    score: str | None = None,
    statistic: Callable[[pd.DataFrame], float] | None = None,
    cluster: str | None = None,
    label: str | None = None,
) -> Paired:
    """Compare two versions by their results on the same examples; see `Comparison.paired`."""
    ways = {"correct": correct, "score": score, "statistic": statistic}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) != 1:
        too_many = say("{names} are given, one is needed", names=joined(given, " and "))
        said = too_many if given else say("neither correct=, score= nor statistic= is given")
        raise ConfigurationError(
            say("paired: {said}", said=said), hint=say("Pass the column that says whether an answer is right, as correct='correct'.")
        )
    if statistic is not None and not callable(statistic):
        raise ConfigurationError(
            say("statistic={statistic} is not a function", statistic=described(statistic)),
            hint=say("Pass one that takes a table and gives a number."),
        )
    column = correct if correct is not None else score
    kept = [each for each in (cluster, label) if each is not None]
    columns = [*([] if column is None else [column]), *kept]
    table = Examples.read(frames, version, other, on=on, columns=columns, kept=kept, value=column, is_right=correct is not None)
    if statistic is not None:
        return _by_statistic(metric, table, statistic, cluster, label)
    assert column is not None  # noqa: S101 - one of the two is given
    read = [numbers_of(each, column, name, is_right=correct is not None) for each, name in zip(table.sides, table.names, strict=True)]
    known = ~(read[0].isna() | read[1].isna())
    remarks = list(table.remarks)
    remarks += _without_value(table, read)
    if label is not None:
        remarks.append(say("label= is used with statistic= only"))
    table, values = table.keep(known.to_numpy()), [each[known].to_numpy(dtype=float) for each in read]
    if not len(values[0]):
        raise ComparisonError(
            say("paired: no example has a value in both {version} and {other}", version=visible(version), other=visible(other)),
            hint=say("Look at the column {column!r} of both tables.", column=column),
        )
    groups = table.groups(cluster)
    if groups is None and correct is not None:
        return _by_answers(metric, table, values, remarks)
    if groups is not None and correct is not None and cluster is None:
        differing_ids = int((values[0] != values[1]).sum())
        if FEWEST_FLIPPED <= differing_ids < FEWEST_DIFFERING:
            helps = "without the repeated ids answers are compared as right and wrong, for which {fewest} that differ are enough"
            remarks.append(say(helps, fewest=FEWEST_FLIPPED))
    return _by_scores(metric, table, values, remarks, groups=groups, named=visible(cluster or on), by_cluster=cluster is not None)


def _without_value(table: Examples, read: Sequence[pd.Series[Any]]) -> Iterator[Phrase]:
    """Say which examples have no value in which version."""
    for name, numbers in zip(table.names, read, strict=True):
        if numbers.isna().any():
            ids = table.ids[numbers.isna().to_numpy()]
            one = "1 of {n} examples has no value in {name} and is left out: {ids}"
            several = "{count} of {n} examples have no value in {name} and are left out: {ids}"
            yield say(several if len(ids) > 1 else one, count=len(ids), n=len(numbers), name=visible(name), ids=few_ids(ids))


def _by_answers(metric: str, table: Examples, values: Sequence[Any], remarks: Sequence[str]) -> Paired:
    if not all(((each == 0) | (each == 1)).all() for each in values):
        raise ConfigurationError(say("paired: correct= takes truth values or 0 and 1"), hint=say("Pass score= for anything between."))
    mine, theirs = (each == 1 for each in values)
    n = len(mine)
    counts = {
        "both": int((mine & theirs).sum()),
        "gained": int((mine & ~theirs).sum()),
        "lost": int((~mine & theirs).sum()),
        "neither": int((~mine & ~theirs).sum()),
    }
    gained, lost = counts["gained"], counts["lost"]
    flipped = gained + lost
    enough = flipped >= FEWEST_FLIPPED
    few = say("only 1 of {n} examples differs: cannot tell", n=n)
    if flipped != 1:
        few = (
            say("only {count} of {n} examples differ: cannot tell", count=flipped, n=n)
            if flipped
            else say("no example differs: cannot tell")
        )
    return Paired(
        metric=metric,
        version=table.names[0],
        other=table.names[1],
        n=n,
        values=(float(mine.mean()), float(theirs.mean())),
        delta=(gained - lost) / n,
        reason=say("paired, {n} examples", n=n) if enough else few,
        counts=counts,
        remarks=tuple(remarks),
        flipped=differing(table, values[0] - values[1]),
        p_value=mid_p_mcnemar(gained, lost),
        source=_Answers(gained, lost, n) if enough else None,
    )


@dataclass(frozen=True)
class _Answers:
    gained: int
    lost: int
    n: int

    def __call__(self, level: float) -> Interval:
        return bonett_price(self.gained, self.lost, self.n, level)


@dataclass(frozen=True)
class _Mean:
    """Student's interval of a mean difference."""

    delta: float
    variance: float
    df: int

    @property
    def p_value(self) -> float:
        """One minus the largest level whose interval excludes 0."""
        return t_outside(self.delta / math.sqrt(self.variance), self.df)

    def __call__(self, level: float) -> Interval:
        return t_interval(self.delta, [(self.variance, self.df)], level)


@dataclass(frozen=True)
class _Normal:
    """Normal interval with a standard error from resampling."""

    delta: float
    error: float

    @property
    def p_value(self) -> float:
        """One minus the largest level whose interval excludes 0."""
        return t_outside(self.delta / self.error)

    def __call__(self, level: float) -> Interval:
        half = normal_quantile(level) * self.error
        method = say("normal interval, standard error from {count} resamples", count=RESAMPLES)
        return Interval(self.delta - half, self.delta + half, level, method)


INTERVALS: dict[str, type[_Answers | _Mean | _Normal]] = {"answers": _Answers, "mean": _Mean, "resamples": _Normal}


def _by_scores(
    metric: str, table: Examples, values: Sequence[Any], remarks: Sequence[str], *, groups: Any, named: str, by_cluster: bool
) -> Paired:
    import numpy as np  # noqa: PLC0415 - numpy loads on first use
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    each = values[0] - values[1]
    differences = each if groups is None else pd.Series(each).groupby(groups, sort=False).mean().to_numpy()
    n, count = len(differences), int(np.count_nonzero(differences))
    ties = len(each) - int(np.count_nonzero(each))
    fewest = FEWEST_CLUSTERS if by_cluster else FEWEST_DIFFERING
    if groups is not None and n < FEWEST_CLUSTERS:
        reason = _few_groups(n, named)
    elif count < fewest:
        few = "too few examples differ: {count} of {n}" if groups is None else "too few groups differ: {count} of {n}"
        reason = say(few, count=count, n=n)
    elif groups is not None:
        reason = say("paired, means of {n} groups by {name}", n=n, name=named)
    else:
        reason = say("paired, {n} examples, {ties} of them equal", n=n, ties=ties)
    enough = count >= fewest and (groups is None or n >= FEWEST_CLUSTERS)
    delta = float(differences.mean())
    variance = float(differences.var(ddof=1)) / n if n > 1 else 0.0
    largest = max(float(np.abs(side).max()) for side in values)
    at = _Mean(delta, variance, n - 1) if enough and not is_rounding(variance, largest) else None
    means = [
        float(value.mean()) if groups is None else float(pd.Series(value).groupby(groups, sort=False).mean().mean()) for value in values
    ]
    return Paired(
        metric=metric,
        version=table.names[0],
        other=table.names[1],
        n=n,
        values=(means[0], means[1]),
        delta=delta,
        reason=reason if at is not None or not enough else say("the same difference everywhere: no spread"),
        counts={},
        remarks=tuple(remarks),
        flipped=differing(table, each),
        p_value=None if at is None else at.p_value,
        source=at,
        cluster=named if by_cluster else "",
        over_examples=float(each.mean()) if by_cluster else None,
        examples=len(each) if by_cluster else None,
    )


def _by_statistic(
    metric: str, table: Examples, statistic: Callable[[pd.DataFrame], float], cluster: str | None, label: str | None
) -> Paired:
    """Difference of a number of the whole table, such as F1, with a standard error from resampling examples in pairs."""
    import numpy as np  # noqa: PLC0415 - numpy loads on first use
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    if table.repeated:
        raise ConfigurationError(
            say("paired: an id of {on} occurs more than once", on=table.on), hint=say("statistic= needs one row an example.")
        )
    groups = table.groups(cluster)
    units = [np.asarray([place]) for place in range(len(table.ids))]
    if groups is not None:
        codes = pd.factorize(groups)[0]
        order = np.argsort(codes, kind="stable")
        units = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    n, named = len(units), visible(cluster or "")
    values = [_number(_called(statistic, side.copy()), metric) for side in table.sides]
    fewest = FEWEST_RAREST if groups is None else FEWEST_CLUSTERS
    counts = None if label is None else table.agreed(label).value_counts()
    doubts = [say(_NO_LABEL, fewest=FEWEST_RAREST)] if counts is None or label is None else _doubts_of_classes(label, counts, table)
    rarest = FEWEST_RAREST if counts is None else int(counts.min()) if len(counts) else 0
    at: _Normal | _Mean | None = None
    if n < fewest:
        reason = say("{n} examples are too few: {fewest} are needed", n=n, fewest=fewest) if cluster is None else _few_groups(n, named)
    elif rarest < FEWEST_RAREST:
        one = "only 1 example of the rarest class, {name}: {fewest} are needed"
        several = "only {count} examples of the rarest class, {name}: {fewest} are needed"
        named_class = visible(as_text(counts.idxmin()))[:_LONGEST] if counts is not None else ""
        reason = say(one if rarest == 1 else several, count=rarest, name=named_class, fewest=FEWEST_RAREST)
    else:
        draw = np.random.default_rng(0)
        samples = (np.concatenate([units[place] for place in draw.integers(0, n, n)]) for _ in range(RESAMPLES))
        found = [_difference([_number(_resampled(statistic, side.iloc[places]), metric) for side in table.sides]) for places in samples]
        error = float(np.std(found, ddof=1))
        delta = _difference(values)
        # few clusters: Student's t, and the standard error of one less
        spread = _Normal(delta, error) if groups is None else _Mean(delta, error**2 * n / (n - 1), n - 1)
        at = None if is_rounding(error**2, *values) else spread
        what = "paired, {n} examples, {count} resamples" if cluster is None else "paired, {n} groups by {name}, {count} resamples"
        reason = say(what, n=n, count=RESAMPLES, **({} if cluster is None else {"name": named}))
        reason = reason if at is not None else say("the same difference in every resample: no spread")
    differs = np.zeros(len(table.ids))
    for name in compared_columns(table):
        first, second = (side[name].astype(object) for side in table.sides)
        alike = [_is_same(*pair) for pair in zip(first, second, strict=True)]
        differs += ~(np.array(alike, dtype=bool) | (first.isna() & second.isna()).to_numpy())
    return Paired(
        metric=metric,
        version=table.names[0],
        other=table.names[1],
        n=n,
        values=(values[0], values[1]),
        delta=_difference(values),
        reason=reason,
        counts={},
        remarks=(*table.remarks, *doubts),
        flipped=differing(table, differs),
        p_value=None if at is None else at.p_value,
        source=at,
        examples=None if groups is None else len(table.ids),
    )


def _doubts_of_classes(label: str, counts: pd.Series[int], table: Examples) -> list[Phrase]:
    """Say why a column is perhaps not that of the true class, and which of its classes no example has."""
    n, column, doubts = len(table.ids), visible(label), []
    if len(counts) == 1:
        doubts.append(say("{label} tells no classes apart: it is {name} everywhere", label=column, name=visible(as_text(counts.index[0]))))
    elif 2 * len(counts) > n:
        doubts.append(say("{label} may not be the true class: it has {count} values in {n} examples", label=column, count=len(counts), n=n))
    kinds = [side[label].dtype for side in table.sides]
    named = dict.fromkeys(each for kind in kinds if str(kind) == "category" for each in getattr(kind, "categories", ()))
    if absent := [each for each in named if each not in counts.index]:
        doubts.append(say("classes of {label} of which there is no example: {names}", label=column, names=few_ids(absent)))
    return doubts


def _called(statistic: Callable[[pd.DataFrame], float], examples: pd.DataFrame) -> float:
    """The number of all examples; a function that fails on them is told from this package, which calls it."""
    try:
        return statistic(examples)
    except Exception as error:
        raised = visible(f"{type(error).__name__}: {error}"[:200])
        hint = say("It gets the table of one version, with the columns that were passed.")
        raise ComparisonError(say("statistic: it raises {raised}", raised=raised), hint=hint) from error


def _resampled(statistic: Callable[[pd.DataFrame], float], sample: pd.DataFrame) -> float:
    """The number of a resample; what fails there worked on all examples, which whoever wrote it has to know."""
    try:
        return statistic(sample)
    except Exception as error:
        raised = visible(f"{type(error).__name__}: {error}"[:200])
        said = say("statistic: it raises {raised} on a resample of the examples; on all of them it does not", raised=raised)
        hint = say("Rows are drawn with replacement, so that some occur twice and a class may be missing.")
        raise ComparisonError(said, hint=hint) from error


def _few_groups(n: int, named: str) -> Phrase:
    return say("{n} groups by {name} are too few: {fewest} are needed", n=n, name=named, fewest=FEWEST_CLUSTERS)


def _is_same(one: Any, other: Any) -> bool:
    import numpy as np  # noqa: PLC0415 - numpy loads on first use

    try:
        return bool(one == other)
    except ValueError:  # arrays
        return bool(np.array_equal(one, other))
    except Exception:  # noqa: BLE001 - NA, and anything else that cannot be compared
        return one is other


def _difference(values: Sequence[float]) -> float:
    return values[0] - values[1]


def _number(value: Any, metric: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        said = say("statistic: it gives {value} for {metric}", value=described(value), metric=metric)
        raise ComparisonError(said, hint=say("It has to be a finite number on every resample."))
    return number


def told_names(frames: Any, names: Sequence[str], baseline: str) -> tuple[str, str]:
    """Candidate and other version of the tables that were handed over; the baseline is the other one where it is there.

    Raises
    ------
    ConfigurationError
        When they are not two, or a name is not compared.
    """
    if not isinstance(frames, Mapping) or len(frames) != _TWO:
        said = (
            say(
                "{count} table ({names})" if len(frames) == 1 else "{count} tables ({names})" if frames else "no table",
                count=len(frames),
                names=few_ids(frames),
            )
            if isinstance(frames, Mapping)
            else described(frames)
        )
        raise ConfigurationError(say("frames: {said} given, two tables are needed", said=said), hint=how_given(names))
    for name in frames:
        if name not in names:
            raise ConfigurationError(
                say("frames: {name} is not compared here", name=described(name)), hint=nearest_or_known((), names, most=5)
            )
    first_name, second = frames
    return (second, first_name) if first_name == baseline or second != baseline else (first_name, second)

"""What a comparison does with results on the same examples: makes them, and takes them as evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from pai_notebook.arguments import described
from pai_notebook.calls import checked
from pai_notebook.comparison.aligned import Aligned
from pai_notebook.comparison.baseline import Chosen
from pai_notebook.comparison.paired_fit import (
    contradicted,
    fitted,
    held_against,
    identity_of,
    in_unit_of,
    refuse_classes,
    refuse_groups,
    refuse_twins,
)
from pai_notebook.comparison.selection import find_row
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say
from pai_notebook.model.metric_scales import is_mean

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.comparison.paired import Paired


@checked
class PairedQuestions(Aligned):
    """Versions that are compared, and their results on the same examples; a base of `Comparison`."""

    _public_class = "pai_notebook.comparison.comparison.Comparison"

    def paired(
        self,
        metric: str,
        frames: Mapping[str, pd.DataFrame] | pd.DataFrame,
        *,
        on: str,
        correct: str | None = None,
        score: str | None = None,
        statistic: Callable[[pd.DataFrame], float] | None = None,
        cluster: str | None = None,
        label: str | None = None,
        dataset: str | None = None,
    ) -> Paired:
        """Compare two versions by their results on the same examples, which says more than their metrics do.

        Parameters
        ----------
        metric : str
            The metric that the results are of: `accuracy`, or `accuracy@d-a` where it was measured on several datasets.
        frames : mapping of str to pandas.DataFrame, or one DataFrame
            Two versions by name, with a table each: one row an example. Or one table with a column for each of the two, which is
            called as the version (`0.1.0`), or by the column and the version (`ok_0.1.0` with `correct="ok"`).
        on : str
            Column, or name of the index, that identifies an example.
        correct : str, optional
            Column that says whether the answer is right: truth values, or 0 and 1; for a metric that is the share of right answers.
        score : str, optional
            Column of a number for each example, whose mean is the metric.
        statistic : function, optional
            Gives the metric of a table, for one that is no mean, such as F1; it is called on 2,000 resamples of each table.
        cluster : str, optional
            Column of what examples belong together (a user, a document): their means are compared, since they are not independent.
            Ids that occur more than once are clusters too.
        label : str, optional
            With `statistic` the column of the true class, of whose rarest at least 20 examples are needed.
        dataset : str, optional
            The dataset, instead of `@` in the name.

        Returns
        -------
        Paired
            Of the version that is not the baseline against the other, with interval, counts and the examples that differ. It shows
            itself; `with_paired` makes it evidence of a comparison.

        Raises
        ------
        ComparisonError
            When no example is in both tables, a metric does not exist, or a version is a group.
        ConfigurationError
            For tables, columns and arguments that cannot be used.

        Notes
        -----
        Answers are judged by Bonett and Price's interval (2012), scores by Student's t on the differences, other numbers by the
        standard error of a bootstrap with a fixed seed. Nothing is said where fewer than 6 answers, 30 scores or 10 clusters differ.
        If examples were chosen by the mistakes of one version, no interval helps.

        Examples
        --------
        >>> import pandas as pd
        >>> from pai_notebook import VersionSet
        >>> right = {"0.1.0": [True] * 900 + [False] * 100, "0.2.0": [True] * 890 + [False] * 10 + [True] * 30 + [False] * 70}
        >>> docs = [{"VersionName": name, "Metrics": {"accuracy": sum(found) / 1000}} for name, found in right.items()]
        >>> c = VersionSet.from_documents(docs, "model-a").compare("0.1.0")
        >>> frames = {name: pd.DataFrame({"id": range(1000), "ok": found}) for name, found in right.items()}
        >>> p = c.paired("accuracy", frames, on="id", correct="ok")
        >>> print(p.sentence)
        0.2.0 right and 0.1.0 wrong in 30 of 1000, the other way in 10: +2.0 pp (95 % interval +0.7 to +3.3 pp)
        """
        from pai_notebook.comparison.examples import numbers_of  # noqa: PLC0415 - loads on first use
        from pai_notebook.comparison.paired_methods import pair, told_names  # noqa: PLC0415 - loads on first use
        from pai_notebook.comparison.wide_answers import of_predictions  # noqa: PLC0415 - loads on first use

        row = find_row(self.metrics, metric, dataset)
        if (correct, score, statistic) == (None, None, None) and hasattr(frames, "columns"):
            correct = "correct"  # columns that are called as versions have no other name
        column = correct if correct is not None else score
        tables = self._called(frames, on, column)
        version, other = told_names(tables, self._names, self.baseline_name)
        if correct is not None and row.direction.mode == "min":
            hint = say("Pass score= with a column that has 1 where the answer is wrong.")
            said = "correct= says which answers are right, and {shown} is lower where more are"
            raise ConfigurationError(say(said, shown=row.key.shown), hint=hint)
        column = "correct" if correct is not None else "score"
        if (correct or score) is not None and not is_mean(row.path, of_answers=correct is not None):
            hint = say("Pass statistic= with a function that computes {shown} of a table.", shown=row.key.shown)
            said = "{argument}= gives a mean over examples, which {shown} is not"
            raise ConfigurationError(say(said, argument=column, shown=row.key.shown), hint=hint)
        refuse_groups({name: self._versions[self._names.index(name)] for name in (version, other)})
        identities = [identity_of(self._versions[self._names.index(name)]) for name in (version, other)]
        for identity in identities:
            refuse_twins(identity, self._versions)
        found = pair(
            row.name, tables, version, other, on=on, correct=correct, score=score, statistic=statistic, cluster=cluster, label=label
        )
        of_metric = self._stated((row.path, row.dataset), row.key.shown, row.cells)
        found = in_unit_of(of_metric, found, self._names)
        if score is not None:
            refuse_classes(
                of_metric, found, self._names, [numbers_of(tables[name], score, name, is_right=False) for name in (version, other)]
            )
        error, stated = held_against(found, of_metric, self._names)
        if error is not None:
            values = [row.cells[self._names.index(name)].value for name in (version, other)]
            found = contradicted(found, error, None if correct is None else of_predictions(frames, tables, correct, found, values))
        return replace(found, shown=row.key.shown, identities=tuple(identities), stated_delta=stated)

    def _called(self, frames: Any, on: str, column: str | None) -> Any:
        """Tables by the names of this comparison; a version's own name is one where no other version has it."""
        own = [version.version_name for version in self._versions]
        if hasattr(frames, "columns"):
            from pai_notebook.comparison.wide_answers import tables_of  # noqa: PLC0415 - loads on first use

            singly = {name: called for name, called in zip(own, self._names, strict=True) if own.count(name) == 1}
            return tables_of(frames, {**singly, **dict(zip(self._names, self._names, strict=True))}, on, column)
        if not isinstance(frames, Mapping):
            return frames
        return {
            self._names[own.index(name)] if name not in self._names and own.count(name) == 1 else name: table
            for name, table in frames.items()
        }

    def with_paired(self, *results: Paired) -> Self:
        """Return this comparison with results on the same examples as evidence: verdict, table, gates and report use them.

        Parameters
        ----------
        *results : Paired
            What `paired` gave, of this comparison or one of the same versions.

        Returns
        -------
        Comparison
            An equal one but for this evidence, which takes the place of any other: where it gives no interval, none is known. Another
            difference than the one that the versions state is told in `notes`, and what tells nothing of it is left out.
            `to_code` cannot write your tables down, and leaves the results out.

        Raises
        ------
        ComparisonError
            When a version or a metric is not compared here, or when the results are of other examples: as many as `n` says give another
            share than is stated, or the difference that the versions state lies outside their interval.

        Examples
        --------
        >>> import pandas as pd
        >>> from pai_notebook import VersionSet
        >>> right = {"0.1.0": [True] * 900 + [False] * 100, "0.2.0": [True] * 890 + [False] * 10 + [True] * 30 + [False] * 70}
        >>> docs = [{"VersionName": name, "Metrics": {"accuracy": sum(found) / 1000}} for name, found in right.items()]
        >>> c = VersionSet.from_documents(docs, "model-a").compare("0.1.0")
        >>> frames = {name: pd.DataFrame({"id": range(1000), "ok": found}) for name, found in right.items()}
        >>> p = c.paired("accuracy", frames, on="id", correct="ok")
        >>> c["accuracy"].changes[1].word, c.with_paired(p)["accuracy"].changes[1].word
        ('no interval known', 'better')
        """
        for result in results:
            if not hasattr(result, "evidence"):
                raise ConfigurationError(
                    say("results: {result} is not a result of paired()", result=described(result)),
                    hint=say("Pass what c.paired(...) gave."),
                )
        fitting = map(self._fitted, results)
        kept = {(each.metric, *sorted((each.version, each.other))): each for each in (*self.paired_results, *fitting)}
        return self._again(paired=tuple(kept.values()))

    def _fitted(self, result: Paired) -> Paired:
        row = find_row(self.metrics, result.metric)
        return fitted(result, self._stated((row.path, row.dataset), row.key.shown, row.cells), self._versions, self._names)

    def _again(self, **changed: Any) -> Self:
        """The same comparison with some arguments changed."""
        baseline = None if self.baseline is None else Chosen(self.baseline, self.baseline_reason)
        terms = {**self.arguments, "baseline": baseline, "errors": self._errors, "removed": self._removed, "path": self._path}
        made = type(self)(self._versions, **{**terms, "paired": self.paired_results, **changed})
        made._asked = self._asked  # noqa: SLF001 - how it was chosen, not that it was handed over
        return made

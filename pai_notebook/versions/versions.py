"""A set of model versions: ordered, filterable, immutable, with the failures it met."""

from __future__ import annotations

import inspect
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from pai_notebook.arguments import described, errors_argument, list_argument, number_argument
from pai_notebook.calls import checked
from pai_notebook.display import Block, Displayed, Note, Stack
from pai_notebook.errors import ConfigurationError, FetchErrors, ModelNotFound, PaiError, SnapshotError, VersionNotFound
from pai_notebook.files import means_file
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.address import Address, read_addresses
from pai_notebook.model.conditions import parse_condition
from pai_notebook.model.filtering import LabelsLike, Words, filtered, ordered
from pai_notebook.model.group import count_versions
from pai_notebook.model.keys import Keys, model_ids, names_of
from pai_notebook.model.list_view import describe_versions
from pai_notebook.model.lookup import column_of
from pai_notebook.model.nameless import told_beside_metrics, told_lists
from pai_notebook.model.names import numbered
from pai_notebook.model.nearest import counted, listed
from pai_notebook.model.order import creation_key, is_approved, newest, version_key
from pai_notebook.model.reading import is_path, misspelt_keys, read_versions, spelt_twice
from pai_notebook.model.selector_words import meant_selector
from pai_notebook.model.selectors import Selector
from pai_notebook.model.settings import looks_set
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.outputs import VersionExports
from pai_notebook.versions.resolve import Known, resolve

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pai_notebook.comparison import Comparison, MinimalPairs
    from pai_notebook.comparison.aligned import Told
    from pai_notebook.comparison.baseline import Baseline
    from pai_notebook.comparison.paired import Paired
    from pai_notebook.comparison.repeats import RepeatsLike
    from pai_notebook.comparison.series import SeriesLike
    from pai_notebook.comparison.tolerance import ToleranceLike


# A file of results, or its content.
LmEvalResults = str | os.PathLike[str] | Mapping[str, object]


@checked
class VersionSet(VersionExports, Displayed, Sequence[ModelVersion]):
    """An immutable sequence of versions that is also addressed by version name.

    Parameters
    ----------
    versions : iterable of ModelVersion
        In the order they are to be kept; the same version twice is kept once.
    errors : mapping of str to PaiError, optional
        The addresses that could not be fetched, and why.
    removed : tuple of str
        What earlier filters removed, a sentence each.
    origin : str
        Where the versions came from when it was not a registry, in a sentence.
    path : str or None
        The snapshot that they can be read from again; empty when they can be fetched, None when neither has them as they are.
    paired : sequence of Paired
        Results on the same examples that `compare` takes as evidence where both versions are compared.

    Examples
    --------
    >>> make = lambda name: ModelVersion.from_document({"VersionName": name, "ApprovalStatus": "Pending"}, "model-a")
    >>> vs = VersionSet([make("0.10.0"), make("0.2.0")])
    >>> vs["0.2.0"].version_name, vs.latest.version_name, len(vs[-1:])
    ('0.2.0', '0.10.0', 1)
    """

    __slots__ = ("_about", "_compared", "_errors", "_origin", "_paired", "_path", "_removed", "_versions")
    _instead = guide(
        {
            "list(versions)": "versions",
            "[version.version_name for version in versions]": "names keys",
            "[version.address for version in versions]": "ids addresses",
            "pnb.Explorer(versions)": "explore explorer widget ui gui browse",
            "sort_values(by)": "sort sort_by sorted order_by",
            "filter(where)": "query where search find grep",
            "filter(approval='Approved')": "approved is_approved only_approved",
            "compare().verdict": "summary",
            "compare().dataset_names": "datasets dataset",
            "to_frame()": "ndim dtype",  # pandas asks for them in `pd.DataFrame(vs)`
            "[version.raw for version in versions]": "to_dict to_dicts as_dict to_list to_records raw documents docs json",
            "to_frame(layout='long')": "to_long long melt",
            "to_frame().describe()": "describe info",
            "versions[:5]": "head limit",
            "versions[-5:]": "tail",
            "versions[0]": "first",
            "versions[name]": "get_version get_versions get",
            "versions[-1]": "last",
            "len(versions)": "size length",
            "sort_values(by, ascending=False)[:5]": "nlargest top",
            "sort_values(by)[:5]": "nsmallest",
            "compare(), or registry.drift(versions) for what the registry has changed since": "diff",
            "registry.drift(versions)": "drift is_stale refresh",
            "VersionSet.from_documents(docs)": "from_document from_json from_list",
            "VersionSet.from_documents(docs) or VersionSet.from_frame(pandas.DataFrame(docs))": "from_dict from_dicts",
            "VersionSet.from_frame(pandas.DataFrame(rows))": "from_records from_rows from_metrics",
            "VersionSet.from_frame(df)": "from_pandas from_df from_dataframe from_wandb from_mlflow from_sklearn",
            "VersionSet.from_frame(pandas.read_csv(path))": "from_csv read_csv",
            "pnb.load(path)": "load open read from_file from_snapshot",
            "registry.get_versions(addresses)": "fetch",
            "save(path)": "to_json",
            "versions == others": "equals",
            "compare().best(metric)": "min max idxmin idxmax argmin argmax",
            "[version for version in versions if version not in others]": "__sub__ difference",
            "versions + others": "append concat union extend merge join add",
        }
    )
    _leads_to = (("ModelVersion", "[version.{} for version in versions]"), ("Comparison", "compare()"), ("Registry", "registry"))
    _it = "versions"

    def __init__(
        self,
        versions: Iterable[ModelVersion] = (),
        errors: Mapping[str, PaiError] | None = None,
        *,
        removed: tuple[str, ...] = (),
        origin: str = "",
        path: str | None = "",
        paired: Sequence[Paired] = (),
    ) -> None:
        self._versions = _distinct(versions)
        self._errors = errors_argument(errors)
        if not isinstance(origin, str):
            raise ConfigurationError(
                say("{name}={value} cannot be used", name="origin", value=described(origin)), hint=say("Pass {words}.", words=say("a text"))
            )
        self._removed = list_argument("removed", removed, str, say("a list of texts"))
        self._origin = origin
        self._path = path
        # how the comparison was made that this whole set was saved with
        self._compared: tuple[ModelVersion, Mapping[str, Any]] | None = None
        # a list shows what it is sorted by or chosen by
        self._about: tuple[str, ...] = ()
        # a set and a part of it have the same results
        self._paired: tuple[Paired, ...] = ()
        if paired != ():
            from pai_notebook.comparison.paired import Paired  # noqa: PLC0415 - most sets have none

            results = list_argument("paired", paired, Paired, say("a list of results of c.paired()"))
            self._paired = tuple({repr(each.content): each for each in results}.values())

    @classmethod
    def from_documents(cls, docs: Any, model_id: str | None = None) -> Self:
        """Build a set from answers of the service that were kept, or that another program fetched.

        Parameters
        ----------
        docs : mapping, SDK response, JSON text, path, or iterable of these
            Answers of GetModelVersion and pages of ListModelVersions: dicts, responses of the vendor's SDK or their body, what
            their `to_map` gives, JSON text, and paths of JSON files. Any key may have the snake_case of the SDK's models.
        model_id : str, optional
            The model that the versions belong to; by default a document's own `ModelId`, which the service does not send.

        Returns
        -------
        VersionSet
            In the order given, without a time of fetching; `origin` names the file they came from, numbers that were not read as
            metrics, keys that are nearly known ones or in two spellings that differ, and names that several versions have.

        Raises
        ------
        ConfigurationError
            When the document is not a version; the message says what it looks like.

        Examples
        --------
        >>> page = {"Versions": [{"VersionName": "0.1.0"}, {"VersionName": "0.2.0"}], "TotalCount": 2}
        >>> [version.address for version in VersionSet.from_documents(page, "model-a")]
        ['model-a@0.1.0', 'model-a@0.2.0']
        """
        versions = [ModelVersion(document, model_id=owner) for document, owner in read_versions(docs, model_id)]
        parts = [say("From the file {basename}.", basename=os.path.basename(docs))] if is_path(docs) else []  # noqa: PTH119 - text or path
        beside = told_beside_metrics(version._document for version in versions)  # noqa: SLF001 - read only, in bulk
        lists = told_lists(version._document for version in versions)  # noqa: SLF001 - as above
        parts += [each for each in (beside, lists) if each]
        misspelt = misspelt_keys(version._document for version in versions)  # noqa: SLF001 - as above
        if misspelt:
            told = [say("{key} (nearest: {known})", key=key, known=known) for key, known in misspelt.items()]
            parts.append(say("Unknown keys: {keys}.", keys=listed(told)))
        found = cls(versions)
        twice = spelt_twice(version._document for version in found)  # noqa: SLF001 - as above
        if twice:
            told = [say("{one} and {other}", one=known, other=key) for key, known in twice.items()]
            parts.append(say("Two spellings of a key have different values, and the first counts: {keys}.", keys=joined(told)))
        names = Counter((version.model_id, version.version_name) for version in found)
        several = list(dict.fromkeys(name for (_, name), count in names.items() if count > 1))
        if several:
            short = [version.version_name for version in found]
            told_names = "Several versions are named {names}: comparisons number them, as in {example}."
            example = next(new for old, new in zip(short, numbered(short), strict=True) if new != old)
            parts.append(say(told_names, names=listed(several), example=example))
        found._origin = joined(parts, " ")
        return found

    @classmethod
    def from_frame(
        cls,
        df: pd.DataFrame,
        *,
        name: str | None = None,
        metrics: str | Sequence[str] | None = None,
        labels: str | Sequence[str] | None = None,
        settings: str | Sequence[str] | None = None,
    ) -> Self:
        """Build a set of candidates from a DataFrame with a row a version, to compare them with registered versions.

        They are marked as not registered wherever they are shown, and have no address.

        Parameters
        ----------
        df : pandas.DataFrame
            A row a version. A column `accuracy@d-a` or `accuracy[d-a]`, or `metrics.accuracy@d-a` as `to_frame` names it, is the metric
            accuracy on the dataset d-a; in `recall@5` the number belongs to the metric. NaN, NA and None are not recorded.
        name : str, optional
            The column with the names of the versions; by default the index has them or, where it only counts the rows, a column
            called `version`, else the only one called `run`, `model`, `name` or `checkpoint`, else one called `Method`, `commit`, `id`
            or the like, else the only one without a name (`Unnamed: 0`), which the set says.
        metrics : str or sequence of str, optional
            Columns of metrics; by default those named `metrics.accuracy@d-a` and the like, else all other columns most of whose
            cells are numbers, also written as text, with their intervals and errors in any form that `from_documents` reads
            (`"0.75-0.98"`, `"5%"`), and columns of texts that are called as a quality or a cost; ids, versions and times are none. The
            set names the cells that are no numbers, and a comparison columns that were left out and that the baseline has. Beside names
            of versions, a column of texts called `dataset`, `task`, `language`, `split` or the like says on which dataset a row was
            measured.
        labels : str or sequence of str, optional
            Columns of labels; by default those named `labels.env` and the like, as `to_frame` names them.
        settings : str or sequence of str, optional
            Columns of settings, which `groupby` and `group_repeats` use: `lr` becomes `training_spec.HyperParameters.lr`. By default
            those named `training_spec.lr` and the like, as `to_frame` names them, or `params.lr`, `params_lr`, `config/lr`. What is
            called as a hyperparameter is (`lr`, `batch_size`, `max_depth`) is a setting anyhow, and so are `seed`, `fold`, `step`,
            `run_id` and the like, and texts that some rows share and others do not (`optimizer`), unless `metrics` or `labels` names
            them or, for texts, the table has columns named as `to_frame` names them.

        Returns
        -------
        VersionSet
            In the order of the rows; what is shown above it says which columns were taken as what, and which were left out.

        Raises
        ------
        ConfigurationError
            When it is no DataFrame, has columns of several levels, a column is not there or is there twice, a version has no name or
            that of another (the hint has the code for a row a version and dataset), or a metric is neither number, truth value, text nor
            list of numbers.

        Examples
        --------
        >>> import pandas as pd
        >>> df = pd.DataFrame({"run": ["a", "b"], "accuracy@d-a": [0.93, 0.95], "team": ["cv", "nlp"], "lr": [3e-4, 1e-3]})
        >>> vs = VersionSet.from_frame(df, name="run", labels=["team"], settings=["lr"])
        >>> vs["b"].metrics["accuracy", "d-a"].value, vs["b"].labels["team"], vs["b"].training_spec, vs["b"].is_registered
        (0.95, 'nlp', {'HyperParameters': {'lr': 0.001}}, False)
        """
        from pai_notebook.model.elsewhere import documents_of_frame  # noqa: PLC0415 - loads on first use

        documents, origin = documents_of_frame(df, name, metrics, labels, settings)
        return cls((ModelVersion(document, provenance=table) for document, table in documents), origin=origin, path=None)

    @classmethod
    def from_lm_eval(cls, results: LmEvalResults | Sequence[LmEvalResults], *, rename: Mapping[str, str] | None = None) -> Self:
        """Build a set of candidates from results of lm-evaluation-harness, to compare them with registered versions.

        Tasks are the datasets, and metrics have the harness's names (`acc,none`), with their standard errors and numbers of examples, and
        the direction that `higher_is_better` of the file states. They are marked as not registered wherever they are shown, and have no
        address.

        Parameters
        ----------
        results : path, mapping, or list of these
            A file of results, a folder in which every `results_*.json` is read, or what `simple_evaluate` returned.
        rename : mapping of str to str, optional
            What metrics and tasks are called in the registry: `{"acc,none": "accuracy", "arc_easy": "d-arc0001"}`; a standard error is
            renamed with its metric. Columns of a DataFrame are renamed by `df.rename(columns=...)`.

        Returns
        -------
        VersionSet
            A version a file, named after the model; with the time, else a number, where a model was measured more than once.

        Raises
        ------
        ConfigurationError
            When it is no such file; the message says what it looks like. For a name in `rename` that is not there, or that two would have.

        Examples
        --------
        >>> results = {"results": {"arc_easy": {"acc,none": 0.61, "acc_stderr,none": 0.01}}, "model_name": "my-model"}
        >>> vs = VersionSet.from_lm_eval(results)
        >>> vs["my-model"].metrics["acc,none", "arc_easy"].value
        0.61
        >>> vs = VersionSet.from_lm_eval(results, rename={"acc,none": "accuracy"})
        >>> [cell.name for cell in vs["my-model"].metrics.cells]
        ['accuracy@arc_easy', 'accuracy_stderr@arc_easy']
        """
        from pai_notebook.comparison.direction import infer_direction  # noqa: PLC0415 - loads on first use
        from pai_notebook.model.lm_eval import documents_of_lm_eval  # noqa: PLC0415 - loads on first use

        documents = documents_of_lm_eval(results, rename, lambda name: infer_direction(name).mode)
        return cls(map(ModelVersion, documents), path=None)

    @property
    def errors(self) -> dict[str, PaiError]:
        """The addresses that could not be fetched, and why; a fresh dict."""
        return dict(self._errors)

    @property
    def removed(self) -> tuple[str, ...]:
        """What the filters that led here removed, a sentence each."""
        return self._removed

    @property
    def origin(self) -> str:
        """Where the versions came from when it was not a registry: a snapshot and its date; else empty."""
        return self._origin

    @property
    def path(self) -> str | None:
        """The snapshot that the versions can be read from again; empty when they can be fetched, None when neither has them."""
        return self._path

    @property
    def paired_results(self) -> tuple[Paired, ...]:
        """Results on the same examples that came with a snapshot, as `Comparison.save` keeps them; `compare` uses them as evidence."""
        return self._paired

    def raise_for_errors(self) -> Self:
        """Return the set itself when everything was fetched, else raise.

        Returns
        -------
        VersionSet
            This set.

        Raises
        ------
        FetchErrors
            When some versions failed; its `errors` has them all and `partial` is this set.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     vs = registry.get_versions("wine-cultivar@1.5.0", "wine-cultivar@9.9.9")
        >>> len(vs), list(vs.errors)
        (1, ['wine-cultivar@9.9.9'])
        >>> vs.raise_for_errors()
        Traceback (most recent call last):
        ...
        pai_notebook.errors.FetchErrors: 1 of 2 versions could not be fetched: wine-cultivar@9.9.9. ...
        """
        if not self._errors:
            return self
        error = next(iter(self._errors.values()))
        failed = [error.called(address) for address, error in list(self._errors.items())[:3]]
        names = joined([*failed, *(["..."] if len(self._errors) > 3 else [])])  # noqa: PLR2004 - short line
        raise FetchErrors(
            say(
                "{count} of {count_2} versions could not be fetched: {names}",
                count=len(self._errors),
                count_2=len(self._errors) + len(self),
                names=names,
            ),
            hint=say("The first reason: {sentence}", sentence=error.sentence),
            errors=self._errors,
            partial=self,
        )

    def _stands_for(self, name: str) -> str:
        from pai_notebook.comparison import Comparison  # noqa: F401, PLC0415 - loads on first use; what it has may be meant

        column = column_of(self._versions, name)
        return f"to_frame()[{column!r}]" if column else ""

    def __len__(self) -> int:
        return len(self._versions)

    def __iter__(self) -> Iterator[ModelVersion]:
        return iter(self._versions)

    def __contains__(self, item: object) -> bool:
        return item in self._versions if isinstance(item, ModelVersion) else any(item in names_of(version) for version in self._versions)

    @overload
    def __getitem__(self, key: int | str) -> ModelVersion: ...
    @overload
    def __getitem__(
        self, key: slice | list[str] | list[int] | list[bool] | np.ndarray[Any, Any] | pd.Series[Any] | pd.Index[Any]
    ) -> VersionSet: ...
    def __getitem__(self, key: Any) -> ModelVersion | VersionSet:
        """Return one version by position or name (`0.2.0`, `model-a@0.2.0`), or several.

        Several are asked for by a slice, by a list, index or column of names or positions, or by a mask: a list, array or column
        of truth values, one a version. A mask of pandas is matched by its index when that has the names of the versions, as in
        `vs[frame["metrics.cer"] < 0.2]`, else by position.

        Raises
        ------
        VersionNotFound
            For a name that is not in the set, with the nearest.
        IndexError
            For a position beyond the set.
        TypeError
            For a key of another kind, or a mask of another length.
        """
        if isinstance(key, slice):
            return self._derive(self._versions[key])
        found = Keys(self._versions, self._errors)
        if isinstance(key, list) or (getattr(key, "ndim", 0) == 1 and hasattr(key, "tolist")):
            return self._derive(found.several(key))
        return found.one(key)

    def __add__(self, other: object) -> VersionSet:
        if not isinstance(other, VersionSet):
            return NotImplemented
        origin = joined(list(dict.fromkeys(part for part in (self._origin, other._origin) if part)), " ")
        paths = {each.path for each in (self, other) if each} or {""}
        path = paths.pop() if len(paths) == 1 else None
        errors = {**self._errors, **other._errors}
        paired = self._paired + other._paired
        return VersionSet((*self, *other), errors, removed=self._removed + other._removed, origin=origin, path=path, paired=paired)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VersionSet):
            return NotImplemented
        return self._versions == other._versions and set(self._errors) == set(other._errors)

    def __hash__(self) -> int:
        return hash(self._versions)

    def _ipython_key_completions_(self) -> list[str]:
        return [version.version_name for version in self._versions]

    def _derive(self, versions: Iterable[ModelVersion], removed: str = "", about: tuple[str, ...] = ()) -> VersionSet:
        steps = (*self._removed, removed) if removed else self._removed
        found = VersionSet(versions, self._errors, removed=steps, origin=self._origin, path=self._path, paired=self._paired)
        found._about = tuple(dict.fromkeys((*about, *self._about)))
        return found

    @property
    def models(self) -> tuple[str, ...]:
        """Ids of the models in the set, in order of appearance."""
        return tuple(dict.fromkeys(version.model_id for version in self._versions))

    @property
    def latest(self) -> ModelVersion:
        """The newest version by creation time.

        Raises
        ------
        VersionNotFound
            When the set is empty.
        """
        return self._newest(self._versions, say("the set is empty"))

    @property
    def latest_approved(self) -> ModelVersion:
        """The newest approved version by creation time.

        Raises
        ------
        VersionNotFound
            When no version is approved.
        """
        return self._newest([version for version in self._versions if is_approved(version)], say("no version is approved"))

    @property
    def highest(self) -> ModelVersion:
        """The version with the highest name.

        Raises
        ------
        VersionNotFound
            When the set is empty.
        """
        return max(self._versions or (self.latest,), key=lambda version: version_key(version.version_name))

    def _newest(self, versions: Sequence[ModelVersion], why: Phrase) -> ModelVersion:
        if not versions:
            raise VersionNotFound(
                say("{why}: {count} here", why=why, count=counted(len(self), "version")),
                hint=say("Look at the set with %paimodel ls, or widen the selection."),
            )
        return newest(versions, 1)[0]

    def select(self, *addresses: str | Address, on_error: Literal["collect", "raise"] = "collect") -> VersionSet:
        """Select versions of the set by address, in the order of the addresses; fetches nothing.

        Parameters
        ----------
        *addresses : str
            As `%paimodel` takes them, for example `model-a@latest` or `model-a@0.1.0..0.9.0`.
        on_error : {"collect", "raise"}
            Name what the set does not have in `errors`, or raise the first of it.

        Returns
        -------
        VersionSet
            With the `errors` of this set as well. A name that different versions of the set share means all of them.

        Raises
        ------
        AddressError
            When an address does not follow the grammar.
        VersionNotFound, ModelNotFound
            With `on_error="raise"`, when an address means nothing in this set.

        Examples
        --------
        >>> make = lambda name: ModelVersion.from_document({"VersionName": name}, "model-a")
        >>> chosen = VersionSet([make("0.1.0"), make("0.2.0")]).select("model-a@highest", "model-a@0.3.0")
        >>> [version.version_name for version in chosen], list(chosen.errors)
        (['0.2.0'], ['model-a@0.3.0'])
        """
        grouped: dict[str, list[ModelVersion]] = {}
        called: dict[tuple[str, str], list[ModelVersion]] = {}
        for version in self._versions:
            grouped.setdefault(version.model_id, []).append(version)
            called.setdefault((version.model_id, version.version_name), []).append(version)
        # a set put together from several sources may have different versions of one name, which then means all of them
        held = {model_id: Known.all_of(sorted(versions, key=creation_key)) for model_id, versions in grouped.items()}
        failures: dict[tuple[str, str], PaiError] = {}
        ids = model_ids(self._versions)
        for said, error in self._errors.items():
            model, _, name = said.partition("@")
            failures[ids.get(model, model), name] = error
        names = {version.version_name for version in self._versions}
        asked = read_addresses([_named_here(text, ids, names) for text in addresses])
        for address in asked:
            if ids.get(address.model) not in held:
                named = {
                    model_id: say("{what} ({evidence})", what=name, evidence=model_id) for name, model_id in ids.items() if name != model_id
                }
                here = [named.get(model_id) or model_id for model_id in self.models if model_id]
                hint = say("Models here: {names}.", names=listed(here)) if here else say("The set is empty.")
                word = meant_selector(address.model) if here and address.selector.kind == "all" else ""
                hint = say("Did you mean {word}? {more}", word=f"{self.models[0]}@{word}", more=hint) if word else hint
                unaddressed = [version.version_name for version in self._versions if not version.model_id]
                if unaddressed and (address.model in unaddressed or not here):
                    name = address.model if address.model in unaddressed else unaddressed[0]
                    hint = say("A version without a model has no address; take it by name, as in vs[{name!r}].", name=name)
                failures.setdefault(
                    (address.model, ""),
                    ModelNotFound(say("this set has no {model}", model=address.model), model_id=address.model, hint=hint),
                )
        chosen, missing = resolve(asked, lambda model: (ids.get(model, model), held.get(ids.get(model, model))), failures)
        found = [version for newest in chosen for version in called[newest.model_id, newest.version_name]]
        # a set may hold a part of its model, so what is said is said of the set
        wanting = {str(address): address.model for address in asked if address.selector.kind == "approved"}
        hints = {said: say("Fetch or save it too, as in {address}.", address=f"{model}@last:5,approved") for said, model in wanting.items()}
        errors = {
            said: error
            if error in failures.values()
            else VersionNotFound(
                say("this set has no {said}", said=said),
                model_id=error.model_id,
                version_name=error.version_name,
                hint=hints.get(said, error.hint),
            )
            for said, error in missing.items()
        }
        if on_error == "raise":
            for error in errors.values():
                raise error
        every = {**self._errors, **errors}
        return VersionSet(found, every, removed=self._removed, origin=self._origin, path=self._path, paired=self._paired)

    def filter(
        self,
        where: str | None = None,
        *,
        label: LabelsLike | None = None,
        approval: Words | None = None,
        framework: Words | None = None,
        format: Words | None = None,  # noqa: A002 - the API's word
        created_after: datetime | date | timedelta | str | None = None,
    ) -> VersionSet:
        """Return the versions that meet every condition; `removed` of the result says what fell away.

        Parameters
        ----------
        where : str, optional
            A condition over fields, labels, settings and metrics, for example
            `cer < 0.2 and label.env in ('prod', 'test') and created > -30d`. Never evaluated as Python.
        label : mapping, str or list of str, optional
            Key and value, or a list of accepted values, as `{"env": "prod"}` or `"env=prod"`; matched exactly (the service's own
            filter matches substrings).
        approval, framework, format : str or list of str, optional
            The word, or a list of accepted words; case does not matter.
        created_after : datetime, date, timedelta or text, optional
            Exclusive, as `created > ...` is: a time without zone is UTC, a date without a time its whole day in UTC, `-30d` thirty
            days ago. A version whose creation time is unknown is removed.

        Returns
        -------
        VersionSet
            In the order of this set, with its `errors`.

        Raises
        ------
        AddressError
            When `where` does not follow the grammar or names nothing that occurs; it names the column and the nearest names.
        ConfigurationError
            When another argument cannot be used.

        Examples
        --------
        >>> make = lambda name, cer: ModelVersion.from_document({"VersionName": name, "Metrics": {"cer": cer}}, "model-a")
        >>> kept = VersionSet([make("0.1.0", 0.3), make("0.2.0", 0.1)]).filter("cer < 20%")
        >>> [version.version_name for version in kept], kept.removed
        (['0.2.0'], ("where 'cer < 20%' removed 1 of 2",))
        """
        kept = self
        about = () if where is None else parse_condition(where).names
        words = {"approval": approval, "framework": framework, "format": format}
        for said, good, missed in filtered(self._versions, where, label=label, words=words, created_after=created_after):
            gone = say("{said} removed {count} of {total}", said=said, count=len(kept) - len(good), total=len(kept))
            gone = joined([gone, *missed], "; ")
            kept = kept._derive(good, gone, about)
        return kept

    def sort_values(
        self,
        by: str | Sequence[str],
        *,
        ascending: bool = True,
        na_position: Literal["first", "last"] = "last",
        dataset: str | None = None,
    ) -> VersionSet:
        """Return the versions in the order of a value; equal ones keep their order.

        Parameters
        ----------
        by : str or list of str
            A field (`created`; `version_name` sorts naturally), a label (`labels.env`), a setting or a metric (`cer`, `cer@d-a`); of
            several the first counts most.
        ascending : bool
            Smallest first.
        na_position : {"first", "last"}
            Where versions without a value go; NaN is none, and neither is what is infinite, a text or a list where any has a finite number.
        dataset : str, optional
            The dataset, where a metric was measured on several.

        Returns
        -------
        VersionSet
            All versions of this set, with its `errors`.

        Raises
        ------
        NameNotFound, ComparisonError
            When no version has such a name or a value under it, or a metric was measured on several datasets.

        Examples
        --------
        >>> make = lambda name, cer: ModelVersion.from_document({"VersionName": name, "Metrics": {"cer": cer}}, "model-a")
        >>> vs = VersionSet([make("0.1.0", 0.3), make("0.2.0", 0.1)])
        >>> [version.version_name for version in vs.sort_values("cer")]
        ['0.2.0', '0.1.0']
        """
        versions, about = list(self._versions), list[str]()
        # the order by the last name stays where those before it are equal
        for each in reversed([by] if isinstance(by, str) else by):
            versions, name = ordered(versions, each, ascending=ascending, na_position=na_position, dataset=dataset)
            about = [*([name.full] if name else []), *about]
        return self._derive(versions, about=tuple(about))

    def newest(self, count: int) -> VersionSet:
        """Return the newest versions by creation time, in the order of this set.

        Parameters
        ----------
        count : int
            How many, at least 1.

        Returns
        -------
        VersionSet
            All of them when there are no more.

        Raises
        ------
        ConfigurationError
            When `count` is not a whole number from 1.

        Examples
        --------
        >>> make = lambda name, day: ModelVersion.from_document({"VersionName": name, "GmtCreateTime": f"2026-01-{day}T00:00:00Z"})
        >>> vs = VersionSet([make("0.1.0", "03"), make("0.2.0", "01"), make("0.3.0", "02")])
        >>> [version.version_name for version in vs.newest(2)]
        ['0.1.0', '0.3.0']
        """
        count = number_argument("count", count, least=1, whole=True)
        chosen = sorted(range(len(self)), key=lambda place: creation_key(self._versions[place]))[-count:]
        return self._derive(self._versions[place] for place in sorted(chosen))

    def to_frame(
        self,
        layout: Literal["wide", "long"] = "wide",
        *,
        flat: bool = True,
        include: str | Sequence[str] | None = None,
        exclude: str | Sequence[str] | None = None,
        names: bool = False,
    ) -> pd.DataFrame:
        """Return a pandas DataFrame, one row a version (`wide`) or one row a metric cell (`long`).

        Parameters
        ----------
        layout : {"wide", "long"}
            `wide` has the plain fields, `labels.<key>`, `metrics.<path>` or `metrics.<path>@<dataset>` and the specs;
            `long` has one row for each cell, with its `state`, so that nothing is lost in NaN.
        flat : bool
            With False the columns of the wide frame are a MultiIndex (section, path, dataset).
        include, exclude : str or list of str
            Globs over flat column names (`wide`) or metric paths (`long`).
        names : bool
            Call datasets, models and people by their names, where the registry has said them, instead of by their ids, which never change.

        Returns
        -------
        pandas.DataFrame
            Typed columns in a deterministic order, rows in the order of the set.

        Raises
        ------
        ConfigurationError
            For a layout of another name.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     vs = registry.get_versions("wine-cultivar@1.4.0..1.5.0")
        >>> vs.to_frame().loc[:, "metrics.accuracy@d-wineholdout0001"].tolist()
        [0.962963, 0.962963]
        >>> vs.to_frame("long").loc[0, ["metric", "dataset", "state"]].tolist()
        ['accuracy', 'd-wineholdout0001', 'number']
        >>> vs.to_frame(include="metrics.accuracy@wine-holdout", names=True).columns.tolist()
        ['metrics.accuracy@wine-holdout']
        """
        from pai_notebook.frames import to_frame  # noqa: PLC0415 - pandas loads on first use

        return to_frame(self._versions, layout=layout, flat=flat, include=include, exclude=exclude, names=names)

    def compare(
        self,
        baseline: Baseline = None,
        *,
        directions: Mapping[str, Told] | None = None,
        only: Literal["diff", "all"] = "diff",
        tolerance: ToleranceLike = 0,
        include: str | Sequence[str] | None = None,
        exclude: str | Sequence[str] | None = None,
        dataset: str | None = None,
        n: float | None = None,
        series: SeriesLike = None,
        by: str | None = None,
        repeats: RepeatsLike = None,
    ) -> Comparison:
        """Compare every version of the set with one of them; fetches nothing.

        Parameters
        ----------
        baseline : str, ModelVersion or mapping, optional
            `"approved"` (the newest approved version of the set), `"latest"` (the newest by creation time), `"previous"` (the one
            created before it), `"first"` or `"highest"` (by name), a version name or address, `{"lr": 0.1}` (the one with these
            settings), or a version, which is added when the set does not have it. By default the newest approved version; where
            none is approved the first by name that is not rejected, and the caption says so. Without any argument a set that a
            comparison saved is compared as it was.
        directions : mapping, optional
            Which way a metric is better, by name or glob: `{"cer": "min", "val.*": "max"}`; told beats inferred.
        only : {"diff", "all"}
            What is shown: rows that differ, or all rows.
        tolerance : float, str, pair or mapping
            How much may differ and still count as the same: 0.002, "5%", "1pp", (0.002, 0.05), or a mapping of metrics to these.
        include, exclude : str or list of str
            Globs over names; each narrows the kind of row it names; `labels`, `settings` or another whole section,
            or nothing but fields (`uri`), leaves out the others.
        dataset : str, optional
            Only metrics of this dataset.
        n : float, optional
            Number of examples behind every metric, for intervals; by default it is looked for beside each metric.
        series : {"last", "mean", "max", "min"} or mapping, optional
            Which number of a list is compared; a bare list of numbers has no better or worse until this is said.
        by : str, optional
            The metric that matters, by name or `name@dataset`; the verdict says first which version is best by it.
        repeats : str, list of str or mapping, optional
            Metrics whose lists hold one number a fold or a run, by name or glob: the means are compared, and the spread gives the
            interval. A name means folds, which share training data; a mapping says "folds" or "runs".

        Returns
        -------
        Comparison
            With the `errors` of the set.

        Raises
        ------
        VersionNotFound, ComparisonError
            When a baseline that was asked for is not in the set; `Registry.compare` fetches it.
        ConfigurationError
            For directions that contradict each other, and for arguments that mean nothing.

        Examples
        --------
        >>> make = lambda name, status: ModelVersion.from_document({"VersionName": name, "ApprovalStatus": status}, "model-a")
        >>> c = VersionSet([make("0.1.0", "Rejected"), make("0.2.0", "Pending")]).compare()
        >>> c.baseline_name, c.baseline_reason
        ('0.2.0', 'the first that is not rejected, as none of these 2 is approved')
        """
        from pai_notebook.comparison import Comparison  # noqa: PLC0415 - loads on first use
        from pai_notebook.comparison.baseline import Chosen  # noqa: PLC0415 - as above

        asked = baseline, directions, include, exclude, dataset, n, series, by, repeats
        if self._compared and only == "diff" and type(tolerance) is int and tolerance == 0 and all(each is None for each in asked):
            version, arguments = self._compared
            return self.compare(Chosen(version, say("as in the comparison that was saved")), **arguments)
        return Comparison(
            self._versions,
            baseline=baseline,
            directions=directions,
            only=only,
            tolerance=tolerance,
            include=include,
            exclude=exclude,
            dataset=dataset,
            n=n,
            series=series,
            by=by,
            repeats=repeats,
            errors=self._errors,
            removed=self._removed,
            path=self._path,
            paired=self._paired,
        )

    def groupby(self, *names: str | Sequence[str]) -> VersionSet:
        """Group versions that share the values of some names, as pandas does; each group compares as one version does.

        Parameters
        ----------
        *names : str or list of str
            Settings, labels or fields, such as `training_spec.HyperParameters.lr` or `labels.algorithm`; `lr` alone where no other
            setting ends with it. Versions without a value are a group too.

        Returns
        -------
        VersionSet
            Of `VersionGroup`, in the order in which the values occur: metrics are means, and intervals come from the spread of
            runs. A group holds every version with these values, whatever else differs among them; its card names that.

        Raises
        ------
        NameNotFound, ComparisonError
            When no version has such a name, or it could be several.
        ConfigurationError
            Without names, and for a set that holds groups already.

        Examples
        --------
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}, "TrainingSpec": {"lr": n % 2}} for n in (1, 2, 3, 4)]
        >>> groups = VersionSet.from_documents(docs, "model-a").groupby("training_spec.lr")
        >>> [(group.version_name, len(group.members), group.metrics["cer"].value) for group in groups]
        [('lr=1', 2, 0.2), ('lr=0', 2, 0.3)]
        """
        from pai_notebook.comparison.groups import group_by  # noqa: PLC0415 - loads on first use

        return self._derive(group_by(self._versions, names))

    def group_repeats(self, *, ignore: str | Sequence[str] = ()) -> VersionSet:
        """Group versions that repeat one experiment: their settings are equal but for seeds, folds, repeats, runs, ids and dates.

        Parameters
        ----------
        ignore : str or list of str
            Labels and settings that may differ as well, by name or glob: `labels.env`, `training_spec.*.num_workers`.

        Returns
        -------
        VersionSet
            A `VersionGroup` for each set of repeats, named after the settings that tell the groups apart; after its first version
            where there are none or more than three, and beside versions that repeat no other. Its `ignored` names what differs.
            Versions that repeat no other stay as they are, as do versions without settings; where all do, `removed` says so.

        Raises
        ------
        ConfigurationError
            When a name to ignore fits no setting, and for a set that holds groups already.

        Examples
        --------
        >>> make = lambda n: {"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}, "TrainingSpec": {"lr": n // 3, "seed": n}}
        >>> groups = VersionSet.from_documents([make(n) for n in (1, 2, 3, 4)], "model-a").group_repeats()
        >>> [version.version_name for version in groups], groups[0].ignored
        (['lr=0 (2 runs)', 'lr=1 (2 runs)'], ('training_spec.seed',))
        """
        from pai_notebook.comparison.groups import group_repeats, is_told, is_untold_repeat  # noqa: PLC0415 - loads on first use

        found = group_repeats(self._versions, (ignore,) if isinstance(ignore, str) else ignore)
        alone = say(
            "group_repeats grouped nothing: no two versions have equal settings but for seeds, folds, runs, ids and dates; "
            "ignore= names what else may differ"
        )
        if not any(is_told(version) for version in self):
            alone = say("group_repeats grouped nothing: no version has settings other than seeds, folds, runs, ids and dates")
        # what is called as a setting is a metric where a table or its reader says so
        told = dict.fromkeys(name for version in self if not version.is_registered for name in version.metrics.names if looks_set(name))
        if told:
            missed = say("settings={names} where the versions were made takes what became metrics", names=list(told))
            alone = joined([alone, missed], "; ")
        if len(found) == len(self):
            return self._derive(found, alone if len(self) > 1 else "")
        lone = [version.version_name for version in found if is_untold_repeat(version)]
        left = "group_repeats left {names} as they are: they have no settings other than seeds, folds, runs, ids and dates"
        return self._derive(found, say(left, names=first(lone, 3)) if len(lone) > 1 else "")

    def minimal_pairs(self, metric: str, *, max_changes: int = 1) -> MinimalPairs:
        """Find pairs of versions that differ in few settings or labels, with the effect on a metric.

        Parameters
        ----------
        metric : str
            The metric whose effect is shown, with its dataset where it was measured on several (`cer@d-a`).
        max_changes : int
            How many leaves of specs or labels may differ, 1 to 3.

        Returns
        -------
        MinimalPairs
            By setting, the largest effect first; an association, not a cause.

        Raises
        ------
        NameNotFound, ComparisonError
            When no version has the metric, or none has a setting, or some values look like percent and others like fractions.
        ConfigurationError
            For other numbers of changes.

        Examples
        --------
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}, "TrainingSpec": {"lr": n}} for n in (1, 2)]
        >>> pair = VersionSet.from_documents(docs, "model-a").minimal_pairs("cer")[0]
        >>> pair.changes, pair.delta
        ((('training_spec.lr', '1', '2'),), 0.1)
        """
        from pai_notebook.comparison import minimal_pairs  # noqa: PLC0415 - loads on first use

        return minimal_pairs(self._versions, metric, max_changes=max_changes)

    def _brief(self) -> str:
        names = listed([version.version_name for version in self._versions], 5)
        of = say("of {versions} of {models}", versions=count_versions(self._versions), models=listed(self.models, 2) or say("no model"))
        said = say("{what}: {said}", what=of, said=names) if names else of
        return joined([said, say("{count} could not be fetched", count=len(self._errors))], "; ") if self._errors else said

    def _describe(self) -> Block:
        from pai_notebook.comparison.direction import infer_direction  # noqa: PLC0415 - loads on first use

        described = describe_versions(
            self._versions,
            errors=self._errors,
            removed=self._removed,
            direction=lambda path: infer_direction(path).mode,
            about=self._about,
        )
        return Stack([Note(self._origin, "info"), described]) if self._origin else described


@checked
def load(path: str | os.PathLike[str], *, max_bytes: int = 256 * 2**20) -> VersionSet:
    """Read a snapshot that `VersionSet.save` wrote; needs no service.

    Parameters
    ----------
    path : path
        The file, compressed or not.
    max_bytes : int
        The most that is read, in bytes after decompression; 256 MiB by default. What is larger is refused while it is read.

    Returns
    -------
    VersionSet
        Equal to the one that was saved; `origin` says from which file it came and when that was written.

    Raises
    ------
    SnapshotError
        When the file is missing, no snapshot, cut short, too large, changed after it was saved, or from a newer release.

    Examples
    --------
    >>> import tempfile
    >>> import pai_notebook as pnb
    >>> with pnb.connect("demo", default=False) as registry, tempfile.TemporaryDirectory() as folder:
    ...     path = registry.list_versions("wine-cultivar", last=2).save(f"{folder}/wine.paisnap.json")
    ...     [version.version_name for version in pnb.load(path)]
    ['1.8.0', '1.9.0']
    """
    from pai_notebook.io.snapshot import read_snapshot  # noqa: PLC0415 - loads on first use

    found = read_snapshot(path, max_bytes=max_bytes)
    masked = say("Masked when saved: {text}.", text=joined(found.masked, "; ")) if found.masked else ""
    columns = list(dict.fromkeys(column for version in found.versions for column in version.provenance.left_out))
    left = say("Left out of the table: {names}.", names=listed(columns)) if columns else ""
    doubts = dict.fromkeys(doubt for version in found.versions for doubt in version.provenance.doubts)
    doubtful = say("Careful: {text}", text=joined([*doubts], "; ")) if doubts else ""
    origin = joined([each for each in (found.origin, left, masked, doubtful) if each], " ")
    where = os.fspath(path)
    paired: list[Paired] = []
    if found.paired:
        from pai_notebook.comparison.paired_file import read  # noqa: PLC0415 - pandas loads on first use

        try:
            paired = [read(each, where) for each in found.paired]
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise SnapshotError(say("{target} is not a whole snapshot: {error}", target=where, error=repr(error))) from error
    if found.compared:
        base = found.versions[found.compared[0]].version_name
        origin = joined([origin, say("It holds a comparison with {baseline}: compare() makes it again.", baseline=base)], " ")
    if paired:
        told = "{metric} of {version} against {other}"
        results = [say(told, metric=each.metric, version=each.version, other=each.other) for each in paired]
        origin = joined([origin, say("It holds paired results: {names}.", names=first(results, 3))], " ")
    loaded = VersionSet(found.versions, found.errors, removed=found.removed, origin=origin, path=where, paired=paired)
    if found.compared:
        place, arguments = found.compared
        known = inspect.signature(VersionSet.compare).parameters
        kept = {name: value for name, value in arguments.items() if name in known}
        loaded._compared = found.versions[place], kept  # noqa: SLF001 - a set of this module
    return loaded


def saved_versions(argument: str, given: Any) -> VersionSet:
    """Give an argument that is a set of versions, or the file of a snapshot, as the set; a text that is no file may be an address.

    Raises
    ------
    ConfigurationError
        For anything else, and a file that is no snapshot.

    Examples
    --------
    >>> saved_versions("versions", "model-a@latest")
    Traceback (most recent call last):
    ...
    pai_notebook.errors.ConfigurationError: versions='model-a@latest' cannot be used. Pass a VersionSet, for example pnb.load("file").
    """
    if isinstance(given, VersionSet):
        return given
    if means_file(given) or (isinstance(given, str) and os.path.isfile(given)):  # noqa: PTH113 - False for a name that is too long
        return load(given)
    said = say("{name}={value} cannot be used", name=argument, value=described(given))
    raise ConfigurationError(said, hint=say("Pass {words}.", words=say('a VersionSet, for example pnb.load("file")')))


def _distinct(versions: Iterable[ModelVersion]) -> tuple[ModelVersion, ...]:
    """Versions without repetition; contents are only compared where the names are the same, which keeps large sets quick."""
    if type(versions).__name__ == "DataFrame":
        raise ConfigurationError(say("versions is a DataFrame"), hint=say("VersionSet.from_frame reads one."))
    if not isinstance(versions, Iterable) or isinstance(versions, ModelVersion):
        raise ConfigurationError(
            say("versions={versions} cannot be used", versions=described(versions)),
            hint=say("Pass a list of versions, as in VersionSet([v])."),
        )
    kept: dict[tuple[str, str], list[ModelVersion]] = {}
    ordered = []
    for version in versions:
        if not isinstance(version, ModelVersion):
            said = say("versions[{place}] is of type {kind}, not a ModelVersion", place=len(ordered), kind=type(version).__name__)
            raise ConfigurationError(said, hint=say("VersionSet.from_documents reads dicts, SDK responses and JSON."))
        same = kept.setdefault((version.model_id, version.version_name), [])
        if version not in same:
            same.append(version)
            ordered.append(version)
    return tuple(ordered)


def _named_here(text: Any, ids: Mapping[str, str], names: Collection[str]) -> Any:
    """Take what stands behind a model for the name of a version of the set where it is one, whatever signs it has."""
    model, at, name = text.partition("@") if isinstance(text, str) else ("", "", "")
    return Address(model, Selector("names", names=(name,))) if at and model in ids and name in names else text

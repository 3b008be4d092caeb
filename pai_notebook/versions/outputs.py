"""Exports of a set of versions: plain tables, a masked copy, a snapshot, Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pai_notebook.calls import checked
from pai_notebook.errors import not_fetched
from pai_notebook.files import check_target
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.io.methods import FrameExports, Globs, PathLike
from pai_notebook.io.table import PlainTable
from pai_notebook.model.fields import catalogue
from pai_notebook.model.group import count_versions
from pai_notebook.model.nearest import listed

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.comparison.paired import Paired
    from pai_notebook.io.arrow import ArrowTables
    from pai_notebook.io.redaction import RedactionLike


@checked
class VersionExports(FrameExports):
    """Mixin of VersionSet with its exports; uses only its public methods."""

    __slots__ = ()

    _public_class = "pai_notebook.versions.versions.VersionSet"

    def _tables(self, include: Globs = None, exclude: Globs = None) -> Iterator[PlainTable]:
        from pai_notebook.frames import to_frame  # noqa: PLC0415 - pandas loads on first use

        versions: Any = self
        wide = to_frame(tuple(versions), include=include, exclude=exclude, whole=True)
        yield self._table_of(wide, versions.models)
        yield PlainTable.from_frame(versions.to_frame("long"), name="metrics", caption=say("One row a metric cell, with its state."))

    def _printed(self, include: Globs = None, exclude: Globs = None) -> PlainTable:
        """The table of versions with names of models, datasets and people."""
        from pai_notebook.frames import to_frame  # noqa: PLC0415 - pandas loads on first use
        from pai_notebook.frames.columns import model_texts  # noqa: PLC0415 - as above

        versions: Any = self
        wide = to_frame(tuple(versions), include=include, exclude=exclude, whole=True, names=True)
        return self._table_of(wide, list(dict.fromkeys(model_texts(tuple(versions), named=True))))

    def _table_of(self, wide: pd.DataFrame, models: Sequence[str]) -> PlainTable:
        versions: Any = self
        count = count_versions(tuple(versions))
        caption = say("{versions} of {models}", versions=count, models=listed(models, 3)) if any(models) else count
        notes = [*([versions.origin] if versions.origin else []), *versions.removed, *not_fetched(versions.errors)]
        return PlainTable.from_frame(wide, name="versions", caption=caption, notes=notes)

    def redact(self, rules: RedactionLike = "default") -> Self:
        """Return the set with secrets masked in its data, for exports and comparisons that leave the team; see `Redaction`.

        Parameters
        ----------
        rules : optional
            `"default"`, a map of your own patterns by the kind they find, or a `Redaction`; as `report` and `save` take it.

        Returns
        -------
        VersionSet
            Names of models stay; `origin` lists what was masked.

        Raises
        ------
        ConfigurationError
            For rules that cannot be used, such as a pattern that is not a valid regular expression.

        Examples
        --------
        >>> from pai_notebook import ModelVersion, VersionSet
        >>> vs = VersionSet([ModelVersion.from_document({"VersionName": "0.1.0", "Uri": "oss://team-data/m"}, "model-a")])
        >>> vs.redact()[0].uri
        'oss://masked-bucket-1/m'
        """
        from pai_notebook.io.redaction import as_redaction  # noqa: PLC0415 - as above
        from pai_notebook.io.redaction_objects import masked_error, masked_versions  # noqa: PLC0415 - as above

        redaction = as_redaction(rules, "rules")
        if redaction is None:
            return self
        versions: Any = self
        paired: Sequence[Paired] = ()
        if versions.paired_results:
            from pai_notebook.comparison.paired_file import masked_with_results  # noqa: PLC0415 - pandas loads on first use

            masked, paired = masked_with_results(versions, versions.paired_results, redaction)
        else:
            masked = masked_versions(versions, redaction)
        errors = {redaction.address(address): masked_error(error, redaction) for address, error in versions.errors.items()}
        removed = tuple(map(redaction.sentence, versions.removed))
        origin = redaction.sentence(versions.origin)
        told = say("Masked: {what}.", what=joined(redaction.sentences, "; ")) if redaction.masked else ""
        origin = joined([text for text in (origin, told) if text], " ")
        path = None if redaction.masked else versions.path
        made: Self = type(versions)(masked, errors, removed=removed, origin=origin, path=path, paired=paired)
        return made

    def save(self, path: PathLike, redact: RedactionLike = None, *, overwrite: bool = False) -> Path:
        """Write the set to a snapshot file that `load` reads back without a service.

        Parameters
        ----------
        path : path
            Where to; compressed when it ends in `.gz`.
        redact : optional
            `"default"` masks ids, buckets and keys, a map adds rules of your own; None keeps everything.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ConfigurationError
            When the file exists already, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> import tempfile
        >>> from pai_notebook import ModelVersion, VersionSet, load
        >>> vs = VersionSet([ModelVersion.from_document({"VersionName": "0.1.0"}, "model-a")])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     load(vs.save(f"{folder}/x.paisnap.json")) == vs
        True
        """
        from pai_notebook.io.snapshot import write_snapshot  # noqa: PLC0415 - loads on first use

        check_target(path, "save", overwrite=overwrite)
        versions: Any = self
        kept = []
        if versions.paired_results:
            from pai_notebook.comparison.paired_file import written  # noqa: PLC0415 - pandas loads on first use

            kept = list(map(written, versions.paired_results))
        return write_snapshot(
            path, versions, errors=versions.errors, removed=versions.removed, paired=kept, redact=redact, overwrite=overwrite
        )

    def to_parquet(
        self,
        path: PathLike,
        *,
        fields: str | Sequence[str] | None = None,
        include: Globs = None,
        exclude: Globs = None,
        overwrite: bool = False,
    ) -> Path:
        """Write the long frame as Parquet, one row a metric cell, and the versions beside it; for Spark, Dask, MaxCompute and the like.

        Parameters
        ----------
        path : path
            Where to write. Needs the extra `parquet`.
        fields : str or list of str, optional
            Fields for a second file with one row a version, `all.versions.parquet` beside `all.parquet`, as `to_arrow` takes them; by
            default only metrics are written.
        include, exclude : str or list of str, optional
            Globs over metric paths.
        overwrite : bool
            Whether to replace existing files.

        Returns
        -------
        pathlib.Path
            The file of metrics. `Registry.to_parquet` writes the same without holding the versions.

        Raises
        ------
        ConfigurationError
            When pyarrow is missing, a field does not exist, a file exists, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> import tempfile
        >>> import pandas as pd
        >>> from pai_notebook import VersionSet
        >>> vs = VersionSet.from_documents({"VersionName": "0.1.0", "ApprovalStatus": "Approved", "Metrics": {"cer": 0.2}}, "model-a")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     metrics = pd.read_parquet(vs.to_parquet(f"{folder}/all.parquet", fields=["approval", "labels"]))
        ...     versions = pd.read_parquet(f"{folder}/all.versions.parquet")
        >>> metrics.merge(versions, on=["model", "version"])[["version", "approval_status", "metric", "value"]].values.tolist()
        [['0.1.0', 'Approved', 'cer', 0.2]]
        """
        from pai_notebook.io.parquet import write_parquet  # noqa: PLC0415 - pandas loads on first use

        versions: Any = self
        batches = (versions[start : start + 1000] for start in range(0, max(len(versions), 1), 1000))
        told: Any = {"fields": fields, "include": include, "exclude": exclude, "overwrite": overwrite}
        return write_parquet(path, batches, infos=catalogue(versions), **told)

    def to_arrow(self, *, fields: str | Sequence[str] = "all", include: Globs = None, exclude: Globs = None) -> ArrowTables:
        """Give versions and metrics as two tables of Arrow, which polars, DuckDB and others take without a copy.

        Parameters
        ----------
        fields : str or list of str
            Fields of the table of versions, by the names that `filter` understands: `approval`, `created`, `framework`, `labels`,
            `training_spec`, ...; one label or setting as a column of its own, such as `labels.env`; and `times`, `settings` (every spec)
            and `all`. `model` and `version` are always there.
        include, exclude : str or list of str, optional
            Globs over metric paths.

        Returns
        -------
        ArrowTables
            `versions` and `metrics`, to be joined by `model` and `version`. Columns are called as in `to_frame`, ids are text and times
            UTC. Labels and specs are maps of texts, because their keys differ from version to version: the column `labels.env` of a frame
            is the key `env` of `labels`, and a setting that is not text is its JSON. What a version does not have is null.

        Raises
        ------
        ConfigurationError
            When pyarrow, the extra `parquet`, is missing, or a field does not exist.

        Notes
        -----
        The set itself has the Arrow C stream interface, by which `pyarrow.table(vs)`, `polars.from_arrow(vs)` and `from vs` in DuckDB
        read the table of metrics.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> document = {"VersionName": "0.1.0", "Labels": [{"Key": "env", "Value": "prod"}], "Metrics": {"cer": 0.2}}
        >>> versions, metrics = VersionSet.from_documents(document, "model-a").to_arrow(fields=["labels", "labels.env"])
        >>> versions.to_pylist()
        [{'model': 'model-a', 'version': '0.1.0', 'labels': [('env', 'prod')], 'labels.env': 'prod'}]
        >>> metrics.join(versions.select(["model", "version", "labels.env"]), ["model", "version"])["labels.env"].to_pylist()
        ['prod']
        """
        from pai_notebook.io.arrow import arrow_tables  # noqa: PLC0415 - pandas loads on first use

        versions: Any = self
        return arrow_tables(tuple(versions), fields=fields, include=include, exclude=exclude)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow(fields=[]).metrics.__arrow_c_stream__(requested_schema)

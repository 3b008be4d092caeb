"""Exports of a set of versions: plain tables, a masked copy, a snapshot, Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pai_notebook.arguments import checked
from pai_notebook.io.methods import FrameExports, Globs, PathLike
from pai_notebook.io.table import PlainTable
from pai_notebook.model.nearest import listed

if TYPE_CHECKING:
    from pai_notebook.io.redaction import RedactionLike


@checked
class VersionExports(FrameExports):
    """Mixin of VersionSet with its exports; uses only its public methods."""

    __slots__ = ()

    def _tables(self, include: Globs = None, exclude: Globs = None) -> Iterator[PlainTable]:
        from pai_notebook.frames import to_frame  # noqa: PLC0415 - pandas loads on first use

        versions: Any = self
        wide = to_frame(tuple(versions), include=include, exclude=exclude, whole=True)
        caption = f"{len(versions)} version{'' if len(versions) == 1 else 's'} of {listed(versions.models, 3)}"
        notes = [*([versions.origin] if versions.origin else []), *versions.removed]
        notes += [f"{address} could not be fetched: {error.sentence}" for address, error in versions.errors.items()]
        yield PlainTable.from_frame(wide, name="versions", caption=caption, notes=notes)
        yield PlainTable.from_frame(versions.to_frame("long"), name="metrics", caption="One row a metric cell, with its state.")

    def redact(self, rules: RedactionLike = "default") -> Self:
        """Return the set with secrets masked in its data, for exports and comparisons that leave the team; see `Redaction`.

        Parameters
        ----------
        rules : optional
            `"default"`, a map of your own patterns by the kind they find, or a `Redaction`; as `report` and `save` take it.

        Returns
        -------
        VersionSet
            Names of versions and models stay; `origin` lists what was masked.

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
        from pai_notebook.io.redaction import (  # noqa: PLC0415 - as above
            as_redaction,
            masked_error,
            masked_versions,
        )

        redaction = as_redaction(rules, "rules")
        if redaction is None:
            return self
        versions: Any = self
        masked = masked_versions(versions, redaction)
        errors = {address: masked_error(error, redaction) for address, error in versions.errors.items()}
        removed = tuple(map(redaction.text, versions.removed))
        origin = redaction.text(versions.origin)
        told = f"Masked: {'; '.join(redaction.sentences)}." if redaction.masked else ""
        origin = " ".join(filter(None, (origin, told)))
        made: Self = type(versions)(masked, errors, removed=removed, origin=origin, path=None if redaction.masked else versions.path)
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
            When the file exists already or cannot be written.

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

        versions: Any = self
        return write_snapshot(path, versions, errors=versions.errors, removed=versions.removed, redact=redact, overwrite=overwrite)

    def to_parquet(
        self,
        path: PathLike,
        *,
        include: Globs = None,
        exclude: Globs = None,
        overwrite: bool = False,
    ) -> Path:
        """Write the long frame as Parquet, one row a metric cell, for Spark, Dask and the like.

        Parameters
        ----------
        path : path
            Where to write. Needs the extra `parquet`.
        include, exclude : str or list of str, optional
            Globs over metric paths.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        pathlib.Path
            The file. `Registry.to_parquet` writes the same without holding the versions.

        Raises
        ------
        ConfigurationError
            When pyarrow is missing, the file exists, or it cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import pandas as pd
        >>> from pai_notebook import VersionSet
        >>> vs = VersionSet.from_documents({"VersionName": "0.1.0", "Metrics": {"cer": 0.2}}, "model-a")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pd.read_parquet(vs.to_parquet(f"{folder}/metrics.parquet"))["value"].tolist()
        [0.2]
        """
        from pai_notebook.io.parquet import write_parquet  # noqa: PLC0415 - pandas loads on first use

        versions: Any = self
        batches = (versions[start : start + 1000] for start in range(0, max(len(versions), 1), 1000))
        return write_parquet(path, batches, include=include, exclude=exclude, overwrite=overwrite)

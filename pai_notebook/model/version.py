"""One version of a registered model, with every field of GetModelVersion."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from pai_notebook.calls import checked
from pai_notebook.display import Block, Displayed
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.document import (
    CopiedField,
    DocumentView,
    Field,
    canonical_json,
    digest_of,
    read_any,
    read_options,
    read_text,
    read_time,
)
from pai_notebook.model.equality import bag_key, value_key
from pai_notebook.model.labels import Labels, read_labels
from pai_notebook.model.metrics import Metrics, read_metrics
from pai_notebook.model.nearest import counted
from pai_notebook.model.reading import read_one
from pai_notebook.model.settings import SpecSettings, spec_settings
from pai_notebook.model.source import Provenance, Source, Storage, read_source, read_storage
from pai_notebook.model.version_view import describe_version

# Of a document that came from no service; one for all.
_UNKNOWN = Provenance()

NOT_REGISTERED = "Not registered"
"""Approval status of a candidate that no registry knows."""


def _metrics(value: Any) -> tuple[Metrics, str]:
    return read_metrics(value), ""


class _MetricsField(Field[Metrics]):
    """The metrics of a version, which know what its registry calls datasets."""

    def value(self, view: DocumentView) -> Metrics:
        return Metrics(view._document.get(self.key), view.__dict__["provenance"])  # noqa: SLF001 - as in `Field`


@checked
class ModelVersion(Displayed, DocumentView):
    """A model version as the registry holds it: a typed, immutable view of the document that the service sent.

    Two versions are equal when they belong to the same model and nothing in their content differs, as comparisons see it (1 and
    1.0 do not differ, 1 and "1" do), whatever the order of labels, `Results` and named objects in specs; the request id is no
    content. Unknown fields survive in `raw` and `unknown`; a field of an
    unexpected type is kept as sent and mentioned in `notes`. Source of the fields: GetModelVersion of the API
    AIWorkSpace 2021-02-04.

    Parameters
    ----------
    document : mapping
        The JSON object of the service, whatever is in it; `from_document` reads other forms, and refuses what is not a version.
    model_id : str
        The model it belongs to; the service's answer does not say.
    fetched : datetime, optional
        When the answer arrived, UTC; None for a document that did not come from a service.
    provenance : Provenance, optional
        Which registry and which requests it came from.

    Attributes
    ----------
    from_memory : bool
        Whether a registry answered from its memory instead of asking the service.

    Examples
    --------
    >>> version = ModelVersion.from_document(
    ...     {"VersionName": "0.1.0", "Labels": [{"Key": "env", "Value": "test"}], "ApprovalStatus": "Approved"},
    ...     model_id="model-a",
    ... )
    >>> version.version_name, version.labels["env"], version.approval_status
    ('0.1.0', 'test', 'Approved')
    """

    _instead = guide(
        {
            "address": "id key",
            "hash(version)": "hash",
            "settings, or training_spec, inference_spec, evaluation_spec, compression_spec and distillation_spec as sent": "specs spec",
            "pnb.VersionSet([version, other]).compare(version)": "compare diff",
            "ModelVersion.from_document(document, model_id)": "from_dict from_json from_documents from_mapping",
            "ModelVersion.from_document({'VersionName': '0.1.0', 'Metrics': {'accuracy': 0.9}})": "from_metrics",
            "pnb.VersionSet.from_frame(df)": "from_frame from_df from_wandb from_mlflow from_sklearn",
            "registry.get_version(model, name)": "get fetch latest",
            "registry.get_version(model, name, refresh=True)": "refresh reload",
            "version.storage.console_url or version.source.console_url": "console_url console link web_url run_link",
            "registry.list_versions(version.model_id)": "versions runs siblings all_versions",
            "version.provenance.model_name": "model_name",
            "metrics": "summary",
            "metrics.datasets": "datasets dataset dataset_names",
            "metrics[name], labels[name], settings[name] or raw[key]": "__getitem__ keys values items",
            "registry.compare(a, b, baseline=a)": "__sub__",
            "created, or registry.compare(a, b, baseline=a)": "__lt__",
        }
    )

    _leads_to = (
        ("VersionSet", "pnb.VersionSet([version])"),
        ("Comparison", "pnb.VersionSet([version, other]).compare(version)"),
        ("Registry", "registry"),
    )
    _it = "version"

    model_id: str
    fetched: datetime | None
    provenance: Provenance
    from_memory: bool

    request_id = Field("RequestId", read_text, "Id of the request that answered; empty for a version that came in a list.")
    version_name = Field("VersionName", read_text, "Name of the version, unique in its model, for example 0.1.0.")
    description = Field("VersionDescription", read_text, "Description in the author's words.")
    uri = Field("Uri", read_text, "Storage address as sent; taken apart in `storage`.")
    created = Field("GmtCreateTime", read_time, "When the version was created, UTC; None when not readable.")
    modified = Field("GmtModifiedTime", read_time, "When the version was last changed, UTC; None when not readable.")
    user_id = Field("UserId", read_text, "Id of the user, as text: it exceeds 2**53.")
    owner_id = Field("OwnerId", read_text, "Id of the Alibaba Cloud account, as text.")
    labels: Field[Labels] = Field("Labels", read_labels, "Labels, duplicates kept.")
    metrics: Field[Metrics] = _MetricsField(
        "Metrics", _metrics, "Metrics as cells of (dataset, path).", note=lambda metrics: "; ".join(metrics.notes)
    )
    training_spec = CopiedField("TrainingSpec", read_any, "Configuration of fine-tuning and incremental training, as sent.")
    inference_spec = CopiedField("InferenceSpec", read_any, "How to serve the model, as sent.")
    evaluation_spec = CopiedField("EvaluationSpec", read_any, "Configuration of evaluation, as sent.")
    compression_spec = CopiedField("CompressionSpec", read_any, "Configuration of compression, as sent.")
    distillation_spec = CopiedField("DistillationSpec", read_any, "Configuration of distillation, as sent.")
    extra_info = CopiedField("ExtraInfo", read_any, "Other information, such as CoverUris and TrainedWords, as sent.")
    options = CopiedField("Options", read_options, "Value of the JSON text in the Options string.")
    format_type = Field("FormatType", read_text, "Model format, for example SavedModel; an open set.")
    framework_type = Field("FrameworkType", read_text, "Framework, for example TensorFlow; an open set.")
    source_type = Field("SourceType", read_text, "Custom, PAIFlow, TrainingService, or another word.")
    source_id = Field("SourceId", read_text, "Where it was made, as sent; taken apart in `source`.")
    approval_status = Field("ApprovalStatus", read_text, "Pending, Approved, Rejected, or another word.")

    def _stands_for(self, name: str) -> str:
        return self.metrics._stands_for(name) or self.labels._stands_for(name) or self._unknown_called(name)  # noqa: SLF001 - its parts

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        model_id: str = "",
        fetched: datetime | None = None,
        provenance: Provenance | None = None,
    ) -> None:
        super().__init__(document)
        self.__dict__["model_id"] = model_id
        self.__dict__["fetched"] = fetched
        self.__dict__["provenance"] = _UNKNOWN if provenance is None else provenance
        self.__dict__["from_memory"] = False

    @classmethod
    def from_document(
        cls,
        document: Any,
        model_id: str | None = None,
        *,
        fetched: datetime | None = None,
        provenance: Provenance | None = None,
    ) -> Self:
        """Build a version from an answer of GetModelVersion.

        Parameters
        ----------
        document : mapping, SDK response, JSON text or path
            The answer, or one of the same shape: a dict, a response of the vendor's SDK or its body, what their `to_map` gives,
            JSON text, the path of a JSON file, or a page that holds one version. Keys may have the snake_case of the SDK's models.
        model_id : str, optional
            The model it belongs to; by default the document's own `ModelId`, which the service does not send.
        fetched : datetime, optional
            When the answer arrived, UTC.
        provenance : Provenance, optional
            Which registry and which requests it came from.

        Returns
        -------
        ModelVersion
            The version, with whatever was not as documented in `notes`.

        Raises
        ------
        ConfigurationError
            When the document is not a version; the message says what it looks like.

        Examples
        --------
        >>> ModelVersion.from_document('{"VersionName": "0.1.0", "Metrics": {"cer": 0.2}}', "model-a").address
        'model-a@0.1.0'
        """
        found, owner = read_one(document, model_id)
        return cls(found, model_id=owner, fetched=fetched, provenance=provenance)

    @property
    def settings(self) -> SpecSettings:
        """The leaves of the specs by name: `settings["lr"]`, `settings["training_spec.HyperParameters.lr"]`."""
        return SpecSettings(spec_settings(self))

    @cached_property
    def source(self) -> Source:
        """The source, taken apart: type, region, workspace, kind and id."""
        return read_source(self.source_type, self.source_id)

    @cached_property
    def storage(self) -> Storage:
        """The storage address, taken apart: bucket, endpoint and key, or a URL."""
        return read_storage(self.uri)

    @property
    def address(self) -> str:
        """`model@version`, as `%paimodel` takes it; the bare version name when the model is unknown."""
        return f"{self.model_id}@{self.version_name}" if self.model_id else self.version_name

    @property
    def is_registered(self) -> bool:
        """False for a candidate from elsewhere, such as a row of `VersionSet.from_frame`: no registry knows it, and it has no address."""
        return self.approval_status != NOT_REGISTERED

    @cached_property
    def digest(self) -> str:
        """Hex SHA-256 of the content as sent: without the request id, independent of the order of labels and Results.

        Equal versions may have two: it tells 1 from 1.0.
        """
        content = {key: value for key, value in self._document.items() if key != "RequestId"}
        return digest_of(canonical_json({"Labels": None, **in_canonical_order(content)}))

    def remembered(self) -> Self:
        """Return the same version marked as answered from memory, so that its card tells its age.

        Returns
        -------
        ModelVersion
            An equal version.

        Examples
        --------
        >>> version = ModelVersion.from_document({"VersionName": "0.1.0"}, "model-a")
        >>> version.remembered() == version, version.remembered().from_memory
        (True, True)
        """
        same = object.__new__(type(self))
        same.__dict__.update(self.__dict__, from_memory=True)
        return same

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ModelVersion):
            return NotImplemented
        return self.model_id == other.model_id and self._content == other._content

    def __hash__(self) -> int:
        return hash((self.model_id, self._content))

    @cached_property
    def _content(self) -> Hashable:
        """What is equal for versions that do not differ."""
        content = {key: value_key(value) for key, value in self._document.items() if key != "RequestId"}
        labels, metrics = self._document.get("Labels"), self._document.get("Metrics")
        if isinstance(labels, list):
            content["Labels"] = bag_key(labels)
        if isinstance(metrics, dict) and isinstance(metrics.get("Results"), list):
            content["Metrics"] = value_key({**metrics, "Results": None}), bag_key(metrics["Results"])
        return frozenset(content.items())

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self._document, self.model_id, self.fetched, self.provenance)

    def _brief(self) -> str:
        status = self.approval_status
        approval = [say("Not registered") if status == NOT_REGISTERED else status] if status else []
        return joined([self.address, *approval, counted(len(self.metrics), "metric")])

    def _describe(self) -> Block:
        return describe_version(self)


def adopt_document(document: dict[str, Any], *, model_id: str, fetched: datetime | None, provenance: Provenance) -> ModelVersion:
    """Build a version of a document of the service without copying it: `parse_json` has checked it, and nobody changes it later."""
    version = object.__new__(ModelVersion)
    version.__dict__.update(_document=document, model_id=model_id, fetched=fetched, provenance=provenance, from_memory=False)
    return version


def in_canonical_order(document: dict[str, Any]) -> dict[str, Any]:
    """Give a document with its labels and its `Results` in an order that depends on their content alone."""
    ordered = {**document, "Labels": _sorted(document["Labels"])} if "Labels" in document else dict(document)
    metrics = document.get("Metrics")
    if isinstance(metrics, dict) and isinstance(metrics.get("Results"), list):
        ordered["Metrics"] = {**metrics, "Results": _sorted(metrics["Results"])}
    return ordered


def _sorted(value: Any) -> Any:
    return sorted(value, key=canonical_json) if isinstance(value, list) else value


def _rebuild(
    cls: type[ModelVersion], document: dict[str, Any], model_id: str, fetched: datetime | None, provenance: Provenance
) -> ModelVersion:
    return cls(document, model_id=model_id, fetched=fetched, provenance=provenance)

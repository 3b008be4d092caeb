"""One registered model, with every field of GetModel and ListModels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from pai_notebook.calls import checked
from pai_notebook.display import Block, Displayed
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import say
from pai_notebook.model.document import CopiedField, DocumentView, Field, canonical_json, digest_of, read_any, read_text, read_time
from pai_notebook.model.labels import Labels, read_labels
from pai_notebook.model.models_view import describe_model
from pai_notebook.model.reading import read_model
from pai_notebook.model.source import Provenance
from pai_notebook.model.version import ModelVersion


def _read_number(value: Any) -> tuple[int | None, str]:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value, ""
    return None, say("not a whole number")


@checked
class Model(Displayed, DocumentView):
    """A registered model: a typed, immutable view of the document that the service sent.

    Source of the fields: GetModel and ListModels of the API AIWorkSpace 2021-02-04.

    Parameters
    ----------
    document : mapping
        The JSON object of the service, whatever is in it; `from_document` reads other forms, and refuses what is not a model.
    fetched : datetime, optional
        When the answer arrived, UTC.
    people : tuple of (str, str)
        Ids of its accounts and the names that the workspace shows for them, where they are known.

    Examples
    --------
    >>> model = Model.from_document({"ModelId": "model-a", "ModelName": "情感分析", "Labels": []})
    >>> model.model_id, model.name, model.latest_version is None
    ('model-a', '情感分析', True)
    """

    _instead = guide(
        {
            "latest_version": "latest latest_versions",
            "name": "model_name title",
            "registry.list_versions(model.model_id)": "versions list_versions get_versions all_versions search_versions",
            "registry.compare(model.model_id)": "compare diff",
            "registry.get_version(model.model_id, name)": "get_version __getitem__ fetch download get",
            "Model.from_document(document)": "from_dict from_json",
        }
    )
    _leads_to = (
        ("ModelVersion", "latest_version"),
        ("VersionSet", "registry.list_versions(model.model_id)"),
        ("Comparison", "registry.compare(model.model_id)"),
        ("Registry", "registry"),
    )

    def _stands_for(self, name: str) -> str:
        return self._unknown_called(name)

    fetched: datetime | None
    people: tuple[tuple[str, str], ...]

    request_id = Field("RequestId", read_text, "Id of the request that answered; empty for a model that came in a list.")
    model_id = Field("ModelId", read_text, "Id of the model, for example model-rbvg5wzljz3pks92.")
    name = Field("ModelName", read_text, "Name of the model, 1 to 127 characters.")
    description = Field("ModelDescription", read_text, "Description in the author's words.")
    doc = Field("ModelDoc", read_text, "Address of the model's documentation.")
    created = Field("GmtCreateTime", read_time, "When the model was created, UTC.")
    modified = Field("GmtModifiedTime", read_time, "When the model was last changed, UTC.")
    latest_version_modified = Field("GmtLatestVersionModifiedTime", read_time, "When its latest version was last changed, UTC.")
    user_id = Field("UserId", read_text, "Id of the user, as text.")
    owner_id = Field("OwnerId", read_text, "Id of the Alibaba Cloud account, as text.")
    workspace_id = Field("WorkspaceId", read_text, "Id of the workspace.")
    accessibility = Field("Accessibility", read_text, "PRIVATE or PUBLIC.")
    domain = Field("Domain", read_text, "Domain, for example nlp.")
    task = Field("Task", read_text, "Task, for example text-classification.")
    origin = Field("Origin", read_text, "Where the model comes from, for example ModelScope.")
    provider = Field("Provider", read_text, "Provider of a public model, for example pai.")
    model_type = Field("ModelType", read_text, "For example Checkpoint.")
    order_number = Field("OrderNumber", _read_number, "Position in the gallery.")
    parameter_size = Field("ParameterSize", _read_number, "Number of parameters, in millions.")
    labels: Field[Labels] = Field("Labels", read_labels, "Labels, duplicates kept.")
    tags: Field[Labels] = Field("Tags", read_labels, "Tags; only lists carry them.")
    extra_info = CopiedField("ExtraInfo", read_any, "Other information, as sent.")
    latest_document = CopiedField("LatestVersion", read_any, "The latest version as sent, {} when there is none; see `latest_version`.")

    def __init__(self, document: Mapping[str, Any], *, fetched: datetime | None = None, people: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(document)
        self.__dict__.update(fetched=fetched, people=people)

    @classmethod
    def from_document(cls, document: Any, *, fetched: datetime | None = None) -> Self:
        """Build a model from an answer of GetModel.

        Parameters
        ----------
        document : mapping, SDK response, JSON text or path
            The answer, or one item of ListModels, in any form that `ModelVersion.from_document` takes.
        fetched : datetime, optional
            When the answer arrived, UTC.

        Returns
        -------
        Model
            The model, with whatever was not as documented in `notes`.

        Raises
        ------
        ConfigurationError
            When the document is not a model; the message says what it looks like.

        Examples
        --------
        >>> Model.from_document('{"ModelId": "model-a", "ModelName": "digits"}').name
        'digits'
        """
        return cls(read_model(document, [field.key for field in cls.fields().values()]), fetched=fetched)

    @cached_property
    def latest_version(self) -> ModelVersion | None:
        """The version the service calls the latest, None when there is none yet."""
        document = self.latest_document
        if not isinstance(document, dict) or not document:
            return None
        called = Provenance(model_name=self.name, people=self.people)
        return ModelVersion(document, model_id=self.model_id, fetched=self.fetched, provenance=called)

    @property
    def address(self) -> str:
        """Its id, which as an address means every version of it."""
        return self.model_id

    @cached_property
    def digest(self) -> str:
        """Hex SHA-256 of the document without its request id."""
        return digest_of(canonical_json({key: value for key, value in self._document.items() if key != "RequestId"}))

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Model) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self._document, self.fetched, self.people)

    def _brief(self) -> str:
        called = f"{self.model_id} {self.name!r}"
        return say("{name}, latest {version}", name=called, version=self.latest_version.version_name) if self.latest_version else called

    def _describe(self) -> Block:
        return describe_model(self)


def _rebuild(cls: type[Model], document: dict[str, Any], fetched: datetime | None, people: tuple[tuple[str, str], ...] = ()) -> Model:
    return cls(document, fetched=fetched, people=people)

"""The catalogue of a model version's fields; every list of fields in this package comes from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pai_notebook.arguments import is_number
from pai_notebook.i18n.phrases import Phrase, joined, say, with_text
from pai_notebook.model.document import CopiedField
from pai_notebook.model.flatten import flatten

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

FieldKind = Literal["id", "text", "category", "time", "labels", "metrics", "spec", "request"]


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of a model version.

    Attributes
    ----------
    name : str
        The attribute of ModelVersion, which is also the name in conditions and columns; the API's own word for a field that
        this package does not know.
    key : str
        The API's own word.
    kind : str
        `id`, `text`, `category` (an open set of words), `time`, `labels`, `metrics`, `spec` (free JSON), or `request`.
    title : Phrase
        What people call it, in lower case.
    compared : bool
        Whether a comparison has rows of it. Ids of people and times differ between any two versions and mean nothing there.
    aliases : tuple of str
        Shorter names that conditions and options understand.
    known : bool
        Whether ModelVersion has an attribute for it.
    bookkeeping : bool
        Whether it says where a version comes from and lies, which is another in each version and tells nothing of it.
    """

    name: str
    key: str
    kind: FieldKind
    title: Phrase
    compared: bool = True
    aliases: tuple[str, ...] = ()
    known: bool = True
    bookkeeping: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it holds one value, which is asked for by the field's name alone."""
        return self.kind in ("id", "text", "category", "time")

    @property
    def heading(self) -> str:
        """The title with a capital letter, to stand above rows."""
        return with_text(self.title, self.title[:1].upper() + self.title[1:]) if self.known else self.title

    def of(self, version: ModelVersion) -> Any:
        """Value of a version: the typed attribute, or what was sent for a field without one."""
        if not self.known:
            return version._document.get(self.key)  # noqa: SLF001 - reads without a copy
        field = getattr(type(version), self.name, None)
        return field.value(version) if isinstance(field, CopiedField) else getattr(version, self.name)


FIELDS: tuple[FieldInfo, ...] = (
    FieldInfo("request_id", "RequestId", "request", say("request id"), compared=False),
    FieldInfo("model_id", "", "id", say("model"), compared=False, aliases=("model",)),
    FieldInfo("version_name", "VersionName", "id", say("version"), compared=False, aliases=("version",)),
    FieldInfo("approval_status", "ApprovalStatus", "category", say("approval status"), aliases=("approval",)),
    FieldInfo("created", "GmtCreateTime", "time", say("created"), compared=False),
    FieldInfo("modified", "GmtModifiedTime", "time", say("modified"), compared=False),
    FieldInfo("framework_type", "FrameworkType", "category", say("framework type"), aliases=("framework",)),
    FieldInfo("format_type", "FormatType", "category", say("format type"), aliases=("format",)),
    FieldInfo("source_type", "SourceType", "category", say("source type"), bookkeeping=True),
    FieldInfo("source_id", "SourceId", "text", say("source id"), bookkeeping=True),
    FieldInfo("uri", "Uri", "text", say("uri"), bookkeeping=True),
    FieldInfo("description", "VersionDescription", "text", say("description"), bookkeeping=True),
    FieldInfo("user_id", "UserId", "text", say("user id"), compared=False, aliases=("user",)),
    FieldInfo("owner_id", "OwnerId", "text", say("owner id"), compared=False, aliases=("owner",)),
    FieldInfo("labels", "Labels", "labels", say("labels"), aliases=("label",)),
    FieldInfo("metrics", "Metrics", "metrics", say("metrics"), aliases=("metric",)),
    FieldInfo("training_spec", "TrainingSpec", "spec", say("training spec")),
    FieldInfo("inference_spec", "InferenceSpec", "spec", say("inference spec")),
    FieldInfo("evaluation_spec", "EvaluationSpec", "spec", say("evaluation spec")),
    FieldInfo("compression_spec", "CompressionSpec", "spec", say("compression spec")),
    FieldInfo("distillation_spec", "DistillationSpec", "spec", say("distillation spec")),
    FieldInfo("extra_info", "ExtraInfo", "spec", say("extra information")),
    FieldInfo("options", "Options", "spec", say("options")),
)
_KEYS = frozenset(info.key for info in FIELDS if info.key)
_BY_NAME: dict[str, FieldInfo] = {word: info for info in FIELDS for word in (info.key, *info.aliases, info.name) if word}


def field_named(word: str) -> FieldInfo | None:
    """Field of a Python name, an alias or the API's own word; None when there is none.

    Examples
    --------
    >>> field_named("approval").name, field_named("TrainingSpec").name, field_named("nothing")
    ('approval_status', 'training_spec', None)
    """
    return _BY_NAME.get(word)


def titled(name: str) -> str:
    """Give a field by the name that people type; in other languages than English its title stands before it.

    Examples
    --------
    >>> titled("uri"), titled("uri").in_language("zh"), titled("labels.env")
    ('uri', '存储位置（uri）', 'labels.env')
    """
    info = field_named(name)
    return name if info is None else with_text(say("{title} ({name})", title=info.title, name=name), name)


def told_field(name: str) -> str:
    """Give a field, or a path in one, to be read and not typed: in other languages than English by its title alone.

    Examples
    --------
    >>> told_field("uri"), told_field("uri").in_language("zh"), told_field("Unknown.env")
    ('uri', '存储位置', 'Unknown.env')
    >>> told_field("labels.env"), told_field("labels.env").in_language("zh")
    ('labels.env', '标签：env')
    """
    section, dot, path = name.partition(".")
    info = field_named(section)
    if info is None or (dot and info.is_plain):
        return name
    return with_text(say("{what}: {said}", what=info.title, said=path) if dot else info.title, name)


# Fields that hold the id of an account, which may have a name.
PEOPLE = ("owner_id", "user_id")
# Fields that hold an id for which people say a name.
NAMED = ("model_id", *PEOPLE)


def plain_fields() -> tuple[FieldInfo, ...]:
    """Fields that hold one value."""
    return tuple(info for info in FIELDS if info.is_plain)


def specs() -> tuple[FieldInfo, ...]:
    """Fields that hold free JSON."""
    return tuple(info for info in FIELDS if info.kind == "spec")


def catalogue(versions: Iterable[ModelVersion]) -> tuple[FieldInfo, ...]:
    """Every field that this package knows, and behind them those that the versions have beyond.

    A field that is not known takes part under the API's own word: an object as a spec, everything else as a text.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> version = ModelVersion.from_document({"VersionName": "0.1.0", "QuantizationSpec": {"Bits": 4}})
    >>> catalogue([version])[-1].name, catalogue([version])[-1].kind
    ('QuantizationSpec', 'spec')
    """
    return catalogue_of(version._document for version in versions)  # noqa: SLF001 - reads without a copy


def catalogue_of(documents: Iterable[Mapping[str, Any]], sent: AbstractSet[str] | None = None) -> tuple[FieldInfo, ...]:
    """As `catalogue`, of the documents themselves; `sent` are all their keys, where they are known."""
    every = list(documents)
    beyond = set(set[str]().union(*every) if sent is None else sent) - _KEYS
    found: dict[str, bool] = {}
    for document in every if beyond else ():
        for key in document.keys() & beyond:
            found[key] = found.get(key, False) or _is_object(document[key])
    unknown = (FieldInfo(key, key, "spec" if found[key] else "text", joined([key]), known=False) for key in sorted(found))
    return (*FIELDS, *unknown) if found else FIELDS


def numbers_beside_metrics(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """Give the names of numbers at the top of documents without metrics, where nothing reads them as such.

    Examples
    --------
    >>> numbers_beside_metrics([{"VersionName": "0.1.0", "accuracy": 0.9, "n": 100}])
    ['accuracy', 'n']
    """
    bare = [document for document in documents if not document.get("Metrics")]
    unknown = [info.key for info in catalogue_of(bare) if not info.known]
    return [key for key in unknown if any(is_number(each.get(key)) for each in bare)]


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


def stated(version: ModelVersion, infos: Iterable[FieldInfo]) -> dict[str, Any]:
    """Give what a version says under plain fields, as sent; a field of the catalogue that is empty or null says nothing.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> version = ModelVersion.from_document({"VersionName": "0.1.0", "Uri": "", "SourceId": 7})
    >>> stated(version, [info for info in plain_fields() if info.compared])
    {'source_id': 7}
    """
    document = version._document  # noqa: SLF001 - reads without a copy
    sent = {info.name: document[info.key] for info in infos if info.key in document}
    known = {info.name for info in infos if info.known}
    return {name: value for name, value in sent.items() if name not in known or value not in ("", None)}


def leaves(version: ModelVersion, info: FieldInfo) -> dict[str, Any]:
    """Leaves of a spec by dotted path, empty where the version has none.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> version = ModelVersion({"TrainingSpec": {"HyperParameters": {"lr": 0.1}}})
    >>> leaves(version, field_named("training_spec"))
    {'HyperParameters.lr': 0.1}
    """
    content = info.of(version)
    return {} if content is None or content in ("", {}) else flatten(content)

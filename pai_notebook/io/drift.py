"""What has changed in the registry since versions were saved, field by field."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.calls import checked
from pai_notebook.display import (
    Block,
    Card,
    Code,
    Column,
    Diff,
    Displayed,
    Facts,
    Inline,
    Lines,
    Mark,
    Missing,
    Note,
    Number,
    Section,
    Table,
    Tone,
)
from pai_notebook.errors import DriftError, PaiError
from pai_notebook.guides import guide, snake_case
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.io.redaction_rules import MASK
from pai_notebook.model.document import canonical_json
from pai_notebook.model.equality import same, shown, shown_text
from pai_notebook.model.fields import FieldInfo, catalogue, leaves, told_field
from pai_notebook.model.metrics_document import with_documented_words
from pai_notebook.model.names import Name
from pai_notebook.model.numbers import choose_format
from pai_notebook.model.source import dataset_names
from pai_notebook.model.version import ModelVersion
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    import pandas as pd

_MODIFIED = "modified"
# Addresses that one line names.
_LINE = 10
# Characters from which a changed text is shown word by word instead of in two cells.
_LONG = 60


@dataclass(frozen=True)
class FieldChange(Printed):
    """One field of one version that is not what it was.

    Attributes
    ----------
    address : str
        `model@version`.
    field : str
        The Python name, with a path below it: `approval_status`, `labels.env`, `metrics.cer@d-a`, `inference_spec.processor`.
    before, after : str or None
        What it said, None where the field was not there.
    """

    address: str
    field: str
    before: str | None
    after: str | None


@checked
@dataclass(frozen=True, repr=False)
class Drift(Displayed):
    """The difference between saved versions and the registry. True when something saved is not as it was, or nothing was saved.

    Attributes
    ----------
    checked : int
        How many saved versions were looked up.
    changes : tuple of FieldChange
        Fields that differ; the time of modification only where nothing else does.
    removed : tuple of str
        Saved versions that the registry no longer has.
    added : tuple of ModelVersion
        Versions of the same models that were created since.
    modified : mapping of str to datetime
        When the registry says that a changed version was last modified (GmtModifiedTime), UTC.
    failed : mapping of str to PaiError
        Saved versions about which nothing can be said, and why.
    masked : int
        Fields that were masked when they were saved and so could only be compared around the mask.
    undated : tuple of str
        Models of which it is not known when their versions were fetched, so that nothing can be said about additions.
    names : mapping of str to str
        Names of models by their ids, and of fields by those that have an id of a dataset.

    Examples
    --------
    >>> make = lambda cer: ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"cer": cer}}, "model-a")
    >>> drift = find_drift([make(0.175)], [make(0.181)])
    >>> bool(drift), drift.changes
    (True, (FieldChange(address='model-a@0.1.0', field='metrics.cer', before='0.175', after='0.181'),))
    """

    _instead = guide(
        {
            "not drift": "is_empty empty unchanged is_unchanged is_clean ok passed",
            "bool(drift)": "has_drift drifted is_drifted has_changed is_changed",
            "changes": "diff differences modified_fields changed fields",
            "removed": "deleted missing gone",
            "added": "new created",
            "summary": "text verdict",
            "failed": "errors failures",
        }
    )
    _leads_to = (("Registry", "registry"),)

    checked: int
    changes: tuple[FieldChange, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[ModelVersion, ...] = ()
    modified: Mapping[str, datetime | None] = field(default_factory=dict)
    failed: Mapping[str, PaiError] = field(default_factory=dict)
    masked: int = 0
    undated: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __bool__(self) -> bool:
        # a check of nothing does not pass
        return bool(self.changes or self.removed or self.failed or not self.checked)

    @property
    def summary(self) -> str:
        """The difference in one sentence."""
        if not self.checked:
            return say("no saved version was given, so nothing was checked")
        changed = len({change.address for change in self.changes})
        kept = self.checked - changed - len(self.removed) - len(self.failed)
        said = "{count} of {total} saved versions are as they were" if self else "{count} saved versions are as they were"
        if kept == 1:
            said = "1 of {total} saved versions is as it was" if self else "1 saved version is as it was"
        told = say("{count} of {total} saved versions changed", count=changed, total=self.checked)
        parts = [told if changed else say(said, count=kept, total=self.checked)]
        parts += [say("{count} removed", count=len(self.removed))] if self.removed else []
        parts += [say("{count} added since", count=len(self.added))] if self.added else []
        parts += [say("{count} not looked up", count=len(self.failed))] if self.failed else []
        return joined(parts)

    def raise_if_changed(self) -> None:
        """Raise when a saved version changed, is gone, or could not be looked up, or when there is none; new versions are no reason.

        Raises
        ------
        DriftError
            Its `drift` is this report.

        Examples
        --------
        >>> make = lambda cer: ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"cer": cer}}, "model-a")
        >>> find_drift([make(0.175)], [make(0.175)]).raise_if_changed()
        >>> find_drift([make(0.175)], [make(0.181)]).raise_if_changed()
        Traceback (most recent call last):
        ...
        pai_notebook.errors.DriftError: 1 of 1 saved versions changed. ...
        """
        if self:
            hint = say("drift has the details.") if self.checked else say("Pass a set with versions.")
            for change in self.changes[:1]:
                field = say("{name} {text}", name=self._called(change.address), text=self._field(change))
                hint = say("The first: {change}", change=say("{what}: {said}", what=field, said=_shown(change)))
            raise DriftError(self.summary, hint=hint, drift=self)

    def to_frame(self) -> pd.DataFrame:
        """Return the changed fields as a DataFrame, one row each.

        Returns
        -------
        pandas.DataFrame
            Columns version, field, before, after, modified.

        Examples
        --------
        >>> make = lambda cer: ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"cer": cer}}, "model-a")
        >>> find_drift([make(0.175)], [make(0.181)]).to_frame()[["field", "before", "after"]].values.tolist()
        [['metrics.cer', '0.175', '0.181']]
        """
        from pai_notebook.model.text_columns import frame_of  # noqa: PLC0415 - pandas loads on first use

        rows = [(each.address, each.field, each.before, each.after, self.modified.get(each.address)) for each in self.changes]
        texts = dict.fromkeys(("version", "field", "before", "after"), "string")
        return frame_of(rows, {**texts, "modified": "datetime64[us, UTC]"})

    def _called(self, address: str) -> str:
        """Give an address, or an id of a model, with the model's name."""
        model, at, name = address.rpartition("@") if "@" in address else (address, "", "")
        return f"{self.names.get(model, model)}{at}{name}"

    def _field(self, change: FieldChange) -> str:
        """Give the field of a change, its dataset by name."""
        return told_field(self.names.get(change.field, change.field))

    def _brief(self) -> str:
        return self.summary

    def _describe(self) -> Block:
        tone: Tone = "bad" if self.removed or self.failed else "warn" if self else "good"
        blocks: list[Block] = [
            Note(say("{address} is no longer in the registry", address=self._called(address)), "bad") for address in self.removed
        ]
        blocks += [
            Note(say("{what}: {said}", what=self._called(address), said=error.sentence), "bad") for address, error in self.failed.items()
        ]
        blocks += self._changed() if self.changes else []
        names = first([self._called(version.address) for version in self.added], _LINE)
        blocks += [Note(say("New since: {names}", names=names))] if self.added else []
        undated = "It is not known when the versions of {model} were fetched, nor which are new since."
        blocks += [Note(say(undated, model=self._called(model))) for model in self.undated]
        masked = "{count} fields were masked when saved and compared around the mask."
        blocks += [Note(say(masked, count=self.masked))] if self.masked else []
        return Card(say("Drift: {summary}", summary=self.summary), blocks=blocks, tone=tone, is_wide=True)

    def _changed(self) -> Iterator[Block]:
        """What changed, a row a field, each version named once; long texts below, word by word."""
        models = {change.address.rpartition("@")[0] for change in self.changes}
        only = next(iter(models)) if len(models) == 1 else ""
        caption = self.names.get(only, only)
        rows: list[list[Inline]] = []
        texts: list[tuple[str, Inline]] = []
        before = ""
        for change in self.changes:
            name = change.address.removeprefix(f"{only}@") if only else self._called(change.address)
            field = self._field(change)
            if change.before is not None and change.after is not None and max(len(change.before), len(change.after)) > _LONG:
                texts.append((say("{name} {text}", name=name, text=field), Diff(change.before, change.after)))
                continue
            moment = self.modified.get(change.address)
            # the time stands below the name and its word in the head, so that all columns are in sight in a narrow window
            when = [Mark("", f"{moment:%Y-%m-%d %H:%M}")] if moment else []
            rows.append(["" if change.address == before else Lines([name, *when]), field, *_sides(change)])
            before = change.address
        if rows:
            # without numbers the column of differences would take the width that long values need
            if not any(row[4] for row in rows):
                rows = [row[:4] for row in rows]
            heads = (say("saved"), say("now"), say("change"))[: len(rows[0]) - 2]
            columns: list[Column | str] = [
                Column(Lines([say("version"), Mark("", say("modified (UTC)"))]) if any(self.modified.values()) else say("version")),
                say("field"),
                *heads,
            ]
            yield Table(columns, rows, caption=caption, note="" if caption == only else Code(only), row_headers=2, unit=say("changes"))
        if texts:
            yield Section(say("Texts") if caption == "" or rows else say("Texts of {model}", model=caption), [Facts(texts)])


def _sides(change: FieldChange) -> list[Inline]:
    """What was saved, what is there now, and for numbers how far that is."""
    try:
        numbers = [float(text) for text in (change.before or "", change.after or "")]
    except ValueError:
        numbers = []
    if not numbers or not all(map(math.isfinite, numbers)):
        return [*(Missing(say("absent")) if text is None else text for text in (change.before, change.after)), ""]
    form = choose_format(numbers)
    delta = numbers[1] - numbers[0]
    return [*(Number(form.value(number)) for number in numbers), Number(form.delta(delta))]


def _shown(change: FieldChange) -> Phrase:
    before, after = (say("absent") if text is None else text[:60] for text in (change.before, change.after))
    return say("{before} → {after}", before=before, after=after)


def find_drift(
    before: Sequence[ModelVersion],
    after: Iterable[ModelVersion],
    *,
    removed: Sequence[str] = (),
    failed: Mapping[str, PaiError] | None = None,
) -> Drift:
    """Compare saved versions with those of today.

    Parameters
    ----------
    before : sequence of ModelVersion
        What was saved.
    after : iterable of ModelVersion
        What the registry has, of the same models.
    removed, failed : sequence of str, mapping of str to PaiError
        Addresses that are gone, and addresses that could not be looked up. What was saved and is nowhere is gone.
    """
    now = {(version.model_id, version.version_name): version for version in after}
    known = {(version.model_id, version.version_name) for version in before}
    since: dict[str, datetime] = {}
    for version in before:
        if version.fetched is not None:
            since[version.model_id] = max(version.fetched, since.get(version.model_id, version.fetched))
    changes: list[FieldChange] = []
    modified: dict[str, datetime | None] = {}
    masked = 0
    names = {version.model_id: name for version in (*before, *now.values()) if (name := version.provenance.model_name)}
    gone, failed = dict.fromkeys(removed), dict(failed or {})
    for version in before:
        current = now.get((version.model_id, version.version_name))
        if current is None and version.address not in failed:
            gone[version.address] = None
        elif current is not None:
            found, hidden = compare_versions(version, current)
            masked += hidden
            changes += found
            names |= _named_fields(version, current) if found else {}
            modified.update({version.address: current.modified} if found else {})
    added = tuple(version for key, version in now.items() if key not in known and _is_since(version, since.get(version.model_id)))
    undated = tuple(dict.fromkeys(version.model_id for version in before if version.model_id not in since))
    return Drift(len(before), tuple(changes), tuple(gone), added, modified, failed, masked, undated, names)


def _is_since(version: ModelVersion, moment: datetime | None) -> bool:
    return moment is not None and version.created is not None and version.created > moment


def compare_versions(before: ModelVersion, after: ModelVersion) -> tuple[tuple[FieldChange, ...], int]:
    """Changes from one state of a version to another, and how many fields were masked in the first.

    What differs is what comparisons say differs, of everything that was sent. The order of labels and of `Results` and the request
    id are not change.
    """
    if before != after:
        before, after = _respelled(before, after), _respelled(after, after)
    old, new = _leaves(before), _leaves(after)
    masked = [name for name, leaf in old.items() if MASK.search(name) or MASK.search(leaf.text)]
    today = {name: _name_today(name, old, new) for name in masked}
    as_masked = {now for name, now in today.items() if now in new and _fits(old[name].text, new[now].text)}
    old = {today.get(name, name): leaf for name, leaf in old.items()}
    found = [
        _change(before.address, name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if name not in as_masked and not (name in old and name in new and same(old[name].raw, new[name].raw))
    ]
    content = [change for change in found if change.field != _MODIFIED]
    if not found and not masked and before != after:
        return (FieldChange(before.address, "raw", canonical_json(before.raw), canonical_json(after.raw)),), 0
    return tuple(content or found), len(masked)


def _respelled(version: ModelVersion, after: ModelVersion) -> ModelVersion:
    """The version with fields that have no name here, and the form of its metrics, spelled as the registry spells them today."""
    now = {snake_case(key): key for key in after._document}  # noqa: SLF001 - reads without a copy
    sent = version._document  # noqa: SLF001 - as above
    document = {key if key in after._document else now.get(snake_case(key), key): value for key, value in sent.items()}  # noqa: SLF001
    if "Metrics" in document:
        document["Metrics"] = with_documented_words(document["Metrics"])
    return ModelVersion(document, model_id=version.model_id)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A value as sent, and whether nothing but a text is expected there."""

    raw: Any
    is_text: bool = False

    @property
    def text(self) -> str:
        return shown_text(self.raw) if self.is_text else shown(self.raw)


def _named_fields(*versions: ModelVersion) -> dict[str, str]:
    """Metrics as people read them, by the names of their fields; those whose dataset has no name are left out."""
    labels = dataset_names(version.provenance for version in versions)
    cells = [cell for version in versions if labels for cell in version.metrics.cells if cell.dataset in labels]
    return {f"metrics.{cell.name}": f"metrics.{Name('metrics', cell.path, cell.dataset, labels[cell.dataset]).shown}" for cell in cells}


def _change(address: str, name: str, before: _Leaf | None, after: _Leaf | None) -> FieldChange:
    """Write two values that differ; where both read the same, because one of them is not text, each as what it is."""
    known = [leaf.raw for leaf in (before, after) if leaf is not None]
    both = not name.startswith("metrics.") and all(isinstance(raw, str) for raw in known)
    texts = [None if leaf is None else shown_text(leaf.raw) if both else leaf.text for leaf in (before, after)]
    if texts[0] == texts[1]:
        texts = [None if leaf is None else shown(leaf.raw) for leaf in (before, after)]
    return FieldChange(address, name, *texts)


def _leaves(version: ModelVersion) -> dict[str, _Leaf]:
    """Every leaf of a version by its Python name."""
    sent = version._document  # noqa: SLF001 - reads without a copy
    found: dict[str, _Leaf] = {}
    for info in catalogue([version]):
        if info.key in sent and info.kind != "request":
            found.update(_field_leaves(version, info, sent[info.key]))
    return found


def _field_leaves(version: ModelVersion, info: FieldInfo, value: Any) -> dict[str, _Leaf]:
    if info.kind == "labels" and version.labels:
        return {f"labels.{key}": _Leaf(text, is_text=True) for key, text in version.labels.by_key.items()}
    if info.kind == "metrics" and len(version.metrics):
        cells: dict[str, list[Any]] = {}
        for cell in version.metrics.cells:
            cells.setdefault(f"metrics.{cell.name}", []).append(cell.raw)
        return {name: _Leaf(raws[0] if len(raws) == 1 else tuple(raws)) for name, raws in cells.items()}
    found = leaves(version, info) if info.kind == "spec" and isinstance(info.of(version), dict | list) else {}
    if found:
        return {f"{info.name}.{path}": _Leaf(leaf) for path, leaf in found.items()}
    return {info.name: _Leaf(value, is_text=info.known and info.is_plain)}


def _name_today(masked: str, old: Mapping[str, _Leaf], new: Mapping[str, _Leaf]) -> str:
    """Find the name today of what was masked in a name."""
    return masked if masked in new else next((other for other in new if other not in old and _fits(masked, other)), masked)


def _fits(masked: str, text: str) -> bool:
    """Whether a text could be the masked one, quotation marks of a number that became a mask aside."""
    pattern = ".+".join(map(re.escape, MASK.split(masked)))
    return re.fullmatch(pattern, text, re.DOTALL) is not None or re.fullmatch(pattern, text.strip('"'), re.DOTALL) is not None

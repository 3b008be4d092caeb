"""What has changed in the registry since versions were saved, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.display import Block, Card, Displayed, Inline, Missing, Note, Table, Tone
from pai_notebook.errors import DriftError, PaiError
from pai_notebook.model.document import as_text, canonical_json
from pai_notebook.model.fields import FieldInfo, catalogue, leaves
from pai_notebook.model.version import ModelVersion
from pai_notebook.redact.rules import MASK
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Change", "Drift", "compare_versions", "find_drift"]

_MODIFIED = "modified"


@dataclass(frozen=True)
class Change(Printed):
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


@dataclass(frozen=True, repr=False)
class Drift(Displayed):
    """The difference between saved versions and the registry. True when something saved is not as it was.

    Attributes
    ----------
    checked : int
        How many saved versions were looked up.
    changes : tuple of Change
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

    Examples
    --------
    >>> make = lambda cer: ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"cer": cer}}, "model-a")
    >>> drift = find_drift([make(0.175)], [make(0.181)])
    >>> bool(drift), drift.changes
    (True, (Change(address='model-a@0.1.0', field='metrics.cer', before='0.175', after='0.181'),))
    """

    checked: int
    changes: tuple[Change, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[ModelVersion, ...] = ()
    modified: Mapping[str, datetime | None] = field(default_factory=dict)
    failed: Mapping[str, PaiError] = field(default_factory=dict)
    masked: int = 0
    undated: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes or self.removed or self.failed)

    @property
    def summary(self) -> str:
        """One sentence."""
        changed = len({change.address for change in self.changes})
        parts = [f"{changed} of {self.checked} saved versions changed" if changed else f"{self.checked} saved versions are as they were"]
        parts += [f"{len(self.removed)} removed"] if self.removed else []
        parts += [f"{len(self.added)} added since"] if self.added else []
        parts += [f"{len(self.failed)} not looked up"] if self.failed else []
        return ", ".join(parts)

    def raise_if_changed(self) -> None:
        """Raise when a saved version changed, is gone, or could not be looked up; new versions are no reason.

        Raises
        ------
        DriftError
            Its `drift` is this report.
        """
        if self:
            first = next((f"{change.address} {change.field}: {_shown(change)}" for change in self.changes), "")
            raise DriftError(self.summary, hint=f"The first: {first}" if first else "drift has the details.", drift=self)

    def to_frame(self) -> pd.DataFrame:
        """One row a changed field: version, field, before, after, modified."""
        import pandas as pd  # noqa: PLC0415 - loads on first use

        rows = [(each.address, each.field, each.before, each.after, self.modified.get(each.address)) for each in self.changes]
        frame = pd.DataFrame(rows, columns=["version", "field", "before", "after", "modified"])
        texts = dict.fromkeys(("version", "field", "before", "after"), "string")
        return frame.astype({**texts, "modified": "datetime64[us, UTC]"})

    def _brief(self) -> str:
        return self.summary

    def _describe(self) -> Block:
        tone: Tone = "bad" if self.removed or self.failed else "warn" if self.changes else "good"
        blocks: list[Block] = [Note(f"{address} is no longer in the registry", "bad") for address in self.removed]
        blocks += [Note(f"{address}: {error.sentence}", "bad") for address, error in self.failed.items()]
        blocks += [self._table()] if self.changes else []
        names = ", ".join(version.address for version in self.added[:10])
        more = f" and {len(self.added) - 10} more" if len(self.added) > 10 else ""  # noqa: PLR2004 - a line
        blocks += [Note(f"New since: {names}{more}")] if self.added else []
        blocks += [Note(f"It is not known when the versions of {model} were fetched, nor which are new since.") for model in self.undated]
        blocks += [Note(f"{self.masked} fields were masked when saved and compared around the mask.")] if self.masked else []
        return Card(f"Drift: {self.summary}", blocks=blocks, tone=tone)

    def _table(self) -> Table:
        rows: list[list[Inline]] = []
        for change in self.changes:
            moment = self.modified.get(change.address)
            when: Inline = f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else Missing("unknown")
            rows.append([change.address, change.field, _side(change.before), _side(change.after), when])
        return Table(["version", "field", "saved", "now", "modified"], rows, row_headers=2, unit="changes")


def _side(text: str | None) -> Inline:
    return Missing("absent") if text is None else text


def _shown(change: Change) -> str:
    return " -> ".join("absent" if text is None else text[:60] for text in (change.before, change.after))


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
        Addresses that are gone, and addresses that could not be looked up.
    """
    now = {(version.model_id, version.version_name): version for version in after}
    known = {(version.model_id, version.version_name) for version in before}
    since: dict[str, datetime] = {}
    for version in before:
        if version.fetched is not None:
            since[version.model_id] = max(version.fetched, since.get(version.model_id, version.fetched))
    changes: list[Change] = []
    modified: dict[str, datetime | None] = {}
    masked = 0
    for version in before:
        current = now.get((version.model_id, version.version_name))
        if current is not None:
            found, hidden = compare_versions(version, current)
            masked += hidden
            changes += found
            modified.update({version.address: current.modified} if found else {})
    added = tuple(version for key, version in now.items() if key not in known and _is_since(version, since.get(version.model_id)))
    undated = tuple(dict.fromkeys(version.model_id for version in before if version.model_id not in since))
    return Drift(len(before), tuple(changes), tuple(removed), added, modified, dict(failed or {}), masked, undated)


def _is_since(version: ModelVersion, moment: datetime | None) -> bool:
    return moment is not None and version.created is not None and version.created > moment


def compare_versions(before: ModelVersion, after: ModelVersion) -> tuple[tuple[Change, ...], int]:
    """Changes from one state of a version to another, and how many fields were masked in the first.

    The order of labels and of `Results` and the request id are no change.
    """
    old, new = _leaves(before), _leaves(after)
    old, masked = _unmasked(old, new)
    fields = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    found = [Change(before.address, name, old.get(name), new.get(name)) for name in fields]
    content = [change for change in found if change.field != _MODIFIED]
    if not found and not masked and before.digest != after.digest:
        return (Change(before.address, "raw", canonical_json(before.raw), canonical_json(after.raw)),), masked
    return tuple(content or found), masked


def _leaves(version: ModelVersion) -> dict[str, str]:
    """Every leaf of a version by its Python name, as text that tells any two values apart."""
    raw = version.raw
    found: dict[str, str] = {}
    for info in catalogue([version]):
        if info.key in raw and info.kind != "request":
            found.update(_field_leaves(version, info, raw[info.key]))
    return found


def _field_leaves(version: ModelVersion, info: FieldInfo, value: Any) -> dict[str, str]:
    if info.kind == "labels" and version.labels:
        return _joined((f"labels.{key}", text) for key, text in version.labels.pairs)
    if info.kind == "metrics" and len(version.metrics):
        return _joined((f"metrics.{cell.name}", _exact(cell.raw)) for cell in version.metrics.cells)
    if info.kind == "spec":
        found = leaves(version, info) if isinstance(info.of(version), dict | list) else {}
        if found:
            return {f"{info.name}.{path}": _exact(leaf) for path, leaf in found.items()}
    return {info.name: _exact(value)}


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One text a name; the values of a name that occurs more than once are sorted and joined."""
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(name, []).append(text)
    return {name: ", ".join(sorted(texts)) for name, texts in found.items()}


def _exact(value: Any) -> str:
    """Text as it is, except where it could be taken for another JSON value."""
    text = as_text(value) if isinstance(value, str) else canonical_json(value)
    if isinstance(value, str) and (text in ("", "null", "true", "false", "NaN") or re.match(r"[-+\d.\[{\"]", text)):
        return text if _is_time_or_id(text) else canonical_json(text)
    return text


def _is_time_or_id(text: str) -> bool:
    return bool(re.match(r"\d{4}-\d\d-\d\d", text))


def _unmasked(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """Put today's text where a saved one differs only in what was masked."""
    found: dict[str, str] = {}
    masked = 0
    for name, text in old.items():
        if not MASK.search(name) and not MASK.search(text):
            found[name] = text
            continue
        masked += 1
        now = name if name in new else next((other for other in new if other not in old and _fits(name, other)), name)
        found[now] = new[now] if now in new and _fits(text, new[now]) else text
    return found, masked


def _fits(masked: str, text: str) -> bool:
    """Whether a text could be the masked one, quotation marks of a number that became a mask aside."""
    pattern = ".+".join(map(re.escape, MASK.split(masked)))
    return re.fullmatch(pattern, text, re.DOTALL) is not None or re.fullmatch(pattern, text.strip('"'), re.DOTALL) is not None

"""A comparison as Python that makes it again, and as a fingerprint that says whether it is the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import AddressError
from pai_notebook.literals import call, literal
from pai_notebook.model.address import parse_address
from pai_notebook.model.document import canonical_json

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.model.version import ModelVersion

__all__ = ["fingerprint_of", "python_of"]


def fingerprint_of(comparison: Comparison) -> str:
    """SHA-256 over canonical JSON of what is compared and how; the same in every process and on every Python."""
    content = {
        "versions": [[version.model_id, version.version_name, version.digest] for version in comparison.versions],
        "failed": sorted(comparison.errors),
        "baseline": comparison.baseline_name,
        **comparison.options,
    }
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def python_of(comparison: Comparison) -> str:
    """Write Python that makes an equal comparison: from the registry where the addresses say enough, else from the documents."""
    versions = _by_address(comparison.versions, sorted(comparison.errors)) or _by_document(comparison.versions)
    compare = call("vs.compare", **{name: _sorted(value) for name, value in comparison.arguments.items()})
    return f"import pai_notebook as pai\n\nvs = {versions}\nc = {compare}\n"


def _by_address(versions: Sequence[ModelVersion], failed: Sequence[str]) -> str:
    """Write the call that fetches the versions, nothing when an address cannot say what is meant."""
    names: dict[str, list[str]] = {}
    for version in versions:
        names.setdefault(version.model_id, []).append(version.version_name)
    addresses = [f"{model}@{','.join(found)}" for model, found in names.items()] + list(failed)
    try:
        read = [parse_address(address) for address in addresses]
    except AddressError:
        return ""
    exact = all(address.selector.kind == "names" for address in read) and all(len(set(found)) == len(found) for found in names.values())
    return f"pai.get_versions({', '.join(map(literal, addresses))})" if exact and addresses else ""


def _by_document(versions: Sequence[ModelVersion]) -> str:
    documents = [_document(version) for version in versions]
    return f"pai.VersionSet([\n{''.join(f'    {document},{chr(10)}' for document in documents)}])"


def _document(version: ModelVersion) -> str:
    return f"pai.ModelVersion.from_document({literal(_sorted(version.raw))}, {literal(version.model_id)})"


def _sorted(value: Any) -> Any:
    """A value with the keys of every object in order, so that equal versions are written alike."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=str)}
    return [_sorted(item) for item in value] if isinstance(value, list | tuple) else value

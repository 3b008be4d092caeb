"""A comparison as the steps that make it again, and as a fingerprint that says whether it is the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pai_notebook.client.endpoint import parse_endpoint
from pai_notebook.comparison.groups import group_by, group_repeats
from pai_notebook.demo import ENDPOINT
from pai_notebook.errors import AddressError, ConfigurationError
from pai_notebook.model.address import parse_address
from pai_notebook.model.document import canonical_json
from pai_notebook.model.group import VersionGroup, members_of
from pai_notebook.model.version import ModelVersion, in_canonical_order
from pai_notebook.python_source import Expression, Plan, Step, literal, step

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison


def fingerprint_of(comparison: Comparison) -> str:
    """SHA-256 over canonical JSON of what is compared and how; the same in every process and on every Python."""
    content = {
        "versions": [[version.model_id, version.version_name, version.digest] for version in comparison.versions],
        "failed": sorted(comparison.errors),
        "baseline": comparison.baseline_name,
        **comparison.options,
    }
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def plan_of(comparison: Comparison, *, otherwise: Step | None = None) -> Plan:
    """Plan an equal comparison: of the same versions, from where they came; `otherwise` as for `fetching`."""
    arguments = {name: _sorted(value) for name, value in comparison.arguments.items()}
    versions = comparison.versions
    regroup = _regrouping(versions)
    found = fetching(members_of(versions) if regroup else versions, comparison.errors, comparison.path, otherwise=otherwise)
    # those of the file that the code loads come with it
    kept = all(found[0].verb == "load" and each.path == comparison.path for each in comparison.paired_results)
    lacking = "without the results for each example, which only your tables have" if not kept else ""
    return (*found, *regroup, step("compare", **arguments, comment=lacking))


def _regrouping(versions: Sequence[ModelVersion]) -> Plan:
    """The step that makes the groups among some versions of their members again; none where there are no groups, or no such step."""
    groupings = {version.grouping if isinstance(version, VersionGroup) else None for version in versions}
    # whatever is no group would become one by groupby, and stays as it is by group_repeats
    made = next(iter(groupings - {None}), None)
    if made is None or not groupings <= {made, *([None] if made.method == "group_repeats" else ())}:
        return ()
    again = group_by(members_of(versions), made.names) if made.method == "groupby" else group_repeats(members_of(versions), made.names)
    if {version.address for version in again} != {version.address for version in versions}:
        return ()  # some of what belongs together was grouped, some was not
    if made.method == "groupby":
        return (step("groupby", *made.names),)
    return (step("group_repeats", ignore=list(made.names)),)


def connecting(host: str, region: str = "", workspace_id: str = "", *, comment: str = "") -> Step:
    """Connect to the registry at a host, without making it the default one.

    Parameters
    ----------
    host : str
        Host of the service, with its port.
    region, workspace_id : str
        As the registry had them.
    comment : str
        What to say behind it.

    Returns
    -------
    Step
        The call; it holds no credentials.

    Examples
    --------
    >>> from pai_notebook.python_source import to_python
    >>> print(to_python([connecting("127.0.0.1:8080"), step("list_models", of="registry")]))
    import pai_notebook as pnb
    <BLANKLINE>
    registry = pnb.connect(endpoint="http://127.0.0.1:8080", default=False)
    registry.list_models()
    """
    where: dict[str, Any] = {"region": region}
    if ENDPOINT.endswith(f"//{host}"):
        return step("connect", "demo", of="pnb", workspace_id=workspace_id, default=False, comment=comment)
    with suppress(ConfigurationError):  # what a snapshot says need not be a host
        endpoint = parse_endpoint(host)
        where = {"region": endpoint.region, "network": "vpc" if "-vpc." in host else ""} if endpoint.region else {"endpoint": endpoint.url}
    return step("connect", of="pnb", **where, workspace_id=workspace_id, default=False, comment=comment)


def fetching(versions: Sequence[ModelVersion], failed: Iterable[str] = (), path: str | None = "", *, otherwise: Step | None = None) -> Plan:
    """Plan the same versions: from their file, from the registry, or from the documents where neither has them.

    Parameters
    ----------
    versions : sequence of ModelVersion
        What is wanted.
    failed : iterable of str
        Addresses that could not be fetched.
    path : str or None
        As `VersionSet.path`.
    otherwise : Step, optional
        What gives the versions, or more, where neither file nor registry has them; by default the documents.

    Returns
    -------
    tuple of Step
        The steps, whose result is a set.
    """
    failures = sorted(failed)
    if any(isinstance(version, VersionGroup) for version in versions):
        path = None  # no address means a group
    known = bool(failures) or any(version.provenance for version in versions)
    if path and (selected := _addresses(versions)):
        return step("load", path, of="pnb"), step("select", *selected)
    addresses = _addresses(versions, failures) if path == "" and known else []
    if addresses:
        return (step("get_versions", *addresses, of="registry"),)
    if otherwise is not None:
        selected = _addresses(versions)
        return otherwise, *([step("select", *selected)] if selected else [])
    documents = "".join(f"    {_document(version)},\n" for version in versions)
    return (step("VersionSet", Expression(f"[\n{documents}]"), of="pnb"),)


def from_source(plan: Plan, versions: Sequence[ModelVersion]) -> Plan:
    """Put the connection in front of a plan that asks a registry, where all versions came from one that is known."""
    sources = {(each.registry, each.region, each.workspace_id) for each in (version.provenance for version in versions)}
    registry, region, workspace = sources.pop() if len(sources) == 1 else ("", "", "")
    if not registry or plan[0].of != "registry":
        return plan
    return (connecting(registry, region, workspace, comment=registry), *plan)


def _addresses(versions: Sequence[ModelVersion], failed: Sequence[str] = ()) -> list[str]:
    """Addresses of the versions, one a model; none when addresses cannot say what is meant."""
    names: dict[str, list[str]] = {}
    for version in versions:
        names.setdefault(version.model_id, []).append(version.version_name)
    addresses = [f"{model}@{','.join(found)}" for model, found in names.items()] + list(failed)
    try:
        read = [parse_address(address) for address in addresses]
    except AddressError:
        return []
    exact = all(address.selector.kind == "names" for address in read) and all(len(set(found)) == len(found) for found in names.values())
    return addresses if exact else []


def _document(version: ModelVersion) -> str:
    if isinstance(version, VersionGroup):
        members = ", ".join(map(_document, version.members))
        return f"pnb.VersionGroup([{members}], name={version.version_name!r}, folds={version.folds})"
    return f"pnb.ModelVersion.from_document({literal(_sorted(in_canonical_order(version.raw)))}, {literal(version.model_id)})"


def _sorted(value: Any) -> Any:
    """A value with the keys of every object in order, so that equal versions are written alike."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=str)}
    return [_sorted(item) for item in value] if isinstance(value, list | tuple) else value

"""Masks what is made of documents: versions and groups, where they came from, errors, and results on the same examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import PaiError
from pai_notebook.i18n.phrases import say
from pai_notebook.io.redaction_names import what_name_says
from pai_notebook.model.group import VersionGroup, members_of
from pai_notebook.model.source import Provenance
from pai_notebook.model.version import ModelVersion

if TYPE_CHECKING:
    from pai_notebook.io.redaction import Redaction

_NAMES = ("metric", "shown", "version", "other", "cluster")
_TOLD = ("reason", "remarks")


def rows_of(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the rows of a result, as JSON, as documents: what both versions share, then what is of each."""
    table = result["flipped"]
    sides = _sides(table["columns"])
    for row in table["rows"]:
        for side in sides:
            yield {name: row[place] for name, place in side.items()}


def masked_result(result: Mapping[str, Any], redaction: Redaction) -> dict[str, Any]:
    """Mask a result, as JSON; versions keep fitting those that are masked by the same redaction.

    Examples
    --------
    >>> from pai_notebook.io.redaction import Redaction
    >>> table = {"columns": ["OwnerId", "password (1)"], "types": ["int64", "object"], "rows": [[1234567, "x1"]]}
    >>> masked_result({"metric": "f1", "flipped": table, "identities": []}, Redaction())["flipped"]["rows"]
    [['masked-owner-1', 'masked-key-1']]
    """
    table = result["flipped"]
    parts = {key: "@".join(map(redaction.text, result[key].split("@"))) for key in _NAMES if key in result}
    where = parts["metric"]
    sides = _sides(table["columns"])
    masked = iter(redaction.documents((row, where) for row in rows_of(result)))
    rows = [list(row) for row in table["rows"]]
    for row in rows:
        for side in sides:
            for place, value in zip(side.values(), next(masked).values(), strict=True):
                row[place] = value
    secret = next((name for side in sides for name in side if what_name_says(name).sure), "")
    told = {key: _texts(_without_ids(result[key], secret, redaction), redaction) for key in _TOLD if key in result}
    return {
        **result,
        **parts,
        **told,
        "identities": [[model, redaction.text(name)] for model, name in result["identities"]],
        "flipped": {**table, "columns": list(map(redaction.text, table["columns"])), "rows": rows},
    }


def _sides(columns: Sequence[str]) -> list[dict[str, int]]:
    """Positions of columns by name, without the version behind it: one mapping for what is shared, and for each version."""
    sides: dict[tuple[str, int], dict[str, int]] = {}
    for place, column in enumerate(columns):
        name = _without_version(column)
        nth = 0
        while name in sides.setdefault((column[len(name) :], nth), {}):
            nth += 1
        sides[column[len(name) :], nth][name] = place
    return list(sides.values())


def _without_version(column: str) -> str:
    """Leave out the version that a column is of: `password (1)`; a name of a version may hold brackets itself."""
    return column.partition(" (")[0] if column.endswith(")") else column


def _without_ids(told: Any, secret: str, redaction: Redaction) -> Any:
    """Mask the ids that remarks list where a column of the table is called as a secret is: they may be from there."""
    if isinstance(told, list):
        return [_without_ids(each, secret, redaction) for each in told]
    values = told.get("values", {})
    if not secret or "ids" not in values:
        return told
    values = {**values, "ids": redaction.document({secret: values["ids"]})[secret]}
    return {**told, "values": values, "text": say(told["template"], **values)}


def _texts(value: Any, redaction: Redaction) -> Any:
    if isinstance(value, Mapping):
        return {key: _texts(item, redaction) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item, redaction) for item in value]
    return redaction.text(value) if isinstance(value, str) else value


def masked_versions(
    versions: Sequence[ModelVersion], redaction: Redaction, results: Iterable[Mapping[str, Any]] = ()
) -> list[ModelVersion]:
    """Mask versions; what one of them, or a result as JSON, gives away is masked in all. Ids of models stay."""
    redaction.learn(row for result in results for row in rows_of(result))
    members = members_of(versions)
    documents = redaction.documents((version.raw, version.address) for version in members)
    sources = {source: masked_provenance(source, redaction) for source in {version.provenance for version in members}}
    masked = iter(
        ModelVersion(document, model_id=version.model_id, fetched=version.fetched, provenance=sources[version.provenance])
        for version, document in zip(members, documents, strict=True)
    )
    return [
        _masked_group(version, [next(masked) for _ in version.members], redaction) if isinstance(version, VersionGroup) else next(masked)
        for version in versions
    ]


def _masked_group(group: VersionGroup, members: Sequence[ModelVersion], redaction: Redaction) -> VersionGroup:
    """Mask a group, in whose name values of its members stand."""
    pairs = zip(_leaves(group.members[0].raw), _leaves(members[0].raw), strict=False)
    name = group.version_name
    for old, new in sorted({(str(old), str(new)) for old, new in pairs if old != new}, key=lambda pair: -len(pair[0])):
        name = name.replace(f"={old}", f"={new}").replace(f'="{old}', f'="{new}')
    how = group.grouping
    name = redaction.text(name)
    redaction.rename(group.version_name, name)
    return VersionGroup(
        members,
        name=name,
        grouping=replace(how, names=tuple(map(redaction.text, how.names))) if how else None,
        ignored=tuple(map(redaction.text, group.ignored)),
        folds=group.folds,
    )


def _leaves(node: Any) -> Iterator[Any]:
    nodes = node.values() if isinstance(node, Mapping) else node if isinstance(node, list | tuple) else None
    if nodes is None:
        yield node
    else:
        for each in nodes:
            yield from _leaves(each)


def masked_provenance(provenance: Provenance, redaction: Redaction) -> Provenance:
    """Mask where a version came from: without the names of people, so that their masked ids are shown."""
    datasets = tuple(replace(each, identity=redaction.text(each.identity), name=redaction.text(each.name)) for each in provenance.datasets)
    left_out, differing = (tuple(map(redaction.text, columns)) for columns in (provenance.left_out, provenance.differing))
    doubts = tuple(map(redaction.sentence, provenance.doubts))
    made = replace(provenance, datasets=datasets, people=(), left_out=left_out, differing=differing, doubts=doubts)
    return replace(made, model_name=redaction.text(provenance.model_name))


def masked_error(error: PaiError, redaction: Redaction) -> PaiError:
    """Mask what an error says; its kind, which may carry more, is not kept."""
    message, hint = map(redaction.sentence, (error.message, error.hint))
    model_id, model_name = redaction.text(error.model_id), redaction.text(error.model_name)
    return PaiError(
        message,
        hint=hint,
        code=error.code,
        status=error.status,
        request_id=error.request_id,
        model_id=model_id,
        model_name=model_name,
    )

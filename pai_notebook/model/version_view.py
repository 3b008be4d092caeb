"""How one version looks, described in the shapes of `display`."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeGuard

from pai_notebook.display import (
    Badge,
    Block,
    Card,
    Chips,
    Code,
    Column,
    Facts,
    Inline,
    Lines,
    Link,
    Mark,
    Missing,
    Note,
    Number,
    Picture,
    Section,
    Stack,
    Table,
    Tone,
)
from pai_notebook.display.layout import symbol
from pai_notebook.i18n.phrases import Phrase, joined, now, say, with_text
from pai_notebook.model.differing import Differing
from pai_notebook.model.equality import shown
from pai_notebook.model.evidence_among import evidence_among
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.fields import field_named, leaves, plain_fields, specs
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_cells import Cell, State, matrix_size, nulls_at_end
from pai_notebook.model.metric_words import is_unbounded
from pai_notebook.model.nearest import counted, plain_paths, short_datasets
from pai_notebook.model.numbers import READABLE, NumberFormat, choose_format
from pai_notebook.model.settings import FIRST_SETTINGS
from pai_notebook.model.source import dataset_names, named_datasets
from pai_notebook.model.trees import count_values, tree_of
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pai_notebook.model.labels import Labels
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.source import DatasetName
    from pai_notebook.model.version import ModelVersion

# Characters up to which a list of numbers or a matrix is shown as it is.
_LIST = 40
METRIC_ROWS = 60
# Significant digits of a metric in a card and in a list; the object has all.
DIGITS = 4
# Up to how many names of datasets are shortened, as their full names are said below the table.
DATASETS = 8
# Up to how many metrics without a dataset stand below those by dataset, rather than in a column that is empty but for them.
WITHOUT_DATASET = 6
SETTINGS = 5
_ABSENT = say("absent")
# Characters of a setting's value; the folded spec has all.
SETTING = 40
COVERS = 8
SPEC_VALUES = 60
# Values of a spec that are shown however many other specs came before it.
SPEC_AT_LEAST = 5
_ABOUT_SETTINGS = ("Type", "Required", "Description", "DisplayName", "Range")
_APPROVALS = {"approved": "Approved, may go live", "rejected": "Rejected, may not go live", "pending": "Pending, not decided"}
# Plain fields that have a place of their own on a card: title, badge, line below it, storage, source and foot.
_PLACED = frozenset(
    {
        *("model_id", "version_name", "approval_status", "created", "modified", "framework_type", "format_type"),
        *("source_type", "source_id", "uri", "description", "user_id", "owner_id"),
    }
)
_TONES: dict[str, Tone] = {"approved": "good", "rejected": "bad", "pending": "neutral"}


def describe_version(version: ModelVersion, *, images: bool = False) -> Block:
    """Describe a version as a card; one with every field missing still gives one that says so.

    Cover addresses are links; with `images` they are pictures, and the browser fetches them from their hosts.
    """
    model, name = version.provenance.model_name, version.version_name
    title = say("{name} {text}", name=model, text=name) if model and name else model or name or version.address
    return Card(
        title or say("a version without a name"),
        subtitle=_essentials(version),
        badges=[approval_badge(version.approval_status, meaning=True)],
        blocks=[block for block in _blocks(version, images=images) if block is not None],
        footer=_footer(version),
    )


def describe_shared(version: ModelVersion) -> Block:
    """Describe what the members of a group share: as its card, whose title and badge the group's own card has."""
    blocks = [block for block in _blocks(version, images=False) if block is not None]
    return Stack([Note(_essentials(version)), *blocks, Note(_footer(version))])


def approval_badge(status: str, *, meaning: bool = False) -> Badge:
    """Approval as word and shape; an unknown word stays as it is. `meaning` adds what it means where the word is not English."""
    if type(status) is Differing:
        return Badge(status, "neutral")
    lower = status.casefold()
    word = say("Not registered") if lower == "not registered" else say(_APPROVALS[lower]) if meaning and lower in _APPROVALS else status
    return Badge(with_text(word, status) or say("no approval status"), _TONES.get(status.casefold(), "neutral"))


def approval_text(status: str) -> str:
    """Approval as shape and word, for a line of plain text."""
    return f"{symbol(approval_badge(status))} {visible(status) or now('no status')}"


def day_shape(moment: datetime | None) -> Inline:
    """The day of a time, UTC."""
    return f"{moment:%Y-%m-%d}" if moment is not None else Missing(say("unknown"))


def time_text(moment: datetime | None) -> str:
    """UTC time to the minute, empty when unknown."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment is not None else ""


def labels_shape(labels: Labels, *, limit: int = 24) -> Inline:
    """Labels as chips, the first `limit` of them; `none` when there are none."""
    return Chips([(key or '""', value) for key, value in labels.pairs], limit=limit) if labels.pairs else Missing(say("none"))


def has_bar(path: str, values: Sequence[float | None]) -> bool:
    """Whether all values of a metric lie in 0 to 1 and its name is not one of a time, a size, a count or a loss."""
    known = [value for value in values if value is not None]
    return bool(known) and all(0 <= value <= 1 for value in known) and not is_unbounded(path)


def format_of(cells: Iterable[Cell | None], *, readable: int = 0) -> NumberFormat:
    """Find how to write the numbers of one metric, so that those that differ read differently."""
    values = (cell.value for cell in cells if cell is not None and cell.value is not None)
    return choose_format(values, least=DIGITS, readable=readable)


def examples_by_dataset(cells: Iterable[Cell]) -> dict[str, Cell]:
    """Find the number of examples by dataset, where one is stated for all metrics of the dataset.

    Examples
    --------
    >>> from pai_notebook.model.metrics import read_metrics
    >>> examples_by_dataset(read_metrics({"accuracy": 0.9, "n": 540}).cells)[""].value
    540.0
    """
    cells = list(cells)
    numbers: dict[tuple[str, str], dict[int, float]] = {(cell.path, cell.dataset): {} for cell in cells}
    for cell in cells:
        if cell.value is not None:
            numbers[cell.path, cell.dataset][0] = cell.value
    evidence = evidence_among(numbers, numbers.__getitem__)
    found: dict[str, Cell] = {}
    measured = set()
    for cell in cells:
        name = evidence.get((cell.path, cell.dataset))
        if name is None:
            measured.add(cell.dataset)
        elif name.role is Role.EXAMPLES and not name.of and cell.state is State.NUMBER and not cell.duplicate:
            found.setdefault(cell.dataset, cell)
    return {dataset: cell for dataset, cell in found.items() if dataset in measured}


def dataset_notes(short: Mapping[str, str], known: Mapping[str, str]) -> list[Phrase]:
    """Say what stands behind short names of datasets: the id, behind the whole name where that was shortened.

    Examples
    --------
    >>> dataset_notes({"d-a": "holdout", "d-b": "noisy"}, {"d-a": "digits-holdout", "d-b": "noisy"})
    ['holdout: digits-holdout, d-a · noisy: d-b']
    """
    told = []
    for identity, word in short.items():
        name = known.get(identity, "")
        if word != identity:
            told.append(say("{short}: {name}", short=word, name=joined([name, identity]) if name and name != word else identity))
    return [joined(told, " · ")] if told else []


def same_data(datasets: Collection[str], named: Mapping[str, DatasetName]) -> list[Inline]:
    """Say which of the datasets that stand side by side are one, named by its id and by its address.

    Examples
    --------
    >>> from pai_notebook.model.source import DatasetName
    >>> named = {text: DatasetName(text, "clean", "d-a") for text in ("d-a", "oss://bucket/clean/")}
    >>> same_data(named, named), same_data(["d-a"], named)
    (['clean by its id and clean (Uri) are the same data'], [])
    """
    twice = [named[each] for each in datasets if each in named and named[each].is_address and named[each].dataset_id in datasets]
    return [say("{name} by its id and {other} are the same data", name=each.name or each.dataset_id, other=each.shown) for each in twice]


def cells_shape(cells: Sequence[Cell], form: NumberFormat, *, bar: bool = False, absent: str = _ABSENT) -> Inline:
    """Describe what a version states of a metric: a number as its metric is written, or the state it is in; a line for each of several."""
    shapes = [_cell_shape(cell, form, bar=bar) for cell in cells]
    if not shapes:
        return Missing(absent)
    return shapes[0] if len(shapes) == 1 else Lines(shapes)


def _cell_shape(cell: Cell, form: NumberFormat, *, bar: bool) -> Inline:
    if cell.state in (State.NULL, State.NAN):
        return Missing("null" if cell.state is State.NULL else "NaN")
    if cell.state is State.SERIES and cell.value is not None:
        how = say("last measured") if nulls_at_end(cell.raw) else say("last")
        return say("{count} values, {how} {text}", count=len(cell.raw), how=how, text=form.value(cell.value))
    if cell.value is None or cell.state not in (State.NUMBER, State.INFINITE):
        if len(cell.text) > _LIST and cell.state in (State.SERIES, State.MATRIX):
            size = counted(len(cell.raw), "value") if cell.state is State.SERIES else matrix_size(cell)
            return size or shown(cell.raw)
        return shown(cell.raw)
    return Number(number_text(cell, form), bar=cell.value if bar else None)


def number_text(cell: Cell, form: NumberFormat) -> str:
    """Write the number of a cell; one with more digits than a float holds as it was sent, one beyond its range by its first digits."""
    digits = cell.text.removeprefix("-")
    if cell.state is State.INFINITE and digits.isdigit():
        return f"{'-' if cell.text != digits else ''}{digits[0]}.{digits[1:3]}e+{len(digits) - 1}"
    return cell.text if cell.note and cell.state is State.NUMBER else form.value(math.nan if cell.value is None else cell.value)


def is_rounded(cells: Iterable[Cell | None], form: NumberFormat) -> bool:
    """Whether a number has more digits than are shown."""
    numbers = (cell for cell in cells if cell is not None and cell.state is State.NUMBER and not cell.note)
    return any(cell.value is not None and float(form.value(cell.value)) != cell.value for cell in numbers)


def _essentials(version: ModelVersion) -> str:
    parts = [
        version.framework_type,
        version.format_type,
        say("created {time}", time=time_text(version.created)) if version.created else "",
        say("modified {time}", time=time_text(version.modified)) if version.modified and version.modified != version.created else "",
    ]
    told = [part for part in parts if part]
    return joined(told, " · ") if told else say("framework, format and times unknown")


def _blocks(version: ModelVersion, *, images: bool) -> list[Block | None]:
    table, others = _metrics(version)
    return [
        Note(version.description) if version.description else None,
        table,
        Facts([*others, *_facts(version, images=images)]),
        *_specs(version),
        *(Note(note, "warn") for note in version.notes[:5]),
    ]


def _facts(version: ModelVersion, *, images: bool) -> list[tuple[str, Inline]]:
    settings = _settings(version)
    facts: list[tuple[str, Inline]] = [
        *([(say("settings"), settings)] if settings else []),
        (say("labels"), labels_shape(version.labels)),
        (say("storage"), _storage(version)),
        (say("source"), _source(version)),
    ]
    facts += [(info.title, info.of(version)) for info in plain_fields() if info.name not in _PLACED and info.of(version)]
    extra = version.extra_info if isinstance(version.extra_info, dict) else {}
    words, covers = extra.get("TrainedWords"), extra.get("CoverUris")
    if _texts(words):
        facts.append((say("trained words"), Chips(words)))
    if _texts(covers):
        facts.append((say("covers"), _covers(covers, Picture if images else Link)))
    return facts


def _settings(version: ModelVersion) -> str:
    """Algorithm and hyperparameters, those first that people look at first."""
    spec = field_named("training_spec")
    named = version.training_spec.get("AlgorithmName") if isinstance(version.training_spec, dict) else None
    found: dict[str, str] = {}
    for path, value in leaves(version, spec).items() if spec is not None else ():
        keys = split_path(path)
        if "HyperParameters" in keys[:-1] and "AlgorithmSpec" not in keys and keys[-1] not in _ABOUT_SETTINGS:
            below = keys[keys.index("HyperParameters") + 1 :]
            name = below[:-1] if len(below) > 1 and below[-1] in ("Value", "DefaultValue") else below
            found.setdefault(
                ".".join(name), say(State.DIFFERS) if type(value) is Differing else value if isinstance(value, str) else shown(value)
            )
    names = sorted(found, key=_importance)
    told = [joined([name, found[name] if len(found[name]) <= SETTING else f"{found[name][:SETTING]}…"], "=") for name in names[:SETTINGS]]
    more = [say("+{count:,} more", count=len(names) - SETTINGS)] if len(names) > SETTINGS else []
    return joined([*([named] if isinstance(named, str) else []), *told, *more], " · ")


def _importance(name: str) -> int:
    text = name.casefold()
    return next((place for place, word in enumerate(FIRST_SETTINGS) if word in text), len(FIRST_SETTINGS))


def _covers(uris: list[str], shape: type[Link]) -> Lines:
    rest = [say("and {count} more", count=len(uris) - COVERS)] if len(uris) > COVERS else []
    return Lines([*(shape(uri, uri) for uri in uris[:COVERS]), *rest])


def _storage(version: ModelVersion) -> Inline:
    if not version.uri:
        return Missing(say("not recorded"))
    if type(version.uri) is Differing:
        return version.uri
    page = version.storage.console_url
    # on a terminal its own address says more than that of the page
    return Link(version.uri, page, quiet=True) if page else Code(version.uri)


def _source(version: ModelVersion) -> Inline:
    source = version.source
    if not source.type and not source.text:
        return Missing(say("not recorded"))
    if type(version.source_id) is Differing:
        return joined([version.source_type, version.source_id], " · ") if version.source_type else version.source_id
    if not source.kind:
        return (source.type, Code(source.text)) if source.text else source.type
    name: Inline = Link(source.id, source.console_url) if source.console_url else Code(source.id)
    workspace = say("workspace {id}", id=source.workspace_id) if source.workspace_id else ""
    place = joined([part for part in (workspace, source.region) if part])
    return (f"{source.type} {source.kind}", name, say("({place})", place=place) if place else "")


def _metrics(version: ModelVersion) -> tuple[Block, list[tuple[str, Inline]]]:
    """Metrics by dataset: a row a path, a column a dataset; besides, those without a dataset where the others have one."""
    if not version.metrics.cells:
        return Note(say("No metrics recorded.")), []
    examples = examples_by_dataset(version.metrics.cells)
    cells = [cell for cell in version.metrics.cells if examples.get(cell.dataset) is not cell]
    by_key: dict[tuple[str, str], list[Cell]] = {}
    by_path: dict[str, list[Cell]] = {}
    for cell in cells:
        by_key.setdefault((cell.path, cell.dataset), []).append(cell)
        by_path.setdefault(cell.path, []).append(cell)
    datasets = [name for name in version.metrics.datasets if name]
    alone = [path for path, of_path in by_path.items() if datasets and not any(cell.dataset for cell in of_path)]
    if len(alone) > WITHOUT_DATASET or "" in examples:
        alone = []
    datasets += [""] * any(not cell.dataset and cell.path not in alone for cell in cells)
    known = dataset_names([version.provenance])
    short = short_datasets(datasets, known) if len(datasets) <= DATASETS else known
    nowhere = say("value") if datasets == [""] else say("no dataset")
    sizes = named_datasets([version.provenance])
    heads = [_dataset_header(short.get(name, name) or nowhere, examples.get(name), sizes.get(name)) for name in datasets]
    columns = [Column(head, align="right", mixed=True) for head in heads]
    paths = [path for path in by_path if path not in alone] if alone else list(by_path)
    plain = plain_paths(by_path)
    rows = [[plain[path], *_metric_row(path, datasets, by_key, _form(by_path[path], examples))] for path in paths[:METRIC_ROWS]]
    # what is as short as this is written in full: the digits, a point and what may stand before it
    rounded = any(is_rounded([cell], _form(by_path[cell.path], examples)) for cell in cells if len(repr(cell.value)) > DIGITS + 2)
    notes = [
        *dataset_notes(short, known),
        *same_data(datasets, sizes),
        *([say("numbers are rounded; the object has all digits")] if rounded else []),
    ]
    caption = say("Metrics by dataset") if any(datasets) else say("Metrics")
    below = Lines(notes) if notes else ""
    table = Table([say("metric"), *columns], rows, caption=caption, limit=METRIC_ROWS, total=len(paths), unit=say("metrics"), note=below)
    return table, [(plain[path], cells_shape(by_key[path, ""], _form(by_path[path], examples))) for path in alone]


def _form(cells: Sequence[Cell], examples: Mapping[str, Cell]) -> NumberFormat:
    """How a metric is written: in full where that is readable, a fraction with no more digits than its number of examples tells."""
    numbers = [examples.get(cell.dataset) for cell in cells]
    counts = [number.value for number in numbers if number is not None and number.value]
    is_fraction = not is_unbounded(cells[0].path) and all(cell.value is not None and 0 <= cell.value <= 1 for cell in cells)
    told = len(f"{max(counts):.0f}") + 1 if is_fraction and len(counts) == len(cells) else READABLE
    return format_of(cells, readable=min(told, READABLE))


def _dataset_header(name: str, examples: Cell | None, counted: DatasetName | None) -> Inline:
    """The name of a dataset, above its number of examples: of the metrics, else of the registry."""
    if examples is not None:
        return Lines([name, Mark("", f"n = {examples.text}")])
    return Lines([name, Mark("", f"DataCount = {counted.examples}")]) if counted and counted.examples else name


def _metric_row(path: str, datasets: Sequence[str], by_key: dict[tuple[str, str], list[Cell]], form: NumberFormat) -> list[Inline]:
    row = [by_key.get((path, dataset), []) for dataset in datasets]
    bar = has_bar(path, [cell.value for group in row for cell in group])
    return [cells_shape(group, form, bar=bar, absent="—") for group in row]


def _specs(version: ModelVersion) -> list[Block]:
    """Specs as folded trees that share one budget of values, so that a card stays small; each says what it leaves out."""
    named: list[tuple[str, str, Any]] = [
        (info.heading, info.name, _rest(version.extra_info) if info.name == "extra_info" else info.of(version)) for info in specs()
    ]
    named.append((say("Other fields"), "unknown", version.unknown))
    left = SPEC_VALUES
    blocks: list[Block] = []
    for title, attribute, value in named:
        if value in (None, {}, [], ""):
            continue
        count = count_values(value)
        tree = tree_of(value, limit=max(left, SPEC_AT_LEAST))
        left -= count
        rest = [Note(say("All of it is in .{attribute}.", attribute=attribute))] if tree.remark else []
        blocks.append(Section(title, [tree, *rest], folded=True, summary=counted(count, "value")))
    return blocks


def _rest(extra: Any) -> Any:
    """ExtraInfo without what the facts already show."""
    if not isinstance(extra, dict):
        return extra
    return {key: value for key, value in extra.items() if key not in ("TrainedWords", "CoverUris") or not _texts(value)}


def _texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _footer(version: ModelVersion) -> Inline:
    fetched = "answered from memory, fetched {time}; refresh=True asks again"
    told = say(fetched, time=time_text(version.fetched)) if version.from_memory else ""
    return ids_shape(version, version.address if version.model_id else "", told=told, people=version.provenance.people)


def ids_shape(
    document: ModelVersion | Model, address: str, workspace: str = "", *, told: str = "", people: Iterable[tuple[str, str]] = ()
) -> Inline:
    """Ids in a line, for the foot of a card: the address, workspace, accounts and request; behind them what else is told.

    An account whose name is among `people` has it before its id.
    """
    user = "" if document.user_id == document.owner_id else document.user_id
    ids = {"": address, say("workspace"): workspace, say("owner"): document.owner_id, say("user"): user}
    named = dict(people)
    parts: list[Inline] = [
        (word, *filter(None, [named.get(text)]), text if type(text) is Differing else Code(text)) for word, text in ids.items() if text
    ]
    parts += [say("request {id}", id=document.request_id)] if document.request_id else []
    parts += [told] if told else []
    return tuple(each for place, part in enumerate(parts) for each in (("·", part) if place else (part,)))

"""The snapshot file: versions as JSON that a person can read, with a digest for each and one for the whole.

    {"format": "pai_notebook snapshot", "schema": 1, "saved": "2026-01-31T09:00:00+00:00", "digest": "...",
     "versions": [{"model_id": "...", "digest": "...", "fetched": "...", "source": 0, "document": {...}}],
     "sources": [{"registry": "...", "region": "...", "workspace_id": "", "request_ids": [...], "model_name": "...",
                  "datasets": [...], "people": [...]}], "errors": [...], "removed": [...], "masked": [...],
     "phrases": [{"text": "...", "template": "...", "values": {...}}],
     "groups": [{"name": "...", "members": [0, 1, 2], "folds": false, "ignored": [...], "method": "groupby", "names": [...]}],
     "compared": {"baseline": 0, "arguments": {"by": "..."}},
     "paired": [{"metric": "...", "version": "...", "other": "...", "interval": {...}, "flipped": {...}, ...}]}

`document` is what the service sent, `source` the place in `sources` of where it came from and what things are called there. A group is
written as its members, which follow each other, and as what makes it of them again. `phrases` are sentences that stand elsewhere in the
file as their English text, with what they were made of, so that they can be said in Chinese. Keys this release does not know are left
alone and are part of the digest; a file of a higher `schema` is refused, because its meaning may have changed.
"""

from __future__ import annotations

import codecs
import gzip
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pai_notebook import errors as errors_module
from pai_notebook.arguments import number_argument
from pai_notebook.errors import ConfigurationError, PaiError, SnapshotError
from pai_notebook.files import MAX_BYTES, SNAPSHOT, MissingFile, UnreadableFile, file_path, made_by, read_file, write_file
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.i18n.rewording import as_data, from_data
from pai_notebook.io.redaction import as_redaction
from pai_notebook.io.redaction_objects import masked_result, masked_versions
from pai_notebook.json_text import MAX_DEPTH, InvalidJson, parse_json
from pai_notebook.model.document import canonical_json, digest_of
from pai_notebook.model.group import Grouping, VersionGroup, members_of
from pai_notebook.model.source import DatasetName, Provenance
from pai_notebook.model.version import ModelVersion
from pai_notebook.sanitize import Printed

FORMAT = SNAPSHOT
SCHEMA = 1
# Levels of the file around a document.
_AROUND = 8

# Lists and objects in a file; those of gigabytes, which have to be asked for, may hold more.
_MOST_PARTS, _BYTES_EACH = 4_000_000, 64

_DETAILS = ("hint", "code", "status", "request_id", "action", "model_id", "version_name", "region", "model_name", "attempts")
_NUMBERS = ("status", "attempts")
_METHODS: dict[str, Literal["groupby", "group_repeats"]] = {"groupby": "groupby", "group_repeats": "group_repeats"}
# Controls and signs of direction that JSON may hold as they are; a snapshot that is looked at in an editor or a diff shows their numbers.
_UNSEEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_NOTHING_DONE = say("Save it again, or restore the file from where it came; nothing was read from it.")


@dataclass(frozen=True)
class Snapshot(Printed):
    """What a snapshot file holds.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    saved : datetime
        When it was written, UTC.
    versions : tuple of ModelVersion
        In the order they were saved.
    errors : dict of str to PaiError
        What could not be fetched at the time.
    removed : tuple of str
        What filters had removed.
    masked : tuple of str
        What was masked when it was saved, a sentence each.
    paired : tuple of dict
        Results on the same examples, as JSON.
    compared : tuple of int and dict, or None
        Of a comparison that was saved: the place of its baseline among the versions, and its other arguments.
    """

    path: Path
    saved: datetime
    versions: tuple[ModelVersion, ...] = ()
    errors: dict[str, PaiError] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    paired: tuple[dict[str, Any], ...] = ()
    compared: tuple[int, dict[str, Any]] | None = None

    @property
    def origin(self) -> str:
        """One sentence: from which file, saved when."""
        return say("From the snapshot {name}, saved {saved:%Y-%m-%d %H:%M:%S} UTC.", name=self.path.name, saved=self.saved)


def write_snapshot(
    path: str | os.PathLike[str],
    versions: Sequence[ModelVersion],
    *,
    errors: Mapping[str, PaiError] | None = None,
    removed: Sequence[str] = (),
    paired: Sequence[Mapping[str, Any]] = (),
    compared: tuple[int, Mapping[str, Any]] | None = None,
    redact: Any = None,
    overwrite: bool = False,
    saved: datetime | None = None,
) -> Path:
    """Write versions to a file; compressed when the path ends in `.gz`.

    Parameters
    ----------
    path : path
        Where to.
    versions : sequence of ModelVersion
        What to keep.
    errors, removed : mapping of str to PaiError, sequence of str
        What else the set knew.
    paired : sequence of mapping
        Results on the same examples, as JSON.
    compared : tuple of int and mapping, optional
        How they were compared, as in `Snapshot`; masked already.
    redact : optional
        `"default"`, a map of rules, or a `Redaction`; None keeps everything.
    overwrite : bool
        Whether an existing file may be replaced.
    saved : datetime, optional
        The moment to write down; now by default.

    Raises
    ------
    ConfigurationError
        When the file exists, cannot be written, or a version holds what JSON cannot.
    """
    redaction = as_redaction(redact)
    kept = masked_versions(versions, redaction, paired) if redaction else versions
    mask = redaction.sentence if redaction else _same
    failed = [_failure(redaction.address(address) if redaction else address, error, mask) for address, error in (errors or {}).items()]
    gone = [mask(text) for text in removed]
    content = _content(kept, saved or datetime.now(UTC))
    content.update({"errors": failed, "removed": gone})
    said = [*gone, *(text for each in failed for text in (each["message"], each.get("hint")))]
    results = [masked_result(each, redaction) if redaction else each for each in paired]
    content.update({"paired": results} if results else {})
    content.update({"compared": {"baseline": compared[0], "arguments": dict(compared[1])}} if compared else {})
    masked = redaction.sentences if redaction else ()
    content["masked"] = [phrase.english for phrase in masked]
    phrases = {phrase.english: as_data(phrase) for phrase in (*said, *masked) if isinstance(phrase, Phrase)}
    content.update({"phrases": list(phrases.values())} if phrases else {})
    content["digest"] = _digest(content)
    try:
        text = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(content, ensure_ascii=False, indent=1))
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            say("a version holds what JSON cannot write: {error}", error=str(error)), hint=say("Make versions from JSON documents.")
        ) from error
    data = (text + "\n").encode("utf-8", "backslashreplace")
    packed = gzip.compress(data, mtime=0) if str(path).endswith(".gz") else data
    return write_file(path, packed, overwrite=overwrite)


def _content(versions: Sequence[ModelVersion], now: datetime) -> dict[str, Any]:
    groups = _groups(versions)
    versions = members_of(versions)
    sources = dict.fromkeys(version.provenance for version in versions if _tells(version.provenance))
    places = {source: place for place, source in enumerate(sources)}
    content: dict[str, Any] = {
        "format": FORMAT,
        "schema": SCHEMA,
        "saved": now.astimezone(UTC).isoformat(),
        "generator": made_by(),
        "digest": "",
        "versions": [_kept(version, places) for version in versions],
    }
    content.update({"sources": [_told(source) for source in sources]} if sources else {})
    content.update({"groups": groups} if groups else {})
    return content


def _groups(versions: Sequence[ModelVersion]) -> list[dict[str, Any]]:
    found, start = [], 0
    for version in versions:
        count = len(version.members) if isinstance(version, VersionGroup) else 1
        if isinstance(version, VersionGroup):
            how = version.grouping
            told = {"method": how.method, "names": list(how.names)} if how else {}
            members = list(range(start, start + count))
            found.append(
                {"name": version.version_name, "members": members, "folds": version.folds, "ignored": list(version.ignored), **told}
            )
        start += count
    return found


def _regrouped(versions: Sequence[ModelVersion], groups: Sequence[Mapping[str, Any]]) -> tuple[ModelVersion, ...]:
    """Put groups where their members stand."""
    made: dict[int, ModelVersion | None] = dict(enumerate(versions))
    for group in groups:
        places = group["members"]
        grouping = Grouping(_METHODS[group["method"]], tuple(map(_text, group["names"]))) if "method" in group else None
        made[places[0]] = VersionGroup(
            [versions[place] for place in places],
            name=_text(group["name"]),
            grouping=grouping,
            ignored=tuple(map(_text, group["ignored"])),
            folds=group["folds"],
        )
        made.update(dict.fromkeys(places[1:]))
    return tuple(version for version in made.values() if version is not None)


def _told(source: Provenance) -> dict[str, Any]:
    return {key: value for key, value in asdict(source).items() if value or key in ("registry", "region", "workspace_id", "request_ids")}


def _tells(source: Provenance) -> bool:
    """Whether a version came from somewhere that has to be kept: a registry, or a table with columns left out or rows in doubt."""
    return bool(source or source.left_out or source.doubts)


def _same(text: str) -> str:
    return text


def _kept(version: ModelVersion, places: Mapping[Provenance, int]) -> dict[str, Any]:
    document = version.raw
    again = ModelVersion(document, model_id=version.model_id)
    fetched = version.fetched.astimezone(UTC).isoformat() if version.fetched else None
    source = {"source": places[version.provenance]} if _tells(version.provenance) else {}
    return {"model_id": version.model_id, "digest": again.digest, "fetched": fetched, **source, "document": document}


def _failure(address: str, error: PaiError, mask: Any) -> dict[str, Any]:
    details = {name: getattr(error, name) for name in _DETAILS if getattr(error, name)}
    texts = {name: value if name in _NUMBERS else mask(value) for name, value in details.items()}
    return {"address": address, "type": type(error).__name__, "message": mask(error.message), **texts}


def _digest(content: Mapping[str, Any]) -> str:
    return digest_of(canonical_json({key: value for key, value in content.items() if key != "digest"}))


def read_snapshot(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> Snapshot:
    """Read a snapshot file and check every digest in it.

    Parameters
    ----------
    path : path
        The file, compressed or not.
    max_bytes : int
        The most that is read, in bytes after decompression.

    Raises
    ------
    SnapshotError
        When the file is missing, is none of ours, is cut short, was changed, is too large, or comes from a newer schema.
    """
    target = file_path(path)
    max_bytes = number_argument("max_bytes", max_bytes, least=1, whole=True)
    content = _parsed(target, _bytes(target, max_bytes))
    _check_head(target, content)
    try:
        return _snapshot(target, content)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, ConfigurationError) as error:
        raise SnapshotError(
            say("{target} is not a whole snapshot: {error}", target=target, error=repr(error)), hint=_NOTHING_DONE
        ) from error


def _bytes(target: Path, max_bytes: int) -> bytes:
    try:
        return read_file(target, max_bytes=max_bytes, start=FORMAT.encode())
    except UnreadableFile as error:
        hint = say("Look at the path.") if isinstance(error, MissingFile) else _NOTHING_DONE
        if "more than" in str(error):
            hint = say("load(path, max_bytes=...) reads more than {max_bytes:,}.", max_bytes=max_bytes)
        raise SnapshotError(say("{target} {error}", target=target, error=error.args[0]), hint=hint) from error


def _parsed(target: Path, data: bytes) -> dict[str, Any]:
    try:
        most = max(_MOST_PARTS, len(data) // _BYTES_EACH)
        content = parse_json(data.removeprefix(codecs.BOM_UTF8), max_depth=MAX_DEPTH + _AROUND, max_parts=most)
    except InvalidJson as refusal:
        cut = say("is cut short or ") if refusal.kind == "garbled" else ""
        raise SnapshotError(say("{target} {cut}{reason}", target=target, cut=cut, reason=refusal.reason), hint=_NOTHING_DONE) from refusal
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        hint = say("Pass a file that VersionSet.save wrote.")
        first = content[0] if isinstance(content, list) and content else content
        if isinstance(first, dict) and first.keys() & {"VersionName", "Versions", "Metrics", "body"}:
            hint = say("Use {code}.", code=f"VersionSet.from_documents({str(target)!r}, model_id)")
        raise SnapshotError(say("{target} is not a snapshot of pai_notebook", target=target), hint=hint)
    return content


def _check_head(target: Path, content: Mapping[str, Any]) -> None:
    schema = content.get("schema")
    if not isinstance(schema, int) or schema < 1:
        raise SnapshotError(say("{target} does not say which schema it follows", target=target), hint=_NOTHING_DONE)
    if schema > SCHEMA:
        by = content.get("generator", "a newer release")
        raise SnapshotError(
            say("{target} follows schema {schema}, this release reads up to {schema_2}", target=target, schema=schema, schema_2=SCHEMA),
            hint=say("It was written by {by}; update pai_notebook.", by=by),
        )
    if content.get("digest") != _digest(content):
        changed = [_name(entry) for entry in _entries(content) if not _is_whole(entry)]
        where = say(": look at {versions}", versions=joined(changed[:3])) if changed else ""
        raise SnapshotError(say("{target} was changed after it was saved{where}", target=target, where=where), hint=_NOTHING_DONE)


def _entries(content: Mapping[str, Any]) -> list[Any]:
    found = content.get("versions")
    return found if isinstance(found, list) else []


def _name(entry: Any) -> str:
    try:
        return f"{entry['model_id']}@{entry['document']['VersionName']}"
    except (TypeError, KeyError):
        return say("an entry that is not a version")


def _is_whole(entry: Any) -> bool:
    try:
        return bool(ModelVersion(entry["document"], model_id=entry["model_id"]).digest == entry["digest"])
    except (TypeError, KeyError, ValueError, AttributeError):
        return False


def _snapshot(target: Path, content: Mapping[str, Any]) -> Snapshot:
    sources = dict(enumerate(_source(each) for each in content.get("sources", [])))
    phrases = {phrase: phrase for phrase in map(from_data, content.get("phrases", []))}
    versions = _regrouped([_version(entry, sources) for entry in content["versions"]], content.get("groups", []))
    return Snapshot(
        path=target,
        saved=datetime.fromisoformat(content["saved"]).astimezone(UTC),
        versions=versions,
        errors={_text(entry["address"]): _error(entry, phrases) for entry in content.get("errors", [])},
        removed=_sentences(content.get("removed", []), phrases),
        masked=_sentences(content.get("masked", []), phrases),
        paired=tuple(map(dict, content.get("paired", []))),
        compared=_compared(content["compared"], len(versions)) if "compared" in content else None,
    )


def _compared(entry: Mapping[str, Any], count: int) -> tuple[int, dict[str, Any]]:
    place, arguments = entry["baseline"], entry["arguments"]
    if type(place) is not int or not 0 <= place < count or not isinstance(arguments, dict):
        raise TypeError("a comparison that has no baseline")
    return place, arguments


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is not text")
    return value


def _source(entry: Mapping[str, Any]) -> Provenance:
    texts: dict[str, Any] = {name: _text(entry.get(name, "")) for name in ("registry", "region", "workspace_id", "model_name")}
    return Provenance(
        **texts,
        request_ids=tuple(map(_text, entry.get("request_ids", []))),
        datasets=tuple(map(_dataset, entry.get("datasets", []))),
        people=tuple((_text(user), _text(name)) for user, name in entry.get("people", [])),
        left_out=tuple(map(_text, entry.get("left_out", []))),
        differing=tuple(map(_text, entry.get("differing", []))),
        doubts=tuple(map(_text, entry.get("doubts", []))),
    )


def _dataset(entry: Mapping[str, Any]) -> DatasetName:
    examples = entry.get("examples")
    if examples is not None and type(examples) is not int:
        raise TypeError("a number of examples that is not a whole number")
    return DatasetName(_text(entry["identity"]), _text(entry["name"]), _text(entry["dataset_id"]), examples)


def _version(entry: Mapping[str, Any], sources: Mapping[int, Provenance]) -> ModelVersion:
    fetched = entry.get("fetched")
    moment = datetime.fromisoformat(fetched).astimezone(UTC) if fetched else None
    provenance = sources[entry["source"]] if "source" in entry else None
    return ModelVersion(entry["document"], model_id=_text(entry["model_id"]), fetched=moment, provenance=provenance)


def _sentences(texts: Any, phrases: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences of the file, as phrases where it says what they were made of."""
    return tuple(phrases.get(text, text) for text in map(_text, texts))


def _error(entry: Mapping[str, Any], phrases: Mapping[str, str]) -> PaiError:
    kind = getattr(errors_module, str(entry.get("type")), PaiError) if entry.get("type") in errors_module.__all__ else PaiError
    details: dict[str, Any] = {name: entry[name] if name in _NUMBERS else _text(entry[name]) for name in _DETAILS if name in entry}
    if not all(type(details.get(name, 0)) is int for name in _NUMBERS):
        raise TypeError("a status that is not a number")
    details.update({"hint": phrases.get(details["hint"], details["hint"])} if "hint" in details else {})
    message = _text(entry["message"])
    error: PaiError = kind(phrases.get(message, message), **details)
    return error

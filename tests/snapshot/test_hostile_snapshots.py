"""Snapshot files made to hurt: each is read as it was meant, or refused by an error of ours, and what is read can be shown."""

import copy
import gzip
import json
import random

import pytest

import pai_notebook as pnb
from pai_notebook.errors import PaiError, SnapshotError
from pai_notebook.io import snapshot as file
from pai_notebook.json_text import MAX_DEPTH
from tests.outlets import shown

DOCUMENT = {
    "VersionName": "0.1.0",
    "GmtCreateTime": "2025-01-01T00:00:00Z",
    "Labels": [{"Key": "env", "Value": "test"}],
    "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": 0.1}}]},
    "Options": '{"a": 1}',
}
EXTREMES = [
    None,
    True,
    -1,
    0.5,
    10**30,
    float("nan"),
    float("inf"),
    "",
    "x\x1b[2J\u202e",
    "x" * 100_000,
    [],
    [[]],
    {},
    {"a": {}},
    [None],
    ["x", 1],
    {"": ""},
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "0000-01-01",
    "2025-02-30",
]


def content():
    source = {"registry": "r", "region": "cn-hangzhou", "workspace_id": "1", "request_ids": ["5A14"]}
    failure = {"address": "model-a@0.2.0", "type": "Throttled", "message": "too many", "hint": "wait", "status": 429, "attempts": 3}
    version = {
        "model_id": "model-a",
        "digest": "",
        "fetched": "2025-01-02T00:00:00+00:00",
        "source": 0,
        "document": copy.deepcopy(DOCUMENT),
    }
    return {
        "format": file.FORMAT,
        "schema": 1,
        "saved": "2025-01-02T00:00:00+00:00",
        "generator": "pai_notebook 0.1.0",
        "digest": "",
        "versions": [version],
        "sources": [source],
        "errors": [failure],
        "removed": ["a filter removed 1 of 2"],
        "masked": ["key: 1 value in 1 place, first in x"],
    }


def places(node, path=()):
    """Every place in a document, from the outside in."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def with_change(path, change):
    changed = content()
    node = changed
    for key in path[:-1]:
        node = node[key]
    change(node, path[-1])
    return changed


def signed(changed):
    """Give a file whose digest is right."""
    changed["digest"] = file._digest(changed)
    return json.dumps(changed).encode()


def changed_files():
    for path in places(content()):
        for extreme in EXTREMES:
            yield (
                f"{path} = {str(extreme)[:20]}",
                signed(with_change(path, lambda node, key, extreme=extreme: node.__setitem__(key, extreme))),
            )
        yield f"{path} removed", signed(with_change(path, lambda node, key: node.__delitem__(key)))


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return signed(with_change(("versions", 0, "document", "Deep"), lambda node, key: node.__setitem__(key, value)))


def raw_files():
    good = signed(content())
    text = good.decode()
    for levels in (500, 900, 5000):
        yield f"{levels} levels", good.replace(b'"d-a"', b"[" * levels + b"]" * levels)
    yield "5,000 digits", good.replace(b"0.1}", b"1" * 5000 + b"}")
    yield "a key twice", good.replace(b'"schema": 1', b'"schema": 1, "schema": 1')
    yield "two documents", good + good
    yield "UTF-16", text.encode("utf-16")
    yield "a byte order mark", b"\xef\xbb\xbf" + good
    yield "a NUL", good.replace(b"model-a", b"model\x00a")
    yield "not UTF-8", good.replace(b"model-a", b"model\xff")
    for cut in range(0, len(good), len(good) // 20):
        yield f"cut at {cut}", good[:cut]
    packed = gzip.compress(good)
    yield "two members", gzip.compress(good[:200]) + gzip.compress(good[200:])
    yield "a member of nothing", gzip.compress(b"") + packed
    yield "trailing zeros", packed + b"\0" * 100
    yield "trailing rubbish", packed + b"rubbish"
    yield "a wrong checksum", packed[:-8] + b"\0" * 8
    yield "gzip in gzip", gzip.compress(packed)
    for cut in range(0, len(packed), max(1, len(packed) // 20)):
        yield f"packed, cut at {cut}", packed[:cut]
    dice = random.Random(7)
    for turn in range(40):
        noisy = bytearray(packed if turn % 2 else good)
        noisy[dice.randrange(len(noisy))] ^= 1 << dice.randrange(8)
        yield f"a bit flipped, {turn}", bytes(noisy)


def look(path):
    """Read a file and, when it is read, show what is in it; whether it was read comes back."""
    said = []
    try:
        versions = pnb.load(path)
    except SnapshotError as error:
        said.append(str(error))
    else:
        list(shown("set", versions))
        compare = versions.compare
        for call in (versions.to_csv, versions.to_frame, lambda: compare("first").explain(), versions.raise_for_errors):
            try:
                list(shown("result", call()))
            except PaiError as error:
                said.append(str(error))
    assert all("\n" not in text and 0 < len(text) < 10_000 for text in said)
    return len(said) != 1 or not said[0].startswith(str(path))


@pytest.mark.slow
def test_every_changed_snapshot_is_read_or_refused_by_an_error_of_ours(tmp_path):
    outcomes = []
    for number, (name, data) in enumerate((*changed_files(), *raw_files())):
        path = tmp_path / f"{number}.json"
        path.write_bytes(data)
        try:
            outcomes.append(look(path))
        except Exception as error:
            raise AssertionError(name) from error
        path.unlink()
    assert len(outcomes) > 900
    assert min(outcomes.count(outcome) for outcome in (True, False)) > 100


@pytest.mark.parametrize("name", ["two members", "a member of nothing", "trailing zeros", "a byte order mark"])
def test_what_programs_do_to_good_files_is_read(name, tmp_path):
    path = tmp_path / "x.json.gz"
    path.write_bytes(dict(raw_files())[name])
    assert pnb.load(path)[0].raw == DOCUMENT


def test_a_snapshot_is_read_as_deep_as_a_document_may_be_and_no_deeper(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(nested(MAX_DEPTH - 1))
    assert pnb.load(path)[0].version_name == "0.1.0"
    path.write_bytes(nested(MAX_DEPTH))
    with pytest.raises(SnapshotError, match=f"'Deep' that is nested deeper than {MAX_DEPTH} levels"):
        pnb.load(path)


@pytest.mark.slow
def test_a_file_that_unpacks_to_more_than_the_limit_is_refused_while_it_is_read(tmp_path):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(b'{"format": "pai_notebook snapshot", "x": "')
        for _ in range(40):
            stream.write(b"x" * 2**20)
    with pytest.raises(SnapshotError, match=r"holds more than 1,000,000 bytes. load\(path, max_bytes=\.\.\.\)"):
        pnb.load(path, max_bytes=10**6)
    with pytest.raises(SnapshotError, match="cut short"):
        pnb.load(path)


def test_a_large_file_of_another_kind_is_not_read_to_its_end(tmp_path, monkeypatch):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as stream:
        for _ in range(40):
            stream.write(b" " * 2**20)
    monkeypatch.setattr(file, "parse_json", lambda *_, **__: pytest.fail("parsed"))
    with pytest.raises(SnapshotError, match="does not hold 'pai_notebook snapshot' in its first 1,048,576 bytes"):
        pnb.load(path)

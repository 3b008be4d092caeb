"""Registry text stays text: nothing that acts unseen leaves, whichever way it takes, and a print works on any stream."""

import io
import re
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import cache

import pandas as pd
import pytest

import pai_notebook as pnb
from pai_notebook.errors import PaiError, Throttled
from pai_notebook.magic.completion import suggest
from pai_notebook.plan import parse_line
from tests.display.hostile import mutated, strings
from tests.outlets import Seen, outlets
from tests.public_api import public_classes

UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff\U000e0001-\U000e007f]"
)
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
PACK = 10


def packed(texts, size=PACK):
    """Sets of three versions whose every name, value and failure is hostile."""
    for start in range(0, len(texts), size):
        part = [text[:48] for text in texts[start : start + size]]
        yield pnb.VersionSet(
            [pnb.ModelVersion.from_document(document(part, place), "model-a") for place in range(3)],
            {f"model-a@{text}": Throttled(text, hint=text, code=text, request_id=text) for text in part[:2]},
            removed=(part[0],),
            origin=part[-1],
        )


def document(texts, place):
    name = texts[place % len(texts)]
    return {
        "VersionName": f"{name}{place}",
        "VersionDescription": name,
        "ApprovalStatus": texts[0],
        "Uri": f"oss://{texts[-1]}",
        "SourceType": texts[0],
        "SourceId": ",".join(texts[:2]),
        "Labels": [{"Key": text, "Value": text * (place + 1)} for text in texts],
        "Metrics": {
            "Results": [{"Dataset": {"DatasetId": texts[0]}, "Metrics": {text: 0.1 * (place + nth) for nth, text in enumerate(texts)}}]
        },
        "TrainingSpec": {text: {text: text} for text in texts},
        "Options": name,
        texts[0]: name,
    }


@pytest.mark.slow
@pytest.mark.parametrize("texts", [strings()[::3], mutated(40)], ids=["corpora", "mutations"])
def test_no_unseen_character_leaves_whichever_way_a_text_takes(texts):
    ways = set()
    for versions in packed(texts):
        for way, text in outlets(versions):
            ways.add(way)
            found = UNSEEN.search(STYLE.sub("", text))
            assert not found, (way, ascii(text[max(0, found.start() - 40) : found.end() + 20]))
    assert len(ways) > 60


class Closed(io.StringIO):
    def isatty(self):
        raise ValueError("I/O operation on closed file")


class Bare:
    """A stream of somebody's own, which can do nothing but write."""

    def write(self, text):
        self.text = getattr(self, "text", "") + text


STREAMS = {
    **{
        encoding: lambda encoding=encoding: io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
        for encoding in ("utf-8", "gbk", "gb18030", "big5", "shift_jis", "cp1252", "cp437", "latin-1", "ascii")
    },
    "none": lambda: None,
    "closed": Closed,
    "bare": Bare,
}


@cache
def objects():
    """One of each kind that people print, from the embedded registry and from documents in several scripts."""
    registry = pnb.connect("demo", default=False)
    versions = registry.get_versions("model-rbvg5wfo5d0gngz1b8@last:4")
    comparison = versions.compare(baseline="first")
    mixed = pnb.VersionSet(
        [
            pnb.ModelVersion.from_document(
                {
                    "VersionName": f"0.{n}.0",
                    "Labels": [{"Key": "所有者", "Value": "李 é ✓"}],
                    "Metrics": {"准确率": n / 10, "n": 100, "ρ → σ": [n, 2, 3]},
                    "TrainingSpec": {"HyperParameters": {"学习率 ✓": 1, "seed": n}},
                },
                "模型",
            )
            for n in (1, 2)
        ],
        {"model-a@0.3.0": Throttled("too many → wait", hint="等一会 …")},
    )
    frames = {f"0.{n}.0": pd.DataFrame({"编号": range(9), "准确率": [n / 10 + place / 90 for place in range(9)]}) for n in (1, 2)}
    other = mixed.compare(baseline="first", directions={"*": "max"}, series="last")
    found = {
        "models": registry.list_models(),
        "model": registry.list_models()[0],
        "registry": registry,
        "version": versions[0],
        "labels": mixed[0].labels,
        "metrics": mixed[0].metrics,
        "cell": mixed[0].metrics[0],
        "storage": versions[0].storage,
        "source": versions[0].source,
        "provenance": versions[0].provenance,
        "set": versions,
        "set in Chinese": mixed,
        "comparison": comparison,
        "comparison in Chinese": other,
        "row": other["准确率"],
        "role": other["n"].role,
        "direction": other["准确率"].direction,
        "change": other["准确率"].changes[1],
        "explain": comparison.explain(),
        "explain in Chinese": other.explain("zh"),
        "finding": other.explain("zh").findings[0],
        "best": other.best("准确率"),
        "ranking": other.rank("准确率"),
        "ranked": other.rank("准确率")[0],
        "pareto": other.pareto(["准确率", "ρ → σ"]),
        "pairs": versions.minimal_pairs("accuracy@d-digitsholdout0001"),
        "spread": mixed.minimal_pairs("准确率").spread,
        "repeats": next(iter(mixed.group_repeats()[0].repeats.values())),
        "explorer": pnb.Explorer(mixed),
        "evidence": other.interval("准确率", "0.2.0"),
        "plots": other.plot,
        "drift": registry.drift(before(versions)),
        "redacted": mixed.redact(),
        "group": mixed.group_repeats()[0],
        "paired": other.paired("准确率", frames, on="编号", score="准确率"),
        "leaders": comparison.leaders(comparison.rows[0]),
        "arrow": mixed.to_arrow(),
    }
    try:
        other.gate("准确率 <= baseline")
    except PaiError as error:
        found |= {"gate": error.report, "check": error.report.checks[0], "gate failed": error}
    try:
        mixed.raise_for_errors()
    except PaiError as error:
        found["error"] = error
    registry.close()
    found["explorer"].close()
    return handed_on(found)


def before(versions):
    """The same versions as they were when their description said something else."""
    return pnb.VersionSet.from_documents([{**v.raw, "VersionDescription": "✓ 旧"} for v in versions], versions[0].model_id)


def handed_on(found):
    """These, and one more of each public class that they hand out."""
    known = public_classes()
    waiting, kinds = list(found.items()), {type(value) for value in found.values()}
    while waiting:
        name, value = waiting.pop(0)
        if isinstance(value, known):
            if type(value) not in kinds:
                kinds.add(type(value))
                found[name] = value
            elif name not in found:
                continue
            names = [] if isinstance(value, pnb.Registry | PaiError) else dir(value)
            for part in names:
                if not part.startswith("_"):
                    with suppress(AttributeError, PaiError):
                        waiting.append((f"{name}.{part}", getattr(value, part)))
        if isinstance(value, Sequence) and not isinstance(value, str):
            waiting += [(f"{name}[{place}]", item) for place, item in enumerate(value[:3])]
    return found


def test_what_is_printed_has_every_public_class():
    kinds = {type(value) for value in objects().values()}
    missing = {owner.__name__ for owner in public_classes() if not any(issubclass(kind, owner) for kind in kinds)}
    assert {name for name in missing if not hasattr(pnb.errors, name)} == set()


@pytest.mark.parametrize("stream", STREAMS)
def test_everything_prints_on_every_stream_and_on_none(stream, monkeypatch):
    for name, value in objects().items():
        out = STREAMS[stream]()
        monkeypatch.setattr(sys, "stdout", out)
        print(value)
        text = str(value)
        assert repr(value), name
        if isinstance(out, io.TextIOWrapper):
            out.flush()
            assert out.buffer.getvalue().decode(stream) == text + "\n", name
            assert text, name


def test_signs_fall_back_to_similar_ones_and_columns_stay_aligned(monkeypatch):
    monkeypatch.setattr(sys, "stdout", STREAMS["ascii"]())
    lines = str(objects()["set in Chinese"]).split("\n")
    head = next(place for place, line in enumerate(lines) if line.startswith("version"))
    assert "\\u51c6\\u786e\\u7387" in lines[head]
    assert set(lines[head + 1]) == {"-"}
    assert {len(line) for line in lines[head : head + 4]} == {len(lines[head])}
    monkeypatch.setattr(sys, "stdout", STREAMS["gbk"]())
    assert "√ Approved" in str(objects()["models"])


def test_a_note_that_was_added_is_shown_and_made_visible():
    error = PaiError("no answer", hint="Try again.")
    error.add_note("seen in cell\x1b[8m 3\nsecond line")
    assert error._render_traceback_() == ["PaiError: no answer", "Try again.", "seen in cell\\x1b[8m 3", "second line"]
    assert "\x1b" not in "".join(traceback.format_exception(error))


def test_a_message_keeps_its_text_and_cannot_forge_a_second_line():
    error = PaiError("no version 0.1.0\nPaiError: all is well", code="X\x1b[2J")
    assert error.message.count("\n") == 1
    assert str(error) == "no version 0.1.0\\nPaiError: all is well (X\\x1b[2J)"
    assert error.code == "X\\x1b[2J"
    error.hint = "ask \x1b[8magain"
    assert error.hint == "ask \\x1b[8magain"
    error.hint = ""
    assert error._render_traceback_() == [f"PaiError: {error}"]


def test_a_message_that_would_fill_the_screen_is_cut_and_says_so():
    error = PaiError("x " * 50_000, hint="y " * 50_000)
    assert len(str(error)) < 10_000
    assert str(error).count("96,000 more characters") == 2


@pytest.mark.parametrize("word", ["avg score", "it's", 'a"b', "a#b", "# x", "a;", "acc,none", "mAP50-95(B)", "val\\.loss", "准确率", "'x'"])
def test_what_tab_offers_is_read_back_as_the_name_it_stands_for(word):
    class Named(Seen):
        def metrics(self):
            return [word]

    offered = suggest("ls model-a --sort ", Named(pnb.VersionSet()))[1]
    assert [parse_line(f"ls model-a --sort {text}").get("sort") for text in offered] == [word]


@pytest.mark.parametrize("word", ["a\nb", "a\x1b[2Jb", "a\u202eb", "a\u200bb", "$name", "{name}", "a\tb", "x" * 5000])
def test_tab_offers_no_name_that_no_line_can_hold(word):
    class Named(Seen):
        def metrics(self):
            return [word, "cer"]

    assert suggest("ls model-a --sort ", Named(pnb.VersionSet()))[1] == ["cer"]


def test_cautions_are_texts_that_can_be_printed():
    documents = [{"VersionName": name, "Metrics": {"accuracy": value}} for name, value in (("1.0", 0.9), ("2\x00\x1b[31m\u202e", 91.0))]
    for document, value in zip(documents, (0.5, 60.0), strict=True):
        document |= {"Metrics": {**document["Metrics"], "f1\x1b[8m": value, "top1_accuracy\x00\u202e": value}}
    cautions = pnb.VersionSet.from_documents(documents, "model-a").compare("1.0").comparability
    assert any("percent" in each for each in cautions)
    assert not any(UNSEEN.search(each) for each in cautions)

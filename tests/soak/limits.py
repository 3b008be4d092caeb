"""Soak of sizes, files, paths and environments: no raw exception, and how long each takes."""

import re
import tempfile
import time
from pathlib import Path

import pai_notebook as pnb
from tests.display.hostile import mutated, strings
from tests.snapshot import test_hostile_snapshots as made
from tests.test_files import PATHS, WRITERS, at

MANY, LONG, DEEP = 5000, 100_000, 60


def _metrics(count):
    return {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {f"m{n}": n / 7 for n in range(count)}}]}


def _nested(levels):
    value = 1
    for turn in range(levels):
        value = [value] if turn % 2 else {"a": value}
    return value


def _results(count):
    return {"Results": [{"Dataset": {"DatasetId": f"d-{n}"}, "Metrics": {"cer": n / 7, "wer": n / 9}} for n in range(count)]}


SHAPES = {
    "nothing": {},
    "nulls": dict.fromkeys(("GmtCreateTime", "Labels", "Metrics", "Options", "Uri", "TrainingSpec")),
    "60,000 metrics": {"Metrics": _metrics(12 * MANY)},
    "17,000 metrics": {"Metrics": _metrics(17_000)},
    "5,000 metrics": {"Metrics": _metrics(MANY)},
    "2,000 datasets": {"Metrics": _results(2000)},
    "metrics by name": {"Metrics": [{"name": f"m{n}", "value": n} for n in range(MANY)]},
    "a series of a million points": {"Metrics": {"loss": [n / 7 for n in range(10**6)]}},
    "a thousand series": {"Metrics": {f"loss{n}": [n, 2, 3] for n in range(1000)}},
    "a matrix of 300 by 300": {"Metrics": {"confusion": [list(range(300))] * 300}},
    "numbers that no float holds": {"Metrics": {"a": 10**400, "b": -(10**400), "c": 1e308, "d": 5e-324}},
    "4,000 digits": {"Metrics": {"a": int("7" * 4000)}, "X": int("7" * 4000)},
    "5,000 digits": {"Metrics": {"a": 10**5000}},
    "NaN and infinity": {"Metrics": {"a": float("nan"), "b": float("inf"), "c": float("-inf")}},
    "a label of 100,000 letters": {"Labels": [{"Key": "k", "Value": "a" * LONG}]},
    "a label of 1 MiB": {"Labels": [{"Key": "k", "Value": "Zm9v" * 2**18}]},
    "a label of 30,000 newlines": {"Labels": [{"Key": "k", "Value": "\n" * 30_000}]},
    "a name of 100,000 letters": {"Labels": [{"Key": "k" * LONG, "Value": "v"}]},
    "bait for patterns": {"VersionDescription": "password=" * 10_000 + "a@" * 10_000 + "://" * 10_000 + '{"a":' * 5000},
    "5,000 labels": {"Labels": [{"Key": f"k{n}", "Value": str(n)} for n in range(MANY)]},
    "5,000 unknown fields": {f"Field{n}": n for n in range(MANY)},
    "5,000 hyperparameters": {"TrainingSpec": {"HyperParameters": {f"h{n}": n for n in range(MANY)}}},
    "a list of 100,000": {"Options": {"a": list(range(LONG))}},
    "60 levels": {"Options": _nested(DEEP)},
    "500 levels": {"Options": _nested(500)},
    "200 levels in a text": {"Options": "[" * 200 + "]" * 200},
    "the year 0": {"GmtCreateTime": "0000-01-01T00:00:00Z", "GmtModifiedTime": "9999-12-31T23:59:59-23:59"},
    "100,000 combining marks": {"VersionDescription": "e" + "\u0301" * LONG, "Uri": "oss://" + "中" * LONG},
}
OUTPUTS = {
    "card": lambda some, folder: some[0]._repr_html_(),
    "card as text": lambda some, folder: str(some[0]),
    "list": lambda some, folder: some._repr_html_(),
    "list as text": lambda some, folder: str(some),
    "frame": lambda some, folder: some.to_frame(),
    "long frame": lambda some, folder: some.to_frame("long"),
    "compare": lambda some, folder: some.compare(baseline="first")._repr_html_(),
    "compare as text": lambda some, folder: str(some.compare(baseline="first")),
    "explain": lambda some, folder: str(some.compare(baseline="first").explain()),
    "verdict": lambda some, folder: str(some.compare(baseline="first").verdict),
    "gate": lambda some, folder: some.compare(baseline="first").check("m1 >= baseline"),
    "filter": lambda some, folder: some.filter("cer > 0.5"),
    "csv": lambda some, folder: some.to_csv(folder / "x.csv", overwrite=True),
    "html": lambda some, folder: some.to_html(folder / "x.html", overwrite=True),
    "markdown": lambda some, folder: some.to_markdown(),
    "latex": lambda some, folder: some.to_latex(),
    "excel": lambda some, folder: some.to_excel(folder / "x.xlsx", overwrite=True),
    "parquet": lambda some, folder: some.to_parquet(folder / "x.parquet", overwrite=True),
    "snapshot": lambda some, folder: pnb.load(some.save(folder / "x.json", overwrite=True)),
    "redact": lambda some, folder: some.redact(),
    "report": lambda some, folder: some.compare(baseline="first").report(folder / "r.html", overwrite=True),
    "explorer": lambda some, folder: _explored(some),
}


def _explored(some):
    explorer = pnb.Explorer(some)
    explorer.wait()
    explorer._repr_mimebundle_()
    explorer.close()


def sizes(figures):
    """Shapes of data through outputs, with the CPU seconds of each shape and of the slowest outputs."""
    slowest = []
    with tempfile.TemporaryDirectory() as folder:
        for shape in figures.drawn(SHAPES):
            document, took = SHAPES[shape], {}
            build = lambda: pnb.VersionSet.from_documents([{"VersionName": f"0.{n}.0", **document} for n in (1, 2)], "model-a")  # noqa: B023, E731
            some = figures.attempt(f"{shape}: from_documents", build)
            if not isinstance(some, pnb.VersionSet):
                figures.say(f"{shape}: refused")
                continue
            for output, call in OUTPUTS.items():
                began = time.process_time()
                answer = figures.attempt(f"{shape}: {output}", lambda: call(some, Path(folder)))  # noqa: B023
                took[output] = time.process_time() - began
                if isinstance(answer, type):
                    figures.say(f"{shape}: {output} is refused ({answer.__name__})")
            first = sorted(took, key=took.get, reverse=True)[:3]
            slowest += [(seconds, shape, output) for output, seconds in took.items()]
            figures.say(f"{shape}: {sum(took.values()):.1f} s; " + ", ".join(f"{output} {took[output]:.2f}" for output in first))
    many = [f"{output} {seconds:.2f}" for seconds, shape, output in slowest if shape == "60,000 metrics"]
    figures.say("60,000 metrics: " + ", ".join(many))


def snapshots(figures):
    """Snapshot files that were changed, cut or flipped, each read or refused."""
    files = figures.drawn([*made.changed_files(), *made.raw_files()])
    dice, good = figures.dice, made.signed(made.content())
    for _ in range(figures.some(200)):
        noisy = bytearray(good)
        for _ in range(dice.randrange(1, 5)):
            noisy[dice.randrange(len(noisy))] = dice.randrange(256)
        files.append(("bytes changed", bytes(noisy)))
    read, longest = 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.json"
        for name, data in files:
            path.write_bytes(data)
            began = time.process_time()
            read += bool(figures.attempt(f"{name}", lambda: made.look(path)))
            longest = max(longest, time.process_time() - began)
    figures.say(
        f"{len(files):,} files, {read:,} read and shown, {len(files) - read:,} refused; the slowest took {longest:.2f} s of CPU time"
    )


def paths(figures):
    """Paths that cannot be, and hostile file names, for every writer and reader: written as named, or refused and nothing damaged."""
    names = [text for text in [*strings(), *mutated(60, figures.dice.randrange(10**6))] if text and "/" not in text]
    hostile = {f"name {text[:60]!a}": "{tmp}/" + text for text in figures.dice.sample(names, 86 - len(PATHS))}
    wanted = dict(figures.drawn({**PATHS, **hostile}.items()))
    written, began = 0, time.process_time()
    for name, path in wanted.items():
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder) / "here"
            here.mkdir()
            (here / "file").write_text("kept")
            (here / "loop").symlink_to(here / "loop")
            for writer, write in WRITERS.items():
                if path in ("/dev/null", "/"):
                    continue
                place = at(path, here)
                made_of_it = figures.attempt(f"{name}: {writer}", lambda: write(place, overwrite=True))  # noqa: B023
                if isinstance(made_of_it, Path):
                    written += 1
                    figures.check(str(made_of_it) == place and made_of_it.exists(), f"{name}: {writer} wrote {made_of_it!a}")
                    made_of_it.unlink()
            figures.attempt(f"{name}: load", lambda: pnb.load(at(path, here)))  # noqa: B023
            left = {path.name for path in here.iterdir()} - {"file", "loop"}
            figures.check(not left, f"{name}: left {ascii(left)[:200]}")
            figures.check((here / "file").read_text() == "kept", f"{name}: a file was damaged")
    figures.say(
        f"{len(wanted)} paths, {len(WRITERS)} writers and a reader; {written} written; {time.process_time() - began:.1f} s of CPU time"
    )


def environments(figures):
    """Environments that are wrong, each in the tests of the suite: works, or two lines that name the variable and the cure."""
    seconds, _ = figures.tests("tests/wire/test_environments.py", "tests/wire/test_settings.py", "tests/wire/test_tls.py")
    kinds = {name.partition("[")[0]: 0 for name in seconds}
    for name in seconds:
        kinds[name.partition("[")[0]] += 1
    figures.say(", ".join(f"{re.sub('^test_', '', kind)} {count}" for kind, count in kinds.items() if count > 1))
    figures.say(f"the slowest took {max(seconds.values()):.1f} s")

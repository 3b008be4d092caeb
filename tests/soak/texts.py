"""Soak of what a registry's text may do on its way out: hostile strings, secrets, redaction."""

import csv
import io
import re
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import openpyxl

import pai_notebook as pnb
from pai_notebook.errors import PaiError
from pai_notebook.io.redaction import Redaction
from tests.display.hostile import mutated, strings
from tests.display.structure import dangers
from tests.magic.shells import opened
from tests.outlets import outlets
from tests.redact.test_placements import PLACEMENTS, as_text, leaves, version, written
from tests.test_text import STYLE, UNSEEN, packed

PACK = 20
SECONDS = 240
"""How long strings are tried; on a busy machine not all of them are reached, which is said."""


def mutations(figures):
    """Hostile strings of the corpora and mutations of them, through every way out, in an order of chance."""
    own = strings() + (strings(figures.corpora) if figures.corpora else [])
    texts = list(figures.drawn(dict.fromkeys(own + mutated(1000, figures.dice.randrange(10**6)))))
    figures.dice.shuffle(texts)
    ways, seen, tried, end = Counter(), Counter(), 0, time.monotonic() + SECONDS
    with tempfile.TemporaryDirectory() as folder, opened() as shell:
        for versions in packed(texts, PACK):
            if time.monotonic() > end:
                break
            tried = min(tried + PACK, len(texts))
            for name, leave in (
                ("outlets", outlets),
                ("files", lambda some: _files(some, Path(folder))),
                ("lines", lambda some: _lines(some, shell)),
            ):
                try:
                    for way, text in leave(versions):
                        ways[way] += 1
                        figures.tried += 1
                        if problem := _problem(way, text):
                            seen[way] += 1
                            figures.failed.append(f"{way}: {problem}")
                except Exception:  # noqa: BLE001 - what must not be seen is to be seen here
                    figures.failed.append(f"{name}: raw {ascii(traceback.format_exc(limit=-3))[-500:]}")
    mutants = len(set(texts[:tried]) - set(own))
    figures.say(f"{tried:,} of {len(texts):,} strings, {mutants:,} of them mutations; {len(ways)} ways out")
    figures.say(f"{sum(ways.values()):,} texts; {sum(seen.values())} with a character unseen")


def _problem(way, text):
    if found := UNSEEN.search(STYLE.sub("", text)):
        return f"unseen {found.group()!a}"
    if "html" in way or "report" in way:
        return next(iter(dangers(text)), None) if way != "report" else None
    return None


def _files(versions, folder):
    """What is written to files, read back as text."""
    comparison = versions.compare(baseline="first", directions={"*": "max"})
    yield "to_html", versions.to_html()
    for name, thing in (("set", versions), ("comparison", comparison)):
        yield f"{name} html", thing._repr_html_()
        yield f"{name} to_markdown", thing.to_markdown()
        yield f"{name} to_latex", thing.to_latex()
        # data for programs, exact to the character
        rows = list(csv.reader(io.StringIO(thing.to_csv(guard=False), newline="")))
        yield f"{name} to_csv", ascii(rows)
    yield "to_code", comparison.to_code()
    yield "report", comparison.report(folder / "x.html", charts=False, overwrite=True).read_text("utf-8")
    again = pnb.load(versions.save(folder / "x.json", overwrite=True))
    # data like CSV: the file holds every character, reading it shows none
    yield "snapshot", "as it was" if [each.raw for each in again] == [each.raw for each in versions] else "\0 changed"
    yield "snapshot read", str(again)
    book = openpyxl.load_workbook(versions.to_excel(folder / "x.xlsx", overwrite=True))
    for sheet in book.worksheets:
        yield "excel sheet", sheet.title
    versions.to_parquet(folder / "x.parquet", overwrite=True)
    yield from (("file name", path.name) for path in folder.iterdir())
    explorer = pnb.Explorer(versions)
    explorer.wait()
    for kind, text in explorer._repr_mimebundle_().items():
        if isinstance(text, str):
            yield f"explorer {kind}", text
    yield "explorer to_code", explorer.to_code()
    explorer.close()


def _lines(versions, shell):
    """Lines and cells of the magic that quote the registry, and what the shell says of them."""
    said = []
    shell.user_ns["held"] = versions
    shell._showtraceback = lambda kind, error, lines: said.append("\n".join(lines))
    for each in versions:
        for line in (
            f"show model-a@{each.version_name}",
            f"compare held --metrics {each.version_name}",
            f"ls held --where '{each.version_name} > 0'",
        ):
            if "\n" in line or "\r" in line:
                continue
            try:
                found = shell.run_line_magic("paimodel", line)
            except PaiError as error:
                yield "line refused", "\n".join(error._render_traceback_())
            else:
                yield "line answered", str(found)
    yield from (("traceback of a line", text) for text in said)


def canaries(figures):
    """A canary for each secret through every look that the tests know."""
    seconds, said = figures.tests("tests/wire/test_canaries.py", "tests/wire/test_secrets.py", plugin="tests.soak.counted")
    looked = re.search(r"looked through (\d+) texts of (\d+) kinds", said)
    texts = int(looked[1])
    figures.check(6 * texts >= 2000, f"only {texts} texts were looked through for 6 secrets")
    figures.say(f"{len(seconds)} situations, {texts:,} texts of {looked[2]} kinds, each searched for 6 secrets in 6 spellings")


def redaction(figures):
    """Every placement of a secret masked in every way out, and texts without one as they were."""
    some = figures.drawn(PLACEMENTS)
    for placement in some:
        figures.check(placement.canary not in as_text(Redaction().document(placement.document)), f"document: {placement.way}")
    ways = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(some), 200):
            part = some[start : start + 200]
            versions = pnb.VersionSet([version(placement, number) for number, placement in enumerate(part)])
            here = Path(tempfile.mkdtemp(dir=folder))
            for way, text in written(versions, here):
                ways[way] += len(part)
                for placement in part:
                    figures.check(placement.canary not in text, f"{way}: {placement.way}")
    with pnb.connect("demo", default=False) as registry:
        models = [registry.get_versions(model.model_id) for model in registry.list_models()]
    texts = {text for versions in models for each in versions for text in leaves(each.raw)}
    for text in texts:
        figures.check(Redaction().text(text) == text, f"a harmless text changed: {text!r}")
    began = time.process_time()
    Redaction().text("a" * 100_000)
    figures.say(f"{len(some):,} placements, as documents and in {', '.join(ways)}; {len(texts):,} harmless texts of the demo")
    figures.say(f"100,000 characters masked in {time.process_time() - began:.3f} s")

"""The documentation: complete by the names it must have, built without a warning, and true where it shows code."""

import ast
import builtins
import dataclasses
import doctest
import importlib.util
import inspect
import re
import subprocess
import symtable
import sys
import textwrap
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from IPython.core.inputtransformer2 import TransformerManager

import pai_notebook as pnb
from pai_notebook.client import Limits
from pai_notebook.plan import parse_line
from tests.docstrings import faults
from tests.measure_house import documentation
from tests.pages import BLOCK, beside, differences, write
from tests.public_api import public_classes, public_members
from tests.signatures import with_signatures
from tests.site_hooks import on_page_markdown

ROOT = Path(__file__).parents[1]
ERRORS = {name for name in dir(pnb.errors.PaiError) if not name.startswith("_")}
CHINESE = sorted((ROOT / "docs" / "zh").glob("*.md"))
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *CHINESE, ROOT / "README.md", ROOT / "README.zh-CN.md"]


def test_every_error_has_a_line_that_says_what_to_do():
    text = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
    assert [name for name in pnb.errors.__all__ if f"`{name}`" not in text and name not in ("PaiError", "NotFound")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: "/".join(page.parts[-2:]))
def test_every_line_of_the_magic_that_a_page_shows_is_understood(page):
    text = page.read_text("utf-8")
    if page.parent != ROOT:  # blocks of these run, and some show what is refused
        text = re.sub(r"^```(?:python|text)\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = re.findall(r"(?<!%)%paimodel ([a-z][^`#\n]*[^`#\s])", text)
    for line in lines:
        if "..." not in line:
            parse_line(line)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page.parent != ROOT], ids=lambda page: "/".join(page.parts[-2:]))
def test_the_code_of_a_page_runs_and_shows_what_the_page_shows(page):
    assert differences(page) == []


def test_a_page_whose_code_fails_or_shows_something_else_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\n1 + 1\n```\n\n```text\n3\n```\n\n```python\nlen(registry.nothing)\n```\n", "utf-8")
    assert [text.split("gives\n")[1][:2] for text in differences(page)] == ["2\n", "--"]
    write(page)
    assert page.read_text("utf-8").startswith("```python\n1 + 1\n```\n\n```text\n2\n```\n")
    assert len(differences(page)) == 1


IN_CHINESE = re.compile(r'^(?:pnb\.options|%config PaiModelMagics)\.lang = "zh"\n', re.MULTILINE)
"""The line by which a page in Chinese gives what it shows."""


def code_of(page):
    """Blocks of a page but for those of what is shown, without the comments behind code and the line that asks for Chinese."""
    text = IN_CHINESE.sub("", re.sub("  # .*", "", page.read_text("utf-8")))
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for block in blocks if block[0] not in ("text", "pycon")]


def parts_of(page):
    """Depth of each heading of a page, and what stands below it: blocks of code by language, rows of tables, items of lists."""
    found, inside = [[0]], False
    for line in page.read_text("utf-8").split("\n"):
        if fence := re.match(r"```(\w*)", line):
            inside = not inside
            found[-1] += [f"code {fence[1]}"] if inside else []
        elif not inside and (heading := re.match("(#+) ", line)):
            found.append([len(heading[1])])
        elif not inside and line.startswith("|"):
            found[-1].append("row")
        elif not inside and re.match(r"([-*]|\d+\.) ", line):
            found[-1].append("item")
    return found


# Pages that are shorter in Chinese on purpose, and sections that are: what they leave out stands in English, and they say where.
SHORTER = {"changelog.md", "reference.md"}
ENGLISH_ALONE = {"chance.md": "## References"}


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.name)
def test_a_page_in_chinese_has_the_headings_code_tables_and_items_of_the_english_one(page):
    english = ROOT / "docs" / page.name
    ours, theirs = parts_of(page), parts_of(english)
    if page.name in SHORTER:
        assert f"../{page.name}" in page.read_text("utf-8")
        return
    if page.name in ENGLISH_ALONE:
        assert ENGLISH_ALONE[page.name] in english.read_text("utf-8")
        assert f"../{page.name}#" in page.read_text("utf-8")
        ours[-1], theirs[-1] = ours[-1][:1], theirs[-1][:1]
    assert ours == theirs


def test_the_readme_in_chinese_has_the_code_tables_and_items_of_the_english_one():
    english, chinese = ([part[1:] for part in parts_of(ROOT / name)] for name in ("README.md", "README.zh-CN.md"))
    assert len(chinese) >= len(english)
    counts = [Counter(kind for part in page for kind in part) for page in (english, chinese)]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.name)
def test_a_page_in_chinese_has_the_code_of_the_english_one(page):
    english = ROOT / "docs" / page.name
    assert code_of(page) == code_of(english)
    assert len(re.findall("[一-龥]", page.read_text("utf-8"))) > 100


def sections_of(page):
    """Code of each section of a page, a list of cells each; what only runs elsewhere is left out."""
    text = re.sub(r"^<!-- not run: [^\n]*-->\n```python\n.*?^```\n", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    sections = [[]]
    for part in re.finditer(r"^#+ [^\n]*$|^```(?P<lang>\w*)\n(?P<code>.*?)^```$", text, re.DOTALL | re.MULTILINE):
        if part["code"] is None:
            sections.append([])
        elif part["lang"] == "python":
            sections[-1].append(part["code"])
    return sections


def names_in(code):
    """Names that a cell gives, and those that it uses, variables of its lines too."""
    table = symtable.symtable(TransformerManager().transform_cell(code), "cell", "exec")
    given = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    used = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    for scope in table.get_children():
        used |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return given, used | (set(re.findall(r"[{$](\w+)", code)) if "%paimodel" in code else set())


def undefined_names(page):
    """Give the names that no cell before theirs gives: neither the first of the page nor one of the same section."""
    begin = None
    for section in sections_of(page):
        known = set(dir(builtins)) | {"get_ipython"} | (begin or set())
        for code in section:
            given, used = names_in(code)
            begin = given if begin is None else begin
            yield from sorted(used - given - known)
            known |= given


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent != ROOT], ids=lambda page: "/".join(page.parts[-2:]))
def test_the_code_of_a_section_needs_only_the_first_cell_of_its_page(page):
    """Somebody who looks for one job pastes that section."""
    assert list(undefined_names(page)) == []


def test_a_name_from_another_section_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A\n```python\na = 1\n```\n# B\n```python\nb = a\n```\n```python\nb\n```\n# C\n```python\nprint(a, b)\n```\n", "utf-8"
    )
    assert list(undefined_names(page)) == ["b"]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_block_of_python_in_a_readme_compiles(page):
    for block in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL):
        if "%" not in block.split("\n")[0]:
            compile(block, page, "exec")


@pytest.mark.parametrize("page", [page for page in PAGES if ">>> " in page.read_text("utf-8")], ids=lambda page: "/".join(page.parts[-2:]))
def test_sessions_that_a_page_shows_give_what_it_shows(page):
    assert doctest.testfile(str(page), module_relative=False, encoding="utf-8") == (0, page.read_text("utf-8").count(">>> "))


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_first_lines_a_newcomer_copies_run_as_they_stand(page, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    assert (ROOT / page).read_text("utf-8").split("\n").index("```python") < 40
    runs = [block for block in blocks if "connect demo" in block or 'connect("demo")' in block]
    assert runs
    shell = "from IPython.core.interactiveshell import InteractiveShell; import sys; shell = InteractiveShell()"
    code = f"{shell}\nfor block in {runs!r}:\n    for line in block.splitlines(): shell.run_cell(line).raise_error()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".html"]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_first_lines_pasted_into_one_cell_show_themselves_and_run_twice(page, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    block = next(block for block in blocks if "connect demo" in block)
    shell = "from IPython.core.interactiveshell import InteractiveShell; shell = InteractiveShell()"
    code = f"{shell}\nfor _ in range(2): shell.run_cell({block!r}).raise_error()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    words = {"README.md": ("PAI model registry demo", "Metrics"), "README.zh-CN.md": ("PAI 模型仓库 demo", "指标")}
    shown = (*words[page], "iris-species", ".html")
    assert len(re.findall("^%paimodel", block, re.MULTILINE)) >= len(shown)
    assert [done.stdout.count(text) >= 2 for text in shown] == [True] * len(shown), done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: "/".join(page.parts[-2:]))
def test_every_file_that_a_page_links_to_is_there(page):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)|<(?:img|source)[^>]+(?:src|srcset)=\"([^\"]+)\"", page.read_text("utf-8"))
    targets = [link or picture for link, picture in targets]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("folder", [ROOT / "docs", ROOT / "docs" / "zh"], ids=["en", "zh"])
def test_every_picture_is_drawn_from_code_and_is_there_in_light_and_dark(folder):
    texts = [page.read_text("utf-8") for page in folder.glob("*.md")]
    drawn = {block["picture"] for text in texts for block in BLOCK.finditer(text) if block["picture"]}
    shown = {path for text in texts for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)}
    assert shown == drawn
    there = {path.relative_to(folder) for path in (folder / "pictures").iterdir()}
    assert there == {beside(Path(path), dark=dark) for path in drawn for dark in (False, True)}


def test_pictures_are_small():
    """They are in the source archive, and a page has to load on a slow line."""
    sizes = {path: path.stat().st_size for path in (ROOT / "docs").rglob("*.webp")}
    assert {path: size for path, size in sizes.items() if size > 40_000} == {}
    assert sum(sizes.values()) < 750_000


def test_a_picture_of_a_page_follows_the_colours_of_the_site():
    text = on_page_markdown("![a card](pictures/card.webp)\n", page=SimpleNamespace(file=SimpleNamespace(src_uri="index.md")))
    assert text == "![a card](pictures/card.webp#only-light)![a card](pictures/card-dark.webp#only-dark)\n"


def test_the_help_of_the_package_is_a_page_with_every_public_name():
    text = pnb.__doc__
    assert len(text.splitlines()) <= 40
    assert [name for name in pnb.__all__ if not re.search(rf"`{name}[`(.]", text)] == []


def test_everything_public_says_its_parameters_results_and_examples():
    count, *lacking = documentation()
    assert re.fullmatch(r"public callables: \d\d+", count)
    assert [line for line in lacking if ": 0 " not in line] == []


def test_the_reference_has_every_public_class_and_every_field_of_a_version_and_a_model():
    text = (ROOT / "docs" / "reference.md").read_text("utf-8")
    classes = [owner for owner in public_classes() if owner.__module__ != "pai_notebook.errors"]
    assert len(classes) > 30
    assert [name for owner in classes if f"::: {(name := f'{owner.__module__}.{owner.__qualname__}')}\n" not in text] == []
    fields = [*pnb.ModelVersion.fields().items(), *pnb.Model.fields().items()]
    rows = re.findall(r"^\| `(\w+)` \| [\w ]+ \| (\w+) \| (.*) \|$", text, re.MULTILINE)
    assert rows == [(name, field.key, field.__doc__) for name, field in fields]


def test_the_reference_has_the_signatures_for_readers_of_the_folder_and_the_site_has_them_in_their_places():
    text = (ROOT / "docs" / "reference.md").read_text("utf-8")
    assert with_signatures(text) == text, "python -m tests.signatures writes them"
    methods = {member.name.rpartition(".")[2] for member in public_members() if not member.is_property}
    assert [name for name in methods if not re.search(rf"^(?:async )?{name}\(", text, re.MULTILINE) and name not in ERRORS] == []
    on_site = on_page_markdown(text, page=SimpleNamespace(file=SimpleNamespace(src_uri="reference.md")))
    assert "Signatures" not in on_site
    assert "::: pai_notebook.errors" in on_site


def test_the_reference_in_chinese_has_the_names_and_fields_of_the_english_one():
    english, chinese = ((ROOT / folder / "reference.md").read_text("utf-8") for folder in ("docs", "docs/zh"))
    assert re.findall(r"reference\.md#([\w.]+)", chinese) == re.findall(r"^::: ([\w.]+)$", english, re.MULTILINE)
    row = re.compile(r"^\| `(\w+)` \| ([\w ]+) \| (\w+) \| .* \|$", re.MULTILINE)
    assert row.findall(chinese) == row.findall(english)


def hidden_defaults(function):
    """Give the names in the defaults of a function that a reader of its signature cannot see."""
    signed = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0].args
    defaults = [each for each in (*signed.defaults, *signed.kw_defaults) if each is not None]
    return [node.id for default in defaults for node in ast.walk(default) if isinstance(node, ast.Name) and node.id != "time"]


def test_signatures_of_everything_public_can_be_read_without_the_source():
    made = [inspect.unwrap(function) for owner in public_classes() if (function := vars(owner).get("__init__")) is not None]
    functions = [each.function for each in public_members()] + [each for each in made if Path(each.__code__.co_filename).exists()]
    hidden = {function.__qualname__: names for function in functions if (names := hidden_defaults(function))}
    assert hidden == {}


def test_the_defaults_of_connect_are_those_of_the_client():
    taken = inspect.signature(pnb.connect).parameters
    limits = {field.name: field.default for field in dataclasses.fields(Limits) if field.name != "max_depth"}
    assert {name: taken[name].default for name in limits} == limits


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("numpydoc") is None, reason="needs numpydoc, of the extra docs")
def test_docstrings_of_everything_public_are_as_numpydoc_wants_them():
    assert list(faults()) == []


@pytest.mark.skipif(importlib.util.find_spec("numpydoc") is None, reason="needs numpydoc, of the extra docs")
def test_the_check_of_docstrings_notices_a_parameter_that_is_not_documented(monkeypatch):
    monkeypatch.setattr(pnb.connect, "__doc__", pnb.connect.__doc__.replace("max_workers : int", "workers : int"))
    assert {fault.split()[1] for fault in faults()} == {"PR01", "PR02"}


def test_every_gate_of_a_build_server_that_is_shown_can_run_twice():
    """A job runs again in the same folder, where the files of the last run are."""
    pages = [path.read_text("utf-8") for path in (ROOT.glob("README*.md"))] + [
        path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md")
    ]
    pages.append((ROOT / "pai_notebook" / "plan" / "help.py").read_text("utf-8"))
    lines = [line for page in pages for line in page.splitlines() if re.search(r"paimodel gate .*--junit gate\.xml", line)]
    assert lines
    assert all("--overwrite" in line for line in lines)

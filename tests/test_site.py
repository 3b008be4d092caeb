"""The built site: no warning, no dead link, nothing from elsewhere, equal pages in both languages, every public name in the reference."""

import dataclasses
import importlib.util
import inspect
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import pai_notebook as pnb
from tests.public_api import public_classes, section

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(importlib.util.find_spec("mkdocstrings") is None, reason="needs mkdocs, of the extra docs")


class Page(HTMLParser):
    """What a page links to, and what in it can be linked to."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.targets = {""}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        self.targets += [given[name] for name in ("href", "src") if given.get(name) is not None]


def dead_links(folder):
    """Give each link of the pages of a folder that leads to no file or to no place in it."""
    pages = {path.resolve(): Page(path.read_text("utf-8")) for path in folder.rglob("*.html") if path.name != "404.html"}
    for path, page in pages.items():
        for target in page.targets:
            link = urlsplit(target)
            if link.scheme or link.netloc:
                continue
            found = (path.parent / unquote(link.path)).resolve() if link.path else path
            found = found / "index.html" if found.is_dir() else found
            if not found.exists() or (found in pages and unquote(link.fragment) not in pages[found].anchors):
                yield f"{path.relative_to(folder.resolve())}: {target}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not re.findall(r"^(?:WARNING|ERROR)", done.stderr, re.MULTILINE)
    return folder


@pytest.fixture(scope="module")
def reference(site):
    return Page((site / "reference.html").read_text("utf-8")).anchors


def test_the_pages_load_nothing_from_elsewhere(site):
    pages = "".join(page.read_text("utf-8") for page in site.rglob("*.html"))
    assert re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"https?:", pages) == []


def test_every_link_of_the_site_leads_somewhere(site):
    assert list(dead_links(site)) == []


def test_a_link_to_no_file_and_a_link_to_no_place_are_noticed(tmp_path):
    (tmp_path / "a.html").write_text('<h1 id="x">a</h1><a href="b.html#y">b</a><a href="#x">x</a><img src="c.png">', "utf-8")
    (tmp_path / "b.html").write_text('<a href="a.html#x">a</a><a href="https://example.com/none">out</a>', "utf-8")
    assert list(dead_links(tmp_path)) == ["a.html: b.html#y", "a.html: c.png"]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_anchor_that_a_page_outside_of_the_site_links_to_is_there(name, site):
    links = re.findall(r"\]\(docs/([\w/-]+)\.md#([^)]+)\)", (ROOT / name).read_text("utf-8"))
    assert [link for link in links if link[1] not in Page((site / f"{link[0]}.html").read_text("utf-8")).anchors] == []


def test_both_languages_have_the_same_pages_and_all_are_in_the_menu(site):
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages == {path.stem for path in (ROOT / "docs" / "zh").glob("*.md")}
    menu = re.findall(r": ([\w/-]+)\.md$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(menu) == sorted([*pages, *(f"zh/{page}" for page in pages)])
    assert [page for page in pages if not (site / f"{page}.html").exists() or not (site / "zh" / f"{page}.html").exists()] == []


def test_a_page_says_its_language_and_has_its_menus_in_it(site):
    for page, language, contents in (("howto.html", "en", "Table of contents"), ("zh/howto.html", "zh", "目录")):
        text = (site / page).read_text("utf-8")
        assert f'<html lang="{language}"' in text
        assert contents in text


def members(owner):
    """Give the public names that a class itself says: methods, properties and fields."""
    fields = [field.name for field in dataclasses.fields(owner)] if dataclasses.is_dataclass(owner) else []
    own = [name for base in owner.__mro__ if base.__module__.startswith(pnb.__name__) for name in vars(base)]
    names = [name for name in dict.fromkeys([*own, *fields]) if name != "fields"]  # which is not public: docs/stability.md
    return [name for name in names if not name.startswith("_") and not inspect.isclass(getattr(owner, name, None))]


def told(owner, anchors, text):
    """Give the members of a class that the reference has: under a heading, in the list of attributes, or in a table of fields."""
    bases = [base for base in owner.__mro__ if base.__module__.startswith(pnb.__name__)]
    attributes = "\n".join(section(base, title) for base in bases for title in ("Attributes", "Parameters"))
    listed = {name for line in re.findall(r"^(\w[\w, ]*) :", attributes, re.MULTILINE) for name in line.split(", ")}
    listed |= set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) if "fields" in dir(owner) else set()
    headings = [anchor.rpartition(".") for anchor in anchors]
    return listed | {name for owner, _, name in headings if any(owner.endswith(f".{base.__qualname__}") for base in bases)}


def test_every_public_name_is_in_the_reference_with_its_members(reference):
    text = (ROOT / "docs" / "reference.md").read_text("utf-8")
    missing = [name for name in pnb.__all__ if not name.startswith("_") and not re.search(rf"\b{name}\b", " ".join(reference) + text)]
    for owner in public_classes():
        if owner.__module__ != "pai_notebook.errors":
            missing += [f"{owner.__qualname__}.{name}" for name in members(owner) if name not in told(owner, reference, text)]
    assert missing == []

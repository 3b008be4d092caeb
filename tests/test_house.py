"""The shape of the package: imports go down only, the public names are complete, loading stays light."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import pai_notebook
from tests import measure_house

PACKAGE = Path(pai_notebook.__file__).parent

# From the ground up; a module may import from rooms before its own, never from one behind it.
HOUSE = [
    ["collector", "sanitize"],
    ["i18n"],
    ["errors", "json_text"],
    ["arguments"],
    ["guides"],
    ["keywords"],
    ["calls"],
    ["language"],
    ["display", "files", "python_source"],
    ["client"],
    ["demo"],
    ["model"],
    ["frames"],
    ["io"],
    ["plot"],
    ["comparison"],
    ["versions"],
    ["registry"],
    ["plan"],
    ["explorer"],
    ["magic"],
    ["shell"],
    ["__init__", "__main__"],
]
LEVEL = {room: level for level, rooms in enumerate(HOUSE) for room in rooms}


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def _modules() -> list[str]:
    names = [pai_notebook.__name__]
    names += [info.name for info in pkgutil.walk_packages(pai_notebook.__path__, "pai_notebook.") if not info.name.endswith("__main__")]
    return names


def _imports(tree: ast.AST) -> list[tuple[str, bool]]:
    """Imported package modules, with whether the import is only for type checkers."""
    guarded = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            guarded.update(id(inner) for inner in ast.walk(node))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pai_notebook"):
            found += [
                (f"{node.module}.{alias.name}" if node.module == "pai_notebook" else node.module, id(node) in guarded)
                for alias in node.names
            ]
        elif isinstance(node, ast.Import):
            found += [(alias.name, id(node) in guarded) for alias in node.names if alias.name.startswith("pai_notebook")]
    return found


def _upward(path: Path) -> list[str]:
    relative = path.relative_to(PACKAGE.parent).with_suffix("")
    here = _room(".".join(relative.parts))
    if here not in LEVEL:
        return [f"{path.name}: the room {here!r} has no place in the house"]
    return [
        f"{'/'.join(relative.parts)} imports {target}"
        for target, _ in _imports(ast.parse(path.read_text("utf-8")))
        if _room(target) != here and LEVEL.get(_room(target), 99) >= LEVEL[here]
    ]


@pytest.mark.slow
def test_no_module_imports_from_a_room_above_its_own():
    upward = [
        line for path in sorted(PACKAGE.rglob("*.py")) if path.name != "__init__.py" or path.parent != PACKAGE for line in _upward(path)
    ]
    assert upward == []


def test_the_import_rule_notices_an_upward_import(tmp_path, monkeypatch):
    room = tmp_path / "pai_notebook" / "client"
    room.mkdir(parents=True)
    bad = room / "bad.py"
    bad.write_text("from pai_notebook.registry.connection import connect\n", "utf-8")
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "pai_notebook")
    assert _upward(bad) == ["pai_notebook/client/bad imports pai_notebook.registry.connection"]


@pytest.mark.slow
def test_no_modules_import_each_other_in_a_circle_inside_a_room_either():
    trees = {path: ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    graph = measure_house.imports(trees)
    assert len(graph["pai_notebook.comparison.comparison"]) > 10
    assert measure_house.circles(graph) == 0
    assert measure_house.circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == 1


def test_every_module_imports_and_lists_only_names_it_has():
    modules = [importlib.import_module(name) for name in _modules()]
    listed = [(module, name) for module in modules for name in getattr(module, "__all__", [])]
    assert len(set(listed)) == len(listed) > 100
    assert [(module, name) for module, name in listed if not hasattr(module, name)] == []


@pytest.mark.slow
def test_no_name_is_used_for_two_classes():
    homes: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_the_public_names_are_complete():
    assert set(pai_notebook.__all__) == set(dir(pai_notebook))
    assert {"ModelVersion", "VersionSet", "Registry", "Explorer", "connect", "get_version", "get_versions", "list_versions"} <= set(
        pai_notebook.__all__
    )


def _loaded_by(code: str) -> set[str]:
    listing = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(' '.join(sys.modules))"], capture_output=True, text=True, check=True
    )
    return set(listing.stdout.split())


@pytest.mark.parametrize("module", ["pandas", "httpx", "ipywidgets", "alibabacloud_credentials", "jinja2", "IPython"])
def test_importing_the_package_leaves_heavy_libraries_alone(module):
    assert module not in _loaded_by("import pai_notebook")


@pytest.mark.parametrize("module", ["pandas", "httpx", "ipywidgets", "alibabacloud_credentials", "jinja2", "pai_notebook.display"])
def test_loading_the_extension_leaves_heavy_libraries_alone(module):
    code = "from IPython.core.interactiveshell import InteractiveShell as S; S().run_line_magic('load_ext', 'pai_notebook')"
    assert module not in _loaded_by(code)

"""Measures the package: size, rooms, circles, functions used once, comments, undocumented public callables. Prints, asserts nothing.

Run `python -m tests.measure_house` in a checkout.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import sys
import tokenize
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.public_api import public_members

PACKAGE = Path(__file__).parent.parent / "pai_notebook"
DOCUMENTS = {"document", "docs"}
"""Arguments that take what the service answers, which may be anything."""


def main() -> None:
    """Print one figure a line."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    code = {path: code_lines(path, tree) for path, tree in trees.items()}
    comments = sum(comment_lines(path) for path in trees)
    sizes = sorted(len(path.read_text("utf-8").splitlines()) for path in trees)
    functions = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    print(f"modules: {len(trees)}, median {sizes[len(sizes) // 2]} lines, largest {sizes[-1]}")
    print(f"lines: {sum(sizes):,}, of code (not blank, comment or docstring): {sum(code.values()):,}")
    print(f"comments: {comments}, {100 * comments / sum(code.values()):.1f} % of code lines")
    print(f"functions: {len(functions):,}, private ones used once in their module: {used_once(trees)}")
    print(f"modules under 60 lines: {sum(size < 60 for size in sizes)}, over 350: {sum(size > 350 for size in sizes)}")
    graph = imports(trees)
    print(f"circles of modules at import: {circles(graph)}; levels of rooms: {levels(graph)}")
    names = Counter(node.name for tree in trees.values() for node in tree.body if isinstance(node, ast.ClassDef))
    print(f"class names used twice: {', '.join(sorted(name for name, count in names.items() if count > 1)) or 'none'}")
    for line in documentation():
        print(line)


def code_lines(path: Path, tree: ast.AST) -> int:
    """Lines that hold code."""
    docstrings: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for each in body:
                if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str):
                    docstrings.update(range(each.lineno, (each.end_lineno or each.lineno) + 1))
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
            found.update(range(token.start[0], token.end[0] + 1))
    return len(found - docstrings)


def comment_lines(path: Path) -> int:
    """Comments that say something: not directives for tools."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    return sum(token.type == tokenize.COMMENT and not re.match(r"#\s*(noqa|type:|fmt:)(?!.* - )", token.string) for token in tokens)


def used_once(trees: dict[Path, ast.Module]) -> str:
    """Private module-level functions that their module names exactly once beside the definition."""
    total = once = 0
    for tree in trees.values():
        uses = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("_"):
                total += 1
                once += uses[node.name] == 1
    return f"{once} of {total} ({100 * once // max(total, 1)} %)"


def imports(trees: dict[Path, ast.Module]) -> dict[str, set[str]]:
    """Modules that each module imports when it is imported itself."""
    names = {path: ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__") for path in trees}
    known = set(names.values())
    graph: dict[str, set[str]] = {name: set() for name in known}
    for path, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pai_notebook"):
                targets = [f"{node.module}.{alias.name}" for alias in node.names]
                graph[names[path]].update(target if target in known else str(node.module) for target in targets)
    return {name: {each for each in found if each in known and each != name} for name, found in graph.items()}


def circles(graph: dict[str, set[str]]) -> int:
    """Circles in a graph, found one after the other by taking one arrow of each away."""
    left = {name: set(found) for name, found in graph.items()}
    count = 0
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            count += 1
            first, second = error.args[1][0], error.args[1][1]
            left[second].discard(first)
            left[first].discard(second)
        else:
            return count


def levels(graph: dict[str, set[str]]) -> int:
    """Longest chain of rooms, a room being a folder or a module of the package's top."""
    rooms: dict[str, set[str]] = {}
    for name, found in graph.items():
        here = room(name)
        rooms.setdefault(here, set()).update(room(each) for each in found if room(each) != here)
    depth: dict[str, int] = {}
    try:
        for name in TopologicalSorter(rooms).static_order():
            depth[name] = 1 + max((depth[each] for each in rooms[name]), default=0)
    except CycleError:
        return -1
    return max(depth.values())


def room(module: str) -> str:
    """Room of a module."""
    return [*module.split("."), "__init__"][1]


def documentation() -> list[str]:
    """Public callables that lack a section that they need, or take `Any` for what is not a document of the service."""
    found = [member for member in public_members() if not member.is_property]
    lacking: dict[str, list[str]] = {"Parameters": [], "Returns": [], "Examples": []}
    loose = []
    for member in found:
        signature, text = inspect.signature(member.function), inspect.getdoc(member.function) or ""
        arguments = [each for each in signature.parameters.values() if each.name not in ("self", "cls")]
        gives = "Yields" if inspect.isgeneratorfunction(inspect.unwrap(member.function)) else "Returns"
        needs = {"Parameters": bool(arguments), gives: signature.return_annotation not in ("None", None), "Examples": True}
        for section, needed in needs.items():
            if needed and f"{section}\n---" not in text:
                lacking[section.replace("Yields", "Returns")].append(member.name)
        if any(re.search(r"\bAny\b", str(each.annotation)) and each.name not in DOCUMENTS for each in arguments):
            loose.append(member.name)
    lines = [f"public callables: {len(found)}"]
    lines += [f"  without {section}: {len(names)}  {' '.join(names[:12])}" for section, names in lacking.items()]
    return [*lines, f"  with Any in their arguments: {len(loose)}  {' '.join(loose[:12])}"]


if __name__ == "__main__":
    sys.exit(main())

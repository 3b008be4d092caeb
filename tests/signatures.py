"""Signatures of everything public, in docs/reference.md for those who read the folder: the site draws them from the code.

`python -m tests.signatures` writes them anew.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path

from tests.public_api import Member, member_of, public_classes, public_members

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"
_BLOCK = re.compile(r"(?<=\n## Signatures\n).*?(?=<!-- folder: end -->)", re.DOTALL)
_WIDTH = 120


def signatures() -> str:
    """Write a block for the functions and one for each class that has methods, inherited ones too."""
    functions = [member for member in public_members() if "." not in member.name]
    blocks = [_block("Functions of `pai_notebook`", functions)]
    for owner in sorted(public_classes(), key=lambda each: each.__name__):
        found = [member for name in dir(owner) if (member := member_of(owner, name)) is not None]
        if any(not member.is_property for member in found) and not issubclass(owner, Exception):
            blocks.append(_block(f"`{owner.__name__}`", found))
    return "\n".join(["", *blocks, ""])


def _block(title: str, members: list[Member]) -> str:
    return "\n".join([f"### {title}", "", "```text", *_lines(members), "```", ""])


def _lines(members: list[Member]) -> list[str]:
    properties = ", ".join(member.name.rpartition(".")[2] for member in members if member.is_property)
    lines = [f"properties: {properties}"] if properties else []
    lines += [_signature(member) for member in members if not member.is_property]
    return [line for text in lines for line in textwrap.wrap(text, _WIDTH, subsequent_indent="    ", break_on_hyphens=False)]


def _signature(member: Member) -> str:
    found = inspect.signature(member.function)
    kept = [each.replace(annotation=each.empty) for each in found.parameters.values() if each.name not in ("self", "cls")]
    given = re.sub("=<built-in function (\\w+)>", r"=\1", str(found.replace(parameters=kept, return_annotation=found.empty)))
    back = str(found.return_annotation).replace("pai_notebook.", "") if found.return_annotation is not found.empty else ""
    return f"{member.name.rpartition('.')[2]}{given}{f' -> {back}' if back else ''}"


def with_signatures(page: str) -> str:
    """Give the text of the reference with the signatures of today."""
    return _BLOCK.sub(lambda _: signatures(), page)


if __name__ == "__main__":
    PAGE.write_text(with_signatures(PAGE.read_text("utf-8")), "utf-8")

"""Runs printed Python as a notebook does."""

import ast
from typing import Any


def result_of(code: str, **names: Any) -> Any:
    """Execute code and give the value of its last line, as a cell shows it."""
    body = ast.parse(code).body
    scope = dict(names)
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "code", "exec"), scope)
    return eval(compile(ast.Expression(last.value), "code", "eval"), scope) if last is not None else None

"""Tab in a notebook: IPython asks here, and gets what `completion` says of lines and rules of ours."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from IPython.core import completer

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from pai_notebook.registry.registry import Registry


def connected() -> Registry | None:
    """The default registry if there is one; never loads the module that makes it."""
    connection = sys.modules.get("pai_notebook.registry.connection")
    return connection.current_registry() if connection is not None else None


def install(shell: InteractiveShell) -> Any:
    """Add the completion to a shell; give the result to `uninstall`."""

    def offered(before: str, *, rule: bool) -> tuple[str, list[str]] | None:
        if not rule and "%paimodel" not in before:
            return None
        from pai_notebook.magic.completion import offer  # noqa: PLC0415 - the grammar loads with the first line or Tab

        registry = connected()
        return offer(before, None if registry is None else registry.fetcher.memory, rule=rule)

    def of_word(word: str) -> list[str]:
        # what is replaced is the word as IPython splits the line, such as what is behind an @
        fragment, words = offered(getattr(shell.Completer, "text_until_cursor", ""), rule=False) or ("", [])
        return [text[len(fragment) - len(word) :] for text in words] if fragment.endswith(word) else []

    def of_context(context: completer.CompletionContext) -> completer.SimpleMatcherResult:
        rule = context.cursor_line > 0 and re.match(r"\s*%%paimodel\s+gate\b", context.full_text) is not None
        found = offered(context.line_with_cursor[: context.cursor_position], rule=rule)
        if found is None:
            return {"completions": []}
        return {
            "completions": [completer.SimpleCompletion(text=word, type="magic") for word in found[1]],
            "suppress": True,
            "matched_fragment": found[0],
        }

    # IPython before 8.6, such as Colab's, asks with a word alone
    current = hasattr(completer, "context_matcher")
    paimodel_matcher = completer.context_matcher()(of_context) if current else of_word
    if shell.Completer is not None:
        shell.Completer.custom_matchers.append(paimodel_matcher)
    return paimodel_matcher


def uninstall(shell: InteractiveShell, matcher: Any) -> None:
    """Remove what `install` added."""
    if shell.Completer is not None and matcher in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(matcher)

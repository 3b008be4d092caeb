"""An error is a panel with what happened, what to do and the evidence."""

import pytest

from pai_notebook import errors
from pai_notebook.display import describe_error, render_html, render_markdown, render_text

FAMILY = [kind for name in errors.__all__ if issubclass(kind := getattr(errors, name), errors.PaiError)]


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_has_a_panel_that_says_everything(kind):
    fields = {
        "code": "C1",
        "status": 403,
        "request_id": "R1",
        "action": "A1",
        "model_id": "M1",
        "version_name": "V1",
        "region": "G1",
        "attempts": 4,
    }
    card = describe_error(kind("It failed.", hint="Do this.", **fields))
    for render in (render_html, render_markdown, render_text):
        output = render(card)
        for part in ("✗", "It failed", kind.__name__, "Do this.", "C1", "403", "R1", "A1", "M1", "V1", "G1", "4"):
            assert part in output


def test_an_error_with_nothing_but_a_message_is_two_lines():
    assert render_text(describe_error(errors.PaiError("It failed.")), 20).split("\n") == ["✗ It failed", "PaiError", "─" * 20]


def test_a_bulk_failure_names_its_addresses_and_says_how_many_more():
    failed = {f"m@{n}": errors.VersionNotFound(f"no {n}") for n in range(30)}
    text = render_text(describe_error(errors.FetchErrors("30 failed", errors=failed)), 80)
    assert "m@19" in text
    assert "m@20" not in text
    assert "showing 20 of 30 failures" in text

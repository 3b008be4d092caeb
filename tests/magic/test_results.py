"""What a cell does with what a line gives: each line that stands alone shows it once, and nothing else does."""

from pathlib import Path

import pytest

import pai_notebook as pnb
from pai_notebook.errors import ConfigurationError
from tests.magic.shells import DIGITS, run


@pytest.fixture
def shown(demo, monkeypatch):
    """Objects that a cell puts on the screen, in order, whoever displays them."""
    seen = []
    monkeypatch.setattr("IPython.display.display", lambda found, **_: seen.append(found))
    monkeypatch.setattr(type(demo.displayhook), "__call__", lambda _, found=None: seen.append(found) if found is not None else None)
    return demo, seen


def names(seen):
    return [type(found).__name__ for found in seen]


def test_every_line_of_a_cell_that_stands_alone_shows_itself_once(shown):
    shell, seen = shown
    run(shell, f"%paimodel ls\n%paimodel {DIGITS}@latest\nv = %paimodel {DIGITS}@latest\n%paimodel {DIGITS}@last:2")
    assert names(seen) == ["ModelList", "ModelVersion", "Comparison"]
    assert shell.user_ns["v"] == seen[1]


def test_a_line_in_a_loop_or_a_function_shows_itself(shown):
    shell, seen = shown
    run(shell, f"for n in ('2.4.0', '2.5.0'):\n    %paimodel {DIGITS}@$n\ndef f():\n    %paimodel {DIGITS}@latest\nf()")
    assert [found.version_name for found in seen] == ["2.4.0", "2.5.0", seen[2].version_name]


def test_a_semicolon_silences_a_line_and_keeps_what_is_assigned(shown):
    shell, seen = shown
    run(shell, f"%paimodel {DIGITS}@latest;\nv = %paimodel {DIGITS}@2.4.0;\n%paimodel ls;  # silent")
    assert seen == []
    assert shell.user_ns["v"].version_name == "2.4.0"
    run(shell, f"%%paimodel gate {DIGITS}@2.4.0;\naccuracy >= 0.5")
    assert seen == []


def test_what_is_stored_or_printed_as_code_is_not_shown(shown, capsys):
    shell, seen = shown
    run(shell, f"%paimodel {DIGITS}@latest --as v\n%paimodel {DIGITS}@latest --code")
    assert seen == []
    assert "get_version" in capsys.readouterr().out


@pytest.mark.parametrize("interactivity", ["all", "last", "last_expr", "none"])
def test_a_line_is_shown_once_however_the_shell_shows_expressions(shown, interactivity):
    shell, seen = shown
    shell.ast_node_interactivity = interactivity
    run(shell, f"%paimodel {DIGITS}@2.4.0\n%paimodel {DIGITS}@2.5.0")
    assert [found.version_name for found in seen] == ["2.4.0", "2.5.0"]


def test_a_call_from_python_gives_its_result_and_shows_nothing(shown):
    shell, seen = shown
    assert shell.run_line_magic("paimodel", f"{DIGITS}@2.4.0").version_name == "2.4.0"
    run(shell, f"found = [get_ipython().run_line_magic('paimodel', '{DIGITS}@2.4.0')]")
    run(shell, f"%timeit -n 2 -r 1 get_ipython().run_line_magic('paimodel', '{DIGITS}@2.4.0')")
    assert seen == []
    assert len(shell.user_ns["found"]) == 1


@pytest.mark.slow
def test_a_written_file_is_shown_as_a_link_unless_it_is_kept_or_silenced(shown, tmp_path, monkeypatch):
    shell, seen = shown
    monkeypatch.chdir(tmp_path)
    run(shell, f"%paimodel report {DIGITS}@last:2 --to 'a & b.html'")
    assert seen[0]["text/html"] == '<a href="a%20%26%20b.html" target="_blank">a &amp; b.html</a>'
    assert seen[0]["text/plain"] == "written: a & b.html"
    assert len(seen) == 1
    seen.clear()
    run(shell, f"p = %paimodel report {DIGITS}@last:2 --to b.html\n%paimodel report {DIGITS}@last:2 --to c.html;")
    assert seen == []
    assert shell.user_ns["p"].name == "b.html"


def test_a_file_beside_a_result_is_said_and_a_target_that_is_there_is_refused_before_anything_is_asked(shown, tmp_path, monkeypatch):
    shell, seen = shown
    monkeypatch.chdir(tmp_path)
    run(shell, f"%paimodel compare {DIGITS}@last:2 --to c.md")
    assert seen[0]["text/plain"] == "written: c.md"
    assert len(seen) == 2
    monkeypatch.setattr(pnb.Registry, "compare", lambda *_, **__: pytest.fail("the registry was asked"))
    for line in ("compare {} --to c.md", "report {} --to nowhere/r.html", "gate {} --rules rules.txt --junit c.md"):
        Path("rules.txt").write_text("accuracy >= 0.1")
        with pytest.raises(ConfigurationError, match=r"--overwrite|cannot write|does not end in"):
            run(shell, f"%paimodel {line.format(f'{DIGITS}@last:2')}")

"""Tab completion of the line, from memory only."""

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from pai_notebook.client import Client
from pai_notebook.magic.completion import suggest, suggest_rule
from pai_notebook.model.selector_words import BASELINES
from pai_notebook.registry import connection

WORDS = ("latest", "approved", "previous", "highest", "last:5")
DIGITS = "model-rbvg5wfo5d0gngz1b8"


class Memory:
    def model_words(self):
        return ["model-a", "model-b"]

    def names(self, model_id):
        return ["0.10.0", "0.2.0"] if model_id == "model-a" else []

    def labels(self):
        return ["env", "所有者"]

    def values(self, key):
        return ["prod"] if key == "env" else []

    def metrics(self):
        return ["cer", "准确率"]

    def datasets(self):
        return ["d-a"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mod", ["model-a", "model-b"]),
        ("compare model-", ["model-a", "model-b"]),
        ("model-a@", [f"model-a@{word}" for word in (*WORDS, "0.10.0", "0.2.0")]),
        ("model-a@0.2", ["model-a@0.2.0"]),
        ("model-a@0.2.0,0.", ["model-a@0.2.0,0.10.0", "model-a@0.2.0,0.2.0"]),
        ("model-a@0.2.0,la", ["model-a@0.2.0,latest", "model-a@0.2.0,last:5"]),
        ("model-a@0.2.0..0.1", ["model-a@0.2.0..0.10.0"]),
        ("model-a@approved..l", ["model-a@approved..latest"]),
        ("model-a@0.2.0,approved..h", ["model-a@0.2.0,approved..highest"]),
        ("model-a 0.", ["0.10.0", "0.2.0"]),
        ("compare model-a@last:5 --baseline ", ["approved", "previous", "latest", "highest", "first", "0.10.0", "0.2.0"]),
        ("compare model-a --dataset ", ["d-a"]),
        ("compare model-a --metrics cer,准", ["cer,准确率"]),
        ("ls model-a --label env=", ["env=prod"]),
        ("ls model-a --label ", ["env=", "所有者="]),
        ("ls model-a --approval A", ["Approved"]),
        ("compare model-a --mode 准", ["准确率=max", "准确率=min"]),
        ("ls model-a --sort ", ["cer", "准确率"]),
        ("ls model-a --sort c", ["cer", "created"]),
        ("ls model-a --sort -ce", ["-cer"]),
        ('ls model-a --where "cer < 1 and la', ["label.env", "label.所有者"]),
        ("ls --qu", ["--query"]),
        ("ls model-a --qu", []),
        ("connect ", ["demo"]),
        ("help com", ["compare"]),
        ("ls model-a --base", []),
    ],
)
def test_a_word_is_completed_from_what_was_seen(typed, expected):
    assert suggest(typed, Memory())[1] == expected


def test_every_word_for_a_baseline_is_offered():
    assert set(suggest("compare model-a --baseline ")[1]) == set(BASELINES)


def test_a_rule_of_a_gate_is_completed():
    assert suggest_rule("ce", Memory()) == ("ce", ["cer"])
    assert suggest_rule("cer@", Memory()) == ("cer@", ["cer@d-a"])
    assert suggest_rule("cer[", Memory()) == ("", ["d-a]"])
    assert suggest_rule("cer <= ", Memory())[1] == ["baseline", "true", "false"]
    assert suggest_rule("cer <= baseline + 1% with", Memory())[1] == ["with 95% confidence"]
    alarms = ["worse beyond chance", "worse by more than 1pp beyond chance"]
    assert suggest_rule("fail", Memory()) == ("fail", [f"fail if {words}" for words in alarms])
    assert suggest_rule("fail if cer worse", Memory()) == ("worse", alarms)
    assert suggest_rule("fail if cer worse by", Memory()) == ("worse by", alarms[1:])


def test_a_cell_starts_with_gate_and_goes_on_as_a_comparison():
    assert suggest("g", cell=True) == ("g", ["gate"])
    assert suggest("comp", cell=True)[1] == []
    assert suggest("gate model-a@0.2", Memory(), cell=True)[1] == ["model-a@0.2.0"]
    assert suggest("gate model-a --ba", cell=True) == ("--ba", ["--baseline"])


def test_without_a_registry_the_grammar_is_completed():
    assert suggest("expl")[1] == ["explain", "explore"]
    assert suggest("compare model-a --ba")[1] == ["--baseline"]


@pytest.fixture
def complete(monkeypatch):
    monkeypatch.setattr(connection, "_default", None)
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    shell.run_line_magic("load_ext", "pai_notebook")
    shell.run_line_magic("paimodel", "connect demo")
    shell.run_line_magic("paimodel", "ls")
    shell.run_line_magic("paimodel", f"ls {DIGITS}")

    def ask(text):
        with provisionalcompleter():
            return [text[: found.start] + found.text for found in shell.Completer.completions(text, len(text))]

    yield ask, shell
    connection.current_registry().close()
    shell.run_line_magic("unload_ext", "pai_notebook")


def test_a_shell_completes_the_line_after_an_assignment_and_in_later_lines(complete):
    ask, _ = complete
    assert ask("%paimodel expl") == ["%paimodel explain", "%paimodel explore"]
    assert f"x = %paimodel {DIGITS}@latest" in ask(f"x = %paimodel {DIGITS}@la")
    assert f"y = 1\n%paimodel {DIGITS}@2.5.0" in ask(f"y = 1\n%paimodel {DIGITS}@2.5")
    assert ask("%%paimodel ga") == ["%%paimodel gate"]
    assert "%paimodel ls --label 所有者=" in ask("%paimodel ls --label 所")
    assert f'%paimodel ls {DIGITS} --where "n > 1 and accuracy' in ask(f'%paimodel ls {DIGITS} --where "n > 1 and accu')


def test_a_shell_completes_a_rule_of_a_gate(complete):
    ask, _ = complete
    assert f"%%paimodel gate {DIGITS}@latest\naccuracy" in ask(f"%%paimodel gate {DIGITS}@latest\naccu")


def test_no_request_is_made_while_a_key_is_pressed(complete, monkeypatch):
    ask, _ = complete
    monkeypatch.setattr(Client, "run", lambda *_, **__: pytest.fail("a request while a key was pressed"))
    assert ask(f"%paimodel {DIGITS}@")
    assert ask("%paimodel ls --sort acc")


@pytest.mark.slow
def test_other_lines_are_left_alone_and_unloading_removes_the_matcher(complete):
    ask, shell = complete
    assert not [word for word in ask("expl") if "explain" in word]
    before = len(shell.Completer.custom_matchers)
    shell.run_line_magic("reload_ext", "pai_notebook")
    assert len(shell.Completer.custom_matchers) == before
    shell.run_line_magic("unload_ext", "pai_notebook")
    assert len(shell.Completer.custom_matchers) == before - 1
    shell.run_line_magic("load_ext", "pai_notebook")


def test_models_are_completed_by_the_names_that_they_alone_have(complete):
    ask, _ = complete
    assert ask("%paimodel show wi") == ["%paimodel show wine-cultivar"]
    assert f"%paimodel {DIGITS}" in ask("%paimodel model-")
    connection.default_registry().get_versions("wine-cultivar@last:2")
    assert {"%paimodel compare wine-cultivar@1.9.0", "%paimodel compare wine-cultivar@1.8.0"} <= set(
        ask("%paimodel compare wine-cultivar@1.")
    )
    assert ask("%paimodel show wine-cultivar 1.9") == ["%paimodel show wine-cultivar 1.9.0"]

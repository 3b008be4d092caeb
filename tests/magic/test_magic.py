"""`%paimodel` in a real IPython shell on the embedded registry."""

import os
import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

import pai_notebook as pnb
from pai_notebook import demo as demo_registry
from pai_notebook.comparison.gate.parse import parse_rules
from pai_notebook.errors import AddressError, ConfigurationError, ModelNotFound, RegressionError, VersionNotFound
from pai_notebook.magic import PaiModelMagics
from pai_notebook.plan import parse_line
from pai_notebook.plan.help import EXAMPLES, RULES
from pai_notebook.registry import connection
from tests.display.structure import nodes
from tests.magic.shells import DIGITS, run
from tests.plan.running import result_of


def test_loading_prints_nothing_and_unloading_leaves_nothing(capsys):
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    shell.run_line_magic("load_ext", "storemagic")
    before = [type(item).__name__ for item in shell.configurables]
    shell.run_line_magic("load_ext", "pai_notebook")
    pnb.load_ipython_extension(shell)
    assert shell.find_line_magic("paimodel")
    assert shell.find_cell_magic("paimodel")
    shell.run_line_magic("reload_ext", "pai_notebook")
    assert sum(isinstance(item, PaiModelMagics) for item in shell.configurables) == 1
    shell.run_line_magic("unload_ext", "pai_notebook")
    assert shell.find_line_magic("paimodel") is None
    assert shell.find_cell_magic("paimodel") is None
    assert [type(item).__name__ for item in shell.configurables] == before
    assert "PaiModelMagics" not in shell.magics_manager.registry
    assert capsys.readouterr() == ("", "")


def test_a_line_returns_the_version(demo):
    version = run(demo, f"%paimodel {DIGITS}@latest")
    assert isinstance(version, pnb.ModelVersion)
    assert version.model_id == DIGITS
    assert run(demo, f"%paimodel {DIGITS} {version.version_name}") == version


def test_a_line_can_be_assigned_stored_and_silenced(demo):
    run(demo, f"x = %paimodel {DIGITS}@latest")
    assert isinstance(demo.user_ns["x"], pnb.ModelVersion)
    assert run(demo, f"%paimodel show {DIGITS}@last:3 --as kept") is None
    assert len(demo.user_ns["kept"]) == 3
    assert run(demo, f"%paimodel {DIGITS}@latest;") is None


def test_ls_lists_models_and_versions(demo):
    models = run(demo, "%paimodel ls")
    assert DIGITS in [model.model_id for model in models]
    versions = run(demo, f"%paimodel ls {DIGITS} --approval Approved")
    assert {version.approval_status for version in versions} == {"Approved"}
    found = run(demo, "%paimodel ls --query 手写")
    assert [model.model_id for model in found] == [DIGITS]


def test_several_versions_are_compared(demo):
    compared = run(demo, f"%paimodel {DIGITS}@last:3")
    assert isinstance(compared, pnb.Comparison)


def test_variables_of_the_notebook_and_of_a_function_are_read(demo):
    run(demo, f"m = '{DIGITS}'")
    assert run(demo, "%paimodel $m@latest").model_id == DIGITS
    run(demo, "def f(which):\n    v = get_ipython().run_line_magic('paimodel', '{which}@latest')\n    return v")
    assert run(demo, "f(m)").model_id == DIGITS


def test_nothing_on_the_line_is_evaluated(demo):
    with pytest.raises(AddressError):
        run(demo, "%paimodel {__import__('os').environ.setdefault('PAI_TEST_EVALUATED', 'yes')}")
    assert "PAI_TEST_EVALUATED" not in os.environ


def test_code_prints_python_that_runs_to_the_same_result(demo, capsys):
    line = f"{DIGITS}@last:4 --approval Approved"
    assert run(demo, f"%paimodel show {line} --code") is None
    assert result_of(capsys.readouterr().out) == run(demo, f"%paimodel show {line}")


def test_an_unknown_version_is_answered_in_two_lines_with_the_nearest(demo):
    with pytest.raises(VersionNotFound) as caught:
        run(demo, f"%paimodel {DIGITS} 0.99999.0")
    lines = caught.value._render_traceback_()
    assert len(lines) <= 2
    assert DIGITS in lines[0]
    assert "Nearest" in lines[1]


@pytest.mark.slow
def test_a_report_is_html_or_pdf_and_nothing_else_is_written(demo, tmp_path):
    with pytest.raises(ConfigurationError, match="a report is HTML or PDF"):
        run(demo, f"%paimodel report {DIGITS}@last:2 --to {tmp_path / 'x.docx'}")
    run(demo, f"%paimodel report {DIGITS}@last:2 --to {tmp_path / 'x.html'};")
    assert [path.name for path in tmp_path.iterdir()] == ["x.html"]


@pytest.mark.parametrize("line", [f"compare {DIGITS}@last:3 --baseline 9.9.9", f"compare {DIGITS}@9.9.9"])
def test_a_single_version_that_is_not_there_is_the_error_itself(demo, line):
    with pytest.raises(VersionNotFound, match=r"no version 9\.9\.9"):
        run(demo, f"%paimodel {line}")


def test_an_unknown_model_is_answered_with_the_nearest(demo):
    with pytest.raises(ModelNotFound, match=DIGITS):
        run(demo, f"%paimodel {DIGITS[:-1]}9@latest")


def test_debug_shows_the_whole_traceback(demo):
    with pytest.raises(VersionNotFound) as caught:
        run(demo, f"%paimodel {DIGITS} 0.99999.0 --debug")
    assert len(caught.value._render_traceback_()) > 2


def test_help_is_a_manual_and_the_question_mark_has_one_too(demo):
    assert "--baseline" in str(run(demo, "%paimodel help"))
    assert "--where" in str(run(demo, "%paimodel help ls"))
    assert str(run(demo, f"%paimodel {DIGITS}@latest --help")) == str(run(demo, "%paimodel help"))
    assert "%paimodel MODEL@latest" in demo.find_line_magic("paimodel").__doc__


def test_a_cell_that_is_no_gate_says_what_a_cell_is(demo):
    with pytest.raises(AddressError, match="starts with gate"):
        run(demo, "%%paimodel compare model-a\nx")


def test_settings_are_traits(demo):
    run(demo, "%config PaiModelMagics.region = 'cn-shanghai'")
    magics = demo.magics_manager.registry["PaiModelMagics"]
    assert magics.region == "cn-shanghai"


def covers(shell, version):
    bundle, _ = shell.display_formatter.format(version)
    return [node.get("src") for _, node in nodes(bundle["text/html"]) if node.tag == "img"], bundle


def test_covers_are_pictures_in_this_shell_and_only_when_told(demo):
    hostile = ["https://a.example/c.png", "http://a.example/c.png", "data:image/svg+xml,<svg onload=x>", 'https://a.example/"onerror="x']
    version = pnb.ModelVersion.from_document({"VersionName": "0.1.0", "ExtraInfo": {"CoverUris": hostile}})
    assert covers(demo, version)[0] == []
    run(demo, "%config PaiModelMagics.images = True")
    found, bundle = covers(demo, version)
    assert found == ["https://a.example/c.png", "https://a.example/%22onerror=%22x"]
    assert all(address in bundle["text/plain"] for address in hostile)
    assert "![" not in bundle["text/markdown"]
    assert "<img" not in version._repr_html_()
    run(demo, "%config PaiModelMagics.images = False")
    assert covers(demo, version)[0] == []


def test_unloading_takes_the_pictures_away(demo):
    run(demo, "%config PaiModelMagics.images = True")
    run(demo, "%unload_ext pai_notebook")
    version = pnb.ModelVersion.from_document({"VersionName": "0.1.0", "ExtraInfo": {"CoverUris": ["https://a.example/c.png"]}})
    assert covers(demo, version)[0] == []


@pytest.mark.slow
def test_watch_refreshes_in_place_until_the_approval_changes(demo, monkeypatch):
    store = demo_registry.Store([{"ModelId": "model-w"}], {"model-w": [{"VersionName": "0.1.0", "ApprovalStatus": "Pending"}]})
    registry = pnb.connect(
        endpoint=demo_registry.ENDPOINT,
        credentials=(demo_registry.ACCESS_KEY_ID, demo_registry.ACCESS_KEY_SECRET),
        transport=demo_registry.transport(store),
    )
    turns = iter([{}, {"VersionDescription": "looked at"}, {"ApprovalStatus": "Approved"}])
    watched = registry.watch("model-w@latest", every=1, sleep=lambda _: store.update_version("model-w", "0.1.0", next(turns)))
    assert [(v.description, v.approval_status) for v in watched] == [("", "Pending"), ("looked at", "Pending"), ("looked at", "Approved")]
    monkeypatch.setattr(type(registry), "watch", lambda *_, **__: iter([registry.get_version("model-w@latest")]))
    assert run(demo, "%paimodel watch model-w@latest --every 5 --as seen") is None
    assert demo.user_ns["seen"].approval_status == "Approved"
    with pytest.raises(AddressError, match="one version"):
        run(demo, "%paimodel watch model-w")


@pytest.mark.parametrize("baseline", ["approved", "2.0.0"])
def test_a_baseline_that_the_line_names_is_fetched_beside_its_versions(demo, capsys, baseline):
    line = f"%paimodel compare {DIGITS}@last:2 --baseline {baseline}"
    compared = run(demo, line)
    assert compared.baseline.version_name == "2.0.0"
    assert [version.version_name for version in compared.versions] == ["1.12.2", "2.0.0", "2.5.0"]
    capsys.readouterr()
    run(demo, f"{line} --code")
    assert result_of(capsys.readouterr().out).fingerprint == compared.fingerprint


def test_a_gate_fetches_its_baseline_and_fails_with_every_breach(demo):
    with pytest.raises(RegressionError, match="accuracy@digits-noisy"):
        run(demo, f"%%paimodel gate {DIGITS}@2.5.0 --baseline approved\naccuracy >= baseline - 0.01\n# a comment")
    assert run(demo, f"%%paimodel gate {DIGITS}@2.4.0\naccuracy >= baseline - 0.01")


@pytest.mark.parametrize("rules", ["accuracy >= 0.5", 'accuracy >= baseline - 0.01\n# a "comment"\nmacro_f1 >= 0.1'])
def test_a_gate_has_a_twin_and_can_be_stored(demo, capsys, rules):
    line = f"%%paimodel gate {DIGITS}@2.4.0"
    assert run(demo, f"{line} --as passed\n{rules}") is None
    assert run(demo, f"{line} --code\n{rules}") is None
    assert str(result_of(capsys.readouterr().out)) == str(demo.user_ns["passed"])
    with pytest.raises(AddressError, match="does not take --sort"):
        run(demo, f"{line} --sort x\n{rules}")


def test_a_gate_that_fails_writes_its_files_too(demo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.txt").write_text("accuracy >= baseline - 1%\n", "utf-8")
    with pytest.raises(RegressionError, match="accuracy@digits-noisy"):
        run(demo, f"%paimodel gate {DIGITS}@2.5.0 --rules rules.txt --to gate.md --junit gate.xml")
    assert "checks failed" in (tmp_path / "gate.md").read_text("utf-8")
    assert "<failure" in (tmp_path / "gate.xml").read_text("utf-8")
    with pytest.raises(VersionNotFound):
        run(demo, f"%paimodel gate {DIGITS}@9.9.9 --rules rules.txt --to gate.md --junit gate.xml --overwrite")
    assert "could not be checked" in (tmp_path / "gate.md").read_text("utf-8")
    assert "<error" in (tmp_path / "gate.xml").read_text("utf-8")


def test_a_line_can_ask_the_embedded_registry_and_leave_the_default_one_alone(shell):
    assert run(shell, "%paimodel ls --demo --limit 1")
    assert connection.current_registry() is None


def test_rules_of_a_gate_take_variables_of_the_notebook(demo):
    run(demo, f"model, tolerance = '{DIGITS}', 0.05")
    rules = "accuracy@d-digitsholdout0001 >= baseline - {tolerance}\nn >= $tolerance if present"
    assert run(demo, f"%%paimodel gate {{model}}@2.4.0\n{rules}")
    with pytest.raises(AddressError, match="expressions are not evaluated"):
        run(demo, "%%paimodel gate {model}@2.4.0\naccuracy >= baseline - {tolerance / 2}")


def test_every_line_and_every_rule_of_the_help_page_is_understood():
    for lines in EXAMPLES.values():
        for line in lines:
            parse_line(line.partition("%paimodel ")[2])
    assert len(parse_rules("\n".join(rule.replace("{margin}", "0.1") for rule, _ in RULES))) == len(RULES) - 1


def test_the_help_page_folds_the_options_and_keeps_lines_to_copy_in_one_line(demo):
    page = run(demo, "%paimodel help")._repr_html_()
    assert page.count("<details") == 5
    assert re.findall(r"<t[dh][^>]*max-width[^>]*>(<code>.*?)</t", page) == []


def test_help_of_the_gate_has_its_rules(demo):
    assert "baseline + 5%" in str(run(demo, "%paimodel help gate"))


@pytest.mark.parametrize("frame", ["{}", "{}\n", "\n{}\n\n"])
def test_a_gate_without_rules_is_refused_in_our_words(demo, frame):
    done = demo.run_cell(frame.format(f"%%paimodel gate {DIGITS}@latest"))
    assert isinstance(done.error_in_exec, RegressionError)
    assert "the gate has no rule" in str(done.error_in_exec)


def test_a_setting_that_is_refused_does_not_stop_the_next_load(shell, capsys):
    shell.run_line_magic("config", "PaiModelMagics.workspace_id = 5")
    assert shell.magics_manager.registry["PaiModelMagics"].workspace_id == "5"
    shell.run_line_magic("config", "PaiModelMagics.debug = 'x'")
    shell.run_line_magic("reload_ext", "pai_notebook")
    assert "Settings of PaiModelMagics are not used" in capsys.readouterr().err
    assert "paimodel" in shell.magics_manager.magics["line"]


@pytest.mark.parametrize("name", ["__builtins__", "get_ipython", "In"])
def test_names_that_ipython_cannot_do_without_are_refused(shell, name):
    with pytest.raises(AddressError, match="is not a name for a variable"):
        shell.run_line_magic("paimodel", f"wine-cultivar@latest --demo --as {name}")

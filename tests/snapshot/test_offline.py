"""`%paimodel --offline FILE`: everything from the file, nothing from anywhere else."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

import pai_notebook as pnb
from pai_notebook.errors import ComparisonError, ConfigurationError, ModelNotFound, SnapshotError, VersionNotFound
from pai_notebook.registry import connection


@pytest.fixture
def shell(monkeypatch):
    """A shell in which asking any registry fails the test."""

    def no_network(*_, **__):
        raise AssertionError("a registry was asked")

    monkeypatch.setattr(connection, "connect", no_network)
    monkeypatch.setattr(connection, "_default", None)
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    shell.run_line_magic("load_ext", "pai_notebook")
    yield shell
    shell.run_line_magic("unload_ext", "pai_notebook")


@pytest.fixture
def snapshot(everything, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    everything.save("all.paisnap.json.gz")
    return everything


def run(shell, line):
    outcome = shell.run_cell(line)
    outcome.raise_error()
    return outcome.result


@pytest.mark.slow
def test_a_file_alone_gives_all_its_versions(shell, snapshot):
    assert run(shell, "%paimodel ls --offline all.paisnap.json.gz") == snapshot


def test_addresses_select_in_the_file(shell, snapshot):
    model = snapshot.models[0]
    latest = pnb.VersionSet(version for version in snapshot if version.model_id == model).latest
    assert list(run(shell, f"%paimodel show {model}@latest --offline all.paisnap.json.gz")) == [latest]


def test_an_address_that_the_file_lacks_is_an_error(shell, snapshot):
    with pytest.raises(VersionNotFound, match=r"this set has no .*@999\.0\.0"):
        run(shell, f"%paimodel show {snapshot.models[0]}@999.0.0 --offline all.paisnap.json.gz")
    with pytest.raises(ModelNotFound, match="Models here"):
        run(shell, "%paimodel ls model-zzz --offline all.paisnap.json.gz")


def test_a_missing_file_is_an_error(shell):
    with pytest.raises(SnapshotError, match="cannot be read"):
        run(shell, "%paimodel ls --offline nothing.json")


def test_the_python_that_a_line_prints_gives_the_same(shell, snapshot, capsys):
    line = f"%paimodel show {snapshot.models[0]}@last:2 --offline all.paisnap.json.gz"
    shown = run(shell, line)
    capsys.readouterr()
    run(shell, line + " --code")
    names = {}
    exec(capsys.readouterr().out, names)
    assert names["vs"] == shown


@pytest.mark.slow
def test_a_report_and_a_table_are_written_and_only_replaced_when_told(shell, snapshot, capsys):
    line = f"%paimodel report {snapshot.models[0]}@last:2 --offline all.paisnap.json.gz --to r.html"
    run(shell, f"path = {line}")
    path = shell.user_ns["path"]
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(ConfigurationError, match="exists already"):
        run(shell, line)
    run(shell, line + " --overwrite")
    capsys.readouterr()
    run(shell, line + " --overwrite --code")
    assert '.report("r.html", overwrite=True)' in capsys.readouterr().out
    run(shell, "%paimodel ls --offline all.paisnap.json.gz --to all.csv")
    assert "VersionSet" not in path.with_name("all.csv").read_text("utf-8")


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    with pnb.connect("demo", default=False) as registry:
        return registry.get_versions("iris-species").save(tmp_path_factory.mktemp("named") / "iris.paisnap.json.gz")


def test_a_model_is_addressed_by_name_and_no_registry_is_pointed_to(named, shell):
    assert run(shell, f"%paimodel ls iris-species --offline {named}") == pnb.load(named)
    with pytest.raises(ModelNotFound) as caught:
        run(shell, f"%paimodel ls wine --offline {named}")
    assert "--query" not in str(caught.value)


def test_a_set_without_the_approved_version_says_to_fetch_or_save_it_too_and_leads_to_no_other(tmp_path):
    with pnb.connect("demo", default=False) as registry:
        vs = registry.get_versions("wine-cultivar@last:2")
        path = vs.save(tmp_path / "two.paisnap.json")
        both = registry.get_versions("wine-cultivar@last:2,approved").save(tmp_path / "both.paisnap.json")
    with pytest.raises(VersionNotFound) as caught:
        pnb.compare("wine-cultivar@latest", baseline="approved", among=path)
    assert str(caught.value) == "this set has no wine-cultivar@approved. Fetch or save it too, as in wine-cultivar@last:5,approved."
    assert "请一并获取或保存" in caught.value.hint.in_language("zh")
    with pytest.raises(ComparisonError) as caught:
        pnb.load(path).compare("approved")
    assert "another version" not in str(caught.value)
    assert pnb.compare("wine-cultivar@latest", baseline="approved", among=both).baseline_name == "1.5.0"

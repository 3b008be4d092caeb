"""What the exit code of `paimodel` says, and what is written where."""

import io
import json
import os
import re
import shlex
import shutil
import warnings
from pathlib import Path

import pytest
from junitparser import JUnitXml

import pai_notebook as pnb
from pai_notebook.errors import PatternWarning
from pai_notebook.shell import Exit, command, main
from tests.shell.commands import MODEL

# words, and how they end
TABLE = [
    (f"{MODEL}@latest --demo", Exit.PASSED),
    ("ls --demo", Exit.PASSED),
    (f"ls {MODEL} --last 2 --demo", Exit.PASSED),
    (f"compare {MODEL}@last:2 --demo", Exit.PASSED),
    (f"explain {MODEL}@last:2 --demo", Exit.PASSED),
    (f"save {MODEL}@last:2 --to s.paisnap.json --demo", Exit.PASSED),
    ("drift same.paisnap.json --demo", Exit.PASSED),
    ("help", Exit.PASSED),
    ("gate --help", Exit.PASSED),
    ("--version", Exit.PASSED),
    (f"gate {MODEL}@2.4.0 --rules hold.txt --demo", Exit.PASSED),
    (f"gate {MODEL}@2.4.0 --rules hold.txt --demo --code", Exit.PASSED),
    ("search accuracy@d-wineholdout0001>0.96 --approval approved --demo", Exit.PASSED),
    # did not pass
    (f"gate {MODEL}@2.5.0 --rules break.txt --demo", Exit.FAILED),
    (f"gate {MODEL}@2.5.0 --rules both.txt --demo", Exit.FAILED),
    ("drift other.paisnap.json --demo", Exit.FAILED),
    ("drift named.paisnap.json --demo", Exit.FAILED),
    # could not be checked
    (f"gate {MODEL}@2.4.0 --rules unknown.txt --demo", Exit.UNCHECKED),
    (f"gate {MODEL}@2.4.0 --rules empty.txt --demo", Exit.UNCHECKED),
    (f"gate {MODEL}@2.4.0 --rules hold.txt --baseline 9.9.9 --demo", Exit.UNCHECKED),
    (f"compare {MODEL}@2.4.0,9.9.9 --demo", Exit.UNCHECKED),
    (f"explain {MODEL}@2.4.0,9.9.9 --demo", Exit.UNCHECKED),
    (f"ls {MODEL}@2.4.0,9.9.9 --demo", Exit.UNCHECKED),
    ("model-nowhere@latest --demo", Exit.UNCHECKED),
    (f"ls {MODEL} --sort acuracy --demo", Exit.UNCHECKED),
    (f"compare {MODEL}@last:2 --by acuracy --demo", Exit.UNCHECKED),
    ("drift torn.paisnap.json --demo", Exit.UNCHECKED),
    ("drift empty.paisnap.json --demo", Exit.UNCHECKED),
    ("drift there.csv --demo", Exit.UNCHECKED),
    ("search accuracy>0.9 --demo", Exit.UNCHECKED),
    ("search acuracy>0.9 --demo", Exit.UNCHECKED),
    # usage
    ("search --label nosuch=x --demo", Exit.USAGE),
    (f"ls {MODEL} --label nosuch=x --demo", Exit.USAGE),
    ("search --approval ok --demo", Exit.USAGE),
    (f"ls {MODEL} --approval ok --demo", Exit.USAGE),
    (f"gate {MODEL}@approved --baseline approved --rules beside.txt --demo", Exit.PASSED),
    (f"gate {MODEL}@approved --rules hold.txt --demo", Exit.FAILED),
    (f"gate {MODEL}@latest --baseline latest --rules beside.txt --demo", Exit.UNCHECKED),
    ("search accuracy > 0.9 --demo", Exit.USAGE),
    ("", Exit.USAGE),
    ("show '' --demo", Exit.USAGE),
    ("compre model-a@latest --demo", Exit.USAGE),
    (f"show {MODEL}@latest --baseline approved --demo", Exit.USAGE),
    (f"gate {MODEL}@latest --demo", Exit.USAGE),
    (f"gate {MODEL}@latest --rules nowhere.txt --demo", Exit.USAGE),
    (f"gate {MODEL}@latest --rules wrong.txt --demo", Exit.USAGE),
    (f"compare {MODEL}@last:2 --to there.csv --demo", Exit.USAGE),
    ("drift nowhere.paisnap.json --demo", Exit.USAGE),
    ("drift . --demo", Exit.USAGE),
    ("ls --offline nowhere.paisnap.json", Exit.USAGE),
    (f"gate {MODEL}@latest --rules hold.txt --to gate.csv --demo", Exit.USAGE),
    (f"ls {MODEL} --where accuracy>> --demo", Exit.USAGE),
    (f"ls {MODEL} --where acuracy>1 --demo", Exit.UNCHECKED),
    (f"ls {MODEL} --where label.envv>1 --demo", Exit.USAGE),
    (f"ls {MODEL} --where label.env==prod --demo", Exit.USAGE),
    (f"ls {MODEL} --where created>soon --demo", Exit.USAGE),
    (f"compare {MODEL}@last:2 --baseline oldest --demo", Exit.USAGE),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Snapshots that are as the registry is, that are not, and that are none; and a file that is there."""
    folder = tmp_path_factory.mktemp("made")
    with pnb.connect("demo", default=False) as registry:
        versions = registry.get_versions(f"{MODEL}@2.0.0,2.4.0")
    versions.save(folder / "same.paisnap.json")
    document = versions["2.4.0"].raw
    document["ApprovalStatus"] = "Rejected"
    changed = pnb.ModelVersion.from_document(document, versions["2.4.0"].model_id, fetched=versions["2.4.0"].fetched)
    pnb.VersionSet([versions["2.0.0"], changed]).save(folder / "other.paisnap.json")
    pnb.VersionSet.from_documents([document], MODEL).save(folder / "named.paisnap.json")
    pnb.VersionSet().save(folder / "empty.paisnap.json")
    text = (folder / "same.paisnap.json").read_text("utf-8")
    (folder / "torn.paisnap.json").write_text(text[: len(text) // 2], "utf-8")
    (folder / "beside.txt").write_text("accuracy >= baseline", "utf-8")
    (folder / "there.csv").write_text("there", "utf-8")
    return folder


@pytest.fixture
def files(folder, made):
    """The folder, with those files in it."""
    return shutil.copytree(made, folder, dirs_exist_ok=True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        *(pytest.param(words, code, id=words or "nothing") for words, code in TABLE),
        pytest.param(f"report {MODEL}@last:2 --to r.html --demo", Exit.PASSED, id="report", marks=pytest.mark.slow),
    ],
)
def test_the_exit_code_says_how_a_command_ended(files, capsys, words, code):
    assert main(shlex.split(words)) == code
    out, err = capsys.readouterr()
    # what could be shown is on stdout; what went wrong is on stderr, in the words of a shell
    assert bool(err) == (code is Exit.USAGE or not out)
    assert "%paimodel" not in out + err
    assert "Traceback" not in err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_shell_is_told_of_a_file_of_rules_and_of_no_cell(capsys, monkeypatch, lang):
    monkeypatch.setattr(pnb.options, "lang", lang)
    for words in ("gate", f"gate {MODEL}@latest", "gate --rules hold.txt", "help", "help gate"):
        main(words.split())
        out, err = capsys.readouterr()
        assert "--rules FILE" in out + err
        assert not re.search(r"cell|单元格|then one rule|然后每行", out + err)


@pytest.mark.parametrize(
    "line",
    [
        f"{MODEL}@latest --demo",
        "ls --demo",
        f"compare {MODEL}@last:2 --demo",
        "search n>1000000 --demo",
        "help",
        "--help",
        "ls --help",
        "lst",
        "ls --nonsense",
        "gate",
        f"ls {MODEL} --offline none.paisnap.json",
    ],
)
def test_lang_has_all_of_a_command_in_that_language(capsys, line):
    for words in (f"{line} --lang zh", f"--lang=zh-CN {line}"):
        main(words.split())
        out, err = capsys.readouterr()
        assert re.search("，|。|（|：|选项|版本", out + err)
        assert not re.search(r"(?i)\b(?:does not take|needs|unknown|of every|no \w+ has)\b", out + err)
        assert pnb.options.lang == "en"


def test_json_of_a_command_that_has_nothing_else_to_say_is_its_error(files, capsys):
    for words, code in (
        (f"gate {MODEL}@9.9.9 --rules hold.txt", Exit.UNCHECKED),
        ("ls model-x", Exit.UNCHECKED),
        ("ls --nope", Exit.USAGE),
    ):
        assert main([*words.split(), "--demo", "--json"]) == code
        told = capsys.readouterr()
        assert told.err == f"paimodel: {json.loads(told.out)['error']}\n"


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no pipes with names")
def test_rules_may_come_from_a_pipe_of_the_shell(capsys):
    reading, writing = os.pipe()
    os.write(writing, b"accuracy >= 50%\n")
    os.close(writing)
    try:
        assert main(["gate", f"{MODEL}@2.4.0", "--rules", f"/dev/fd/{reading}", "--demo"]) == Exit.PASSED
    finally:
        os.close(reading)
    assert "accuracy" in capsys.readouterr().out
    assert main(["gate", f"{MODEL}@2.4.0", "--rules", "/dev/fd/9999", "--demo"]) == Exit.USAGE


def test_code_of_a_command_in_another_language_sets_it(capsys):
    main(["ls", "--lang", "zh", "--code"])
    assert 'pnb.options.lang = "zh"\npnb.list_models' in capsys.readouterr().out.replace("\n\n", "\n")
    main(["explain", f"{MODEL}@last:2", "--lang", "zh", "--code"])
    assert capsys.readouterr().out.endswith('.explain(lang="zh")\n')
    assert main(["ls", "--lang", "fr"]) == Exit.USAGE


def test_a_rule_that_cannot_be_read_is_found_by_its_file_line_and_column(folder, capsys):
    (folder / "late.txt").write_text("\n\n# a comment\naccuracy >= 0.5\naccuracy >= baseline * 0.99\n", "utf-8")
    assert main(["gate", f"{MODEL}@latest", "--rules", "late.txt", "--demo"]) == Exit.USAGE
    assert capsys.readouterr().err.startswith("paimodel: late.txt: line 5, column 22: ")


def test_a_gate_writes_its_files_whether_it_passes_or_not(folder, capsys):
    assert main(["gate", f"{MODEL}@2.5.0", "--rules", "both.txt", "--to", "gate.md", "--junit", "gate.xml", "--demo"]) == Exit.FAILED
    assert "checks failed" in capsys.readouterr().out
    assert "checks failed" in (folder / "gate.md").read_text("utf-8")
    read = JUnitXml.fromfile(str(folder / "gate.xml"))
    assert (read.failures, read.errors) == (1, 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (f"gate {MODEL}@9.9.9 --rules hold.txt", Exit.UNCHECKED, "9.9.9"),
        ("gate model-nowhere@latest --rules hold.txt", Exit.UNCHECKED, "model-nowhere"),
        (f"gate {MODEL}@2.4.0 --rules wrong.txt", Exit.USAGE, "wrong.txt: line 1, column 22"),
        (f"gate {MODEL}@2.4.0 --rules nowhere.txt", Exit.USAGE, "nowhere.txt"),
    ],
)
def test_a_gate_that_could_not_be_checked_leaves_no_file_of_an_earlier_one(folder, capsys, words, code, said):
    files = ["--to", "gate.md", "--junit", "gate.xml", "--demo", "--overwrite"]
    assert main(["gate", f"{MODEL}@2.4.0", "--rules", "hold.txt", *files]) == Exit.PASSED
    capsys.readouterr()
    assert main([*words.split(), *files]) == code
    assert "written: gate.xml" in capsys.readouterr().err
    read = JUnitXml.fromfile(str(folder / "gate.xml"))
    assert (read.tests, read.failures, read.errors) == (1, 0, 1)
    (case,) = next(iter(read))
    assert said in case.result[0].message
    assert case.classname == words.split()[1].partition("@")[0]
    assert "could not be checked" in (folder / "gate.md").read_text("utf-8")


def test_a_gate_without_a_region_leaves_no_file_of_an_earlier_one(folder, capsys, monkeypatch):
    for name in ("REGION", "PAI_REGION", "ALIBABA_CLOUD_REGION_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    (folder / "gate.xml").write_text("earlier", "utf-8")
    assert main(["gate", f"{MODEL}@2.4.0", "--rules", "hold.txt", "--junit", "gate.xml", "--overwrite"]) == Exit.USAGE
    assert "written: gate.xml" in capsys.readouterr().err
    (case,) = next(iter(JUnitXml.fromfile(str(folder / "gate.xml"))))
    assert "no region was found" in case.result[0].message
    main(["ls"])
    assert "paimodel --demo needs none" in capsys.readouterr().err


def test_rules_that_are_no_file_are_told_of_stdin(folder, capsys):
    assert main(["gate", f"{MODEL}@2.4.0", "--rules", "accuracy > 0.9", "--demo"]) == Exit.USAGE
    assert "Pass --rules a file with one rule a line, " in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("words", [[], ["--code", "--overwrite"], ["--overwrite", "--to", "gate.csv"], ["--overwrite", "--mod", "a=max"]])
def test_a_mistake_in_the_words_of_a_gate_leaves_its_files_as_they_were(folder, words):
    (folder / "gate.xml").write_text("earlier", "utf-8")
    assert main(["gate", f"{MODEL}@9.9.9", "--rules", "wrong.txt", "--junit", "gate.xml", "--demo", *words]) == Exit.USAGE
    assert (folder / "gate.xml").read_text("utf-8") == "earlier"


def test_a_mistake_of_this_package_leaves_no_file_of_an_earlier_gate(folder, monkeypatch):
    monkeypatch.setattr(command, "plan_of", lambda _: 1 / 0)
    assert main(["gate", f"{MODEL}@latest", "--rules", "hold.txt", "--junit", "gate.xml", "--demo"]) == Exit.UNCHECKED
    assert "a mistake of paimodel" in (folder / "gate.xml").read_text("utf-8")


@pytest.mark.slow
def test_json_is_what_scripts_read(files, capsys):
    def asked(words):
        main([*words.split(), "--demo", "--json"])
        return json.loads(capsys.readouterr().out)

    assert asked("ls")["models"][0].keys() == {"model_id", "name", "document"}
    listed = asked(f"ls {MODEL}@2.4.0,9.9.9")
    assert [version["version"] for version in listed["versions"]] == ["2.4.0"]
    assert next(iter(listed["errors"])).endswith("@9.9.9")
    (shown,) = asked(f"{MODEL}@2.4.0")["versions"]
    assert asked(f"{MODEL}@2.4.0").keys() == listed.keys()
    assert shown["document"]["VersionName"] == "2.4.0"
    value = next(cell["value"] for cell in shown["metrics"] if cell["name"] == "accuracy")
    assert {"name": "accuracy", "dataset": "d-digitsholdout0001", "value": value, "state": "number"} in shown["metrics"]
    compared = asked(f"compare {MODEL}@2.5.0")
    assert compared["baseline"] == "2.0.0"
    assert any(row["versions"]["2.5.0"]["verdict"] == "worse" for row in compared["rows"])
    assert asked(f"explain {MODEL}@2.5.0")["verdict"] == compared["verdict"]
    gate = asked(f"gate {MODEL}@2.5.0 --rules both.txt")
    assert not gate["passed"]
    assert not {"scale", "limit", "is_plain"} & {name for check in gate["checks"] for name in check}
    assert {(check["outcome"], check["checked"]) for check in gate["checks"]} >= {("failed", True), ("unchecked", False)}
    assert asked("drift other.paisnap.json")["changes"][0]["field"] == "approval_status"
    assert asked(f"save {MODEL}@latest --to x.paisnap.json") == {"path": "x.paisnap.json"}


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "ascii"])
def test_json_has_characters_that_the_stream_can_encode_and_escapes_for_others(folder, monkeypatch, encoding):
    texts = ["模型", "👩\u200d🔬", "a\u202eb\x9b", "e\u0301"]
    pnb.VersionSet.from_documents({"VersionName": "0.1.0", "Labels": [{"Key": text, "Value": text} for text in texts]}).save(
        "x.paisnap.json"
    )
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr("sys.stdout", stream)
    assert main(["ls", "--offline", "x.paisnap.json", "--json"]) == Exit.PASSED
    written = stream.buffer.getvalue().decode(encoding)
    assert set(json.loads(written)["versions"][0]["labels"]) == set(texts)
    assert ("模型" in written) is (encoding != "ascii")
    assert not re.search("[\u202e\x9b]", written)


def test_a_mistake_of_this_package_is_not_a_gate_that_failed(monkeypatch, capsys):
    monkeypatch.setattr(command, "plan_of", lambda _: 1 / 0)
    assert main(["ls", "--demo"]) == Exit.UNCHECKED
    assert "a mistake of paimodel" in capsys.readouterr().err
    assert main(["ls", "--demo", "--debug"]) == Exit.UNCHECKED
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_warnings_of_this_package_are_one_line_and_others_are_left_out(monkeypatch, capsys):
    def warn(_):
        warnings.warn("nothing fits x*", PatternWarning, stacklevel=1)
        warnings.warn("an old call", DeprecationWarning, stacklevel=1)
        return ()

    monkeypatch.setattr(command, "plan_of", warn)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        main(["ls", "--demo"])
    assert capsys.readouterr().err == "paimodel: nothing fits x*\n"


def test_what_a_shell_shows_is_what_a_notebook_shows_in_the_words_of_a_shell(capsys):
    main(["compare", f"{MODEL}@last:2", "--demo"])
    shown = capsys.readouterr().out
    with pnb.connect("demo", default=False) as registry:
        compared = registry.compare(f"{MODEL}@last:2")
    assert [line.split() for line in shown.splitlines()[:3]] == [line.split() for line in str(compared).splitlines()[:3]]
    assert "--by accuracy" in shown
    assert "only='all'" not in shown


@pytest.mark.parametrize(
    "words",
    [
        ["ls", MODEL, "--where", "accurac > 0.9"],
        ["ls", MODEL, "--sort", "accurac"],
        ["search", "bogusmetric > 0.9"],
        ["compare", f"{MODEL}@last:2", "--by", "accurac"],
    ],
    ids=lambda words: words[-2],
)
def test_a_name_that_no_version_has_ends_alike_wherever_it_stands(words, capsys):
    assert main([*words, "--demo"]) == Exit.UNCHECKED
    assert main(["ls", MODEL, "--where", "accuracy >", "--demo"]) == Exit.USAGE


@pytest.mark.slow
def test_a_report_in_a_shell_answers_a_question_by_rules_and_ends_with_0(files, capsys):
    words = f"report {MODEL}@2.5.0 --baseline approved --question 'May 2.5.0 go live?' --rules break.txt --to r.html --demo"
    assert main(shlex.split(words)) == Exit.PASSED
    text = (files / "r.html").read_text("utf-8")
    assert "May 2.5.0 go live?" in text
    assert "checks failed" in text

"""The grammar of the line: what it means, what it refuses, and the Python that does the same."""

import ast
import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.errors import AddressError, ConfigurationError
from pai_notebook.plan import OPTIONS, VERBS, options_of, parse_cell, parse_line, parse_words, plan_of, to_line
from pai_notebook.python_source import IT, step, to_python

CORPUS = Path(__file__).parents[1] / "data" / "corpora" / "ids.json"
LINES = [item for item in json.loads(CORPUS.read_text("utf-8"))["items"] if item["kind"] == "magic_line"]


def _expanded(item):
    generated = item.get("value_gen")
    if generated is None:
        return item["value"]
    return generated.get("prefix", "") + generated["repeat"] * generated["count"] + generated.get("suffix", "")


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        ("model-a", "ls"),
        ("model-a@latest", "show"),
        ("model-a 0.1.0", "show"),
        ("model-a 0.1.0 0.2.0", "compare"),
        ("model-a@0.1.0,0.2.0", "compare"),
        ("model-a@last:3", "compare"),
        ("model-a@latest model-b@latest", "compare"),
        ("show model-a@last:3", "show"),
        ("ls", "ls"),
        ("ls model-a --label env=prod --last 3", "ls"),
        ("explain model-a@last:2 --lang zh", "explain"),
        ("explore", "explore"),
        ("connect demo", "connect"),
        ("connect --region cn-hangzhou", "connect"),
        ("help compare", "help"),
        ("compare --help", "help"),
        ("model-a@latest --help", "help"),
        ("nonsense --help", "help"),
        ("", "help"),
        ("-h", "help"),
    ],
)
def test_a_line_means_one_verb(line, verb):
    assert parse_line(line).verb == verb


@pytest.mark.parametrize("line", ["ls model-a", "model-a@last:2", "gate model-a@last:2 --rules rules.txt"])
def test_a_page_may_be_called_htm_in_a_line_as_in_python(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.txt").write_text("cer < 0.2", "utf-8")
    plan = plan_of(parse_line(f"{line} --to page.htm"))
    assert [each.args for each in plan if each.verb == "to_html"] == [("page.htm",)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("model-a@latest --basline approved", "--baseline"),
        ("compre model-a@latest", "compare"),
        ("compare", "needs an address"),
        ("model-a@latest --baseline", "needs a value"),
        ("compare model-a --all=yes", "takes no value"),
        ("compare model-a --baseline 0.1.0 --baseline 0.2.0", "twice"),
        ("ls model-a --last three", "whole number"),
        ("ls model-a --label env", "Use --label env=VALUE."),
        ("ls model-a --label env:prod", "Use --label env=prod."),
        ("show model-a@latest --mode cer=min", "does not take"),
        ("model-a@latest --lang fr", "does not take"),
        ("explain model-a@last:2 --lang fr", "en or zh"),
        ("model-a@latest --as 1x", "not a name"),
        ("model-a@latest 0.1.0", "already selects"),
        ('show "model-a', "column 6"),
        ("model-a@{v}", "v is not defined"),
        ("model-a@$v", "v is not defined"),
        ("help nonsense", "unknown verb"),
        ("gate model-a@latest", "whole cell, or --rules FILE"),
        ("gate --rules r.txt", "gate needs an address"),
        ("ls --sort accuracy", "Name a model: ls MODEL --sort NAME."),
        ("ls model-a --query x", "Leave the model out: ls --query TEXT."),
        ("gate model-a@latest accuracy >= 0.9", "gate takes a whole cell"),
        ("save model-a@last:5", "save needs --to FILE"),
        ("drift", "one snapshot file"),
        ("drift a.json b.json", "one snapshot file"),
        ("ls --json", "It belongs to the command paimodel of a shell"),
        ("show model-a@latest --demo --region cn-beijing", "--demo is a registry of its own"),
        ("show model-a@latest --rules r.txt", "It belongs to report, gate."),
        ("gate model-a@latest --rules r.txt --question x", "It belongs to report."),
        ("snapshot model-a@last:5", "Did you mean save?"),
        ("check model-a@latest", "Did you mean gate?"),
        ("model-a latest", "model-a@latest"),
        ("compare model-a last:3", "model-a@last:3"),
        ("model-a@0.1.0 0.2.0..0.4.0", "model-a@0.2.0..0.4.0"),
        ("connect a b", "one name"),
        ("model-a@latest --access-key-secret S3CRET", "saved in the history"),
        ("list", "unknown verb 'list'. Did you mean ls?"),
        ("find digits", "Did you mean search CONDITION, or ls --query TEXT?"),
        ("search", "one condition in quotation marks"),
        ("search cer > 0.9", "one condition in quotation marks"),
        ("search 'cer > 0.9' --sort cer", "search does not take --sort"),
        ("get model-a 2.4.0", "Did you mean show?"),
        ("fetch model-a", "Did you mean show?"),
        ("diff model-a@2.4.0,2.5.0", "Did you mean compare?"),
        ("status f.paisnap.json.gz", "Did you mean drift?"),
        ("load x.paisnap.json", "ls --offline FILE"),
        ("plot model-a@last:5", ".plot.dot("),
        ("rank model-a@last:3 accuracy", ".rank("),
        ("best model-a@last:3", "Write compare MODEL@last:5 --by METRIC."),
        ("set lang zh", "In Python: pnb.options.lang = 'zh'."),
        ("lang zh", "In Python: pnb.options.lang = 'zh'."),
        ("ls model-a --columns cer", "Did you mean --metrics? It belongs to compare, explain, report, gate."),
        ("compare model-a --desc", "Did you mean --sort -NAME? It belongs to show, ls."),
        ("ls model-a --desc", "Did you mean --sort -NAME?"),
        ("ls --tag env=test", "Name a model: ls MODEL --label K=V. Models by their labels: ls --query TEXT."),
        ("ls --label env=test", "Models by their labels: ls --query TEXT."),
        ("compare model-a@last:2 > out.txt", "'>' writes a file in a shell only. Did you mean --to out.md?"),
        ("model-a@last:2 >> out.csv", "Did you mean --to out.csv?"),
        ("show model-a@last:2 > out.txt", "pathlib.Path('comment.md')"),
        ("report model-a@last:2 --gate 'cer < 0.1'", "Did you mean --rules FILE?"),
        ("compare model-a@last:2 --gate 'cer < 0.1'", "gate is a verb"),
        ("compare model-a@last:2 --save d.csv", "Did you mean --to?"),
        ("save model-a@last:2 --to d.csv", "Write ls MODEL --to d.csv."),
        ("report model-a@last:2 --to d.xlsx", "Write compare MODEL@last:5 --to d.xlsx."),
        ("connect --profile team", "Set ALIBABA_CLOUD_PROFILE in the environment."),
        ("connect --proxy http://a", "Set HTTPS_PROXY in the environment."),
        ("ls --ca-bundle ca.pem", "Set SSL_CERT_FILE in the environment."),
        ("approve model-a@latest", "only reads"),
        ("SHOW model-a@latest", "Did you mean show?"),
        ("conect demo", "Did you mean connect?"),
        ("iris 1.0.0", "iris@1.0.0"),
        ("qwertz", "qwertz@all"),
        ("model-a show", "Write show model-a."),
        ("model-a@latest compare model-b@latest", "the verb comes first"),
        ("ls model-a --where 'a > 1' --where 'b > 1'", "Join the conditions by and"),
        ("model-a --show", "show is a verb"),
        ("model-a 2.4.0 latest", "Write model-a@2.4.0,latest."),
        ("model-a 0.1.0,0.2.0", "model-a@0.1.0,0.2.0"),
        ("model-a approved..latest", "model-a@approved..latest"),
        ("compare model-a@last:2 --directions cer=min", "Did you mean --mode?"),
        ("compare model-a@last:2 --only all", "Did you mean --all?"),
        ("ls model-a --created-after 2026-01-01", '--where "created > 2026-01-31"'),
        ("compare model-a --tolerance 5%", "In Python it is tolerance="),
        ("compare model-a --workspace_id 5", "Did you mean --workspace?"),
        ("ls --label license=apache-2.0", "ls without a model does not take --label"),
        ("ls --approval Approved", "ls without a model does not take --approval"),
        ("ls --where 'accuracy > 2'", "ls without a model does not take --where"),
        ("ls --last 3", "ls without a model does not take --last"),
        ("ls --sort name", "ls without a model does not take --sort"),
        ("ls --to x.csv", "ls without a model does not take --to"),
        ("ls model-a --query x", "ls does not take --query"),
        ("ls model-a --workspace 5", "ls does not take --workspace"),
        ("explore --last 3", "explore without a model does not take --last"),
        ("show model-a@last:2 --offline x.json --refresh", "--offline reads a file"),
        ("show model-a@last:2 --offline x.json --region cn-beijing", "--offline reads a file"),
        ("compare model-a@last:2 --overwrite", "replaces nothing"),
        ("compare model-a@last:2 --mode cer=min --mode cer=max", "twice for cer"),
        ("help --code", "asks nothing of a registry"),
        ("model-a@latest --as class", "not a name"),
        ("\u2013label x", "not a hyphen"),
        ("\u201cmodel-a\u201d", "curly"),
        ('{cfg["m"]}@latest', '{cfg["m"]} is an expression, and expressions are not evaluated'),
        ("{obj.m}@latest", "value = obj.m"),
        ('M@{",".join(names)}', 'value = ",".join(names)'),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(line, says):
    with pytest.raises(AddressError) as caught:
        parse_line(line)
    assert says in str(caught.value)
    assert "S3CRET" not in str(caught.value)


@pytest.mark.parametrize("option", ["--format md", "--to comment.md", "--output=comment.md"])
@pytest.mark.parametrize(
    ("verb", "edge"), [("explain", "shell"), ("drift", "shell"), ("show", "shell"), ("explain", "line"), ("show", "line")]
)
def test_a_verb_that_writes_no_file_says_how_what_it_shows_gets_into_one(option, verb, edge):
    words = [verb, "model-a@latest", *option.split()]
    with pytest.raises(AddressError) as caught:
        parse_words(words) if edge == "shell" else parse_line(" ".join(words))
    if edge == "shell":
        assert caught.value.hint == f"Write %paimodel {verb} ... > FILE."
    else:
        assert caught.value.hint.startswith(f"Write found = %paimodel {verb} ..., then in Python: pathlib.Path(")


@pytest.mark.parametrize("option", ["--repeats", "--group-repeats", "--groupby lr", "--group-by=lr", "--runs", "--seeds"])
@pytest.mark.parametrize(("verb", "gives"), [("gate", "GateReport"), ("compare", "Comparison"), ("explain", "Explanation")])
def test_an_option_for_means_of_runs_is_answered_with_the_python_that_compares_them(option, verb, gives, monkeypatch):
    runs = [{"VersionName": f"0.{k}.0", "TrainingSpec": {"lr": k // 2 / 10, "seed": k % 2}, "Metrics": {"accuracy": 0.9}} for k in range(4)]
    monkeypatch.setattr(pnb, "get_versions", lambda _: pnb.VersionSet.from_documents(runs, "model-a"))
    words = [verb, "model-a@last:8", "--rules", "rules.txt", *option.split()]
    refused = [lambda: parse_words(words), lambda: parse_line(" ".join(words))]
    refused += [lambda: parse_cell(f"gate model-a@last:8 {option}", "accuracy > 0.9")] if verb == "gate" else []
    for refuse in refused:
        with pytest.raises(AddressError, match="unknown option") as caught:
            refuse()
        code = caught.value.hint.removeprefix("In Python: ").partition(";")[0]
        assert type(eval(code, {"pnb": pnb})).__name__ == gives


@pytest.mark.parametrize("item", LINES, ids=lambda item: item["why"])
def test_the_lines_of_the_corpus_are_treated_as_labelled(item):
    line, expect = _expanded(item), item["expect"]
    if expect == "clean_usage_error":
        with pytest.raises(AddressError) as caught:
            parse_line(line)
        assert len(str(caught.value)) < 600
        assert "--access-key-secret SECRET" not in str(caught.value)
    elif expect == "usage":
        assert parse_line(line).verb == "help"
    else:
        assert expect == "run"
        assert parse_line(line).verb == "show"


def test_variables_stand_for_texts_numbers_and_versions_and_nothing_is_evaluated():
    class Version:
        address = "model-b@0.2.0"

    names = {"m": "model-a", "n": 3, "v": Version(), "bad": object()}
    assert str(parse_line("$m@last:{n}", names).addresses[0]) == "model-a@last:3"
    assert str(parse_line("{v}", names).addresses[0]) == "model-b@0.2.0"
    values = {"f": 0.05, "flag": True, "day": date(2026, 1, 31), "names": ["0.1.0", "0.2.0"], "m": "model-a"}
    assert str(parse_line("${m}@{names}", values).addresses[0]) == "model-a@0.1.0,0.2.0"
    assert parse_line("ls model-a --where 'cer < {f} and created > $day'", values).get("where") == "cer < 0.05 and created > 2026-01-31"
    with pytest.raises(AddressError, match="is a object"):
        parse_line("$bad", names)
    for line in ("{m.upper()}", "{1+1}", "{__import__('os')}", "model-a@{m!r}"):
        with pytest.raises(AddressError):
            parse_line(line, names)


def test_rules_of_a_gate_take_variables_as_the_line_does():
    names = {"tolerance": 0.05, "m": "model-a", "metric": "accuracy@d-a"}
    command = parse_cell("gate $m@latest --baseline 2.4.0", "$metric >= baseline - {tolerance}\n# {nothing} here\n", names)
    assert (command.verb, command.rules) == ("gate", "accuracy@d-a >= baseline - 0.05\n# {nothing} here")
    for rule, says in (("cer <= {cfg['m']}", "expressions are not evaluated"), ("cer <= $nowhere", "nowhere is not defined")):
        with pytest.raises(AddressError, match=says):
            parse_cell("gate $m@latest", rule, names)


@pytest.mark.parametrize("rule", ["accuracy >= 0.9", "accuracy>=0.9", "fail if accuracy worse beyond chance", "cer < baseline"])
def test_a_rule_in_the_first_line_of_a_cell_is_said_to_go_below(rule):
    with pytest.raises(AddressError, match="Write the rules below, one a line"):
        parse_cell(f"gate model-a@2.5.0 {rule}", "latency_ms < 1")


def test_a_model_whose_name_has_blanks_or_is_a_word_can_be_named():
    assert parse_line("show 'My Model@latest'").addresses[0].model == "My Model"
    assert [str(address) for address in parse_line('"My Model" 1.0.0').addresses] == ["My Model@1.0.0"]
    assert parse_line("iris@all").addresses[0].model == "iris"
    assert parse_line("ls iris").addresses[0].model == "iris"
    assert parse_line("手写数字识别@latest").verb == "show"


def test_a_blank_behind_a_comma_parts_no_address():
    assert [str(address) for address in parse_line("model-a@0.1.0, 0.2.0，latest").addresses] == ["model-a@0.1.0,0.2.0,latest"]
    assert parse_line("compare model-a@0.1.0, 0.2.0").verb == "compare"


@given(
    st.dictionaries(st.text(min_size=1, max_size=8).filter(lambda key: "=" not in key), st.text(max_size=8), max_size=3),
    st.text(max_size=20),
)
def test_the_line_of_a_plan_means_the_plan_whatever_texts_it_holds(labels, where):
    plan = (
        step("get_versions", "model-a@last:3", of="registry"),
        step("filter", where=where, label=labels),
        step("compare", IT, of="registry", directions={"a b": "max"}),
    )
    plan = tuple(each for each in plan if each.verb != "filter" or each.options)
    if len(plan) == 2:
        plan = (step("compare", "model-a@last:3", of="registry", directions={"a b": "max"}),)
    line = to_line(plan)
    if line:
        assert plan_of(parse_line(line.removeprefix("%paimodel "))) == plan
    ast.parse(to_python(plan))


def test_a_label_that_is_given_twice_has_both_values():
    assert parse_line("ls model-a --label env=prod --label env=test --label a=b").pairs("label") == {"env": ["prod", "test"], "a": "b"}


def test_a_value_with_spaces_stays_one_value():
    command = parse_line("ls model-a --where \"cer < 0.2 and label.env == 'prod'\" --label '所有者=张 三'")
    assert command.get("where") == "cer < 0.2 and label.env == 'prod'"
    assert command.pairs("label") == {"所有者": "张 三"}


@given(st.text(max_size=60))
def test_no_text_does_anything_but_parse_or_refuse(line):
    try:
        verb = parse_line(line).verb
    except AddressError:
        verb = "help"
    assert verb in VERBS


VALUES = {
    "V": "0.1.0",
    "GLOB": "cer*,wer",
    "NAME=max|min": "cer=min",
    "ID": "d-a",
    "K=V": "所有者=张三",
    "S": "Approved",
    '"EXPR"': "'cer < 0.2'",
    "N": "3",
    "NAME": "cer",
    "TEXT": "情感",
    "en|zh": "zh",
    "FILE": "out.html",
    "REGION": "cn-hangzhou",
    "SECONDS": "60",
    "URL": "https://aiworkspace.aliyuncs.com",
    "public|vpc": "vpc",
}
ADDRESS = {
    "ls without a model": "ls",
    "explore without a model": "explore",
    "watch": "watch model-a@latest",
    "save": "save model-a@last:2 --to a.paisnap.json",
    "drift": "drift a.paisnap.json",
    "search": "search 'cer < 0.2'",
}
FORMS = [verb for verb in VERBS if verb not in ("connect", "help")] + ["ls without a model", "explore without a model"]


def _plan(line):
    first, *rules = line.lstrip("%").removeprefix("paimodel ").split("\n")
    return plan_of(parse_cell(first, rules[0] if rules else "n >= 1") if first.startswith("gate") else parse_line(first))


@pytest.mark.parametrize("form", FORMS)
def test_every_option_changes_the_plan_or_is_refused(form):
    # a file is something to select in, as a model is
    apart = {"--code", "--as", "--debug", "--json", "--rules", *(["--offline"] if form.endswith("without a model") else [])}
    for name in (name for name in OPTIONS if name not in apart and not (form == "save" and name == "--to")):
        line = ADDRESS.get(form, f"{form} model-a@last:2")
        added = f"{name} {VALUES.get(OPTIONS[name].metavar, '')}"
        if name not in options_of(form):
            with pytest.raises(AddressError, match=f"{form} does not take {name}"):
                _plan(f"{line} {added}")
            continue
        line += " --to x.html" if name == "--overwrite" and form != "save" else ""
        told = _plan(f"{line} {added}")
        assert told != _plan(line), name
        ast.parse(to_python(told))
        assert _plan(to_line(told)) == told, name


def test_a_shell_takes_the_words_of_the_line_and_says_where_the_registry_is_in_each_command():
    words = ["compare", "model-a@last:3", "--baseline", "approved", "--where"]
    assert parse_words([*words, "cer < 0.2"]) == parse_line(f"{' '.join(words)} 'cer < 0.2'")
    assert parse_words(["ls", "--query", "$x {y} # z;"]).get("query") == "$x {y} # z;"
    plan = plan_of(parse_words(["show", "model-a@latest", "--region", "cn-beijing", "--network", "vpc", "--workspace", "5"]))
    assert dict(plan[0].options) == {"region": "cn-beijing", "network": "vpc", "workspace_id": "5", "default": False}
    for words, says in (
        (["explore"], "is for notebooks"),
        (["connect", "demo"], "is for notebooks"),
        (["ls", "--as", "x"], "of a notebook"),
        (["gate", "model-a@latest"], "needs --rules FILE"),
        (["ls", "--endpoint", "http://127.0.0.1", "--demo"], "a registry of its own"),
    ):
        with pytest.raises(AddressError, match=says):
            parse_words(words)


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), (b"\xff\xfe", "not a text in UTF-8"), (b"x" * 2_000_000, "holds more than")]
)
def test_a_file_of_rules_that_cannot_be_read_is_refused_by_name(tmp_path, content, says):
    path = tmp_path / "rules.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"rules.txt.*{says}"):
        plan_of(parse_line(f"gate model-a@latest --rules '{path}'"))


@pytest.mark.parametrize("line", ["ls model-a  # the versions", "ls model-a #", "ls model-a;   # silent"])
def test_a_comment_behind_the_line_is_left_out(line):
    assert parse_line(line) == parse_line("ls model-a")


def test_a_hash_inside_a_word_or_quotation_marks_is_no_comment():
    assert parse_line("ls model-a --label key=#1 --approval a#b").get("label") == ("key=#1",)
    assert parse_line("ls --query '# 1'").get("query") == "# 1"
    assert parse_line("# only a comment").verb == "help"


@pytest.mark.parametrize("words", [["explore"], ["explore", "--demo"], ["connect", "demo"], ["help", "explore"], ["Connect"]])
def test_a_verb_of_notebooks_is_told_from_one_that_there_is_not(words):
    with pytest.raises(AddressError, match=r"^(explore|connect) is for notebooks\. (In a notebook|Here every command)"):
        parse_words(words)


def test_signs_that_look_like_those_of_the_grammar_are_found_where_they_stand_with_what_to_write():
    vs = pnb.VersionSet.from_documents([{"VersionName": "0.1.0", "Metrics": {"accuracy": 0.9}}], "model-a")
    for rule, column, cure in (("accuracy ≥ baseline", 10, ">="), ("accuracy >= baseline − 1%", 22, "-"), ("accuracy＜1", 9, "<1")):
        with pytest.raises(AddressError, match=f"column {column}: .*Write {cure}[.]$"):
            vs.compare().check(rule)
    for condition, cure in (("accuracy ≤ 1", "<="), ("accuracy ＞ 0", ">"), ("accuracy ≠ 0", "!=")):
        with pytest.raises(AddressError, match=f"column 10: .*Write {cure}[.]$"):
            vs.filter(where=condition)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("report model-a@last:3 wine.html", "--to wine.html"),
        ("model-a@last:3 wine.PDF", "--to wine.PDF"),
        ("show a.paisnap.json.gz", "--offline a.paisnap.json.gz"),
        ("save model-a a.json", "--to a.json"),
        ("ls a.csv", "--to a.csv"),
        ("gate model-a@latest gate.xml --rules rules.txt", "--junit gate.xml"),
    ],
)
def test_the_name_of_a_file_is_not_taken_for_a_model(line, meant):
    with pytest.raises(AddressError, match=rf"looks like a file, not like a model\. Did you mean {meant}\?"):
        parse_line(line)
    assert parse_line("report wine.html@all --to b.html").addresses[0].model == "wine.html"


@pytest.mark.parametrize(
    ("name", "content", "meant"),
    [
        ("m.csv", "run,accuracy", "Read it in Python: VersionSet.from_frame(pandas.read_csv('m.csv'))."),
        ("results.json", '{"results": {}}', "Read it in Python: VersionSet.from_lm_eval('results.json')."),
        ("mine.json", '{"format": "pai_notebook snapshot"}', "Did you mean --offline mine.json?"),
        ("mine.paisnap.json", "", "Did you mean --offline mine.paisnap.json?"),
        ("mine.backup", '{"format": "pai_notebook snapshot"}', "Did you mean --offline mine.backup?"),
    ],
)
def test_results_of_ones_own_are_told_how_they_are_read(tmp_path, monkeypatch, name, content, meant):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(content, "utf-8")
    for line in (f"compare model-a {name}", f"model-a@last:3 {name}"):
        with pytest.raises(
            AddressError, match=rf"{re.escape(name)}' looks like a file, not like a model\. {re.escape(meant)} A model named"
        ):
            parse_line(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ls model-a --sort created desc", "'desc' is not a model. A minus reverses the order: --sort -created."),
        ("compare model-a with model-b", "'with' is not a model. Write model-a model-b. A model named with is written with@all."),
        ("compare model-a@1.0.0 VS model-b@latest", "Write model-a@1.0.0 model-b@latest."),
        ("compare 1.8.0 1.9.0", "'1.8.0' is the name of a version, not of a model. Write MODEL@1.8.0."),
        ("compare model-a -b approved", "unknown option '-b'. Did you mean --baseline?"),
        ("compare model-a -v", "unknown option '-v'. Did you mean --all?"),
        ("compare model-a --format json", "In a shell --json prints JSON; --to FILE writes a file."),
        ("compare model-a --format=JSON", "In a shell --json prints JSON; --to FILE writes a file."),
        ("compare model-a --format csv", "Did you mean --to?"),
        ("compare model-a@last:-3", "Did you mean last:3?"),
        ("compare model-a\uff20latest", "Did you mean model-a@latest?"),
    ],
)
def test_what_is_no_model_and_no_option_is_answered_with_what_is_meant(line, said):
    with pytest.raises(AddressError, match=re.escape(said)):
        parse_line(line)


def test_models_that_are_called_as_such_words_are_written_with_a_selector():
    assert [address.model for address in parse_line("compare model-a with@all desc@latest").addresses] == ["model-a", "with", "desc"]


def test_a_selector_among_names_behind_a_model_is_refused_with_the_address_that_was_meant():
    with pytest.raises(AddressError, match=r"^'latest' is not a model\. Write model-a@2\.4\.0,latest\.$"):
        parse_line("compare model-a 2.4.0 latest")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("gate model-a@latest --rules f.xml --junit ./f.xml --overwrite", "f.xml is read by --rules, and --junit would replace it"),
        ("gate model-a@latest --rules f.md --to f.md --overwrite", "f.md is read by --rules, and --to would replace it"),
        ("gate model-a@latest --offline f --rules g --junit f", "f is read by --offline, and --junit would replace it"),
        ("save model-a@latest --offline f.json --to f.json", "f.json is read by --offline, and --to would replace it"),
        ("gate model-a@latest --rules g --to f --junit f", "f is written by --to and --junit"),
    ],
)
def test_no_file_is_read_and_written_or_written_twice(line, said):
    with pytest.raises(AddressError, match=re.escape(said)):
        parse_words(line.split())


def test_a_link_to_what_is_read_is_not_written(tmp_path):
    (tmp_path / "rules.txt").write_text("accuracy > 0", "utf-8")
    (tmp_path / "gate.xml").symlink_to("rules.txt")
    with pytest.raises(AddressError, match="is read by --rules"):
        parse_words(["gate", "model-a@latest", "--rules", str(tmp_path / "rules.txt"), "--junit", str(tmp_path / "gate.xml")])


def test_a_list_of_addresses_stands_for_all_of_them():
    command = parse_line("show $m", {"m": ["model-a@1.0.0", "model-b@last:2"]})
    assert [*map(str, command.addresses)] == ["model-a@1.0.0", "model-b@last:2"]
    command = parse_line("show $m", {"m": ["model-a@1.0.0", "1.5.0"]})
    assert [*map(str, command.addresses)] == ["model-a@1.0.0,1.5.0"]


@pytest.mark.parametrize(
    ("word", "hint"), [("oldest", "Did you mean first?"), ("prod", "Did you mean approved?"), ("xyzzy", "Write the name of a version")]
)
def test_a_baseline_that_names_no_version_is_refused_without_a_request(word, hint):
    with pytest.raises(AddressError, match=f"--baseline {word} names no version") as caught:
        parse_line(f"compare model-a@last:2 --baseline {word}")
    assert caught.value.hint.startswith(hint)
    assert parse_line(f"compare model-a@last:2 --offline f.json --baseline {word}")


def test_a_model_that_is_called_much_like_a_guess_is_not_taken_for_it():
    with pytest.raises(AddressError) as caught:
        parse_words(["wine"])
    assert "best(" not in caught.value.hint
    assert caught.value.hint.endswith("A model named wine is written wine@all. To find one by a part of its name: ls --query wine.")


def test_an_option_whose_value_was_left_out_does_not_take_the_next_option_for_it():
    with pytest.raises(AddressError, match="--question needs a value: --question TEXT"):
        parse_words(["report", "model-a@latest", "--question", "--demo"])
    assert parse_words(["report", "model-a@latest", "--question=--demo"]).get("question") == "--demo"


def test_help_of_what_is_no_verb_names_the_verb():
    with pytest.raises(AddressError, match="Did you mean gate"):
        parse_line("help gates")


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("report model-a@last:2 --question May 2.5.0 go live? --to r.html", '--question "May 2.5.0 go live?"'),
        ("report model-a@last:2 --question=May it go live?", '--question "May it go live?"'),
        ("ls model-a --where accuracy@d > 0.9", '--where "accuracy@d > 0.9"'),
        ("model-a --all --where accuracy >= 0.9 --json", '--where "accuracy >= 0.9"'),
    ],
)
def test_a_sentence_without_quotation_marks_is_answered_with_them(line, cure):
    for read in (parse_line, lambda text: parse_words(text.split())):
        with pytest.raises(AddressError, match="takes one text in quotation marks") as caught:
            read(line)
        assert caught.value.hint == f"Write {cure}."
    # an address behind a condition that is whole is told what is wrong with it
    with pytest.raises(AddressError, match="is not a selector"):
        parse_line('ls --where "accuracy > 0.9" model-a@>')


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("ls model-a --where label.env == 'prod'", """--where "label.env == 'prod'\""""),
        ("""ls model-a --where=label.env == "prod" --json  # all""", """--where 'label.env == "prod"'"""),
        ("""ls model-a --where label.env in ['a b', "c"]""", r'''--where "label.env in ['a b', \"c\"]"'''),
        ("ls model-a --where accuracy > $least", '--where "accuracy > $least"'),
    ],
)
def test_a_condition_without_quotation_marks_is_answered_with_those_inside_it(line, cure):
    with pytest.raises(AddressError, match="takes one text in quotation marks") as caught:
        parse_line(line, {"least": 0.9})
    assert caught.value.hint == f"Write {cure}."
    cured = f"{line.partition(' --where')[0]} {cure}"
    assert parse_line(cured, {"least": 0.9}).get("where")


@pytest.mark.parametrize(
    "verb", ["", "ls ", "show ", "explain ", "drift ", "search ", "watch ", "explore ", "help ", "connect ", "compare m@all "]
)
def test_an_empty_word_is_refused_by_its_place(verb):
    said = f"word {len(verb.split()) + 1} of the command is empty"
    for line in (f"{verb}$x", f"{verb}''", f"{verb}{{several}}", f"{verb}' '"):
        with pytest.raises(AddressError, match=said) as caught:
            parse_line(line, {"x": "", "several": [""]})
        assert caught.value.hint == "A variable may be empty or not set."
    with pytest.raises(AddressError, match=said):
        parse_words([*verb.split(), ""])


def test_an_empty_word_of_a_gate_is_refused_by_its_place():
    with pytest.raises(AddressError, match="word 2 of the command is empty"):
        parse_line("gate $x --rules r.txt", {"x": ""})
    with pytest.raises(AddressError, match="word 2 of the command is empty"):
        parse_cell("gate {x}", "cer < 0.2", {"x": ""})


@pytest.mark.parametrize("name", [name for name, option in OPTIONS.items() if option.metavar])
def test_an_option_with_an_empty_value_is_refused_and_sets_no_filter(name):
    for words in ([f"{name}="], [name, ""], [f"{name}= "], [name, " "]):
        with pytest.raises(AddressError, match=f"^{name} needs a value"):
            parse_words(["gate", "model-a@last:3", *words])


def test_blanks_of_any_width_part_the_words_of_a_line():
    for blank in ("\u3000", "\xa0", "\u2003"):
        assert parse_line(f"ls{blank}model-a{blank}--last{blank}2") == parse_line("ls model-a --last 2")
        assert parse_line(f"ls --query 'a{blank}b'").get("query") == f"a{blank}b"
        with pytest.raises(AddressError, match="has a full-width or no-break blank") as caught:
            parse_words(["ls", f"model-a{blank}--last{blank}2"])
        assert caught.value.hint == "Write model-a --last 2."


@pytest.mark.parametrize("value", ["0.0 # ", "0.0 #", "0.5\ncer < 1", "", " "])
@pytest.mark.parametrize("rule", ["cer >= {m} 0.99", "{m}"])
def test_a_variable_neither_cuts_nor_adds_rules(rule, value):
    if value.strip() or rule == "{m}":
        with pytest.raises(AddressError, match="is empty, or holds a comment or a line break"):
            parse_cell("gate model-a@latest", rule, {"m": value})
    assert parse_cell("gate model-a@latest", "`{m}` < 1  # {m}", {"m": "a # b"}).rules == "`a # b` < 1  # {m}"


@pytest.mark.parametrize("name", ["print", "_", "__", "_1", "_i", "_i3", "_oh", "exit", "None", "__name__", "get_ipython", "Out"])
def test_names_of_python_and_ipython_are_not_replaced(name):
    with pytest.raises(AddressError, match="is not a name for a variable"):
        parse_line(f"model-a@latest --as {name}")
    assert parse_line("model-a@latest --as _mine").get("as") == "_mine"

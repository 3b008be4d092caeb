"""One answer: a line, the Python that it prints, the Python that one writes by hand, and the explorer give the same."""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

import pai_notebook as pnb
from pai_notebook.comparison import Comparison, Explanation, GateReport
from pai_notebook.explorer import Explorer
from pai_notebook.plan import parse_cell, parse_line, plan_of, to_line
from pai_notebook.registry import connection
from pai_notebook.versions.versions import VersionSet
from tests.magic.shells import opened, run
from tests.plan.running import result_of

M = "model-rbvg5wp0buc6o2q3rh"
"""12 versions, of which 1.0.0 is the newest approved one."""
F = "model-rbvg5w0dfwep2lcdz1"
"""8 versions, of which 0.1.0 is rejected and 0.11.0 approved."""
W = "d-descrwine0000001"
FILE = "all.paisnap.json"
APPROVED = 'filter(approval="Approved")'

# a line, and Python that means the same
LINES = [
    # one version
    (f"{M}@latest", f'pnb.get_version("{M}@latest")'),
    (f"{M}@approved", f'pnb.get_version("{M}@approved")'),
    (f"{M}@previous", f'pnb.get_version("{M}@previous")'),
    (f"{M}@HIGHEST", f'pnb.get_version("{M}@highest")'),
    (f"{M} 1.0.0", f'pnb.get_version("{M}", "1.0.0")'),
    (f"show {M}@1.0.0_rc2 --refresh", f'pnb.get_version("{M}@1.0.0_rc2", refresh=True)'),
    # several, by address
    (f"show {M}@last:3", f'pnb.get_versions("{M}@last:3")'),
    (f"show {M} 0.10.0 0.12.0", f'pnb.get_versions("{M}@0.10.0,0.12.0")'),
    (f"show {M}@0.10.0,0.12.0 {F}@latest", f'pnb.get_versions("{M}@0.10.0,0.12.0", "{F}@latest")'),
    (f"show {M}@0.10.0..0.12.0", f'pnb.get_versions("{M}@0.10.0..0.12.0")'),
    (f"show {M}@1.0.0..", f'pnb.get_versions("{M}@1.0.0..")'),
    (f"show {M}@..0.11.0", f'pnb.get_versions("{M}@..0.11.0")'),
    (f"show {M}@approved..latest", f'pnb.get_versions("{M}@approved..latest")'),
    (f"show {M}@1.*", f'pnb.get_versions("{M}@1.*")'),
    (f"show {M}@approved,last:2", f'pnb.get_versions("{M}@approved,last:2")'),
    (f"ls {M}", f'pnb.list_versions("{M}")'),
    # narrowed
    (f"ls {M} --last 4", f'pnb.get_versions("{M}@last:4")'),
    (f"ls {M} --approval Approved", f'pnb.list_versions("{M}").{APPROVED}'),
    (f"ls {M} --approval approved", f'pnb.list_versions("{M}", approval="Approved")'),
    (f"ls {M} --last 4 --approval Approved", f'pnb.get_versions("{M}@last:4").{APPROVED}'),
    (f"ls {M}@0.10.0..1.0.0 --last 2", f'pnb.get_versions("{M}@0.10.0..1.0.0").newest(2)'),
    (f"ls {M} {F} --last 3", f'pnb.get_versions("{M}", "{F}").newest(3)'),
    (f"ls {M} --where 'bits_per_char[{W}] < 3'", f'pnb.list_versions("{M}", "bits_per_char@{W} < 3")'),
    (f"ls {M} --last 5 --sort -version --limit 2", f'pnb.get_versions("{M}@last:5").sort_values("version", ascending=False)[:2]'),
    (f"ls {M} --sort created --limit 3", f'pnb.list_versions("{M}").sort_values("created")[:3]'),
    (f"ls {M} --label env=prod --label env=test", f'pnb.list_versions("{M}").filter(label={{"env": ["prod", "test"]}})'),
    (f"ls {M} --where \"label.env == 'prod' and created > 2025-01-01\"", f'pnb.list_versions("{M}").filter(label={{"env": "prod"}})'),
    # models
    ("ls", "pnb.list_models()"),
    ("ls --query digit", 'pnb.list_models("digit")'),
    ("ls --limit 2", "pnb.list_models(limit=2)"),
    ("ls --workspace 20482", 'pnb.list_models(workspace_id="20482")'),
    # compared
    (f"{M}@last:3", f'pnb.compare("{M}@last:3")'),
    (f"compare {M}@last:3 --baseline approved", f'pnb.compare("{M}@last:3", baseline="approved")'),
    (f"compare {M}@last:3 --baseline previous", f'pnb.compare("{M}@last:3", baseline="previous")'),
    (f"compare {M}@0.10.0,0.11.0 --baseline latest", f'pnb.compare("{M}@0.10.0", "{M}@0.11.0", baseline="latest")'),
    (f"compare {M}@last:3 --baseline first", f'pnb.compare("{M}@last:3", baseline="first")'),
    (f"compare {M}@last:3 --baseline highest", f'pnb.compare("{M}@last:3", baseline="highest")'),
    (f"compare {M}@last:3 --baseline 0.10.0", f'pnb.compare("{M}@last:3", baseline="0.10.0")'),
    (f"compare {M}@last:3 --baseline {M}@0.10.0", f'pnb.compare("{M}@last:3", baseline="{M}@0.10.0")'),
    (f"compare {M}@latest", f'pnb.get_versions("{M}@approved", "{M}@latest").compare()'),
    (f"compare {M}@latest {F}@latest", f'pnb.compare("{M}@latest", "{F}@latest")'),
    (f"compare {M}@last:3 --all", f'pnb.compare("{M}@last:3", only="all")'),
    (f"compare {M}@last:3 --metrics 'bits*,n'", f'pnb.compare("{M}@last:3", include=["bits*", "n"])'),
    (f"compare {M}@last:3 --by perplexity", f'pnb.compare("{M}@last:3", by="perplexity")'),
    (f"compare {M}@last:3 --exclude 'lat*' --dataset {W}", f'pnb.compare("{M}@last:3", exclude=["lat*"], dataset="{W}")'),
    (f"compare {M}@last:3 --mode n=max --mode 'bits*=min'", f'pnb.compare("{M}@last:3", directions={{"n": "max", "bits*": "min"}})'),
    (f"compare {M}@last:3 --where 'version != \"1.2.0\"'", f'pnb.compare(pnb.get_versions("{M}@last:3").filter("version != \'1.2.0\'"))'),
    (f"compare {M} --last 4 --approval Approved", f'pnb.compare(pnb.get_versions("{M}@last:4").{APPROVED})'),
    (f"compare {M} --last 3 --baseline approved", f'pnb.compare("{M}@last:3", baseline="approved")'),
    (f"compare {F}@last:4 --label 所有者=李四", f'pnb.compare(pnb.get_versions("{F}@last:4").filter(label={{"所有者": "李四"}}))'),
    (f"compare {M}@last:3 --refresh", f'pnb.compare("{M}@last:3", refresh=True)'),
    # said, written, gated
    (f"explain {M}@last:2", f'pnb.compare("{M}@last:2").explain()'),
    (f"explain {M}@last:2 --lang zh --baseline previous", f'pnb.compare("{M}@last:2", baseline="previous").explain("zh")'),
    (f"explain {M}@approved", f'pnb.compare("{M}@approved").explain()'),
    (f"explain {M}@last:3 --everything", f'pnb.compare("{M}@last:3").explain(everything=True)'),
    (f"report {M}@last:2 --to r.html --overwrite", f'pnb.compare("{M}@last:2").report("r.html", overwrite=True)'),
    (
        f"report {M}@last:2 --question 'May it go live?' --rules r.txt --to r.html --overwrite",
        f'pnb.compare("{M}@last:2").report("r.html", question="May it go live?", gates="n >= 1", overwrite=True)',
    ),
    (f"ls {M} --last 2 --to v.csv --overwrite", f'pnb.get_versions("{M}@last:2")'),
    (f"compare {M}@last:2 --to c.md --overwrite", f'pnb.compare("{M}@last:2")'),
    (f"gate {M}@latest\nn >= 1", f'pnb.compare("{M}@latest", baseline="approved").gate("n >= 1")'),
    (f"gate {M}@last:2 --baseline 0.10.0\nn >= baseline\n# x", f'pnb.compare("{M}@last:2", baseline="0.10.0").gate("n >= baseline")'),
    (f"gate {M}@last:4 --label env=test --last 3\nn >= 1", None),
    (f"gate {M}@latest --rules r.txt", f'pnb.compare("{M}@latest", baseline="approved").gate("n >= 1")'),
    (f"gate {M}@latest --rules r.txt --to g.md --overwrite", f'pnb.compare("{M}@latest", baseline="approved").gate("n >= 1")'),
    (f"gate {M}@latest --junit g.xml --overwrite\nn >= 1", f'pnb.compare("{M}@latest", baseline="approved").check("n >= 1")'),
    # of all models
    (f"search 'n@{W} > 0' --approval approved --limit 3", f'pnb.search_versions("n@{W} > 0", approval="approved", limit=3)'),
    ("search --label env=prod --yes --workspace 10241", 'pnb.search_versions(label={"env": "prod"}, workspace_id="10241")'),
    # kept and looked at again
    (f"save {M}@last:2 --to s.paisnap.json --overwrite", None),
    (f"drift {FILE}", f'pnb.drift(pnb.load("{FILE}"))'),
    (f"show {M}@last:2 --demo", f'pnb.connect("demo", default=False).get_versions("{M}@last:2")'),
    # from a file
    (f"show {M}@last:2 --offline {FILE}", f'pnb.load("{FILE}").select("{M}@last:2")'),
    (f"ls --offline {FILE}", f'pnb.load("{FILE}")'),
    (f"ls --offline {FILE} --last 3 --where 'n@{W} > 0'", f'pnb.load("{FILE}").newest(3).filter("n@{W} > 0")'),
    (f"compare {M}@last:2 --offline {FILE}", f'pnb.compare("{M}@last:2", among=pnb.load("{FILE}"))'),
    (f"compare {M}@last:2 --offline {FILE} --baseline approved", f'pnb.compare("{M}@last:2")'),
    (f"compare {F}@0.1.0,0.2.0 --offline {FILE} --baseline previous", f'pnb.compare("{F}@0.1.0,0.2.0", baseline="previous")'),
    (f"compare {M} --last 2 --where 'n@{W} > 0' --offline {FILE}", f'pnb.compare("{M}@last:2")'),
    (f"explain {M}@last:2 --offline {FILE}", f'pnb.compare("{M}@last:2").explain()'),
    # in the explorer
    (f"explore {M}@last:2", f'pnb.Explorer(pnb.get_versions("{M}@last:2"))'),
    ("explore", "pnb.Explorer()"),
    (f"explore {M}@last:2 --offline {FILE}", f'pnb.Explorer(pnb.get_versions("{M}@last:2"))'),
]  # fmt: skip


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """A shell on the embedded registry, in a folder with a snapshot of two of its models."""
    with pytest.MonkeyPatch.context() as patch, opened() as shell:
        patch.setattr(connection, "_default", None)
        patch.chdir(tmp_path_factory.mktemp("parity"))
        run(shell, "%paimodel connect demo;")
        pnb.get_versions(M, F).save(FILE)
        Path("r.txt").write_text("n >= 1  # enough\n", "utf-8")
        yield shell


def line_of(text):
    return f"%%paimodel {text}" if "\n" in text else f"%paimodel {text}"


def printed(shell, text):
    """What --code prints."""
    first, *rules = line_of(text).split("\n")
    with redirect_stdout(StringIO()) as out:
        run(shell, "\n".join([f"{first} --code", *rules]))
    return out.getvalue()


def facts(result):
    """Everything of a result that must be the same, as values that can be compared."""
    if isinstance(result, Explorer):
        result.wait()
        found = [*result.selected], sorted(result.selected.errors)
        result.close()
        return found
    if isinstance(result, Comparison):
        rows = [(row.full_name, [cell.text for cell in row.cells], [str(change) for change in row.changes]) for row in result.rows]
        return result.fingerprint, result.names, result.baseline_name, sorted(result.errors), rows
    if isinstance(result, GateReport):
        return bool(result), len(result.checks) > 0
    if isinstance(result, Explanation):
        # the title has the name of the model where a list has shown it, and a line's own text names options
        changes = {name: [each.text for each in found] for name, found in result.changes.items()}
        return [each.text for each in result.findings], result.cautions, changes
    if isinstance(result, Path) and result.suffix == ".json":
        result = pnb.load(result)
    if isinstance(result, VersionSet):
        return list(result), sorted(result.errors)
    return re.findall("[0-9a-f]{64}", result.read_text("utf-8")) if isinstance(result, Path) else result


def test_there_are_lines_enough():
    assert len(LINES) >= 60
    assert len({line for line, _ in LINES}) == len(LINES)


@pytest.mark.parametrize(
    ("line", "python"),
    # a report is made three times over, and its charts with it
    [pytest.param(*pair, id=pair[0].split("\n")[0], marks=[pytest.mark.slow] * pair[0].startswith("report ")) for pair in LINES],
)
def test_a_line_its_code_and_the_same_by_hand_agree(shell, line, python):
    answer = facts(run(shell, f"answer = {line_of(line)}" if "\n" not in line else line_of(line)) or shell.user_ns.get("answer"))
    assert answer == facts(result_of(printed(shell, line)))
    if python is not None:
        assert answer == facts(eval(python, {"pnb": pnb}))


def test_a_plan_is_the_plan_of_the_line_that_it_prints(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("r.txt").write_text("n >= 1", "utf-8")

    def plan(line):
        first, *rules = line.split("\n")
        return plan_of(parse_cell(first, "\n".join(rules)) if rules else parse_line(first))

    # rules of a report come from a file, which its plan has read
    plans = [plan(line) for line, _ in LINES if "report" not in line or "--rules" not in line]
    assert [plan(to_line(each).lstrip("%").removeprefix("paimodel ")) for each in plans] == plans


# what is fetched in the explorer, what is set there, and the line that means the same
EXPLORED = [
    ([f"{M}@latest"], {}, f"{M}@latest"),
    ([f"{M}@last:3"], {}, f"compare {M}@last:3"),
    ([f"{M}@0.10.0,0.11.0"], {}, f"compare {M} 0.10.0 0.11.0"),
    ([f"{F}@0.1.0,0.2.0"], {"baseline": "first"}, f"compare {F}@0.1.0,0.2.0 --baseline first"),
    ([f"{M}@0.10.0..1.0.0"], {"baseline": "approved"}, f"compare {M}@0.10.0..1.0.0 --baseline approved"),
    ([f"{M}@0.10.0,0.11.0"], {"baseline": "latest"}, f"compare {M}@0.10.0,0.11.0 --baseline latest"),
    ([f"{M}@last:3"], {"baseline": "previous", "only": "all"}, f"compare {M}@last:3 --baseline previous --all"),
    ([f"{M}@last:3"], {"include": ["bits*", "n"]}, f"compare {M}@last:3 --metrics 'bits*,n'"),
    ([f"{M}@last:3"], {"directions": {"n": "max"}}, f"compare {M}@last:3 --mode n=max"),
    ([f"{M}@latest", f"{F}@latest"], {}, f"compare {M}@latest {F}@latest"),
]


@pytest.fixture(params=["registry", pytest.param("snapshot", marks=pytest.mark.slow)])
def source(request, shell):
    """What an explorer is made of, and what the line needs to ask the same."""
    return (connection.default_registry(), "") if request.param == "registry" else (pnb.load(FILE), f" --offline {FILE}")


@pytest.mark.parametrize(("addresses", "terms", "line"), EXPLORED, ids=[line for _, _, line in EXPLORED])
def test_the_explorer_its_code_its_line_and_the_line_by_hand_agree(shell, source, addresses, terms, line):
    origin, offline = source
    explorer = Explorer(origin)
    explorer.wait()
    explorer.fetch(*addresses)
    explorer._runner.act(lambda: explorer._state.set_terms(**terms))
    explorer.wait()
    answer = facts(explorer.value if explorer.value is not None else explorer.selected)
    code, own = explorer.to_code(), explorer._controls.magic.value
    explorer.close()
    found = [result_of(code), run(shell, f"answer = {own}") or shell.user_ns["answer"], run(shell, f"answer = %paimodel {line}{offline}")]
    found[-1] = found[-1] or shell.user_ns["answer"]
    assert [facts(VersionSet([each]) if isinstance(each, pnb.ModelVersion) else each) for each in found] == [answer] * 3

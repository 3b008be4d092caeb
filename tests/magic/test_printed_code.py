"""What a plan says of the registry, of files and of words: the code that lines print, and the errors that they give."""

import re

import pytest
from IPython.utils.capture import capture_output

import pai_notebook as pnb
from pai_notebook.errors import AddressError, ComparisonError, ConfigurationError, ModelNotFound, VersionNotFound
from pai_notebook.i18n.phrases import speaking
from pai_notebook.plan.words import on_line
from pai_notebook.registry import connection
from tests.magic.shells import DIGITS, run
from tests.plan.running import result_of

BARE = "import pai_notebook as pnb\n\n"


def printed(shell, capsys, line):
    capsys.readouterr()
    assert run(shell, f"%paimodel {line} --code") is None
    return capsys.readouterr().out.strip()


# ---- the registry


def test_code_names_no_registry_while_a_line_asks_the_default_one(demo, capsys):
    run(demo, "%config PaiModelMagics.region = 'cn-shanghai'")
    assert printed(demo, capsys, f"{DIGITS}@latest") == f'{BARE}pnb.get_version("{DIGITS}@latest")'


def test_code_of_a_line_with_a_region_leaves_the_default_registry_alone(demo, capsys):
    code = printed(demo, capsys, "ls --region cn-shanghai")
    assert code == f'{BARE}registry = pnb.connect(region="cn-shanghai", default=False)\nregistry.list_models()'
    before = connection.current_registry()
    exec(code.rsplit("\n", 1)[0], {})
    assert connection.current_registry() is before
    # the region of the default registry is the default registry
    assert printed(demo, capsys, "ls --region cn-hangzhou") == f"{BARE}pnb.list_models()"


def test_names_are_turned_off_by_a_setting(shell, capsys):
    run(shell, "%config PaiModelMagics.names = False")
    assert printed(shell, capsys, "connect demo") == f'{BARE}pnb.connect("demo", names=False)'
    run(shell, "%paimodel connect demo;")
    assert connection.current_registry().fetcher.resolver is None
    assert run(shell, "v = %paimodel wine-cultivar@latest\nv.provenance.people") in ((), None)
    assert shell.user_ns["v"].provenance.people == ()


def test_what_is_configured_is_in_the_code_and_in_what_the_line_connects_to(shell, capsys):
    run(shell, "%config PaiModelMagics.endpoint = 'http://127.0.0.1:9'")
    run(shell, "%config PaiModelMagics.region = 'cn-shanghai'")
    run(shell, "%config PaiModelMagics.workspace_id = '77'")
    connecting = 'registry = pnb.connect(region="cn-shanghai", workspace_id="77", endpoint="http://127.0.0.1:9", default=False)'
    assert printed(shell, capsys, "ls") == f"{BARE}{connecting}\nregistry.list_models()"
    assert connection.current_registry() is None
    with pytest.raises(pnb.PaiError):
        run(shell, "%paimodel ls")
    settings = connection.current_registry().client.settings
    assert (settings.endpoint.url, settings.region, settings.workspace_id) == ("http://127.0.0.1:9", "cn-shanghai", "77")
    # it stays so when the line has been run: the code still says where to ask
    assert printed(shell, capsys, "ls") == f"{BARE}{connecting}\nregistry.list_models()"


@pytest.mark.slow
def test_a_configured_workspace_is_where_ls_looks(demo, capsys):
    run(demo, "%config PaiModelMagics.workspace_id = '20482'")
    assert printed(demo, capsys, "ls") == f'{BARE}pnb.list_models(workspace_id="20482")'
    assert run(demo, "%paimodel ls") == pnb.list_models(workspace_id="20482")
    assert printed(demo, capsys, "ls --workspace 5").endswith('workspace_id="5")')


def test_a_configured_language_is_in_the_code(demo, capsys):
    run(demo, "%config PaiModelMagics.lang = 'zh'")
    line = f"explain {DIGITS}@last:3"
    code = printed(demo, capsys, line)
    assert code.endswith('.explain(lang="zh")')
    assert str(result_of(code)) == str(run(demo, f"%paimodel {line}"))
    assert 'lang="zh"' in printed(demo, capsys, f"report {DIGITS}@last:2")
    assert 'lang="en"' in printed(demo, capsys, f"{line} --lang en")


def test_connecting_prints_its_code_and_help_says_why_it_has_none(shell, capsys):
    assert printed(shell, capsys, "connect demo") == f'{BARE}pnb.connect("demo")'
    assert (
        printed(shell, capsys, "connect --region cn-beijing --workspace 5") == f'{BARE}pnb.connect(region="cn-beijing", workspace_id="5")'
    )
    assert connection.current_registry() is None
    assert printed(shell, capsys, "connect demo --as registry") == f'{BARE}registry = pnb.connect("demo")'
    with pytest.raises(ConfigurationError, match="asks nothing of a registry"):
        run(shell, "%paimodel help --code")


def test_a_stored_result_is_assigned_in_the_code(demo, capsys):
    names = {}
    exec(printed(demo, capsys, f"show {DIGITS}@last:2 --as kept"), names)
    run(demo, f"%paimodel show {DIGITS}@last:2 --as kept")
    assert names["kept"] == demo.user_ns["kept"]


def test_code_of_a_watch_follows_the_version(demo, capsys):
    code = printed(demo, capsys, f"watch {DIGITS}@latest --every 60")
    assert code == f'{BARE}for v in pnb.watch("{DIGITS}@latest", every=60):\n    display(v)'


# ---- files and documents


@pytest.fixture
def digits(demo):
    return pnb.get_versions(f"{DIGITS}@last:4")


def test_code_of_a_snapshot_reads_the_snapshot(digits, tmp_path, monkeypatch):
    path = digits.save(tmp_path / "d.paisnap.json")
    compared = pnb.load(path)[1:].compare(baseline="2.4.0", only="all")
    code = compared.to_code()
    assert f'pnb.load("{path}")' in code  # what is selected stands on a line of its own behind a long path
    monkeypatch.setattr(connection, "_default", None)
    monkeypatch.setattr(connection, "connect", lambda *_, **__: pytest.fail("a registry was asked"))
    scope = {}
    exec(code, scope)
    assert scope["c"].fingerprint == compared.fingerprint


def test_code_of_versions_that_nothing_has_holds_their_documents(digits):
    documents = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in range(3)]
    made = pnb.VersionSet.from_documents(documents, "model-a")
    for compared in (made.compare(), digits.redact({"word": "digits"}).compare()):
        scope = {}
        exec(compared.to_code(), scope)
        assert scope["c"].fingerprint == compared.fingerprint
        assert "get_versions" not in compared.to_code()


def test_code_of_versions_from_two_places_holds_their_documents(digits, tmp_path):
    held = pnb.load(digits[:2].save(tmp_path / "d.paisnap.json"))
    assert held.path == str(tmp_path / "d.paisnap.json")
    assert (held + held[:1]).path == held.path
    mixed = held + digits
    assert mixed.path is None
    scope = {}
    exec(mixed.compare(baseline="2.4.0").to_code(), scope)
    assert scope["c"] == mixed.compare(baseline="2.4.0")
    assert pnb.compare(held, baseline="approved").path is None


def test_a_file_name_and_a_host_in_a_snapshot_are_text_in_the_code(digits, tmp_path):
    path = digits.save(tmp_path / "d'\"\\ x.paisnap.json")
    scope = {}
    exec(pnb.load(path).compare(baseline="2.4.0").to_code(), scope)
    assert scope["c"].path == str(path)


def test_an_offline_line_finds_its_baseline_in_the_file_and_says_when_it_is_not_there(demo, digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    digits.save("d.paisnap.json")
    run(demo, "%paimodel compare --offline d.paisnap.json;")
    with pytest.raises(VersionNotFound, match="this set has no"):
        run(demo, f"%paimodel compare {DIGITS}@latest --offline d.paisnap.json --baseline approved")
    compared = run(demo, f"%paimodel compare {DIGITS}@latest --offline d.paisnap.json --baseline previous")
    assert compared.baseline_name == pnb.get_version(f"{DIGITS}@previous").version_name


# ---- words


@pytest.fixture
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "says", "never"),
    [
        ("report {D}@last:2 --to r.html", "--overwrite", "overwrite=True"),
        ("compare {D}@last:2 --to c.csv", "--overwrite", "overwrite=True"),
        ("connect nowhere", "%paimodel connect --region", "connect("),
        ("watch {D}@latest --every 1 --region cn-nowhere-", "cn-nowhere-", "region="),
    ],
)
def test_errors_of_a_line_speak_of_its_options(demo, in_a_folder, line, says, never):
    for name in ("r.html", "c.csv"):
        (in_a_folder / name).write_text("there", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        run(demo, f"%paimodel {line.replace('{D}', DIGITS)}")
    assert says in str(caught.value)
    assert never not in str(caught.value)
    with pytest.raises(ConfigurationError, match="overwrite=True"):
        pnb.get_versions(f"{DIGITS}@latest").to_csv("c.csv")


def test_what_a_line_shows_speaks_of_its_options_and_what_python_shows_of_its_arguments(demo):
    line = run(demo, f"%paimodel compare {DIGITS}@last:2 --metrics 'acur*'")
    text = str(line) + line._repr_html_()
    assert "--metrics" in text
    assert "include" not in text
    again = str(pnb.compare(f"{DIGITS}@last:2", include="acur*"))
    assert "include" in again
    assert "--metrics" not in again
    assert "--all" in str(run(demo, f"%paimodel compare {DIGITS}@last:2"))


def test_a_line_asks_for_the_metric_that_matters_by_its_option(demo):
    line, python = f"%paimodel compare {DIGITS}@last:3", pnb.compare(f"{DIGITS}@last:3")
    assert "Name the metric that matters: --by accuracy." in str(run(demo, line))
    assert "Name the metric that matters: by='accuracy'." in str(python)
    assert "by accuracy" not in str(python)
    assert "Name the metric that matters" not in str(run(demo, f"{line} --by accuracy"))


@pytest.mark.parametrize("verb", ["compare", "explain"])
@pytest.mark.parametrize(("lang", "said"), [("en", "to compare the two with each other: "), ("zh", "若要两者互相比较：")])
def test_a_line_compares_two_versions_with_each_other_by_its_option(demo, verb, lang, said):
    with speaking(lang):
        text = re.sub(r"[\s│]+", " ", str(run(demo, f"%paimodel {verb} wine-cultivar@1.8.0,1.9.0")))
    assert f"{said}--baseline 1.8.0" in text


@pytest.mark.parametrize("verb", ["", "compare", "explain", "report", "gate"])
def test_the_help_has_the_option_for_the_metric_that_matters(demo, verb):
    assert "--by NAME" in str(run(demo, f"%paimodel help {verb}"))


def test_a_direction_that_is_none_is_called_by_its_option_and_none_is_one(demo):
    line = f"%paimodel compare {DIGITS}@last:3 --mode accuracy="
    with pytest.raises(ConfigurationError, match=r"^--mode: 'best' is not a direction"):
        run(demo, f"{line}best")
    with pytest.raises(ConfigurationError, match=r"^directions: 'best' is not a direction"):
        pnb.compare(f"{DIGITS}@last:3", directions={"accuracy": "best"})
    for word in ("None", "none"):
        assert {row.direction.mode for row in run(demo, f"{line}{word}").metrics if row.path == "accuracy"} == {None}


def test_a_baseline_that_can_be_no_version_is_told_what_a_baseline_is(demo):
    for ask in (
        lambda: pnb.compare(f"{DIGITS}@last:3", baseline="1.*"),
        lambda: run(demo, f"%paimodel compare {DIGITS}@last:3 --baseline none"),
    ):
        with pytest.raises(
            pnb.PaiError, match=r"A baseline is one version: pass its name|Write the name of a version, or one of"
        ) as caught:
            ask()
        assert "fetches it as well" not in str(caught.value)


@pytest.mark.parametrize(
    ("python", "line"),
    [
        ("Pass overwrite=True to replace it", "Pass --overwrite to replace it"),
        ("Use lang='en' or lang='zh'.", "Use --lang en or --lang zh."),
        ('Say pnb.connect(region="cn-hangzhou"), or set REGION', "Say %paimodel connect --region cn-hangzhou, or set REGION"),
        (
            "Use connect('demo'), or connect(region='cn-hangzhou').",
            "Use %paimodel connect demo, or %paimodel connect --region cn-hangzhou.",
        ),
        ("Pass directions={'cer': 'max', 'wer': 'min'} to it", "Pass --mode cer=max --mode wer=min to it"),
        (
            "Nearest is 0.1.0. registry.compare(vs, baseline='0.1.5') fetches it as well, if there is one.",
            "Nearest is 0.1.0. --baseline 0.1.5 fetches it as well, if there is one.",
        ),
        ("registry.compare(vs, baseline={wanted!r}) fetches", "--baseline {wanted} fetches"),
        ("registry.list_versions(MODEL, approval={state!r}) lists", "%paimodel ls MODEL --approval {state} lists"),
        ("Name the metric that matters: by={name!r}.", "Name the metric that matters: --by {name}."),
        ("credentials=(id, secret) to pnb.connect", "credentials=(id, secret) to pnb.connect"),
        ("where 'last=3' removed 1", "where 'last=3' removed 1"),
    ],
)
def test_arguments_become_options(python, line):
    assert on_line(python) == line


def test_a_single_version_is_said_to_have_nothing_to_be_compared_with(demo):
    told = run(demo, f"%paimodel explain {DIGITS}@approved")
    said = "2.0.0 is itself the newest approved version: nothing to compare it with."
    assert said in str(told)
    assert said in told._repr_html_()
    assert "2.0.0 本身就是" in str(run(demo, f"%paimodel explain {DIGITS}@approved --lang zh"))


def test_a_line_whose_conditions_leave_nothing_says_what_removed_it(demo):
    with pytest.raises((ConfigurationError, ComparisonError), match="removed 3 of 3"):
        run(demo, f"%paimodel compare {DIGITS}@last:3 --where 'version == \"9.9.9\"'")


def test_a_word_that_is_no_model_is_looked_for_by_a_search(demo):
    with pytest.raises(ModelNotFound, match="ls --query medical"):
        run(demo, "%paimodel ls medical")


@pytest.mark.parametrize("option", ["--metrics", "--exclude"])
def test_a_metric_behind_the_first_one_is_told_of_commas_where_no_model_is_called_so(demo, option):
    with pytest.raises(
        AddressError, match=rf"no model named latency_ms in .*Separate several names by commas: {option} accuracy,latency_ms\."
    ):
        run(demo, f"%paimodel compare wine-cultivar@last:3 {option} accuracy latency_ms")
    compared = run(demo, f"%paimodel compare wine-cultivar@last:2 {option} accuracy iris-species@last:2")
    assert not compared.errors
    assert run(demo, f"%paimodel compare {option} accuracy wine-cultivar iris-species").errors == {}


@pytest.mark.parametrize(
    "line",
    [
        "show $u",
        "show model-a@$u",
        "compare $u",
        f"{DIGITS}@last:2 --by $u",
        f"{DIGITS}@last:2 --baseline $u",
        f"compare {DIGITS}@last:2 --mode $u=min",
        f"ls {DIGITS} --label env=$u",
        f"ls {DIGITS} --label $u",
        f"{DIGITS}@last:2 --offline $u",
        f"compare {DIGITS}@last:2 --baseline $u --code",
        f"ls {DIGITS} --label env=$u --code",
        "connect --region $u",
    ],
)
def test_a_login_or_signature_in_an_address_is_never_shown_by_a_line(demo, line):
    for text in (
        "https://user:canary0@h.example.com/m",
        "https://canary0@h/m",
        "https://b.oss-cn-hangzhou.aliyuncs.com/m?Signature=canary0",
    ):
        demo.user_ns["u"] = text
        with capture_output() as shown:
            demo.run_cell(f"%paimodel {line}")
        said = f"{shown.stdout}{shown.stderr}{[each.data for each in shown.outputs]}"
        assert "canary0" not in said, said
        assert len(said) > len("[]")

"""Registry.compare: versions and the baseline that is fetched beside them, as the line `%paimodel compare` does it."""

import builtins
import inspect
import os
import re
from pathlib import Path

import pandas as pd
import pytest

import pai_notebook as pnb
from pai_notebook.errors import (
    AddressError,
    AuthenticationError,
    ConfigurationError,
    FetchErrors,
    NameNotFound,
    ServiceUnavailable,
    SnapshotError,
    VersionNotFound,
)
from pai_notebook.registry import connection
from tests.registry.outsider import both, connect
from tests.wire.faultserver import FaultServer, error

DIGITS = "model-rbvg5wfo5d0gngz1b8"
IRIS = "model-rbvg5wgbnczxyxavyg"


def outcome(comparison):
    return comparison.baseline_name, str(comparison.baseline_reason), len(comparison.versions)


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        ("approved", ("2.0.0", "the newest approved version", 6)),
        ("APPROVED", ("2.0.0", "the newest approved version", 6)),
        ("latest", ("1.12.2", "the latest version", 5)),
        ("previous", ("2.5.0", "the version created before the latest", 5)),
        ("highest", ("2.5.0", "the highest version", 5)),
        ("first", ("1.12.2", "the first version", 5)),
        ("2.4.0", ("2.4.0", "as asked for", 5)),
        ("1.0.0", ("1.0.0", "as asked for", 6)),
        (f"{IRIS}@1.0.0", ("1.0.0", "as asked for", 6)),
        (f"{IRIS}@approved", ("1.0.0", "the newest approved version", 6)),
    ],
)
def test_the_baseline_is_looked_up_in_the_registry_and_fetched_too(registry, baseline, expected):
    assert outcome(registry.compare(f"{DIGITS}@last:5", baseline=baseline)) == expected


@pytest.mark.slow
def test_naming_the_default_changes_nothing_where_it_exists(registry):
    for addresses in ([f"{DIGITS}@last:5"], [f"{DIGITS}@2.4.0", f"{IRIS}@1.0.0"], [DIGITS]):
        assert registry.compare(*addresses) == registry.compare(*addresses, baseline="approved")
        assert outcome(registry.compare(*addresses)) == outcome(registry.compare(*addresses, baseline="approved"))


def test_the_readme_line_and_its_python_take_the_same_baseline_and_say_the_same_of_a_change(registry):
    compared = registry.compare(f"{DIGITS}@last:5", baseline="approved")
    row = compared["accuracy@d-digitsholdout0001"]
    assert (compared.baseline_name, row.changes[compared.names.index("2.2.0")].kind) == ("2.0.0", "better")


def test_versions_and_sets_that_are_here_are_compared_without_fetching_them(registry):
    held = registry.get_versions(f"{DIGITS}@last:3")
    compared = registry.compare(held, held[0], baseline="approved")
    assert compared == registry.compare(f"{DIGITS}@last:3", baseline="approved")
    assert registry.compare(held, f"{DIGITS}@2.0.0", baseline=held[1]).baseline == held[1]
    assert registry.compare(held.filter(approval="Pending")).removed


def test_a_bare_name_means_a_version_that_is_compared_before_one_of_the_first_model(registry):
    compared = registry.compare(f"{IRIS}@1.0.0_rc10", f"{DIGITS}@2.5.0", baseline="2.5.0")
    assert (compared.baseline.model_id, compared.baseline_name, len(compared.versions)) == (DIGITS, "2.5.0", 2)


def test_a_baseline_that_was_asked_for_and_does_not_exist_is_raised(registry):
    unapproved = next(model.model_id for model in registry.list_models() if not len(registry.list_versions(model.model_id)))
    for baseline in ("9.9.9", f"{DIGITS}@9.*", f"{unapproved}@approved"):
        with pytest.raises((VersionNotFound, ConfigurationError)):
            registry.compare(f"{DIGITS}@last:2", baseline=baseline)


def test_a_default_that_does_not_exist_is_replaced_and_the_caption_says_so(registry):
    none_approved = registry.list_versions(DIGITS).filter(approval=["Pending", "Rejected"])
    assert all(version.approval_status != "Approved" for version in none_approved)
    compared = none_approved[-3:].compare()
    assert compared.baseline_reason == "the first that is not rejected, as none of these 3 is approved"
    assert "the first that is not rejected, as none of these 3 is approved" in " ".join(str(compared).split())


def test_an_approved_version_that_cannot_be_fetched_fails_only_those_who_asked_for_it():
    broken = lambda hit: "503" if hit.path.endswith("/versions") else None  # noqa: E731
    with FaultServer(broken, answer=both([])) as server, connect(server, backoff_scale=0) as registry:
        compared = registry.compare("model-a@0.1.0", "model-a@0.2.0")
        assert isinstance(compared.errors["model-a@approved"], ServiceUnavailable)
        assert compared.baseline_reason == "the first that is not rejected, as the approved version could not be fetched"
        with pytest.raises(ServiceUnavailable):
            registry.compare("model-a@0.1.0", "model-a@0.2.0", baseline="approved")


def test_nothing_fetched_at_all_is_raised_and_not_compared():
    refused = error(403, "InvalidAccessKeyId.NotFound")
    with FaultServer(lambda hit: refused) as server, connect(server) as registry:
        with pytest.raises(AuthenticationError):
            registry.compare("model-a@0.1.0")
        with pytest.raises(FetchErrors):
            registry.compare("model-a@0.1.0", "model-a@0.2.0", on_error="collect")


def test_failures_are_collected_or_raised(registry):
    assert list(registry.compare(f"{DIGITS}@2.4.0,2.5.0,9.9.9").errors) == [f"{DIGITS}@9.9.9"]
    with pytest.raises(FetchErrors):
        registry.compare(f"{DIGITS}@2.4.0,2.5.0,9.9.9", on_error="raise")


@pytest.mark.parametrize("what", [(), (3,), (None,), ({"a": 1},), ([],)])
def test_what_cannot_be_compared_is_refused_by_name(registry, what):
    with pytest.raises(ConfigurationError, match=r"cannot be compared|nothing to compare"):
        registry.compare(*what)


def test_code_of_such_a_comparison_makes_it_again(registry):
    compared = registry.compare(f"{DIGITS}@last:5", baseline="previous")
    names = {}
    with pnb.connect("demo"):
        exec(compared.to_code(), names)
    assert names["c"] == compared


@pytest.mark.parametrize("name", ["compare", "get_model", "get_version", "get_versions", "list_models", "list_versions", "watch"])
def test_functions_of_the_module_have_the_signature_of_the_method(name):
    method = list(inspect.signature(getattr(pnb.Registry, name)).parameters.values())[1:]
    assert list(inspect.signature(getattr(pnb, name)).parameters.values()) == method


def test_the_module_compares_on_the_default_registry(registry):
    with pnb.connect("demo"):
        assert pnb.compare(f"{DIGITS}@last:5") == registry.compare(f"{DIGITS}@last:5")


@pytest.fixture
def unconnected(monkeypatch, tmp_path):
    """A process without a default registry, and without an environment that says which one."""
    monkeypatch.setattr(connection, "_default", None)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if re.search("REGION|ENDPOINT|DSW|PAI_", name, re.IGNORECASE)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="no region"):
        pnb.get_version("model-a@latest")


DOCUMENTS = [{"VersionName": f"0.{n}.0", "Metrics": {"accuracy": 0.8 + n / 20, "n": 900}} for n in (1, 2)]
HELD = pnb.VersionSet.from_documents(DOCUMENTS, "model-a")


@pytest.mark.parametrize(
    "what", [DOCUMENTS, [DOCUMENTS], [{"Versions": DOCUMENTS}], list(HELD), [HELD], ["x.paisnap.json"], [Path("x.paisnap.json")]]
)
def test_what_is_here_is_compared_without_a_registry(unconnected, what):
    HELD.save("x.paisnap.json")
    found = pnb.compare(*what)
    assert (found.names, found.baseline_name) == (("0.1.0", "0.2.0"), "0.1.0")
    assert found["accuracy"].cells[1].value == 0.9
    assert pnb.compare(*what, baseline="0.2.0").baseline_name == "0.2.0"
    assert pnb.compare(*what, baseline=found.versions[1]).baseline_name == "0.2.0"


@pytest.mark.parametrize(
    ("what", "baseline"), [(["model-a@latest"], None), ([HELD], "approved"), ([HELD], "0.7.0"), ([HELD, "model-b"], None)]
)
def test_what_has_to_be_fetched_needs_one(unconnected, what, baseline):
    with pytest.raises(ConfigurationError, match="no region was found"):
        pnb.compare(*what, baseline=baseline)


OLD, NEW = {"accuracy": 0.9}, {"accuracy": 0.92, "val": {"cer": 0.1}}


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ([OLD, NEW], ("a", "b")),
        ([[OLD, NEW]], ("a", "b")),
        ([{"old": OLD, "new": NEW}], ("new", "old")),
        ([[{"name": "x", **OLD}, {"version": "y", "metrics": NEW}]], ("x", "y")),
        ([OLD, DOCUMENTS[1]], ("0.2.0", "a")),
    ],
)
def test_metrics_without_a_version_are_answered_with_the_call_that_compares_them(unconnected, what, names):
    for compare in (pnb.compare, pnb.connect("demo", default=False).compare):
        with pytest.raises(ConfigurationError, match="nothing says which version has them") as caught:
            compare(*what)
        code = re.search(r"Use (compare\(.*\))\.$", str(caught.value))[1]
        found = eval(code, {"compare": compare})
        assert found.names == names
        assert {cell.value for cell in found["accuracy"].cells} == {0.9, 0.92} or "0.2.0" in names


def test_a_hundred_metrics_without_a_version_are_not_spelled_out(unconnected):
    many = {f"metric_{n}": n / 7 for n in range(100)}
    with pytest.raises(ConfigurationError, match=r"\"VersionName\": \"new\", \"Metrics\": a\['new'\]}\)\.$"):
        pnb.compare({"old": many, "new": many})


def test_numbers_beside_metrics_are_told_by_the_verdict(unconnected):
    found = pnb.compare([{"VersionName": f"0.{n}.0", "accuracy": n / 3} for n in (1, 2)])
    assert "Not read as metrics: accuracy. A version has its metrics under Metrics; " in str(found.verdict).replace("\n│", "")


def test_a_model_and_names_of_its_versions_need_no_address(registry):
    compared = registry.compare("wine-cultivar", "1.4.0", "1.5.0", baseline="1.4.0")
    assert compared.names == ("1.4.0", "1.5.0")
    held = registry.get_versions("wine-cultivar@1.4.0..1.6.0")
    assert pnb.compare("wine-cultivar", "1.4.0", "1.5.0", baseline="1.4.0", among=held) == compared
    with pytest.raises(AddressError, match=r"Write MODEL@1\.5\.0"):
        registry.compare(held, "1.5.0")


def test_short_names_of_datasets_as_tables_print_them_are_understood_wherever_names_are(registry):
    held = registry.get_versions(f"{DIGITS}@2.0.0..")
    compared = registry.compare(held)
    short = compared.short_datasets["d-digitsholdout0001"]
    name, full = f"accuracy@{short}", "accuracy@d-digitsholdout0001"
    assert short == "holdout"
    assert compared[name] == compared["accuracy", short] == compared[full]
    assert compared.best(name) == compared.best("accuracy", dataset=short) == compared.best(full)
    assert held.compare(include=name, dataset=short).metrics == held.compare(include=full).metrics
    assert held.compare(by=name).by_rows == (compared[full],)
    told = held.compare(directions={name: "min"}, tolerance={name: 0.5})
    assert (told[full].direction.mode, {change.kind for change in told[full].changes}) == ("min", {"baseline", "same"})
    assert [held.compare(**{what: told}).notes for what, told in [("directions", {name: "min"}), ("tolerance", {name: 0.5})]] == [
        compared.notes
    ] * 2
    assert [check.dataset for check in compared.check(f"{name} > 0.5").checks] == ["d-digitsholdout0001"] * 5
    assert held.filter(f"{name} > 0.98") == held.filter(f"{full} > 0.98") != held
    assert held.sort_values("accuracy", dataset=short) == held.sort_values(full)
    assert held[0].metrics[name] == held[0].metrics[full]
    assert compared.plot.bar(name).get_xlabel() == compared.plot.bar(full).get_xlabel()
    one = held.compare(dataset="holdout")
    assert {row.dataset for row in one.metrics} == {"d-digitsholdout0001"}


@pytest.mark.parametrize(("dataset", "hint"), [("hldout", "Nearest is digits-holdout"), ("zzz", "It was measured on digits-holdout, ")])
def test_a_dataset_that_nothing_was_measured_on_is_refused(registry, dataset, hint):
    with pytest.raises(NameNotFound, match=f"no metric was measured on dataset '{dataset}'. {hint}"):
        registry.compare(f"{DIGITS}@last:2", dataset=dataset)


def test_an_abbreviation_that_includes_nothing_is_told_what_it_begins(registry):
    notes = registry.compare(f"{DIGITS}@last:2", include=["acc", "macro_f1"]).notes
    assert "include: 'acc' matches no row; nearest: accuracy, accuracy@digits-holdout" in notes
    with pytest.raises(NameNotFound, match=r"^no version has 'acc'\. Nearest are accuracy and accuracy@"):
        registry.compare(f"{DIGITS}@last:2", include="acc")


def test_a_version_without_a_model_has_no_name_in_the_title(registry):
    found = registry.compare(f"{IRIS}@approved", pnb.VersionSet.from_documents({"VersionName": "cand", "Metrics": {"accuracy": 0.9}}))
    assert str(found).startswith("iris-species · ")
    assert str(found.explain()).startswith("iris-species: ")


def test_candidates_that_name_a_dataset_as_the_registry_calls_it_are_compared_on_it(registry):
    held = registry.get_versions(f"{DIGITS}@2.4.0,2.5.0")
    frame = pd.DataFrame({"run": ["mine"], "accuracy@digits-holdout": [0.99], "accuracy@elsewhere": [0.5]})
    both = held + pnb.VersionSet.from_frame(frame, name="run")
    compared = both.compare("2.4.0")
    assert next(row.dataset for row in compared.metrics if row.path == "accuracy") == "d-digitsholdout0001"
    assert "digits-holdout" not in {row.dataset for row in compared.metrics}
    assert compared["accuracy@digits-holdout"].cells[compared.names.index("mine (not registered)")].value == 0.99
    assert "the dataset digits-holdout was read as d-digitsholdout0001, which has that name" in compared.notes
    assert compared.best("accuracy@digits-holdout").value >= 0.99
    assert len(both.filter("accuracy@digits-holdout > 0")) == 3
    short = held + pnb.VersionSet.from_frame(frame.rename(columns={"accuracy@digits-holdout": "accuracy@holdout"}), name="run")
    assert short.compare("2.4.0")["accuracy@holdout"].cells[compared.names.index("mine (not registered)")].value == 0.99
    assert "the dataset holdout was read as d-digitsholdout0001, which has that name" in short.compare("2.4.0").notes
    # without the name nothing is known of it
    alone = pnb.VersionSet.from_frame(frame, name="run").compare()
    assert {row.dataset for row in alone.metrics} == {"digits-holdout", "elsewhere"}


def test_groups_metrics_and_errors_are_told_by_the_names_that_were_typed(registry):
    held = registry.get_versions("手写数字识别")
    group = held.groupby("user_id")[0]
    table, _, below = str(group).partition("What all of them share")
    assert "accuracy@digits-holdout" in table
    assert "d-digitsholdout0001" not in table
    assert "digits-holdout: d-digitsholdout0001" in below
    assert "no number for" in below
    assert "latency_ms@d-digitsnoisy" not in below
    assert "accuracy@digits-holdout 0.9" in repr(held["2.0.0"].metrics)
    with pytest.raises(VersionNotFound, match=r"no version 9\.9\.9 in 手写数字识别") as caught:
        registry.get_version("手写数字识别", "9.9.9")
    assert caught.value.model_id == DIGITS


def test_a_selector_behind_a_model_is_refused_with_its_address_and_sends_nothing():
    with pnb.connect("demo", default=False) as registry:
        for call in (registry.compare, registry.get_versions, pnb.VersionSet().select):
            for words in (["latest"], ["latest", "approved"], ["last:3"], ["1.*"], ["1.0.0..2.0.0"], ["1.0.0", "highest"]):
                with pytest.raises(AddressError, match=rf"is not a model\. Write 手写数字识别@{re.escape(','.join(words))}\.$"):
                    call("手写数字识别", *words)
        for word in ("latest", "approved", "last:3"):
            with pytest.raises(AddressError, match=rf"is not a version name\. Write 手写数字识别@{word}\.$"):
                registry.get_version("手写数字识别", word)


def test_a_v_before_a_version_means_that_version_and_nothing_is_near_to_a_word():
    with pnb.connect("demo", default=False) as registry:
        registry.list_versions("wine-cultivar")
        with pytest.raises(AddressError, match=r"'v1\.5\.0' is not a version name\. Did you mean 1\.5\.0\?$"):
            registry.get_version("wine-cultivar", "v1.5.0")
        with pytest.raises(VersionNotFound, match=r"registry\.compare\(vs, baseline='1\.5\.0'\) fetches it as well"):
            registry.compare("wine-cultivar@1.0.0,1.2.0", baseline="v1.5.0")
        with pytest.raises(VersionNotFound, match=r"Did you mean 1\.5\.0\?$"):
            registry.compare("wine-cultivar", baseline="v1.5.0")
        with pytest.raises(
            VersionNotFound, match=r"production is not among the \d+ versions\. Nearest is approved\. A baseline is one version"
        ):
            registry.compare("wine-cultivar", baseline="production")
        with pytest.raises(AddressError, match="Write wine-cultivar@approved"):
            registry.get_version("wine-cultivar", "production")


def test_what_stands_for_a_missing_method_exists_and_compares_what_was_asked_for():
    registry = pnb.connect("demo", default=False)
    a, b = registry.get_versions("wine-cultivar", "1.2.0", "1.4.0")
    for thing in (a, registry):
        with pytest.raises(AttributeError) as caught:
            _ = thing.diff
        code = str(caught.value).partition("Use ")[2].removesuffix(".")
        code = code if code.startswith("pnb.") else f"registry.{code}"
        comparison = eval(code, {"pnb": pnb, "registry": registry, "version": a, "other": b, "a": a, "b": b})
        assert (comparison.baseline_name, comparison.names) == ("1.2.0", ("1.2.0", "1.4.0"))
    for operation in ("-", "<"):
        with pytest.raises(TypeError) as caught:
            eval(f"a {operation} b", {"a": a, "b": b})
        code = re.search(r"registry\.compare\(.*?\)", str(caught.value))[0]
        assert eval(code, {"registry": registry, "a": a, "b": b}).names == ("1.2.0", "1.4.0")
    vs = registry.get_versions("wine-cultivar@last:3")
    names = {"registry": registry, "pnb": pnb, "versions": vs, "version": a, "comparison": vs.compare(), "model": registry.list_models()[0]}
    names["models"] = registry.list_models()
    for holder in (registry, a, vs, vs.compare(), registry.list_models(), registry.list_models()[0], vs.compare().verdict):
        for code in set(holder._instead.values()):
            first = re.match(r"[\w.]+", code)
            if first is None or " for " in code:
                continue
            root, _, rest = first[0].partition(".")
            found = (
                names.get(root, builtins.__dict__.get(root))
                if (rest and root not in dir(holder)) or root in ("versions", "models", "comparison", *dir(builtins))
                else getattr(holder, root)
            )
            for part in filter(None, rest.split(".")):
                found = getattr(found if found is not None else holder, part)
            assert found is not None, code


def test_two_versions_beside_an_unasked_baseline_are_told_how_to_compare_them_with_each_other(registry):
    said = "1.8.0 and 1.9.0 are compared with 1.5.0 only; to compare the two with each other: baseline='1.8.0'"
    compared = registry.compare("wine-cultivar@1.8.0", "wine-cultivar@1.9.0")
    assert compared.notes == (said,)
    assert said in str(compared.explain())
    for asked, baseline in (
        (["1.8.0,1.9.0"], "1.8.0"),
        (["1.8.0,1.9.0"], "approved"),
        (["1.5.0,1.9.0"], None),
        (["1.7.0,1.8.0,1.9.0"], None),
    ):
        compared = registry.compare(*(f"wine-cultivar@{each}" for each in asked), baseline=baseline)
        assert not any("each other" in note for note in compared.notes), (asked, baseline)


def test_results_of_ones_own_are_told_how_they_are_compared(registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.csv").write_text("run,accuracy", "utf-8")
    with pytest.raises(ConfigurationError, match=r"'m\.csv' looks like a file.*VersionSet\.from_frame\(pandas\.read_csv\('m\.csv'\)\)"):
        registry.compare("wine-cultivar", "m.csv")
    with pytest.raises(ConfigurationError, match=r"a DataFrame cannot be compared\. .*VersionSet\.from_frame\(df, name=COLUMN\)"):
        registry.compare("wine-cultivar", registry.get_versions("wine-cultivar@latest").to_frame())


@pytest.mark.parametrize("name", ["s.json.gz", "s.json", "off/s.json.gz", "off/s", "s.paisnap.json"])
def test_a_snapshot_is_opened_whatever_its_name_and_a_path_is_always_a_file(registry, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path("off").mkdir()
    registry.get_versions("wine-cultivar@last:2").save(name)
    for given in (name, Path(name), [Path(name)], tmp_path / name):
        assert registry.compare(given).names == ("1.5.0", "1.8.0", "1.9.0")
        assert pnb.compare(given, among=pnb.load(name)).names == ("1.8.0", "1.9.0")
    for method in (registry.get_versions, registry.list_versions):
        with pytest.raises(AddressError, match=rf"'{name}' looks like a file, not like a model\. Use pnb\.load\('{name}'\)") as caught:
            method(name)
        assert "看起来是文件" in str(caught.value.message.in_language("zh"))
    with pytest.raises(AddressError, match=r"looks like a file.*pnb\.load"):
        registry.get_versions(Path(name))


def test_a_word_that_may_be_a_model_or_a_snapshot_is_refused_with_both_and_no_other_file_stands_for_a_model(
    registry, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    vs = registry.get_versions("wine-cultivar@last:2")
    vs.save("wine-cultivar")
    both = r"looks like a file.*Use pnb\.load\('wine-cultivar'\)\. A model named wine-cultivar is written wine-cultivar@all\."
    for call in (registry.compare, registry.get_versions):
        with pytest.raises(AddressError, match=both):
            call("wine-cultivar")
    assert registry.compare(Path("wine-cultivar")).names == ("1.5.0", "1.8.0", "1.9.0")
    assert len(registry.get_versions("wine-cultivar@all")) > 2
    Path("wine-cultivar").write_text("notes", "utf-8")
    assert len(registry.get_versions("wine-cultivar")) > 2
    for missing in ("none.json.gz", "off/none.json", Path("none")):
        with pytest.raises(SnapshotError, match=r"cannot be read.*Look at the path"):
            registry.compare(missing)
    Path("cut.json.gz").write_bytes(Path(vs.save("whole.json.gz")).read_bytes()[:-40])
    with pytest.raises(SnapshotError, match="cut short"):
        registry.compare("cut.json.gz")


def test_version_names_without_a_model_and_numbers_are_refused_without_a_request(registry):
    with pytest.raises(AddressError, match=r"'1\.8\.0' is the name of a version, not of a model\. Write MODEL@1\.8\.0\."):
        registry.compare("1.8.0", "1.9.0")
    with pytest.raises(AddressError, match=r"1\.5 is not an address\. Quote versions: '1\.5'\."):
        registry.get_versions("wine-cultivar", 1.5)


def test_a_baseline_beside_one_version_is_told_of_that_version(registry):
    with pytest.raises(VersionNotFound, match=r"^the baseline 2\.0\.0 is not there; the only version is 1\.8\.0\."):
        registry.get_versions("wine-cultivar@1.8.0").compare("2.0.0")

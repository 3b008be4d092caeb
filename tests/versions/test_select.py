"""One rule for what addresses mean: in a registry, in a set, and in an explorer over a set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.errors import AddressError, ComparisonError, ModelNotFound, ServiceUnavailable, VersionNotFound
from tests.examples import examples
from tests.registry.test_registry import Watched, document, names

SELECTORS = [
    "", "@latest", "@approved", "@previous", "@highest", "@last:2", "@0.1*", "@0.2.0..0.5.0", "@approved..latest", "@0.3.0..", "@0.1.0",
    "@0.1.0,9.9.9", "@9.9.9", "@latest,approved,0.2.0", "@7.*", "@2.4",
]  # fmt: skip
VERSIONS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["Approved", "Pending"]), st.integers(0, 5)), max_size=8, unique_by=lambda item: item[0]
)


@given(VERSIONS, VERSIONS, st.lists(st.tuples(st.sampled_from(["model-a", "model-b"]), st.sampled_from(SELECTORS)), min_size=1, max_size=4))
@examples(100)
def test_a_set_and_a_registry_answer_addresses_alike(first, second, asked):
    documents = {
        model: [document(f"0.{number}.0", approval=approval, minute=minute) for number, approval, minute in versions]
        for model, versions in (("model-a", first), ("model-b", second))
    }
    addresses = [model + selector for model, selector in asked]
    w = Watched(documents)
    try:
        fetched = w.registry.get_versions(addresses)
        whole = w.registry.get_versions("model-a", "model-b")
    finally:
        w.registry.close()
    chosen = whole.select(*addresses)
    assert [version.address for version in chosen] == [version.address for version in fetched]
    there = {model for model, versions in documents.items() if versions}
    asked_there = {said for said in fetched.errors if said.partition("@")[0] in there}
    assert asked_there <= set(chosen.errors)
    for said in asked_there - {said for said in fetched.errors if "2.4" in said}:
        assert type(chosen.errors[said]) is type(fetched.errors[said])


def make(name, model="model-a"):
    return pnb.ModelVersion.from_document({"VersionName": name}, model)


def test_what_a_set_does_not_have_is_named_and_the_rest_is_kept():
    held = pnb.VersionSet([make("0.1.0"), make("0.2.0")], {"model-a@0.3.0": ServiceUnavailable("no answer")})
    chosen = held.select("model-a@0.2.0,0.4.0", "model-a@0.3.0", "model-x@latest", "model-a@approved")
    assert names(chosen) == ["0.2.0"]
    assert {said: type(error) for said, error in chosen.errors.items()} == {
        "model-a@0.3.0": ServiceUnavailable,
        "model-a@0.4.0": VersionNotFound,
        "model-x@latest": ModelNotFound,
        "model-a@approved": VersionNotFound,
    }
    assert "Models here: model-a." in str(chosen.errors["model-x@latest"])
    with pytest.raises(VersionNotFound, match=r"this set has no model-a@0\.4\.0\. Nearest is 0\.2\.0\."):
        held.select("model-a@0.2.0,0.4.0", on_error="raise")
    with pytest.raises(ServiceUnavailable):
        held.select("model-a@0.3.0", on_error="raise")
    with pytest.raises(AddressError):
        held.select("model-a@!")
    assert names(held.select("model-a", "0.1.0")) == ["0.1.0"]


def test_an_explorer_over_a_set_names_what_the_set_does_not_have():
    explorer = pnb.Explorer(pnb.VersionSet([make("0.1.0"), make("0.2.0")]))
    try:
        selected = explorer.fetch("model-a@9.9.9,0.2.0")
        assert names(selected) == ["0.2.0"]
        assert list(selected.errors) == ["model-a@9.9.9"]
        assert isinstance(explorer.last_error, VersionNotFound)
        with pytest.raises(ModelNotFound, match="this set has no model-x"):
            explorer.fetch("model-x")
    finally:
        explorer.close()


def test_different_versions_of_one_name_are_all_selected_and_told_apart_by_position():
    docs = [{"VersionName": name, "Uri": uri} for name, uri in (("1.0.0", "a"), ("0.9.0", "b"), ("1.0.0", "c"))]
    vs = pnb.VersionSet.from_documents(docs, "model-a")
    for address in ("model-a@1.0.0", "model-a@1.0.0,0.9.0", "model-a", "model-a@0.9.0..1.0.0", "model-a@1.*"):
        assert {version.uri for version in vs.select(address)} >= {"a", "c"}
    assert len(vs.select("model-a")) == 3
    with pytest.raises(ComparisonError, match=r"this set has 2 different versions named model-a@1\.0\.0\. .*\[0\] and \[2\]"):
        vs["1.0.0"]
    with pytest.raises(ComparisonError, match="different versions"):
        vs[["1.0.0"]]
    both = vs + pnb.VersionSet.from_documents({"VersionName": "1.0.0"}, "model-b")
    with pytest.raises(ComparisonError, match=r"in several models of this set.*one of: model-a@1\.0\.0, model-b@1\.0\.0\."):
        both["1.0.0"]


@pytest.fixture(scope="module")
def wine():
    with pnb.connect("demo", default=False) as registry:
        return registry.get_versions("wine-cultivar@1.4.0..1.9.0")


def test_a_set_and_a_snapshot_of_it_are_addressed_by_the_names_that_they_show(wine, tmp_path):
    old = pnb.load(wine.save(tmp_path / "wine.paisnap.json"))
    for held in (wine, old):
        assert held.select("wine-cultivar@last:2") == held.select(f"{held.models[0]}@last:2")
        assert held["wine-cultivar@1.5.0"] == held["1.5.0"]
        compared = pnb.compare("wine-cultivar@last:2", baseline="wine-cultivar@approved", among=held)
        assert (compared.names, compared.baseline_name) == (("1.5.0", "1.8.0", "1.9.0"), "1.5.0")
        assert held.compare("wine-cultivar@approved").baseline_name == held.compare("wine-cultivar@1.5.0").baseline_name == "1.5.0"
        with pytest.raises(ModelNotFound, match=r"Models here: wine-cultivar \(model-"):
            held.select("iris@latest", on_error="raise")


def test_conditions_on_models_understand_names_and_refuse_those_of_no_model(wine):
    assert wine.filter("model == 'wine-cultivar'") == wine.filter(f"model in ('{wine.models[0]}')") == wine
    assert not wine.filter("model != 'wine-cultivar'")
    assert not wine.filter("model == 'model-of-somebody'")
    with pnb.connect("demo", default=False) as registry:
        found = registry.search_versions("model == 'wine-cultivar' and version > '1.8.0'")
        assert found == registry.search_versions("model == 'wine-cultivar' and version > '1.8.0'", models=list(wine.models))
        for ask in (wine.filter, registry.search_versions):
            with pytest.raises(pnb.PaiError, match=r"no version has model_id 'wine-cultivr'. Nearest is wine-cultivar"):
                ask("model == 'wine-cultivr'")
    assert [version.version_name for version in found] == ["1.9.0"]


def test_groups_of_people_are_called_by_name():
    with pnb.connect("demo", default=False) as registry:
        found = registry.get_versions("手写数字识别")
    assert {group.version_name for group in found.groupby("user_id")} == {"user_id=张三", "user_id=李四", "user_id=wang.wu"}


def test_what_stands_behind_a_model_may_be_any_name_of_the_set():
    names = ["run@1", "b@x", "baseline of May"]
    vs = pnb.VersionSet.from_documents([{"VersionName": name} for name in names], "model-a")
    assert [vs.select(version.address)[0] for version in vs] == list(vs)


def test_a_selector_in_brackets_is_told_where_to_stand():
    vs = pnb.VersionSet.from_documents([{"VersionName": "1.0.0"}], "model-a")
    with pytest.raises(VersionNotFound, match=r"Write select\('model-a@latest'\)\."):
        vs["latest"]
    with pytest.raises(VersionNotFound, match=r"Nearest is 1\.0\.0\."):
        vs["1.0"]


def test_a_word_that_is_no_model_of_the_set_may_be_meant_as_a_selector():
    vs = pnb.VersionSet.from_documents([{"VersionName": "1.0.0"}], "model-a")
    for word, meant in (("newst", "latest"), ("last2", "last:2")):
        (error,) = vs.select(word).errors.values()
        assert error.hint == f"Did you mean model-a@{meant}? Models here: model-a."


def test_a_range_of_numbers_is_refused_by_its_first():
    with pytest.raises(AddressError, match="0 is not an address"):
        pnb.VersionSet().select(range(10**15))

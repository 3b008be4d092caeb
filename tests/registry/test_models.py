"""One filter for versions and models: exact where it is documented so, whatever the service matches by itself."""

import asyncio
import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.errors import AddressError, ConfigurationError, ModelNotFound, VersionNotFound
from pai_notebook.explorer.source import RegistrySource
from pai_notebook.plan.words import on_line
from tests.examples import examples
from tests.registry.test_registry import Watched, document, names

DIGITS = "model-rbvg5wfo5d0gngz1b8"


@pytest.fixture(scope="module")
def narrow():
    with pnb.connect("demo", workspace_id="20482", default=False) as registry:
        yield registry


@pytest.mark.parametrize("word", ["approved", "Approved", "APPROVED", ["approved", "Rejected"]])
def test_list_versions_filters_as_filter_does_whatever_the_case(registry, word):
    whole = registry.list_versions(DIGITS)
    assert names(registry.list_versions(DIGITS, approval=word)) == names(whole.filter(approval=word)) != []
    assert len(registry.list_versions(DIGITS, format="pmml")) == len(whole.filter(format="pmml")) > 0
    assert len(registry.list_versions(DIGITS, framework="SCIKIT-LEARN")) == 41


WORDS = st.sampled_from(["Approved", "approved", "APPROVED", "Pending", "", "Archived"])


@given(
    st.lists(st.tuples(WORDS, st.sampled_from(["ONNX", "onnx", "PMML", ""])), max_size=6),
    WORDS.filter(bool),
    st.sampled_from(["onnx", "PMML"]),
)
@examples(60)
def test_what_the_service_filters_makes_no_difference(versions, approval, format_type):
    documents = [document(f"0.{place}.0", approval=word, minute=place, FormatType=kind) for place, (word, kind) in enumerate(versions)]
    w = Watched({"model-a": documents})
    try:
        whole = w.registry.list_versions("model-a")
        for asked in ({"approval": approval}, {"format": format_type}, {"approval": approval, "format": format_type}):
            try:
                expected = names(whole.filter(**asked))
            except ConfigurationError:
                with pytest.raises(ConfigurationError):
                    w.registry.list_versions("model-a", **asked)
            else:
                assert names(w.registry.list_versions("model-a", **asked)) == expected
    finally:
        w.registry.close()


def test_a_name_is_the_whole_name_and_a_query_a_part(registry):
    assert [model.name for model in registry.list_models(name="iris-species")] == ["iris-species"]
    assert len(registry.list_models(name="iris")) == len(registry.list_models(name="Iris-Species")) == 0
    assert [model.name for model in registry.list_models("iris")] == ["iris-species"]


def test_labels_of_models_are_matched_by_key_and_value(registry):
    labelled = [model for model in registry.list_models() if model.labels]
    key, value = next(iter(labelled[0].labels.pairs))
    found = registry.list_models(label={key: value})
    assert labelled[0] in found
    assert all(value in model.labels.get_all(key) for model in found)
    assert set(registry.list_models(label={key: [value, "nothing like it"]})) == set(found)
    assert len(registry.list_models(label={key: value[:-1]})) == 0


def test_words_of_models_are_matched_in_any_case_and_limited_afterwards(registry):
    vision = [model for model in registry.list_models() if model.domain == "cv"]
    assert list(registry.list_models(domain="CV")) == vision
    assert list(registry.list_models(domain=["cv", "no such domain"], limit=1)) == vision[:1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"label": "env"}, "label='env' is not a mapping"),
        ({"label": ["env"]}, r"label=\['env'\] is not a mapping"),
        ({"label": {"env": None}}, r"label\['env'\]=None is not a word"),
        ({"label": {"no such key": "x"}}, "no model has a label 'no such key'"),
        ({"name": 3}, "name=3 cannot be used"),
        ({"domain": 3}, "domain=3 cannot be used"),
        ({"limit": 0}, "limit=0 cannot be used"),
        ({"query": 3.5}, r"query=3\.5 cannot be used"),
    ],
)
def test_arguments_that_do_not_fit_are_named(registry, arguments, said):
    with pytest.raises(ConfigurationError, match=said):
        registry.list_models(**arguments)


def test_workspace_and_provider_have_one_rule(narrow):
    assert {model.workspace_id for model in narrow.list_models()} == {"20482"}
    assert [model.provider for model in narrow.list_models(provider="pai")] == ["pai"]
    assert len(narrow.list_models(workspace_id="")) == 9
    source = RegistrySource(narrow)
    for search, asked in (("", {}), ("provider=pai", {"provider": "pai"}), ("digit", {"query": "digit"})):
        models, *_ = asyncio.run(source.find_models(search))
        assert [model.model_id for model in models] == [model.model_id for model in narrow.list_models(**asked)]


def test_an_empty_list_says_what_was_asked_for(registry, narrow):
    assert "No models found: workspace 999." in str(registry.list_models(workspace_id="999"))
    assert " ".join(str(narrow.list_models("zzz", name="x")).split()) == (
        "No models found: workspace 20482, query 'zzz', name 'x'; it was looked for in names, domains, tasks and labels: "
        "registry.list_models() shows all."
    )
    assert "No models found: all workspaces, provider 'nobody'." in str(registry.list_models(provider="nobody"))


def test_a_list_of_models_is_addressed_by_place_slice_id_and_name(registry):
    models = registry.list_models()
    assert models[0] is next(iter(models))
    assert isinstance(models[:2], type(models))
    assert len(models[:2]) == 2
    assert models["wine-cultivar"] == models[models["wine-cultivar"].model_id]
    assert "wine-cultivar" in models
    assert "wine" not in models
    assert models[0] in models
    with pytest.raises(ModelNotFound, match="wine-cultivar"):
        models["wine-cultivat"]
    twins = type(models)([*models, pnb.Model.from_document({"ModelId": "model-x", "ModelName": "wine-cultivar"})])
    with pytest.raises(AddressError, match="2 models are named wine-cultivar"):
        twins["wine-cultivar"]
    assert registry.list_versions(models["wine-cultivar"]) == registry.list_versions("wine-cultivar")
    assert registry.get_version(models["wine-cultivar"], "1.5.0").address == f"{models['wine-cultivar'].model_id}@1.5.0"
    assert "wine-cultivar" in models._ipython_key_completions_()
    again = pickle.loads(pickle.dumps(models))
    assert (again, again.asked) == (models, models.asked)


def test_a_list_of_models_is_a_frame(registry):
    models = registry.list_models()
    frame = models.to_frame()
    assert list(frame.index) == [model.model_id for model in models]
    assert list(frame["name"]) == [model.name for model in models]
    assert frame.loc[DIGITS, "latest_version"] == models[DIGITS].latest_version.version_name
    assert isinstance(frame["created"].dtype, pd.DatetimeTZDtype)
    assert {f"labels.{key}" for model in models for key in model.labels} <= set(frame.columns)
    assert models[:0].to_frame().shape[0] == 0
    assert list(models[:0].to_frame().columns)[:3] == ["name", "latest_version", "approval_status"]


def test_names_of_a_list_that_was_shown_need_no_other_list():
    w = Watched({})
    documents = [{"ModelId": "model-a1", "ModelName": "digits", "WorkspaceId": "1"}]
    w.handler = demo.Handler(demo.Store(documents, {"model-a1": [document("0.1.0")]}))
    try:
        w.registry.list_models()
        w.seen.clear()
        assert w.registry.get_version("digits", "0.1.0").model_id == "model-a1"
        assert w.seen["ListModels"] == 0
    finally:
        w.registry.close()


@pytest.mark.parametrize("asked", [{"name": "wine"}, {"task": "tabular"}])
def test_a_word_that_has_to_be_all_of_it_is_told_what_looks_for_a_part(asked):
    with pnb.connect("demo", default=False) as registry:
        text = " ".join(str(registry.list_models(**asked)).split())
    ((key, word),) = asked.items()
    assert text == f"No models found: all workspaces, {key} {word!r}; only the whole text matches: list_models({word!r}) looks for a part."


def test_where_no_model_is_found_the_call_that_looks_wider_is_told():
    with pnb.connect("demo", default=False) as registry:
        for text in ("*wine*", "wine%"):
            assert "list_models('wine') looks for a part" in " ".join(str(registry.list_models(name=text)).split())
        text = " ".join(str(registry.list_models(label={"env": "prod"})).split())
        assert "search_versions(label={'env': 'prod'}) looks at those of versions" in text
        with pytest.raises(pnb.errors.ModelNotFound, match=r"registry\.list_models\('class'\) looks for a part"):
            registry.get_model("class")


def test_a_name_that_is_not_in_the_workspace_is_said_with_the_workspace():
    with pnb.connect("demo", workspace_id="abc", default=False) as registry:
        with pytest.raises(pnb.errors.ModelNotFound, match="no model named wine-cultivar in workspace abc of cn-hangzhou"):
            registry.get_version("wine-cultivar@latest")
        with pytest.raises(pnb.errors.ModelNotFound, match="no model named model-zzz in cn-hangzhou"):
            registry.get_version("model-zzz@latest")


def test_a_version_that_is_not_there_is_answered_with_the_call_that_lists_them():
    with pnb.connect("demo", default=False) as registry:
        with pytest.raises(VersionNotFound) as caught:
            registry.get_version("wine-cultivar", "9.9.9")
        code = str(caught.value.hint).removesuffix(" shows which there are.")
        assert len(eval(code, {"registry": registry})) == 24
    assert on_line(str(caught.value.hint)).startswith(f"%paimodel ls {caught.value.model_id} shows")

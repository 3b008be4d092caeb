"""The error family: one tree, short in a notebook, whole in a pickle."""

import pickle
import traceback
import warnings

import pytest

import pai_notebook as pnb
from pai_notebook import errors
from pai_notebook.errors import FetchErrors, PaiError, RegressionError, VersionNotFound
from pai_notebook.i18n.phrases import say, speaking

NAMED = [getattr(errors, name) for name in errors.__all__]
FAMILY = [kind for kind in NAMED if not issubclass(kind, Warning)]


def test_the_docstring_draws_the_whole_tree():
    drawn = {line.lstrip("│├└─ ").split()[0] for line in errors.__doc__.splitlines() if "──" in line}
    assert drawn | {"PaiError"} == {kind.__name__ for kind in FAMILY}
    assert all(f"\n{kind.__name__} " in errors.__doc__ for kind in NAMED if issubclass(kind, Warning))


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_is_a_pai_error_and_survives_a_pickle_with_its_cause(kind):
    error = kind("no answer", hint="Try again.", code="X", status=503, request_id="5A14", model_id="model-a", attempts=2)
    error.__cause__ = OSError("connection refused")
    copied = pickle.loads(pickle.dumps(error))
    assert type(copied) is kind
    assert str(copied) == str(error)
    assert copied.attempts == 2
    assert isinstance(copied.__cause__, OSError)
    assert isinstance(error, PaiError)


@pytest.mark.parametrize("kind", FAMILY)
def test_a_notebook_shows_one_or_two_lines(kind):
    assert kind("no answer")._render_traceback_() == [f"{kind.__name__}: no answer"]
    lines = kind("no answer.", hint="Try again.", code="X", status=503, request_id="5A14")._render_traceback_()
    assert lines == [f"{kind.__name__}: no answer (X, HTTP 503, request 5A14)", "Try again."]


def test_a_cause_that_does_not_pickle_travels_as_text():
    error = PaiError("no answer")
    error.__cause__ = RuntimeError(lambda: None)
    cause = pickle.loads(pickle.dumps(error)).__cause__
    assert "RuntimeError" in str(cause)


def test_details_of_bulk_errors_survive_a_pickle():
    error = FetchErrors("1 of 2", errors={"model-a@1.0.0": VersionNotFound("gone")})
    assert isinstance(pickle.loads(pickle.dumps(error)).errors["model-a@1.0.0"], VersionNotFound)
    assert pickle.loads(pickle.dumps(RegressionError("worse", breaches=("cer",)))).breaches == ("cer",)


def test_a_plain_traceback_still_says_what_and_what_next():
    with pytest.raises(PaiError) as caught:
        raise PaiError("no answer", hint="Try again.")
    assert "no answer. Try again." in "".join(traceback.format_exception(caught.value))


def test_a_long_name_or_number_is_shortened_in_either_language():
    for text in (say("no model named {text}", text="9" * 5000), f"no model named {'9' * 5000}"):
        error = PaiError(text, hint=f"Did you mean {'a' * 400} ?")
        assert str(error) == f"no model named {'9' * 100}…. Did you mean {'a' * 100}… ?"
        assert "9" * 101 not in "".join(error._render_traceback_())
    with speaking("zh"):
        assert str(PaiError(say("no model named {text}", text="9" * 5000))) == f"没有名为“{'9' * 100}…”的模型"
    assert str(PaiError("无" * 1000)) == "无" * 1000


SIGNED = "https://b.oss-cn-hangzhou.aliyuncs.com/m/a.json?OSSAccessKeyId=LTAIcanary0&Expires=17&Signature=canary0%3D"
SIGNED_V4 = "https://b.oss-cn-hangzhou.aliyuncs.com/m?x-oss-credential=LTAIcanary0%2F2026&x-oss-signature=canary0&security-token=canary0"
ADDRESSES = [
    "https://user:canary0@h.example.com/m",
    "https://canary0@h.example.com/m",
    "https://user:a@canary0@h.example.com/m",
    "https://user:a/canary0@h.example.com/m",
    "oss://AK:canary0@b/m",
    "redis://:canary0@h:6379/0",
    SIGNED,
    SIGNED_V4,
]
QUESTIONS = [
    lambda registry, text: registry.compare(text),
    lambda registry, text: registry.get_version("model-a", text),
    lambda registry, text: registry.get_versions(f"model-a@{text}"),
    lambda registry, text: registry.list_versions(text),
    lambda registry, text: registry.list_versions("wine-cultivar", where=text),
    lambda registry, text: registry.compare("wine-cultivar@last:2", by=text),
    lambda registry, text: registry.compare("wine-cultivar@last:2", baseline=text),
    lambda registry, text: registry.compare("wine-cultivar@last:2", directions={text: "min"}),
    lambda registry, text: registry.compare("wine-cultivar@last:2", include=["accuracy", text]),
    lambda registry, text: registry.compare("wine-cultivar@last:2").report(text),
    lambda registry, text: registry.list_versions("wine-cultivar").save(text),
    lambda registry, text: registry.list_versions("wine-cultivar").to_frame().pipe(lambda _: pnb.VersionSet.from_frame(text)),
    lambda _, text: pnb.load(text),
    lambda _, text: pnb.VersionSet.from_documents([text], "model-a"),
    lambda _, text: pnb.VersionSet.from_lm_eval(text),
    lambda _, text: pnb.connect(region=text, default=False),
    lambda _, text: pnb.connect(endpoint=text, default=False),
    lambda _, text: pnb.connect(text, default=False),
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_login_or_signature_in_an_address_is_never_quoted(text):
    with pnb.connect("demo", default=False) as registry:
        for ask in QUESTIONS:
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                try:
                    answer = ask(registry, text)
                except PaiError as error:
                    answer = error
                    for lang in ("en", "zh"):
                        with speaking(lang):
                            said = [str(error), repr(error), *map(str, error.args), *error._render_traceback_()]
                            assert "canary0" not in "".join(said), said
            assert "canary0" not in f"{answer} {answer!r} {[str(each.message) for each in warned]}"


def test_the_repr_of_an_error_is_as_short_as_its_text():
    versions = pnb.VersionSet.from_documents([{"VersionName": "a", "Metrics": {"accuracy": 0.5}}], "m")
    with pytest.raises(PaiError) as caught:
        versions.compare("b" * 1_000_000)
    assert repr(caught.value) == f"{type(caught.value).__name__}({str(caught.value)!r})"
    assert len(repr(caught.value)) < 500

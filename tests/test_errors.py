"""The error family: one tree, short in a notebook, whole in a pickle."""

import pickle
import traceback

import pytest

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

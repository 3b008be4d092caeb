"""What a comparison and its answers hand out is theirs: nobody changes it from outside."""

import copy
import json
import pickle
from collections.abc import MutableMapping, MutableSequence, MutableSet

import pytest

from pai_notebook import VersionSet
from pai_notebook.errors import ConfigurationError
from pai_notebook.model.document import FrozenDict

FIRST, SECOND = "accuracy@d-digitsholdout0001", "accuracy@d-digitsholdout0002"


def _set():
    return VersionSet.from_documents(
        [
            {
                "VersionName": f"0.{nth}.0",
                "ApprovalStatus": "Approved",
                "Labels": [{"Key": "a", "Value": str(nth % 2)}],
                "Metrics": {
                    "Results": [
                        {"Dataset": {"DatasetId": f"d-digitsholdout000{which}"}, "Metrics": {"accuracy": 0.8 + nth / 100, "n": 1000}}
                        for which in (1, 2)
                    ]
                },
            }
            for nth in (1, 2, 3)
        ],
        "model-a",
    )


def _answers():
    c = _set().compare("0.1.0")
    group = next(iter(_set().groupby("label.a")))
    answers = [
        c,
        c.verdict,
        c.rows[0],
        c.rows[0].changes[1],
        c.rows[0].cells[1],
        c.check("accuracy >= baseline"),
        c.best(FIRST),
        c.rank(FIRST),
    ]
    answers += [c.pareto([FIRST, SECOND]), c.explain(), c.between(c[FIRST], 1, 0), c.versions[0], c.versions[0].metrics, group]
    return [*answers, *group.repeats.values(), _set()]


def _can_change(value):
    return isinstance(value, MutableMapping | MutableSequence | MutableSet) and type(value) is not FrozenDict


@pytest.mark.parametrize("answer", _answers(), ids=lambda answer: type(answer).__name__)
def test_what_an_answer_hands_out_changes_nothing_in_it(answer):
    names = [name for name in dir(answer) if not name.startswith("_")]
    shared = [name for name in names if _can_change(getattr(answer, name)) and getattr(answer, name) is getattr(answer, name)]
    assert shared == []


def test_options_and_arguments_that_are_handed_out_are_copies():
    said = {"accuracy": "min"}
    c = _set().compare("0.1.0", directions=said, tolerance={"accuracy": 0.01})
    before = c.fingerprint, c.to_code()
    for handed in (c.options["directions"], c.arguments["directions"], c.arguments["tolerance"], said):
        handed.clear()
    assert (c.options["directions"], c.arguments["tolerance"]) == ({"accuracy": "min"}, {"accuracy": 0.01})
    assert (c.fingerprint, c.to_code()) == before


def test_names_of_datasets_cannot_be_changed_and_copies_can():
    c = _set().compare("0.1.0")
    with pytest.raises(ConfigurationError, match=r"cannot be changed\. Change a copy: dict\(value\)"):
        c.short_datasets["d-digitsholdout0001"] = "x"
    with pytest.raises(ConfigurationError, match="cannot be changed"):
        c.short_datasets.__init__({"d-digitsholdout0001": "x"})
    for mine in (dict(c.short_datasets), copy.deepcopy(c.short_datasets), pickle.loads(pickle.dumps(c.short_datasets))):
        mine["d-digitsholdout0001"] = "x"
    assert json.loads(json.dumps(c.short_datasets)) == c.short_datasets

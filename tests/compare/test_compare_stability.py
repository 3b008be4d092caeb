import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.comparison import Comparison
from pai_notebook.model.version import ModelVersion
from tests.compare.comparing import printed_by_hash_seed, shuffled
from tests.examples import examples

PROGRAM = """
import json, sys
from pai_notebook.comparison import Comparison, minimal_pairs
from pai_notebook.model.version import ModelVersion
documents = json.load(sys.stdin)
versions = [ModelVersion.from_document(document, "model-a") for document in documents]
c = Comparison(versions, directions={"ks": "max", "w*": "min"})
print(c.to_html(), c.to_markdown(), str(c), c.explain(), c.explain("zh"), sep="\\n")
print(c.fingerprint, c.to_code(), c.to_csv(), c.coverage.to_csv(), sep="\\n")
print(minimal_pairs(versions, "loss@d-0"), c.best("loss@d-0"), c.pareto(["loss@d-0", "train.rtf"]), c.comparability)
"""


def document(number):
    entries = [
        {"Dataset": {"DatasetId": f"d-{place}"}, "Metrics": {"loss": 1 / (number + 1) + place, "ks": number, "数": None}}
        for place in range(3)
    ]
    entries.append({"Dataset": {"DatasetId": "d-0"}, "Metrics": {"twice": number}})
    entries.append({"Dataset": {"DatasetId": "d-0"}, "Metrics": {"twice": 1}})
    return {
        "VersionName": f"0.{number}.0",
        "ApprovalStatus": "Approved" if number == 1 else "Pending",
        "VersionDescription": f"trained on data of 202{number}",
        "Labels": [{"Key": key, "Value": f"{key}{number}"} for key in ("env", "team", "所有者")],
        "Metrics": {"Results": entries, "train": {"rtf": 0.5 + number, "steps": [1, 2]}, "grade": "AB"[number % 2]},
        "TrainingSpec": {
            "HyperParameters": [{"Name": "lr", "Value": f"1e-{number}"}, {"Name": "epochs", "Value": "3"}],
            "b": {"x": 1, "y": [1]},
        },
    }


DOCUMENTS = [document(number) for number in range(4)]


def outputs(documents):
    c = Comparison([ModelVersion.from_document(each, "model-a") for each in documents], directions={"ks": "max"})
    return {
        "html": c.to_html(),
        "markdown": c.to_markdown(),
        "text": str(c),
        "en": str(c.explain()),
        "zh": str(c.explain("zh")),
        "everything": str(c.explain(everything=True)),
        "fingerprint": c.fingerprint,
        "csv": c.to_csv(),
        "frame": c.to_frame(section="all", only="all").to_csv(),
        "code": c.to_code(),
        "coverage": c.coverage.to_csv(),
        "cautions": c.comparability,
        "best": str(c.best("loss@d-0")),
    }


@examples(30)
@given(st.randoms(use_true_random=False))
def test_the_order_of_results_labels_keys_and_arrival_changes_no_byte(shuffler):
    documents = [shuffled(each, shuffler) for each in DOCUMENTS]
    shuffler.shuffle(documents)
    assert outputs(documents) == outputs(DOCUMENTS)


@pytest.mark.slow
def test_the_hash_seed_changes_no_byte():
    found = printed_by_hash_seed(PROGRAM, json.dumps(DOCUMENTS))
    assert len(found) == 1
    assert "loss@d-0" in found.pop()


def test_the_fingerprint_is_the_same_on_every_python():
    """A value written down once: another Python, another machine or another day must give it too."""
    c = Comparison([ModelVersion.from_document(each, "model-a") for each in DOCUMENTS], directions={"ks": "max"}, tolerance="5%")
    assert c.fingerprint == "c29cece02f8ad5b3e4f6b4de0179fdba22deb61c38e90f2117bb105b470d28f7"


def test_the_fingerprint_depends_on_content_and_options():
    versions = [ModelVersion.from_document(each, "model-a") for each in DOCUMENTS]
    options = [
        {},
        {"only": "all"},
        {"baseline": "first"},
        {"tolerance": 1},
        {"directions": {"a": "max"}},
        {"include": "ks"},
        {"exclude": "a"},
        {"n": 5},
        {"dataset": "d-1"},
    ]
    prints = {Comparison(versions, **each).fingerprint for each in options}
    changed = [ModelVersion.from_document({**DOCUMENTS[0], "Metrics": {}}, "model-a"), *versions[1:]]
    assert len(prints | {Comparison(changed).fingerprint, Comparison(versions[1:]).fingerprint}) == len(options) + 2


def test_the_request_id_is_no_content():
    versions = [ModelVersion.from_document({**each, "RequestId": "1"}, "model-a") for each in DOCUMENTS]
    assert Comparison(versions).fingerprint == Comparison([ModelVersion.from_document(each, "model-a") for each in DOCUMENTS]).fingerprint

"""One definition of difference, asked of every surface that says whether something differs."""

import pytest

from pai_notebook.comparison import Comparison
from pai_notebook.errors import RegressionError
from pai_notebook.versions import VersionSet
from tests.compare.comparing import compare, make


def mount(name):
    return {"mount_path": f"/{name}", "oss": {"path": f"oss://b/{name}"}}


def test_one_more_mount_is_the_only_difference():
    first = make("0.1.0", {"acc": 0.5}, InferenceSpec={"storage": [mount("a"), mount("b")]})
    second = make("0.2.0", {"acc": 0.5}, InferenceSpec={"storage": [mount("n"), mount("b"), mount("a")]})
    c = Comparison([first, second], baseline="first")
    assert [(row.full_name, str(row.changes[1].kind)) for row in c.changed] == [("inference_spec.storage./n.oss.path", "gained")]
    assert c.notes == ()


def test_a_list_compared_by_position_says_so():
    first = make("0.1.0", {"acc": 0.5}, InferenceSpec={"ports": [{"port": 1}, {"port": 2}], "same": [{"x": 1}]})
    second = make("0.2.0", {"acc": 0.5}, InferenceSpec={"ports": [{"port": 2}], "same": [{"x": 1}]})
    c = Comparison([first, second], baseline="first")
    assert {row.full_name for row in c.changed} == {"inference_spec.ports.0.port", "inference_spec.ports.1.port"}
    assert c.notes == ("inference_spec.ports is compared by position: not every object in it has a name of its own",)
    assert c.notes[0] in " ".join(repr(c).split())


def test_named_metrics_can_be_ranked_gated_and_compared():
    first, second = ({"metrics": [{"type": "f1", "value": 0.5}, {"type": "accuracy", "value": value}]} for value in (0.9, 0.8))
    c = compare(first, second)
    assert [(row.name, str(row.changes[1].kind)) for row in c.changed] == [("metrics.accuracy", "worse")]
    assert c.best("metrics.accuracy").version == "0.1.0"
    with pytest.raises(RegressionError):
        c.gate("metrics.accuracy >= baseline")
    assert [version.version_name for version in VersionSet(c.versions).filter("metrics.accuracy > 0.85")] == ["0.1.0"]
    assert VersionSet(c.versions).to_frame(include="metrics.*")["metrics.metrics.accuracy"].tolist() == [0.9, 0.8]


def test_another_version_of_a_dataset_is_not_compared_with_the_first():
    entries = [
        {"Results": [{"Dataset": {"DatasetId": "d-a", "DatasetVersion": f"v{n}"}, "Metrics": {"accuracy": value}}]}
        for n, value in ((1, 0.9), (2, 0.8))
    ]
    c = compare(*entries)
    assert [row.name for row in c.metrics] == ["accuracy@d-a:v1", "accuracy@d-a:v2"]
    assert {str(row.changes[1].kind) for row in c.metrics} == {"lost", "gained"}
    assert any("d-a:v2" in text for text in c.comparability)

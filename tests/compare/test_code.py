import pytest

import pai_notebook as pnb
from pai_notebook.comparison import Comparison
from pai_notebook.errors import VersionNotFound
from tests.compare.comparing import compare, make


def run(code, **names):
    scope = dict(names)
    exec(code, scope)
    return scope["c"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"baseline": "latest"},
        {"directions": {"cer": "min", "val.*": True, "ks": None}},
        {"only": "all", "tolerance": {"cer": (0.1, 0.2)}, "include": ["cer", "labels.*"], "exclude": "x", "n": 100, "dataset": "d-a"},
        {"tolerance": "5%"},
    ],
)
def test_code_of_documents_without_a_model_runs_and_gives_an_equal_comparison(options):
    metrics = [{"cer": n / 10, "text": "'\"\\\n张", "nan": None} for n in range(3)]
    results = [{"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": each}]} for each in metrics]
    versions = [make(f"0.{n}.0", each, model="", Labels=[{"Key": "env", "Value": "a"}]) for n, each in enumerate(results)]
    c = Comparison(versions, **options)
    code = c.to_code()
    again = run(code)
    assert again.fingerprint == c.fingerprint
    assert again.to_code() == code
    assert again.to_html() == c.to_html()


def test_code_holds_numbers_that_python_cannot_write_as_they_are():
    c = Comparison(
        [make("0.1.0", {"a": float("nan"), "b": float("inf"), "c": float("-inf")}, model=""), make("0.2.0", {"a": 1.0}, model="")]
    )
    assert run(c.to_code()).fingerprint == c.fingerprint


def test_code_of_versions_of_a_registry_fetches_them():
    with pnb.connect("demo") as registry:
        model = registry.list_models()[0].model_id
        vs = registry.list_versions(model)[:3]
        c = vs.compare(directions={"ks": "max"}, only="all")
        code = c.to_code()
        names = ",".join(version.version_name for version in sorted(vs, key=lambda version: c.names.index(version.version_name)))
        assert f'vs = pnb.get_versions("{model}@{names}")' in code
        assert run(code).fingerprint == c.fingerprint


def test_code_of_versions_that_failed_asks_for_them_again():
    c = Comparison([make("0.1.0", {"cer": 0.1})], errors={"model-a@9.9.9": VersionNotFound("no version 9.9.9")})
    assert 'pnb.get_versions("model-a@0.1.0", "model-a@9.9.9")' in c.to_code()


def test_code_of_two_forms_of_one_version_holds_the_documents():
    c = Comparison([make("0.1.0", {"cer": 0.1}), make("0.1.0", {"cer": 0.2})])
    assert c.names == ("0.1.0", "0.1.0 (2)")
    assert run(c.to_code()).fingerprint == c.fingerprint


def test_code_of_nothing_runs():
    c = Comparison([])
    assert run(c.to_code()).fingerprint == c.fingerprint


def test_code_never_holds_what_python_would_run():
    hostile = "'); import os; os.abort() #"
    c = Comparison(
        [make("0.1.0", {hostile: 1.0}, model="", Uri=hostile), make("0.2.0", {hostile: 2.0}, model="")], directions={hostile: "max"}
    )
    assert run(c.to_code()).fingerprint == c.fingerprint


def test_defaults_are_not_written():
    assert compare({"cer": 0.1}, {"cer": 0.2}).to_code().endswith('c = vs.compare(baseline="first")\n')
    assert compare({"cer": 0.1}, {"cer": 0.2}, baseline=None).to_code().endswith("c = vs.compare()\n")

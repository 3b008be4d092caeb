"""A card says first what people look for: name and version, metrics by dataset, settings; ids stand at its foot."""

import json
from pathlib import Path

import pai_notebook as pnb
from pai_notebook.display import render_html, render_text
from pai_notebook.model.fields import plain_fields
from pai_notebook.model.nearest import short_datasets
from tests.compare.comparing import results

DIGITS = "手写数字识别"


def card(**document):
    return render_text(pnb.ModelVersion.from_document({"VersionName": "0.1.0", **document}, "model-a")._describe(), width=100)


def lines(text):
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_name_of_the_model_comes_first_once_a_list_has_shown_it():
    with pnb.connect("demo", default=False) as registry:
        model = next(model for model in registry.list_models() if model.name == DIGITS)
        version = registry.get_version(model.model_id, "2.4.0")
        listed = registry.list_versions(model.model_id)
    assert lines(str(version))[0] == f"{DIGITS} 2.4.0 ○ Pending"
    assert lines(str(listed))[0] == f"{DIGITS}: 20 of 41 versions"
    assert lines(str(listed))[-1] == model.model_id


def test_the_name_of_a_model_survives_a_snapshot_and_is_no_part_of_the_content(tmp_path):
    with pnb.connect("demo", default=False, names=False) as registry:
        nameless = registry.get_versions("model-rbvg5wfo5d0gngz1b8@2.4.0")
        registry.list_models()
        named = registry.get_versions("model-rbvg5wfo5d0gngz1b8@2.4.0", refresh=True)
    again = pnb.load(named.save(tmp_path / "x.paisnap.json"))
    assert (nameless[0].provenance.model_name, again[0].provenance.model_name) == ("", DIGITS)
    assert nameless == named == again
    assert "model_name" not in nameless.save(tmp_path / "y.paisnap.json").read_text("utf-8")


def test_a_card_shows_the_value_of_every_plain_field_of_the_catalogue():
    sent = {"text": "a-text", "id": "1.2.3", "category": "AWord", "time": "2026-03-04T05:06:07Z"}
    for info in plain_fields():
        if info.key:
            shown = card(**{info.key: sent[info.kind]})
            assert {"time": "2026-03-04 05:06"}.get(info.kind, sent[info.kind]) in shown, info.name


def test_ids_stand_at_the_foot_of_a_card():
    text = card(OwnerId="1", UserId="2", RequestId="R-1")
    assert lines(text)[0] == "0.1.0 ○ no approval status"
    assert lines(text)[-1] == "model-a@0.1.0 · owner 1 · user 2 · request R-1"
    assert lines(card(OwnerId="1", UserId="1"))[-1] == "model-a@0.1.0 · owner 1"


def test_the_number_of_examples_stands_above_the_metrics_and_is_no_metric():
    text = card(Metrics=results(d_a={"accuracy": 0.9, "n": 540}, d_b={"accuracy": 0.8, "n": 100}))
    found = lines(text)
    at = found.index("metric d-a d-b")
    assert found[at + 1] == "n = 540 n = 100"
    assert found[at + 3] == "accuracy 0.9 0.8"
    assert "n 540 100" not in found


def test_a_number_of_examples_that_is_all_there_is_or_stated_twice_stays_a_metric():
    assert "n 540" in lines(card(Metrics=results(d_a={"n": 540})))
    twice = {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"accuracy": 0.9, "n": n}} for n in (1, 2)]}
    assert "n = " not in card(Metrics=twice)


def test_a_metric_without_a_dataset_stands_below_those_by_dataset_instead_of_in_an_empty_column():
    text = card(Metrics={**results(d_a={"accuracy": 0.9}, d_b={"accuracy": 0.8}), "train_seconds": 3.5})
    assert "no dataset" not in text
    assert "train_seconds 3.5" in lines(text)
    both = card(Metrics={**results(d_a={"accuracy": 0.9}), "accuracy": 0.8})
    assert "metric d-a no dataset" in lines(both)


def test_names_of_datasets_are_as_short_as_they_can_be_told_apart_and_said_in_full_below():
    text = card(Metrics=results(d_digitsholdout0001={"accuracy": 0.9}, d_digitsnoisy00001={"accuracy": 0.8}))
    assert "metric holdout noisy" in lines(text)
    assert "holdout: d-digitsholdout0001 · noisy: d-digitsnoisy00001" in lines(text)


def test_the_five_settings_that_people_look_at_first_are_visible_and_the_rest_counted():
    settings = [
        {"Name": name, "Value": value}
        for name, value in [*((f"x{n}", str(n)) for n in range(9)), ("learning_rate", "5e-5"), ("num_epochs", "3")]
    ]
    text = card(TrainingSpec={"AlgorithmName": "llm_deepspeed", "HyperParameters": settings})
    assert "settings llm_deepspeed · learning_rate=5e-5 · num_epochs=3 · x0=0 · x1=1 · x2=2 · +6 more" in lines(text)
    assert "settings" not in card(TrainingSpec={"Image": "a"})


def test_settings_are_found_below_a_method_and_their_definitions_are_not_settings():
    spec = {"AlgorithmSpec": {"HyperParameters": {"order": {"Type": "Int", "Required": False}}}, "HyperParameters": {"order": "6"}}
    assert "settings order=6" in lines(card(TrainingSpec={"Standard": spec}))


def test_times_are_told_to_the_minute():
    assert "created 2026-01-02 03:04 UTC" in card(GmtCreateTime="2026-01-02T03:04:05Z")


def test_every_dataset_of_the_payloads_is_named_in_full_on_its_card():
    cases = json.loads(Path("tests/data/payloads.json").read_text("utf-8"))["documents"]
    documents = [case["body"] for case in cases if case["action"] == "GetModelVersion"]
    assert any(pnb.ModelVersion(document).metrics.datasets for document in documents)
    for version in map(pnb.ModelVersion, documents):
        told = render_html(version._describe())
        assert all(name in told for name in version.metrics.datasets if "&" not in name and len(name) < 80)


def test_short_names_are_never_the_same():
    assert len(set(short_datasets(["d-digitsholdout0001", "d-digitsholdout0002"]).values())) == 2


def test_names_of_datasets_lose_the_words_they_share_and_stay_apart():
    def short(*names):
        known = {f"d-{place}": name for place, name in enumerate(names)}
        return list(short_datasets(known, known).values())

    assert short("digits-holdout", "digits-noisy") == ["holdout", "noisy"]
    assert short("digits-holdout") == ["digits-holdout"]
    assert short("digits-", "digits-noisy") == ["digits-", "digits-noisy"]
    assert short("数据集/测试", "数据集/验证") == ["测试", "验证"]
    assert short("hold", "holdout") == ["hold", "holdout"]
    assert short("x" * 50, "y") == [f"{'x' * 31}…", "y"]
    assert short("x" * 50, "x" * 51) == ["x" * 50, "x" * 51]
    # one that is called as the other's id keeps its own
    assert short("d-1", "noisy") == ["d-0", "noisy"]

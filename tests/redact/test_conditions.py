"""What a condition, or a sentence about one, quotes of a secret is masked wherever it leaves."""

import gzip
import re

import pytest

import pai_notebook as pnb
from pai_notebook.io.redaction import Redaction

CONDITIONS = (
    "label.password == 'hunter2'",
    'label.password == "hunter2"',
    "label.password != 'hunter23'",
    "label.password in ('hunter2')",
    "label.password in ('other', 'hunter2')",
    "label.password not in ('hunter23', 'third')",
    "labels['password'] == 'hunter2'",
    "password == 'hunter2'",
    "`password` == 'hunter2'",
    "label.password contains 'hunter'",
    "label.note == 'hunter2' or label.password == 'hunter2'",
    "label.password between 'hunter1' and 'hunter3'",
    "accuracy > 0.5 and label.password >= 'hunter1'",
)


@pytest.fixture
def versions():
    kinds = (("a", "hunter2", "p"), ("b", "hunter2", "q"), ("c", "other", "r"))
    return pnb.VersionSet.from_documents(
        [
            {
                "VersionName": name,
                "Labels": [{"Key": "password", "Value": secret}, {"Key": "note", "Value": note}],
                "Metrics": {"accuracy": 0.9},
            }
            for name, secret, note in kinds
        ],
        "m",
    )


@pytest.mark.parametrize("where", CONDITIONS)
def test_a_condition_that_names_a_secret_leaves_masked_in_sets_snapshots_and_reports(versions, where, tmp_path):
    try:
        kept = versions.filter(where)
    except pnb.PaiError:
        pytest.skip("no condition of the grammar")
    kept.save(tmp_path / "s.paisnap.json.gz", redact="default")
    kept.compare().report(
        tmp_path / "r.html", charts=False, title=f"Where {where}", question=f"Is 'hunter2' as good, where {where}?", redact="default"
    )
    redacted = kept.redact()
    for text in (
        f"{redacted.removed}{redacted.origin}{redacted.errors}",
        gzip.decompress((tmp_path / "s.paisnap.json.gz").read_bytes()).decode(),
        (tmp_path / "r.html").read_text("utf-8"),
    ):
        assert "hunter" not in text


def test_a_condition_stays_one_that_can_be_read(versions):
    assert versions.filter("label.password == 'hunter2'").redact().removed == ("where \"label.password == 'masked-key-1'\" removed 1 of 3",)


@pytest.mark.parametrize("where", CONDITIONS)
def test_conditions_in_any_text_are_masked_without_a_set(where):
    masked = Redaction().text(f"kept where {where}").partition(" or label.password")
    assert "hunter" not in masked[2 if masked[1] else 0]


def test_a_sentence_about_values_that_no_version_has_masks_them(versions):
    kept = versions.filter("label.password == 'hunter3' or label.password == 'hunter2'")
    assert "hunter" not in str(kept.redact().removed)
    assert "hunter" not in str(versions.filter(label={"password": ["hunter2", "hunter3"]}).redact().removed)


@pytest.mark.parametrize("text", ["if token == pad_token_id: pass", "if password == None: ask()", "'a' in names and b == 'c'", "x == 'y'"])
def test_comparisons_that_hold_no_secret_stay(text):
    assert Redaction().text(text) == text


def test_what_others_state_under_the_name_of_a_secret_is_not_listed_where_a_set_is_masked(versions, tmp_path):
    for kept in (versions.filter(label={"password": "wrong"}), versions.filter("label.password == 'hunter9' or accuracy > 0.95")):
        kept.save(tmp_path / "s.paisnap.json", redact="default", overwrite=True)
        for text in (f"{kept.redact().removed}", (tmp_path / "s.paisnap.json").read_text("utf-8")):
            assert "no version has labels.password" in text
            assert "hunter" not in text
            assert "other" not in text


SECRETS = ("hunter2", "swordfish", "A1-b2c")


def of_secret(secret):
    make = lambda name, score: {  # noqa: E731
        "VersionName": name,
        "VersionDescription": f"trained behind {secret}, not {secret}s",
        "Labels": [{"Key": "password", "Value": secret}],
        "Metrics": {"accuracy": score},
    }
    return pnb.VersionSet.from_documents([make("a", 0.9), make("b", 0.8)], "m")


def alone(secret, text):
    """Whether a secret stands in a text as a word of its own."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(secret)}(?![A-Za-z0-9])", text)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_masked_value_is_masked_as_a_word_in_titles_questions_and_what_was_removed(secret, tmp_path):
    versions = of_secret(secret)
    kept = versions.filter("accuracy > 0.85")
    kept = pnb.VersionSet(
        kept, removed=(f"those behind {secret} were taken out", *versions.filter(f"label.password != '{secret}0'").removed)
    )
    made = versions.compare().report(
        tmp_path / "r.html", charts=False, title=f"Is {secret} good?", question=f"Does {secret}, or ({secret}), win?", redact="default"
    )
    masked = kept.redact()
    texts = {
        "report": made.read_text("utf-8"),
        "snapshot": kept.save(tmp_path / "s.paisnap.json", redact="default").read_text("utf-8"),
        "html": masked.to_html() + masked._repr_html_(),
        "markdown": masked.to_markdown(),
        "latex": masked.to_latex(),
        "csv": masked.to_csv(),
        "text": f"{masked} {masked!r} {masked.removed}",
        "report of filtered": kept.compare().report(tmp_path / "f.html", charts=False).read_text("utf-8"),
    }
    assert "masked-key-1 good" in texts["report"]
    described = re.compile(rf"trained behind {re.escape(secret)}, not")  # data: letters alone are a word like others there
    assert [way for way, text in texts.items() if alone(secret, described.sub("", text))] == []


def test_a_masked_value_that_is_no_word_is_masked_in_the_data_too():
    assert of_secret("hunter2").redact()[0].description == "trained behind masked-key-1, not hunter2s"
    assert of_secret("swordfish").redact()[0].description == "trained behind swordfish, not swordfishs"
    assert of_secret("correct-horse").redact()[0].description == "trained behind masked-key-1, not correct-horses"


def test_a_secret_that_is_a_word_like_others_there_is_masked_in_its_own_place_only(tmp_path):
    labels = [{"Key": key, "Value": value} for key, value in (("password", "prod"), ("secret", "accuracy"), ("env", "prod"))]
    documents = [{"VersionName": name, "Labels": labels, "Metrics": {"accuracy": score}} for name, score in (("a", 0.9), ("b", 0.8))]
    versions = pnb.VersionSet.from_documents(documents, "m")
    kept = versions.filter("label.env in ('prod', 'test') and label.password == 'prod' and accuracy > 0.85")
    assert (
        kept.redact()
        .removed[0]
        .startswith("where \"label.env in ('prod', 'test') and label.password == 'masked-key-1' and accuracy > 0.85\"")
    )
    made = versions.compare().report(
        tmp_path / "r.html", charts=False, title="accuracy of prod", question="Is accuracy better in 'prod'?", redact="default"
    )
    text = made.read_text("utf-8")
    assert "accuracy of prod" in text
    assert "accuracy better in" in text
    redaction = Redaction()
    labels = redaction.documents((version.raw, "") for version in versions)[0]["Labels"]
    assert [label["Value"] for label in labels] == ["masked-key-1", "masked-key-2", "prod"]
    assert redaction.text('vs.sorted(by="accuracy")') == 'vs.sorted(by="accuracy")'


def test_our_own_words_stay_where_a_secret_is_one_of_them(tmp_path):
    text = of_secret("baseline").compare().report(tmp_path / "r.html", charts=False, title="Which baseline?").read_text("utf-8")
    assert "Which masked-key-1?" in text
    assert "baseline" in text

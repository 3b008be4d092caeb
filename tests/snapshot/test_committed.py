"""A snapshot written once and kept in the repository: every Python and every release reads the same out of it.

The file was written by Python 3.11; CI runs this with 3.11, 3.12 and 3.13.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pai_notebook.io import snapshot as file
from pai_notebook.versions.versions import load

COMMITTED = Path(__file__).parents[1] / "data" / "three_pythons.paisnap.json"
DIGESTS = [
    "52fe5c82fa0298c59eb8f9e7011103e5c13a274f632d8daaa66b9794cca39d3c",
    "daf29a940407a6e7b54166becf3d6b21e64582f67dd32f4aae82cad272e0c66f",
    "fe9effc2ee004978a01a227f9a074de84d95b12bba518b7ca6abd08496dfb8fc",
]
FINGERPRINT = "cb70d6f4b5a51b7230859d0aaa74d0dab4bcbf419654c0072751b7d97545f37d"


@pytest.fixture
def committed():
    return load(COMMITTED)


def test_its_versions_have_the_digests_they_were_saved_with(committed):
    assert [version.digest for version in committed] == DIGESTS
    assert list(committed.errors) == ["model-a@9.9.9"]
    assert "saved 2026-01-31 09:30:00 UTC" in committed.origin


def test_their_comparison_has_the_fingerprint_it_had(committed):
    assert committed.compare(baseline="0.9.0", directions={"cer": "min"}).fingerprint == FINGERPRINT


def test_written_again_it_is_the_same_file_byte_for_byte(committed, tmp_path, monkeypatch):
    content = json.loads(COMMITTED.read_text("utf-8"))
    monkeypatch.setattr(file, "made_by", lambda: content["generator"])
    again = file.write_snapshot(
        tmp_path / "again.json",
        list(committed),
        errors=committed.errors,
        removed=committed.removed,
        saved=datetime.fromisoformat(content["saved"]).astimezone(UTC),
    )
    assert again.read_bytes() == COMMITTED.read_bytes()


def test_the_hardest_values_come_back_as_they_were(committed):
    first, second = committed[0], committed[1]
    assert first.metrics["steps", "d-a"].raw == 1557702098194904123
    assert first.metrics["rtf", "d-a"].value == 0.30000000000000004
    assert first.raw["Unknown"] == {"x": None, "y": [True, -0.0, 2**70]}
    assert second.description == "half \ud83d a pair \u202e"
    assert [str(second.metrics[name, "d-a"].state) for name in ("cer", "rtf", "steps", "loss")] == ["NaN", "infinite", "null", "series"]

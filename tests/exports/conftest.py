import pytest

from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.versions import VersionSet
from tests.exports.export_samples import strings


@pytest.fixture(scope="session")
def hostile():
    """One version for each string of the corpus, the string in every field that is free text, and as names."""
    return VersionSet(
        ModelVersion.from_document(
            {
                "VersionName": f"0.{place}.0",
                "VersionDescription": text,
                "Labels": [{"Key": text[:300], "Value": text}],
                "Metrics": {"text": text, text[:300]: 0.5, "cer": 0.1 + place / 1000},
            },
            "model-a",
        )
        for place, text in enumerate(strings())
    )


@pytest.fixture(scope="session")
def plain():
    """Three versions with numbers that are hard to write, gaps, times and Chinese."""
    rows = [("0.2.0", 0.1 + 0.2, "prod"), ("0.10.0", 1e-7, "测试"), ("1.0.0", float("nan"), None)]
    return VersionSet(
        ModelVersion.from_document(
            {
                "VersionName": name,
                "GmtCreateTime": "2026-01-30T12:51:33.028Z",
                "UserId": "1557702098194904",
                "ApprovalStatus": "Approved",
                "Labels": [{"Key": "env", "Value": label}] if label else [],
                "Metrics": {"cer": cer, "steps": 1000, "ok": True},
            },
            "model-a",
        )
        for name, cer, label in rows
    )

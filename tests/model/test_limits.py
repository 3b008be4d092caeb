"""What is too deep, too long or out of range: the service, people and snapshots are held to the same rule."""

import json
import sys
from copy import deepcopy
from datetime import UTC, datetime

import openpyxl
import pytest

import pai_notebook as pnb
from pai_notebook.client.decode import decode
from pai_notebook.errors import ConfigurationError, PaiError
from pai_notebook.io import snapshot as file
from pai_notebook.io.excel import excel_bytes
from pai_notebook.io.table import PlainTable
from pai_notebook.json_text import MAX_DEPTH

DIGITS = sys.get_int_max_str_digits()


def nested(levels):
    value = 1
    for turn in range(levels):
        value = [value] if turn % 2 else {"a": value}
    return value


def by_wire(text, folder):
    return pnb.ModelVersion(decode(text.encode()), model_id="model-a")


def by_text(text, folder):
    return pnb.ModelVersion.from_document(text, "model-a")


def by_file(text, folder):
    path = folder / "x.json"
    path.write_text(text, "utf-8")
    return pnb.ModelVersion.from_document(path, "model-a")


def by_dict(text, folder):
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        document = json.loads(text)
    finally:
        sys.set_int_max_str_digits(limit)
    return pnb.ModelVersion.from_document(document, "model-a")


def by_snapshot(text, folder):
    good = pnb.VersionSet.from_documents([{"VersionName": "0.1.0", "Here": "here"}], "model-a")
    path = good.save(folder / "s.json", overwrite=True)
    changed = path.read_text("utf-8").replace('{\n    "VersionName": "0.1.0",\n    "Here": "here"\n   }', text)
    assert text in changed
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        content = json.loads(changed)
        content["digest"] = file._digest(content)
        path.write_text(json.dumps(content), "utf-8")
    finally:
        sys.set_int_max_str_digits(limit)
    return pnb.load(path)[0]


WAYS = [by_wire, by_text, by_file, by_dict, by_snapshot]
CASES = {
    "as deep as may be": ('{"VersionName": "0.1.0", "X": ' + json.dumps(nested(MAX_DEPTH - 1)) + "}", True),
    "a level deeper": ('{"VersionName": "0.1.0", "X": ' + json.dumps(nested(MAX_DEPTH)) + "}", False),
    "500 levels": ('{"VersionName": "0.1.0", "X": ' + json.dumps(nested(500)) + "}", False),
    "900 levels": ('{"VersionName": "0.1.0", "X": ' + json.dumps(nested(900)) + "}", False),
    "as many digits as may be": ('{"VersionName": "0.1.0", "X": ' + "1" * DIGITS + "}", True),
    "a digit more": ('{"VersionName": "0.1.0", "X": ' + "1" * (DIGITS + 1) + "}", False),
    "a negative digit more": ('{"VersionName": "0.1.0", "X": [-' + "1" * (DIGITS + 1) + "]}", False),
    "a number beyond floats": ('{"VersionName": "0.1.0", "X": 1e999}', True),
    "NaN": ('{"VersionName": "0.1.0", "X": NaN}', True),
    "a lone surrogate": ('{"VersionName": "0.1.0", "X": "\\ud800"}', True),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", WAYS)
def test_the_service_people_and_snapshots_may_say_the_same(way, case, tmp_path):
    text, accepted = CASES[case]
    if accepted:
        version = way(text, tmp_path)
        versions = pnb.VersionSet([version, pnb.ModelVersion.from_document({"VersionName": "0.2.0"}, "model-a")])
        assert pnb.load(versions.save(tmp_path / "again.json"))[0].digest == version.digest
        for call in (repr, lambda v: v._repr_html_(), lambda v: versions.to_csv(), lambda v: repr(versions.compare("0.2.0", only="all"))):
            assert call(version)
    else:
        with pytest.raises(PaiError, match=r"nested|digits"):
            way(text, tmp_path)


def test_a_document_that_holds_itself_is_refused():
    document = {"VersionName": "0.1.0"}
    document["Self"] = document
    with pytest.raises(ConfigurationError, match="has a field 'Self' that is nested deeper than 64 levels"):
        pnb.ModelVersion(document)


@pytest.mark.parametrize("text", [json.dumps(nested(200)), "[" * 5000, "1" * 5000, '{"a": 1, "a": 2}'])
def test_json_inside_a_text_that_is_out_of_range_stays_text_and_says_so(text):
    version = pnb.ModelVersion.from_document({"VersionName": "0.1.0", "Options": text, "Metrics": {"x": text}}, "model-a")
    assert version.options == text
    assert any(note.startswith("Options: text that") for note in version.notes)
    assert repr(version)
    assert pnb.VersionSet([version]).to_csv()


@pytest.mark.parametrize("time", ["0000-01-01T00:00:00Z", "-0001-06-01T00:00:00Z", "10000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"])
def test_a_time_outside_of_the_years_1_to_9999_is_unknown_everywhere(time, tmp_path):
    versions = pnb.VersionSet.from_documents([{"VersionName": "0.1.0", "GmtCreateTime": time}, {"VersionName": "0.2.0"}], "model-a")
    assert versions[0].created is None
    assert any(time in note for note in versions[0].notes)
    assert versions.to_frame()["created"].isna().all()
    header, first, _ = versions.to_csv().splitlines()
    assert first.split(",")[header.split(",").index("created")] == ""
    for path in (
        versions.to_html(tmp_path / "x.html"),
        versions.to_excel(tmp_path / "x.xlsx"),
        versions.to_parquet(tmp_path / "x.parquet"),
    ):
        assert path.stat().st_size
    assert versions.to_markdown()
    assert versions.to_latex()


def test_a_time_that_excel_cannot_hold_is_written_as_text(tmp_path):
    documents = [{"VersionName": f"0.{year}.0", "GmtCreateTime": f"{year:04d}-02-03T04:05:06Z"} for year in (1, 1899, 1900, 2025, 9999)]
    path = pnb.VersionSet.from_documents(documents, "model-a").to_excel(tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    column = [cell.value for cell in sheet[1]].index("created")
    values = [row[column].value for row in sheet.iter_rows(min_row=2)]
    assert values[:2] == ["0001-02-03T04:05:06Z", "1899-02-03T04:05:06Z"]
    assert values[3] == datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.slow
def test_a_table_that_is_wider_than_a_sheet_is_refused_before_a_file_is_there(tmp_path):
    versions = pnb.VersionSet.from_documents([{"VersionName": "0.1.0", "Metrics": {f"m{n}": n for n in range(17_000)}}], "model-a")
    with pytest.raises(ConfigurationError, match=r"columns; a sheet of Excel holds 16,384.*include="):
        versions.to_excel(tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []
    assert excel_bytes([PlainTable(["x"] * 16_384, [])])
    for table in (PlainTable(["x"] * 16_385, []), PlainTable(["x"], [["y"]] * 1_048_576)):
        with pytest.raises(ConfigurationError, match="a sheet of Excel holds"):
            excel_bytes([table])


def test_the_document_given_is_not_shared():
    document = {"VersionName": "0.1.0", "Metrics": {"a": [1]}}
    kept = deepcopy(document)
    version = pnb.ModelVersion(document)
    document["Metrics"]["a"].append(2)
    assert version.raw == kept

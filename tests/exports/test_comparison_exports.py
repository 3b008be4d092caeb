"""Exports of a comparison read back equal to its frame, whatever strings it holds."""

import csv
import io
import json
import math
import re

import openpyxl
import pytest
from markdown_it import MarkdownIt

import pai_notebook as pnb
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import speaking
from pai_notebook.model.version import ModelVersion
from pai_notebook.shell.as_json import as_json
from pai_notebook.versions.versions import VersionSet
from tests.exports.export_samples import latex_rows, strings


@pytest.fixture(scope="module")
def compared(everything):
    model = everything.models[0]
    return VersionSet([version for version in everything if version.model_id == model][-4:]).compare(only="all")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_change_is_the_same_word_on_all_surfaces_and_files_say_at_which_level(tmp_path, lang):
    measured = [{"accuracy": a, "n": 1000, "f1": f, "f1_stderr": 0.01} for a, f in ((0.9, 0.5), (0.926, 0.5), (0.9, 0.52))]
    versions = [{"VersionName": f"0.{nth}.0", "Metrics": found} for nth, found in enumerate(measured, start=1)]
    c = VersionSet.from_documents(versions, "m").compare("0.1.0")
    with speaking(lang):
        rows = list(csv.DictReader(io.StringIO(c.to_csv(tmp_path / "c.csv").read_text("utf-8-sig"))))
        book = openpyxl.load_workbook(c.to_excel(tmp_path / "c.xlsx"))
        about = [row[1] for row in book["about"].values if row[0] == "comparison"]
        sentences = [finding.text.in_language(lang) for finding in c.verdict.findings if not finding.advice]
    sheet = [dict(zip(next(iter(book["comparison"].values)), row, strict=True)) for row in list(book["comparison"].values)[1:]]
    document = json.loads(json.dumps(as_json(c)))
    frame = c.to_frame("change", flat=True)
    for metric in ("accuracy", "f1"):
        for name in ("0.2.0", "0.3.0"):
            said = {found[f"{name} change"] for table in (rows, sheet) for found in table if metric in found.values()}
            said.add(frame.at[f"metrics.{metric}", f"{name}.change"])
            said.update(row["versions"][name]["change"] for row in document["rows"] if row["name"] == metric)
            assert said <= {"could be chance", "same"}
            assert len(said) == 1
    assert document["levels"] == {"change": "95 % together", "verdict": "95 % alone"}
    assert set(sentences) <= set(about)
    level = {"en": "better, worse: beyond chance (95 % together)", "zh": "变好、变差：超出随机波动范围（联合置信度 95%）"}[lang]
    assert any(text.endswith(level) for text in about)


@pytest.fixture(scope="module")
def hostile_pair():
    texts = strings()

    def make(name, step):
        labels = [{"Key": text[:200] or "empty", "Value": f"{text[:200]}{step}"} for text in texts]
        metrics = {text[:200] or "empty": step + 0.5 for text in texts}
        return ModelVersion.from_document(
            {"VersionName": name, "Labels": labels, "Metrics": metrics, "VersionDescription": texts[step]}, "m"
        )

    return VersionSet([make("0.1.0", 0), make("0.2.0", 1)]).compare()


def as_records(header, rows):
    return [dict(zip(header, row, strict=True)) for row in rows]


def assert_equals_frame(comparison, records):
    frame = comparison.to_frame(("value", "delta", "percent"), section="metrics", flat=False)
    metrics = [record for record in records if record["section"] == "metrics"]
    assert [(record["name"], record["dataset"] or "") for record in metrics] == [(path, dataset) for _, path, dataset in frame.index]
    for record, (_, row) in zip(metrics, frame.iterrows(), strict=True):
        for name in comparison.names:
            value = row[name, "value"]
            assert math.isnan(value) or float(record[name]) == value
            if name != comparison.baseline_name and not math.isnan(row[name, "delta"]):
                assert float(record[f"{name} delta"]) == row[name, "delta"]


def test_csv_reads_back_equal_to_the_frame(compared):
    header, *rows = csv.reader(io.StringIO(compared.to_csv(), newline=""))
    assert_equals_frame(compared, as_records(header, rows))


def test_excel_reads_back_equal_to_the_frame(compared, tmp_path):
    sheet = openpyxl.load_workbook(compared.to_excel(tmp_path / "x.xlsx"))["comparison"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert_equals_frame(compared, as_records(header, rows))


def test_markdown_and_latex_show_the_same_cells_one_column_a_version(compared):
    table = compared._printed()
    html = MarkdownIt("commonmark").enable("table").render(compared.to_markdown())
    assert html.count("<tr>") == len(table.rows) + 1
    body = latex_rows(compared.to_latex())
    assert len(body) == len(table.rows)
    numbers = [row for row in table.rows if row[2] in ("max", "min")]
    assert numbers
    for row in numbers:
        assert all(cell in html for cell in row[3:])


def test_markdown_has_the_verdict_between_its_title_and_the_table_and_no_advice_on_calls():
    with pnb.connect("demo", default=False) as registry:
        few = registry.compare("手写数字识别@last:2", baseline="previous")
        for c in (few, registry.compare("手写数字识别@last:9"), registry.compare("手写数字识别@last:2", include="labels")):
            above, _, table = c.to_markdown().partition("\n| name |")
            title, verdict = above.split("\n", 1)
            assert title.startswith("**手写数字识别: ")
            assert c.verdict.findings[0].text in verdict.replace("\\", "")
            assert "by=" not in verdict
            assert table
    assert "Better than 2.5.0 beyond chance (95 % together): 1.12.2 in accuracy" in few.to_markdown(include="labels.*")
    with speaking("zh"):
        assert "> **好于 2.5.0，且超出随机波动范围" in few.to_markdown().splitlines()[2]
    assert few.to_latex().count("beyond chance") == few.to_latex().count("better, worse: beyond chance")


def test_markdown_names_the_model_and_the_datasets_and_is_chinese_where_that_is_set():
    with pnb.connect("demo", default=False) as registry:
        c = registry.compare("手写数字识别@last:3")
    title, text = c.to_markdown().splitlines()[0], c.to_markdown()
    assert title.startswith("**手写数字识别: 3 versions against 2.0.0, ")
    assert "| accuracy | digits-holdout | max |" in text
    assert "d-digitsholdout0001" not in text
    with speaking("zh"):
        text = c.to_markdown()
    assert re.search(r"\(\+[0-9.]+ 个百分点 ≈\)", text)
    assert not re.search(r" pp\b|\| (max|min) \|", text)


def test_a_report_that_is_to_be_markdown_points_to_what_writes_it(compared, tmp_path):
    with pytest.raises(ConfigurationError, match=r"For that use to_markdown, or choose a name that ends in \.html"):
        compared.report(tmp_path / "r.md")


def test_rows_can_be_chosen_by_name(compared):
    name = compared.metrics[0].path
    header, *rows = csv.reader(io.StringIO(compared.to_csv(include=name), newline=""))
    assert {row[header.index("name")] for row in rows} == {name}
    assert len(list(csv.reader(io.StringIO(compared.to_csv(exclude="*"), newline="")))) == 1


def test_no_form_of_a_hostile_comparison_holds_a_formula_or_a_command(hostile_pair, tmp_path):
    book = openpyxl.load_workbook(hostile_pair.to_excel(tmp_path / "x.xlsx"))
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in found if cell.data_type == "f" or cell.hyperlink] == []
    cells = [cell for row in csv.reader(io.StringIO(hostile_pair.to_csv(), newline="")) for cell in row]
    assert [cell for cell in cells if re.match(r"[\s\"]*[=@＝＠]|[\t\r]", cell)] == []
    assert not set(re.findall(r"\\(input|write|openout|def|loop|lstinputlisting|href|newwrite)\b", hostile_pair.to_latex()))
    rendered = MarkdownIt("commonmark").enable("table").render(hostile_pair.to_markdown())
    page = hostile_pair.to_html(tmp_path / "x.html").read_text("utf-8")
    assert re.findall(r"<(?:script|iframe|img|object|a [^>]*href)\b", rendered + page, re.IGNORECASE) == []


def test_a_comparison_of_nothing_can_be_written(tmp_path):
    empty = VersionSet().compare()
    for kind in ("html", "markdown", "latex", "csv", "excel"):
        assert getattr(empty, f"to_{kind}")(tmp_path / kind).stat().st_size > 0

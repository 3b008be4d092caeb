"""Exports read back by readers that are not ours, and the corpus of strings that are dangerous in one format or another."""

import csv
import io
import json
import math
import re
import zipfile

import html5lib
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import pai_notebook as pnb
from pai_notebook.errors import ConfigurationError
from pai_notebook.io.excel import excel_bytes, sheet_names
from pai_notebook.io.latex import latex_text
from pai_notebook.io.table import PlainTable, csv_text, guard_text, markdown_text
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.versions import VersionSet
from tests.exports.export_samples import latex_rows, strings

csv.field_size_limit(10**6)
TRIGGERS = "=+-@\t\r＝＋－＠"


def evaluated(text):
    """Whether a spreadsheet in any locale would calculate a part of a raw line, however it splits and unquotes it."""
    number = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
    pieces = [piece.strip('" \u00a0\ufeff\u200b') for piece in re.split(r"[,;|\t\r\n]", text)]
    return [piece for piece in pieces if piece[:1] and piece[0] in TRIGGERS and not number.fullmatch(piece)]


def assert_same(frame, header, rows):
    """Compare with the frame by value: numbers as numbers, everything else as text, gaps as gaps or the word for what is no number."""
    flat = frame.reset_index()
    assert [str(name) for name in flat.columns] == header
    assert len(rows) == len(flat)
    for column, name in enumerate(flat.columns):
        for mine, theirs in zip(flat[name].tolist(), [row[column] for row in rows], strict=True):
            if pd.isna(mine):
                assert theirs in ("", None, "NaN") or not re.fullmatch(r"[-+.e0-9]+", theirs), name
            elif isinstance(mine, bool):
                assert str(theirs).lower() == str(mine).lower(), name
            elif isinstance(mine, (int, float)):
                assert float(theirs) == mine, name
            elif isinstance(mine, pd.Timestamp):
                assert abs(pd.Timestamp(theirs).tz_localize(None) - mine.tz_localize(None)) < pd.Timedelta("1ms"), name
            elif mine[:1] in ("[", "{"):
                assert json.loads(theirs) == json.loads(mine), name
            else:
                assert (theirs or "") == str(mine), name


def test_csv_reads_back_equal_to_the_frame(plain):
    header, *rows = csv.reader(io.StringIO(plain.to_csv(), newline=""))
    assert_same(plain.to_frame(), header, rows)


def test_csv_of_the_whole_embedded_registry_reads_back_equal(everything):
    for model in everything.models:
        vs = VersionSet(version for version in everything if version.model_id == model)
        header, *rows = csv.reader(io.StringIO(vs.to_csv(guard=False), newline=""))
        assert_same(vs.to_frame(), header, rows)


def test_no_cell_or_header_of_a_csv_file_is_a_formula(hostile):
    text = hostile.to_csv()
    assert [line for line in re.split(r"[\r\n]", text) if evaluated(line)] == []
    assert [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row if evaluated(cell)] == []


@given(st.text(st.sampled_from("=+-@\t\r\n;,| '\"a1.\u200b\u00a0＝\ufeff"), max_size=12))
def test_no_text_at_all_becomes_a_formula(text):
    line = csv_text(PlainTable([text], [[text]]))
    assert [piece for piece in re.split(r"[\r\n]", line) if evaluated(piece)] == []


@pytest.mark.parametrize("text", ["-0.5", "+1e5", "3", "a-b", "x = y", "user@host", "", "模型", "a, b", "'quoted'"])
def test_harmless_text_is_not_touched(text):
    assert guard_text(text) == text


def test_the_guard_can_be_turned_off(hostile):
    rows = list(csv.reader(io.StringIO(hostile.to_csv(guard=False, include=["description"]), newline="")))
    assert [row[1] for row in rows[1:]] == strings()


def sheets(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_excel_reads_back_equal_to_the_frame(plain, tmp_path):
    book = openpyxl.load_workbook(plain.to_excel(tmp_path / "x.xlsx"))
    for sheet, frame in ((book["versions"], plain.to_frame()), (book["metrics"], plain.to_frame("long").reset_index(drop=True))):
        header, *rows = sheet.iter_rows(values_only=True)
        assert_same(frame if frame.index.name else frame.set_index("model"), list(header), rows)


def test_numbers_times_and_texts_keep_their_types(plain, tmp_path):
    sheet = openpyxl.load_workbook(plain.to_excel(tmp_path / "x.xlsx"))["versions"]
    kinds = {cell.value: sheet.cell(2, cell.column).data_type for cell in sheet[1]}
    assert {name: kinds[name] for name in ("metrics.cer", "created", "user_id", "metrics.ok")} == {
        "metrics.cer": "n",
        "created": "d",
        "user_id": "s",
        "metrics.ok": "b",
    }
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions


def test_decimals_are_as_many_as_the_column_needs():
    data = excel_bytes([PlainTable(["a", "b", "c"], [[0.25, 1e-9, 1], [0.125, 0.5, 2]], row_headers=0)])
    sheet = sheets(data)["table"]
    assert [sheet.cell(2, column).number_format for column in (1, 2, 3)] == ["0.000", "General", "General"]


def test_a_workbook_of_hostile_strings_has_no_formula_no_link_and_no_outside_part(hostile, tmp_path):
    path = hostile.to_excel(tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(cells) > 10_000
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    parts = zipfile.ZipFile(path)
    assert [name for name in parts.namelist() if re.search(r"external|hyperlink|drawing|vba|connections|query", name)] == []
    text = "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist() if "sheet" in name or name.endswith(".rels"))
    assert "<f>" not in text
    assert 'TargetMode="External"' not in text


def test_texts_in_a_workbook_are_whole_or_say_what_is_missing(hostile, tmp_path):
    sheet = openpyxl.load_workbook(hostile.to_excel(tmp_path / "x.xlsx", include=["description"]))["versions"]
    texts = [sheet.cell(line, 2).value for line in range(2, sheet.max_row + 1)]
    for text, found in zip(strings(), texts, strict=True):
        if len(text) > 32767:
            assert found.startswith("xxx")
            assert re.search(r"… [\d,]+ more characters$", found)
        elif text and text.isprintable():
            assert found.replace("_x005F_", "_") == text


def test_sheet_names_are_accepted_by_the_writer_and_each_is_used_once():
    names = [*strings("sheet_name"), *strings("spreadsheet"), "", "'", "a", "A", "history", "x" * 40, "x" * 41]
    made = sheet_names(names)
    assert len({name.casefold() for name in made}) == len(names)
    assert [
        name for name in made if not 1 <= len(name) <= 31 or re.search(r"[\[\]:*?/\\]|^'|'$", name) or name.casefold() == "history"
    ] == []
    book = sheets(excel_bytes([PlainTable(["a"], [[1]], name=name) for name in names]))
    assert book.sheetnames == [*made, "about"]


def cells_of_markdown(text):
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [token for token in tokens if token.type == "inline"], tokens


def test_markdown_has_the_frames_rows_and_nothing_active(hostile):
    text = hostile.to_markdown(include=["description", "metrics.cer"])
    tree = html5lib.parseFragment(MarkdownIt("commonmark").enable("table").render(text), namespaceHTMLElements=False)
    assert len(tree.findall("table")) == 1
    assert len(tree.findall(".//tbody/tr")) == len(hostile)
    assert {len(row) for row in tree.findall(".//tr")} == {3}
    assert {element.tag for element in tree.iter()} <= {
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "p",
        "strong",
        "span",
        "br",
        "DOCUMENT_FRAGMENT",
    }
    numbers = [float("".join(row[2].itertext())) for row in tree.findall(".//tbody/tr")]
    assert numbers == hostile.to_frame()["metrics.cer"].tolist()


def test_headers_of_markdown_are_escaped_too():
    names = strings("markdown")
    tree = html5lib.parseFragment(
        MarkdownIt("commonmark").enable("table").render(markdown_text(PlainTable(names, [["x"] * len(names)]))), namespaceHTMLElements=False
    )
    assert len(tree.findall(".//th")) == len(names)
    assert [element.tag for element in tree.iter() if element.tag in ("a", "img", "script", "details", "iframe")] == []


ALLOWED = {
    "textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar", "textasciigrave",
    "begin", "end", "caption", "toprule", "midrule", "bottomrule", "par", "footnotesize", "usepackage", "centering",
    "raggedleft", "raggedright", "arraybackslash", "linewidth", "allowbreak", "setmainfont",
    "endfirsthead", "endhead", "begingroup", "endgroup",
}  # fmt: skip


def commands(text):
    """Every control word outside the allow-list, and environments other than our own."""
    words = set(re.findall(r"\\([A-Za-z@]+)", text.replace(r"\\", " "))) - ALLOWED
    return words | (set(re.findall(r"\\(?:begin|end)\{([^}]*)\}", text)) - {"table", "tabular", "longtable"})


def test_latex_holds_no_command_but_ours(hostile):
    assert commands(hostile.to_latex(include=["description"])) == set()
    header = strings("latex")
    assert commands(latex_text(PlainTable(header, [["x"] * len(header)], caption=header[0], notes=header))) == set()


def test_latex_rows_have_as_many_cells_as_the_header(hostile):
    body = latex_rows(hostile.to_latex(include=["description", "metrics.cer"]))
    assert len(body) == len(hostile)
    assert {len(re.split(r"(?<!\\)&", row)) for row in body} == {3}
    assert {row.endswith(r" \\") for row in body} == {True}
    assert [row for row in body if re.search(r"(?<!\\)(?:\\\\)*[%$#]", row)] == []


def test_latex_numbers_read_back_equal(plain):
    body = latex_rows(plain.to_latex(include=["metrics.cer"]))
    assert [row.removesuffix(r" \\").split(" & ")[1] for row in body] == ["0.30000000000000004", "1e-07", "NaN"]


def test_latex_says_when_it_needs_more_than_latin(plain):
    assert "XeLaTeX" in plain.to_latex(include=["labels.*"])
    assert "XeLaTeX" not in plain.to_latex(include=["metrics.*"])


def page(vs, tmp_path, **options):
    return html5lib.parse(vs.to_html(tmp_path / "x.html", **options).read_text("utf-8"), namespaceHTMLElements=False)


def test_the_html_file_has_every_value_and_nothing_active(hostile, tmp_path):
    tree = page(hostile, tmp_path, include=["metrics.cer"])
    table = tree.findall(".//table")[-1]
    assert [float("".join(row[1].itertext())) for row in table.findall("tbody/tr")] == hostile.to_frame()["metrics.cer"].tolist()
    assert [element.tag for element in tree.iter() if element.tag in ("script", "iframe", "img", "link", "object", "form", "base")] == []
    assert [name for element in tree.iter() for name in element.attrib if name.startswith("on") or name in ("src", "href")] == []
    assert tree.find("head/meta[@http-equiv]").get("content").startswith("default-src 'none'")


def test_without_a_path_html_is_what_the_notebook_shows(plain):
    assert plain.to_html() == plain._repr_html_()


def test_a_title_is_text():
    vs = VersionSet([ModelVersion.from_document({"VersionName": "1"}, "</title><script>x")])
    assert "<script>" not in vs.to_html() + "".join(vs.to_markdown())


@pytest.mark.parametrize("kind", ["html", "markdown", "latex", "csv", "excel"])
def test_every_export_keeps_an_existing_file_unless_told(plain, tmp_path, kind):
    path = tmp_path / "x"
    write = getattr(plain, f"to_{kind}")
    assert write(path) == path
    first = path.read_bytes()
    with pytest.raises(ConfigurationError, match="overwrite=True"):
        write(path)
    assert path.read_bytes() == first
    write(path, overwrite=True)
    assert list(tmp_path.iterdir()) == [path]


def test_an_empty_set_can_be_written_in_every_form(tmp_path):
    vs = VersionSet()
    for kind in ("html", "markdown", "latex", "csv", "excel"):
        assert getattr(vs, f"to_{kind}")(tmp_path / kind).stat().st_size > 0


def test_excel_without_its_extra_says_what_to_install(plain, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(ConfigurationError, match="Run pip install openpyxl"):
        plain.to_excel(tmp_path / "x.xlsx")


@pytest.mark.parametrize("other", [0.5, None, "x", 2])
def test_whole_numbers_are_written_as_they_were_sent_and_in_full(other):
    big = 2**53 + 1
    docs = [{"VersionName": "1.0.0", "Metrics": {"i": big, "n": 1000, "f": 1000.0}}, {"VersionName": "1.1.0", "Metrics": {"i": other}}]
    vs = pnb.VersionSet.from_documents(docs, "model-a")
    rest = "null" if other is None else str(other)
    expected = ["version,metrics.f,metrics.i,metrics.n", f"1.0.0,1000.0,{big},1000", f"1.1.0,,{rest},"]
    assert vs.to_csv(include="metrics.*").splitlines() == expected
    assert f"| 1000.0 | {big} | 1000 |" in vs.to_markdown(include="metrics.*")
    assert str(big) in vs.to_latex(include="metrics.*")
    record = next(line for line in vs.compare("1.0.0", only="all").to_csv().splitlines() if line.startswith("metrics,n,"))
    assert record.split(",")[4] == "1000"
    assert f",{big}," in vs.compare("1.0.0", only="all").to_csv()
    assert str(vs.to_frame()["metrics.i"].dtype) == "float64"


@pytest.mark.parametrize("sent", ["1000", " 1000 ", "+1000", 1000])
@pytest.mark.parametrize("beside", ["1,000", 900])
def test_a_whole_number_that_was_sent_as_text_is_written_as_one(sent, beside):
    docs = [{"VersionName": str(place), "Metrics": {"accuracy": 0.9, "n": n}} for place, n in enumerate((sent, beside))]
    vs = VersionSet.from_documents(docs, "model-a")
    for exported in (vs, vs.compare("0", only="all")):
        for text in (exported.to_markdown(), exported.to_latex(), exported.to_csv()):
            assert "1000" in text
            assert "1000.0" not in text


def test_a_whole_number_among_fractions_of_a_setting_is_written_as_it_was_sent():
    docs = [{"VersionName": f"1.{nth}.0", "TrainingSpec": spec} for nth, spec in enumerate(({"lr": 1}, {"lr": 0.5}, {"other": "x"}))]
    vs = pnb.VersionSet.from_documents(docs, "model-a")
    assert vs.to_csv(include="training_spec.lr").splitlines() == ["version,training_spec.lr", "1.0.0,1", "1.1.0,0.5", "1.2.0,"]


_ODD = (True, "n/a", math.nan, None, [1, 2, 3], math.inf, -math.inf, 3, "0.5", "NaN", [[1, 2], [3, 4]])


@pytest.mark.parametrize("other", [0.25, "words", None])
@pytest.mark.parametrize("key", ["Metrics", "TrainingSpec"])
def test_a_set_and_its_comparison_write_what_is_no_number_in_the_same_words(key, other):
    names = [f"x{place:02}" for place, _ in enumerate(_ODD)]
    documents = [{"VersionName": "1", key: dict(zip(names, _ODD, strict=True))}, {"VersionName": "2", key: dict.fromkeys(names, other)}]
    vs = VersionSet.from_documents(documents, "model-a")
    section = {"Metrics": "metrics", "TrainingSpec": "training_spec"}[key]
    of_set = list(csv.DictReader(io.StringIO(vs.to_csv())))
    of_comparison = list(csv.DictReader(io.StringIO(vs.compare("2", only="all").to_csv())))
    compared = {row["name"]: [row["1"], row["2"]] for row in of_comparison if row["section"] == section}
    listed = {name: [row[f"{section}.{name}"] for row in of_set] for name in compared}
    # a text among texts needs no quotes where nothing else can stand
    plain = {name: [text.strip('"') for text in texts] for name, texts in listed.items()}
    assert plain == {name: [text.strip('"') for text in texts] for name, texts in compared.items()}
    assert all(text for texts in plain.values() for text in texts)


def test_infinite_numbers_have_one_spelling_in_files_which_reads_back_as_a_number():
    metrics = [{"auc": -math.inf, "loss": math.inf, "mixed": -math.inf}, {"auc": 0.5, "loss": 1.0, "mixed": "none"}]
    documents = [{"VersionName": str(place), "Metrics": each, "TrainingSpec": each} for place, each in enumerate(metrics)]
    vs = VersionSet.from_documents(documents, "model-a")
    c = vs.compare("1", only="all")
    for text in (vs.to_csv(), c.to_csv(), vs.to_markdown(), c.to_markdown()):
        assert "nfinity" not in text
    frame = pd.read_csv(io.StringIO(c.to_csv())).set_index(["section", "name"])
    assert [float(frame.loc["metrics", "0"][name]) for name in ("auc", "loss", "mixed")] == [-math.inf, math.inf, -math.inf]
    assert [float(frame.loc["training_spec", "0"][name]) for name in ("auc", "loss", "mixed")] == [-math.inf, math.inf, -math.inf]


@pytest.mark.parametrize("stated", [(0.1, 0.2), (1000, 2000), (0.1, "n/a")])
def test_values_that_one_version_states_differently_under_one_name_are_all_in_its_csv(stated):
    results = [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": cer}} for cer in stated]
    vs = VersionSet.from_documents({"VersionName": "1", "Metrics": {"Results": results}}, "model-a")
    [row] = csv.DictReader(io.StringIO(vs.to_csv()))
    assert row["metrics.cer@d-a"] == vs.compare("1", only="all")["cer@d-a"].shown(0)
    assert all(str(each) in row["metrics.cer@d-a"] for each in stated)
    assert vs.to_frame()["metrics.cer@d-a"].isna().all()


def test_an_empty_set_has_a_caption_that_ends():
    assert VersionSet().to_markdown().startswith("**0 versions**\n")

"""LaTeX exports set by LaTeX engines, and read back from the PDF."""

import re
import shutil
import subprocess

import pytest

from pai_notebook.io.latex import latex_text
from pai_notebook.io.table import PlainTable
from pai_notebook.versions.versions import VersionSet
from tests.exports.export_samples import strings
from tests.patience import PATIENCE

PREAMBLE = {
    "pdflatex": r"\usepackage[T1]{fontenc}",
    "xelatex": r'\usepackage{fontspec}\setmainfont{Noto Sans CJK SC}\XeTeXlinebreaklocale "zh"',
}
DOCUMENT = r"""\documentclass{article}
\usepackage[margin=1cm,a4paper,landscape]{geometry}
\usepackage{array,booktabs,longtable}
%s
\begin{document}
%s
\end{document}
"""


@pytest.fixture
def compiled(tmp_path):
    def run(engine, *tables):
        for program in (engine, "pdftotext"):
            if shutil.which(program) is None:
                pytest.skip(f"needs {program}: texlive-xetex, texlive-latex-recommended, fonts-noto-cjk and poppler-utils of Debian")
        (tmp_path / "x.tex").write_text(DOCUMENT % (PREAMBLE[engine], "\n\\clearpage\n".join(tables)), "utf-8")
        command = [engine, "-halt-on-error", "-interaction=nonstopmode", "-no-shell-escape", "x.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, stdin=subprocess.DEVNULL, timeout=5 * PATIENCE, check=False)
        assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-3000:]
        log = (tmp_path / "x.log").read_text("utf-8", "replace")
        assert set(re.findall("Missing character: There is no (.)", log)) <= {"․", "😀"}, "a font for Chinese has all but these"
        read = ["pdftotext", "-layout", "x.pdf", "-"]
        return subprocess.run(read, cwd=tmp_path, capture_output=True, check=True).stdout.decode("utf-8")

    return run


def test_pdflatex_sets_numbers_that_read_back_equal(compiled, plain):
    text = compiled("pdflatex", plain.to_latex(include=["metrics.*"]), plain.compare(baseline="first").to_latex(include="cer"))
    assert {float(word) for word in re.findall(r"0\.3\d{10,}|1e-07", text)} == set(plain.to_frame()["metrics.cer"].dropna())


@pytest.mark.slow
def test_xelatex_sets_chinese(compiled, plain):
    text = compiled("xelatex", plain.to_latex(include=["labels.*", "metrics.cer"]), plain.compare(baseline="first").to_latex())
    assert "测试" in text


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(4))
def test_xelatex_prints_every_hostile_string_and_runs_none(compiled, chunk):
    chosen = strings()[chunk::4]
    text = compiled("xelatex", *(latex_text(PlainTable(["n", each], [["1", each]], caption=each, notes=[each])) for each in chosen))
    assert "root:" not in text
    assert text.count("Table ") >= len(chosen)


def test_what_the_first_line_does_not_ask_for_is_not_needed(compiled):
    asked = [latex_text(PlainTable(["n", text], [["1", text]], caption=text)) for text in [*strings(), "«naïve» Ðþ ½ µ – …"]]
    compiled("pdflatex", *(text for text in asked if "XeLaTeX" not in text.splitlines()[0]))


@pytest.mark.slow
def test_a_comparison_with_addresses_fits_the_page(compiled, everything, tmp_path):
    digits = [version for version in everything if version.model_id == "model-rbvg5wfo5d0gngz1b8"]
    text = compiled("xelatex", VersionSet(digits[-4:]).compare(baseline="first").to_latex())
    assert "aliyuncs" in text
    assert "Overfull \\hbox" not in (tmp_path / "x.log").read_text("utf-8", "replace")

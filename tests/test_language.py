"""The language of what is shown: how it is set, and what it changes."""

import re
import subprocess
import sys

import openpyxl
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets import TraitError

import pai_notebook as pnb
from pai_notebook.client.endpoint import check_region
from pai_notebook.comparison.view import judged_by
from pai_notebook.display.diffs import word_diff
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import now, speaking
from pai_notebook.magic import PaiModelMagics
from pai_notebook.plan import say_on_line

DOCUMENTS = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)]


def compared():
    return pnb.VersionSet.from_documents(DOCUMENTS, "model-a").compare()


@pytest.mark.parametrize("lang", ["zh", "ZH", "zh-CN", "zh_CN", "zh-Hans", "zh_hans_cn"])
def test_chinese_is_known_by_the_names_that_people_give_it(lang):
    pnb.options.lang = lang
    assert pnb.options.lang == "zh"
    assert "基线" in str(compared())
    assert compared().explain(lang).lang == "zh"


@pytest.mark.parametrize("lang", ["de", "", "chinese", "zh CN"])
def test_another_language_is_refused(lang):
    with pytest.raises(ConfigurationError, match="is not known"):
        pnb.options.lang = lang
    assert pnb.options.lang == "en"


def test_html_in_chinese_says_so_and_html_in_english_stays_as_it_was():
    english = compared()._repr_html_()
    assert " lang=" not in english
    pnb.options.lang = "zh"
    bundle = compared()._repr_mimebundle_()
    assert 'lang="zh-CN"' in bundle["text/html"].split(">")[0]
    assert "基线" in bundle["text/markdown"]
    assert "基线" in bundle["text/plain"]
    pnb.options.lang = "en"
    assert compared()._repr_html_() == english


def test_an_explanation_keeps_the_language_that_it_was_asked_for():
    explained = compared().explain("zh")
    assert 'lang="zh-CN"' in explained._repr_html_()
    pnb.options.lang = "zh"
    assert "基线" in str(compared().explain())
    assert "基线" not in str(compared().explain("en"))
    assert " lang=" not in compared().explain("en")._repr_html_()


def test_the_setting_of_the_magic_is_the_setting_of_the_package():
    shell = InteractiveShell()
    pnb.load_ipython_extension(shell)
    shell.run_line_magic("config", "PaiModelMagics.lang = 'zh-CN'")
    assert pnb.options.lang == "zh"
    with pytest.raises(TraitError, match="de"):
        shell.magics_manager.registry["PaiModelMagics"].lang = "de"
    assert pnb.options.lang == "zh"
    pnb.unload_ipython_extension(shell)


@pytest.mark.parametrize(("variable", "lang"), [("zh_CN", "zh"), ("", "en"), ("de", "en")])
def test_the_environment_sets_the_language_at_first(variable, lang):
    code = "import pai_notebook as pnb; print(pnb.options.lang)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={"PAI_NOTEBOOK_LANG": variable, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == lang


def test_a_language_of_the_environment_that_is_not_known_is_warned_of_once_and_fails_no_import():
    code = "import pai_notebook as pnb, pai_notebook.magic; print(pnb.options.lang, pnb.VersionSet())"
    env = {"PAI_NOTEBOOK_LANG": "fr", "PYTHONPATH": ":".join(sys.path)}
    for option, count in (("default", 1), ("error", 0)):
        done = subprocess.run([sys.executable, "-W", option, "-c", code], check=True, env=env, capture_output=True, text=True)
        assert done.stdout.startswith("en ")
        assert done.stderr == "pai_notebook:1: UserWarning: PAI_NOTEBOOK_LANG='fr' is not known. Use en or zh.\n" * count


def test_tables_that_people_read_are_in_the_language_that_is_set_and_csv_is_in_english(tmp_path):
    documents = [{"VersionName": "0.1.0", "Metrics": {"cer": 0.2, "n": 5}}, {"VersionName": "0.2.0", "Metrics": {"n": 5}}]
    vs = pnb.VersionSet.from_documents(documents, "model-a")
    c, few = vs.compare("0.1.0"), vs.filter(where="cer > 0")
    english = c.to_csv()
    with speaking("zh"):
        for text in (c.to_markdown(), c.to_latex(), cells(c.to_excel(tmp_path / "c.xlsx"))):
            assert all(word in text for word in ("以 0.1.0 为基线", "略去 1 行相同内容", "方向", "缺失"))
            assert not any(word in text for word in ("better", "absent", "left out", "against"))
        assert "筛选条件（'cer > 0'）排除了 2 个版本中的 1 个" in str(few)
        assert "model-a 的 1 个版本" in few.to_markdown()
        assert c.to_csv() == english
    assert few.removed == ("where 'cer > 0' removed 1 of 2",)
    assert "better" in english.splitlines()[0]


def test_names_gaps_cells_and_settings_are_chinese_where_chinese_is_set():
    specs = [{"HyperParameters": {"gamma": 1}}, {"HyperParameters": {"gamma": 2}}, {}]
    told = [{"VersionName": f"0.{n}.0", "Metrics": {"accuracy": 0.7 + n / 9}, "TrainingSpec": spec} for n, spec in enumerate(specs)]
    vs = pnb.VersionSet.from_documents([{**each, "ApprovalStatus": "Approved"} for each in told], "model-a")
    labels = [[{"Key": "a", "Value": "1"}, {"Key": "seed", "Value": str(n)}] for n in (1, 2)]
    runs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n}, "Labels": each} for n, each in enumerate(labels)]
    group = pnb.VersionSet.from_documents(runs, "model-a").group_repeats()[0]
    fresh = pnb.VersionSet.from_frame(pd.DataFrame({"run": ["b"], "accuracy": [0.9]}), name="run")
    with speaking("zh"):
        assert [str(each.version_name) for each in vs.groupby("gamma")] == ["gamma=1", "gamma=2", "gamma=（未设置）"]
        assert re.search("落后 11.1 个百分点", str(vs.compare().best("accuracy")))
        assert "runs" not in str(group)
        assert "未注册 ≠ 有变更" in str((vs + fresh).compare("0.0.0"))
        with pytest.raises(AttributeError, match=r"请使用 compare\(\)\.best"):
            _ = vs.best
    assert "(2 runs)" in str(group)
    with speaking("zh"):
        assert "ls 查看的工作空间" in PaiModelMagics.class_get_help()


def cells(path):
    book = openpyxl.load_workbook(path)
    return " ".join(str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row)


def test_states_of_ours_and_marks_between_parts_are_chinese_and_notes_of_a_line_name_its_options():
    frame = pd.DataFrame({"run": ["a", "b"], **{f"metric_{n}": [0.1, 0.2] for n in range(40)}})
    vs = pnb.VersionSet.from_frame(frame, name="run")
    with speaking("zh"):
        assert "未注册" in str(vs)
        assert "Not registered" not in str(vs[0])
        assert "; " not in str(vs)
    c = pnb.VersionSet.from_documents(DOCUMENTS, "model-a").compare(include=["cer", "nosuch"])
    say_on_line(c)
    with speaking("zh"):
        assert "--metrics：没有行匹配 'nosuch'" in str(c)


def test_what_is_absent_is_not_slanted_in_chinese():
    vs = pnb.VersionSet.from_documents([*DOCUMENTS, {"VersionName": "0.3.0", "Metrics": {"cer": None}}], "model-a")
    assert "<i>" in vs._repr_html_()
    assert "i{font-style:normal}" not in vs._repr_html_()
    with speaking("zh"):
        assert " i{font-style:normal;opacity:.65}" in vs._repr_html_()
        # a label of facts, such as 存储位置, stays in one line beside a long value
        assert ".facts th{word-break:keep-all}" in vs[0]._repr_html_()


def test_a_group_without_a_setting_is_called_alike_wherever_it_is_named():
    documents = [
        {"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": 0.9 - nth / 100}, "TrainingSpec": {"gamma": nth} if nth > 1 else {}}
        for nth in range(1, 7)
    ]
    c = pnb.VersionSet.from_documents(documents, "model-a").groupby("gamma").compare(baseline="gamma=6")
    with speaking("zh"):
        assert "☆ gamma=（未设置）" in str(c)
        assert "not set" not in str(c) + c._repr_html_()


def test_what_python_says_of_a_call_and_settings_that_are_not_there_are_chinese():
    c = compared()
    with speaking("zh"):
        for wrong, told in (
            (c.rank, "Comparison.rank() 缺少必要的参数：metric。可用的参数：metric、mode、dataset。"),
            (lambda: setattr(pnb.options, "colour", 1), "Options 没有属性 'colour'。请使用 lang 与 console。"),
            (lambda: pnb.options.language, "Options 没有属性 'language'。请使用 lang。"),
        ):
            with pytest.raises((TypeError, AttributeError)) as caught:
                wrong()
            assert told in now("{text}", text=caught.value.sentence)
            assert len(caught.value._render_traceback_()) == 2


def test_keys_that_do_not_fit_what_is_refused_and_notes_are_told_in_chinese():
    vs = pnb.VersionSet.from_documents(DOCUMENTS, "model-a")
    with speaking("zh"):
        for wrong, told in (
            (lambda: vs[1.5], r"versions\[1.5\]：请传入位置"),
            (lambda: vs[[True]], "布尔掩码有 1 个值，与 2 个版本不符"),
            (lambda: vs[0].labels[1], r"labels\[1\]：标签的键是文本"),
            (lambda: check_region("x y", "PAI_REGION"), "'x y' 不是地域 ID（来自 PAI_REGION）"),
        ):
            with pytest.raises((TypeError, ConfigurationError), match=told):
                wrong()
        assert str(pnb.Model.from_document({"ModelId": "m", "OrderNumber": "x"}).notes[0]) == "OrderNumber：不是整数"
        assert word_diff("x " * 4000, "y")[-1].text == "改前：… 另有 4,000 个字符"


def test_who_sees_a_model_and_what_its_newest_version_may_do_are_said_in_chinese():
    with pnb.connect("demo", default=False) as registry, speaking("zh"):
        card = str(registry.get_model("wine-cultivar"))
    assert "PRIVATE（仅自己和管理员可见）" in card or "PUBLIC（工作空间内所有用户可见）" in card
    assert "Pending（待定）" in card


def test_a_label_without_a_key_is_seen_as_such():
    version = pnb.VersionSet.from_documents([{"VersionName": "0.1.0", "Labels": [{"Key": "", "Value": "b"}]}], "model-a")[0]
    assert '""=b' in str(version)


def test_what_a_report_is_judged_by_is_called_as_everywhere_else():
    with pnb.connect("demo", default=False) as registry:
        c = registry.compare("手写数字识别@last:2", by="accuracy@d-digitsholdout0001")
        assert "judged by accuracy@digits-holdout first" in judged_by(c)
        assert "首要指标：accuracy@digits-holdout" in judged_by(c).in_language("zh")
        assert "judged by accuracy first" in judged_by(registry.compare("手写数字识别@last:2", by="accuracy"))

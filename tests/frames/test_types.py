"""Frames keep their types when they are put together or read back from a file; patterns that match nothing are warned of."""

import io
import warnings

import pandas as pd
import pytest

import pai_notebook as pnb
from pai_notebook.errors import NameNotFound, PatternWarning
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.versions import VersionSet
from tests.compare.comparing import compare


def version(name, model="model-a", **fields):
    return ModelVersion.from_document({"VersionName": name, **fields}, model)


@pytest.fixture
def approved():
    return VersionSet(
        [version("0.1.0", ApprovalStatus="Approved", FormatType="ONNX", Metrics={"cer": 0.1, "grade": "A"}), version("0.2.0")]
    )


@pytest.fixture
def pending():
    documents = {"ApprovalStatus": "Pending", "SourceType": "Custom", "Labels": [{"Key": "env", "Value": "test"}], "Metrics": {"cer": 0.2}}
    return VersionSet([version("0.3.0", **documents), version("0.4.0", "model-b", **documents)])


@pytest.mark.parametrize("layout", ["wide", "long"])
def test_frames_that_are_put_together_keep_their_types(approved, pending, layout):
    first, second = approved.to_frame(layout), pending.to_frame(layout)
    together = pd.concat([first, second])
    for column in together.columns:
        kinds = {str(frame[column].dtype) for frame in (first, second) if column in frame}
        assert {str(together[column].dtype)} == kinds, column


@pytest.mark.parametrize("options", [{"layout": "long"}, {"layout": "wide"}, {"layout": "wide", "flat": False}])
@pytest.mark.parametrize("which", ["approved", "pending"])
def test_a_frame_equals_what_is_read_back(request, which, options):
    frame = request.getfixturevalue(which).to_frame(**options)
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(frame.to_parquet())), frame)
    assert pd.read_parquet(io.BytesIO(frame.to_parquet())).equals(frame)


def test_a_frame_holds_what_arrow_cannot_write():
    frame = VersionSet([version("0.1.0", Labels=[{"Key": "\ud800", "Value": "\udfff"}], Metrics={"\ud800": "\udfff"})]).to_frame()
    assert frame.loc["0.1.0", "labels.\ud800"] == frame.loc["0.1.0", "metrics.\ud800"] == "\udfff"


@pytest.mark.parametrize("layout", ["wide", "long"])
@pytest.mark.parametrize("argument", ["include", "exclude"])
def test_a_pattern_that_matches_nothing_is_warned_of_with_the_nearest_names(approved, layout, argument):
    with pytest.warns(PatternWarning, match=rf"^{argument}='metrics.ser' matches nothing. Nearest is ") as caught:
        frame = approved.to_frame(layout, **{argument: ["metrics.ser", "metrics.cer"]})
    assert caught[0].filename == __file__
    assert len(frame)


@pytest.mark.parametrize("layout", ["wide", "long"])
def test_a_misspelt_name_alone_is_refused_with_the_nearest_and_a_section_without_values_is_not(approved, layout):
    with pytest.raises(NameNotFound, match=r"^no version has 'ser'\. Nearest (is|are) cer"):
        approved.to_frame(layout, include="ser")
    with pytest.warns(PatternWarning, match="options"):
        approved.to_frame(layout, include="options")


def test_patterns_that_match_are_not_warned_of(approved):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        approved.to_frame(include=["uri", "created", "metrics.*"], exclude="grade")
        VersionSet().to_frame(include="nothing")


@pytest.mark.parametrize("form", ["to_csv", "to_markdown", "to_latex"])
def test_exports_warn_too(approved, form):
    with pytest.warns(PatternWarning, match="include='nothing"):
        getattr(approved, form)(include="nothing*")
    with pytest.warns(PatternWarning, match="exclude='nothing"):
        getattr(compare({"cer": 1.0}, {"cer": 1.0}), form)(exclude="nothing*")


@pytest.mark.slow
def test_parquet_warns_of_what_no_batch_has(tmp_path):
    vs = VersionSet([version(f"0.{number}.0", Metrics={f"m{number}": 1.0}) for number in range(1500)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vs.to_parquet(tmp_path / "a.parquet", include=["m3", "m1400"])
    with pytest.warns(PatternWarning, match="include='nothing"):
        vs.to_parquet(tmp_path / "b.parquet", include="nothing*")
    with pytest.raises(NameNotFound, match="no version has 'm30000'"):
        vs.to_parquet(tmp_path / "c.parquet", include="m30000")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def test_frames_and_files_understand_the_names_that_tables_print(tmp_path):
    vs = pnb.connect("demo", default=False).get_versions("wine-cultivar@last:2")
    meant = "accuracy@d-wineholdout0001"
    for name in ("accuracy@holdout", "accuracy[holdout]", "metrics.accuracy@hold*", "accuracy@wine-holdout", meant):
        assert list(vs.to_frame(include=name).columns) == [f"metrics.{meant}"]
        assert f"metrics.{meant}" not in vs.to_frame(exclude=name)
        long = vs.to_frame(layout="long", include=name)
        assert set(long["metric"] + "@" + long["dataset"]) == {meant}
        assert vs.to_csv(include=name).splitlines()[0] == f"version,metrics.{meant}"
        assert vs.to_arrow(include=name).metrics.num_rows == 2
        assert len(pd.read_parquet(vs.to_parquet(tmp_path / "m.parquet", include=name, overwrite=True))) == 2
        coverage = vs.compare().coverage.to_csv(include=name).splitlines()
        assert [line.split(",")[:2] for line in coverage[1:]] == [meant.split("@")]
    with pytest.raises(NameNotFound, match="holdot"):
        vs.to_frame(include="accuracy@holdot")


SURROGATE = "a\ud800b"


@pytest.fixture
def surrogates():
    """A set with a lone surrogate in every text that a version has."""
    return VersionSet.from_documents(
        [
            {
                "VersionName": f"0.{nth}.0{SURROGATE}",
                "Metrics": {"accuracy": 0.8 + nth / 100, SURROGATE: nth, "note": SURROGATE},
                "TrainingSpec": {"lr": nth, SURROGATE: SURROGATE},
                "Labels": [{"Key": SURROGATE, "Value": SURROGATE}],
            }
            for nth in (1, 2, 3)
        ],
        f"model-{SURROGATE}",
    )


@pytest.mark.parametrize("export", ["to_csv", "to_excel", "to_markdown", "to_latex"])
def test_a_lone_surrogate_ends_no_export(surrogates, export, tmp_path):
    for nth, exported in enumerate((surrogates, surrogates.compare())):
        getattr(exported, export)(path := tmp_path / f"{nth}.{export}")
        assert path.stat().st_size


def test_a_lone_surrogate_is_in_every_frame(surrogates):
    c = surrogates.compare(tolerance=0.001)
    assert all(SURROGATE in name for name in c.verdict.to_frame().index)
    assert all(SURROGATE in name for name in c.rank("accuracy").to_frame()["version"])
    assert all(SURROGATE in name for name in surrogates.minimal_pairs("accuracy").to_frame()["first"])
    (group,) = surrogates.groupby(f"labels.{SURROGATE}")
    assert any(SURROGATE in name for name in group.to_frame()["metric"])
    assert str(c.coverage.columns[0]) == c.names[0]


def test_frames_of_rows_have_their_types_without_rows():
    ranked = VersionSet.from_documents([{"VersionName": "0.1.0", "Metrics": {"cer": 1}, "TrainingSpec": {"lr": 1}}], "m").compare()
    types = {name: str(kind) for name, kind in ranked.rank("cer").to_frame().dtypes.items()}
    pairs = VersionSet(ranked.versions).minimal_pairs("cer")
    assert types | {"rank": "Int64", "version": "string", "value": "float64", "told_apart": "boolean"} == types
    assert {str(kind) for kind in pairs.to_frame().dtypes} == {"string", "float64", "boolean"}

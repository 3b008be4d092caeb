"""One name means one thing: every argument that takes names or globs picks the same metrics, and misspelt names are found again."""

import warnings

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook import ModelVersion, PaiError, VersionSet
from pai_notebook.errors import AddressError, ComparisonError, ConfigurationError, NameNotFound
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import nearest
from pai_notebook.model.patterns import Pattern

LETTERS = "abμ中A1"
keys = st.text(LETTERS + ".@_-/ ,(", min_size=1, max_size=5).filter(lambda key: key.strip() == key and key not in (".", ".."))
datasets = st.sampled_from(["", "d-a", "d-b", "oss://x/y"])


@st.composite
def measured(draw):
    """Metrics by dataset, flat and one level deep, as two versions that differ in every value."""
    found = {}
    for _ in range(draw(st.integers(1, 5))):
        path = draw(st.lists(keys, min_size=1, max_size=2))
        found[draw(datasets), tuple(path)] = draw(st.integers(1, 9))

    def document(factor):
        results = []
        for (dataset, path), value in found.items():
            content = value * factor
            for key in reversed(path):
                content = {key: content}
            results.append({"Dataset": {"DatasetId": dataset} if dataset else {}, "Metrics": content})
        return {"Results": results}

    versions = [ModelVersion.from_document({"VersionName": f"0.{place}.0", "Metrics": document(place)}, "m") for place in (1, 2)]
    return VersionSet(versions)


@st.composite
def patterns(draw, names):
    """A way to write one of some names, exactly or as a glob."""
    path, dataset = draw(st.sampled_from(names))
    plain = path.replace("\\.", ".").replace("\\\\", "\\")
    text = draw(st.sampled_from([path, plain, f"`{plain}`", plain[:1] + "*", "*" + plain[-1:], "?" * len(plain)]))
    text = draw(st.sampled_from(["", "metrics.", "metric."])) + text
    return text + draw(st.sampled_from(["", *([f"@{dataset}", f"[{dataset}]", "@*", "[*]"] if dataset else [])]))


def chosen_everywhere(vs, text):
    """Which metrics each argument takes a text to mean, as (path, dataset)."""
    rows = vs.compare("0.1.0", only="all").metrics
    cells = {(row.path, row.dataset) for row in rows}
    included = vs.compare("0.1.0", only="all", include=text)
    named = not any(note.startswith("include") for note in included.notes)
    told = vs.compare("0.1.0", only="all", directions={text: "min"})
    tolerated = vs.compare("0.1.0", only="all", tolerance={text: 1e6})
    gate = vs.compare("0.1.0", only="all").gate
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        columns = vs.to_frame(include=text, flat=False).columns
    yield "include", {(row.path, row.dataset) for row in included.metrics} if named else set()
    yield "exclude", cells - {(row.path, row.dataset) for row in vs.compare("0.1.0", only="all", exclude=text).metrics}
    yield "directions", {(row.path, row.dataset) for row in told.metrics if row.direction.source == "told"}
    yield "tolerance", {(row.path, row.dataset) for row in tolerated.metrics if not row.differs}
    yield "to_frame", {(path, dataset) for section, path, dataset in columns if section == "metrics"}
    try:
        checks = gate(f"{text} >= 0").checks
    except PaiError as error:
        checks = getattr(error, "breaches", ())
    try:
        yield "plot", {(each.path, each.dataset) for each in vs.compare("0.1.0", only="all").plot.data.several(text)}
    except PaiError:
        yield "plot", set()
    yield "gate", {(check.metric, check.dataset) for check in checks if check.version}
    yield (
        "assert_no_regression",
        {(check.metric, check.dataset) for check in checks_of(vs.compare("0.1.0", only="all"), text) if check.version},
    )


def checks_of(comparison, text):
    try:
        return comparison.assert_no_regression(text, tolerance=1e9, unknown="skip").checks
    except PaiError as error:
        return error.report.checks


@given(st.data())
def test_every_argument_takes_a_name_or_glob_to_mean_the_same_metrics(data):
    vs = data.draw(measured())
    text = data.draw(patterns([(row.path, row.dataset) for row in vs.compare("0.1.0", only="all").metrics]))
    answers = dict(chosen_everywhere(vs, text))
    assert len(set(map(frozenset, answers.values()))) == 1, (text, answers)


@given(st.data())
def test_a_name_that_means_one_metric_is_found_wherever_one_is_asked_for(data):
    vs = data.draw(measured())
    c = vs.compare("0.1.0", only="all", directions={"*": "max"})
    path, dataset = data.draw(st.sampled_from([(row.path, row.dataset) for row in c.metrics]))
    text = data.draw(st.sampled_from([path, f"metrics.{path}", f"`{path}`"]))
    if dataset:
        text += data.draw(st.sampled_from([f"@{dataset}", f"[{dataset}]"]))
    try:
        row = c[text]
    except ComparisonError:
        with pytest.raises(ComparisonError):
            c.best(text)
        with pytest.raises(PaiError):
            vs.sort_values(text)
        return
    assert c.best(text).metric == row.name
    assert vs.sort_values(text, ascending=False)[0].version_name == c.best(text).version
    assert c.rank(text).metric == row.name


@pytest.mark.parametrize(("name", "other"), [("`a`", "a"), ("``", "b"), ("a ", "a"), ("x['y']", "x"), ("c`d", "cd")])
def test_a_name_with_signs_of_its_own_is_found_as_the_object_writes_it(name, other):
    vs = VersionSet.from_documents([{"VersionName": f"0.{n}.0", "Metrics": {name: n, other: 10 - n}} for n in (1, 2)], "m")
    c = vs.compare("first", directions={"*": "max"})
    for row in c.metrics:
        assert c[row.full_name] == row
        assert c.best(row.full_name).metric == row.name
        assert row.path in [each.path for each in vs.compare("first", include=row.full_name).metrics]


@st.composite
def conditions(draw):
    """A condition over names that occur and names that do not."""
    name = st.sampled_from(["cer", "wer", "val.loss", "labels.env", "approval", "created", "version", "nowhere", "labels.none", "spec.x"])
    value = st.sampled_from(["0.2", "'prod'", "true", "null", "30%", "2026-01-01", "-30d", "'Approved'", "'0.2.0'", "wer"])
    comparison = st.one_of(
        st.builds("{} {} {}".format, name, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), value),
        st.builds("{} in ({}, {})".format, name, value, value),
        st.builds("{} not in ({})".format, name, value),
        st.builds("{} is null".format, name),
        st.builds("{} is not null".format, name),
        st.builds("{} between {} and {}".format, name, value, value),
        st.builds("{} contains 'pro'".format, name),
    )
    return draw(
        st.recursive(
            comparison, lambda inner: st.one_of(st.builds("({} and {})".format, inner, inner), st.builds("{} or {}".format, inner, inner),
                                                st.builds("not ({})".format, inner)), max_leaves=4
        )
    )  # fmt: skip


@st.composite
def sets(draw):
    """Versions that state some of it and not the rest."""
    documents = []
    for place in range(draw(st.integers(0, 4))):
        metrics = draw(
            st.dictionaries(
                st.sampled_from(["cer", "wer", "val.loss"]), st.sampled_from([0.1, 0.3, None, float("nan"), "A", True]), max_size=3
            )
        )
        labels = [
            {"Key": "env", "Value": value} for value in draw(st.lists(st.sampled_from(["prod", "test", "3"]), max_size=2, unique=True))
        ]
        document = {"VersionName": f"0.{place}.0", "Metrics": metrics, "Labels": labels}
        document |= draw(
            st.sampled_from([{}, {"ApprovalStatus": "approved"}, {"GmtCreateTime": "2026-01-02T00:00:00Z"}, {"spec": {"x": 1}}])
        )
        documents.append(ModelVersion.from_document(document, "m"))
    return VersionSet(documents)


def filtered(vs, where):
    try:
        return [version.version_name for version in vs.filter(where)]
    except PaiError as error:
        return str(type(error))


@pytest.mark.slow
@given(sets(), conditions())
@example(VersionSet([ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"val.loss": 0.5}}, "m")]), "val.loss < 0.45")
def test_a_condition_and_its_negation_share_a_set_between_them_or_both_raise(vs, where):
    kept, rest = filtered(vs, where), filtered(vs, f"not ({where})")
    if isinstance(kept, str) or isinstance(rest, str):
        assert kept == rest
    else:
        assert sorted(kept + rest) == [version.version_name for version in vs]


def version(name, **metrics):
    return ModelVersion.from_document({"VersionName": name, "Metrics": metrics}, "m")


def test_a_dotted_key_needs_no_escape_until_a_nested_one_reads_the_same():
    vs = VersionSet([version("0.1.0", **{"val.loss": 0.5}), version("0.2.0", **{"val.loss": 0.4})])
    assert filtered(vs, "val.loss < 0.45") == ["0.2.0"]
    assert filtered(vs, "not val.loss < 0.45") == ["0.1.0"]
    assert vs.compare("0.1.0").best("val.loss").version == "0.2.0"
    both = VersionSet([ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"val.loss": 1, "val": {"loss": 2}}}, "m")])
    assert both.compare(only="all")["val.loss"].cells[0].value == 2
    assert both.compare(only="all")["val\\.loss"].cells[0].value == 1


@pytest.mark.parametrize("argument", ["directions", "tolerance"])
def test_equally_specific_patterns_that_contradict_each_other_are_refused_alike(argument):
    vs = VersionSet([ModelVersion.from_document({"VersionName": name, "Metrics": {"val": {"cer": 1}}}, "m") for name in ("0.1.0", "0.2.0")])
    values = {"directions": ("max", "min"), "tolerance": (0.1, 0.2)}[argument]
    with pytest.raises(ConfigurationError, match=f"{argument} contradict each other for val.cer"):
        vs.compare("0.1.0", **{argument: dict(zip(("val.*", "*.cer"), values, strict=True))})
    vs.compare("0.1.0", **{argument: {"val.*": values[0], "*.cer": values[1], "val.cer": values[0]}})


def test_a_pattern_that_fits_nothing_is_noted_for_every_argument():
    vs = VersionSet([version("0.1.0", cer=1), version("0.2.0", cer=2)])
    told = {"include": ["nope", "cer"], "exclude": "nope*", "directions": {"nope": "max"}, "tolerance": {"nope": 1}}
    notes = [vs.compare("0.1.0", **{argument: value}).notes for argument, value in told.items()]
    assert [note[0].partition(":")[0] for note in notes] == ["include", "exclude", "directions", "tolerance"]


@pytest.mark.parametrize(
    ("text", "known", "found"),
    [
        ("acuracy", ["accuracy", "loss"], ("accuracy",)),
        ("CER", ["cer", "wer"], ("cer", "wer")),
        ("env", ["labels.env", "uri"], ("labels.env",)),
        ("zzz", ["cer", "wer"], ()),
    ],
)
def test_the_nearest_names_are_found(text, known, found):
    assert nearest(text, known) == found


@given(st.text(max_size=12))
def test_any_text_is_a_pattern_and_means_itself_when_it_is_a_metric(text):
    assume("`" not in text and text.strip() == text and text)
    assert Pattern(text).rank(Name("metrics", text.replace("\\", "\\\\").replace(".", "\\."))) is not None or "\\" in text or "[" in text


def test_a_condition_over_two_datasets_asks_for_one():
    results = [{"Dataset": {"DatasetId": dataset}, "Metrics": {"cer": 0.1}} for dataset in ("d-a", "d-b")]
    vs = VersionSet([ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"Results": results}}, "m")])
    with pytest.raises(AddressError, match="Name one: cer@d-a, cer@d-b"):
        vs.filter("cer < 1")
    for text in ("cer@d-a", "cer[d-a]", "metrics.cer[d-a]", "`cer`@d-a"):
        assert len(vs.filter(f"{text} < 1")) == 1


def test_the_name_of_a_section_means_all_of_it():
    vs = VersionSet(
        [ModelVersion.from_document({"VersionName": "0.1.0", "Labels": [{"Key": "env", "Value": "a"}], "Metrics": {"cer": 1}}, "m")]
    )
    assert list(vs.to_frame(include="labels").columns) == ["labels.env"]
    assert list(vs.to_frame(include=["metrics", "created"]).columns) == ["created", "metrics.cer"]


def test_a_dataset_for_what_is_no_metric_is_refused():
    vs = VersionSet([version("0.1.0", cer=1)])
    with pytest.raises(ComparisonError, match="created is not a metric"):
        vs.sort_values("created", dataset="d-a")


def with_and_without():
    results = [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"acc": 0.9}}, {"Metrics": {"acc": 0.5}}]
    other = [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"acc": 0.7}}, {"Metrics": {"acc": 0.6}}]
    docs = [{"VersionName": name, "Metrics": {"Results": found}} for name, found in (("1.0.0", results), ("1.1.0", other))]
    return VersionSet.from_documents(docs, "model-a")


def test_a_metric_without_a_dataset_has_one_name_that_is_understood_everywhere():
    vs = with_and_without()
    c = vs.compare("1.0.0")
    assert [version.version_name for version in vs.filter("acc@ > 0.55")] == ["1.1.0"]
    assert [version.version_name for version in vs.filter("metrics.acc@>0.55 and acc@d-a < 0.8")] == ["1.1.0"]
    assert [version.version_name for version in vs.sort_values("acc@", ascending=False)] == ["1.1.0", "1.0.0"]
    assert [version.version_name for version in vs.sort_values("acc", dataset="", ascending=False)] == ["1.1.0", "1.0.0"]
    assert c.best("acc@").version == c.best("acc", dataset="").version == "1.1.0"
    assert c.best("acc@d-a").version == "1.0.0"
    assert c.rank("acc@")[0].version == "1.1.0"
    assert c["acc@"].dataset == c["acc", ""].dataset == ""
    assert c["acc", "d-a"].dataset == c["acc@d-a"].dataset == "d-a"
    assert ("acc", "d-a") in c
    assert ("acc", "d-b") not in c
    assert vs[0].metrics["acc@"].value == vs[0].metrics["acc", ""].value == 0.5
    assert list(vs.to_frame(include="acc@").columns) == ["metrics.acc"]
    assert "acc" in vs.compare("1.0.0", by="acc@").verdict.sentences[0]
    assert [row.dataset for row in vs.compare("1.0.0", include="acc@", only="all").metrics] == [""]
    assert vs.compare("1.0.0", directions={"acc@": "min"})["acc@d-a"].direction.mode == "max"
    assert [check.metric for check in c.check(["acc@ >= 0.55"]).checks] == ["acc"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda vs: vs.filter("acc > 0"),
        lambda vs: vs.sort_values("acc"),
        lambda vs: vs.compare("1.0.0").best("acc"),
        lambda vs: vs.compare("1.0.0")["acc"],
        lambda vs: vs[0].metrics["acc"],
    ],
)
def test_a_name_that_is_measured_with_and_without_a_dataset_is_refused_with_names_that_work(ask):
    with pytest.raises(
        (ComparisonError, AddressError), match=r"with and without a dataset.*acc@d-a; acc@ is the value without a dataset\."
    ):
        ask(with_and_without())


def test_a_metric_that_always_names_its_dataset_is_not_there_without():
    vs = VersionSet.from_documents(
        {"VersionName": "1.0.0", "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"acc": 1}}]}}
    )
    with pytest.raises(ComparisonError, match=r"acc was not measured without a dataset\. It was measured on d-a"):
        vs.sort_values("acc@")
    odd = VersionSet.from_documents({"VersionName": "1.0.0", "Metrics": {"acc@": 1}})
    assert odd.filter("acc@ == 1")
    assert odd.filter("acc@@ == 1")


@pytest.mark.slow
def test_charts_draw_a_metric_that_is_measured_with_and_without_a_dataset(tmp_path):
    c = with_and_without().compare("1.0.0")
    assert len(c.plot.bar("acc@").patches) == 2
    assert c.report(tmp_path / "report.html", charts=["acc@"]).stat().st_size


def test_a_name_that_ends_several_settings_is_not_absent_and_an_unknown_one_is_answered_with_labels_and_settings_too():
    document = {
        "VersionName": "0.1.0", "Metrics": {"cer": 0.2}, "Labels": [{"Key": "env", "Value": "test"}],
        "TrainingSpec": {"Algorithm": "a"}, "EvaluationSpec": {"Algorithm": "b"},
    }  # fmt: skip
    vs = pnb.VersionSet.from_documents(document, "model-a")
    for ask in (lambda: vs.groupby("Algorithm"), lambda: vs.filter(where="Algorithm == 'a'")):
        with pytest.raises(
            (NameNotFound, AddressError), match=r"could be 2 names\. Name one: training_spec.Algorithm, evaluation_spec.Algorithm\.$"
        ):
            ask()
    assert len(vs.filter("env == 'test'")) == 1
    with pytest.raises(NameNotFound, match=r"Available: cer; labels.env; training_spec.Algorithm and evaluation_spec.Algorithm\.$"):
        vs.groupby("nosuch")


@pytest.mark.parametrize("text", ["accuracy@holdout", "accuracy[holdout]"])
def test_a_short_name_of_two_datasets_is_refused_wherever_it_is_written(text):
    with pnb.connect("demo", default=False) as registry:
        vs = registry.get_versions("wine-cultivar@1.5.0") + registry.get_versions("iris-species")[:1]
    c = vs.compare("1.5.0")
    for ask in (c.__getitem__, c.best, c.rank, lambda name: c.interval(name, "1.5.0"), lambda name: vs.compare("1.5.0", include=name)):
        with pytest.raises(NameNotFound, match=r"wine-holdout and .*iris-holdout"):
            ask(text)
    for rule in (f"{text} >= 0.1", f"fail if {text} worse beyond chance", f"{text} >= baseline"):
        (check,) = c.check(rule).checks
        assert (check.outcome, check.checked) == ("failed", False)
        assert "nearest: accuracy@wine-holdout, accuracy@iris-holdout" in check.reason

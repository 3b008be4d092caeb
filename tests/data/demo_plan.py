"""Which models the demo registry holds: names, recipes, specs, labels, and the oddities that real registries have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from tests.data.demo_measurements import (
    Measured,
    Recipe,
    measure_classifier,
    measure_denoiser,
    measure_language_model,
    measure_linnerud,
    measure_regressor,
)

Document = dict[str, Any]
Pairs = tuple[tuple[str, str], ...]
Odd = Callable[[Document, Measured], None]


@dataclass(frozen=True)
class Planned:
    """One version to train."""

    name: str
    recipe: Recipe
    approval: str = "Pending"
    description: str = ""
    labels: Pairs = ()
    uri: str = ""
    format: str = ""
    late: bool = False
    odd: Odd | None = None
    workspace_id: str = "10241"


def _input_name(dataset: dict[str, Any]) -> str:
    """Name of an evaluation input that does not depend on where its result stands in the list."""
    return str(dataset.get("DatasetId") or dataset["Uri"].rstrip("/").rpartition("/")[2])


def _standard_specs(plan: Plan, planned: Planned, measured: Measured) -> Document:
    """One recipe at the top of each spec, as the training service writes it."""
    chosen = [{"Name": name, "Value": json.dumps(value)} for name, value in planned.recipe.parameters.items()]
    inputs = [{"Name": _input_name(entry["Dataset"]), **entry["Dataset"]} for entry in measured.results]
    return {
        "TrainingSpec": {
            "AlgorithmName": planned.recipe.algorithm,
            "AlgorithmProvider": "custom",
            "HyperParameters": chosen,
            "Inputs": [{"Name": "train", "DatasetId": f"d-{plan.folder}train0001"}],
        },
        "EvaluationSpec": {"AlgorithmName": plan.evaluation, "AlgorithmProvider": "custom", "Inputs": inputs},
        "InferenceSpec": _processor(plan, planned) if planned.format != "ONNX" else _container(plan),
        "CompressionSpec": {},
        "DistillationSpec": {},
    }


def _processor(plan: Plan, planned: Planned) -> Document:
    return {"processor": (planned.format or plan.format).lower(), "metadata": {"cpu": 2, "memory": 4000, "instance": 1}}


def _container(plan: Plan) -> Document:
    image = "registry.example/pai-eas/onnx-runtime:1.20"
    return {
        "containers": [{"image": image, "port": 8000, "script": f"serve --model /model_dir/{plan.folder}.onnx"}],
        "metadata": {"cpu": 4, "memory": 8000, "instance": 2, "rpc": {"keepalive": 5000}},
    }


@dataclass(frozen=True)
class Plan:
    """One model with its versions, oldest first."""

    name: str
    folder: str
    description: str
    began: str
    domain: str
    task: str
    measure: Callable[[Recipe], Measured]
    versions: tuple[Planned, ...] = ()
    evaluation: str = "holdout-evaluation"
    format: str = "PMML"
    framework: str = "scikit-learn"
    labels: Pairs = ()
    model_labels: Pairs = ()
    workspace_id: str = "10241"
    origin: str = ""
    provider: str = ""
    parameter_size: int = 0
    make_specs: Callable[[Plan, Planned, Measured], Document] = _standard_specs
    make_extra: Callable[[Planned], Document] = field(default=lambda _: {})

    def describe(self, planned: Planned) -> str:
        """Say in a sentence what the version is; every third one in Chinese."""
        told = ", ".join(f"{name}={value}" for name, value in planned.recipe.parameters.items()) or "defaults"
        if sum(map(ord, planned.name)) % 3 == 0:
            return f"使用 {planned.recipe.algorithm} 训练（{told}）。"
        return f"{planned.recipe.algorithm} with {told}."

    def specs(self, planned: Planned, measured: Measured) -> Document:
        """Give the five specs of a version."""
        return self.make_specs(self, planned, measured)

    def extra(self, planned: Planned) -> Document:
        """Give the ExtraInfo of a version."""
        return self.make_extra(planned)


def grid(algorithm: str, **choices: Iterable[Any]) -> list[Recipe]:
    """Vary one or two hyper-parameters of an algorithm; a single value stays fixed.

    >>> [recipe.parameters for recipe in grid("SVC", C=[1, 10], gamma=[0.1])]
    [{'C': 1, 'gamma': 0.1}, {'C': 10, 'gamma': 0.1}]
    """
    combinations: list[Document] = [{}]
    for name, values in choices.items():
        combinations = [{**combination, name: value} for combination in combinations for value in values]
    return [Recipe(algorithm, combination) for combination in combinations]


def minors(major: int, first: int, last: int) -> list[str]:
    """Name minor releases: minors(0, 9, 10) is 0.9.0 and 0.10.0."""
    return [f"{major}.{minor}.0" for minor in range(first, last + 1)]


def plan_versions(names: list[str], recipes: list[Recipe], changes: dict[str, Document] | None = None) -> tuple[Planned, ...]:
    """Pair names with recipes, and set apart the versions that are special in some way."""
    changes = changes or {}
    assert len(names) == len(recipes), (len(names), len(recipes))
    assert changes.keys() <= set(names), changes.keys() - set(names)
    return tuple(replace(Planned(name, recipe), **changes.get(name, {})) for name, recipe in zip(names, recipes, strict=True))


# The oddities: measured numbers, written in ways that a reader of a registry meets sooner or later.


def no_metrics_field(document: Document, _: Measured) -> None:
    """Nobody evaluated it."""
    del document["Metrics"]


def empty_metrics(document: Document, _: Measured) -> None:
    """Somebody meant to evaluate it."""
    document["Metrics"] = {}


def flat_metrics(document: Document, measured: Measured) -> None:
    """Write a flat map, without data sets."""
    document["Metrics"] = dict(measured.results[0]["Metrics"])


def text_metrics(document: Document, measured: Measured) -> None:
    """Every value as text, as tools whose maps hold only strings write it."""
    document["Metrics"] = {name: str(value) for name, value in measured.results[0]["Metrics"].items()}


def percent_text(document: Document, _: Measured) -> None:
    """Accuracy as a person would write it in one data set, and as a quoted number in the next."""
    first, second, *_rest = document["Metrics"]["Results"]
    first["Metrics"]["accuracy"] = f"{first['Metrics']['accuracy']:.1%}"
    second["Metrics"]["accuracy"] = str(second["Metrics"]["accuracy"])


def null_log_loss(document: Document, _: Measured) -> None:
    """Leave a value that was looked for and not found."""
    for entry in document["Metrics"]["Results"]:
        entry["Metrics"]["log_loss"] = None


def missing_dataset(document: Document, _: Measured) -> None:
    """One data set was not evaluated."""
    document["Metrics"]["Results"].pop()


def missing_metric(document: Document, _: Measured) -> None:
    """One metric is absent in one data set."""
    del document["Metrics"]["Results"][0]["Metrics"]["macro_f1"]


def nested_by_class(document: Document, measured: Measured) -> None:
    """F1 for every class, nested."""
    document["Metrics"]["by_class"] = measured.extras["by_class"]


def verdict_and_matrix(document: Document, measured: Measured) -> None:
    """Add a boolean verdict and a confusion matrix."""
    lowest = min(entry["Metrics"]["accuracy"] for entry in measured.results)
    document["Metrics"] |= {"passed": lowest >= 0.9, "confusion_matrix": measured.extras["confusion_matrix"]}


def loss_series(document: Document, measured: Measured) -> None:
    """Add the loss while training, as steps and values."""
    document["Metrics"]["loss_curve"] = measured.extras["loss_curve"]


def plain_loss_series(document: Document, measured: Measured) -> None:
    """Add the loss while training, as bare numbers."""
    document["Metrics"]["loss_curve"] = [point["value"] for point in measured.extras["loss_curve"]]


def markup_label(document: Document, _: Measured) -> None:
    """Add a label that would be a script if anything forgot to escape it (when written, the service refuses "=")."""
    document["Labels"].append({"Key": "note", "Value": "<img src=x onerror=alert(1)>"})


def repeated_labels(document: Document, _: Measured) -> None:
    """Use the same key twice, and an empty label."""
    document["Labels"] += [{"Key": "team", "Value": "vision"}, {"Key": "team", "Value": "edge"}, {"Key": "", "Value": ""}]


APPROVED = {"approval": "Approved"}
REJECTED = {"approval": "Rejected"}

DIGITS = Plan(
    name="手写数字识别",
    folder="digits",
    description="8×8 手写数字分类：干净、加噪与平移三个评测集。",
    began="2025-03-03T02:11:00",
    domain="cv",
    task="image-classification",
    measure=partial(measure_classifier, "digits"),
    labels=(("team", "vision"),),
    model_labels=(("所有者", "张三"), ("license", "apache-2.0")),
    versions=plan_versions(
        [*minors(0, 1, 14), "1.0.0_rc1", "1.0.0_rc2", "1.0.0_rc10", "1.0.0", *minors(1, 1, 12), "1.12.1",
         "2.0.0_rc1", "2.0.0_rc2", "2.0.0_rc10", "2.0.0", *minors(2, 1, 5), "1.12.2"],
        [*grid("GaussianNB", var_smoothing=[1e-9, 1e-3, 0.1]), *grid("DecisionTreeClassifier", max_depth=[4, 8, 16]),
         *grid("LogisticRegression", C=[0.001, 0.01, 0.1, 1.0, 10.0]), *grid("KNeighborsClassifier", n_neighbors=[9, 5, 3]),
         *grid("KNeighborsClassifier", n_neighbors=[1], weights=["distance"]),
         *grid("RandomForestClassifier", n_estimators=[20, 50, 100], max_depth=[6, 12]),
         *grid("ExtraTreesClassifier", n_estimators=[20, 50, 100], max_depth=[8, 16]),
         *grid("MLPClassifier", hidden_layer_sizes=[[16], [32], [64]], max_iter=[60], alpha=[1e-4]),
         *grid("MLPClassifier", hidden_layer_sizes=[[64]], max_iter=[120], alpha=[0.01, 1.0]),
         *grid("SVC", C=[1.0, 10.0], gamma=[0.02, 0.05]), *grid("SVC", C=[10.0], gamma=[0.1, 0.8, 0.2, 0.4]),
         *grid("ExtraTreesClassifier", n_estimators=[100], max_depth=[12])],
        {
            "0.1.0": REJECTED, "0.4.0": REJECTED, "0.2.0": {"odd": missing_dataset}, "0.12.0": {"odd": repeated_labels},
            "1.0.0": {**APPROVED, "odd": verdict_and_matrix}, "1.5.0": APPROVED, "1.3.0": {"odd": nested_by_class},
            "1.10.0": {"format": "ONNX"}, "1.11.0": {"format": "ONNX", "odd": loss_series}, "1.12.0": {"format": "ONNX"},
            "2.0.0": {**APPROVED, "description": "正式版：支持向量机，干净与加噪数据均衡。"},
            "2.3.0": REJECTED, "2.5.0": {"description": "更大的 gamma：干净数据更好，加噪数据更差。"},
            "1.12.2": {"late": True, "description": "Hot fix of the 1.x line, made after 2.x had begun."},
        },
    ),
)  # fmt: skip

CANCER = Plan(
    name="乳腺肿块良恶性分类",
    folder="breastcancer",
    description="Benign or malignant from thirty measurements; recall counts malignant cases found.",
    began="2025-05-12T08:30:00",
    domain="medical",
    task="tabular-classification",
    measure=partial(measure_classifier, "breast_cancer"),
    labels=(("team", "医疗"),),
    model_labels=(("合规", "仅供演示"),),
    versions=plan_versions(
        [*minors(0, 1, 11), "1.0.0_rc2", "1.0.0_rc10", "1.0.0", *minors(1, 1, 10), "1.11.0_beta", "1.11.0", "2.0.0", "2.1.0",
         "2.2.0", "2.10.0", "2.11.0", "2.12.0"],
        [*grid("GaussianNB", var_smoothing=[1e-9, 0.01]), *grid("DecisionTreeClassifier", max_depth=[2, 3, 5, 8]),
         *grid("KNeighborsClassifier", n_neighbors=[1, 5, 15]), *grid("RandomForestClassifier", n_estimators=[25, 75], max_depth=[3, 6]),
         *grid("ExtraTreesClassifier", n_estimators=[25, 75], max_depth=[4, 8]), *grid("SVC", C=[0.1, 1.0, 10.0], gamma=[0.01, 0.03]),
         *grid("MLPClassifier", hidden_layer_sizes=[[8], [16]], max_iter=[150], alpha=[0.01]),
         *grid("LogisticRegression", C=[0.003, 0.03, 0.1, 0.3, 1.0, 3.0]), *grid("DecisionTreeClassifier", max_depth=[6])],
        {
            "0.3.0": REJECTED, "0.2.0": {"odd": percent_text}, "0.5.0": {"odd": null_log_loss}, "0.8.0": {"odd": no_metrics_field},
            "1.0.0": {**APPROVED, "odd": verdict_and_matrix}, "1.4.0": {"format": "ONNX"}, "1.10.0": {"odd": plain_loss_series},
            "2.1.0": {**APPROVED, "description": "Approved after the ethics board's review."},
            "2.12.0": {"description": "改用单棵决策树以便解释；指标有所下降。"},
            "2.10.0": {"uri": "https://models.example/breastcancer/2.10.0/model.tar.gz"},
        },
    ),
)  # fmt: skip

WINE = Plan(
    name="wine-cultivar",
    folder="wine",
    description="Which of three cultivars a wine was made from, by chemical analysis.",
    began="2025-06-20T01:00:00",
    domain="food",
    task="tabular-classification",
    measure=partial(measure_classifier, "wine"),
    model_labels=(("env", "test"),),
    versions=plan_versions(
        [*minors(0, 1, 12), "1.0.0_rc2", "1.0.0_rc10", "1.0.0", *minors(1, 1, 9)],
        [*grid("DummyClassifier", strategy=["most_frequent"]), *grid("GaussianNB", var_smoothing=[1e-9]),
         *grid("DecisionTreeClassifier", max_depth=[2, 4]), *grid("KNeighborsClassifier", n_neighbors=[3, 7, 15]),
         *grid("LogisticRegression", C=[0.01, 0.1, 1.0]), *grid("RandomForestClassifier", n_estimators=[20, 60], max_depth=[3, 6]),
         *grid("SVC", C=[0.3, 1.0, 3.0], gamma=[0.03, 0.1]), *grid("ExtraTreesClassifier", n_estimators=[20, 60], max_depth=[3, 6])],
        {
            "0.1.0": {**REJECTED, "description": "Always says the most frequent cultivar: the floor to beat."},
            "0.4.0": {"odd": missing_metric}, "0.9.0": {"odd": text_metrics}, "1.0.0": {**APPROVED, "odd": nested_by_class},
            "1.2.0": {"odd": markup_label}, "1.5.0": APPROVED, "1.7.0": {"format": "ONNX"},
        },
    ),
)  # fmt: skip

IRIS = Plan(
    name="iris-species",
    folder="iris",
    description="The textbook data set; its versions report metrics in every way that teams were seen to.",
    began="2025-01-15T06:45:00",
    domain="botany",
    task="tabular-classification",
    measure=partial(measure_classifier, "iris"),
    workspace_id="20482",
    versions=plan_versions(
        [*minors(0, 1, 16), "1.0.0_rc2", "1.0.0_rc10", "1.0.0"],
        [*grid("DecisionTreeClassifier", max_depth=[1, 2, 3]), *grid("GaussianNB", var_smoothing=[1e-9, 0.1]),
         *grid("KNeighborsClassifier", n_neighbors=[1, 5, 9]), *grid("LogisticRegression", C=[0.1, 1.0]),
         *grid("MLPClassifier", hidden_layer_sizes=[[8]], max_iter=[120, 240], alpha=[0.01]), *grid("SVC", C=[1.0, 10.0], gamma=[0.1]),
         *grid("RandomForestClassifier", n_estimators=[10, 30], max_depth=[2, 4]), *grid("LogisticRegression", C=[3.0])],
        {
            "0.3.0": {"odd": no_metrics_field}, "0.4.0": {"odd": empty_metrics}, "0.5.0": {"odd": flat_metrics},
            "0.6.0": {"odd": text_metrics}, "0.7.0": {"odd": percent_text}, "0.8.0": {"odd": null_log_loss},
            "0.9.0": {"odd": nested_by_class}, "0.10.0": {"odd": verdict_and_matrix}, "0.11.0": {"odd": plain_loss_series},
            "0.12.0": {"odd": loss_series}, "0.13.0": {"odd": missing_dataset}, "0.14.0": {"odd": repeated_labels},
            "0.1.0": REJECTED, "0.15.0": {"approval": ""}, "1.0.0": APPROVED,
        },
    ),
)  # fmt: skip

DIABETES = Plan(
    name="糖尿病进展预测",
    folder="diabetes",
    description="Disease progression one year after baseline, from ten measurements. 回归任务。",
    began="2025-07-01T03:20:00",
    domain="medical",
    task="tabular-regression",
    measure=partial(measure_regressor, "diabetes"),
    labels=(("team", "医疗"),),
    model_labels=(("合规", "仅供演示"),),
    versions=plan_versions(
        [*minors(0, 1, 12), "1.0.0_rc1", "1.0.0_rc2", "1.0.0_rc10", "1.0.0", *minors(1, 1, 11), "1.11.1", "2.0.0", "1.0.1"],
        [*grid("DummyRegressor", strategy=["mean", "median"]), *grid("KNeighborsRegressor", n_neighbors=[3, 9, 21]),
         *grid("Ridge", alpha=[0.1, 1.0, 10.0, 100.0]), *grid("Lasso", alpha=[0.1, 1.0, 3.0]),
         *grid("SVR", C=[1.0, 10.0, 30.0], epsilon=[0.1]),
         *grid("RandomForestRegressor", n_estimators=[30, 60], max_depth=[3, 6]),
         *grid("GradientBoostingRegressor", n_estimators=[40, 80, 160], learning_rate=[0.03, 0.1], max_depth=[2]),
         *grid("SVR", C=[60.0, 120.0], epsilon=[0.1, 5.0]), *grid("Lasso", alpha=[0.3])],
        {
            "0.1.0": REJECTED, "0.2.0": REJECTED, "1.0.0": APPROVED, "1.7.0": APPROVED, "1.9.0": {"format": "ONNX"},
            "0.6.0": {"odd": flat_metrics},
            "1.0.1": {"late": True, "approval": "Approved", "description": "1.0 分支的热修复，晚于 2.0.0 发布。"},
        },
    ),
)  # fmt: skip

LINNERUD = Plan(
    name="fitness-linnerud",
    folder="linnerud",
    description="Weight, waist and pulse of twenty men from three exercises; small, and honest about it.",
    began="2025-09-10T11:05:00",
    domain="sports",
    task="multi-output-regression",
    measure=measure_linnerud,
    evaluation="leave-one-out",
    workspace_id="20482",
    versions=plan_versions(
        [*minors(0, 1, 3), *minors(0, 9, 12), "1.0.0"],
        [*grid("DummyRegressor", strategy=["mean"]), *grid("KNeighborsRegressor", n_neighbors=[3, 5, 9]),
         *grid("Ridge", alpha=[1.0, 10.0, 50.0]),
         *grid("RandomForestRegressor", n_estimators=[20], max_depth=[2])],
        {"0.1.0": REJECTED, "0.11.0": APPROVED},
    ),
)  # fmt: skip


def _cover(planned: Planned) -> Document:
    address = f"https://pai-demo-covers.oss-cn-hangzhou.aliyuncs.com/digit-denoiser/{planned.name}.preview.png"
    return {"CoverUris": [address], "TrainedWords": ["digit", "去噪", f"k{planned.recipe.parameters['n_components']}"]}


DENOISER = Plan(
    name="digit-denoiser",
    folder="denoiser",
    description="Removes noise from images of digits by projecting them on principal components. 图像去噪。",
    began="2025-12-01T09:00:00",
    domain="cv",
    task="image-to-image",
    measure=measure_denoiser,
    make_extra=_cover,
    format="OfflineModel",
    model_labels=(("license", "cc-by-4.0"),),
    versions=plan_versions(
        [*minors(0, 1, 3), *minors(0, 9, 12), "1.0.0_rc2", "1.0.0_rc10", "1.0.0"],
        grid("PCA", n_components=[2, 4, 6, 8, 10, 13, 16, 20, 28, 12]),
        {"0.1.0": REJECTED, "1.0.0": APPROVED},
    ),
)


def _language_model_specs(plan: Plan, planned: Planned, measured: Measured) -> Document:
    """Several named methods in each spec, as the model gallery writes it."""
    chosen = [{"Name": name, "Value": json.dumps(value)} for name, value in planned.recipe.parameters.items()]
    types = {"order": "Int", "weight": "Float"}
    algorithm = {
        "Command": ["python", "/ml/usercode/count.py", "$PAI_USER_ARGS"],
        "Image": "registry.example/pai/quickstart-training:v1",
        "HyperParameters": [{"Name": name, "Type": types[name], "Required": False, "Description": "阶数或权重"} for name in types],
        "InputChannels": [{"Name": "train", "Required": True, "SupportedChannelTypes": ["oss"]}],
        "OutputChannels": [{"Name": "model"}],
        "SupportsDistributedTraining": False,
    }
    standard = {"AlgorithmSpec": algorithm, "HyperParameters": chosen, "Inputs": [{"Name": "train", "DatasetId": "d-descrtrain000001"}]}
    pruned = {"AlgorithmName": "ngram_pruning", "AlgorithmProvider": "custom", "HyperParameters": [{"Name": "min_count", "Value": "2"}]}
    service = {"containers": [{"image": "registry.example/pai-eas/ngram:0.1", "port": 8000, "script": "serve /model_dir"}]}
    inputs = [{"Name": _input_name(entry["Dataset"]), **entry["Dataset"]} for entry in measured.results]
    return {
        "TrainingSpec": {"Standard": standard, "Pruned": pruned},
        "EvaluationSpec": {"Perplexity": {"AlgorithmName": plan.evaluation, "Inputs": inputs}},
        "InferenceSpec": {
            "CPU": service | {"metadata": {"cpu": 1, "memory": 2000}},
            "Batch": service | {"metadata": {"cpu": 8, "memory": 16000}},
        },
        "CompressionSpec": {
            "Quantization:MinMax-8Bit": {"AlgorithmName": "ngram_quantization", "HyperParameters": [{"Name": "bits", "Value": "8"}]}
        },
        "DistillationSpec": {},
    }


LANGUAGE = Plan(
    name="tiny-char-lm",
    folder="charlm",
    description="A character n-gram language model of the data sets' own descriptions. 字符级语言模型。",
    began="2025-08-18T05:30:00",
    domain="nlp",
    task="text-generation",
    measure=measure_language_model,
    evaluation="perplexity",
    make_specs=_language_model_specs,
    format="OfflineModel",
    framework="Custom",
    model_labels=(("license", "apache-2.0"), ("language", "en")),
    parameter_size=1,
    versions=plan_versions(
        [*minors(0, 1, 3), *minors(0, 9, 12), "1.0.0_rc2", "1.0.0_rc10", "1.0.0", "1.1.0", "1.2.0"],
        grid("ngram", order=[1, 2, 3, 4, 5, 6], weight=[1.0, 5.0]),
        {"0.1.0": REJECTED, "1.0.0": APPROVED, "0.10.0": {"labels": (("revision", "41c66b0b"),)}},
    ),
)

EMPTY = Plan(
    name="新品销量预测",
    folder="newproduct",
    description="Registered, not trained yet. 尚无版本。",
    began="2026-01-08T07:00:00",
    domain="retail",
    task="time-series-forecasting",
    measure=partial(measure_regressor, "diabetes"),
)

PLANS = (DIGITS, CANCER, WINE, IRIS, DIABETES, LINNERUD, DENOISER, LANGUAGE, EMPTY)


def public_model(model_document: Callable[[Plan], Document]) -> tuple[Document, list[Document]]:
    """Give the public model of the provider `pai`: documents in the shape of the vendor's gallery, metrics empty."""
    plan = replace(
        EMPTY,
        name="qwen2-7b-instruct",
        folder="qwen2",
        description="A public instruction model, as the model gallery shows it.",
        began="2025-02-07T02:10:41",
        domain="nlp",
        task="text-generation",
        origin="ModelScope",
        provider="pai",
        workspace_id="0",
        parameter_size=7620,
        model_labels=(("license", "apache-2.0"),),
    )
    versions = json.loads((Path(__file__).parent / "qwen2_versions.json").read_text(encoding="utf-8"))
    return model_document(plan), versions

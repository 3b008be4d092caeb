"""Train a small model, evaluate it on several data sets, and give the numbers.

Every number comes from a model that was trained and evaluated here; nothing is typed in. Data are the sets that come
with scikit-learn. All randomness is seeded, so that a second run gives the same numbers, timings apart.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from sklearn import datasets, metrics
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

TIMINGS = frozenset({"train_seconds", "latency_ms"})
BUCKET = "oss://pai-demo-data"
ESTIMATORS = {
    kind.__name__: kind
    for kind in (
        DecisionTreeClassifier, DummyClassifier, DummyRegressor, ExtraTreesClassifier, GaussianNB, GradientBoostingRegressor,
        KNeighborsClassifier, KNeighborsRegressor, Lasso, LogisticRegression, MLPClassifier, RandomForestClassifier,
        RandomForestRegressor, Ridge, SVC, SVR,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """An algorithm and its hyper-parameters."""

    algorithm: str
    parameters: dict[str, Any] = field(default_factory=dict)

    def estimator(self, *, scaled: bool = True) -> Any:
        """Build the estimator, behind a scaler unless the data are scaled already, and seeded where it uses chance."""
        kind = ESTIMATORS[self.algorithm]
        seeded = {"random_state": 7} if "random_state" in kind().get_params() else {}
        return make_pipeline(StandardScaler() if scaled else "passthrough", kind(**self.parameters, **seeded))


@dataclass
class Measured:
    """The results of one training: per data set, and about the training as a whole."""

    results: list[dict[str, Any]]
    train_seconds: float
    extras: dict[str, Any] = field(default_factory=dict)


def rounded(value: float) -> float:
    """Six significant digits: what a repeated run on another processor still reproduces."""
    return float(f"{float(value):.6g}")


def result(dataset: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    """Write one entry of the documented list of per-dataset results."""
    return {"Dataset": dataset, "Metrics": values}


def timed(work: Any) -> tuple[Any, float]:
    """Do the work; give its value and its seconds."""
    began = time.perf_counter()
    value = work()
    return value, time.perf_counter() - began


@dataclass(frozen=True)
class Split:
    """Data to train on, and named data sets to evaluate on."""

    train: tuple[Any, Any]
    tests: tuple[tuple[dict[str, str], Any, Any], ...]
    classes: tuple[str, ...] = ()


@cache
def split(source: str) -> Split:
    """Split a bundled data set: a hold-out, the same with noise, the same shifted. Pixels of digits are from 0 to 1."""
    bunch = getattr(datasets, f"load_{source}")()
    x = bunch.data / 16 if source == "digits" else bunch.data
    stratify = bunch.target if source != "diabetes" else None
    x_train, x_test, y_train, y_test = train_test_split(x, bunch.target, test_size=0.3, random_state=11, stratify=stratify)
    spread = x_train.std(axis=0)
    noise = np.random.default_rng(12).normal(size=x_test.shape)
    noisy = x_test + noise * (0.25 if source == "digits" else 0.5 * spread)
    short = source.replace("_", "")
    tests = (
        ({"DatasetId": f"d-{short}holdout0001"}, x_test, y_test),
        ({"DatasetId": f"d-{short}noisy00001"}, noisy, y_test),
        ({"Uri": f"{BUCKET}/{source}/shifted/"}, _shifted(source, x_test, spread), y_test),
    )
    return Split((x_train, y_train), tests, tuple(str(name) for name in getattr(bunch, "target_names", ())))


def _shifted(source: str, x: Any, spread: Any) -> Any:
    if source == "digits":
        return np.roll(x.reshape(-1, 8, 8), 1, axis=2).reshape(-1, 64)
    return x + 0.3 * spread


def measure_classifier(source: str, recipe: Recipe) -> Measured:
    """Accuracy, macro F1 and, where the model gives probabilities, log loss; AUC and recall when there are two classes."""
    data = split(source)
    model, train_seconds = timed(lambda: recipe.estimator(scaled=source != "digits").fit(*data.train))
    results = [result(dataset, _classification(model, x, y)) for dataset, x, y in data.tests]
    return Measured(results, train_seconds, _insight(model, data))


def _latency(model: Any, x: Any) -> float:
    """Milliseconds for one sample, from the middle of three passes over the data set."""
    return sorted(timed(lambda: model.predict(x))[1] for _ in range(3))[1] * 1000 / len(x)


def _classification(model: Any, x: Any, y: Any) -> dict[str, Any]:
    predicted = model.predict(x)
    values = {"accuracy": metrics.accuracy_score(y, predicted), "macro_f1": metrics.f1_score(y, predicted, average="macro")}
    if hasattr(model, "predict_proba"):
        values["log_loss"] = metrics.log_loss(y, model.predict_proba(x))
    if len(np.unique(y)) == 2:
        scores = model.decision_function(x) if hasattr(model, "decision_function") else model.predict_proba(x)[:, 1]
        values |= {"auc": metrics.roc_auc_score(y, scores), "recall": metrics.recall_score(y, predicted, pos_label=0)}
    values["latency_ms"] = _latency(model, x)
    return {name: rounded(value) for name, value in values.items()} | {"n": len(y)}


def _insight(model: Any, data: Split) -> dict[str, Any]:
    """Give what some versions report besides plain numbers: F1 by class, the confusion matrix, the loss while training."""
    _, x, y = data.tests[0]
    predicted = model.predict(x)
    by_class = metrics.f1_score(y, predicted, average=None)
    extras: dict[str, Any] = {
        "confusion_matrix": metrics.confusion_matrix(y, predicted).tolist(),
        "by_class": {name: {"f1": rounded(value)} for name, value in zip(data.classes, by_class, strict=True)},
    }
    losses = getattr(model[-1], "loss_curve_", None)
    if losses:
        steps = range(0, len(losses), max(1, len(losses) // 12))
        extras["loss_curve"] = [{"step": step, "value": rounded(losses[step])} for step in steps]
    return extras


def measure_regressor(source: str, recipe: Recipe) -> Measured:
    """Mean absolute error, root mean squared error, R2 and mean absolute percentage error."""
    data = split(source)
    model, train_seconds = timed(lambda: recipe.estimator().fit(*data.train))
    results = [result(dataset, _regression(model, x, y)) for dataset, x, y in data.tests]
    return Measured(results, train_seconds)


def _regression(model: Any, x: Any, y: Any) -> dict[str, Any]:
    predicted = model.predict(x)
    values = {
        "mae": metrics.mean_absolute_error(y, predicted),
        "rmse": metrics.root_mean_squared_error(y, predicted),
        "r2": metrics.r2_score(y, predicted),
        "mape": metrics.mean_absolute_percentage_error(y, predicted),
        "latency_ms": _latency(model, x),
    }
    return {name: rounded(value) for name, value in values.items()} | {"n": len(y)}


def measure_linnerud(recipe: Recipe) -> Measured:
    """Leave one out of twenty, three targets at once: the metrics are nested by target."""
    bunch = datasets.load_linnerud()
    estimate = lambda: cross_val_predict(recipe.estimator(), bunch.data, bunch.target, cv=LeaveOneOut())  # noqa: E731
    predicted, train_seconds = timed(estimate)
    errors = metrics.mean_absolute_error(bunch.target, predicted, multioutput="raw_values")
    nested = {name: rounded(value) for name, value in zip(bunch.target_names, errors, strict=True)}
    values = {"mae": nested, "r2": rounded(metrics.r2_score(bunch.target, predicted)), "n": len(bunch.target)}
    return Measured([result({"DatasetId": "d-linnerudloo0001"}, values)], train_seconds)


def measure_denoiser(recipe: Recipe) -> Measured:
    """Project noisy images of digits on the principal components of clean ones; peak signal-to-noise ratio in dB."""
    data = split("digits")
    pca, train_seconds = timed(lambda: PCA(**recipe.parameters, svd_solver="full").fit(data.train[0]))
    clean = data.tests[0][1]
    results = []
    for percent in (12, 25):
        noisy = clean + np.random.default_rng(percent).normal(scale=percent / 100, size=clean.shape)
        restored, seconds = timed(lambda noisy=noisy: np.clip(pca.inverse_transform(pca.transform(noisy)), 0, 1))
        rmse = math.sqrt(float(np.mean((restored - clean) ** 2)))
        values = {"psnr_db": rounded(-20 * math.log10(rmse)), "rmse": rounded(rmse), "n": len(clean)}
        values["latency_ms"] = rounded(seconds * 1000 / len(clean))
        results.append(result({"Uri": f"{BUCKET}/digits/noise-{percent}/"}, values))
    return Measured(results, train_seconds)


_TEXTS = {"d-descrwine0000001": "wine", "d-descrdiabetes001": "diabetes", "d-descrlinnerud001": "linnerud"}


@cache
def _description(source: str) -> str:
    return str(getattr(datasets, f"load_{source}")().DESCR)


def measure_language_model(recipe: Recipe) -> Measured:
    """Count the characters of some data sets' descriptions; perplexity per character of that n-gram model on unseen ones."""
    order, weight = recipe.parameters["order"], recipe.parameters["weight"]
    text = "".join(_description(source) for source in ("digits", "iris", "breast_cancer"))
    counts, train_seconds = timed(lambda: _count(text, order))
    results = []
    for dataset_id, source in _TEXTS.items():
        unseen = _description(source)
        bits, seconds = timed(lambda unseen=unseen: _bits(counts, unseen, order, weight))
        values = {"perplexity": rounded(2**bits), "bits_per_char": rounded(bits), "n": len(unseen)}
        values["latency_ms"] = rounded(seconds * 1000 / len(unseen))
        results.append(result({"DatasetId": dataset_id}, values))
    return Measured(results, train_seconds)


def _count(text: str, order: int) -> Counter[str]:
    return Counter(text[start : start + size] for size in range(order + 1) for start in range(len(text) - size))


def _bits(counts: Counter[str], text: str, order: int, weight: float) -> float:
    """Mean bits per character; each order is interpolated with the next lower one, the lowest is uniform over 256."""
    total = 0.0
    for position, character in enumerate(text):
        chance = 1 / 256
        for size in range(order):
            context = text[max(0, position - size) : position]
            if len(context) < size:
                break
            chance = (counts[context + character] + weight * chance) / (counts[context] + weight)
        total -= math.log2(chance)
    return total / len(text)

"""Make pai_notebook/demo/registry.json.bz2, the data of the embedded registry, by training its models.

    python -m tests.data.make_demo_registry            train everything (a quarter of a minute) and write the file
    python -m tests.data.make_demo_registry --check    train every seventh version again and compare with the file

What is measured: every number under Metrics. Classifiers and regressors are trained on data sets that come with
scikit-learn and evaluated on a hold-out, on the same with noise and on the same shifted (`demo_measurements.py`);
accuracy, macro_f1, log_loss, auc, recall, mae, rmse, r2, mape, psnr_db, perplexity and `n`, the number of samples.
`train_seconds` and `latency_ms` (per sample) are this machine's; they are the only numbers that a second run changes.
What is made up: names, people, dates, labels, addresses, and the specs of the public model, whose Metrics stay empty.
Odd forms of Metrics (text, null, nested, flat, absent) are the measured numbers, written the way some teams write them.
"""

from __future__ import annotations

import argparse
import bz2
import copy
import hashlib
import json
import math
import random
import sys
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning

from tests.data.demo_measurements import TIMINGS, Measured, rounded
from tests.data.demo_plan import PLANS, Plan, Planned, public_model

TARGET = Path(__file__).parents[2] / "pai_notebook" / "demo" / "registry.json.bz2"
LARGEST_METRICS = 8192
PEOPLE = ("张三", "李四", "wang.wu", "maria")
STAGES = ("实验", "灰度", "生产")
USERS = ("203418754219876543", "287719005512340077", "1557702098123456")
# Account, name of the account, name as it is shown, kind of account, role.
MEMBERS = (
    (USERS[0], "pai-demo", "张三", "1", "PAI.WorkspaceOwner"),
    (USERS[1], "lisi", "李四", "5", "PAI.AlgoDeveloper"),
    (USERS[2], "wang.wu", "wang.wu", "5", "PAI.AlgoDeveloper"),
)
# Id, name, workspace, folder, number of samples.
DATASETS = (
    *(
        (f"d-{short}{kind}{number}", f"{short}-{kind}", workspace, f"{short}/{kind}", count)
        for short, workspace, count in (
            ("digits", "10241", 540),
            ("breastcancer", "10241", 171),
            ("wine", "10241", 54),
            ("iris", "20482", 45),
            ("diabetes", "10241", 133),
        )
        for kind, number in (("holdout", "0001"), ("noisy", "00001"))
    ),
    ("d-linnerudloo0001", "linnerud-leave-one-out", "20482", "linnerud/loo", 20),
    ("d-descrwine0000001", "descriptions-wine", "10241", "descriptions/wine", 3367),
    ("d-descrdiabetes001", "descriptions-diabetes", "10241", "descriptions/diabetes", 1455),
    ("d-descrlinnerud001", "descriptions-linnerud", "10241", "descriptions/linnerud", 704),
)
Document = dict[str, Any]


def model_id(name: str) -> str:
    """Give the id of a model: fixed by its name, in the service's form."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:12])
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "model-rbvg5w" + "".join(letters[number // 36**place % 36] for place in range(12))


def written(moment: datetime, *, exact: bool) -> str:
    """Write a time in one of the two forms that the service uses."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z" if exact else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def created_times(plan: Plan) -> dict[str, datetime]:
    """Give every version a day; those marked late come last, whatever their name."""
    moment = datetime.fromisoformat(plan.began).replace(tzinfo=UTC)
    times = {}
    for planned in sorted(plan.versions, key=lambda planned: planned.late):
        chance = random.Random(f"{plan.name}/{planned.name}/time")
        moment += timedelta(days=chance.choice((2, 4, 7, 11)), seconds=chance.randrange(36000), milliseconds=chance.randrange(1000))
        times[planned.name] = moment
    return times


def version_document(plan: Plan, planned: Planned, created: datetime) -> Document:
    """Train one version and describe it as the service would."""
    chance = random.Random(f"{plan.name}/{planned.name}")
    measured = plan.measure(planned.recipe)
    chance.shuffle(measured.results)
    modified = created + timedelta(hours=chance.randrange(1, 400), seconds=chance.randrange(3600))
    source_type = chance.choice(("Custom", "PAIFlow", "TrainingService"))
    document = {
        "VersionName": planned.name,
        "VersionDescription": planned.description or plan.describe(planned),
        "Uri": planned.uri or f"oss://pai-demo-models.oss-cn-hangzhou.aliyuncs.com/{plan.folder}/{planned.name}/",
        "GmtCreateTime": written(created, exact=chance.random() < 0.8),
        "GmtModifiedTime": written(modified, exact=False),
        "UserId": chance.choice(USERS),
        "OwnerId": USERS[0],
        "Labels": _labels(plan, planned, chance),
        "Metrics": _metrics(measured),
        **plan.specs(planned, measured),
        "ExtraInfo": plan.extra(planned),
        "Options": json.dumps({"seed": 7}) if chance.random() < 0.5 else chance.choice(("", "{}")),
        "FormatType": planned.format or plan.format,
        "FrameworkType": plan.framework,
        "SourceType": source_type,
        "SourceId": _source_id(source_type, planned, chance),
        "ApprovalStatus": planned.approval,
    }
    if planned.odd is not None:
        planned.odd(document, measured)
    return document


def _labels(plan: Plan, planned: Planned, chance: random.Random) -> list[dict[str, str]]:
    stage = {"Approved": "生产", "Rejected": "实验"}.get(planned.approval) or chance.choice(STAGES[:2])
    pairs = [("所有者", chance.choice(PEOPLE)), ("阶段", stage), ("env", "prod" if stage == "生产" else "test")]
    if planned.recipe is not None:
        pairs.append(("algorithm", planned.recipe.algorithm))
    pairs += [*plan.labels, *planned.labels]
    chance.shuffle(pairs)
    return [{"Key": key, "Value": value} for key, value in pairs]


def _metrics(measured: Measured) -> Document:
    metrics: Document = {"Results": copy.deepcopy(measured.results)}
    if measured.train_seconds:
        metrics["train_seconds"] = rounded(measured.train_seconds)
    return metrics


def _source_id(source_type: str, planned: Planned, chance: random.Random) -> str:
    if source_type == "Custom":
        return chance.choice(("", "notebook", f"git {chance.getrandbits(28):07x}"))
    kind, prefix = {"PAIFlow": ("PipelineRun", "run"), "TrainingService": ("ServiceJob", "job")}[source_type]
    return f"region=cn-hangzhou,workspaceId={planned.workspace_id},kind={kind},id={prefix}-{chance.getrandbits(48):012x}"


def model_document(plan: Plan) -> Document:
    """Describe the model itself."""
    began = datetime.fromisoformat(plan.began).replace(tzinfo=UTC)
    return {
        "ModelId": model_id(plan.name),
        "ModelName": plan.name,
        "ModelDescription": plan.description,
        "ModelDoc": f"https://docs.example/{plan.folder}.md",
        "ModelType": "Checkpoint",
        "Domain": plan.domain,
        "Task": plan.task,
        "Origin": plan.origin,
        "Provider": plan.provider,
        "Accessibility": "PUBLIC" if plan.provider else "PRIVATE",
        "WorkspaceId": plan.workspace_id,
        "UserId": USERS[0],
        "OwnerId": USERS[0],
        "GmtCreateTime": written(began, exact=True),
        "GmtModifiedTime": written(began + timedelta(days=200), exact=False),
        "Labels": [{"Key": key, "Value": value} for key, value in plan.model_labels],
        "Tags": [{"Key": "series", "Value": plan.folder}],
        "Collections": ["QuickStart"] if plan.provider else [],
        "OrderNumber": 0,
        "ParameterSize": plan.parameter_size,
        "ExtraInfo": {},
    }


def dataset_document(dataset_id: str, name: str, workspace_id: str, folder: str, count: int) -> Document:
    """Describe a dataset of the hold-outs: made up, but for the number of samples."""
    uri = f"oss://pai-demo-data.oss-cn-hangzhou.aliyuncs.com/{folder}/"
    made = {"GmtCreateTime": "2025-01-10T03:00:00.000Z", "GmtModifiedTime": "2025-01-10T03:00:00.000Z", "DataSourceType": "OSS", "Uri": uri}
    return {
        "DatasetId": dataset_id,
        "Name": name,
        "Description": f"{count} samples that no model was trained on",
        "DataType": "COMMON",
        "Property": "DIRECTORY",
        "Accessibility": "PUBLIC",
        "WorkspaceId": workspace_id,
        "UserId": USERS[0],
        "OwnerId": USERS[0],
        "Labels": [],
        **made,
        "Versions": [{**made, "VersionName": "v1", "DataCount": count, "DataSize": 1024 * count, "Property": "DIRECTORY", "Labels": []}],
    }


def members() -> dict[str, list[Document]]:
    """Say who works in the two workspaces."""
    people = [
        {
            "MemberId": f"{number}-{user}",
            "UserId": user,
            "MemberName": account,
            "AccountName": account,
            "DisplayName": name,
            "AccountType": kind,
            "GmtCreateTime": "2025-01-01T00:00:00.000Z",
            "Roles": [role],
        }
        for number, (user, account, name, kind, role) in enumerate(MEMBERS)
    ]
    return {"10241": people, "20482": people[:2]}


def named() -> Document:
    """Give what only says what things are called: datasets and members."""
    return {"datasets": [dataset_document(*each) for each in DATASETS], "members": members()}


def versions_of(plan: Plan, every: int = 1) -> list[Document]:
    """Train every n-th version of a model."""
    times = created_times(plan)
    return [version_document(plan, planned, times[planned.name]) for planned in plan.versions[::every]]


def build() -> Document:
    """Train everything."""
    content: Document = {"made_with": {"numpy": np.__version__, "scikit-learn": sklearn.__version__}, "models": [], "versions": {}}
    for plan in PLANS:
        content["models"].append(model_document(plan))
        content["versions"][model_id(plan.name)] = versions_of(plan)
        sys.stderr.write(f"{plan.name}: {len(plan.versions)} versions\n")
    document, versions = public_model(model_document)
    content["models"].append(document)
    content["versions"][document["ModelId"]] = versions
    return {**content, **named()}


def write(content: Document) -> int:
    """Check the service's limit on Metrics and write the file; give its size in bytes."""
    for versions in content["versions"].values():
        for version in versions:
            assert len(json.dumps(version.get("Metrics"))) <= LARGEST_METRICS, version["VersionName"]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    packed = bz2.compress(text.encode())
    TARGET.write_bytes(packed)
    return len(packed)


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """List where two documents differ in anything but timings; numbers may differ in the sixth digit."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = sorted((old.keys() | new.keys()) - TIMINGS)
        return [line for name in names for line in differences(old.get(name), new.get(name), f"{path}/{name}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [line for index, pair in enumerate(zip(old, new, strict=True)) for line in differences(*pair, f"{path}/{index}")]
    close = isinstance(old, float) and isinstance(new, float) and math.isclose(old, new, rel_tol=2e-5, abs_tol=1e-9)
    return [] if close or old == new else [f"{path}: {old!r} in the file, {new!r} now"]


def check(every: int) -> list[str]:
    """Train a sample again; list what differs from the file."""
    bundled = json.loads(bz2.decompress(TARGET.read_bytes()))
    found = differences({key: bundled.get(key) for key in named()}, named())
    for plan in PLANS:
        held = {version["VersionName"]: version for version in bundled["versions"][model_id(plan.name)]}
        for version in versions_of(plan, every):
            found += differences(held[version["VersionName"]], version, f"{plan.name}@{version['VersionName']}")
    return found


def main() -> int:
    """Make the file, or check it; give the exit status."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # few iterations are a hyper-parameter here
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="train a sample again and compare with the file")
    if parser.parse_args().check:
        found = check(every=7)
        sys.stdout.write("\n".join(found) + "\n" if found else "the bundled file is what a run of this script makes\n")
        return 1 if found else 0
    size = write(build())
    sys.stdout.write(f"{TARGET.name}: {size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

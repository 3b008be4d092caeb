"""Descriptions of everything that the package shows, as realistic and as nasty as they come."""

import random

from pai_notebook.display import (
    Badge,
    Block,
    Card,
    Chips,
    Code,
    Column,
    Diff,
    Facts,
    Heading,
    Lines,
    Link,
    Mark,
    Missing,
    Note,
    Number,
    Section,
    Stack,
    Table,
    describe_error,
)
from pai_notebook.errors import PermissionDenied, VersionNotFound
from pai_notebook.model.trees import count_values, tree_of

TRAINING = {
    "AlgorithmSpec": {
        "Command": "python train.py --config configs/roberta.yaml",
        "Image": "registry.cn-hangzhou.aliyuncs.com/pai-dlc/pytorch-training:2.1-gpu",
        "InputChannels": [{"Name": "train", "Required": True}, {"Name": "validation", "Required": False}],
    },
    "HyperParameters": [
        {"Name": "learning_rate", "Value": "5e-5"},
        {"Name": "epochs", "Value": "3"},
        {"Name": "max_length", "Value": "256"},
        {"Name": "optimizer", "Value": "adamw"},
    ],
    "ComputeResource": {"EcsCount": 1, "EcsSpec": "ecs.gn6i-c8g1.2xlarge"},
    "Preemptible": False,
}
INFERENCE = {
    "metadata": {"cpu": 4, "memory": 16000, "instance": 1, "gpu": None},
    "containers": [{"image": "eas-registry-vpc.cn-hangzhou.cr.aliyuncs.com/pai-eas/chat-llm:2.1", "port": 8000, "script": "python app.py"}],
    "cloud": {"computing": {"instances": [{"type": "ecs.gn7i-c8g1.2xlarge"}]}},
}
DESCRIPTION = (
    "RoBERTa-wwm fine-tuned on 1.2 M hotel and restaurant reviews of 2024, with hard negatives from the March error analysis. "
    "Longer inputs than in 0.x: 256 tokens instead of 128."
)


def spec(title: str, value: object) -> Section:
    return Section(title, [tree_of(value)], folded=True, summary=f"{count_values(value)} values")


def version_card() -> Card:
    datasets = ["d-7tx3ge0fjq1a", "d-hotel-2024", "oss://bucket/eval/long.jsonl"]
    rows = [
        ("accuracy", "0.9132", "0.9005", "0.874"),
        ("f1_macro", "0.9087", "0.8973", "0.8611"),
        ("loss", "0.2417", "0.283", "0.3561"),
        ("latency_ms", "11.8", "12.1", "31.25"),
        ("n", "12500", "4820", None),
    ]
    shares = ("accuracy", "f1_macro")
    table = [
        [name, *(Number(v, float(v) if name in shares else None) if v else Missing("absent") for v in values)] for name, *values in rows
    ]
    return Card(
        "sentiment-zh@1.2.0",
        "Pytorch · SavedModel · created 2024-05-03 12:51:33 UTC · modified 2024-05-04 08:00:00 UTC",
        badges=[Badge("Approved", "good")],
        blocks=[
            Note(DESCRIPTION),
            Table(["metric", *(Column(name, align="right", group="dataset") for name in datasets)], table, caption="Metrics"),
            Facts(
                [
                    ("labels", Chips([("env", "prod"), ("team", "nlp-应用"), ("release", "2024Q2"), "gpu"])),
                    ("storage", Code("oss://pai-models-hz.oss-cn-hangzhou-internal.aliyuncs.com/sentiment/1.2.0/")),
                    (
                        "source",
                        (
                            "TrainingService",
                            Link("train1abc2def3", "https://pai.console.aliyun.com/?regionId=cn-hangzhou#/jobs/train1abc2def3"),
                        ),
                    ),
                    ("owner", Code("1557702098194904")),
                ]
            ),
            spec("Training spec", TRAINING),
            spec("Inference spec", INFERENCE),
        ],
        footer="request 2A1B3C4D-5E6F-7081-92A3-B4C5D6E7F809 · fetched 2024-05-05 09:00:00 UTC",
    )


def bare_card() -> Card:
    return Card(
        "model-rbvg5wzljz3pks92@0.1.0",
        "framework, format and times unknown",
        badges=[Badge("no approval status")],
        blocks=[
            Note("No metrics recorded."),
            Facts([("labels", Missing("none")), ("storage", Missing("not recorded")), ("source", Missing("not recorded"))]),
            Note("Labels is a map, not a list; shown as it came", "warn"),
        ],
    )


def version_list(count: int = 50, metrics: int = 5, total: int | None = 143) -> Table:
    dice = random.Random(7)
    states = [Badge("Approved", "good"), Badge("Pending"), Badge("Rejected", "bad")]
    names = ["accuracy", "f1_macro", "loss", "rtf", "latency_ms", *(f"metric_{n}" for n in range(100))][:metrics]
    rows = []
    for n in range(count):
        values = [dice.random() for _ in names]
        shapes = [
            Missing("absent") if dice.random() < 0.05 else Number(f"{v:.4f}", v if name in ("accuracy", "f1_macro") else None)
            for name, v in zip(names, values, strict=True)
        ]
        labels = Chips([("env", "prod" if n % 3 else "test"), ("seed", str(n))])
        rows.append([f"0.{n}.0", states[n % 3], f"2024-0{1 + n // 28}-{1 + n % 28:02}", *shapes, labels])
    return Table(
        ["version", "approval", "created", *(Column(name, align="right", group="d-hotel-2024") for name in names), "labels"],
        rows,
        caption="sentiment-zh",
        note="the newest by natural order; .to_frame() has all",
        total=total,
        unit="versions",
    )


def comparison(versions: int = 3, metrics: int = 8) -> Stack:
    dice = random.Random(5)
    heads = [Column(("0.9.0", Mark("◆", "baseline")), align="right")]
    heads += [Column(f"0.{10 + n}.0", align="right") for n in range(versions - 1)]
    rows = [Heading("metrics", summary="2 datasets · 11 identical rows folded")]
    for n in range(metrics):
        base = dice.random()
        cells = [Number(f"{base:.4f}"), *(compared(dice, base) for _ in range(versions - 1))]
        rows.append([("cer", "rtf", "accuracy", "f1_macro")[n % 4], f"d-{'abcdefghij'[n // 4 % 10]}", *cells])
    rows += [Heading("labels"), ["env", "", "test", *(("prod", Mark("≠", "changed")) for _ in range(versions - 1))]]
    rows += [Heading("training spec"), ["HyperParameters.learning_rate", "", "5e-05", *("5e-05" for _ in range(versions - 1))]]
    return Stack(
        [
            Note("2 of 3 could be fetched; 9.9.9: not found", "warn"),
            Table(
                ["name", "dataset", *heads],
                rows,
                caption="sentiment-zh: 3 versions against 0.9.0 (newest approved)",
                note=Lines(
                    [
                        "direction: cer told (min), rtf inferred (min), f1_macro inferred (max)",
                        "11 identical rows hidden; only='all' shows them",
                    ]
                ),
                row_headers=2,
            ),
        ]
    )


def compared(dice: random.Random, base: float):
    kind = dice.random()
    if kind < 0.1:
        return Missing("absent")
    if kind < 0.2:
        return Number(f"{base:.4f}", marks=[Mark("=", "same")])
    delta = dice.uniform(-0.05, 0.05)
    better = delta < 0
    mark = Mark("▼" if delta < 0 else "▲", "better" if better else "worse", tone="good" if better else "bad")
    best = [Mark("★", "best", tone="good")] if kind > 0.85 else []
    return Number(f"{base + delta:.4f}", delta=f"{delta:+.4f} ({delta / base:+.1%})".replace("-", "−"), marks=[mark, *best])


def differences() -> Card:
    return Card(
        "sentiment-zh: 1.1.0 → 1.2.0",
        blocks=[
            Facts(
                [
                    ("description", Diff(DESCRIPTION.replace("2024", "2023").replace("256", "192"), DESCRIPTION)),
                    ("模型说明", Diff("中文情感分析模型，基于酒店评论训练", "中文情感分析模型，基于酒店和餐馆评论微调")),
                    ("storage", Diff("oss://b/sentiment/1.1.0/", "oss://b/sentiment/1.2.0/")),
                ]
            )
        ],
    )


def stress_card() -> Card:
    long = "x" * 128
    metrics = [
        [f"metric_{n}" if n % 7 else f"very.long.path.of.a.metric.that.somebody.nested.{n}", Number(f"{n / 60:.3f}", n / 60)]
        for n in range(60)
    ]
    return Card(
        "مرحبا نموذج 模型-极长的名字-abcdefghijklmnopqrstuvwxyz0123456789@1.0.0_final",
        "自定义框架 · 👩\u200d🔬 emoji · עברית",
        badges=[Badge("Rejected", "bad")],
        blocks=[
            Note("第一行：中文描述，包含全角标点。\n第二行 with \x1b[2J control and \u202ebidi\u202c characters.\n\n" + "很长的段落" * 40),
            Note("n" * 1300),
            Table(["metric", Column("value", align="right")], metrics, caption="Metrics"),
            Facts(
                [
                    ("labels", Chips([("key-" + long[:60], long), *((f"k{n}", f"v{n}") for n in range(499))])),
                    ("rtl", Chips([("مفتاح", "قيمة"), ("key", "ערך"), ("键", "值")])),
                    ("storage", Code("oss://" + "a" * 300)),
                    ("link", Link("not a link", "javascript:alert(1)")),
                    ("big", "M" * 2**20),
                ]
            ),
            Section(
                "Spec", [tree_of({"a": {"b": {"c": {"d": {"e": "deep"}}}}, "long": long * 3, "list": [{"x": 1}, {"x": 2}]})], folded=True
            ),
        ],
    )


def errors() -> Stack:
    return Stack(
        [
            describe_error(
                VersionNotFound(
                    "model-rbvg5wzljz3pks92 has no version 1.2.1.",
                    hint="The nearest are 1.2.0 and 1.3.0; %paimodel ls model-rbvg5wzljz3pks92 lists all.",
                    code="201300003",
                    status=404,
                    request_id="2A1B3C4D-5E6F-7081-92A3-B4C5D6E7F809",
                    model_id="model-rbvg5wzljz3pks92",
                    version_name="1.2.1",
                )
            ),
            describe_error(
                PermissionDenied(
                    "this key may not read models in cn-hangzhou",
                    hint="Ask for the RAM action paimodel:GetModelVersion on the workspace.",
                    code="NoPermission",
                    status=403,
                    request_id="5A14",
                    action="GetModelVersion",
                    region="cn-hangzhou",
                )
            ),
        ]
    )


def notes() -> Stack:
    tones = ("neutral", "info", "good", "bad", "warn")
    return Stack([Note("A plain paragraph."), *(Note(f"A {tone} note that says something.", tone) for tone in tones)])


SAMPLES: dict[str, Block] = {
    "card": version_card(),
    "bare card": bare_card(),
    "list": version_list(12, total=143),
    "comparison": comparison(),
    "differences": differences(),
    "errors": errors(),
    "notes": notes(),
    "tree": spec("Inference spec", INFERENCE),
    "stress": stress_card(),
    "wide comparison": comparison(20, 12),
}

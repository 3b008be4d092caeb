"""The corpora under tests/data/corpora: lists of cases with the treatment each should get."""

import base64
import json
from pathlib import Path

_HERE = Path(__file__).parents[1] / "data" / "corpora"


def load(name: str) -> list[dict]:
    """The cases of one corpus, long values written out."""
    items = json.loads((_HERE / f"{name}.json").read_text("utf-8"))["items"]
    for item in items:
        if recipe := item.get("value_gen"):
            item["value"] = recipe.get("prefix", "") + recipe["repeat"] * recipe["count"] + recipe.get("suffix", "")
    return items


def body(case: dict) -> bytes:
    """The bytes of a JSON body case."""
    if "body_b64" in case:
        return base64.b64decode(case["body_b64"])
    recipe = case["gen"]
    prefix, suffix = recipe["prefix"].encode(), recipe["suffix"].encode()
    if recipe["kind"] == "wrap":
        return prefix + recipe["repeat"].encode() * recipe["count"] + suffix
    if recipe["kind"] == "nest":
        middle = recipe["open"].encode() * recipe["count"] + recipe.get("mid", "").encode() + recipe["close"].encode() * recipe["count"]
        return prefix + middle + suffix
    return prefix + b",".join(recipe["item"].replace("#", str(number)).encode() for number in range(recipe["count"])) + suffix

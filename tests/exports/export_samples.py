"""Strings that are dangerous in one export format or another."""

import json
from pathlib import Path

CORPORA = Path(__file__).parents[1] / "data" / "corpora"


def strings(*targets):
    """Strings of the export corpus for these targets, all without any."""
    items = json.loads((CORPORA / "exports.json").read_text("utf-8"))["items"]
    return [_value(item) for item in items if not targets or item["target"] in targets]


def _value(item):
    made = item.get("value_gen")
    return made["repeat"] * made["count"] if made else item["value"]


def latex_rows(text):
    """Rows of the body of a LaTeX table, floating or long."""
    return text.rpartition(r"\midrule")[2].partition(r"\bottomrule")[0].replace(r"\endhead", "").strip().splitlines()

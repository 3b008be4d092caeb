"""Hostile strings from tests/data/corpora, mutations of them, and every field of every shape to put them in."""

import json
import random
import re
from pathlib import Path

from pai_notebook.display import (
    Badge,
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
    Picture,
    Section,
    Stack,
    Table,
    describe_error,
)
from pai_notebook.errors import FetchErrors, PaiError, VersionNotFound
from pai_notebook.model.trees import tree_of

CORPORA = Path(__file__).parent.parent / "data" / "corpora"
SPICE = [
    "<",
    ">",
    '"',
    "'",
    "&",
    "`",
    "\\",
    "|",
    "\n",
    "\x00",
    "\u202e",
    "\ufeff",
    "\ud800",
    "</style>",
    "-->",
    "&lt;",
    "{{",
    "{%",
    "$",
    "%00",
    "\u2028",
]


def items(name: str, folder: Path = CORPORA) -> list[dict]:
    path = folder / f"{name}.json"
    return json.loads(path.read_text("utf-8"))["items"] if path.exists() or folder == CORPORA else []


def strings(folder: Path = CORPORA) -> list[str]:
    """Strings of the corpora: payloads, values, keys and values inside documents; of the plain words only some."""
    found = [item["payload"] for item in items("xss", folder)]
    found += [_made(item) for item in items("naughty", folder)]
    for item in items("dicts", folder):
        found += _inside(item["doc"])
    plain = [text for text in found if re.fullmatch(r"[A-Za-z0-9_. -]*", text)]
    return list(dict.fromkeys([text for text in found if text not in set(plain)] + plain[:20]))


def _made(item: dict) -> str:
    recipe = item.get("value_gen")
    return recipe.get("prefix", "") + recipe["repeat"] * recipe["count"] + recipe.get("suffix", "") if recipe else item["value"]


def _inside(document) -> list[str]:
    if isinstance(document, dict):
        return [text for key, value in document.items() for text in [key, *_inside(value)]]
    if isinstance(document, list):
        return [text for value in document for text in _inside(value)]
    return [document] if isinstance(document, str) else []


def mutated(count: int, seed: int = 20240503) -> list[str]:
    """The same `count` mutations in every run with the same seed: cut, joined, spiced, with the case turned."""
    dice = random.Random(seed)
    sources = [text for text in strings() if 0 < len(text) < 200]
    out = []
    for _ in range(count):
        one, two = dice.choice(sources), dice.choice(sources)
        text = one[: dice.randrange(len(one) + 1)] + two[dice.randrange(len(two)) :]
        for _ in range(dice.randrange(4)):
            place = dice.randrange(len(text) + 1)
            text = text[:place] + dice.choice(SPICE) + text[place:]
        out.append("".join(c.swapcase() if dice.random() < 0.1 else c for c in text))
    return out


def _error(**fields) -> PaiError:
    return VersionNotFound(**({"message": "m", "hint": "h"} | fields))


FIELDS = {
    "str": lambda s: Note((s, "end")),
    "prose": Note,
    "warning": lambda s: Note(s, "warn"),
    "code": lambda s: Facts([("k", ("start", Code(s), "end"))]),
    "link text": lambda s: Note(Link(s or "x", "https://example.com/")),
    "link address": lambda s: Note(Link("job", s)),
    "picture address": lambda s: Note(Picture("cover", s)),
    "badge word": lambda s: Note(Badge(s, "good")),
    "badge symbol": lambda s: Note(Badge("word", symbol=s or "x")),
    "mark": lambda s: Note((Mark("▲", s), "end")),
    "mark symbol": lambda s: Note(Mark(s, "worse", tone="bad")),
    "number": lambda s: Table(["k", Column("v", align="right")], [["a", Number(s, 0.5)], ["b", Number("0.1")]]),
    "delta": lambda s: Table(["k", Column("v", align="right")], [["a", Number("1", delta=s or "x", marks=[Mark("▲", s)])]]),
    "missing": lambda s: Note((Missing(s), "end")),
    "chip": lambda s: Note(Chips([s])),
    "chip key": lambda s: Note(Chips([(s, "v")])),
    "chip value": lambda s: Note(Chips([("k", s)])),
    "lines": lambda s: Note(Lines([s, "end"])),
    "cell": lambda s: Table(["k", "v"], [["a", s], [s, "b"]]),
    "cell on the right": lambda s: Table(["k", Column("v", align="right")], [["a", s], ["b", (s, Mark("≠", "changed"))]]),
    "missing on the right": lambda s: Table(["k", Column("v", align="right")], [["a", Missing(s)]]),
    "header": lambda s: Table([s, Column(s, align="right")], [["a", "b"]]),
    "group": lambda s: Table(["k", Column("v", group=s or "x"), Column("w", group=s or "x")], [["a", "b", "c"]]),
    "caption": lambda s: Table(["k"], [["a"]], caption=s or "x"),
    "table note": lambda s: Table(["k"], [["a"]], note=s or "x"),
    "table unit": lambda s: Table(["k"], [["a"]], total=9, unit=s),
    "heading": lambda s: Table(["k", "v"], [Heading(s, summary=s or "x"), ["a", "b"]]),
    "fact name": lambda s: Facts([(s, "v")]),
    "fact value": lambda s: Facts([("k", s), ("l", "w")]),
    "tree key": lambda s: tree_of({s or "x": {"a": 1, "b": 2}, "z": 1}),
    "tree value": lambda s: tree_of({"a": s, "z": 1}),
    "tree list": lambda s: tree_of([{"a": s, "b": s}, 1]),
    "section": lambda s: Section(s, [Note("x")], summary=s or "x"),
    "folded section": lambda s: Section(s, [Note("x")], folded=True, summary=s or "x"),
    "title": Card,
    "error title": lambda s: Card(s, tone="bad"),
    "subtitle": lambda s: Card("c", s or "x"),
    "footer": lambda s: Card("c", footer=s or "x"),
    "card badge": lambda s: Card("c", badges=[Badge(s), Mark("★", s)]),
    "stacked": lambda s: Stack([Note(s), Note("end")]),
    "error message": lambda s: describe_error(_error(message=s)),
    "error hint": lambda s: describe_error(_error(hint=s or "x")),
    "error code": lambda s: describe_error(_error(code=s or "x")),
    "error request": lambda s: describe_error(_error(request_id=s or "x")),
    "error model": lambda s: describe_error(_error(model_id=s or "x")),
    "error address": lambda s: describe_error(FetchErrors("m", errors={s: PaiError(s)})),
    "diff": lambda s: Facts([("k", Diff("qqq", s or "x"))]),
}

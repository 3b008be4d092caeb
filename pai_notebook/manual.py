"""The manual of `%paimodel`, for `help`, `help VERB` and `%paimodel?`."""

from __future__ import annotations

from pai_notebook.display import Block, Code, Displayed, Inline, Lines, Section, Stack, Table
from pai_notebook.grammar import OPTIONS, VERBS

__all__ = ["EXAMPLES", "Manual"]

EXAMPLES: dict[str, tuple[str, ...]] = {
    "show": ("%paimodel model-a@latest", "%paimodel model-a 0.1.0", "v = %paimodel model-a@approved"),
    "ls": ("%paimodel ls", "%paimodel ls --query 情感", "%paimodel ls model-a --label env=prod --last 10"),
    "compare": ("%paimodel model-a@0.1.0,0.2.0", "%paimodel compare model-a@last:5 --baseline approved --mode cer=min"),
    "explain": ("%paimodel explain model-a@0.1.0,0.2.0 --lang zh",),
    "explore": ("%paimodel explore", "%paimodel explore model-a"),
    "report": ("%paimodel report model-a@last:5 --to report.html",),
    "watch": ("%paimodel watch model-a@latest --every 60",),
    "connect": ("%paimodel connect demo", "%paimodel connect --region cn-hangzhou --workspace 1234"),
    "help": ("%paimodel help", "%paimodel help compare"),
}
_ADDRESSES = (
    ("model-a", "the model, all its versions"),
    ("model-a@0.1.0  or  model-a 0.1.0", "one version; more with commas or spaces"),
    ("model-a@latest, model-a@approved", "the highest version, the highest approved one (natural order)"),
    ("model-a@last:5", "the five highest versions"),
    ("model-a@0.1.0..0.9.0", "a range, both ends included, which need not exist"),
    ("model-a@1.*", "a glob"),
)
_WRITE = ("--to", "--overwrite")


class Manual(Displayed):
    """The manual, of everything or of one verb."""

    def __init__(self, verb: str = "") -> None:
        self.verb = verb

    def _describe(self) -> Block:
        if self.verb == "gate":
            return Stack([_of_gate(), _options([name for name in _names("compare") if name not in _WRITE])])
        return _of_verb(self.verb) if self.verb else _of_all()


def _of_all() -> Block:
    verbs = Table(
        ["verb", "what it shows", "for example"],
        [[verb, what, Code(EXAMPLES[verb][0])] for verb, what in VERBS.items()],
        caption="%paimodel [verb] address... [options]",
    )
    addresses = Table(["address", "means"], [[Code(text), meaning] for text, meaning in _ADDRESSES], caption="Addresses")
    return Stack([verbs, addresses, _options(list(OPTIONS)), _of_gate()])


def _of_verb(verb: str) -> Block:
    examples = Table([f"%paimodel {verb}"], [[Code(line)] for line in EXAMPLES[verb]], caption=VERBS[verb])
    return Stack([examples, _options(_names(verb))])


def _names(verb: str) -> list[str]:
    """Options that a verb takes."""
    return [name for name, option in OPTIONS.items() if not option.verbs or verb in option.verbs]


def _options(names: list[str]) -> Table:
    rows: list[list[Inline]] = [[Code(f"{name} {OPTIONS[name].metavar}".strip()), OPTIONS[name].help] for name in names]
    return Table(["option", "means"], rows, caption="Options")


def _of_gate() -> Block:
    rows: list[list[Inline]] = [
        [Code("cer[d-a] <= baseline + 0.002"), "on one data set, at most this much above the baseline"],
        [Code("rtf <= baseline + 5%"), "on every data set, relative"],
        [Code("accuracy >= 0.92 if present"), "a fixed bound; passes where the metric is not recorded"],
        [Code("# comment"), "ignored"],
    ]
    rules = Table(
        ["rule", "means"],
        rows,
        caption="One rule a line; a rule that cannot be checked fails",
        note=Lines(["A gate that does not pass stops the notebook run."]),
    )
    return Section("%%paimodel gate ADDRESS --baseline approved", [rules])

"""The help page of `%paimodel`, for `help` and `help VERB`."""

from __future__ import annotations

from pai_notebook.display import Block, Code, Displayed, Inline, Lines, Section, Stack, Table
from pai_notebook.model.address import WORDS
from pai_notebook.plan import OPTIONS, VERBS, Option, options_of

EXAMPLES: dict[str, tuple[str, ...]] = {
    "show": ("%paimodel model-a@latest", "%paimodel model-a 0.1.0", "v = %paimodel model-a@approved"),
    "ls": ("%paimodel ls", "%paimodel ls --query 情感", "%paimodel ls model-a --last 10 --label env=prod --sort -accuracy@d-a"),
    "compare": ("%paimodel model-a@0.1.0,0.2.0", "%paimodel compare model-a@last:5 --baseline approved --mode cer=min"),
    "explain": ("%paimodel explain model-a@0.1.0,0.2.0 --lang zh",),
    "explore": ("%paimodel explore", "%paimodel explore model-a"),
    "report": ("%paimodel report model-a@last:5 --to report.html --overwrite",),
    "watch": ("%paimodel watch model-a@latest --every 60",),
    "connect": ("%paimodel connect demo", "%paimodel connect --region cn-hangzhou --workspace 1234"),
    "help": ("%paimodel help", "%paimodel help compare"),
}
_ADDRESSES = (
    ("model-a", "the model, all its versions; its name does as well where no other model has it"),
    ("model-a@0.1.0  or  model-a 0.1.0", "one version; more with commas or spaces"),
    *((f"model-a@{word}", meaning) for word, meaning in WORDS.items()),
    ("model-a@last:5", "the five newest versions by creation time"),
    ("model-a@0.1.0..0.9.0", "a range in the order of names, both ends included, which need not exist"),
    ("model-a@2.0.0..  model-a@..0.9.0  model-a@approved..latest", "a range that is open, or between words"),
    ("model-a@1.*", "a glob"),
    ("model-a@approved,last:3", "several of these"),
)
RULES = (
    ("accuracy@d-a >= baseline - 1%", "on one dataset, at most one percent below the baseline"),
    ("cer[d-a] <= baseline + 0.002", "the same dataset in brackets; at most this much above the baseline"),
    ("rtf <= baseline + 5%", "on every dataset"),
    ("accuracy >= 0.92 if present", "a fixed bound; passes where the metric is not recorded"),
    ("accuracy >= baseline - 1pp with 95% confidence", "percentage points; the interval of the difference must hold it"),
    (
        "fail if worse beyond chance",
        "any metric with a direction; fails where one that the baseline has is missing or NaN, or where nothing could be checked",
    ),
    (
        "fail if cer worse beyond chance",
        "fails where cer is missing, NaN or without a known interval; if present behind it lets it be missing",
    ),
    ("accuracy >= baseline - {margin}", "with a variable of the notebook"),
    ("# comment", "ignored"),
)
# Options by what they are about, with the lines that take them where the option does not say otherwise.
_GROUPS = (
    (
        "Which versions",
        "show, ls, compare, explain, report, gate, explore",
        ("--last", "--where", "--label", "--approval", "--sort", "--limit", "--query", "--offline", "--refresh"),
    ),
    (
        "How to compare",
        "compare, explain, report, gate",
        ("--baseline", "--by", "--mode", "--metrics", "--exclude", "--dataset", "--all", "--lang"),
    ),
    ("What becomes of the result", "every line", ("--as", "--code", "--to", "--overwrite", "--every")),
    ("Which registry", "every line", ("--region", "--workspace", "--network", "--endpoint", "--debug")),
)
_ORDER = "They apply in this order: the address and --last select, --where, --label and --approval filter, --sort orders, --limit cuts."
_NOTE_OF_BASELINE = "By default the newest approved version of the first model; it is fetched, and no filter removes it."


class Manual(Displayed):
    """The help page, of everything or of one verb."""

    def __init__(self, verb: str = "") -> None:
        self.verb = verb

    def _brief(self) -> str:
        return f"%paimodel {self.verb}".rstrip()

    def _describe(self) -> Block:
        if self.verb == "gate":
            return Stack([_of_gate(), *_options(options_of("gate"))])
        return _of_verb(self.verb) if self.verb else _of_all()


def _of_all() -> Block:
    verbs = Table(
        ["verb", "what it shows", "for example"],
        [[verb, what, Code(EXAMPLES[verb][0])] for verb, what in VERBS.items()],
        caption="%paimodel [verb] address... [options]",
    )
    addresses = Table(["address", "means"], [[Code(text), meaning] for text, meaning in _ADDRESSES], caption="Addresses")
    return Stack([verbs, addresses, *_options(list(OPTIONS), whole=True), _of_gate(folded=True)])


def _of_verb(verb: str) -> Block:
    examples = Table([f"%paimodel {verb}"], [[Code(line)] for line in EXAMPLES[verb]], caption=VERBS[verb])
    forms = dict.fromkeys((*options_of(verb), *options_of(f"{verb} without a model"))) if verb in ("ls", "explore") else options_of(verb)
    return Stack([examples, *_options(list(forms))])


def _options(names: list[str], *, whole: bool = False) -> list[Block]:
    """A table for each group of options; on the whole page with the lines that take them."""
    tables: list[Block] = []
    for caption, usual, group in _GROUPS:
        chosen = [name for name in group if name in names]
        rows: list[list[Inline]] = [
            [Code(f"{name} {OPTIONS[name].metavar}".strip()), OPTIONS[name].help + (_unless(usual, OPTIONS[name]) if whole else "")]
            for name in chosen
        ]
        notes = [_ORDER] if "--sort" in chosen and "--where" in chosen else [_NOTE_OF_BASELINE] if "--baseline" in chosen else []
        if rows:
            table = Table(["option", "means"], rows, caption="" if whole else caption, note=Lines(notes) if notes else "")
            tables.append(Section(caption, [table], folded=True, summary=usual) if whole else table)
    return tables


def _unless(usual: str, option: Option) -> str:
    """The lines that take an option, where they are not those of its group."""
    verbs = ", ".join(
        form for form in option.forms if form.partition(" without")[0] == form or form.partition(" without")[0] not in option.forms
    )
    return "" if verbs == usual or (usual == "every line" and len(option.forms) in (0, len(OPTIONS["--as"].forms))) else f" ({verbs})"


def _of_gate(*, folded: bool = False) -> Block:
    rules = Table(
        ["rule", "means"],
        [[Code(text), meaning] for text, meaning in RULES],
        caption="One rule a line: a metric, then >=, <=, >, < or ==, then a bound; a rule that cannot be checked fails",
        note=Lines(["A gate that does not pass stops the notebook run."]),
    )
    return Section(
        "%%paimodel gate ADDRESS --baseline approved", [rules], folded=folded, summary="rules that versions must pass" if folded else ""
    )

"""The help page of the line, in a notebook and in a shell, for `help` and `help VERB`."""

from __future__ import annotations

from collections.abc import Sequence

from pai_notebook.display import Block, Code, Displayed, Inline, Lines, Section, Stack, Table
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.selector_words import WORDS
from pai_notebook.plan.options import OPTIONS, Edge, forms_of, help_of, options_of, told_form, told_verb, verbs_of
from pai_notebook.plan.words import in_shell

EXAMPLES: dict[str, tuple[str, ...]] = {
    "show": ("%paimodel model-a@latest", "%paimodel model-a 0.1.0", "v = %paimodel model-a@approved"),
    "ls": ("%paimodel ls", "%paimodel ls --query 手写", "%paimodel ls model-a --last 10 --label env=prod --sort -accuracy@d-a"),
    "compare": ("%paimodel model-a@0.1.0,0.2.0", "%paimodel compare model-a@last:5 --baseline approved --mode cer=min"),
    "explain": ("%paimodel explain model-a@0.1.0,0.2.0 --lang zh",),
    "explore": ("%paimodel explore", "%paimodel explore model-a"),
    "gate": (
        "%paimodel gate model-a@latest --rules rules.txt",
        "%paimodel gate model-a@latest --rules rules.txt --junit gate.xml --to gate.md --overwrite",
    ),
    "report": (
        "%paimodel report model-a@last:5 --to report.html --overwrite",
        "%paimodel report model-a@latest --question 'May it go live?' --rules rules.txt --to report.html --overwrite",
    ),
    "save": ("%paimodel save model-a@last:5 --to model-a.paisnap.json.gz",),
    "search": ("%paimodel search 'accuracy@d-a > 0.9' --approval approved",),
    "drift": ("%paimodel drift model-a.paisnap.json.gz",),
    "watch": ("%paimodel watch model-a@latest --every 60",),
    "connect": ("%paimodel connect demo", "%paimodel connect --region cn-hangzhou --workspace 1234"),
    "help": ("%paimodel help", "%paimodel help compare"),
}
_ADDRESSES = (
    ("model-a", say("the model, all its versions; its name does as well where no other model has it")),
    ("model-a@0.1.0  model-a 0.1.0", say("one version; more with commas or spaces")),
    *((f"model-a@{word}", meaning) for word, meaning in WORDS.items()),
    ("model-a@last:5", say("the five newest versions by creation time")),
    ("model-a@0.1.0..0.9.0", say("a range in the order of names, both ends included, which need not exist")),
    ("model-a@2.0.0..  model-a@..0.9.0  model-a@approved..latest", say("a range that is open, or between words")),
    ("model-a@1.*", say("a glob")),
    ("model-a@approved,last:3", say("several of these")),
)
RULES = (
    ("accuracy@d-a >= baseline - 1%", say("on one dataset, at most one percent below the baseline")),
    ("cer[d-a] <= baseline + 0.002", say("the same dataset in brackets; at most this much above the baseline")),
    ("rtf <= baseline + 5%", say("on every dataset")),
    ("accuracy >= 0.92 if present", say("a fixed bound; passes where the metric is not recorded")),
    ("accuracy >= baseline - 1pp with 95% confidence", say("percentage points; the interval of the difference must hold it")),
    (
        "fail if worse beyond chance",
        say(
            "any metric with a direction; fails where one that the baseline has is missing, NaN or infinite, "
            "or where nothing could be checked"
        ),
    ),
    (
        "fail if cer worse beyond chance",
        say("fails where cer is missing, NaN, infinite or without a known interval; if present behind it lets it be missing"),
    ),
    (
        "fail if cer worse by more than 1pp beyond chance",
        say("worse only where the loss is more than this beyond chance; also with 1% (of the baseline) or 0.01, and for all metrics"),
    ),
    ("accuracy >= baseline - {margin}", say("with a variable of the notebook")),
    ("# comment", say("ignored")),
)
# Options by what they are about, with the lines that take them where the option does not say otherwise.
_EVERY = say("every line")
_GROUPS = (
    (
        say("Which versions"),
        "show, ls, compare, explain, report, gate, save, explore",
        ("--last", "--where", "--label", "--approval", "--sort", "--limit", "--query", "--offline", "--refresh", "--yes"),
    ),
    (
        say("How to compare"),
        "compare, explain, report, gate",
        ("--baseline", "--by", "--mode", "--metrics", "--exclude", "--dataset", "--all", "--rules"),
    ),
    (
        say("What becomes of the result"),
        _EVERY,
        ("--as", "--code", "--json", "--lang", "--question", "--to", "--junit", "--overwrite", "--every"),
    ),
    (say("Which registry"), _EVERY, ("--demo", "--region", "--workspace", "--network", "--endpoint", "--debug")),
)
_ORDER = say(
    "They apply in this order: the address and --last select, --where, --label and --approval filter, --sort orders, --limit cuts."
)
_NOTE_OF_BASELINE = say(
    "By default the newest approved version of the first model; it is fetched, and no filter removes it. "
    "first is the first of those compared, in the order of names."
)


class Manual(Displayed):
    """The help page, of everything or of one verb, as a notebook or a shell writes the line."""

    def __init__(self, verb: str = "", edge: Edge = "line") -> None:
        self.verb = verb
        self.edge = edge

    def _brief(self) -> str:
        return self._written(f"%paimodel {self.verb}".rstrip())

    def _written(self, line: str) -> str:
        return line if self.edge == "line" else in_shell(line)

    def _describe(self) -> Block:
        return self._of_verb(self.verb) if self.verb else self._of_all()

    def _of_all(self) -> Block:
        verbs = Table(
            [say("verb"), say("what it shows, and an example")],
            [[verb, Lines([told_verb(verb, self.edge), Code(self._written(EXAMPLES[verb][0]))])] for verb in verbs_of(self.edge)],
            caption=say("{what} [verb] address... [options]", what=self._written("%paimodel")),
        )
        addresses = Table(
            [say("address"), say("means")], [[_codes(text), meaning] for text, meaning in _ADDRESSES], caption=say("Addresses")
        )
        options = [name for name, option in OPTIONS.items() if option.only in ("", self.edge)]
        return Stack([verbs, addresses, *_options(options, self.edge), _of_gate(self.edge, folded=True)])

    def _of_verb(self, verb: str) -> Block:
        lines = [line for line in EXAMPLES[verb] if self.edge == "line" or line.startswith("%")]
        examples = Table(
            [self._written(f"%paimodel {verb}")], [[Code(self._written(line))] for line in lines], caption=told_verb(verb, self.edge)
        )
        forms = (verb, f"{verb} without a model") if verb in ("ls", "explore") else (verb,)
        names = dict.fromkeys(name for form in forms for name in options_of(form, self.edge))
        rules = [_of_gate(self.edge)] if verb == "gate" else []
        return Stack([examples, *rules, *_options(list(names), self.edge, verb)])


def _codes(text: str) -> Inline:
    """Write addresses below each other, so that what they mean is in sight beside them in a narrow window."""
    return Lines([Code(part) for part in text.split("  ")]) if "  " in text else Code(text)


def _options(names: Sequence[str], edge: Edge, verb: str = "") -> list[Block]:
    """A table for each group of options of a verb; on the whole page, of no verb, with the lines that take them."""
    whole = not verb
    tables: list[Block] = []
    for caption, usual, group in _GROUPS:
        chosen = [name for name in group if name in names]
        rows: list[list[Inline]] = [
            [Code(f"{name} {OPTIONS[name].metavar}".strip()), _meaning(usual, name, edge) if whole else help_of(name, edge, verb)]
            for name in chosen
        ]
        notes = [_ORDER] if "--sort" in chosen and "--where" in chosen else [_NOTE_OF_BASELINE] if "--baseline" in chosen else []
        if rows:
            table = Table([say("option"), say("means")], rows, caption="" if whole else caption, note=Lines(notes) if notes else "")
            here = usual if usual == _EVERY else joined([verb for verb in usual.split(", ") if verb in verbs_of(edge)])
            tables.append(Section(caption, [table], folded=True, summary=here) if whole else table)
    return tables


def _meaning(usual: str, name: str, edge: Edge) -> str:
    """What an option means, and the lines that take it where they are not those of its group."""
    known, taking, meant = verbs_of(edge), forms_of(OPTIONS[name], edge), help_of(name, edge)
    forms = [form for form in taking if form.partition(" without")[0] in known]
    verbs = joined([told_form(form) for form in forms if (verb := form.partition(" without")[0]) == form or verb not in forms])
    usual_here = ", ".join(verb for verb in usual.split(", ") if verb in known)
    every = len(taking) in (0, *(len(OPTIONS[each].forms) for each in ("--json", "--as")))
    as_usual = verbs == usual_here or (usual == _EVERY and every)
    return meant if as_usual else say("{what} ({evidence})", what=meant, evidence=verbs)


_MEANINGS = say("One rule a line: a metric, then >=, <=, >, < or ==, then a bound; a rule that cannot be checked fails")


def _of_gate(edge: Edge, *, folded: bool = False) -> Block:
    in_notebook = edge == "line"
    rows: list[list[Inline]] = [[Code(text), meaning] for text, meaning in RULES if in_notebook or "{" not in text]
    end = (
        say("A gate that does not pass stops the notebook run.")
        if in_notebook
        else say("A gate that does not pass exits with 1, one that cannot be checked with 2.")
    )
    rules = Table([say("rule"), say("means")], rows, caption=_MEANINGS, note=Lines([end]))
    title = "%%paimodel gate ADDRESS --baseline approved" if in_notebook else "paimodel gate ADDRESS --rules FILE --baseline approved"
    return Section(title, [rules], folded=folded, summary=say("rules that versions must pass") if folded else "")

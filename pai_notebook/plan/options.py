"""Verbs and options of `%paimodel` and of the shell's `paimodel`, and common misspellings of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from pai_notebook.guides import snake_case
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.keywords import ENVIRONMENT
from pai_notebook.model.selector_words import BASELINES

Edge = Literal["line", "shell"]
"""Where a line is written: in a notebook, or as a command in a shell."""

VERBS: dict[str, str] = {
    "show": say("one version as a card, several as a list (the default for one version)"),
    "ls": say("models, or the versions of one model (the default for a model alone)"),
    "compare": say("versions against a baseline, differences first (the default for several versions)"),
    "explain": say("what was found and what changed, as a list to send"),
    "explore": say("the widget: find, pick and compare by mouse or keyboard"),
    "gate": say("rules that versions must pass: a cell with a rule a line, or --rules FILE"),
    "report": say("one self-contained document, with --to FILE"),
    "save": say("write versions to a snapshot, with --to FILE"),
    "search": say("versions of all models that meet a condition"),
    "drift": say("what has changed in the registry since a snapshot was saved"),
    "watch": say("one version, refreshed in place until its approval changes or you stop it"),
    "connect": say("choose the registry: demo, or --region and friends"),
    "help": say("this page, or help VERB"),
}
HELP = say("Type %paimodel help for the grammar.")
# A shell has no cells.
_IN_SHELL = {"gate": say("rules that versions must pass, with --rules FILE")}
# A command ends with what it shows; in a notebook a result stays, and is shown in the language of the notebook.
_LANG_IN_SHELL = say("language of all that is shown, help and errors too; PAI_NOTEBOOK_LANG sets it for every command")
# Verbs that a shell does without: a widget, and the registry of the lines that follow.
_IN_NOTEBOOKS = ("explore", "connect")


@dataclass(frozen=True)
class Option:
    """One option of the line.

    Attributes
    ----------
    metavar : str
        What follows it; empty for a switch.
    help : str
        One sentence.
    forms : tuple of str
        The forms of a line that take it, see `Command.form`; empty for all.
    argument : str
        What the public API calls it: the step of a plan, a dot, and the keyword.
    repeats : bool
        Whether it may be given more than once.
    only : {"line", "shell"}
        Where it has a meaning; empty for both.
    """

    metavar: str
    help: str
    forms: tuple[str, ...] = ()
    argument: str = ""
    repeats: bool = False
    only: Edge | Literal[""] = ""

    @property
    def keyword(self) -> str:
        """The keyword that the public API has for it, empty when it has none."""
        return self.argument.partition(".")[2]


_COMPARED = ("compare", "explain", "report", "gate")
_SET = ("show", "ls", *_COMPARED, "save", "explore")
_MODELS = "ls without a model"
_RUN = (*_SET, "drift", "search", _MODELS, "explore without a model", "watch")
_WRITTEN = ("ls", "compare", "gate", "report", "save")
TABLES = ".html .md .tex .csv .xlsx"
# Endings of what a verb writes that writes no tables.
FILES = {"report": ".html .pdf", "gate": ".html .md", "save": ".json .json.gz"}
OPTIONS: dict[str, Option] = {
    "--baseline": Option(
        "V", say("version to compare with: a name, or one of {names}", names=joined(list(BASELINES))), _COMPARED, "compare.baseline"
    ),
    "--by": Option("NAME", say("the metric that matters; the verdict begins with it"), _COMPARED, "compare.by"),
    "--mode": Option("NAME=max|min", say("which way is better"), _COMPARED, "compare.directions", repeats=True),
    "--all": Option("", say("show rows that do not differ too"), ("compare", "report"), "compare.only"),
    "--metrics": Option(
        "GLOB", say("only metrics like these, separated by commas; labels or another section for that alone"), _COMPARED, "compare.include"
    ),
    "--exclude": Option("GLOB", say("leave these metrics out"), _COMPARED, "compare.exclude"),
    "--dataset": Option("ID", say("only this dataset"), _COMPARED, "compare.dataset"),
    "--last": Option("N", say("only the N newest versions of the selection"), _SET, "newest.last"),
    "--where": Option('"EXPR"', say("only versions that meet a condition"), _SET, "filter.where"),
    "--label": Option("K=V", say("only versions with this label"), (*_SET, "search"), "filter.label", repeats=True),
    "--approval": Option("S", say("only versions in this state: Approved, Pending, Rejected"), (*_SET, "search"), "filter.approval"),
    "--sort": Option("NAME", say("order by a field or metric; -NAME for descending"), ("show", "ls"), "sort_values.by"),
    "--limit": Option("N", say("at most N models or versions, the first ones"), ("show", "ls", "search", _MODELS), "limit.limit"),
    "--yes": Option("", say("search however many requests it takes"), ("search",), "search_versions.confirm"),
    "--query": Option("TEXT", say("models whose name, task or label contains this"), (_MODELS,), "list_models.query"),
    "--lang": Option("en|zh", say("language of sentences"), ("explain", "report"), "explain.lang"),
    "--everything": Option("", say("tell every row that differs, addresses and descriptions too"), ("explain",), "explain.everything"),
    "--rules": Option("FILE", say("read the rules from this file, one a line; in a shell - is stdin"), ("report", "gate")),
    "--question": Option("TEXT", say("what the report is to answer"), ("report",), "report.question"),
    "--to": Option(
        "FILE",
        say("write to this file: {tables}; report {report}, gate {gate}, save {save}", tables=TABLES, **FILES),
        _WRITTEN,
    ),
    "--junit": Option("FILE", say("write JUnit XML to this file, a test case a check"), ("gate",)),
    "--overwrite": Option("", say("replace a file that exists"), _WRITTEN, "export.overwrite"),
    "--offline": Option("FILE", say("read versions from a snapshot instead of the service"), _SET),
    "--as": Option("NAME", say("store the result under this name and show nothing"), (*_RUN, "connect"), only="line"),
    "--code": Option("", say("print the Python that does the same"), (*_RUN, "connect")),
    "--refresh": Option("", say("ask the service even for what was just fetched"), _SET, "get_versions.refresh"),
    "--every": Option("SECONDS", say("seconds between two looks, at least 1; 30 by default"), ("watch",), "watch.every"),
    "--json": Option("", say("print JSON"), _RUN, only="shell"),
    "--demo": Option("", say("use the embedded registry"), _RUN),
    "--region": Option("REGION", say("use this region"), (*_RUN, "connect"), "connect.region"),
    "--workspace": Option("ID", say("use this workspace"), ("connect", _MODELS, "search"), "connect.workspace_id"),
    "--network": Option("public|vpc", say("use this network"), ("connect",), "connect.network"),
    "--endpoint": Option("URL", say("use this endpoint"), ("connect",), "connect.endpoint"),
    "--debug": Option("", say("show the whole traceback of an error")),
}

# Names of options by the keyword of the public API; of two with one keyword the first, which is that of a comparison.
BY_KEYWORD = {option.keyword: name for name, option in reversed(OPTIONS.items()) if option.keyword}


def told_form(form: str) -> str:
    """Say the form of a line: a verb, or a verb without a model."""
    verb, without, _ = form.partition(" without a model")
    return say("{verb} without a model", verb=verb) if without else verb


def told_verb(verb: str, edge: Edge) -> str:
    """Say what a verb does.

    Examples
    --------
    >>> told_verb("gate", "shell")
    'rules that versions must pass, with --rules FILE'
    """
    return _IN_SHELL.get(verb, VERBS[verb]) if edge == "shell" else VERBS[verb]


def _meant(word: str) -> Phrase:
    return say("Did you mean {word}?", word=word)


_INSTEAD_OF_VERBS: dict[str, tuple[str, ...]] = {
    _meant("ls"): ("list", "dir", "models", "versions", "all", "history"),
    say("Did you mean search CONDITION, or ls --query TEXT?"): ("find", "query", "grep"),
    _meant("show"): ("get", "fetch", "open", "view", "display", "info", "describe", "card", "print", "head",
                    "summary", "details", "metrics", "artifacts", "download", "pull", "cat"),
    _meant("compare"): ("diff", "vs", "versus", "baseline", "verdict"),
    _meant("explain"): ("why", "changes", "changed", "what"),
    _meant("explore"): ("ui", "gui", "widget", "browse", "explorer"),
    _meant("report"): ("html", "pdf", "document", "publish"),
    _meant("watch"): ("follow", "poll", "wait", "tail", "monitor"),
    _meant("connect"): ("login", "use", "region", "configure", "config", "auth", "init", "whoami", "profile"),
    _meant("help"): ("man", "usage", "version"),
    say("Write ls MODEL --where CONDITION."): ("filter", "where", "select"),
    _meant("gate"): ("check", "assert", "test", "rules", "validate", "verify"),
    _meant("save"): ("snapshot", "dump", "backup"),
    _meant("drift"): ("status", "changed_since"),
    say("Write ls MODEL --sort NAME."): ("sort", "order", "top"),
    say("Write ls MODEL --to FILE, or compare MODEL@last:5 --to FILE."): (
        "export", "to", "csv", "excel", "markdown", "latex", "table", "to_csv", "to_excel", "to_markdown", "to_latex",
    ),
    say("Write ls --offline FILE, or in Python: pnb.load('x.paisnap.json')."): ("load", "read", "restore", "offline"),
    say("Write {cure}.", cure="compare MODEL@last:5 --by METRIC"): ("best", "winner", "recommend"),
    say("In Python: {code}.", code="pnb.options.lang = 'zh'"): ("set", "lang", "language", "locale", "option", "options"),
    say("In Python: {code}.", code="pnb.compare('model-a@last:5').rank('accuracy')"): ("rank", "ranking", "leaderboard"),
    say("In Python: {code}.", code="pnb.compare('model-a@last:5').pareto(['accuracy', 'latency_ms'])"): ("pareto", "tradeoff"),
    say("In Python: {code}.", code="pnb.compare('model-a@last:5').plot.dot('accuracy')"): (
        "plot", "chart", "dot", "bar", "heatmap", "scatter", "slope",
    ),
    say("In Python: {code}.", code="pnb.get_versions('model-a').group_repeats()"): ("group", "groupby", "repeats", "group_repeats", "runs"),
    say("In Python: {code}.", code="pnb.get_versions('model-a@last:5').to_frame()"): (
        "to_frame", "frame", "dataframe", "df", "flatten", "pandas",
    ),
    say("This package only reads the registry."): (
        "delete", "rm", "approve", "reject", "register", "update", "create", "add", "upload", "push", "label", "tag", "deploy",
        "log", "promote", "transition", "stage", "archive",
    ),
}  # fmt: skip
# What the service and SDKs of others call what they do, in the spelling of Python.
_ACTION = re.compile(r"(?:list|get|search|describe|create|update|delete)_(?:registered_)?(?:models?|model_versions?|versions?)")
_GUESSES = {word: hint for hint, words in _INSTEAD_OF_VERBS.items() for word in words}

_INSTEAD_OF_OPTIONS: dict[str, tuple[str, ...]] = {
    "--baseline": ("against", "b", "base", "reference", "ref", "with"),
    "--all": ("only", "full", "identical", "v", "verbose", "show-all"),
    "--metrics": ("metric", "include", "columns", "fields", "rows", "select"),
    "--exclude": ("without", "ignore", "skip", "drop"),
    "--by": ("best", "matters", "metric-that-matters", "primary"),
    "--mode": ("direction", "directions", "better", "higher-is-better", "lower-is-better"),
    '--where "created >= 2026-01-31"': ("since", "days"),
    '--where "created > 2026-01-31"': ("created-after", "created", "after"),
    '--where "created < 2026-01-31"': ("created-before", "before"),
    '--where "created <= 2026-01-31"': ("created-until", "until"),
    "--where": ("filter", "query-versions", "condition", "if", "expr"),
    "--label": ("labels", "tag", "tags"),
    "--approval": ("status", "approved", "state", "stage"),
    "--last": ("latest", "newest", "n", "recent", "tail"),
    "--limit": ("head", "top", "max-results", "count", "first"),
    "--sort": ("sort-by", "order", "order-by", "asc", "ascending"),
    "--sort -NAME": ("desc", "descending", "reverse"),
    "--query": ("search", "name", "find", "q", "task", "domain"),
    "--lang": ("language", "locale", "zh", "en", "chinese"),
    "--to": ("out", "output", "o", "file", "path", "export", "format", "csv", "html", "excel", "xlsx", "save", "pdf"),
    "--overwrite": ("force", "f", "replace"),
    "--yes": ("confirm", "y", "assume-yes"),
    "--offline": ("snapshot", "load", "from", "input", "file-in"),
    "--as": ("name-as", "var", "variable", "store", "into"),
    "--code": ("python", "dry-run", "source", "print"),
    "--refresh": ("no-cache", "reload", "nocache", "force-refresh"),
    "--every": ("interval", "seconds", "poll"),
    "--workspace": ("workspace-id", "ws", "project"),
    "--endpoint": ("url", "host"),
    "--debug": ("traceback", "trace"),
    "--rules FILE": ("gate", "gates", "checks", "rules-file", "threshold", "fail-on", "max-drop", "min", "max", "fail-under"),
    "--question": ("ask", "asks", "answer"),
    "--junit": ("xml", "junitxml", "junit-xml"),
}
# Arguments of the Python calls that have no option.
_ONLY_PYTHON = ("tolerance", "series", "redact", "title", "charts", "on-error", "progress", "framework")

# What would compare means of runs, and what such a comparison is asked by a verb.
_MEANS = ("repeats", "group-repeats", "group", "groups", "groupby", "group-by", "runs", "seeds", "mean", "means", "average", "aggregate")
_ASKED = {"gate": ".gate('accuracy >= baseline - 1pp')", "report": ".report('report.html')", "explain": ".explain()"}


def verbs_of(edge: Edge) -> list[str]:
    """Verbs that a line of a notebook, or a shell, knows.

    Examples
    --------
    >>> sorted(set(verbs_of("line")) - set(verbs_of("shell")))
    ['connect', 'explore']
    """
    return [verb for verb in VERBS if edge == "line" or verb not in _IN_NOTEBOOKS]


def options_of(form: str, edge: Edge = "line") -> list[str]:
    """Names of the options that a form of the line takes.

    Examples
    --------
    >>> options_of("explore without a model"), options_of("drift", "shell")  # doctest: +NORMALIZE_WHITESPACE
    (['--as', '--code', '--demo', '--region', '--debug'],
     ['--lang', '--code', '--json', '--demo', '--region', '--workspace', '--network', '--endpoint', '--debug'])
    """
    return [name for name, option in OPTIONS.items() if option.only in ("", edge) and form in (forms_of(option, edge) or (form,))]


def help_of(name: str, edge: Edge, verb: str = "") -> str:
    """Say what an option does, for one verb or all.

    Examples
    --------
    >>> help_of("--to", "shell", "save")
    'write to this file: .json .json.gz'
    """
    if name == "--to" and verb:
        return say("write to this file: {endings}", endings=FILES.get(verb, TABLES))
    return _LANG_IN_SHELL if name == "--lang" and edge == "shell" else OPTIONS[name].help


def forms_of(option: Option, edge: Edge) -> tuple[str, ...]:
    """The forms that take an option; empty for all.

    A command of a shell says by itself where the registry is, and in which language it is answered; a notebook has settings for these.
    """
    if edge == "shell" and option is OPTIONS["--lang"]:
        return ()
    return _RUN if edge == "shell" and option.argument.startswith("connect.") else option.forms


def is_action(word: str) -> bool:
    """Whether a word is what the service, or an SDK, calls an action on models or versions.

    Examples
    --------
    >>> is_action("ListModelVersions"), is_action("get_version"), is_action("list-models"), is_action("digits_v2")
    (True, True, True, False)
    """
    return _ACTION.fullmatch(snake_case(word).replace("-", "_")) is not None


def guess_verb(word: str) -> str:
    """Suggest a verb for an unknown word; empty when none is similar.

    Examples
    --------
    >>> guess_verb("list"), guess_verb("compre"), guess_verb("GetModelVersion"), guess_verb("xyz")
    ('Did you mean ls?', 'Did you mean compare?', 'Did you mean show?', '')
    """
    # an action of the service begins with its verb
    lower = re.split("[_-]", snake_case(word))[0] if is_action(word) else word.lower()
    if lower in VERBS:
        return _meant(lower)
    if lower in _GUESSES:
        return _GUESSES[lower]
    # a model may be called much like one of the many guesses, as wine is like winner
    close = get_close_matches(lower, VERBS, 1, cutoff=0.75) or get_close_matches(lower, _GUESSES, 1, cutoff=0.85)
    return guess_verb(close[0]) if close else ""


def guess_option(name: str, verb: str = "") -> Phrase | None:
    """Suggest an option for an unknown one of a verb, by meaning, then by spelling; None when none is similar.

    Examples
    --------
    >>> guess_option("--directions"), guess_option("--basline"), guess_option("--created-after"), guess_option("--xyz")
    ('Did you mean --mode?', 'Did you mean --baseline?', 'Did you mean --where "created > 2026-01-31"?', None)
    """
    word = name.lstrip("-").replace("_", "-").lower()
    if f"--{word}" in OPTIONS:
        return _meant(f"--{word}")
    keywords = {keyword.replace("_", "-"): option_name for keyword, option_name in BY_KEYWORD.items()}
    meant = next((option for option, words in _INSTEAD_OF_OPTIONS.items() if word in words), keywords.get(word, ""))
    if word in VERBS and (verb not in VERBS or meant.partition(" ")[0] not in options_of(verb)):
        return say("{word} is a verb: write %paimodel {word} ...", word=word)
    outside = next((name for name, (_, words) in ENVIRONMENT.items() if word.replace("-", "_") in words), "")
    if outside:
        return say("Set {name} in the environment.", name=outside)
    if word in _MEANS:
        code = f"pnb.get_versions('model-a').group_repeats().compare('lr=0.1'){_ASKED.get(verb, '')}"
        return say("In Python: {code}; for lists in one version compare(..., repeats=...).", code=code)
    if not meant and word in _ONLY_PYTHON:
        return say("In Python it is {name}=; --code prints the call.", name=word.replace("-", "_"))
    close = get_close_matches(word, [option.lstrip("-") for option in OPTIONS], 1, cutoff=0.7)
    meant = meant or (f"--{close[0]}" if close else "")
    return _meant(meant) if meant else None

"""State of the explorer: one plain object, without widgets, IPython, threads or a network.

Actions are methods. Each says by its return value which job it starts, None when it starts none; `pending` has the jobs
whose answers are awaited, at most one a lane. An answer is passed back with its job and accepted only while that very
job is pending, so a late answer to an earlier click changes nothing: the last click wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import PaiError
from pai_notebook.explorer.jobs import (
    BASELINE_OPTIONS,
    DEFAULT,
    CompareVersions,
    FetchVersions,
    FindModels,
    Job,
    ListVersions,
    Search,
    Shown,
    Terms,
)
from pai_notebook.explorer.listing import ModelLine, Narrowing, VersionLine, Window
from pai_notebook.model.address import Address, Selector, parse_selector
from pai_notebook.model.nearest import counted
from pai_notebook.model.order import is_approved, version_key
from pai_notebook.versions.resolve import Known, resolve
from pai_notebook.versions.versions import VersionSet

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison
    from pai_notebook.model.version import ModelVersion

_MODEL_ID = re.compile(r"model-[A-Za-z0-9]{4,}")


class ExplorerState:
    """Everything the explorer shows and answers.

    Attributes
    ----------
    status, error : str, Exception or None
        What happened last, in a sentence, and what went wrong last; the next success of the same kind clears the error.
    generation : int
        Jobs started so far; each has the number at its start as its ticket.
    search, models, more : Search, tuple of ModelLine, bool
        What was looked for, what was found, and whether there is more than is listed.
    model_id, lines, narrowing : str, tuple of VersionLine, Narrowing
        The chosen model, all its versions with the highest first, and how the list is narrowed.
    picks, all_given, keep_picks : dict of str to tuple of str, bool, bool
        Picked version names by model, in natural order; whether they are all versions of a set, as it was given; and whether they
        stay when another model is chosen, to compare across models.
    terms : Terms
        How versions are compared.
    asked, results, comparison : tuple of Address, VersionSet, Comparison or None
        What was asked for last, what it brought, and its comparison under `terms`.
    tab, card, metric : str
        The tab on show, the version on its card, and the metric whose direction is looked at.

    Examples
    --------
    >>> state = ExplorerState()
    >>> job = state.choose_model("model-a")
    >>> state.listed(job, [VersionLine("0.2.0"), VersionLine("0.10.0")])
    True
    >>> state.pick(["0.2.0", "0.10.0"])
    >>> [str(address) for address in state.fetch().addresses], state.busy
    (['model-a@0.2.0,0.10.0'], True)
    """

    def __init__(self) -> None:
        self.status = "Choose a model, pick versions, then Fetch."
        self.error: Exception | None = None
        self.generation = 0
        self._error_lane = ""
        self._pending: dict[str, Job] = {}
        self._measured: tuple[Job, int, int | None] | None = None
        self.search = Search()
        self.models: tuple[ModelLine, ...] = ()
        self.more = False
        self.model_id = ""
        self.lines: tuple[VersionLine, ...] = ()
        self.narrowing = Narrowing()
        self._matching: tuple[VersionLine, ...] = ()
        self._page = 0
        self.picks: dict[str, tuple[str, ...]] = {}
        self.all_given = False
        self.keep_picks = False
        self.terms = Terms()
        self.asked: tuple[Address, ...] = ()
        self.results = VersionSet()
        self.comparison: Comparison | None = None
        self.tab = "Card"
        self.card = ""
        self.metric = ""

    # ---- jobs whose answers are awaited; a new one of a lane takes the place of the one before

    @property
    def pending(self) -> tuple[Job, ...]:
        """Jobs whose answers are awaited, at most one for each lane."""
        return tuple(self._pending.values())

    @property
    def busy(self) -> bool:
        """Whether any answer is awaited."""
        return bool(self._pending)

    def awaits(self, job: Job) -> bool:
        """Whether the answer to this very job would still be taken."""
        return self._pending.get(job.lane) is job

    def cancel(self) -> bool:
        """Give up everything awaited; what was there before stays. Returns whether there was anything."""
        had = self.busy
        self._pending.clear()
        self.status = "Cancelled; nothing was changed." if had else "Nothing to cancel."
        return had

    def _start(self, job: Job, status: str) -> Job:
        self._pending[job.lane] = job
        self.status = status
        return job

    def _ticket(self) -> int:
        self.generation += 1
        return self.generation

    def _take(self, job: Job) -> bool:
        """Whether an answer is awaited; from then on it no longer is."""
        if not self.awaits(job):
            return False
        del self._pending[job.lane]
        self.forgive(job.lane)
        return True

    def forgive(self, lane: str) -> None:
        """Forget an error once something of the same kind went well."""
        if self._error_lane == lane:
            self.error, self._error_lane = None, ""

    def progressed(self, job: Job, done: int, total: int | None = None) -> bool:
        """Note how far a job is."""
        if not self.awaits(job):
            return False
        self._measured = (job, done, total)
        return True

    @property
    def progress(self) -> tuple[int, int | None] | None:
        """How many of how many, None when nothing is under way whose amount is known."""
        if self._measured is None or not self.awaits(self._measured[0]):
            return None
        return self._measured[1:]

    def failed(self, job: Job, error: Exception) -> bool:
        """Take a failure; what was there before stays, but a comparison that cannot be made is none."""
        if not self._take(job):
            return False
        self.note(error, job.lane)
        if isinstance(job, CompareVersions):
            self.comparison = None
        return True

    def note(self, error: Exception, lane: str = "") -> None:
        """Keep what went wrong, until the next success of the same kind."""
        self.error, self._error_lane = error, lane
        self.status = error.message if isinstance(error, PaiError) else f"{type(error).__name__}: {error}"

    # ---- models

    def find(self, **fields: str) -> FindModels | None:
        """Look for models; `query`, `workspace_id`, `label` and `provider` that are not given stay as they are."""
        search = replace(self.search, **{name: value.strip() for name, value in fields.items()})
        waiting = self._pending.get("models")
        if isinstance(waiting, FindModels) and waiting.search == search:
            return None
        self.search = search
        job = FindModels(self._ticket(), search)
        self._start(job, "Searching models …")
        return job

    def found(self, job: FindModels, models: Iterable[ModelLine], *, more: bool = False) -> bool:
        """Take the models that were found."""
        if not self._take(job):
            return False
        self.models, self.more = tuple(models), more
        tail = " and more; narrow the search to see the rest" if more else ""
        self.status = f"{counted(len(self.models), 'model')} found{tail}." if self.models else "No model matches."
        only = self._only_match(job.search.query)
        if only and only != self.model_id:
            self.choose_model(only)
        return True

    def _only_match(self, query: str) -> str:
        """The model that a search can only mean: the single one found, one of exactly this name, or the id that was typed."""
        if not query:
            return ""
        named = [line.model_id for line in self.models if query in (line.name, line.model_id)]
        found = named or [line.model_id for line in self.models]
        if not found and _MODEL_ID.fullmatch(query):
            return query
        return found[0] if len(found) == 1 else ""

    # ---- versions of one model

    def choose_model(self, model_id: str) -> ListVersions | None:
        """Choose a model and ask for its versions; choosing it again asks again unless the answer is awaited."""
        waiting = self._pending.get("versions")
        if isinstance(waiting, ListVersions) and waiting.model_id == model_id:
            return None
        if model_id != self.model_id:
            self._turn_to(model_id)
        if not model_id:
            self._pending.pop("versions", None)
            self.status = "Choose a model."
            return None
        job = ListVersions(self._ticket(), model_id)
        self._start(job, f"Listing versions of {self.model_name(model_id)} …")
        return job

    def listed(self, job: ListVersions, lines: Iterable[VersionLine]) -> bool:
        """Take the versions of a model; picks of versions that are gone are dropped."""
        if not self._take(job):
            return False
        self._list(job.model_id, lines)
        self.status = f"{counted(len(self.lines), 'version')} of {self.model_name(job.model_id)}."
        return True

    def model_name(self, model_id: str) -> str:
        """Name of a model where it is known, else its id."""
        return next((model.name for model in self.models if model.model_id == model_id and model.name), model_id)

    # ---- narrowing the list, and picking

    def _turn_to(self, model_id: str) -> None:
        """Another model: its list is not known yet, and picks of the one before go unless they are kept."""
        self.model_id, self.lines, self._page = model_id, (), 0
        if not self.keep_picks:
            self.picks, self.all_given = {}, False
        self._narrow(replace(self.narrowing, text=""))

    def _list(self, model_id: str, lines: Iterable[VersionLine]) -> None:
        """The versions of the chosen model; picks of versions that are gone are dropped."""
        self.lines = tuple(sorted(lines, key=lambda line: version_key(line.name), reverse=True))
        there = {line.name for line in self.lines}
        self._picked(model_id, [name for name in self.picks.get(model_id, ()) if name in there])
        self._narrow(self.narrowing)

    def narrow(self, **fields: str) -> None:
        """Narrow the list by `text`, `approval` or `label`; picks stay, shown or not."""
        self._page = 0
        self._narrow(replace(self.narrowing, **fields))

    def _narrow(self, narrowing: Narrowing) -> None:
        self.narrowing = narrowing
        self._matching = narrowing.keep(self.lines)

    def turn(self, pages: int) -> None:
        """Show another window of the list."""
        self._page = self.window.page + pages

    @property
    def window(self) -> Window:
        """The part of the list that is shown, never more than `listing.WINDOW` lines."""
        return Window.of(self._matching, self._page)

    @property
    def approvals(self) -> tuple[str, ...]:
        """Approval words that occur in the list, for the filter."""
        return tuple(sorted({line.approval for line in self.lines if line.approval}))

    def pick(self, names: Iterable[str]) -> None:
        """Make these the picks among the versions in the window; picks outside it stay."""
        shown = {line.name for line in self.window.lines}
        before = self.picks.get(self.model_id, ())
        outside = [name for name in before if name not in shown]
        self._picked(self.model_id, [*outside, *(name for name in names if name in shown)])
        self.all_given = self.all_given and self.picks.get(self.model_id, ()) == before
        self.status = self._picked_text()
        self.forgive("pick")

    def pick_more(self, text: str) -> None:
        """Pick by typing as well: `latest`, `approved`, `last:3`, names with commas, a range or a glob.

        The first text typed over a set replaces its picks, which the user has not made.
        """
        text = "".join(text.split())
        if not text or not self.model_id:
            return
        try:
            address = Address(self.model_id, parse_selector(text))
        except PaiError as error:
            self.note(error, "pick")
            return
        known = Known.all_of(self.lines)
        wanted, errors = resolve([address], lambda model_id: (model_id, known), {})
        if wanted:
            before = () if self.all_given else self.picks.get(self.model_id, ())
            self.picks = {} if self.all_given else self.picks
            self._picked(self.model_id, [*before, *(line.name for line in wanted)])
            self.all_given = False
            self.status = self._picked_text()
        first = next(iter(errors.values()), None)
        if first is None:
            self.forgive("pick")
        else:
            self.note(first, "pick")

    def clear(self) -> None:
        """Pick nothing."""
        self.picks, self.all_given = {}, False
        self.forgive("pick")
        self.status = self._picked_text()

    def keep(self, *, picks: bool) -> None:
        """Say whether picks stay when another model is chosen; without it only those of the chosen model do."""
        self.keep_picks = picks
        if not picks:
            self.picks = {model: names for model, names in self.picks.items() if model == self.model_id}

    def _picked(self, model_id: str, names: Iterable[str]) -> None:
        ordered = tuple(sorted(dict.fromkeys(names), key=version_key))
        self.picks = {model: kept for model, kept in self.picks.items() if model != model_id}
        if ordered and model_id:
            self.picks[model_id] = ordered

    def _picked_text(self) -> str:
        count = sum(map(len, self.picks.values()))
        where = f" of {len(self.picks)} models" if len(self.picks) > 1 else ""
        return f"{counted(count, 'version')}{where} picked." if count else "Nothing picked."

    @property
    def shown_picks(self) -> tuple[str, ...]:
        """Picks that are in the window, in its order."""
        picked = set(self.picks.get(self.model_id, ()))
        return tuple(line.name for line in self.window.lines if line.name in picked)

    @property
    def addresses(self) -> tuple[Address, ...]:
        """What is picked, as addresses."""
        return tuple(Address(model, Selector("names", names=names)) for model, names in self.picks.items())

    # ---- fetching and comparing

    def fetch(self) -> FetchVersions | None:
        """Fetch what is picked; the same click twice is one, and fetching what is shown asks the service again."""
        addresses = self.addresses
        if not addresses:
            self.status = "Pick at least one version first."
            return None
        waiting = self._pending.get("fetch")
        if isinstance(waiting, FetchVersions) and waiting.addresses == addresses:
            return None
        count = sum(map(len, self.picks.values()))
        return self._fetch(FetchVersions(self._ticket(), addresses, count, refresh=addresses == self.asked))

    def ask(self, addresses: Sequence[Address]) -> FetchVersions:
        """Fetch what addresses of any form mean, and pick it."""
        return self._fetch(FetchVersions(self._ticket(), tuple(addresses), adopt=True))

    def _fetch(self, job: FetchVersions) -> FetchVersions:
        self._pending.pop("compare", None)
        self._start(job, f"Fetching {counted(job.count, 'version') if job.count else 'versions'} …")
        return job

    def fetched(self, job: FetchVersions, versions: VersionSet) -> CompareVersions | None:
        """Take fetched versions and start comparing them; a version that could not be fetched becomes the error."""
        if not self._take(job):
            return None
        compare = self.adopt(versions) if job.adopt else self._show(job.addresses, versions)
        failures = list(versions.errors.values())
        if failures:
            self.note(failures[0] if len(failures) == 1 else _all_of(versions), job.lane)
        return compare

    def adopt(self, versions: VersionSet, *, given: bool = False) -> CompareVersions | None:
        """Show versions that are already here, with the list and the picks in step; `given` when the user did not pick them."""
        models = versions.models
        self.keep_picks = self.keep_picks or len(models) > 1
        if models:
            self.choose_model(self.model_id if self.model_id in models else models[0])
        self.picks = {}
        for model in models:
            self._picked(model, [version.version_name for version in versions if version.model_id == model])
        self.all_given = given
        return self._show(self.addresses, versions)

    def _show(self, asked: tuple[Address, ...], versions: VersionSet) -> CompareVersions | None:
        if self.tab == "Card" and len(self.results) < 2 <= len(versions):  # noqa: PLR2004 - from then on there is a comparison
            self.tab = "Metrics"
        self.asked, self.results = asked, versions
        names, baselines, metrics = self.names, self.baselines, self.metrics
        self.card = _kept(self.card, names)
        self.metric = _kept(self.metric, metrics)
        self.terms = replace(
            self.terms,
            baseline=self.terms.baseline if self.terms.baseline in baselines else DEFAULT,
            directions=tuple(pair for pair in self.terms.directions if pair[0] in metrics),
        )
        compare = self._compare()
        if compare is None:
            self.status = f"{counted(len(versions), 'version')} fetched."
        return compare

    def set_terms(self, **fields: Any) -> CompareVersions | None:
        """Change `baseline`, `differences_only` or `metrics`, and compare anew."""
        terms = replace(self.terms, **fields)
        if terms == self.terms:
            return None
        self.terms = terms
        return self._compare()

    def set_metrics(self, text: str) -> CompareVersions | None:
        """Keep only metrics like these: globs or pieces of names, separated by commas or blanks."""
        words = [word for word in re.split(r"[,\s]+", text) if word]
        return self.set_terms(metrics=tuple(word if re.search(r"[*?\[]", word) else f"*{word}*" for word in words))

    def set_direction(self, metric: str, direction: str) -> CompareVersions | None:
        """Say which way is better for a metric: `max`, `min`, or empty for what its name suggests."""
        kept: Mapping[str, str] = {name: told for name, told in self.terms.directions if name != metric}
        told = {**kept, metric: direction} if direction and metric else kept
        return self.set_terms(directions=tuple(sorted(told.items())))

    def _compare(self) -> CompareVersions | None:
        self.comparison = None
        self._pending.pop("compare", None)
        if len(self.results) < 2:  # noqa: PLR2004 - one version has nothing to be compared with
            return None
        job = CompareVersions(self._ticket(), self.results, self.terms)
        self._start(job, f"Comparing {counted(len(self.results), 'version')} …")
        return job

    def compared(self, job: CompareVersions, comparison: Comparison) -> bool:
        """Take a comparison."""
        if self.awaits(job):
            # set before the job stops being awaited, so that another thread always finds the job or the comparison
            self.comparison = comparison
        if not self._take(job):
            return False
        if self.error is None:
            chosen = self.terms.baseline
            against = "" if chosen == DEFAULT else f" with {BASELINE_OPTIONS.get(chosen, chosen)}"
            self.status = f"{counted(len(self.results), 'version')} compared{against}."
        return True

    @property
    def comparing(self) -> CompareVersions | None:
        """The comparison that is being made."""
        job = self._pending.get("compare")
        return job if isinstance(job, CompareVersions) else None

    @property
    def baselines(self) -> tuple[str, ...]:
        """What the fetched versions may be compared with; relative ones first where they mean something."""
        names = self.names
        # the baseline is fetched beside the picks, so it is left out only where the whole list says that there is none
        listed = self.lines if self.results.models == (self.model_id,) else ()
        approved = not listed or any(map(is_approved, (*listed, *self.results)))
        return (*(word for word in BASELINE_OPTIONS if approved or word != "approved"), *names) if names else ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics that the fetched versions have."""
        return tuple(dict.fromkeys(name for version in self.results for name in version.metrics.names))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fetched versions, with their model where there are several."""
        return tuple(_name(version, self.results) for version in self.results)

    # ---- what is looked at

    def look(self, *, tab: str | None = None, card: str | None = None, metric: str | None = None) -> None:
        """Look at another tab, card or metric."""
        self.tab = self.tab if tab is None else tab
        self.card = self.card if card is None else _kept(card, self.names)
        self.metric = self.metric if metric is None else _kept(metric, self.metrics)

    @property
    def shown(self) -> Shown:
        """What the panels show, as one immutable value."""
        version = next((version for version in self.results if _name(version, self.results) == self.card), None)
        metric = self.metric if self.tab == "Chart" else ""
        return Shown(self.tab, self.models, self.results, self.comparison, metric, version, self.error)


def _name(version: ModelVersion, versions: VersionSet) -> str:
    """Version name, with its model where the set has several."""
    return version.address if len(versions.models) > 1 else version.version_name


def _kept(wanted: str, offered: Sequence[str]) -> str:
    """What is wanted where it is offered, else the first offer, empty when there is none."""
    return wanted if wanted in offered else next(iter(offered), "")


def _all_of(versions: VersionSet) -> PaiError:
    try:
        versions.raise_for_errors()
    except PaiError as error:
        return error
    return PaiError("nothing failed")

"""State of the explorer: one plain object, without widgets, IPython, threads or a network.

Actions are methods. Those that start a job return it, and `take` accepts its answer only while that very job is awaited, so a late answer
changes nothing: the last click wins.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pai_notebook.comparison.direction import infer_direction
from pai_notebook.comparison.view import count_others
from pai_notebook.errors import PaiError
from pai_notebook.explorer.jobs import Ask, Job
from pai_notebook.explorer.listing import QUICK, WINDOW, FoundModels, Picks, VersionList, amount, each, kept, put
from pai_notebook.explorer.source import BASELINE_OPTIONS, Found, Terms
from pai_notebook.i18n.phrases import say
from pai_notebook.model.address import Address
from pai_notebook.model.list_view import metric_names
from pai_notebook.model.nearest import counted
from pai_notebook.model.order import is_approved, is_same
from pai_notebook.model.registered_model import Model
from pai_notebook.model.selectors import Selector, parse_selector
from pai_notebook.model.version import ModelVersion
from pai_notebook.registry.result import raise_failures
from pai_notebook.versions.resolve import Known, resolve
from pai_notebook.versions.versions import VersionSet

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison


class Shown(NamedTuple):
    """What the panels show: a tab, and everything it is made of; drawn anew when any of it is another object."""

    tab: str
    models: tuple[Model, ...]
    results: VersionSet
    comparison: Comparison | None
    comparing: bool
    metric: str
    version: ModelVersion | None
    error: Exception | None


@dataclass(eq=False)
class ExplorerState:
    """Everything the explorer shows and answers."""

    # what happened last, in a sentence, and what went wrong, until something is started anew
    status: str = say("Choose a model, pick versions, then Fetch.")
    error: Exception | None = None
    # the jobs whose answers are awaited, by lane, the latest last
    waiting: dict[str, Job] = field(default_factory=dict)
    models: FoundModels = field(default_factory=FoundModels)
    # what is on top: the list of "models", that of "versions", or the "result" with all that picks folded into one line
    place: str = "models"
    # the chosen model, and its versions as they are listed
    model_id: str = ""
    listing: VersionList = field(default_factory=VersionList)
    # names of the picked versions by model, in natural order, and whether they stay when another model is chosen
    picks: Picks = field(default_factory=dict)
    keep_picks: bool = False
    # how versions are compared, what was asked for last, what it brought, the names of that (with the model where there are several)
    terms: Terms = field(default_factory=dict)
    asked: tuple[Address, ...] = ()
    results: VersionSet = field(default_factory=VersionSet)
    names: tuple[str, ...] = ()
    comparison: Comparison | None = None
    # what is looked at: the tab on show, the version on its card; and the report that was written of the comparison
    tab: str = "Card"
    card: str = ""
    report: Path | None = None
    # how what was done last ended: the lane that failed, "partly", or "cancelled"
    _ended: str = ""

    @property
    def phase(self) -> str:
        """The one word for what is going on; a style and a sign of its own each."""
        if self.waiting:
            return "searching" if "models" in self.waiting else "loading"
        if self._ended:
            return self._ended if self._ended in ("cancelled", "partly") else "failed"
        if self.place == "models":
            return "ready" if self.models.found else "nothing" if self.models.search else "empty"
        if self.is_before and self.picks:
            return "stale"
        return "ready" if self.listing.lines or self.results else "empty"

    @property
    def is_before(self) -> bool:
        """Whether the result is of an earlier choice: of other picks, or of another model than the one whose versions are listed."""
        other = self.addresses != self.asked if self.picks else self.place == "versions" and self.model_id not in self.results.models
        return bool(self.results) and other

    def _start(self, status: str, lane: str, about: Any, ask: Ask, take: Callable[[Any], object]) -> Job | None:
        """Await an answer, and forget what went wrong before; the same click twice is one."""
        if lane in self.waiting and self.waiting[lane].about == about:
            return None
        self.waiting.pop(lane, None)
        job = self.waiting[lane] = Job(lane, about, ask, take)
        self._say(status)
        return job

    @property
    def progress(self) -> tuple[int, int | None] | None:
        """How many of how many, None when nothing is under way whose amount is known."""
        return next((job.progress for job in reversed(self.waiting.values()) if job.progress), None)

    def take(self, job: Job, answer: Any) -> bool:
        """Take the answer to a job that is awaited. Returns whether it was."""
        awaited = self.waiting.get(job.lane) is job
        if awaited:
            # before the job stops being awaited, so that another thread always finds the job or its result
            job.take(answer)
            del self.waiting[job.lane]
        return awaited

    def cancel(self) -> None:
        """Give up everything awaited; what was there before stays."""
        if self.waiting:
            self.waiting, self.status, self._ended = {}, say("Cancelled; nothing was changed."), "cancelled"

    def failed(self, job: Job, error: Exception) -> bool:
        """Take a failure; what was there before stays, but a comparison that cannot be made is none."""
        awaited = self.waiting.get(job.lane) is job
        if awaited:
            del self.waiting[job.lane]
            self.note(error, job.lane)
            if job.lane == "models":
                self.models.show(())
        return awaited

    def note(self, error: Exception, lane: str, status: str = say("This did not work.")) -> None:
        """Keep what went wrong, until something is started anew."""
        for failure in (error, *getattr(error, "errors", {}).values()):
            # what was found in the list at hand has met no service that could name the model
            if isinstance(failure, PaiError) and not failure.model_name and failure.model_id:
                failure.model_name = self.models.names.get(failure.model_id, "")
        self.status, self.error, self._ended = status, error, lane

    @contextmanager
    def trying(self, lane: str) -> Iterator[None]:
        """Show what goes wrong in the widget, and forget it once something of the same kind went well."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - kept on last_error
            self.note(error, lane)
        else:
            if self._ended == lane:
                self.error, self._ended = None, ""

    def _say(self, status: str, *, answered: bool = False) -> None:
        """Say what was done or started, which ends what went wrong before; what an answer brought unless something went wrong meanwhile."""
        if not answered or self.error is None:
            self.status, self.error, self._ended = status, None, ""

    # ---- models

    def find(self, text: str = "") -> Job | None:
        """Look for models, and choose the one that can only be meant; a line of the list, as a text field completes it, is its model."""
        if chosen := dict(self.models.options()).get(text.strip()):
            return self.choose_model(chosen)
        self.models.search = search = " ".join(text.split())
        self.place = "models"

        def found(answer: Found) -> None:
            models, more, counts = answer
            self._say(self.models.show(models, counts, more=more), answered=True)
            if self.models.only:
                self.choose_model(self.models.only)

        words = say("Searching models for “{search}” …", search=search) if search else say("Searching models …")
        return self._start(words, "models", search, lambda source, _: source.find_models(search), found)

    def go(self, place: str) -> None:
        """Show the models, the versions of the chosen one, or the result; stay where there is no such thing yet."""
        self.place = place if {"models": True, "versions": self.model_id, "result": self.results}[place] else self.place
        if self.place == "versions" and not self.waiting:
            self._say_listed()  # what was said was of another place

    # ---- versions of one model, and picking

    def choose_model(self, model_id: str) -> Job | None:
        """Choose a model and list its versions, anew when it is chosen again; picks of versions that are gone are dropped."""
        if model_id != self.model_id:
            self.model_id, self.listing.text = model_id, ""
            self.listing.show(())
            self.picks = self.picks if self.keep_picks else {}
        self.place = "versions"

        def listed(lines: Iterable[ModelVersion]) -> None:
            self.listing.show(lines, self.metric or self.by)
            self.models.learn(self.listing.lines[:1])
            self.models.counts[model_id] = len(self.listing.lines)
            there = {line.version_name for line in self.listing.lines}
            self.picks = put(self.picks, model_id, [name for name in self.picks.get(model_id, ()) if name in there])
            if self.place != "result":
                self._say_listed()

        words = say("Listing versions of {model} …", model=self.models.name(model_id))
        return self._start(words, "versions", model_id, lambda source, progress: source.list_versions(model_id, progress), listed)

    def _say_listed(self) -> None:
        count = counted(len(self.listing.lines), "version")
        self._say(say("{count} of {model}.", count=count, model=self.models.name(self.model_id)), answered=True)

    def pick(self, names: Iterable[str]) -> None:
        """Make these the picks among the versions in the window; picks outside it stay."""
        shown = {line.version_name for line in self.listing.window}
        outside = [name for name in self.picks.get(self.model_id, ()) if name not in shown]
        self._pick(put(self.picks, self.model_id, [*outside, *(name for name in names if name in shown)]))

    def pick_more(self, text: str) -> None:
        """Pick by typing as well: `latest`, `approved`, `last:3`, names with commas, a range or a glob."""
        if text := "".join(text.split()):
            self._pick_meant(text, self.picks.get(self.model_id, ()))

    def pick_quick(self, what: str) -> Job | None:
        """Pick what a button says instead of what is picked of this model, and fetch it, unless other models are to follow."""
        self._pick_meant(QUICK[what])
        return self.fetch() if self.picks and self.error is None and not self.keep_picks else None

    def _pick_meant(self, text: str, before: Sequence[str] = ()) -> None:
        """Pick what a selector means, or without one what is pending, besides what was picked before; what is not found is told."""
        lines, addresses = self.listing.lines, [Address(self.model_id, parse_selector(text))] if text else []
        known = Known.all_of(lines)
        found, errors = resolve(addresses, lambda model_id: (model_id, known), {})
        found += [line for line in lines if not text and is_same(line.approval_status, "Pending")]
        self._pick(put(self.picks, self.model_id, [*before, *(line.version_name for line in found)]))
        for error in list(errors.values())[:1]:
            self.note(error, "pick", self.status)

    def unpick(self, place: int) -> None:
        """Take one version out of the picks."""
        for model_id, gone in each(self.picks)[place : place + 1]:
            self._pick(put(self.picks, model_id, [name for name in self.picks[model_id] if name != gone]))

    def clear(self) -> None:
        """Pick nothing."""
        self._pick({})

    def keep(self, *, picks: bool) -> None:
        """Say whether picks stay when another model is chosen; without it only those of the chosen model do."""
        self.keep_picks = picks
        self.picks = {model: names for model, names in self.picks.items() if picks or model == self.model_id}

    def _pick(self, picks: Picks) -> None:
        self.picks = picks
        self._say(say("{versions} picked.", versions=amount(picks)) if picks else say("Nothing picked."))

    @property
    def addresses(self) -> tuple[Address, ...]:
        """What is picked, as addresses."""
        return tuple(Address(model, Selector("names", names=names)) for model, names in self.picks.items())

    # ---- fetching and comparing

    def fetch(self, addresses: Sequence[Address] = ()) -> Job | None:
        """Fetch what is picked, or what addresses of any form mean and pick that; fetching what is shown asks the service again."""
        asked = tuple(addresses) or self.addresses
        if not asked:
            self._say(say("Pick at least one version first."))
            return None
        refresh = not addresses and asked == self.asked

        def fetched(versions: VersionSet) -> None:
            if versions or not self.results:  # else nothing changes
                self.adopt(versions) if addresses else self._show(asked, versions)
            try:
                raise_failures(versions)
            except PaiError as error:
                wanted = counted(len(versions) + len(versions.errors), "version")
                said = say("{count} of {wanted} fetched.", count=len(versions), wanted=wanted)
                self.note(error, "partly" if versions else "fetch", said)

        ask: Ask = lambda source, progress: source.fetch_versions(asked, progress, refresh=refresh)  # noqa: E731 - as the others
        words = say("Fetching {versions} …", versions=amount(self.picks)) if not addresses else say("Fetching versions …")
        return self._start(words, "fetch", (asked, refresh), ask, fetched)

    def adopt(self, versions: VersionSet, *, given: bool = False) -> Job | None:
        """Show versions that are already here, with the list and the picks in step; of those that were `given` nobody picked any."""
        self.keep_picks = self.keep_picks or len(versions.models) > 1
        if versions:
            self.choose_model(kept(self.model_id, versions.models))
        self.picks = {}
        for model in versions.models:
            self.picks = put(self.picks, model, [version.version_name for version in versions if version.model_id == model])
        job = self._show(self.addresses, versions)
        self.picks = {} if given else self.picks
        return job

    def _show(self, asked: tuple[Address, ...], versions: VersionSet) -> Job | None:
        if self.tab == "Card" and len(self.results) < 2 <= len(versions):  # noqa: PLR2004 - from then on there is a comparison
            self.tab = "Compare"
        self.asked, self.results = asked, versions
        self.place = "result" if versions else self.place
        several = len(versions.models) > 1
        self.names = tuple(version.address if several else version.version_name for version in versions)
        self.models.learn(versions)
        self.card = kept(self.card, self.names)
        gone = {} if self.by in self.metrics else {"by": "", "directions": {}}
        self.terms = {**self.terms, "baseline": kept(self.terms.get("baseline", ""), self.baselines), **gone}
        if (compare := self._compare()) is None:
            self._say(say("{count} fetched.", count=counted(len(versions), "version")))
        return compare

    def set_terms(self, **terms: Any) -> Job | None:
        """Change arguments of `Registry.compare`, and compare anew."""
        before, self.terms = self.arguments, {**self.terms, **terms}
        return self._compare() if self.arguments != before else None

    @property
    def arguments(self) -> Terms:
        """The terms that are not as by default; a metric decides once its direction is known, and is shown then whatever else is."""
        by = self.by if self.terms.get("directions") or infer_direction(self.by).mode else ""
        include = self.terms.get("include", [])
        terms = {**self.terms, "by": by, "include": [*include, by] if include and by and by not in include else include}
        return {name: terms[name] for name in ("baseline", "by", "directions", "only", "include") if terms.get(name)}

    @property
    def by(self) -> str:
        """The metric that was chosen to decide which is the best, empty for none."""
        return str(self.terms.get("by", ""))

    def choose_metric(self, metric: str) -> Job | None:
        """Say which metric matters: it decides which is the best, and is looked at; empty for none."""
        compare = self.set_terms(by=metric if metric in self.metrics else "", directions={})
        self.listing.measure(self.metric)
        return compare

    def set_metrics(self, text: str) -> Job | None:
        """Keep only metrics like these: globs or pieces of names, separated by commas or blanks."""
        words = [word for word in re.split(r"[,\s]+", text) if word]
        return self.set_terms(include=[word if re.search(r"[*?\[]", word) else f"*{word}*" for word in words])

    def set_direction(self, direction: str) -> Job | None:
        """Say which way is better for the metric that matters: `max`, `min`, or empty for what its name suggests."""
        return self.set_terms(directions={self.by: direction} if self.by and direction else {})

    def _compare(self) -> Job | None:
        self.comparison = self.report = None
        self.waiting = {lane: job for lane, job in self.waiting.items() if lane not in ("compare", "report")}
        if len(self.results) < 2:  # noqa: PLR2004 - one version has nothing to be compared with
            return None

        def compared(comparison: Comparison) -> None:
            self.comparison = comparison
            if "fetch" not in self.waiting:
                # in the words of the line above the verdict: the baseline is not counted, and may be none of what was picked
                count, baseline = count_others(comparison), comparison.baseline_name
                self._say(say("{count} compared with {baseline}.", count=count, baseline=baseline), answered=True)

        about = self.results, self.arguments
        words = say("Comparing {count} …", count=counted(len(self.results), "version"))
        return self._start(words, "compare", about, lambda source, _: asyncio.to_thread(source.compare, *about), compared)

    def write_report(self) -> Job | None:
        """Write the comparison into the folder that the kernel works in, under a name that the same comparison always gets."""
        if (comparison := self.comparison) is None:
            return None
        models = re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(self.results.models[:2]))[:60]

        def written(path: Path) -> None:
            self.report = path
            self._say(say("Report written."), answered=True)

        write = partial(comparison.report, f"comparison-{models}-{comparison.fingerprint[:8]}.html", overwrite=True)
        return self._start(say("Writing the report …"), "report", comparison, lambda *_: asyncio.to_thread(write), written)

    @property
    def baselines(self) -> tuple[str, ...]:
        """What versions may be compared with: relative ones first where they mean something, then fetched and listed ones."""
        listed = self.listing.lines if self.results.models in ((), (self.model_id,)) else ()
        shown = {line.version_name for line in self.listing.window} | {self.terms.get("baseline")}
        names = dict.fromkeys([*self.names[:WINDOW], *(line.version_name for line in listed if line.version_name in shown)])
        # the baseline is fetched beside the picks, so it is left out only where the whole list says that there is none
        approved = not listed or any(map(is_approved, (*listed, *self.results)))
        return (*(word for word in BASELINE_OPTIONS if approved or word != "approved"), *names) if names else ()

    @property
    def metric(self) -> str:
        """The metric that is looked at: the one that was chosen, else the first."""
        return kept(self.by, self.metrics)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics that the fetched versions have, or the listed ones while nothing is fetched."""
        return metric_names(self.results or self.listing.lines)

    def look(self, *, tab: str | None = None, card: str | None = None) -> None:
        """Look at another tab or card."""
        self.tab = self.tab if tab is None else tab
        self.card = self.card if card is None else kept(card, self.names)

    @property
    def shown(self) -> Shown:
        """What the panels show, as one immutable value."""
        version = self.results[self.names.index(self.card)] if self.card in self.names else None
        metric, comparing = self.metric if self.tab == "Chart" else "", "compare" in self.waiting
        return Shown(self.tab, self.models.found, self.results, self.comparison, comparing, metric, version, self.error)

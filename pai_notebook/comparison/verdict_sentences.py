"""The sentences of a verdict, by fixed rules: never a score, never an order across metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from pai_notebook.collector import paused_collector
from pai_notebook.comparison.baseline import only_one
from pai_notebook.comparison.comparability import looks_mixed, naming_dataset
from pai_notebook.comparison.interval import level_of_each
from pai_notebook.comparison.interval_text import value_beside
from pai_notebook.comparison.judged import Judged, Standing, has_number, judge
from pai_notebook.comparison.rows import Row, is_alike, left_to_lose
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.series import is_list
from pai_notebook.comparison.together import is_judged
from pai_notebook.comparison.verdict import MANY, Finding, OfVersion, OverallVerdict, in_short
from pai_notebook.comparison.verdict_aside import AsideSentences, is_missing
from pai_notebook.comparison.verdict_best import BestSentences
from pai_notebook.comparison.verdict_words import METRICS, VERSIONS, Loss, all_of
from pai_notebook.display import Tone
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.flatten import split_path
from pai_notebook.model.group import count_versions
from pai_notebook.model.nameless import told_beside_metrics
from pai_notebook.model.number_meant import number_meant, seconds_meant
from pai_notebook.model.numbers import format_computed
from pai_notebook.model.order import is_rejected

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.tolerance import Tolerance

# How many versions marked by themselves are named.
_MARKED = 8
# Characters of a text that are quoted.
_QUOTED = 40
# How many versions that fold goes through.
_LISTED = 20


@paused_collector()
def make_verdict(comparison: Comparison, by: Sequence[Row], asked: str, tolerance: Tolerance) -> OverallVerdict:
    """Say what a comparison answers.

    Parameters
    ----------
    comparison : Comparison
        With at least one version.
    by : sequence of Row
        The metric that matters on each of its datasets.
    asked : str
        Its name as it was asked for, empty where none was.
    tolerance : Tolerance
        How much may differ and still count as the same.
    """
    baseline = comparison.baseline_place
    if baseline is None:
        return OverallVerdict(asked, "", (), (), ())
    sentences = _sentences(comparison, by, tolerance, baseline)
    places = [place for place in range(len(comparison.names)) if place != baseline]
    best, found = list(sentences.best()) if places else [], list(sentences.findings())
    each = list(sentences.one_by_one()) if len(places) > 1 else ()
    counted = count_versions([comparison.versions[place] for place in places])
    verdict = OverallVerdict(
        asked,
        comparison.names[baseline],
        comparison.names,
        sentences.judged,
        [*best, *found, *sentences.details],
        called=comparison._spoken,  # noqa: SLF001 - how sentences call them
        each=each,
        counted=counted,
        tolerant=sentences.is_tolerant,
    )
    is_many = len(places) > MANY
    if is_many or sentences.is_led:
        # which versions are what comes before in which metrics; of many it is counted
        short = in_short(verdict)
        shortly = [*([short] if short else []), *(sentences.counted_singly() if is_many else ())]
        verdict.findings = (
            *best,
            *shortly,
            *(sorted(found, key=lambda finding: finding.listing) if is_many else found),
            *sentences.details,
        )
    return verdict


def losses_of(comparison: Comparison, names: Sequence[str]) -> list[Finding]:
    """Say by how much each of some versions could be worse, apart from all others."""
    baseline = comparison.baseline_place
    if baseline is None:
        return []
    sentences = _sentences(comparison, comparison.by_rows, comparison._tolerance, baseline)  # noqa: SLF001 - a part of it
    return [finding for place, name in enumerate(comparison.names) if name in names for finding in sentences.unseen(place)]


def _sentences(comparison: Comparison, by: Sequence[Row], tolerance: Tolerance, baseline: int) -> _Sentences:
    metrics: list[Row] = []
    mixed: list[Row] = []
    # what is measured of all examples is told before its parts, as those of a class are
    for row in sorted(filter(is_judged, comparison.metrics), key=lambda row: len(split_path(row.path))):
        (mixed if looks_mixed(row) else metrics).append(row)
    places = [place for place in range(len(comparison.names)) if place != baseline]
    judged = judge(metrics, places, baseline, comparison._together)  # noqa: SLF001 - a part of it
    return _Sentences(comparison, judged, metrics, mixed, by, tolerance=tolerance)


def _kind(reason: Phrase) -> str:
    """What tells one kind of reason from others, whatever metric and version it is told of."""
    inner = reason.values.get("reason") if isinstance(reason.values, dict) else None
    return _kind(inner) if isinstance(inner, Phrase) else reason.template


def _is_measured(judged: Judged) -> bool:
    return judged.standing is Standing.UNKNOWN


class _Sentences(BestSentences, AsideSentences):
    """Makes the sentences, the most important first."""

    def findings(self) -> Iterator[Finding]:
        if len(self._names) == 1:
            yield Finding(only_one(self._called[0], self._reason))
            return
        compared = [each for each in self.judged if each.standing not in (Standing.MISSING, Standing.NEW)]
        if compared:
            yield from self._what_differs(compared)
        elif not self._mixed:
            yield Finding(self._nothing())
        # where nothing can be called better or worse that is the answer, and what is missing a remark
        yield from chain(self._missing(), self._unknown()) if self._tested else chain(self._unknown(), self._missing())
        yield from self._measured()
        yield from self._not_read()
        yield from self._costs()
        yield from (Finding(say("{text}.", text=text)) for text in self._comparison.failed_runs)
        if compared and not self._by and len({row.path for row in self._metrics}) > 1:
            yield from self._by_what()

    def _by_what(self) -> Iterator[Finding]:
        """Propose a metric that can be judged by: better in a known direction, with an interval, and measured in most versions."""
        best, name, every = (False, 1), "", len(self._names)
        known = {(each.row.path, each.row.dataset) for each in self._tested}
        for row in self._metrics:
            # of most metrics it is plain without a look at their cells that every version has a number
            measured = every if is_alike(row) else sum(map(has_number, row.cells)) if has_number(row.cells[self._baseline]) else 0
            rank = ((row.path, row.dataset) in known, measured)
            if measured > 1 and row.direction.mode and rank > best:
                best, name = rank, self._path(row)
            if best == (bool(known), every):
                break
        if name:
            yield Finding(say("Name the metric that matters: by={name!r}.", name=name), advice=True)

    def one_by_one(self) -> Iterator[OfVersion]:
        """Say of each version what the sentences say of all, better ones first, then worse ones; of many the last of each kind."""
        costs = [each for several in self._cost_judged for each in several]
        differences, datasets = self._with_differences, self._with_datasets
        kinds: list[tuple[Tone, str, Callable[[list[Judged]], str], Callable[[Judged], bool]]] = [
            ("bad", "worse: {metrics}", differences, lambda each: each.standing is Standing.WORSE),
            ("good", "better: {metrics}", differences, lambda each: each.standing is Standing.BETTER),
            ("neutral", "worse if compared alone: {metrics}", differences, lambda each: each.alone and not each.is_ahead),
            ("neutral", "better if compared alone: {metrics}", differences, lambda each: each.alone and each.is_ahead),
            ("neutral", "behind as measured: {metrics}", differences, lambda each: _is_measured(each) and not each.is_ahead),
            ("neutral", "ahead as measured: {metrics}", differences, lambda each: _is_measured(each) and each.is_ahead),
            ("neutral", "missing: {metrics}", self._as_missing, lambda each: is_missing(each, blank=True)),
            ("neutral", "not a number: {metrics}", datasets, lambda each: is_missing(each, blank=False)),
        ]
        of_place: dict[int, list[Judged]] = {}
        for each in (*self.judged, *self._cost_missing):
            of_place.setdefault(each.place, []).append(each)
        for place in self._listed_places():
            mine = of_place.get(place, [])
            found = [(tone, said, write, some) for tone, said, write, chosen in kinds if (some := list(filter(chosen, mine)))]
            if some := [each for each in costs if each.place == place]:
                found.append(("neutral", "cost: {metrics}", self._as_cost, some))
            told: list[tuple[Tone, Phrase]] = []
            for tone, said, write, several in found:
                told.append((tone, say(said, metrics=first(self._by_path(several, write), METRICS))))
            standings = {each.standing for each in mine}
            if standings & {Standing.CHANCE, Standing.SAME} and not standings & {Standing.WORSE, Standing.BETTER}:
                told.insert(0, ("neutral", say("not told apart")))
            elif not told:
                told.append(("neutral", say("nothing can be compared")))
            yield OfVersion(self._names[place], self._called[place], tuple(told))

    def _listed_places(self) -> list[int]:
        """The versions that are gone through: those that are better, worse, either if compared alone, and the others."""
        better, worse = ({each.place for each in self._of[word]} for word in (Standing.BETTER, Standing.WORSE))
        alone, every = {each.place for each in self._singly}, set(range(len(self._names))) - {self._baseline}
        kinds = [sorted(kind) for kind in (better, worse - better, alone - worse - better, every - alone - worse - better)]
        kept: set[int] = set()
        for kind in (kinds[0], kinds[2], kinds[1], kinds[3]):  # of those that are worse there may be very many
            kept.update(kind[max(0, len(kind) - _LISTED + len(kept)) :])
        return [place for kind in kinds for place in kind if place in kept]

    @property
    def is_led(self) -> bool:
        """Whether one sentence says which versions are better and which are worse, so that those behind it say only in which metrics."""
        count = len(self._names) - 1
        return self._is_decided and (count > MANY or (count > 1 and not self._by))

    @property
    def _is_decided(self) -> bool:
        return bool(self._of[Standing.WORSE] or self._of[Standing.BETTER])

    def _what_differs(self, compared: Sequence[Judged]) -> Iterator[Finding]:
        """Say what is better and worse, sure together first, and what could still be worse where nothing is."""
        tested = self._tested
        if self._is_decided:
            yield from self._decided()
        elif tested:
            metrics = first(list(dict.fromkeys(self._path(each.row) for each in tested)), METRICS)
            said = "In {metrics} nothing is better or worse than {baseline} beyond chance (95 % together)."
            brief = "Nothing is better or worse than {baseline} beyond chance (95 % together)."
            if self.is_tolerant:
                said = "In {metrics} nothing is better or worse than {baseline} beyond chance and the tolerance (95 % together)."
                brief = "Nothing is better or worse than {baseline} beyond chance and the tolerance (95 % together)."
            yield Finding(say(said, metrics=metrics, baseline=self._base), self._rows(tested), brief=say(brief, baseline=self._base))
        elif all(each.standing is Standing.SAME for each in compared):
            said = "Equal to {baseline} as measured in every quality metric."
            tolerated = self._tolerance.words and any(each.change.delta for each in compared)
            if tolerated:
                said = "Equal to {baseline} as measured, or within the tolerance, in every quality metric."
            directed = all(row.direction.mode is not None for row in self._metrics)
            if self._mixed or not directed or len(compared) < len(self._metrics) * (len(self._names) - 1):  # not all of them are
                said = "Equal to {baseline} as measured in {metrics}."
                if tolerated:
                    said = "Equal to {baseline} as measured, or within the tolerance, in {metrics}."
            yield Finding(say(said, baseline=self._base, metrics=self._metrics_of(compared)), self._rows(compared))
        yield from self._all_tolerated(compared)
        yield from self._alone()
        yield from self.unseen()
        yield from self._not_covered()
        yield from self._doubted()

    def _all_tolerated(self, compared: Sequence[Judged]) -> Iterator[Finding]:
        """Say of which metrics no value can be worse by more than the tolerance, as 1 of a fraction: a unit was forgotten."""
        found: dict[Phrase, list[Judged]] = {}
        for each in compared if self._tolerance.canonical() else ():
            values = [value for place in (each.place, self._baseline) if (value := each.row.cells[place].value) is not None]
            base, up = each.row.cells[self._baseline].value, each.row.direction.mode == "min"
            name = each.row.path, each.row.dataset
            if base is not None and (reason := self._tolerance.allows_anything(name, values, base, up=up)) is not None:
                found.setdefault(reason, []).append(each)
        if found:
            said = say("No difference is beyond this tolerance: {reasons}.", reasons=first(list(found), METRICS))
            yield Finding(said, self._rows(chain.from_iterable(found.values())))

    def _nothing(self) -> Phrase:
        """Say why there is no verdict."""
        if not any(has_number(cell) for row in self._metrics for cell in row.cells):
            texts = ((row, cell.raw) for row in self._metrics for cell in row.cells if row.direction.mode and isinstance(cell.raw, str))
            row, text = next(texts, (None, ""))
            if row is not None:
                said, number = "No verdict: {metric} is text, such as {text!r}, not a number.", value_beside(text)
                if number is not None:
                    said = "No verdict: {metric} is text, such as {text!r}; write the number {number}, and the text as {metric}_ci."
                elif (number := number_meant(text)) is not None:
                    said = "No verdict: {metric} is text, such as {text!r}; write the number {number}."
                elif (number := seconds_meant(text)) is not None:
                    said = "No verdict: {metric} is text, such as {text!r}; write seconds, {number} where it says minutes and seconds."
                shown = None if number is None else format_computed(number)
                return say(said, metric=self._path(row), text=text[:_QUOTED], number=shown)
            beside = told_beside_metrics(version._document for version in self._comparison.versions)  # noqa: SLF001 - read only
            if beside and not self._metrics:
                return beside
            if lists := [row for row in self._metrics if row.direction.mode and any(map(is_list, row.cells))]:
                return say("No verdict: {metrics} has a list of numbers, not a number.", metrics=self._path(lists[0]))
            if not any(row.direction.mode for row in self._metrics):
                return say("No verdict: no metric says how good these versions are.")
        every = self._comparison._measured  # noqa: SLF001 - with those that an option leaves out
        if found := naming_dataset([*filter(is_judged, every)], [row for row in every if row.is_evidence], self._baseline):
            row, place, code = found
            told = "No verdict: no dataset is named for {metric} of {version}. Name the one it was measured on, as in {code}."
            return say(told, metric=self._path(row), version=self._called[place], code=code)
        return say("No verdict: no quality metric was measured in {baseline} and in another version.", baseline=self._base)

    def _decided(self) -> Iterator[Finding]:
        worse, better = self._of[Standing.WORSE], self._of[Standing.BETTER]
        if worse and better and len(self._names) == 2:  # noqa: PLR2004 - the baseline and one more
            yield self._both(worse, better)
            yield from self._rejected(better)
            return
        for found, shortly, told, tolerated, brief in (
            (
                worse,
                "Worse: {versions}.",
                "Worse than {baseline} beyond chance (95 % together): {versions}.",
                "Worse than {baseline} beyond chance and the tolerance (95 % together): {versions}.",
                "Worse than {baseline} beyond chance in {metrics}.",
            ),
            (
                better,
                "Better: {versions}.",
                "Better than {baseline} beyond chance (95 % together): {versions}.",
                "Better than {baseline} beyond chance and the tolerance (95 % together): {versions}.",
                "Better than {baseline} beyond chance in {metrics}.",
            ),
        ):
            if found:
                said = shortly if self.is_led else tolerated if self.is_tolerant else told
                # what is shown to be better or worse is never left out
                finding = self._told(said, found, self._with_differences, most=len(self._names))
                yield replace(finding, brief=say(brief, baseline=self._base, metrics=self._metrics_of(found)))
                yield from self._rejected(found) if found is better else ()

    def _rejected(self, better: list[Judged]) -> Iterator[Finding]:
        """Say which of the better versions may not go live, without those that are called the best."""
        best = {place for row in self._by if (leaders := self._comparison.leaders(row)) for place in leaders.equal}
        if found := [each for each in better if each.place not in best and is_rejected(self._comparison.versions[each.place])]:
            names = [self._called[place] for place in dict.fromkeys(each.place for each in found)]
            yield Finding(say("Rejected, may not go live: {versions}.", versions=first(names, VERSIONS)), self._rows(found))

    def _both(self, worse: list[Judged], better: list[Judged]) -> Finding:
        """Say in one sentence what the only version is better in, and what it is worse in."""
        said = "Beyond chance (95 % together), {version} is better than {baseline} in {better} and worse in {worse}."
        if self.is_tolerant:
            said = "Beyond chance and the tolerance (95 % together), {version} is better than {baseline} in {better} and worse in {worse}."
        words: dict[str, str] = {"version": self._called[worse[0].place], "baseline": self._base}
        metrics = (all_of(self._by_path(found, self._with_differences), len(self._metrics)) for found in (better, worse))
        text = say(said, **words, **dict(zip(("better", "worse"), metrics, strict=True)))
        brief = say(
            "{version} is better than {baseline} in {better} and worse in {worse}, beyond chance.",
            **words,
            better=self._metrics_of(better),
            worse=self._metrics_of(worse),
        )
        return Finding(text, self._rows([*worse, *better]), brief=brief)

    def _metrics_of(self, judged: Sequence[Judged]) -> Phrase:
        return first(list(dict.fromkeys(self._path(each.row) for each in judged)), METRICS)

    def unseen(self, *places: int) -> Iterator[Finding]:
        """Say by how much all versions, or those at some places, could be worse where they are not shown to be worse or better."""
        together = level_of_each(len(self._tested))
        worse = {(each.place, each.row.path) for each in self._of[Standing.WORSE]}
        losses: dict[object, list[Loss]] = {}
        few: list[Judged] = []
        for each in self._tested:
            if each.standing in (Standing.WORSE, Standing.BETTER) or each.change.evidence is None or (places and each.place not in places):
                continue
            interval = each.change.evidence.telling(together)
            if interval is None:
                few.append(each)
                continue
            loss = -interval.low if each.row.direction.mode == "max" else interval.high
            base = each.row.cells[self._baseline].value or 0.0
            # nobody loses more than was measured
            loss = min(loss, left_to_lose(each.row, base))
            if loss > self._tolerance.bound(each.row.path, each.row.dataset, base):
                # a version that is worse in the metric on another dataset is told by itself
                losses.setdefault((each.row.path, (each.place, each.row.path) in worse), []).append(Loss(loss, each))
        if losses:
            yield self._could_be_worse(list(losses.values()))
        if few:
            told = "Too few runs or folds to tell how much worse these could still be: {versions}."
            yield replace(self._told(told, few, self._with_datasets), loss=True)

    def _could_be_worse(self, losses: Sequence[Sequence[Loss]]) -> Finding:
        """Name the versions of which each loss is true, those of the largest first; worse in a metric already, `elsewhere`."""
        worse = {(each.place, each.row.path) for each in self._of[Standing.WORSE]}
        of_versions: dict[tuple[tuple[int, ...], bool], list[Loss]] = {}
        for several in sorted(losses, key=lambda several: -max(self._weight(each) for each in several)):
            places = tuple(sorted({each.judged.place for each in several}))
            elsewhere = all((each.judged.place, each.judged.row.path) in worse for each in several)
            of_versions.setdefault((places, elsewhere), []).append(max(several, key=self._weight))
        parts: list[Phrase] = []
        for (places, elsewhere), largest in of_versions.items():
            named = all_of([self._called[place] for place in places], VERSIONS)
            could = all_of([self._loss(each, alone=len(places) == 1) for each in largest], METRICS)
            if elsewhere:
                again = "{versions} elsewhere by up to about {losses}"
                told = again if parts else "{versions} could still be worse elsewhere (95 % together) by up to about {losses}"
            else:
                told = (
                    "{versions} by up to about {losses}"
                    if parts
                    else "{versions} could still be worse (95 % together) by up to about {losses}"
                )
            parts.append(say(told, versions=named, losses=could))
        found = [each.judged for several in losses for each in several]
        known = {each.place for each in found}
        unknown = any(each.place in known for each in self._of[Standing.UNKNOWN])
        said = "Where an interval is known, {parts}." if unknown else "{parts}."
        more = len(parts) - METRICS
        shown = joined(parts[:METRICS], "; ") if more > 1 else joined(parts, "; ")
        if more > 1:
            left = sum(map(len, list(of_versions.values())[METRICS:]))
            shown = say("{shown}; and less in {count} more metrics", shown=shown, count=left)
        return Finding(say(said, parts=shown), self._rows(found), loss=True)

    def _not_covered(self) -> Iterator[Finding]:
        """Say of which metrics the intervals cover other runs only: on other examples the difference may be another one."""
        found = []
        for each in self._tested:
            sides = each.change.evidence.sides if each.change.evidence is not None else None
            if sides is not None and isinstance(sides[0], Runs) and isinstance(sides[1], Runs) and not sides[0].covers_examples(sides[1]):
                found.append(each)
        if found:
            metrics = first(self._by_path(found, self._with_versions), METRICS)
            yield Finding(say("The intervals of {metrics} cover other runs, not other examples.", metrics=metrics), self._rows(found))

    def _doubted(self) -> Iterator[Finding]:
        """Say which numbers of examples are not believed although an interval is known, and of how few examples better and worse are."""
        doubts: dict[Phrase, list[Judged]] = {}
        cautions: dict[Phrase, list[Judged]] = {}
        for each in self._tested:
            evidence = each.change.evidence
            if evidence is not None and evidence.doubt is not None:
                doubts.setdefault(evidence.doubt, []).append(each)
            is_found = each.alone or each.standing in (Standing.WORSE, Standing.BETTER)
            sides = None if evidence is None or not is_found else evidence.sides
            if sides is not None and (caution := sides.caution) is not None:
                cautions.setdefault(caution, []).append(each)
        for found, write in ((doubts, self._with_datasets), (cautions, self._with_versions)):
            for doubt, several in found.items():
                metrics = first(self._by_path(several, write), METRICS)
                yield Finding(say("For {metrics}, {doubt}.", metrics=metrics, doubt=doubt), self._rows(several))

    def _unknown(self) -> Iterator[Finding]:
        found = self._of[Standing.UNKNOWN]
        tested = {self._path(each.row) for each in self._tested}
        nowhere = [each for each in found if self._path(each.row) not in tested]
        if nowhere:
            metrics = first(list(dict.fromkeys(self._path(each.row) for each in nowhere)), METRICS)
            none = "No interval is known, so that nothing can be called better or worse: {metrics}."
            yield Finding(say("No interval is known for {metrics}." if tested else none, metrics=metrics), self._rows(nowhere))
        if partly := [each for each in found if self._path(each.row) in tested]:
            yield self._told("No interval is known for {versions}.", partly, self._with_datasets)
        refused: dict[Phrase, list[Judged]] = {}
        for each in found:
            if each.change.evidence is not None and each.change.evidence.is_given:
                refused.setdefault(each.change.evidence.reason, []).append(each)
        yield from self._refused(refused)

    def _refused(self, refused: dict[Phrase, list[Judged]]) -> Iterator[Finding]:
        """Say why what is given gives no interval, which is an error of somebody: every kind of reason, that of most metrics first."""
        kinds: dict[str, list[Phrase]] = {}
        for reason in refused:
            kinds.setdefault(_kind(reason), []).append(reason)
        by = {(row.path, row.dataset) for row in self._by}

        def weight(reasons: Sequence[Phrase]) -> tuple[bool, int]:
            """Whether it is of the metric that matters, and of how many values."""
            several = [each for reason in reasons for each in refused[reason]]
            return any((each.row.path, each.row.dataset) in by for each in several), len(several)

        of_metrics: dict[tuple[str, frozenset[str]], list[Phrase]] = {}
        for reason, several in refused.items():
            of_metrics.setdefault((_kind(reason), frozenset(each.row.path for each in several)), []).append(reason)
        ordered = list((of_metrics if len(of_metrics) <= METRICS else kinds).values())
        for reasons in sorted(ordered, key=weight, reverse=True):
            of_one, others = refused[reasons[0]], [each for reason in reasons[1:] for each in refused[reason]]
            said = "What is given for {metrics} gives no interval: {reason}."
            if others:
                said = "What is given for {metrics} gives no interval: {reason}; the same kind of reason for {versions}."
            metrics = first(self._by_path(of_one, self._with_datasets), METRICS)
            versions = self._listed(others, self._with_datasets) if others else ""
            yield Finding(say(said, metrics=metrics, reason=reasons[0], versions=versions), self._rows([*of_one, *others]))

    def _measured(self) -> Iterator[Finding]:
        """Say what is ahead and behind as measured only."""
        found = self._of[Standing.UNKNOWN]
        for ahead in (True, False):
            some = [each for each in found if each.is_ahead is ahead]
            if some:
                template = "As measured, ahead of {baseline}: {versions}." if ahead else "As measured, behind {baseline}: {versions}."
                told = self._told(template, some, self._with_differences)
                yield replace(told, brief=self._told(template, some, self._plainly).text)

    def _alone(self) -> Iterator[Finding]:
        """Say what would be beyond chance if nothing else had been looked at."""
        for ahead in (False, True):
            found = [each for each in self._singly if each.is_ahead is ahead]
            if found:
                worse = "Worse beyond chance if compared alone (95 %), but not among all that is compared here: {versions}."
                better = "Better beyond chance if compared alone (95 %), but not among all that is compared here: {versions}."
                yield self._told(better if ahead else worse, found, self._with_differences)

    def counted_singly(self) -> Iterator[Finding]:
        """Name the versions that a cell alone calls better or worse, of many: what is marked there is not among what is better together."""
        # what is so among all that is compared here is named before
        decided = {ahead: {each.place for each in self._of[Standing.BETTER if ahead else Standing.WORSE]} for ahead in (True, False)}
        found = [each for each in self._singly if each.place not in decided[each.is_ahead]]
        parts = []
        for ahead, words in ((True, "{versions} better"), (False, "{versions} worse")):
            named = [self._called[place] for place in sorted({each.place for each in found if each.is_ahead is ahead})]
            parts += [say(words, versions=first(named, _MARKED))] if named else []
        if parts:
            told = "If compared alone (95 %), but not among all that is compared here: {parts}."
            yield Finding(say(told, parts=joined(parts, "; ")), self._rows(found))

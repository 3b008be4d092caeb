"""Names of a version's values: read, printed, matched and ranked.

Every argument that takes a name or a glob (conditions, sorting, include and exclude, directions, tolerances, gate rules, charts,
subscripts) is answered here, so that one spelling means the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from functools import lru_cache, partial
from typing import Generic, TypeVar

from pai_notebook.arguments import described, warn
from pai_notebook.errors import ComparisonError, ConfigurationError, NameNotFound, PatternWarning
from pai_notebook.i18n.phrases import joined, say, told
from pai_notebook.model.fields import field_named
from pai_notebook.model.flatten import natural_key, split_path, unescaped
from pai_notebook.model.nearest import dataset_hint, dataset_nicks, nearest_hint
from pai_notebook.sanitize import printable

T = TypeVar("T")

# How specific a match is: as written, then exact, then by glob; with a dataset before without; more characters spelt out before fewer.
Rank = tuple[int, int, int]

_SUBSCRIPT = re.compile(
    r"""(?P<before>(?:(?!\[\s*['"]).)++)\[\s*(?P<mark>['"])(?P<first>.+?)(?P=mark)\s*
    (?:,\s*(?P<other>['"])(?P<second>.{1,500})(?P=other)\s*)?\](?P<rest>.*)""",
    re.DOTALL | re.VERBOSE,
)
_ID = re.compile("d-")
# What a condition reads as a name.
_BARE = re.compile(r"[^\W\d](?:[\w.@/:%\\]|-(?=\w))*+")
_WILD = re.compile(r"\[\[?[^\]\[]*\]|[*?]")


@dataclass(frozen=True, slots=True)
class Name:
    """The name of one value: its section, path and dataset.

    Attributes
    ----------
    section : str
        `metrics`, `labels`, the name of a spec, or empty for a plain field.
    path : str
        A metric's or a spec's dotted path, keys with dots of their own escaped; a label's key; the name of a field.
    dataset : str
        The dataset of a metric; empty where none is named.
    label : str
        What the registry calls the dataset, which patterns may use instead; no part of what makes names equal.
    nick : str
        What tables shorten the dataset to, where that is no other dataset's; understood and never written.

    Examples
    --------
    >>> str(Name("metrics", "cer", "d-a")), Name("metrics", "cer", "d-a").short, str(Name("", "uri"))
    ('metrics.cer@d-a', 'cer@d-a', 'uri')
    """

    section: str
    path: str
    dataset: str = ""
    label: str = field(default="", compare=False)
    nick: str = field(default="", compare=False)

    def __str__(self) -> str:
        return "\n".join(printable([self.full]))

    def __format__(self, spec: str) -> str:
        return format(self.full, spec)

    @property
    def full(self) -> str:
        """The name with its section, as frames have it: `metrics.cer@d-a`. `str` is the same, in characters that stdout can encode."""
        return f"{self.section}.{self.short}" if self.section else self.short

    @property
    def short(self) -> str:
        """The name without its section: `cer@d-a`."""
        return f"{self.path}@{self.dataset}" if self.dataset else self.path

    @property
    def shown(self) -> str:
        """The name as people read it: without its section, dots of keys bare, the dataset as the registry calls it."""
        path, dataset = unescaped(self.path), self.label or self.dataset
        return f"{path}@{dataset}" if dataset else path

    @property
    def typed(self) -> str:
        """The shortest text that a condition understands: metrics and fields bare, everything else with its section.

        The dataset is named as the registry calls it, and what a condition would not read as a name stands in backticks.
        """
        if self.section != "metrics":
            return self.full
        text = f"{self.path}@{self.label or self.dataset}" if self.dataset else self.path
        return text if _BARE.fullmatch(text) or "`" in text else f"`{text}`"

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Natural order of paths, then of datasets."""
        return self.section, natural_key(self.path), natural_key(self.dataset)


def metric_named(path: str, dataset: str) -> Name:
    """Name of a metric of whose dataset nothing else is known."""
    return Name("metrics", path, dataset)


# What gives a metric its name.
Naming = Callable[[str, str], Name]


def naming_of(datasets: Iterable[str], labels: Mapping[str, str]) -> Naming:
    """Give what names metrics on these datasets as patterns know them: with what the registry and tables call the dataset.

    Examples
    --------
    >>> naming_of(["d-a", "d-b"], {"d-a": "wine-holdout", "d-b": "wine-noisy"})("cer", "d-a").nick
    'holdout'
    """
    nicks = dataset_nicks(sorted(set(datasets)), labels)
    return partial(_metric_name, labels, nicks)  # which can be pickled


def _metric_name(labels: Mapping[str, str], nicks: Mapping[str, str], path: str, dataset: str) -> Name:
    return Name("metrics", path, dataset, labels.get(dataset, ""), nicks.get(dataset, ""))


@lru_cache(maxsize=1024)
def _words(field: str) -> tuple[str, ...]:
    """Every word for a field."""
    info = field_named(field)
    return (field, snake_case(field)) if info is None else (info.name, *info.aliases, info.key)


def _spellings(name: Name) -> dict[str, tuple[int, int]]:
    """Every text that means a name exactly, with whether it names the dataset and whether it is the escaped form."""
    # equal names may have different labels
    return _spelled(name, name.label, name.nick)


@lru_cache(maxsize=65536)
def _spelled(name: Name, label: str, nick: str) -> dict[str, tuple[int, int]]:
    words = _words(name.section or name.path)
    if not name.section:
        return dict.fromkeys((word for word in words if word), (0, 1))
    prefixes = [f"{word}." for word in words if word]
    if name.section == "metrics":
        prefixes.append("")
    plain = name.path if name.section == "labels" else ".".join(split_path(name.path)) or name.path
    found: dict[str, tuple[int, int]] = {}
    for path, escaped in ((plain, 0), (name.path, 1)):
        for prefix in prefixes:
            found[f"{prefix}{path}"] = (0, escaped)
            for dataset in filter(None, (name.dataset, label, nick)):
                found[f"{prefix}{path}@{dataset}"] = found[f"{prefix}{path}[{dataset}]"] = (1, escaped)
    return found


def snake_case(word: str) -> str:
    """Spell the API's word as Python does.

    Examples
    --------
    >>> snake_case("QuantizationSpec")
    'quantization_spec'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", word).lower()


class Pattern:
    r"""A name or a glob as people write it.

    ``cer``, ``cer@d-a``, ``cer[d-a]``, ``metrics.cer``, ``metrics['cer', 'd-a']``, ``labels.env``, ``training_spec.lr``, globs
    (``*``, ``?``, ``[ab]``) of these, and a whole section (``labels``). ``cer@`` is the metric without a dataset alone. Backticks
    keep what stands between them from being read as a glob. A metric's own dots need no escape.

    Parameters
    ----------
    text : str
        What was written.

    Examples
    --------
    >>> loss = Name("metrics", r"val\.loss", "d-a")
    >>> [Pattern(text).fits(loss) for text in ("val.loss", "metrics.val.l*", "`val.loss`[d-a]", "val", "labels.val.loss")]
    [True, True, True, False, False]
    """

    __slots__ = ("_bare", "_base", "_dataset", "_glob", "_literal", "_solid", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        body = without_quotes(text.strip())
        base, bracket, dataset = body.rpartition("[")
        self._base = Pattern(base) if bracket and base and body.endswith("]") else None
        self._dataset = dataset[:-1]
        self._bare = Pattern(body[:-1]) if body.endswith("@") and body != "@" else None
        # every second part is inside of backticks; an odd number of them is part of the name
        parts = body.split("`") if body.count("`") % 2 == 0 else [body]
        self._literal = "".join(parts)
        wild = any(_WILD.search(part) for part in parts[::2])
        # what is in backticks means itself: a wildcard in it is put into brackets
        source = "".join(re.sub(r"([*?\[])", r"[\1]", part) if place % 2 else part for place, part in enumerate(parts))
        self._glob: Callable[[str], object] | None = re.compile(translate(source)).match if wild else None
        self._solid = len(_WILD.sub("", source))

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return self.text == other.text if isinstance(other, Pattern) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.text)

    def rank(self, name: Name) -> Rank | None:
        """How specifically the pattern matches a name; None when it does not."""
        # exact spellings before globs, so that a name with a wildcard in it can be asked for
        spellings = _spellings(name) if self._glob is not None or not name.section or self.mentions(name.path) else {}
        # as it is written first: a name may have backticks, quotes or blanks of its own
        for text, how in ((self.text, 2), (self._literal, 1)):
            exact = spellings.get(text)
            if exact is not None:
                return (how, *exact)
        if self._base is not None and is_on(name, self._dataset):
            rank = self._base.rank(Name(name.section, name.path))
            if rank is not None:
                return rank[0] if self._dataset in (name.dataset, name.label, name.nick) else 0, 1, rank[2]
        if self._bare is not None and name.section == "metrics" and not name.dataset:
            rank = self._bare.rank(name)
            if rank is not None:
                return rank[0], 1, rank[2]
        if self._glob is not None:
            fitting = [with_dataset for text, (with_dataset, _) in spellings.items() if self._glob(text)]
            if fitting:
                return 0, min(fitting), self._solid
        if name.section and self._literal in _words(name.section):
            return 0, 0, 0
        return None

    @property
    def is_glob(self) -> bool:
        """Whether it has wildcards."""
        return self._glob is not None

    def mentions(self, path: str) -> bool:
        """Whether a path could be part of what was written; most names are told apart by that alone."""
        if path in self.text or path in self._literal or "\\" in path:
            return True
        return self._base is not None and self._base.mentions(path)

    def fits(self, name: Name) -> bool:
        """Whether the pattern matches a name."""
        return self.rank(name) is not None

    def section(self, unknown: Iterable[str] = ()) -> str:
        """The section it selects from: `labels`, a spec, empty for a plain field, else `metrics`.

        Parameters
        ----------
        unknown : iterable of str
            Fields beyond the catalogue that occur, by the API's own word.
        """
        word = re.split(r"[.\[]", self._literal, maxsplit=1)[0]
        info = field_named(word)
        if info is not None and not info.is_plain:
            return info.name
        other = next((each for each in unknown if word in (each, snake_case(each))), "")
        if word == self._literal:
            return "" if info is not None or other else "metrics"
        return other or "metrics"


def is_on(name: Name, dataset: str) -> bool:
    """Whether a metric was measured on the dataset that an id, an address, a name, a short name or a glob of these means.

    Examples
    --------
    >>> [is_on(Name("metrics", "cer", "d-a", "hold-out"), text) for text in ("d-a", "hold-out", "hold*", "")]
    [True, True, True, False]
    """
    return any(each and (each == dataset or fnmatchcase(each, dataset)) for each in (name.dataset, name.label, name.nick))


class Patterns:
    """Names or globs of one argument, and which of them matched nothing.

    Parameters
    ----------
    given : str, iterable of str, or None
        As users pass it; None for nothing said.
    argument : str
        What the argument is called, for errors.

    Raises
    ------
    ConfigurationError
        When it is neither text nor several texts.
    """

    __slots__ = ("patterns",)

    def __init__(self, given: str | Iterable[str] | None, argument: str = "include") -> None:
        texts = () if given is None else (given,) if isinstance(given, str) else given
        try:
            found = tuple(texts)
        except TypeError:
            found = (given,)  # type: ignore[assignment]
        if not all(isinstance(text, str) for text in found):
            raise ConfigurationError(
                say("{argument}={given} is not a name", argument=argument, given=described(given)),
                hint=say("Pass {argument}='accuracy*' or a list of such texts.", argument=argument),
            )
        self.patterns = tuple(map(Pattern, found))

    def __len__(self) -> int:
        return len(self.patterns)

    @property
    def texts(self) -> tuple[str, ...]:
        """The patterns as written."""
        return tuple(pattern.text for pattern in self.patterns)

    def fits(self, name: Name) -> bool:
        """Whether any of them matches a name."""
        return any(pattern.fits(name) for pattern in self.patterns)

    def unused(self, names: Iterable[Name]) -> tuple[str, ...]:
        """Patterns that match none of some names, as written."""
        left = list(self.patterns)
        for name in names:
            if not left:
                break
            left = [pattern for pattern in left if not pattern.fits(name)]
        return tuple(pattern.text for pattern in left)

    def check(self, names: Collection[Name]) -> None:
        """Refuse a misspelt name where none of the patterns matches: the answer would be about nothing. Globs may match nothing.

        Raises
        ------
        NameNotFound
            With the nearest names; none where there are no names, or what is meant is a section or a field that they lack.
        """
        if not names or len(self.unused(names)) < len(self):
            return
        for pattern in self.patterns:
            if not pattern.is_glob and pattern.section() == "metrics" and not pattern.fits(Name("metrics", "")):
                raise NameNotFound(say("no version has {text!r}", text=pattern.text), hint=nearest_hint(pattern.text, names))


class Chooser:
    """A test of names: any of them included (all by default) and none excluded.

    Parameters
    ----------
    include, exclude : str, iterable of str, or None
        Names or globs, as users pass them.

    Examples
    --------
    >>> wanted = Chooser(["metrics.*", "created"], "*loss*")
    >>> wanted(Name("metrics", "cer")), wanted(Name("metrics", "loss")), wanted(Name("", "uri"))
    (True, False, False)
    """

    __slots__ = ("_everything", "exclude", "include")

    def __init__(self, include: str | Iterable[str] | None = None, exclude: str | Iterable[str] | None = None) -> None:
        self._everything = include is None
        self.include, self.exclude = Patterns(include, "include"), Patterns(exclude, "exclude")

    def __call__(self, name: Name) -> bool:
        """Whether a name is wanted."""
        return (self._everything or self.include.fits(name)) and not self.exclude.fits(name)

    def warn_of_unused(self, names: Collection[Name]) -> None:
        """Warn of each pattern that matches none of the names, with the nearest; of none when there are no names.

        Raises
        ------
        NameNotFound
            As `Patterns.check`, of what is included.
        """
        self.include.check(names)
        for argument, patterns in (("include", self.include), ("exclude", self.exclude)):
            for text in patterns.unused(names) if names else ():
                said = say("{argument}={text!r} matches nothing. {hint}", argument=argument, text=text, hint=nearest_hint(text, names))
                warn(told(said), PatternWarning)


def choose(told: Mapping[Pattern, T], name: Name, argument: str) -> tuple[Pattern, T] | None:
    """Return what the most specific matching pattern says of a name; None when none matches.

    Raises
    ------
    ConfigurationError
        When two equally specific patterns say different things.

    Examples
    --------
    >>> told = {Pattern("val.*"): "max", Pattern("val.cer"): "min"}
    >>> choose(told, Name("metrics", "val.cer", "d-a"), "directions")[1]
    'min'
    """
    ranked = [(rank, pattern) for pattern in told if (rank := pattern.rank(name)) is not None]
    if not ranked:
        return None
    top = max(rank for rank, _ in ranked)
    best = sorted((pattern for rank, pattern in ranked if rank == top), key=lambda pattern: pattern.text)
    if any(told[pattern] != told[best[0]] for pattern in best):
        said = joined([say("{pattern!r} says {what}", pattern=pattern.text, what=told[pattern]) for pattern in best], " and ")
        raise ConfigurationError(
            say("{argument} contradict each other for {short}: {said}", argument=argument, short=name.shown, said=said),
            hint=say("Add {short!r} itself to {argument}.", short=name.typed, argument=argument),
        )
    return best[0], told[best[0]]


class ByName(Generic[T]):
    """What an argument says of metrics, by name or glob; the most specific wins.

    Parameters
    ----------
    argument : str
        What the argument is called, for errors.
    said : mapping
        What is said, by pattern as written.
    naming : callable
        What gives a metric its name.
    for_all : bool
        Whether it was said of all metrics at once, without a name.
    """

    def __init__(self, argument: str, said: Mapping[str, T], naming: Naming, *, for_all: bool = False) -> None:
        self.said = said
        self._argument, self._naming, self._for_all = argument, naming, for_all
        self._patterns = {Pattern(text): what for text, what in said.items()}

    def _choose(self, path: str, dataset: str) -> tuple[Pattern, T] | None:
        """What the most specific pattern says of a metric, with that pattern; None where nothing is said."""
        return choose(self._patterns, self._naming(path, dataset), self._argument) if self._patterns else None

    @property
    def several(self) -> bool:
        """Whether patterns could contradict each other."""
        return len(self._patterns) > 1

    def unused(self, names: Iterable[Name]) -> tuple[str, ...]:
        """Patterns that match none of these metrics."""
        return () if self._for_all else Patterns(self.said).unused(names)


def resolve(
    text: str,
    names: Collection[Name],
    *,
    dataset: str | None = None,
    missing: str = "no version has a name {text!r}",
    others: Callable[[], Collection[Name]] | None = None,
) -> Name:
    """Find the one name that a text refers to.

    Parameters
    ----------
    text : str
        A name, exactly; a glob is not one name. `cer@` is the metric without a dataset, where it was measured on one too. What
        occurs nowhere may be the end of one label or setting.
    names : collection of Name
        Those that occur.
    dataset : str, optional
        The dataset of a metric that has several; empty for the metric without one.
    missing : str
        What an error says of a name that occurs nowhere, with the name as `{text!r}`.
    others : callable, optional
        Gives more names: those that may be given by their end, and among which the nearest are looked for.

    Raises
    ------
    NameNotFound
        When the name occurs nowhere (the nearest names are in the hint), or the metric was not measured on the dataset.
    ComparisonError
        When the metric was measured on several datasets, or on one and without, and none is named.

    Examples
    --------
    >>> names = [Name("metrics", "cer", "d-a"), Name("metrics", "cer", "d-b"), Name("metrics", "cer"), Name("metrics", "wer", "d-a")]
    >>> resolve("wer", names).short, resolve("cer[d-b]", names).short, resolve("metrics.cer", names, dataset="d-a").short
    ('wer@d-a', 'cer@d-b', 'cer@d-a')
    >>> resolve("cer@", names).short, resolve("cer", names, dataset="").short
    ('cer', 'cer')
    >>> resolve("lr", [Name("training_spec", "HyperParameters.lr")]).full
    'training_spec.HyperParameters.lr'
    """
    if not isinstance(text, str):
        raise ComparisonError(
            say("{text} is not a name", text=described(text)),
            hint=say("Pass a text such as 'accuracy', 'accuracy@d-a', 'labels.env' or 'created'."),
        )
    ranked = _exactly(text, names)
    fitting = [
        (rank, name)
        for rank, name in ranked
        if dataset is None or name.dataset == dataset or (dataset and dataset in (name.label, name.nick)) or name.section != "metrics"
    ]
    if not fitting:
        base, asked = (text, dataset) if ranked else _without_dataset(text)
        measured = ranked or (_exactly(base, names) if base != text else [])
        if measured:
            words = "{base} was not measured on dataset {asked!r}" if asked else "{base} was not measured without a dataset"
            raise NameNotFound(say(words, base=base, asked=asked), hint=dataset_hint(asked or "", [name for _, name in measured]))
        known = names if others is None else others()
        ending = [name for name in known if name.section not in ("", "metrics") and f".{name.path}".endswith(f".{text}")]
        if len(ending) > 1:
            said = say("{text!r} could be {count} names", text=text, count=len(ending))
            raise NameNotFound(said, hint=say("Name one: {choices}.", choices=joined([name.full for name in ending[:8]])))
        if ending and dataset is None:
            return ending[0]
        raise NameNotFound(say(missing, text=text), hint=nearest_hint(text, known))
    plain = [name for _, name in fitting if not name.section]
    top = max(rank for rank, _ in fitting)
    # a plain field goes before a metric of the same name, as its column has no prefix
    best = plain[:1] or list(dict.fromkeys(name for rank, name in fitting if rank == top))
    if len(best) > 1:
        in_order = sorted(best, key=lambda name: name.sort_key)[:8]
        choices = joined([name.typed for name in in_order])
        if len({name.path for name in best}) == 1:
            bare = [name for name in in_order if not name.dataset]
            if not bare:
                raise ComparisonError(
                    say("{text} was measured on {count} datasets", text=text, count=len(best)),
                    hint=say("Name one: {choices}.", choices=choices),
                )
            named = joined([name.typed for name in in_order if name.dataset])
            raise ComparisonError(
                say("{text} was measured with and without a dataset", text=text),
                hint=say("Name one: {named}; {typed}@ is the value without a dataset.", typed=bare[0].typed, named=named),
            )
        raise ComparisonError(
            say("{text} could be any of {count} names", text=text, count=len(best)), hint=say("Name one: {choices}.", choices=choices)
        )
    if dataset is not None and best[0].section != "metrics":
        raise ComparisonError(say("{text} is not a metric and has no dataset", text=text), hint=say("Leave dataset= out."))
    return best[0]


def _exactly(text: str, names: Iterable[Name]) -> list[tuple[Rank, Name]]:
    """Names that a text matches exactly, not as a glob."""
    pattern = Pattern(text)
    return [(rank, name) for name in names if (rank := pattern.rank(name)) is not None and rank[0]]


def without_quotes(text: str) -> str:
    """Write what Python would subscript with texts as a name: `metrics['cer']`, `metrics['cer', 'd-a']`, `cer['d-a']`.

    Examples
    --------
    >>> without_quotes("metrics['cer', 'd-a']"), without_quotes("cer['d-a']"), without_quotes("labels['env']")
    ('metrics.`cer`[d-a]', 'cer[d-a]', 'labels.`env`')
    """
    found = _SUBSCRIPT.fullmatch(text)
    if found is None or "`" in found["first"]:
        return text
    if field_named(found["before"]) is not None:
        return f"{found['before']}.`{found['first']}`" + (f"[{found['second']}]" if found["second"] else found["rest"])
    return text if found["second"] or found["rest"] else f"{found['before']}[{found['first']}]"


def dataset_meant(text: str) -> str:
    """Give the name of a dataset in a name of a metric; empty where it has none, an id or an address, which need no look-up.

    Examples
    --------
    >>> [dataset_meant(text) for text in ("cer@hold-out", "`cer`[hold-out]", "cer@d-a", "cer@oss://bucket/x", "cer")]
    ['hold-out', 'hold-out', '', '', '']
    """
    _, dataset = _without_dataset(text.replace("`", ""))
    return "" if "://" in dataset or _ID.match(dataset) else dataset


def metric_meant(text: str) -> Pattern:
    """Give the metric, on whatever dataset, that a name means.

    Examples
    --------
    >>> metric_meant("cer@hold-out"), metric_meant("cer[d-a]"), metric_meant("cer")
    (Pattern('cer'), Pattern('cer'), Pattern('cer'))
    """
    return Pattern(_without_dataset(text)[0])


def _without_dataset(text: str) -> tuple[str, str]:
    """Take the dataset off a name: `cer@d-a` and `cer[d-a]` are `cer` and `d-a`, `cer@` is `cer` without one.

    Examples
    --------
    >>> _without_dataset("cer@d-a"), _without_dataset("cer[d-a]"), _without_dataset("cer@")
    (('cer', 'd-a'), ('cer', 'd-a'), ('cer', ''))
    """
    text = without_quotes(text)
    base, _, dataset = text[:-1].partition("[") if text.endswith("]") else text.partition("@")
    return (base, dataset) if dataset or text.endswith("@") else (text, "")

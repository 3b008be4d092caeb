"""Names and globs as people write them, matched and ranked.

Every argument that takes a name or a glob (conditions, sorting, include and exclude, directions, tolerances, gate rules, charts,
subscripts) is answered here, so that one spelling means the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import translate
from typing import Generic, TypeVar

from pai_notebook.arguments import described, warn
from pai_notebook.errors import ConfigurationError, NameNotFound, PatternWarning
from pai_notebook.guides import snake_case
from pai_notebook.i18n.phrases import Phrase, joined, say, told
from pai_notebook.model.fields import field_named, specs
from pai_notebook.model.names import Name, Naming, field_words, is_on, spellings
from pai_notebook.model.nearest import nearest, nearest_hint, nearest_names, nearest_sentence

T = TypeVar("T")

# Words for all specs and other objects at once, and words for a part of what a version has.
SETTINGS = frozenset({"settings", "setting", "specs"})
SECTIONS = ("metrics", "labels", "settings", *(info.name for info in specs()))

# How specific a match is: as written, then exact, then by glob; with a dataset before without; more characters spelt out before fewer.
Rank = tuple[int, int, int]

_SUBSCRIPT = re.compile(
    r"""(?P<before>(?:(?!\[\s*['"]).)++)\[\s*(?P<mark>['"])(?P<first>.+?)(?P=mark)\s*
    (?:,\s*(?P<other>['"])(?P<second>.{1,500})(?P=other)\s*)?\](?P<rest>.*)""",
    re.DOTALL | re.VERBOSE,
)
_WILD = re.compile(r"\[\[?[^\]\[]*\]|[*?]")


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
        known = spellings(name) if self._glob is not None or not name.section or self.mentions(name.path) else {}
        # as it is written first: a name may have backticks, quotes or blanks of its own
        for text, how in ((self.text, 2), (self._literal, 1)):
            exact = known.get(text)
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
            fitting = [with_dataset for text, (with_dataset, _) in known.items() if self._glob(text)]
            if fitting:
                return 0, min(fitting), self._solid
        if name.section and (self._literal in field_words(name.section) or self.is_about_settings(name.section)):
            return 0, 0, 0
        return None

    def is_glob(self, names: Iterable[Name]) -> bool:
        """Whether it has wildcards; behind a metric that is there, what brackets hold is a dataset."""
        on_dataset = self._base is not None and self._base._glob is None and not _WILD.search(self._dataset)  # noqa: SLF001 - of this class
        return self._glob is not None and not (on_dataset and self._base is not None and any(map(self._base.fits, names)))

    def mentions(self, path: str) -> bool:
        """Whether a path could be part of what was written; most names are told apart by that alone."""
        if path in self.text or path in self._literal or "\\" in path:
            return True
        return self._base is not None and self._base.mentions(path)

    def fits(self, name: Name) -> bool:
        """Whether the pattern matches a name."""
        return self.rank(name) is not None

    @property
    def is_section(self) -> bool:
        """Whether it is the name of a whole section: `labels`, `metrics`, `training_spec`."""
        info = field_named(self._literal)
        return self._literal == "metrics" or self._literal in SETTINGS or (info is not None and not info.is_plain)

    def is_about_settings(self, section: str) -> bool:
        """Whether it means all settings, and a section is one of them."""
        return self._literal in SETTINGS and section not in ("", "metrics", "labels")

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
            is_known = pattern.section() != "metrics" or pattern.is_section or pattern.fits(Name("metrics", ""))
            if not is_known and not pattern.is_glob(names):
                raise NameNotFound(say("no version has {text!r}", text=pattern.text), hint=_hint(pattern.text, names))


def near(text: str, names: Iterable[Name]) -> tuple[str, ...]:
    """Names near a pattern that fits none, else parts of a version."""
    return nearest_names(text, names) or (() if "." in text else nearest(text, SECTIONS))


def _hint(text: str, names: Collection[Name]) -> Phrase:
    """Say what was meant by a name that is none: several in one text, a section, else the nearest names."""
    several = [each.strip() for each in text.split(",")]
    if len(several) > 1 and all(Pattern(each).is_section or any(map(Pattern(each).fits, names)) for each in several):
        return say("Pass a list: {names}.", names=repr(several))
    close = near(text, names)
    return nearest_sentence(close) if close else nearest_hint(text, names)


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
                hint = nearest_hint(text, names)
                if Pattern(text).section() not in {name.section for name in names}:
                    hint = say("Such columns are in layout='wide'; layout='long' has a row a metric.")
                said = say("{argument}={text!r} matches nothing. {hint}", argument=argument, text=text, hint=hint)
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

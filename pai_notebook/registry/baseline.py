"""The baseline that a comparison fetches beside its versions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import is_version_name
from pai_notebook.errors import ConfigurationError, NotFound
from pai_notebook.files import is_snapshot, means_file
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.address import Address, names_versions, parse_address, read_addresses, refuse_selectors, spread
from pai_notebook.model.elsewhere import reading_hint
from pai_notebook.model.keys import names_of
from pai_notebook.model.nameless import code_of_named, is_nameless, told_readings
from pai_notebook.model.registered_model import Model
from pai_notebook.model.selector_words import BASELINES, WORDS
from pai_notebook.model.selectors import Selector
from pai_notebook.model.version import ModelVersion
from pai_notebook.registry.result import raise_when_empty
from pai_notebook.versions.versions import VersionSet, load, saved_versions

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison
    from pai_notebook.comparison.baseline import Baseline

# What can be compared: addresses, versions, documents of versions, files of snapshots, and lists of these.
What = str | os.PathLike[str] | Address | Model | ModelVersion | VersionSet | Mapping[str, Any] | Sequence["What"]
_NAMELESS = say("metrics alone cannot be compared: nothing says which version has them")
# What a few arguments are called in code.
_LETTERS = {2: "[a, b]", 3: "[a, b, c]", 4: "[a, b, c, d]"}
_HINT = say("Pass a version name such as '0.1.0', an address, a ModelVersion, or one of {text}.", text=joined(list(BASELINES)))


def split(what: Iterable[What]) -> tuple[list[Address], VersionSet, str]:
    """Split the arguments of `compare` into addresses to fetch and versions at hand, with the first model.

    Raises
    ------
    ConfigurationError
        For anything else, and when nothing is given.
    """
    addresses: list[Address] = []
    held, models = VersionSet(), [""]
    items = list(what)
    try:
        found = list(_flat(items))
        for item in found:
            if isinstance(item, Address):
                addresses.append(item)
                models.append(item.model)
            else:
                held += item
                models += item.models
    except ConfigurationError as error:
        # results of other tools are known as a whole
        given, argument = (items[0], "docs") if len(items) == 1 else (items, _LETTERS.get(len(items), "docs"))
        if hint := told_readings(given, argument, compared=True):
            raise ConfigurationError(_NAMELESS, hint=hint) from error
        raise
    if len(found) == 1 and isinstance(found[0], VersionSet):
        held = found[0]  # which may know how it was compared
    if not addresses and not held and not held.errors:
        hint = say("Relax the condition.") if held.removed else say("Write compare('model-a@last:5'), or pass versions.")
        why = say("nothing to compare: {why}", why=joined(held.removed, "; ")) if held.removed else say("nothing to compare")
        raise ConfigurationError(why, hint=hint)
    return addresses, held, next(filter(None, models), "")


def _flat(what: Iterable[What]) -> Iterable[Address | VersionSet]:
    items = [each.address if isinstance(each, Model) else each for each in what]
    if names_versions(told := spread(items)):
        yield from read_addresses(told)
        return
    refuse_selectors(told[0] if told else "", told[1:])
    for item in items:
        if isinstance(item, Address | VersionSet):
            yield item
        elif isinstance(item, str | os.PathLike):
            yield from _of_text(item)
        elif isinstance(item, ModelVersion):
            yield VersionSet([item])
        elif isinstance(item, list | tuple | set | frozenset):
            yield from _flat(item)
        elif is_nameless(item):
            raise ConfigurationError(_NAMELESS, hint=say("Use {code}.", code=f"compare({code_of_named(told)})"))
        elif isinstance(item, Mapping) or hasattr(item, "to_map"):
            yield VersionSet.from_documents(item)
        else:
            said = say("a {name} cannot be compared", name=type(item).__name__)
            fitting = say("Pass addresses such as 'model-a@last:5', versions, or sets of versions.")
            if hasattr(item, "columns"):
                fitting = say("Metrics of your own: {code}.", code="VersionSet.from_frame(df, name=COLUMN)")
            raise ConfigurationError(said, hint=fitting)


def _of_text(item: str | os.PathLike[str]) -> Iterable[Address | VersionSet]:
    """Give what a text or a path stands for: the versions of a snapshot, or an address."""
    if means_file(item) and (is_snapshot(item) or reading_hint(os.fspath(item)) is None or not os.path.isfile(item)):  # noqa: PTH113 - False for a name that is too long
        return [load(item)]
    return read_addresses([item])


def compared_before(asked: Sequence[Address], held: VersionSet, baseline: Baseline, terms: Mapping[str, Any]) -> Comparison | None:
    """Make the comparison again that a file holds, where nothing but the file is given; None elsewhere."""
    if asked or baseline is not None or held._compared is None:  # noqa: SLF001 - for this question alone
        return None
    # with an argument of its own it is another comparison
    given = {
        name: value for name, value in terms.items() if value is not None and (name, value) not in (("only", "diff"), ("tolerance", 0))
    }
    return None if given else held.compare()


class RequestedBaseline:
    """The baseline of a comparison, as it was asked for.

    Parameters
    ----------
    baseline : str, ModelVersion or None
        As `Registry.compare` takes it; None for the newest approved version of the model where there is one.
    model : str
        The first model that is compared; a word or a bare name means a version of it.

    Attributes
    ----------
    address : Address or None
        What has to be fetched for it.

    Examples
    --------
    >>> [str(RequestedBaseline(asked, "model-a").address) for asked in ("previous", None, "first")]
    ['model-a@previous', 'model-a@approved', 'None']
    """

    def __init__(self, baseline: Baseline, model: str) -> None:
        self.asked = baseline
        self._word = baseline.casefold() if isinstance(baseline, str) else "approved"
        self.address: Address | None = None
        if baseline is None or isinstance(baseline, str):
            self.address = self._read("approved" if baseline is None else baseline.strip(), model)

    def _read(self, text: str, model: str) -> Address | None:
        if self._word == "first" or not model:
            return None
        if "@" in text:
            address = parse_address(text)
        elif self._word in WORDS:
            address = Address(model, Selector(self._word))
        else:
            return Address(model, Selector("names", names=(text,))) if is_version_name(text) else None
        if not address.selector.is_single:
            raise ConfigurationError(say("the baseline {text} does not name one version", text=text), hint=_HINT)
        return address

    def choose(self, versions: VersionSet, fetched: VersionSet) -> Baseline:
        """Choose the baseline when everything has arrived.

        Parameters
        ----------
        versions : VersionSet
            What is compared.
        fetched : VersionSet
            What the baseline's own address brought.

        Raises
        ------
        PaiError
            When it was asked for and could not be fetched.
        """
        from pai_notebook.comparison.baseline import CHOSEN, Chosen  # noqa: PLC0415 - loads on first use

        if self.address is None:
            return self.asked
        word = self.address.selector.kind
        if word == "names":
            # a bare name may be that of a version which is compared already, of whichever model
            there = [version for version in versions if self.asked in names_of(version)]
            if len(there) == 1:
                return there[0]
        if fetched:
            unasked = self.asked is None and not any(version.address == fetched[0].address for version in versions)
            reason = BASELINES.get(word, CHOSEN)
            is_bare = not (isinstance(self.asked, str) and "@" in self.asked)
            if is_bare and word in BASELINES and any(version.model_id != fetched[0].model_id for version in versions):
                reason = say("{reason} of the first model", reason=reason)
            return Chosen(fetched[0], reason, unasked)
        if self.asked is None:
            return None
        raise next(iter(fetched.errors.values()))

    def settle(self, versions: VersionSet, fetched: VersionSet) -> tuple[VersionSet, Baseline]:
        """Give what is compared, the baseline too where it was not among it, and the baseline; raises as `choose` does."""
        from pai_notebook.comparison.baseline import Chosen  # noqa: PLC0415 - as above

        chosen = self.choose(versions, fetched)
        return (versions + fetched if isinstance(chosen, Chosen) else versions), chosen

    def failures(self, fetched: VersionSet) -> VersionSet:
        """Failures to report for a default baseline; a missing approved version is not one."""
        unasked = self.asked is None
        return VersionSet(
            errors={address: error for address, error in fetched.errors.items() if unasked and not isinstance(error, NotFound)}
        )


def needs_registry(what: Iterable[What], baseline: Baseline) -> bool:
    """Whether `compare` has to fetch something that was asked for; the baseline by default is only looked for.

    Examples
    --------
    >>> version = ModelVersion.from_document({"VersionName": "0.1.0"}, "model-a")
    >>> needs_registry([version], None), needs_registry([version], "0.1.0"), needs_registry([version], "approved")
    (False, False, True)
    """
    asked, held, model = split(what)
    beside = RequestedBaseline(baseline, model)
    is_here = any(baseline in names_of(version) for version in held)
    return bool(asked) or (baseline is not None and beside.address is not None and not is_here)


def compare_within(
    held: VersionSet | str | os.PathLike[str], what: Iterable[What], baseline: Baseline = None, **options: Any
) -> Comparison:
    """Compare versions of a set with a baseline of the set, as `Registry.compare` does with those of a registry; fetches nothing.

    Parameters
    ----------
    held : VersionSet or path
        Where addresses and the baseline are looked up.
    what, baseline, **options
        As for `Registry.compare`.

    Raises
    ------
    NotFound
        When no address means anything in the set, or a baseline that was asked for is not there.

    Examples
    --------
    >>> make = lambda name, status: ModelVersion.from_document({"VersionName": name, "ApprovalStatus": status}, "model-a")
    >>> held = VersionSet([make("0.1.0", "Approved"), make("0.2.0", "Pending"), make("0.3.0", "Pending")])
    >>> c = compare_within(held, ["model-a@0.2.0"])
    >>> c.names, c.baseline_name
    (('0.1.0', '0.2.0'), '0.1.0')
    """
    held = saved_versions("among", held)
    asked, given, model = split(what)
    if (again := compared_before(asked, given, baseline, options)) is not None:
        return again
    beside = RequestedBaseline(baseline, model)
    found = VersionSet()
    if beside.address is not None:
        try:
            found = held.select(beside.address, on_error="raise")
        except NotFound as error:
            found = VersionSet(errors={str(beside.address): error})
    versions = given + held.select(*asked) if asked else given
    raise_when_empty(versions)
    versions, chosen = beside.settle(versions, found)
    return versions.compare(chosen, **options)

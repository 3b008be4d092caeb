"""Which version everything is compared with, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pai_notebook.arguments import described, is_version_name, meant_version
from pai_notebook.errors import ComparisonError, ConfigurationError, VersionNotFound
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.differing import Differing
from pai_notebook.model.flatten import split_path
from pai_notebook.model.group import VersionGroup, members_of
from pai_notebook.model.keys import model_ids, names_of
from pai_notebook.model.metric_cells import read_value, text_of
from pai_notebook.model.nameless import code_of_named
from pai_notebook.model.names import numbered
from pai_notebook.model.nearest import counted, nearest, nearest_or_known, nearest_sentence
from pai_notebook.model.order import is_rejected, version_key
from pai_notebook.model.selector_words import BASELINES, nearest_versions, nearest_word
from pai_notebook.model.selectors import Selector
from pai_notebook.model.settings import settings_of
from pai_notebook.model.version import ModelVersion

CHOSEN = say("as asked for")
_HINT = say("A baseline is one version: pass its name, a ModelVersion, or one of {text}.", text=joined(list(BASELINES)))

# How many versions a sentence names.
_NAMED = 5

_HOLDS = say("holds the newest approved version")
# What people call the version that others are measured against, where no registry says which is approved: a whole name, or a word in it.
_CALLED_BASELINE = re.compile(
    r"(?i:\A(?:base|before|control|current|main|master|prev|previous|prod|production|ref|reference|当前|线上|原版|旧|旧版)\Z"
    r"|(?:\A|[\W_])(?:baseline|champion|old)(?:\Z|[\W_])|基线|基准|对照|旧模型)"
)
# Why a baseline that is the only version is meant to be: it is approved already, or was named. Any other word always names a version
# of those that are compared, or is taken for want of an approved one.
_MEANT = BASELINES["approved"], _HOLDS, CHOSEN


@dataclass(frozen=True, slots=True)
class Chosen:
    """A version that was chosen outside of the set, and why; it need not be in the set.

    Attributes
    ----------
    version : ModelVersion
        The baseline.
    reason : Phrase
        What the caption says behind its name.
    is_unasked : bool
        Whether it was fetched besides what was asked for, as no baseline was named.
    """

    version: ModelVersion
    reason: Phrase
    is_unasked: bool = False


Baseline = str | ModelVersion | Mapping[str, Any] | Chosen | None


def is_meant(reason: Phrase) -> bool:
    """Whether a baseline for this reason may be the only version, so that there is nothing new, and no mistake in the question."""
    return reason in _MEANT


def only_one(name: str, reason: Phrase) -> Phrase:
    """Say of a baseline that is the only version that nothing is compared with it, and of which word it is the meaning.

    Examples
    --------
    >>> print(only_one("0.2.0", BASELINES["previous"]))
    0.2.0 is itself the version created before the latest: nothing to compare it with. Name another baseline: approved, or a version.
    """
    # the first is always that of those which are compared
    if reason not in BASELINES.values() or reason == BASELINES["first"]:
        return say("There is only one version, {name}: nothing to compare it with.", name=name)
    told = "{name} is itself {reason}: nothing to compare it with."
    if reason != BASELINES["approved"]:
        told = "{name} is itself {reason}: nothing to compare it with. Name another baseline: approved, or a version."
    return say(told, name=name, reason=reason)


def in_order(versions: Sequence[ModelVersion]) -> tuple[ModelVersion, ...]:
    """Versions without repetition, by model and natural order, whatever order they came in."""
    # contents are only compared, and put in order, where names are the same: that is what costs
    named: dict[tuple[str, str], ModelVersion] = {}
    alike: dict[tuple[str, str], dict[ModelVersion, None]] = {}
    for version in versions:
        key = version.model_id, version.version_name
        earlier = named.setdefault(key, version)
        if earlier is not version:
            alike.setdefault(key, {earlier: None})[version] = None
    found: list[ModelVersion] = []
    for key in sorted(named, key=lambda key: (key[0], version_key(key[1]))):
        found.extend(sorted(alike[key], key=lambda each: (str(each.fetched or ""), each.digest)) if key in alike else (named[key],))
    return tuple(found)


def unique_names(versions: Sequence[ModelVersion]) -> tuple[str, ...]:
    """A name for each version that no other has.

    Its own, with the model where several models are there; and what is not registered, and when it was fetched where one was twice.
    """
    short = [version.version_name for version in versions]
    models = {version.model_id for version in versions}
    names = short if len(set(short)) == len(short) or len(models) == 1 else [version.address for version in versions]
    names = [
        name if version.is_registered else say("{name} (not registered)", name=name) for name, version in zip(names, versions, strict=True)
    ]
    if len(set(names)) < len(names):
        often = Counter(names)
        names = [
            say("{name} (fetched {time})", name=name, time=f"{version.fetched:%Y-%m-%d %H:%M}")
            if often[name] > 1 and version.fetched
            else name
            for name, version in zip(names, versions, strict=True)
        ]
    return numbered(names)


def choose_baseline(
    versions: Sequence[ModelVersion], names: Sequence[str], wanted: Baseline, errors: Mapping[str, Any]
) -> tuple[int | None, Phrase]:
    """Find the baseline among versions in natural order: its position and the reason in words.

    None asks for the default: the newest approved version; where none is approved the first by name that is not rejected, outside of
    a registry the one that is called a baseline, if one is. The
    words of `BASELINES` choose by creation time (`approved`, `latest`, `previous`) or by name (`first`, `highest`); anything else
    names a version.

    Raises
    ------
    VersionNotFound
        When the named version is not in the set; the nearest names are in the hint.
    ComparisonError
        When it could not be fetched, or a word means no version of the set: no other version silently takes its place.
    """
    if isinstance(wanted, Chosen | ModelVersion):
        chosen = Chosen(wanted, CHOSEN) if isinstance(wanted, ModelVersion) else wanted
        return list(versions).index(chosen.version), chosen.reason
    if wanted is not None and not (isinstance(wanted, str) and wanted.strip()):
        return _of_settings(versions, names, wanted), CHOSEN
    if wanted is not None and wanted in names:
        return list(names).index(wanted), CHOSEN
    if wanted is not None and wanted.casefold() not in BASELINES:
        return _named(versions, names, wanted, errors)
    if not versions:
        return None, say("no versions")
    return _default(versions, errors) if wanted is None else _ruled(versions, wanted.casefold(), errors)


def _default(versions: Sequence[ModelVersion], errors: Mapping[str, Any]) -> tuple[int, Phrase]:
    newest = _by_rule(versions, "approved")
    if newest is not None:
        return newest, BASELINES["approved"]
    if len(versions) == 1:
        return 0, say("the only version")
    held = _by_rule(members_of(versions), "approved")
    if held is not None:
        approved = members_of(versions)[held]
        group = next(nth for nth, version in enumerate(versions) if approved in members_of([version]))
        return group, _HOLDS
    registered = [place for place, version in enumerate(versions) if version.is_registered] or range(len(versions))
    place = next((place for place in registered if not is_rejected(versions[place])), None)
    if place is None:
        said = "the first, though {status}, as none of these {count} is approved"
        return 0, say(said, count=len(versions), status=versions[0].approval_status)
    if not any(version.is_registered for version in members_of(versions)):  # nothing is approved outside of a registry
        called = [place for place, version in enumerate(versions) if _CALLED_BASELINE.search(version.version_name.strip())]
        return (called[0], say("a baseline by its name")) if len(called) == 1 else (place, say("the first by name"))
    not_fetched = say("the first that is not rejected, as the approved version could not be fetched")
    none_here = say("the first that is not rejected, as none of these {count} is approved", count=len(versions))
    return place, not_fetched if any(str(address).endswith("@approved") for address in errors) else none_here


def _by_rule(versions: Sequence[ModelVersion], rule: str) -> int | None:
    """Position of the version that a word means; None when it means none of them."""
    chosen = versions[:1] if rule == "first" else Selector(rule).choose(versions)
    return next((place for place, version in enumerate(versions) if version is chosen[0]), None) if chosen else None


def _ruled(versions: Sequence[ModelVersion], rule: str, errors: Mapping[str, Any]) -> tuple[int, Phrase]:
    place = _by_rule(versions, rule)
    if place is not None:
        undated = rule in ("latest", "previous") and not any(version.created for version in versions)
        return place, say("{reason} by name, as no time of creation is known", reason=BASELINES[rule]) if undated else BASELINES[rule]
    _refuse_failed(rule, errors)
    lacking = say("no version is older than the latest")
    if rule == "approved":
        lacking = say("none of these {count} versions is approved", count=len(versions))
    if not any(version.is_registered and version.model_id for version in members_of(versions)):
        there = first([version.version_name for version in versions], _NAMED)
        raise ComparisonError(
            say("{lacking}, so there is no baseline {rule!r}", lacking=lacking, rule=rule),
            hint=say("Nothing is approved or dated outside of a registry: name one of {names}.", names=there),
        )
    raise ComparisonError(
        say("{lacking}, so there is no baseline {rule!r}", lacking=lacking, rule=rule),
        hint=say(
            'Fetch it as well: registry.compare(..., baseline="{rule}"), or add "{model_id}@{rule}" to the addresses.',
            rule=rule,
            model_id=versions[0].model_id or "MODEL",
        ),
    )


def newer_than_others(versions: Sequence[ModelVersion], names: Sequence[str], place: int | None, reason: Phrase) -> list[Phrase]:
    """Say that a word which sounds like an older version chose one that was created after others of its model."""
    if place is None or reason not in (BASELINES["previous"], BASELINES["first"]):
        return []
    base = versions[place]
    older = [
        name
        for name, version in zip(names, versions, strict=True)
        if base.created and version.created and version.created < base.created and version.model_id == base.model_id
    ]
    said = say("The baseline {baseline} was created after {versions}.", baseline=names[place], versions=first(older, _NAMED))
    return [said] if older else []


def _named(versions: Sequence[ModelVersion], names: Sequence[str], wanted: str, errors: Mapping[str, Any]) -> tuple[int, Phrase]:
    found = [place for place, version in enumerate(versions) if wanted in (*names_of(version), names[place])]
    if len(found) == 1:
        return found[0], CHOSEN
    if found:
        addresses = joined([names[place] for place in found])
        raise ComparisonError(
            say("the baseline {wanted} could be any of {count} versions", wanted=wanted, count=len(found)),
            hint=say("Choose one of: {addresses}.", addresses=addresses),
        )
    _refuse_failed(wanted, errors)
    model, _, rule = wanted.rpartition("@")
    model_id = model_ids(versions).get(model)
    places = [place for place, version in enumerate(versions) if version.model_id == model_id]
    if places and rule.casefold() in BASELINES:
        place, reason = _ruled([versions[place] for place in places], rule.casefold(), errors)
        return places[place], reason
    # what is no name of a version was meant to be a word
    word = "" if is_version_name(rule) else nearest_word(rule, BASELINES)
    asked = rule if model_id is not None else wanted
    holders = [names[place] for place, version in enumerate(versions) if any(wanted in names_of(each) for each in members_of([version]))]
    is_grouped = not holders and any(isinstance(version, VersionGroup) for version in versions)
    alike = _set_to(wanted, versions) if is_grouped else []
    if len(alike) == 1:
        return alike[0], CHOSEN
    close = [word] if word else nearest_versions(asked, [version.version_name for version in versions])
    said = say("the baseline {wanted} is not among the {count}", wanted=wanted, count=counted(len(versions), "version"))
    if len(versions) == 1:
        said = say("the baseline {wanted} is not there; the only version is {name}", wanted=wanted, name=names[0])
    if not versions:
        hint: str = say("The set is empty.")
    elif holders:
        hint = nearest_sentence(holders)
    elif is_grouped and not word:
        hint = say("Available: {names}.", names=first([version.version_name for version in versions], _NAMED))
    elif model or any(version.is_registered for version in versions):
        hint = _elsewhere(wanted, close)
    else:
        there = [version.version_name for version in versions]
        hint = joined([nearest_sentence(close), _HINT], " ") if word else nearest_or_known(nearest(asked, there), there)
    raise VersionNotFound(said, version_name=wanted, hint=hint)


def _set_to(wanted: str, versions: Sequence[ModelVersion]) -> list[int]:
    """Positions of versions that have a setting of this value, which is written alone or behind the setting: 3e-5, lr=3e-5."""
    key, _, text = wanted.rpartition("=")
    return [place for place, version in enumerate(versions) if _is_set_to(settings_of(version), key, text)]


def _is_set_to(settings: Mapping[str, Any], key: str, text: str) -> bool:
    """Whether a setting, or with an empty key any, has a value that is written so."""
    number = read_value(text)[1]

    def fits(path: str, value: Any) -> bool:
        if isinstance(value, Differing | bool) or key not in ("", path, split_path(path)[-1]):
            return False
        return text_of(value) == text or (number is not None and read_value(value)[1] == number)

    return any(fits(*each) for each in settings.items())


def _alike_in(wanted: Mapping[Any, Any], versions: Sequence[ModelVersion]) -> list[int] | None:
    """Positions of versions that have all of some settings; None where one of these is no setting of any version."""
    settings = [settings_of(version) for version in versions]
    known = {name for each in settings for path in each for name in (path, split_path(path)[-1])}
    if not wanted or not known.issuperset(wanted):
        return None
    texts = {str(key): text_of(value) for key, value in wanted.items()}
    return [place for place, each in enumerate(settings) if all(_is_set_to(each, *pair) for pair in texts.items())]


def _of_settings(versions: Sequence[ModelVersion], names: Sequence[str], wanted: Any) -> int:
    """Position of the only version with some settings; refuses what are none."""
    alike = _alike_in(wanted, versions) if isinstance(wanted, Mapping) else None
    if alike is None:
        code = f"baseline=ModelVersion.from_document({code_of_named([wanted], ['baseline'])})" if isinstance(wanted, Mapping) else ""
        hint = say("Use {code}.", code=code) if code else _HINT
        if isinstance(wanted, str):
            hint = joined([say("Leave it out for the default."), _HINT], " ")
        raise ConfigurationError(say("baseline={wanted} is not a baseline", wanted=described(wanted)), hint=hint)
    if len(alike) == 1:
        return alike[0]
    said = say("no version has these settings: baseline={wanted}", wanted=described(wanted))
    if alike:
        said = say("the baseline {wanted} could be any of {count} versions", wanted=described(wanted), count=len(alike))
    among = [names[place] for place in alike] or [version.version_name for version in versions]
    raise ComparisonError(said, hint=say("Choose one of: {addresses}.", addresses=first(among, _NAMED)))


def _elsewhere(wanted: str, close: Sequence[str]) -> str:
    """Say what fetches a version that a set lacks, or what a baseline may be where the word cannot name one."""
    model, at, name = wanted.rpartition("@")
    meant = meant_version(name)
    near = [nearest_sentence(close)] if close else []
    if not meant:
        return joined([*near, _HINT], " ")
    if meant in close:  # what was not seen is not known to exist
        return say("Did you mean {word}?", word=f"{model}{at}{meant}") if meant != name else near[0]
    fetched = say("registry.compare(vs, baseline={wanted!r}) fetches it as well, if there is one.", wanted=f"{model}{at}{meant}")
    # to a part of a name no other version is near
    return fetched if meant != name else joined([*near, fetched], " ")


def _refuse_failed(wanted: str, errors: Mapping[str, Any]) -> None:
    """Raise when the baseline is among the addresses that could not be fetched."""
    for address, error in errors.items():
        if wanted in (address, address.rpartition("@")[2]):
            raise ComparisonError(say("the baseline {wanted} could not be fetched", wanted=wanted), hint=error.sentence) from error

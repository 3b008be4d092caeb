"""Names that an object does not have, as attributes and operations: answered with the name or the call that was meant."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from abc import ABCMeta
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say


class CallError(ConfigurationError, TypeError):
    """A call with an argument that the function does not have, or without one that it needs: a `TypeError` without our frames."""

    def _told(self) -> Sequence[str]:
        happened, *hint = super()._told()
        return [happened.replace("CallError", "TypeError", 1), *hint]


class MissingAttribute(ConfigurationError, AttributeError):
    """An attribute that an object does not have: an `AttributeError` without our frames."""

    def _told(self) -> Sequence[str]:
        happened, *hint = super()._told()
        return [happened.replace("MissingAttribute", "AttributeError", 1), *hint]


def guide(meant: Mapping[str, str]) -> Mapping[str, str]:
    """What stands for names that are not there, from the names, separated by blanks, that each thing may be looked for under.

    Examples
    --------
    >>> guide({"to_frame()": "df frame"})
    {'df': 'to_frame()', 'frame': 'to_frame()'}
    """
    return {name: right for right, names in meant.items() for name in names.split()}


def one_of(codes: Sequence[str]) -> str:
    """Write code of which one is meant; of many the first ones.

    Examples
    --------
    >>> one_of(["metrics['cer', 'd-a']", "metrics['cer', 'd-b']"]), one_of([])
    ("metrics['cer', 'd-a'], or metrics['cer', 'd-b']", '')
    """
    return ", or ".join(codes if len(codes) <= _FEW else [*codes[: _FEW - 1], "…"])


def snake_case(word: str) -> str:
    """Spell the API's word as Python does.

    Examples
    --------
    >>> snake_case("QuantizationSpec")
    'quantization_spec'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", word).lower()


# What other packages call things, whatever object is asked: the first of these that it has is meant.
_ANYWHERE = {
    "raw": "to_dict as_dict asdict to_json json dict document model_dump to_map body",
    "to_markdown()": "to_md md markdown as_markdown",
    "to_frame()": "df frame to_df to_pandas to_dataframe dataframe as_frame as_df table data",
    "to_frame().to_dict(orient='records')": "to_dict as_dict asdict to_json json dict records to_records to_list",
    "save(path)": "dump dumps to_file to_pickle pickle write export persist snapshot to_snapshot",
    "version_name": "name version id number version_number version_id",
    "model_id": "id model",
    "approval_status": "status stage state current_stage approved approval is_approved lifecycle_stage",
    "created": "created_at creation_time creation_timestamp created_time create_time creation_date date timestamp start_time",
    "modified": "updated updated_at modified_at last_updated last_modified last_updated_timestamp update_time",
    "labels": "tags tag label aliases alias",
    "settings": "setting params param parameters hyperparameters hyper_parameters hparams config configuration",
    "metrics": "metric scores score results result evaluation summary history scan_history metric_history",
    "uri": "url path artifact artifacts artifact_uri model_uri storage_path location file files logged_artifacts download download_url "
    "download_artifacts download_uri version_download_uri",
    "user_id": "user author owner creator created_by",
    "source": "run run_id run_name experiment_id job job_id",
    "extra_info": "metadata meta extra info",
    "description": "desc comment note",
    "dataset_names": "datasets dataset",
    "errors": "failures failed",
    "versions": "runs candidates models",
    "names": "version_names",
}
_WORDS = dict.fromkeys(" ".join(_ANYWHERE.values()).split())
MEANT_ANYWHERE = {name: [code for code, names in _ANYWHERE.items() if name in names.split()] for name in _WORDS}
# What stands before the name of a thing in packages that have functions for it, and what ours leave out of the name.
_BEFORE = re.compile(r"(?:get|list|fetch|load|read|show|all|search|find)_(?=.)")
_BETWEEN = re.compile(r"(?<=_)(?:model_(?=versions?)|registered_(?=models?))")
# So much code is written of which one is meant.
_FEW = 3
# What shows an object itself, by its name in code.
_ITSELF = {
    **dict.fromkeys(("show", "display", "print", "pprint"), "print({it})"),
    **dict.fromkeys(("text", "to_text", "to_string", "as_text", "string", "summary", "to_markdown", "to_md", "markdown"), "str({it})"),
}
_WRITES = re.compile(
    r"(?:create|update|delete|remove|register|transition|log|upload|deploy|promote|approve|reject|archive|add|set)(?:_.*)?"
)


# Operations by the method that Python looks for, and what the one that lacks is called.
_OPERATIONS = {"__getitem__": say("cannot be indexed or iterated"), "__sub__": say("cannot be subtracted"), "__lt__": say("has no order")}


# Classes by their names: one may lead to another from a room above it.
_guided: dict[str, type[Guided]] = {}


def guided_class(name: str) -> type[Guided] | None:
    """Find the class of a name, None where nothing has loaded it."""
    return _guided.get(name)


class _GuidedClass(ABCMeta):
    """Answers what is asked of a class, as `ModelVersion.from_dict` is, as its objects do."""

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:
            # a dataclass asks for the defaults of its fields, and tools for names with an underscore
            if name.startswith("_") or name in cls.__annotations__:
                raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}", name=name, obj=cls)
            raise missing_attribute(cls, name, cls._instead.get(name, ""))


class Guided(metaclass=_GuidedClass):
    """Mixin: an attribute that is not there is answered with the one that was meant, so is an operation as `a - b`.

    A class says in `_instead` what stands for names that people try first, `__getitem__` and `__sub__` among them, in `_stands_for` what
    depends on the object, and in `_leads_to` what gives an object of another class, by the name of that class, that may have the name.

    Examples
    --------
    >>> class Version(Guided):
    ...     _instead = guide({"approval": "status state"})
    ...     approval = "Approved"
    >>> Version().status
    Traceback (most recent call last):
    ...
    pai_notebook.guides.MissingAttribute: Version has no attribute 'status'. Use approval.
    >>> Version().aproval
    Traceback (most recent call last):
    ...
    pai_notebook.guides.MissingAttribute: Version has no attribute 'aproval'. Did you mean approval?
    """

    __slots__ = ()
    _instead: ClassVar[Mapping[str, str]] = {}
    _leads_to: ClassVar[tuple[tuple[str, str], ...]] = ()
    _it: ClassVar[str] = ""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        _guided[cls.__name__] = cls
        # Python looks for these at the class, and does not ask `__getattr__`
        for name in cls._instead:
            if name in _OPERATIONS and getattr(cls, name, None) is getattr(object, name, None):
                setattr(cls, name, _refusal(name))

    def _stands_for(self, name: str) -> str:  # noqa: ARG002 - for classes that know more
        return ""

    if not TYPE_CHECKING:  # type checkers know what is missing without this

        def __getattr__(self, name: str) -> Any:
            # tools ask for names with an underscore to see what an object can do
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            if any(name in vars(each) for each in type(self).__mro__):
                return object.__getattribute__(self, name)  # a property that failed with an AttributeError of its own: that one is told
            raise missing_attribute(type(self), name, self._instead.get(name) or self._stands_for(name), vars_of(self))


def _refusal(operation: str) -> Callable[[Guided, Any], Any]:
    def refuse(self: Guided, other: Any) -> Any:
        meant = (self._stands_for(other) if isinstance(other, str) else "") or self._instead[operation]
        said = say("{kind} {lacks}", kind=type(self).__name__, lacks=_OPERATIONS[operation])
        raise CallError(said, hint=say("Use {code}.", code=meant))

    return refuse


def keep_tab() -> None:
    """Tell IPython, where it runs, that our `__getattr__` only refuses: else Tab in `v.metrics["` would not look at what `v.metrics` is."""
    if "IPython.core.completer" not in sys.modules:
        return
    try:
        policies = importlib.import_module("IPython.core.guarded_eval").EVALUATION_POLICIES
        policies["limited"].allowed_getattr_external.add((__name__, Guided.__name__))
    except (ImportError, AttributeError, KeyError):
        return  # a release of IPython that has no such list


keep_tab()


def vars_of(thing: object) -> list[str]:
    """Public names that an object holds itself, beside those of its class."""
    return [name for name in getattr(thing, "__dict__", ()) if not name.startswith("_")]


def missing_attribute(owner: type | str, name: str, instead: str = "", held: Sequence[str] = ()) -> MissingAttribute:
    """Say that a class, or a module by its name, has no such attribute, and what to use: what stands for it, else the nearest name."""
    known = list(dict.fromkeys([*([] if isinstance(owner, str) else _members(owner)), *held]))
    wanted = name.lower()
    instead = instead or ("" if isinstance(owner, str) else meant(owner, name, held) or _of_itself(owner, name))
    # a slip, else one of the words of a name: `version` for version_name
    close = [] if instead else get_close_matches(wanted, known, 1, cutoff=0.8) or [each for each in known if wanted in each.split("_")]
    hint = say("Use {code}.", code=instead) if instead else say("Did you mean {word}?", word=close[0]) if close else ""
    if not hint and _WRITES.fullmatch(snake_case(name)):
        hint = say("This package only reads the registry.")
    kind = owner if isinstance(owner, str) else owner.__name__
    error = MissingAttribute(say("{kind} has no attribute {name!r}", kind=kind, name=name), hint=hint)
    error.name = name  # else Python 3.12 notes the object, and adds a suggestion of its own to ours
    return error


def meant(owner: type, name: str, held: Sequence[str] = ()) -> str:
    """Find what a name stands for that objects of a class do not have, whatever the object; empty where nothing is known.

    Parameters
    ----------
    owner : type
        The class.
    name : str
        The name.
    held : sequence of str
        What objects have beside their class.

    Returns
    -------
    str
        Code that begins with a member of the class or with something else that has it.
    """
    members = {*_members(owner), *held}
    plain = snake_case(name)
    short = _BETWEEN.sub("", plain)
    for spelling in dict.fromkeys((name, plain, short, _BEFORE.sub("", short))):
        if spelling != name and spelling in members:
            return called(owner, spelling)
        found = _of_its_own(owner, spelling, members) or _of_another(owner, spelling, _of_its_own)
        found = found or _of_frame(owner, spelling, members)
        # a table of another object is not what is written to, or looked into as into a dictionary
        if not found and not hasattr(dict, spelling) and not _WRITES.fullmatch(spelling):
            found = _of_another(owner, spelling, _of_frame)
        if found:
            return found
    return ""


def _of_itself(owner: type, name: str) -> str:
    """How an object is shown, by what it is called in code."""
    return _ITSELF.get(name, "").format(it=getattr(owner, "_it", "") or snake_case(owner.__name__))


def _of_another(owner: type, name: str, find: Callable[[type, str, Collection[str]], str]) -> str:
    """What a name is, or is found to stand for, of an object that those of a class lead to."""
    leads_to: tuple[tuple[str, str], ...] = getattr(owner, "_leads_to", ())
    for kind, code in leads_to:
        other = guided_class(kind)
        # what belongs to something is not shown by showing that
        if other is None or (name in _ITSELF and code.isidentifier()):
            continue
        members = _members(other)
        there = called(other, name) if name in members else find(other, name, members)
        # what is said of the other in a sentence, or begins elsewhere, is not reached from here
        if re.split(r"\W", there, maxsplit=1)[0] in members and not re.search(r" or |, (?:or|which|for) ", there):
            return code.format(there) if "{}" in code else f"{code}.{there}"
    return ""


def called(owner: type, name: str) -> str:
    """Write a member as it is used: a method with the arguments that it needs.

    Examples
    --------
    >>> class Version:
    ...     name = "0.1.0"
    ...
    ...     def save(self, path, *, overwrite=False): ...
    >>> called(Version, "name"), called(Version, "save")
    ('name', 'save(path)')
    """
    member = inspect.getattr_static(owner, name, None)
    if not inspect.isfunction(member) and not isinstance(member, classmethod | staticmethod):
        return name
    parameters = inspect.signature(getattr(owner, name)).parameters.values()
    needed = [each for each in parameters if each.default is each.empty and each.name != "self" and each.kind is not each.VAR_KEYWORD]
    return f"{name}({', '.join(f'{each.name}={each.name}' if each.kind is each.KEYWORD_ONLY else each.name for each in needed)})"


def _members(owner: type) -> list[str]:
    """Names of a class, without those that any sequence has."""
    own = [*dir(owner), *getattr(owner, "__dataclass_fields__", ())]
    return [each for each in own if not each.startswith("_") and not hasattr(tuple, each)]


def _of_its_own(owner: type, name: str, members: Collection[str]) -> str:
    """What a class says of a name, its field of that word of the service, or what is meant anywhere."""
    instead: Mapping[str, str] = getattr(owner, "_instead", {})
    described: Any = owner
    fields = described.fields() if isinstance(inspect.getattr_static(owner, "fields", None), classmethod) else {}
    field = next((own for own, each in fields.items() if snake_case(each.key) == name), "")
    anywhere = (code for code in MEANT_ANYWHERE.get(name, ()) if re.split(r"\W", code, maxsplit=1)[0] in members)
    return instead.get(name) or field or next(anywhere, "")


def _of_frame(owner: type, name: str, members: Collection[str]) -> str:  # noqa: ARG001 - as `_of_its_own`
    """What the DataFrame of an object has; only where pandas is loaded can a name come from it."""
    pandas = sys.modules.get("pandas")
    has = "to_frame" in members and pandas is not None and name not in _ITSELF and hasattr(pandas.DataFrame, name)
    return f"to_frame().{name}" if has else ""

"""Registered models: a list of them, and which id a name means, with at most one request for a list."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Self, SupportsIndex, TypeVar, overload

from pai_notebook.arguments import described, is_model_id
from pai_notebook.display import Block, Displayed
from pai_notebook.errors import AddressError, ModelNotFound, PaiError
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.models_view import describe_models
from pai_notebook.model.nearest import counted, listed
from pai_notebook.model.registered_model import Model
from pai_notebook.registry.packed_models import read_models, told_of
from pai_notebook.versions.resolve import hint_models

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.client import Client
    from pai_notebook.versions.cache import Memory

# Ids as the service makes them.
_ID = re.compile(r"model-[A-Za-z0-9]+")
T = TypeVar("T")


class ModelNames:
    """Finds the ids of models by name.

    A text that looks like an id is never looked up by name. Any other text that could be an id is tried as one first, unless a
    list of models has shown it as a name.

    Parameters
    ----------
    client : Client
        The client of the service; everything here runs on its loop.
    memory : Memory
        Remembers the list of models.
    """

    def __init__(self, client: Client, memory: Memory) -> None:
        self._client = client
        self._memory = memory

    def known(self, text: str) -> str:
        """Id that a text means as far as is known without a request; empty when it cannot be an id and no name is known."""
        if _ID.fullmatch(text):
            return text
        ids = self._memory.models.ids_of(text)
        if len(ids) == 1:
            return ids[0]
        return text if is_model_id(text) and not ids else ""

    @staticmethod
    def may_be_name(text: str) -> bool:
        """Whether a text that is not an id of a model may be the name of one."""
        return not _ID.fullmatch(text)

    async def refresh(self, texts: Iterable[str]) -> None:
        """List the models unless a list of a moment ago has these names; of more than can be remembered, those of these names."""
        known = self._memory.models
        lacking = [text for text in texts if not known.ids_of(text)]
        if not lacking or known.are_fresh:
            return
        if known.are_too_many:
            for text in lacking:
                known.see_name(text, told_of(await self._client.list_models(name=text)))
            return
        models = await read_models(self._client)
        known.see(models, whole=models.complete)
        for text in lacking if known.are_too_many else ():
            known.see_name(text, models)

    def look_up(self, text: str, missing: ModelNotFound | None = None) -> str:
        """Find the id of a name in the list of models.

        Parameters
        ----------
        text : str
            The name.
        missing : ModelNotFound, optional
            What the service said when the text was taken for an id.

        Raises
        ------
        ModelNotFound
            When no model has the name; the hint has the nearest names and ids.
        AddressError
            When several are.
        """
        ids = self._memory.models.ids_of(text)
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise AddressError(
                say("{count} models are named {text}", count=len(ids), text=text), hint=say("Use an id: {names}.", names=joined(ids))
            )
        error = missing or ModelNotFound(
            say("no model named {text}", text=text), model_id=text, hint=say("registry.list_models() shows all.")
        )
        if not hint_models(error, self._memory.models.names()) and missing:
            part = f"registry.list_models({text!r})"
            error.hint = say("Check the model's id or name, and the region; {code} looks for a part.", code=part)
        raise error

    async def by_id(self, text: str, ask: Callable[[str], Awaitable[T]]) -> T:
        """Ask about a model by its id, or by its name where there is no such id.

        Raises
        ------
        PaiError
            What `ask` raises, and what `look_up` does.
        """
        model_id, missing = self.known(text), None
        if model_id:
            try:
                return await ask(model_id)
            except ModelNotFound as error:
                if model_id != text or not self.may_be_name(text):
                    raise
                missing = error
        try:
            await self.refresh([text])
        except PaiError as error:
            raise (missing or error) from None
        return await ask(self.look_up(text, missing))


class ModelList(Displayed, tuple[Model, ...]):  # noqa: SLOT001 - a tuple has no room for a slot
    """Registered models, as a tuple that is also addressed by id or name and shows itself as a table.

    Parameters
    ----------
    models : iterable of Model
        In the order of the service.
    asked : str
        What was asked for; an empty list says it.

    Examples
    --------
    >>> models = ModelList([Model.from_document({"ModelId": "model-a", "ModelName": "digits"})])
    >>> models["digits"].model_id, models["model-a"].name, type(models[:1]).__name__
    ('model-a', 'digits', 'ModelList')
    """

    _instead = guide(
        {
            "[model.name for model in models]": "ids names name",
            "[model.raw for model in models]": "to_dict to_json json raw documents records",
            'registry.list_models("text")': "search find query filter contains where grep select",
            "models[model_id]": "get get_model",
            "models[:5]": "head",
            "models[-5:]": "tail",
            "registry.list_versions(models[model_id])": "versions list_versions get_versions",
            "registry.compare(model_id)": "compare diff",
        }
    )
    _leads_to = (("Model", "[model.{} for model in models]"), ("Registry", "registry"))
    _it = "models"

    asked: str

    def __new__(cls, models: Iterable[Model] = (), *, asked: str = "") -> Self:
        """Make the tuple, and remember the query."""
        made = super().__new__(cls, models)
        made.asked = asked
        return made

    @overload
    def __getitem__(self, key: SupportsIndex | str, /) -> Model: ...
    @overload
    def __getitem__(self, key: slice, /) -> ModelList: ...
    def __getitem__(self, key: SupportsIndex | str | slice, /) -> Model | ModelList:
        """Return one model by position, id or name, or a list by slice.

        Raises
        ------
        ModelNotFound
            When no model of the list has this id or name; the nearest are in the hint.
        AddressError
            When several have the name.
        """
        if isinstance(key, str):
            return self._by_name(key)
        if isinstance(key, slice):
            return ModelList(super().__getitem__(key), asked=self.asked)
        try:
            return super().__getitem__(key)
        except TypeError:
            raise TypeError(str(say("models[{key}]: pass a position, an id, a name or a slice", key=described(key)))) from None

    def _by_name(self, text: str) -> Model:
        found = [model for model in self if model.model_id == text] or [model for model in self if model.name == text]
        if len(found) == 1:
            return found[0]
        if found:
            raise AddressError(
                say("{count} models are named {text}", count=len(found), text=text),
                hint=say("Use an id: {value}.", value=listed([model.model_id for model in found])),
            )
        error = ModelNotFound(
            say("no model named {text} in this list of {count}", text=text, count=len(self)),
            model_id=text,
            hint=say("registry.list_models() shows all."),
        )
        hint_models(error, {model.model_id: model.name for model in self})
        raise error

    def __contains__(self, item: object) -> bool:
        return any(item in (model.model_id, model.name) for model in self) if isinstance(item, str) else super().__contains__(item)

    def _ipython_key_completions_(self) -> list[str]:
        return list(dict.fromkeys(text for model in self for text in (model.name, model.model_id) if text))

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas DataFrame, one row a model.

        Returns
        -------
        pandas.DataFrame
            Indexed by model id, with the name, the service's latest version and its approval status, domain and task, times in
            UTC, `labels.<key>` and `tags.<key>`, and where the model belongs.

        Examples
        --------
        >>> frame = ModelList([Model.from_document({"ModelId": "model-a", "ModelName": "digits", "Domain": "cv"})]).to_frame()
        >>> frame.loc["model-a", "name"], frame.loc["model-a", "domain"]
        ('digits', 'cv')
        """
        from pai_notebook.frames.wide import models_frame  # noqa: PLC0415 - pandas loads on first use

        return models_frame(self)

    def _brief(self) -> str:
        names = listed([model.name or model.model_id for model in self], 5)
        count = counted(len(self), "model")
        if not names and self.asked:
            return say("of {count}: {asked}", count=count, asked=self.asked)
        return say("of {count}: {names}", count=count, names=names) if names else say("of {count}", count=count)

    def _describe(self) -> Block:
        return describe_models(self, asked=self.asked)

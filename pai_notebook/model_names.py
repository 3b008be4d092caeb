"""Models asked for by name: which id a name means, with at most one list of models."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from pai_notebook.arguments import is_model_id
from pai_notebook.errors import AddressError, ModelNotFound, PaiError
from pai_notebook.missing import hint_models

if TYPE_CHECKING:
    from pai_notebook.memory import Memory
    from pai_notebook.wire import Client

__all__ = ["ModelNames"]

_ID = re.compile(r"model-[A-Za-z0-9]+")
T = TypeVar("T")


class ModelNames:
    """Finds the ids of models that are named.

    A text that looks like an id is never looked up by name. Any other text that could be an id is tried as one first, unless a
    list of models has shown it as a name.

    Parameters
    ----------
    client : Client
        The wire; everything here runs on its loop.
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
        ids = self._memory.ids_of(text)
        if len(ids) == 1:
            return ids[0]
        return text if is_model_id(text) and not ids else ""

    @staticmethod
    def may_be_name(text: str) -> bool:
        """Whether a text that is no id of a model may be the name of one."""
        return not _ID.fullmatch(text)

    async def refresh(self, texts: Iterable[str]) -> None:
        """List the models unless a list of a moment ago has these names."""
        if all(map(self._memory.ids_of, texts)) or self._memory.names_are_fresh:
            return
        listing = await self._client.list_models()
        pairs = [(str(item.get("ModelId", "")), str(item.get("ModelName", ""))) for item in listing.items]
        self._memory.see_models(pairs, whole=listing.complete)

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
            When no model is called like that, with the nearest names and ids.
        AddressError
            When several are.
        """
        ids = self._memory.ids_of(text)
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise AddressError(f"{len(ids)} models are called {text}", hint=f"Use an id: {', '.join(ids)}.")
        error = missing or ModelNotFound(f"there is no model called {text}", model_id=text, hint="%paimodel ls shows all.")
        hint_models(error, self._memory.model_names())
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

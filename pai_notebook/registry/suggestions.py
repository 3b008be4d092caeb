"""Names to suggest where a version or model does not exist: from the cache, or with up to two more requests."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pai_notebook.arguments import is_series, meant_version, without_v
from pai_notebook.client.pages import PAGE_SIZE
from pai_notebook.errors import AddressError, ModelNotFound, NotFound, PaiError, VersionNotFound
from pai_notebook.model.nearest import nearest_sentence
from pai_notebook.model.selector_words import nearest_versions
from pai_notebook.registry.packed_models import told_of
from pai_notebook.versions.resolve import hint_models, hint_versions

if TYPE_CHECKING:
    from pai_notebook.client import Client
    from pai_notebook.registry.result import Arrivals
    from pai_notebook.versions.cache import Memory

# Errors of one fetch that get a hint; a thousand hints would help no one.
_MOST = 20


class Suggestions:
    """Puts the names nearest to what does not exist into the hints of errors.

    Parameters
    ----------
    client : Client
        The client of the service; everything asynchronous here runs on its loop.
    memory : Memory
        Names that were seen.
    """

    def __init__(self, client: Client, memory: Memory) -> None:
        self._client = client
        self._memory = memory

    async def explain(self, arrivals: Arrivals, *, ask: bool) -> None:
        """Complete the hints of the failures; with `ask` by names that the service is asked for."""
        missing = [(key, error) for key, error in arrivals.failures.items() if isinstance(error, NotFound) and error.status is not None]
        for key, error in missing[:_MOST]:
            arrivals.failures[key] = await self._look_around(error) if ask else error
            self.hint(arrivals.failures[key])
        refused = [(key, error) for key, error in arrivals.failures.items() if isinstance(error, AddressError) and key[1]]
        for (model_id, name), illegal in refused[:_MOST]:
            meant = meant_version(name)
            if meant and not is_series(without_v(name)):
                continue  # 2.4.0 is what v2.4.0 means, whether it was seen or not
            if ask:
                with suppress(PaiError):
                    await self._see_versions(model_id)
            known = self._memory.known(model_id)
            close = nearest_versions(name, known.names) or (known.neighbours.of(name) if known.whole else ())
            if close and (known.whole or not meant or meant in close):  # else 2.4.0 may be there, which 2.4 means first
                illegal.hint = nearest_sentence(close, whole=known.whole or meant in close)

    def hint(self, error: PaiError) -> bool:
        """Put the nearest of the names seen so far into the hint of an error; false when there are none. Makes no request."""
        if isinstance(error, VersionNotFound):
            return hint_versions(error, self._memory.known(error.model_id))
        return isinstance(error, ModelNotFound) and hint_models(error, self._memory.models.names())

    async def _look_around(self, error: PaiError) -> PaiError:
        """List versions, then models if need be; return the error, which is another one where the model does not exist either."""
        if isinstance(error, VersionNotFound):
            try:
                await self._see_versions(error.model_id)
            except ModelNotFound as missing:
                error = missing
            except PaiError:
                return error
        if isinstance(error, ModelNotFound) and not self.hint(error):
            with suppress(PaiError):
                models = await self._client.list_models(limit=PAGE_SIZE)
                self._memory.models.see(told_of(models), whole=models.total == len(models.items))
        return error

    async def _see_versions(self, model_id: str) -> None:
        """List the newest versions of a model, if no list has shown them."""
        if not self._memory.known(model_id).listed:
            listing = await self._client.list_versions(model_id, limit=PAGE_SIZE, newest_first=True)
            names = [str(item.get("VersionName", "")) for item in listing.items]
            self._memory.see_versions(model_id, names, whole=listing.total == len(names))

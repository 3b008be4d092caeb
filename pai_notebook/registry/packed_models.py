"""All models of a registry, in the order of the service, without holding their documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from pai_notebook.model.registered_model import Model

if TYPE_CHECKING:
    from pai_notebook.client import Client, Listing
    from pai_notebook.versions.known_models import Told

# Bytes that UTF-8 never has.
_FIELD, _END = b"\xff", b"\xfe"


class PackedModels:
    """Ids, names and workspaces of models by the thousand, about as large as their texts.

    Examples
    --------
    >>> models = PackedModels()
    >>> models.add([("model-b", "wine", "7")], place=2)
    >>> models.add([("model-a", "wine", "7")], place=1)
    >>> len(models), [model_id for model_id, _, _ in models], models.called(("model-a", "wine", "7"))
    (2, ['model-a', 'model-b'], 'model-a')
    """

    def __init__(self) -> None:
        self.complete = True
        self._pages: list[tuple[int, bytes]] = []
        self._count = 0

    def add(self, models: Sequence[Told], place: int = 0) -> None:
        """Add a page by its number from the front."""
        records = (_FIELD.join(text.encode("utf-8", "surrogatepass") for text in model) + _END for model in models)
        self._pages.append((place, b"".join(records)))
        self._pages.sort(key=itemgetter(0))
        self._count += len(models)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Told]:
        for _, page in self._pages:
            for record in page.split(_END)[:-1]:
                model_id, name, workspace = (part.decode("utf-8", "surrogatepass") for part in record.split(_FIELD))
                yield model_id, name, workspace

    def called(self, model: Told) -> str:
        """The name of one of them where no other has it, else the id."""
        model_id, name, _ = model
        needle = _FIELD + name.encode("utf-8", "surrogatepass") + _FIELD
        return name if name and sum(page.count(needle) for _, page in self._pages) == 1 else model_id


def told_of(listing: Listing) -> list[Told]:
    """Id, name and workspace of the models of a list."""
    return [(model.model_id, model.name, model.workspace_id) for model in map(Model, listing.items)]


async def read_models(client: Client, workspace_id: str | None = None) -> PackedModels:
    """Read every model; once for all who ask at the same time."""
    return await client.share(("models", workspace_id), partial(_read, client, workspace_id))


async def _read(client: Client, workspace_id: str | None) -> PackedModels:
    models = PackedModels()
    async for listing in client.stream_models(workspace_id=workspace_id):
        models.complete = models.complete and listing.complete
        models.add(told_of(listing), listing.place)
    return models

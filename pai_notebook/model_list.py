"""A list of registered models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self, SupportsIndex, overload

from pai_notebook.arguments import described
from pai_notebook.display import Block, Displayed
from pai_notebook.errors import AddressError, ModelNotFound
from pai_notebook.missing import hint_models
from pai_notebook.model.listing import describe_models
from pai_notebook.model.nearest import counted, listed
from pai_notebook.model.registered_model import Model

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ModelList"]


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

    asked: str

    def __new__(cls, models: Iterable[Model] = (), *, asked: str = "") -> Self:
        """Keep the models and what was asked for."""
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
            raise TypeError(f"models[{described(key)}]: pass a position, an id, a name or a slice") from None

    def _by_name(self, text: str) -> Model:
        found = [model for model in self if model.model_id == text] or [model for model in self if model.name == text]
        if len(found) == 1:
            return found[0]
        if found:
            raise AddressError(f"{len(found)} models are called {text}", hint=f"Use an id: {listed([model.model_id for model in found])}.")
        error = ModelNotFound(f"none of these {len(self)} models is called {text}", model_id=text, hint="%paimodel ls shows all.")
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
        from pai_notebook.frames.models import models_frame  # noqa: PLC0415 - pandas loads on first use

        return models_frame(self)

    def _brief(self) -> str:
        names = listed([model.name or model.model_id for model in self], 5)
        return f"of {counted(len(self), 'model')}{f': {names}' if names else ''}"

    def _describe(self) -> Block:
        return describe_models(self, asked=self.asked)

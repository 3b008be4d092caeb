"""A store whose versions are made on demand, so that a million of them cost nothing until they are asked for."""

from collections.abc import Sequence


class _Made(Sequence):
    """A sequence whose items are made when they are asked for."""

    def __init__(self, count, make):
        self._indices = range(count)
        self._make = make

    def __len__(self):
        return len(self._indices)

    def __iter__(self):
        return map(self._make, self._indices)

    def __getitem__(self, index):
        picked = self._indices[index]
        return [self._make(number) for number in picked] if isinstance(picked, range) else self._make(picked)


class LazyStore:
    """One model whose versions a function makes on demand.

    Parameters
    ----------
    count : int
        How many versions there are.
    make : callable
        From the position, 0 for the oldest, to the version's document. Creation times must not decrease with the position.
    model : mapping or None
        The model's document, by default one with the id ``model-synthetic``.
    find : callable or None
        From a version name to its position, or None when there is none. Without it the first look-up of a single version
        makes every version once.
    """

    def __init__(self, count, make, *, model=None, find=None):
        self._model = dict(model or {"ModelId": "model-synthetic", "ModelName": "synthetic"})
        self._versions = _Made(count, make)
        self._find = find
        self._positions = None

    def models(self):
        """Give the one model."""
        return [self._model]

    def model(self, model_id):
        """Give the model, None for another id."""
        return self._model if model_id == self._model["ModelId"] else None

    def versions(self, model_id):
        """Give the versions, made one by one as they are read."""
        return self._versions if model_id == self._model["ModelId"] else ()

    def version(self, model_id, version_name):
        """Give one version, None when there is none of this name."""
        position = self._position(version_name) if self.model(model_id) else None
        return None if position is None else self._versions[position]

    def _position(self, version_name):
        if self._find is not None:
            return self._find(version_name)
        if self._positions is None:
            self._positions = {document["VersionName"]: number for number, document in enumerate(self._versions)}
        return self._positions.get(version_name)

"""A store of many models with a few versions each, made on demand."""


class ManyModels:
    """Models `model-0`, `model-1` and so on, of which a function makes the versions.

    Parameters
    ----------
    count : int
        How many models there are.
    make : callable
        From the number of a model to the documents of its versions, the oldest first.
    """

    def __init__(self, count, make):
        self._models = [{"ModelId": f"model-{number}", "ModelName": f"name {number}"} for number in range(count)]
        self._every = tuple(self._models)
        self._make = make

    def models(self):
        """Give every model; a list that a test may change."""
        return self._models

    def model(self, model_id):
        """Give one model, None for another id."""
        number = model_id.removeprefix("model-")
        return self._every[int(number)] if number.isdigit() and int(number) < len(self._every) else None

    def versions(self, model_id):
        """Give the versions of a model."""
        return self._make(int(model_id.removeprefix("model-")))

    def version(self, model_id, version_name):
        """Give one version, None when there is none of this name."""
        return next((each for each in self.versions(model_id) if each["VersionName"] == version_name), None)

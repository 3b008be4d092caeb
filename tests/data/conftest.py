"""Keep the scripts that make the data out of the doctest collection: they need scikit-learn, the tests do not."""

collect_ignore_glob = ["*.py"]

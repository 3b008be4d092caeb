"""Model versions and their parts: typed views over the untouched documents of the service."""

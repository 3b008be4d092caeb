"""The registry, and the requests behind its methods."""

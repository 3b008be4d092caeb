"""Versions on disk, and what has changed in the registry since."""

from pai_notebook.snapshot.drift import Change, Drift, compare_versions, find_drift
from pai_notebook.snapshot.file import Snapshot, read_snapshot, write_snapshot

__all__ = ["Change", "Drift", "Snapshot", "compare_versions", "find_drift", "read_snapshot", "write_snapshot"]

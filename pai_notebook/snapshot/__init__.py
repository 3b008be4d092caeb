"""Versions on disk, and what has changed in the registry since."""

from pai_notebook.snapshot.drift import Drift, FieldChange, compare_versions, find_drift
from pai_notebook.snapshot.file import Snapshot, read_snapshot, write_snapshot

__all__ = ["Drift", "FieldChange", "Snapshot", "compare_versions", "find_drift", "read_snapshot", "write_snapshot"]

"""What leaves: tables as files of every kind, reports, snapshots and what has changed since, with secrets masked."""

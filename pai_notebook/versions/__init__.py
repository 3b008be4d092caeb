"""Sets of versions: ordered, filterable, immutable, with the failures they met."""

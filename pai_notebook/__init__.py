"""Fetch, compare and report PAI model versions in a notebook."""

"""Rules that a comparison must keep: read, evaluated, and reported."""

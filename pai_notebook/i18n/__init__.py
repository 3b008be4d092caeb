"""What we say, in English and Chinese."""

"""What people hold: a registry, and which requests answer what they ask it."""

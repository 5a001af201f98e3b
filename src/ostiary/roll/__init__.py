"""The agency's roll: what it holds about the people it serves, read as data."""

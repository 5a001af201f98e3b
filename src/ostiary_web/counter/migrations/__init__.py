"""The migrations of the counter."""

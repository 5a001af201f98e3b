"""A made-up roll of any size: the same people for the same seed, and no real identifier in it."""

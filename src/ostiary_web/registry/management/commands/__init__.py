"""Commands: a noun each."""

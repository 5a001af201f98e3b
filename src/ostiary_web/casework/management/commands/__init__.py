"""Commands: a verb each."""

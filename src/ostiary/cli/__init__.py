"""The command ``ostiary``: everything that needs no database."""

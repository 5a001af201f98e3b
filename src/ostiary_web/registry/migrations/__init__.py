"""The registers: how the tables came to be."""

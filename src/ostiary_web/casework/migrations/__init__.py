"""The dockets: how the tables came to be."""

"""The registers of the staff: how the tables came to be."""

"""The ledger link: how the tables came to be."""

"""Between the desk and the ledger: entries written in the desk's own transactions, and the table of who read what."""

"""What the law says: rules as cited data, joined into one bundle."""

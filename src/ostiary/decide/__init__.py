"""What the law means for one request: the interpreter and its explanation."""

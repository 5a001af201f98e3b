"""The requester's side, for everybody: ask by a form that follows the law, and follow what becomes of it."""

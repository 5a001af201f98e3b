"""What stops a requester at the counter; each text says what to do."""

from ostiary.errors import BadInput


class CounterError(BadInput):
    """What was sent cannot be taken. Repeats nothing that was typed."""

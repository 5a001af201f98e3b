"""What stops a requester at the counter; each text says what to do."""

from ostiary.errors import BadInput


class CounterError(BadInput):
    """What was sent cannot be taken. Repeats nothing that was typed."""


class SentBefore(CounterError):
    """The request stands already; its number is told, its secret is not."""

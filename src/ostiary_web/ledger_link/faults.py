"""What keeps an entry out of the log, beside the log's own faults."""

from ostiary.ledger.faults import LedgerError, LedgerInput


class NoTransaction(LedgerError):
    """An entry was to be written outside a transaction: a fault of the program."""


class OutOfOrder(LedgerInput):
    """The entry may not follow what its thread holds; its text says why."""


class NotCosigned(LedgerError):
    """Nothing may be disclosed on this entry yet: it is not published, or too few witnesses cosigned it."""

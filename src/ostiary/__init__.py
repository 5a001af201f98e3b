"""Ostiary: the gate in front of a benefits agency's records.

    law -> decide -> (roll, match) -> release -> ledger -> report

Each step is one package. Read them in that order. Nothing here is legal advice.
"""

__version__ = "0.1.0"

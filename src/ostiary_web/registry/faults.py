"""Why an act on the registers is refused. A message never repeats a name, an address or a reference of a person."""

from ostiary.errors import BadInput


class RegistryError(BadInput):
    """What was asked cannot be done; its text says why, and what to do."""

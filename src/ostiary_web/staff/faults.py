"""Why an act on the staff's registers is refused. A message never repeats a name or an address."""

from ostiary.errors import BadInput


class StaffError(BadInput):
    """What was asked cannot be done; its text says why, and what to do."""

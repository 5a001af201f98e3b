"""The one fault that a recipient may meet: what came is not what was sealed for them.

OstiaryError
└── PackageRefused      a package, proof or signature does not hold; nothing is opened   exit 1
"""

from __future__ import annotations

from ostiary.errors import OstiaryError


class PackageRefused(OstiaryError):
    """What came is not what was sealed, or not for this key, or too late. Nothing of it was opened."""

    exit_code = 1

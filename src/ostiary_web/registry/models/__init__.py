"""The registers' tables. The guards of the docket read them; where a row is absent, they block."""

from ostiary_web.registry.models.bodies import Agreement, Body, Channel, Key
from ostiary_web.registry.models.rules import BundleInUse, DayOff, LetterText
from ostiary_web.registry.models.subjects import Challenge, Consent, Notice, OptOut

__all__ = [
    "Agreement",
    "Body",
    "BundleInUse",
    "Challenge",
    "Channel",
    "Consent",
    "DayOff",
    "Key",
    "LetterText",
    "Notice",
    "OptOut",
]

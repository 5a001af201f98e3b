"""Where a request came from. It is counted by, and kept nowhere else."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest

from ostiary_web.wiring import config


def address_of(request: HttpRequest) -> str:
    """The address; outside the demonstration a proxy stands before the desk, and adds it at the end.

    Of a long address (IPv6) the part that one household or office has. Empty where it is not known.
    """
    direct, told = str(request.META.get("REMOTE_ADDR", "")), str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    for found in ("" if config().demo else told.rpartition(",")[2].strip(), direct):
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            continue
        if address.version == 4:
            return found
        return str(ipaddress.ip_network((int(address), 64), strict=False).network_address)
    return ""


def for_log_in(request: HttpRequest) -> str | None:
    """The same as the counter of wrong passwords takes it."""
    return address_of(request) or None

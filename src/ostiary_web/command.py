"""``ostiary-web``: the desk's own command. Everything that needs its database, and the server and the worker."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one command. Faults of the settings are told together, a line each, before anything else is done."""
    if sys.argv[1:2] == ["demo"]:  # it makes its own settings
        from ostiary_web.demo.main import main as demo

        sys.exit(demo(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ostiary_web.settings")  # noqa: TID251 - Django's own way
    from django.core.management import execute_from_command_line

    from ostiary_web.environment import ConfigError

    try:
        execute_from_command_line(sys.argv if len(sys.argv) > 1 else [*sys.argv, "help"])
    except ConfigError as fault:
        sys.stderr.write(f"the desk cannot start:\n{fault}\n")
        sys.exit(fault.exit_code)

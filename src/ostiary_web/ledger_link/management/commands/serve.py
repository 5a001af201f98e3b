"""The desk's server: granian, after everything that must hold was checked."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ostiary.errors import OstiaryError
from ostiary_web.ledger_link import publishing
from ostiary_web.wiring import bundle, config


class Command(BaseCommand):
    """Serve the pages."""

    help = "serve the desk's pages"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--address", default="127.0.0.1", help="the address to listen at")
        parser.add_argument("--port", type=int, default=8000, help="the port")
        parser.add_argument("--workers", type=int, default=1, help="processes")
        parser.add_argument(
            "--threads",
            type=int,
            default=4,
            help="threads of each process; where there are several processes, one thread each is fastest",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, collect the static files, and serve until stopped."""
        from granian import Granian
        from granian.constants import Interfaces

        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("the database is not of this version; run `ostiary-web migrate`")
        try:
            bundle()
            _, silent = publishing.check_published()
        except OstiaryError as fault:
            raise CommandError(str(fault), returncode=fault.exit_code) from None
        if silent:
            self.stderr.write(f"these witnesses did not answer: {', '.join(silent)}")
        if not config().scanner:
            self.stderr.write("no scanner is configured: uploads are not looked at, which serves only a demonstration")
        call_command("collectstatic", interactive=False, verbosity=0)
        connection.close()
        server = Granian(
            "ostiary_web.wsgi:application",
            address=options["address"],
            port=options["port"],
            interface=Interfaces.WSGI,
            workers=options["workers"],
            blocking_threads=options["threads"],
            log_access=False,  # it would hold addresses; the desk writes lines of its own
        )
        server.on_startup(lambda: self._say(f"http://{options['address']}:{options['port']}/"))
        server.serve()

    def _say(self, address: str) -> None:
        """Once the address is taken: whoever connects from now on is answered."""
        self.stdout.write(address)
        self.stdout.flush()

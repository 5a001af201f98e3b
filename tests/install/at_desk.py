"""What is done at an installed desk, and asked of it, by its commands and its health page."""

import json

from tests.install.machine import Machine, MachineError

_HEALTH = "curl -sS --cacert /etc/ostiary/cert.pem https://desk.agency.example/health"
_LEAVES = "SELECT n, encode(leaf, 'hex') FROM ledger_entries ORDER BY n;"
ACT = 'ostiary-run ostiary-web training course "c_$(date +%H_%M_%S)_$RANDOM" --name "A course" --optional --by ada@agency.example'


def leaves(desk: Machine) -> str:
    """Every entry of the log, byte for byte, from the database that the settings name."""
    return asked_of_database(desk, _LEAVES)


def asked_of_database(desk: Machine, sql: str) -> str:
    """What psql prints, as the desk's own role."""
    return desk.must(
        f"ostiary-run sh -c 'exec psql -qAt -v ON_ERROR_STOP=1 \"$OSTIARY_DATABASE_URL\"' <<'SQL'\n{sql}\nSQL\n"
    )


_INTAKE = """
who=ines@agency.example
if ! ostiary-run ostiary-web person list | grep -q $who; then
    ostiary-run ostiary-web person add $who --name "Ines Intake" --unit office --by ada@agency.example
    ostiary-run ostiary-web training record $who handling "$(date +%F)" "$(date -d '+1 year' +%F)" --by ada@agency.example
    ostiary-run ostiary-web role give $who intake --by ada@agency.example
fi
ostiary-run ostiary-web training attest "$(ostiary-run ostiary-web bundle show)" --by $who || echo "attested before"
"""


def docket(desk: Machine, request: str = "8-own-request") -> str:
    """A docket is opened at the desk, and every docket is what its events and the log say; what that prints.

    :raises MachineError: if that cannot be done.
    """
    return desk.must(
        # The day is the agency's, by its own zone in the settings.
        f"{_INTAKE}today=$(TZ=America/Chicago date +%F)\n"
        f'sed "s/^request_date:.*/request_date: $today/" /usr/local/src/ostiary/examples/{request}.yaml > /tmp/request.yaml\n'
        "ostiary-run ostiary-web take_in /tmp/request.yaml --received $today --mode post --by $who\n"
        "ostiary-run ostiary-web replay"
    )


def act(desk: Machine) -> int:
    """Something is done at the desk; the size of the log afterwards, which has grown.

    :raises MachineError: if it cannot be done, or left no entry.
    """
    before = head(desk)["size"]
    desk.must(ACT)
    after = int(str(head(desk)["size"]))
    must_be(after > int(str(before)), "the act left no entry")
    return after


def head(desk: Machine) -> dict[str, object]:
    """The log's own head: its size and root."""
    found: dict[str, object] = json.loads(desk.must("ostiary-run ostiary log head --json"))
    return found


def healthy(desk: Machine) -> None:
    """Green within a minute, since after a start the worker's first beat may be still to come.

    :raises MachineError: if it is not.
    """
    _asked(desk, "grep -qx well /tmp/health")


def unwell(desk: Machine, part: str) -> None:
    """The health page says of a part that it is not well.

    :raises MachineError: if it does not.
    """
    _asked(desk, f"grep -qx '{part}: not well' /tmp/health")


def _asked(desk: Machine, until: str) -> None:
    done = desk.run(
        f"for n in $(seq 90); do {_HEALTH} > /tmp/health 2>&1 || true; {until} && exit 0; sleep 1; done; cat /tmp/health; "
        "journalctl --no-pager --lines=20 --output=cat --unit='ostiary-*'; exit 1"
    )
    must_be(done.returncode == 0, f"health says, where `{until}` is awaited: {done.stdout}")


def must_be(so: bool, otherwise: str) -> None:
    """:raises MachineError: if it is not so."""
    if not so:
        raise MachineError(otherwise)

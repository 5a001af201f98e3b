"""`python -m tests.web.agreeing_worker SEED COUNT`: that many generated dockets; prints what it saw as JSON."""

import json
import sys
import tempfile
from pathlib import Path

import django


def main(seed, count):
    """The roll of two hundred people is read into memory, since each docket asks it anew."""
    django.setup()
    from django.test.utils import override_settings

    from ostiary.roll.synthetic.writing import generate
    from ostiary_web.casework import roll
    from ostiary_web.environment import read
    from tests.web.agreeing import many
    from tests.web.places import an_environment

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(200, 11, folder / "roll")
        place = str(folder / "roll" / "roll.yaml")
        with override_settings(OSTIARY=read(an_environment(folder, OSTIARY_ROLL=place))):
            found = in_memory(roll.opened())
            print(json.dumps(many(seed, count, found, folder, progress(count))))


def in_memory(found):
    """The same roll, its tables read once."""
    connection = found.engine.connection
    for table in found.roll.tables:
        connection.execute(f'CREATE TABLE "_{table}" AS FROM "{table}"')
        connection.execute(f'DROP VIEW "{table}"')
        connection.execute(f'ALTER TABLE "_{table}" RENAME TO "{table}"')
    connection.execute("SET threads = 1")
    return found


def progress(count):
    done = 0

    def step():
        nonlocal done
        done += 1
        if done % 1000 == 0:
            print(f"{done:,} of {count:,}", file=sys.stderr, flush=True)

    return step


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

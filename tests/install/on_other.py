"""What must hold, and what must be refused, once a part of the desk stands on the other machine."""

import json
import shutil

from tests.install.at_desk import ACT, act, asked_of_database, healthy, leaves, must_be, unwell
from tests.install.fresh_machine import say
from tests.install.machine import Machine

_ADDRESS = "postgresql://ostiary@db.agency.example/ostiary"
_TABLES = "/etc/postgresql/15/main"


def look_at_database(desk: Machine, other: Machine, before: str) -> None:
    """The log went over byte for byte and goes on; what must be refused is.

    :raises MachineError: with what is not so.
    """
    healthy(desk)
    must_be(bool(before) and leaves(desk).startswith(before), "the entries are not those of before")
    act(desk)
    must_be(desk.run("systemctl is-active --quiet postgresql").returncode != 0, "the old database still runs")
    by = asked_of_database(desk, "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid();")
    must_be(by.startswith("t|TLSv1."), f"not by TLS: {by}")
    for how, says in _REFUSED:
        done = desk.run(f"ostiary-run psql -qc 'SELECT 1' '{how}'")
        must_be(done.returncode != 0 and says in done.stdout, f"{how} must be refused with `{says}`: {done.stdout}")
    done = desk.run("openssl s_client -starttls postgres -connect db.agency.example:5432 -tls1_1 </dev/null")
    must_be(done.returncode != 0, "TLS 1.1 is taken")
    _impostors(desk, other)
    say("database elsewhere: as it should be")


_PGPASS = "sslrootcert=/etc/ostiary/ca.pem&passfile=/etc/ostiary/pgpass"
# Each must be refused, and say why.
_REFUSED = (
    (f"{_ADDRESS}?sslmode=disable&passfile=/etc/ostiary/pgpass", "no encryption"),
    (f"{_ADDRESS}?sslmode=verify-full&sslrootcert=/etc/ostiary/ca.pem", "no password supplied"),
    (f"postgresql://postgres@db.agency.example/postgres?sslmode=verify-full&{_PGPASS}", "no pg_hba.conf entry"),
    (f"postgresql://ostiary_owner@db.agency.example/ostiary?sslmode=verify-full&{_PGPASS}", "no password supplied"),
    (f"postgresql://ostiary@192.0.2.20/ostiary?sslmode=verify-full&{_PGPASS}", "does not match host name"),
)
# By whom a certificate is made that must not be believed: nobody who is known; ours, for another name.
_IMPOSTORS = {
    "openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=db.agency.example -addext subjectAltName=DNS:db.agency.example "
    "-keyout /tmp/k -out /tmp/c": "certificate verify failed",
    "cp /etc/other-name.key /tmp/k; cp /etc/other-name.pem /tmp/c": "does not match host name",
}


def _impostors(desk: Machine, other: Machine) -> None:
    """A server with a wrong certificate gets no password and no act; the desk says so, and goes on afterwards."""
    restart = "systemctl restart postgresql"
    other.must(f"cd {_TABLES} && cp -a server.key good.key && cp -a server.pem good.pem")
    for make, says in _IMPOSTORS.items():
        other.must(f"{make}; cat /tmp/k > {_TABLES}/server.key; cat /tmp/c > {_TABLES}/server.pem; {restart}")
        done = desk.run('ostiary-run sh -c \'exec psql -qc "SELECT 1" "$OSTIARY_DATABASE_URL"\'')
        must_be(done.returncode != 0 and says in done.stdout, f"a wrong certificate: {done.stdout}")
        done = desk.run(ACT)
        must_be(done.returncode != 0, f"an act is done with a wrong certificate: {done.stdout}")
        unwell(desk, "database")
    other.must(f"cd {_TABLES} && mv good.key server.key && mv good.pem server.pem && {restart}")
    healthy(desk)
    act(desk)


def look_at_witness(desk: Machine, other: Machine) -> None:
    """The other machine's witness cosigns what is done here; without it the log goes on, and nothing may leave.

    :raises MachineError: with what is not so.
    """
    must_be(desk.run("systemctl is-active --quiet ostiary-witness").returncode != 0, "the old witness still runs")
    _cosigned(desk, act(desk))
    for stop, start in (
        ("systemctl stop nginx", "systemctl start nginx"),
        (  # another's certificate
            "cp -a /etc/ssl/witness.pem /etc/ssl/good.pem && cp -a /etc/ssl/private/witness.key /etc/ssl/private/good.key && "
            "openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=witness.example.org -keyout /etc/ssl/private/witness.key "
            "-addext subjectAltName=DNS:witness.example.org -out /etc/ssl/witness.pem && systemctl restart nginx",
            "mv /etc/ssl/good.pem /etc/ssl/witness.pem && mv /etc/ssl/private/good.key /etc/ssl/private/witness.key && systemctl restart nginx",
        ),
    ):  # fmt: skip
        other.must(stop)
        size = act(desk)
        gate = desk.run(
            f"ostiary-run env DJANGO_SETTINGS_MODULE=ostiary_web.settings python -c '{_GATE.format(index=size - 1)}'"
        )
        must_be("NotCosigned" in gate.stdout, f"without its witness, what must be cosigned goes on: {gate.stdout}")
        head_now = desk.must("cat /srv/ostiary/log/checkpoint")
        must_be("witness.example.org/w1" not in head_now or int(head_now.split("\n")[1]) < size, "cosigned by whom?")
        desk.run("systemctl start ostiary-check.service")
        must_be(
            "w1" in desk.run("ostiary-run ostiary-web log check").stdout, "the check does not name the silent witness"
        )
        other.must(start)
        _cosigned(desk, size)
    say("witness elsewhere: as it should be")


# The gate that sealing and handing over go through (casework/actions/handing_over.py, offering.py), at the log's last entry.
_GATE = (
    "import django; django.setup(); from ostiary_web.ledger_link import publishing as p; "
    "p.await_cosigned({index}, timeout=5.0); print(1)"
)


def _cosigned(desk: Machine, size: int) -> None:
    """The published head has the entry, and within two minutes the remote witness's signature."""
    done = desk.run(
        f"for n in $(seq 120); do file=/srv/ostiary/log/checkpoint; if [ $(sed -n 2p $file) -ge {size} ] && "
        "grep -q '^. witness.example.org/w1 ' $file; then exit 0; fi; sleep 1; done; cat $file; exit 1"
    )
    must_be(done.returncode == 0, f"not cosigned by the witness elsewhere: {done.stdout}")


def look_at_copy(desk: Machine, other: Machine) -> None:
    """From the other machine, the copied log is whole, cosigned, and only grew; the key of the copy opens nothing else.

    :raises MachineError: with what is not so.
    """
    verify = (
        "SSL_CERT_FILE=/usr/local/share/ca.pem runuser -u nobody -- env HOME=/tmp /opt/ostiary/bin/ostiary-verify "
        "https://log.agency.example --policy /srv/ostiary-log/policy --state /tmp/seen"
    )
    for _ in range(2):  # the second time it must follow from the first
        size = act(desk)
        _cosigned(desk, size)
        done = other.run(
            # A head is copied each minute, cosigned or not; until it is, the verifier refuses it.
            f"for n in $(seq 90); do said=$({verify} 2>&1) || {{ sleep 2; continue; }}; "
            f'case $said in *\'has {size} entries\'*) echo "$said"; exit 0;; esac; sleep 2; done; echo "$said"; exit 1'
        )
        must_be(done.returncode == 0 and "ALARM" not in done.stdout, f"from the other machine: {done.stdout}")
    key = "ssh -i /var/lib/ostiary-copy/key -o UserKnownHostsFile=/var/lib/ostiary-copy/known_hosts -o BatchMode=yes ostiary_log@log.agency.example"
    for what in ("id", "cat /etc/ssl/private/log.key", "rsync --server --sender -r . /etc"):
        done = desk.run(f"{key} '{what}' </dev/null")
        must_be(done.returncode != 0, f"the key of the copy can: {what}: {done.stdout}")
    done = desk.run("sed 's/ .*/ ssh-ed25519 AAAA/' /var/lib/ostiary-copy/known_hosts > /tmp/w && ssh -i /var/lib/ostiary-copy/key "
                    "-o UserKnownHostsFile=/tmp/w -o BatchMode=yes -o StrictHostKeyChecking=yes ostiary_log@log.agency.example")  # fmt: skip
    must_be("Host key verification failed" in done.stdout, f"another host's key is believed: {done.stdout}")
    say("log elsewhere: as it should be")


_LOAD = """
import sys
from pathlib import Path
import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi
with dbapi.connect("postgresql:///agency?host=/var/run/postgresql") as there, there.cursor() as cursor:
    cursor.execute("CREATE SCHEMA welfare")
    for name in ("people", "consents", "opt_outs", "enrolment"):
        files = sorted(Path("/tmp/roll").glob(f"{name}.parquet")) or sorted(Path("/tmp/roll", name).glob("*.parquet"))
        for place, path in enumerate(files):
            cursor.adbc_ingest(name, pq.read_table(path), mode="append" if place else "create", db_schema_name="welfare")
    there.commit()
"""


def bring_records(desk: Machine, other: Machine) -> None:
    """The agency's records are in its own database already, says the page: the made-up ones."""
    shutil.copytree(desk.root / "srv/ostiary/roll/made-up", other.root / "var/tmp/roll")
    script = _LOAD.replace("/tmp/roll", "/var/tmp/roll")
    other.must(
        "chmod -R a+rX /var/tmp/roll; cd /; runuser -u postgres -- createdb agency; "
        f"runuser -u postgres -- /opt/ostiary/bin/python - <<'PY'\n{script}\nPY\n"
    )


# 12: counsel must look at it (docs/reference), which for this request is right.
_SCREEN = "ostiary-run ostiary screen {request} --roll {roll} --engine {engine} --json 2>&1 || [ $? -eq 12 ]"
_REQUEST = "/usr/local/src/ostiary/examples/1-usda-july-2025.yaml"


def look_at_roll(desk: Machine, other: Machine) -> None:
    """A screen in the other machine's database says what the files here say; its role can only read.

    :raises MachineError: with what is not so.
    """
    healthy(desk)
    mapping = "/srv/ostiary/roll/{}/roll.yaml"
    here = desk.must(_SCREEN.format(request=_REQUEST, roll=mapping.format("made-up"), engine="duckdb"))
    there = desk.must(_SCREEN.format(request=_REQUEST, roll=mapping.format("elsewhere"), engine="adbc"))
    must_be(_counts(here) == _counts(there), f"two engines differ: {_counts(here)} {_counts(there)}")
    for sql in ("DELETE FROM welfare.people", "CREATE TABLE welfare.mine (n int)", "CREATE TABLE public.mine (n int)"):
        done = desk.run(f'ostiary-run sh -c \'exec psql -qc "{sql}" "$OSTIARY_ROLL_URL"\'')
        must_be("permission denied" in done.stdout, f"the roll's role can: {sql}: {done.stdout}")
    other.must("systemctl stop postgresql")
    done = desk.run(_SCREEN.format(request=_REQUEST, roll=mapping.format("elsewhere"), engine="adbc"))
    must_be(done.returncode != 0 and "cannot be opened" in done.stdout, f"a silent roll: {done.stdout}")
    other.must("systemctl start postgresql")
    healthy(desk)
    say("roll elsewhere: as it should be")


def _counts(said: str) -> dict[str, object]:
    """What a screen counted, and of whom."""
    found = json.loads(said)
    return {key: found[key] for key in ("people", "people_touched", "values", "copies", "only_unknown")}

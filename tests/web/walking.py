"""A desk for walking dockets: a database and a log of its own, a full roster, a register, rules in force.

The desk's clock only goes forward, and is the tests' own; the machine's clock is never asked.
"""

import datetime as dt
import itertools
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

import ostiary_verify as verify
from ostiary.ledger.witness import Witness, add_log, init
from ostiary.roll.synthetic.writing import generate
from ostiary_web import wiring
from ostiary_web.casework import queries
from ostiary_web.casework.actions import intake
from ostiary_web.casework.actions.intake import Came
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Instrument
from ostiary_web.casework.faults import Refused
from ostiary_web.casework.replaying import differences
from ostiary_web.configured import database
from ostiary_web.demo import roster, walk
from ostiary_web.environment import read
from ostiary_web.ledger_link import publishing
from ostiary_web.registry.actions import rules
from tests.conftest import ROOT
from tests.ledger.witnesses import serving
from tests.web.places import an_environment

CHICAGO = ZoneInfo("America/Chicago")
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=CHICAGO)  # a Monday
FAR = roster.FAR
PAPER, MANIFEST, SETTINGS = ("sha256:" + letter * 64 for letter in "dea")
DOUBLE, ROLES = roster.DOUBLE, list(roster.ROLES)


@dataclass
class Desk(roster.Desk):
    """The demonstration's desk at noon of a Monday."""

    now: dt.datetime = NOON


@contextmanager
def a_desk(folder, url="", **more):
    """A new desk in a folder, on its own database; the tests' own connection is put back afterwards."""
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "export").mkdir(exist_ok=True)
    environment = an_environment(folder, **({"OSTIARY_DATABASE_URL": url} if url else {}), **more)
    generate(30, 7, folder / "roll")
    environment["OSTIARY_ROLL"] = str(folder / "roll" / "roll.yaml")
    with watched(folder), on(read(environment)):
        call_command("migrate", verbosity=0)
        desk = Desk(folder, environment)
        with transaction.atomic():  # a hundred entries, and one sync of the disk
            opened(desk)
        yield desk


@contextmanager
def watched(folder):
    """Two real witnesses, of whom the desk's policy wants one."""
    log = verify.parse_policy((folder / "witness-policy").read_text()).logs[0].key.text()
    watchers = []
    for name in ("w1", "w2"):
        place = folder / name
        init(place, f"witness.example/{name}")
        add_log(place, log)
        watchers.append(Witness(place))
    with serving(*watchers) as urls:
        lines = [f"log {log}"]
        lines += [
            f"witness w{n} {one.key.text()} {url}" for n, (one, url) in enumerate(zip(watchers, urls, strict=True))
        ]
        (folder / "witness-policy").write_text("\n".join([*lines, "group g 1 w0 w1", "quorum g", ""]))
        yield


@contextmanager
def on(config):
    """Django on another desk's database and settings."""
    was, before, connection = settings.OSTIARY, dict(connections.settings["default"]), connections["default"]
    connection.close()
    connections.settings["default"] = {**before, **database(config.database_url)}
    del connections["default"]
    _forget()
    settings.OSTIARY = config
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        # The very one: whoever made the tests' own database closes this one before it is dropped.
        connections["default"] = connection
        settings.OSTIARY = was
        _forget()


def _forget():
    """As a new process: but the packs, which take seconds to read, are the same for every desk."""
    for key in list(wiring._KEYS):
        wiring._KEYS.pop(key).close()
    publishing.forget()


def opened(desk):
    """The log begun, people with their roles, a calendar, rules in use."""
    # The packs' own cases run in `make check` and in tests/web/test_registry; once more for each desk would be minutes.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "cases_passed", lambda bundle: (1, 1))
        patch.setattr(
            roster, "_days_off", lambda today: {dt.date(2026, 12, 25): "Christmas", FAR: "The last day known"}
        )
        return roster.opened(desk)


official, a_body = roster.official, roster.a_body


@pytest.fixture(scope="module")
def walking_desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all walks of a file, on whichever database the tests run on; other files then have theirs back."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield stack.enter_context(a_desk(tmp_path_factory.mktemp("walks"), url))


_NUMBER = itertools.count()


@contextmanager
def a_database(request):
    """A new database on the server that the tests started; empty where they run on SQLite."""
    if not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        yield ""
        return
    import psycopg

    request.getfixturevalue("django_db_modify_db_settings")
    place = settings.DATABASES["default"]
    server, name = f"postgresql://tester@{place['HOST']}:{place['PORT']}", f"walks{next(_NUMBER)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"{server}/{name}"


# --- requests -------------------------------------------------------------------------------------


def example(name, **changes):
    return yaml.safe_load((ROOT / "examples" / name).read_text()) | changes


def subpoena():
    """Nothing of it may go."""
    return example("3-i-138-subpoena.yaml")


def order():
    """A court's order that the clerk confirmed: two items are commanded, one may not go."""
    found = example("7-district-court-order.yaml")
    found["instrument"]["verified_with_clerk"] = True
    return found


def own():
    """A person's own request."""
    return example("8-own-request.yaml")


def with_consent(kind="legislator_federal"):
    """Permitted by the person's consent alone."""
    row = {"signed_on": "2026-01-20", "expires_on": "2059-02-20", "recipient": kind, "whole_file": True}
    return {
        "requester": {"kind": kind, "identity_verified": True},
        "instrument": {
            "kind": "consent_form", "signed": True, "judicial": False, "names_subjects": True, "status": "in_force",
        },
        "purpose": "legislative_oversight",
        "programs": ["snap"],
        "elements_requested": ["program_enrollment", "address_residential"],
        "subjects": {"count": 1, "identified_by": "name"},
        "consent": [row | {"programs": ["snap"], "purposes": ["legislative_oversight"]}],
        "complete": ["flags", "statements"],
    }  # fmt: skip


def emergency():
    """An officer, called back, says that somebody is in danger."""
    return {
        "requester": {"kind": "local_police", "identity_verified": True},
        "instrument": {
            "kind": "none_oral", "signed": False, "judicial": False, "names_subjects": True, "status": "in_force",
            "callback_verified": True,
        },
        "purpose": "imminent_threat",
        "programs": ["medicaid"],
        "elements_requested": ["address_residential"],
        "subjects": {"count": 1, "identified_by": "name"},
        "statements": {"imminent_threat": True},
        "complete": ["flags", "statements"],
    }  # fmt: skip


# --- walks ----------------------------------------------------------------------------------------


class Walk(walk.Walk):
    """The demonstration's docket. Its papers are digests alone; what is packed is all that is lawful."""

    def paper(self, says, role):
        return PAPER

    def packing(self):
        return MANIFEST, SETTINGS

    def refused(self, act, role=None, **given):
        """The code of why an act is refused; and that nothing was done."""
        before = queries.row(self.id), len(queries.history(self.id))
        with pytest.raises(Refused) as refused:
            self.do(act, role, **given)
        assert (queries.row(self.id), len(queries.history(self.id))) == before
        return refused.value.reason


STOPS = {
    "in_review": lambda walk: walk.in_review(),
    "decision": lambda walk: walk.in_review().reviewed(),
    "approved": lambda walk: walk.in_review().reviewed().approved(),
    "cleared": lambda walk: walk.in_review().reviewed().approved().cleared(),
    "packaged": lambda walk: walk.in_review().reviewed().approved().cleared().packaged(),
    "sealed": lambda walk: walk.in_review().reviewed().approved().cleared().packaged().seal(),
    "released": lambda walk: walk.in_review().reviewed().approved().cleared().packaged().seal().released(),
}


def at_stop(desk, name, request=None):
    """A docket that has come as far as this, by the usual way."""
    walk = STOPS[name](Walk(desk, request or order()))
    assert walk.state == name
    return walk


def verified(desk):
    """What an outsider finds: the log as published, held against its policy and the catalogue."""
    publishing.publish()
    kinds = Path(verify.__file__).parent / "ostiary" / "ledger" / "kinds.json"
    policy = desk.folder / "log-only"
    policy.write_text((desk.folder / "witness-policy").read_text().splitlines()[0] + "\nquorum none\n")
    return verify.main([str(desk.folder / "export"), "--policy", str(policy), "--kinds", str(kinds), "--json"])


def sound(walk):
    """Every docket is what its events make it, and the log has the same."""
    assert list(differences(walk.id, queries.history(walk.id))) == []


# --- walks that are taken on from wherever they stand -------------------------------------------------


@dataclass(frozen=True)
class Reference:
    """An official known by the reference alone."""

    reference: str


def taken_on(desk, key, bodies_by_kind, place):
    """The docket of this key: opened if it is not there, and otherwise as it stands."""
    request = (order, subpoena, emergency, with_consent)[place % 4]()
    walk = Walk.__new__(Walk)
    walk.desk, walk.anew, walk.body = desk, False, bodies_by_kind[request["requester"]["kind"]]
    request["request_date"] = desk.now.date().isoformat()
    came = Came(yaml.safe_dump(request), desk.now.date(), "post", walk.body, emergency="threat" in request["purpose"])
    walk.id = intake.take_in(came=came, by=desk.by(Role.INTAKE), at=desk.now, key=key).docket.id
    return walk


def next_act(walk, place, chance):
    """Do the next act on the usual way to this docket's end; False at the end. Each can be done again after a kill."""
    desk, docket = walk.desk, walk.docket
    desk.now = max(desk.now, docket.last_at)
    state = str(docket.state)
    if state in ("denied", "recalled", "disposed", "released", "withdrawn"):
        return _after(walk, state, place)
    moves = {
        "received": walk.docketed,
        "docketed": lambda: _verify(walk),
        "in_review": lambda: _review(walk, place),
        "consolidating": lambda: walk.do("consolidate"),
        "decision": lambda: walk.do("approve", grants=walk.lawful) if walk.lawful else walk.do("deny"),
        "approved": lambda: _tell(walk),
        "notified": lambda: walk.do("clear", cause="waived", waivers=PAPER),
        "cleared": lambda: walk.do(
            "package", manifest=MANIFEST, items=walk.lawful, paper_fields={"parameters": SETTINGS}
        ),
        "packaged": lambda: _agree(walk),
        "sealed": walk.released,
        "appealed": lambda: walk.do("affirm"),
        "receipted": lambda: walk.do("dispose", certified_on=desk.now.date(), method="erased", certificate=PAPER),
    }
    if state not in moves:
        return False
    if state == "in_review" and chance.random() < 0.03:
        walk.do("withdraw", Role.INTAKE)
    else:
        moves[state]()
    return True


def _after(walk, state, place):
    if state == "released":
        walk.do("recall", Role.LEAD_COUNSEL, cause="error") if place % 5 == 0 else walk.do(
            "receipt", Role.RECORDS_OFFICER
        )
        return True
    if state == "denied" and not walk.docket.appealed:
        walk.do("appeal", Role.INTAKE)
        return True
    return False


def _verify(walk):
    walk.confirmed()
    if not queries.docket(walk.id).verdict:
        walk.do(
            "verify", requester_verified=True, instrument=Instrument(True, True),
            requester_proof="call_back", instrument_check="court_record",
        )  # fmt: skip


def _review(walk, place):
    opinion = "grant" if walk.lawful else "deny"
    given = {"opinion": opinion, "needed": walk.lawful}
    if walk.docket.reviews:
        walk.do("finish_review", Role.REVIEWER_PRIVACY, **given)
    else:
        walk.do("review", Role.REVIEWER_COUNSEL, **given)


def _tell(walk):
    if walk.docket.track == "adverse":
        walk.do("notify", letter=PAPER)
    elif walk.docket.notice is None:
        walk.do("omit_notice")
    else:
        walk.do("clear", cause="no_window")


def _agree(walk):
    package = walk.docket.package
    if package.passed is None:
        walk.do("check", manifest=MANIFEST)
    elif len(package.agreed) < 2:
        done = {role for _, role in package.agreed}
        walk.do("agree_to_seal", min({Role.RELEASE_OFFICER, Role.KEY_HOLDER} - done), manifest=MANIFEST)
    else:
        walk.seal()

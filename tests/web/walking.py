"""A desk for walking dockets: a database and a log of its own, a full roster, a register, rules in force.

The desk's clock only goes forward, and is the tests' own; the machine's clock is never asked.
"""

import datetime as dt
import itertools
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

import ostiary_verify as verify
from ostiary.ledger.entry import new_docket
from ostiary.ledger.witness import Witness, add_log, init
from ostiary.roll.synthetic.writing import generate
from ostiary_web import wiring
from ostiary_web.casework import queries
from ostiary_web.casework.actions import door, facts, intake, machine
from ostiary_web.casework.actions.intake import Came
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Instrument
from ostiary_web.casework.docket.transitions import TABLE, find
from ostiary_web.casework.faults import Refused
from ostiary_web.casework.replaying import differences
from ostiary_web.configured import database
from ostiary_web.environment import read
from ostiary_web.ledger_link import actions as ledger
from ostiary_web.ledger_link import publishing
from ostiary_web.registry.actions import bodies, rules
from ostiary_web.staff import actions as staff
from ostiary_web.staff.actions import custody
from tests.conftest import ROOT
from tests.ledger.witnesses import serving
from tests.web.places import an_environment

CHICAGO = ZoneInfo("America/Chicago")
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=CHICAGO)  # a Monday
FAR = dt.date(2060, 12, 1)
PAPER, MANIFEST, SETTINGS = ("sha256:" + letter * 64 for letter in "dea")
# Every role that moves dockets has one person of a unit of their own, and two of those that an appeal needs anew.
DOUBLE = (Role.REVIEWER_COUNSEL, Role.REVIEWER_PRIVACY, Role.DECIDER)
ROLES = [
    role
    for role in Role
    if role
    not in (Role.REQUESTER, Role.RECIPIENT, Role.CONCERNED, Role.OVERSEER, Role.MACHINE, Role.PUBLISHER, Role.AUDITOR)
]


@dataclass
class Desk:
    """A desk in a folder. ``who``: the official for each role, by its code; a second one as ``decider2``."""

    folder: Path
    environment: dict = field(default_factory=dict)
    now: dt.datetime = NOON
    pace: dt.timedelta = dt.timedelta(minutes=1)
    who: dict = field(default_factory=dict)
    boss: object = None

    def by(self, role, second=False):
        return self.who[role.value + ("2" if second else "")].reference

    def wait(self, days):
        self.now += dt.timedelta(days=days)

    def minute(self):
        self.now += self.pace
        return self.now


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
    """The log begun, people with their roles, a register with one body of each kind, a calendar, rules in force."""
    at = desk.now
    ledger.start_log(by="console", at=at)
    staff.add_unit(code="office", name="The office", by=None, at=at)
    boss = desk.boss = staff.add_person(
        mail="ada@agency.example", name="Ada", unit="office", administrator=True, by=None, at=at
    )
    staff.add_course(code="handling", name="Handling records", needed=True, by=boss, at=at)
    for role in ROLES:
        official(desk, role.value, role)
    custody.hold_key(number=boss.pk, use="log", by=boss, at=at)
    for role in DOUBLE:
        official(desk, role.value + "2", role)
    rules.add_days_off(days={dt.date(2026, 12, 25): "Christmas", FAR: "The last day known"}, by=boss, at=at)
    found = rules.propose_bundle(by=desk.who["policy_author"], at=at)
    # The packs' own cases run in `make check` and in tests/web/test_registry; once more for each desk would be minutes.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "cases_passed", lambda bundle: (1, 1))
        rules.activate_bundle(number=found.pk, by=desk.who["policy_approver"], at=at)
    for name in ("reviewer_counsel", "reviewer_privacy"):
        days = {"since": at, "until": at.replace(year=2060)}
        staff.put_on_call(number=desk.who[name].pk, role=name, by=boss, at=at, **days)
    for one in desk.who.values():
        staff.attest(policy=wiring.bundle().digest, by=one, at=at)
    return desk


def official(desk, name, role):
    """Somebody of a unit of their own with one role and training in force."""
    at, boss = desk.now, desk.boss
    staff.add_unit(code=f"unit_{name}", name=name, by=boss, at=at)
    mail = f"{name}@agency.example"
    person = staff.add_person(mail=mail, name=name, unit=f"unit_{name}", by=boss, at=at)
    days = {"done_on": at.date(), "expires_on": FAR}
    staff.record_training(number=person.pk, course="handling", by=boss, at=at, **days)
    staff.give_role(number=person.pk, role=role.value, since=at.date(), by=boss, at=at)
    desk.who[name] = person
    return person


def a_body(desk, kind, code="", key=True):
    """A body of the register: verified, with a key; its code."""
    code, at = code or f"body_{kind}", desk.now
    keeper = desk.who["records_officer"]
    bodies.add(code=code, kind=kind, name=code, contact="a telephone", by=keeper, at=at)
    bodies.verify(code=code, by=desk.who["verifier"], at=at)
    if key:
        bodies.register_key(code=code, public=f"key of {code}", until=FAR, by=keeper, at=at)
    return code


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

SECOND = {
    "refuse_form": Role.LEAD_COUNSEL, "delay_notice": Role.LEAD_COUNSEL, "shorten_window": Role.EXECUTIVE,
    "lift_hold": Role.EXECUTIVE, "extend": Role.LEAD_COUNSEL,
}  # fmt: skip


class Walk:
    """One docket on its way. Each act is done by whoever has the role for it, on the desk's own clock."""

    def __init__(self, desk, request, *, body=None, anew=False, **opening):
        self.desk, self.anew = desk, anew
        request = dict(request)
        # A day in the past of every rule's own day would be another law: the desk's day is the request's.
        request["request_date"] = desk.now.date().isoformat()
        kind = request["requester"]["kind"]
        self.body = a_body(desk, kind, f"body_{next(_NUMBER)}") if body is None else body
        text = yaml.safe_dump(request, sort_keys=False)
        came = Came(text, desk.now.date(), "post", self.body, **opening)
        self.came = came
        self.id = intake.take_in(came=came, by=desk.by(Role.INTAKE), at=desk.minute()).docket.id

    @property
    def docket(self):
        return queries.docket(self.id)

    @property
    def state(self):
        return str(self.docket.state)

    @property
    def acts(self):
        return [one.act for one in queries.history(self.id)]

    def do(self, act, role=None, **given):
        """Do an act as the first of the roles that do it, or as this one."""
        row = find(act, self.docket.state) or next(one for one in TABLE if one.act == act)
        role = role or min(one for one in row.roles if one is not Role.MACHINE)  # the first that is a person's
        by = given.pop("by", "") or self.desk.by(role, self.anew and role in DOUBLE)
        second = given.pop("second", "") or (self.desk.by(SECOND[act]) if act in SECOND else "")
        return door.perform(docket=self.id, act=act, by=by, role=role, at=self.desk.minute(), second=second, **given)

    def refused(self, act, role=None, **given):
        """The code of why an act is refused; and that nothing was done."""
        before = queries.row(self.id), len(queries.history(self.id))
        with pytest.raises(Refused) as refused:
            self.do(act, role, **given)
        assert (queries.row(self.id), len(queries.history(self.id))) == before
        return refused.value.reason

    def tick(self, days=0):
        self.desk.wait(days)
        passed = machine.tick(at=self.desk.minute())
        assert passed.faults == ()
        return [act for docket, act in passed.done if docket == self.id]

    def establish(self, name, value, role):
        return facts.establish(
            docket=self.id, name=name, value=value, by=self.desk.by(role), role=role, at=self.desk.minute()
        )

    def docketed(self):
        self.do("docket_request", paper_fields={"instrument_form": "copy"})
        return self

    def confirmed(self):
        """Whoever establishes what the request states, has."""
        for role in (Role.VERIFIER, Role.CUSTODIAN, Role.LEAD_COUNSEL):
            if queries.waiting(self.id, role):
                facts.confirm(docket=self.id, by=self.desk.by(role), role=role, at=self.desk.minute())
        return self

    def in_review(self, **instrument):
        """Docketed, its facts confirmed, verified, judged, and the reviewers asked."""
        self.docketed().confirmed()
        self.do(
            "verify", requester_verified=True, instrument=Instrument(True, True, **instrument),
            requester_proof="call_back", instrument_check="court_record",
        )  # fmt: skip
        assert self.state == "in_review"
        return self

    @property
    def lawful(self):
        return tuple(item.key for item in self.docket.verdict.items if item.may_leave)

    def reviewed(self, opinion="grant"):
        first, last = Role.REVIEWER_COUNSEL, Role.REVIEWER_PRIVACY
        if self.docket.track != "own":
            self.do("review", first, opinion=opinion, needed=self.lawful)
        self.do("finish_review", last, opinion=opinion, needed=self.lawful)
        if self.state == "consolidating":
            self.do("consolidate")
        return self

    def approved(self):
        self.do("approve", grants=self.lawful)
        return self

    def cleared(self, days=0):
        """Told, and waited for this long or waived by everybody; or whatever the track has instead."""
        if self.docket.track == "adverse":
            self.do("notify", letter=PAPER)
            self.desk.wait(days)
            self.do("clear", **({"cause": "window_over"} if days else {"cause": "waived", "waivers": PAPER}))
        else:
            self.do("omit_notice")
            self.do("clear", cause="no_window")
        return self

    def packaged(self):
        self.do("package", manifest=MANIFEST, items=self.lawful, paper_fields={"parameters": SETTINGS})
        self.do("check", manifest=MANIFEST)
        self.do("agree_to_seal", Role.RELEASE_OFFICER, manifest=MANIFEST)
        self.do("agree_to_seal", Role.KEY_HOLDER, manifest=MANIFEST)
        return self

    def sealing(self):
        key = "sha256:" + sha256(f"key of {self.body}".strip().encode()).hexdigest()
        until = self.desk.now.date() + dt.timedelta(days=60)
        return {"manifest": MANIFEST, "recipient_key": key, "retain_until": until, "release": new_docket()}

    def seal(self):
        self.do("seal", **self.sealing())
        return self

    def released(self):
        self.do("release", manner="picked_up")
        return self

    def disposed(self):
        self.do("receipt", Role.RECORDS_OFFICER)
        self.do("dispose", certified_on=self.desk.now.date(), method="erased", certificate=PAPER)
        return self


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

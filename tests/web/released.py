"""Dockets on their way out: a desk with a key that signs, bodies with real keys, packages built from the desk's roll."""

import datetime as dt
import itertools
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from ostiary.release import keys, signers
from ostiary_web.casework import jobs_release, models, queries, queries_release, recheck, roll, stripping
from ostiary_web.casework.actions import facts, handing_over, long_work, offering, packing
from ostiary_web.casework.actions import stripping as stripping_act
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.ordering import Order
from ostiary_web.casework.queries_work import Asked
from ostiary_web.registry.actions import bodies
from tests.web.matched import matched, name, on_the_roll, texts
from tests.web.pages_desk import to_this_day
from tests.web.walking import FAR, Walk, a_database, a_desk, order

OSTIARY = Path(sys.executable).with_name("ostiary")
VALID = (dt.date(2020, 1, 1), dt.date(2061, 1, 1))
_NUMBER = itertools.count()


@contextmanager
def a_releasing_desk(folder, url=""):
    """A desk with a key that signs packages; ``desk.signers``: the list that recipients keep."""
    place = folder / "signer"
    place.mkdir(parents=True)
    public, private = signers.new_signer("The agency", place, VALID, None)
    with a_desk(folder, url, OSTIARY_SIGNER=f"file:{private}") as desk:
        desk.signers = public
        yield desk


@pytest.fixture(scope="module")
def releasing_desk(tmp_path_factory, django_db_blocker, request):
    """One such desk for all tests of a file, on whichever database they run, at the machine's own time."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_releasing_desk(tmp_path_factory.mktemp("releasing"), url)))


def a_recipient(desk, kind):
    """A verified body of a kind with a real key: its code, and where its private key is."""
    code = f"recipient_{next(_NUMBER)}"
    place = desk.folder / "recipients" / code
    place.mkdir(parents=True)
    public, private = keys.new_recipient(code, place, VALID, None)
    keeper = desk.who["records_officer"]
    bodies.add(code=code, kind=kind, name=f"Office {code}", contact="a telephone", by=keeper, at=desk.minute())
    bodies.verify(code=code, by=desk.who["verifier"], at=desk.minute())
    bodies.register_key(code=code, public=public.read_text(), until=FAR, by=keeper, at=desk.minute())
    return code, private


def walking(desk, request=None, **more):
    """A docket of a body with a real key, in review; ``walk.key`` is its private key."""
    request = request or order()
    code, private = a_recipient(desk, request["requester"]["kind"])
    walk = Walk(desk, request, body=code, **more)
    walk.key = private
    return walk


_LETS_GO = {}


def of_whom_something_leaves(walk, least=1):
    """The roll's people of whom the docket's law lets at least so many values go, by the plain interpreter."""
    lawful = tuple(sorted(item.key for item in walk.docket.verdict.items if item.may_leave))
    if (lawful, least) not in _LETS_GO:
        _LETS_GO[lawful, least] = [row["person_id"] for row in on_the_roll(walk.desk) if _lets_go(walk, row, least)]
    wanted = _LETS_GO[lawful, least]
    return [row for row in on_the_roll(walk.desk) if row["person_id"] in wanted]


def _lets_go(walk, row, least):
    if not row["social_security_no"]:
        return False
    docket, day = walk.docket, walk.desk.now.date()
    person = Asked(0, 1, "", {}, row["person_id"], ("dob", "ssn"))
    text = queries.request_file(docket.id, day)
    order = AllOfIt(docket, text, day, (person,), frozenset({""}), frozenset())
    return any(len(one.items) >= least for one in recheck._expected(order, roll.opened()))


class AllOfIt(Order):
    """An order as if all that the verdict lets go had been granted."""

    __slots__ = ()

    @property
    def items(self):
        return frozenset(item.key for item in self.docket.verdict.items if item.may_leave)


def matched_one(walk, place=0, least=1):
    """The docket with one person of the roll of whom something leaves, matched by the worker and taken over."""
    walk.person = of_whom_something_leaves(walk, least)[place]
    return matched(walk, texts(walk.person))


def known_one(walk, place=0, least=1):
    """The same without the matching, which takes seconds: its outcome is written down as the worker would."""
    walk.person = row = of_whom_something_leaves(walk, least)[place]
    custodian, at = walk.desk.by(Role.CUSTODIAN), walk.desk.minute()
    name(walk, texts(row))
    done = models.LongWork.objects.create(
        docket_id=walk.id, kind="match", state="done", by=custodian, role="custodian", asked_at=at, result="none"
    )
    person = models.AskedPerson.objects.get(docket_id=walk.id)
    models.Identified.objects.create(
        person=person,
        record=row["person_id"],
        strong='["dob", "ssn"]',
        band="automatic",
        work=done,
        by=custodian,
        at=at,
    )
    facts.recognise(
        docket=walk.id, who="", record=row["person_id"], by=custodian, role=Role.CUSTODIAN, at=walk.desk.minute()
    )
    return walk


def cleared(walk, place=0, least=1):
    """In review, its one person known, reviewed, approved and cleared."""
    known_one(walk.in_review(), place, least)
    return walk.reviewed().approved().cleared()


def rewritten(desk, record, column, value):
    """The roll with another value of one person."""
    for file in (desk.folder / "roll" / "people").glob("*.parquet"):
        table = parquet.read_table(file)
        rows = table.to_pylist()
        for row in rows:
            if str(row["person_id"]) == record:
                row[column] = value
        parquet.write_table(table.from_pylist(rows, schema=table.schema), file)


def retain(desk, days=60):
    return desk.now.date() + dt.timedelta(days=days)


def read_for_others(walk):
    """The texts that may speak of other people were read by the custodian, who let what is proposed leave."""
    desk = walk.desk
    waiting = texts_of(walk)
    left = {one.key: (one.seen, one.proposed) for one in waiting if not one.left}
    if left:
        stripping_act.strip(docket=walk.id, left=left, by=desk.by(Role.CUSTODIAN), at=desk.minute())
    return walk


def texts_of(walk):
    return stripping.texts(queries_release.order_of(walk.docket, walk.desk.now.date()), roll.opened())


def asked_to_pack(walk, days=60, **more):
    desk = read_for_others(walk).desk
    given = {"by": desk.by(Role.CUSTODIAN), "at": desk.minute()}
    return packing.ask(docket=walk.id, retain_until=retain(desk, days), **given, **more)


def work(walk, number):
    """The worker does it by the desk's clock; whether it was finished."""
    return long_work.run(number=number, doing=jobs_release.DOING, at=walk.desk.minute())


def packed(walk, **more):
    number = asked_to_pack(walk, **more)
    assert work(walk, number), long_work.queries_work.work(number).fault
    return walk


def checked(walk):
    _, result = packing.check(docket=walk.id, by=walk.desk.by(Role.CHECKER), at=walk.desk.minute())
    assert result.faults == ()
    return walk


def agreed(walk):
    for role in (Role.RELEASE_OFFICER, Role.KEY_HOLDER):
        packing.agree(docket=walk.id, by=walk.desk.by(role), role=role, at=walk.desk.minute())
    return walk


def ostiary(*words):
    """A command of the library, as the recipient runs it."""
    return subprocess.run([OSTIARY, *map(str, words)], capture_output=True, text=True, check=False)


def sealed(walk):
    """Packed, checked, agreed to by two, and sealed; the package is finished."""
    agreed(checked(packed(walk)))
    role = Role.RELEASE_OFFICER
    handing_over.seal(docket=walk.id, by=walk.desk.by(role), at=walk.desk.minute())
    return walk


def released(walk, manner="ready"):
    role = Role.RELEASE_OFFICER
    handing_over.release(docket=walk.id, manner=manner, by=walk.desk.by(role), at=walk.desk.minute())
    return walk


def linked(walk, **more):
    """A link for the recipient of what was released."""
    return offering.offer(docket=walk.id, by=walk.desk.by(Role.RELEASE_OFFICER), at=walk.desk.minute(), **more)


def signed(walk, secret, name="Officer Example, the court's clerk"):
    offering.sign(secret=secret, name=name, proved=True, at=walk.desk.minute())
    return walk


def taken(walk, secret):
    """The recipient's copy of the package."""
    name, path = offering.take(secret=secret, at=walk.desk.minute())
    copy = walk.desk.folder / f"{next(_NUMBER)}-{name}"
    copy.write_bytes(path.read_bytes())
    return copy


def opened(walk, package):
    """What ``ostiary open`` writes on the recipient's side: the folder."""
    out = walk.desk.folder / f"opened-{next(_NUMBER)}"
    words = [package, "--key", walk.key, "--signers", walk.desk.signers, "--policy", walk.desk.folder / "witness-policy",
             "--out", out]  # fmt: skip
    done = ostiary("open", *words)
    assert done.returncode == 0, done.stderr
    return out

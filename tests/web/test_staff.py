"""People, roles, delegations, training: who may do what, and that the log tells of it."""

import datetime as dt

import pytest

from ostiary_web.staff import actions, queries
from ostiary_web.staff.faults import StaffError
from ostiary_web.staff.models import Delegation, Duty, Person
from tests.web import desk
from tests.web.desk import AT, TODAY, YEAR

WEEK = TODAY + dt.timedelta(days=7)
POLICY = "sha256:" + "a" * 64


@pytest.fixture
def person(administrator):
    return desk.a_person(administrator)


@pytest.fixture
def duty(administrator):
    holder = desk.an_official(administrator, "decider")
    return Duty.objects.get(person=holder)


def told(entry):
    return entry.public["register"], entry.public["act"]


def test_each_write_is_one_entry(administrator, person):
    before = len(desk.entries())
    course = desk.a_course(administrator)
    desk.trained(person, administrator)
    duty = actions.give_role(number=person.pk, role="intake", since=TODAY, by=administrator, at=AT)
    other = desk.trained(desk.a_person(administrator, "sam@agency.example"), administrator)
    lent = actions.delegate(duty=duty.pk, to=other.pk, since=TODAY, until=WEEK, by=person, at=AT)
    actions.end_delegation(delegation=lent.pk, by=person, at=AT)
    actions.put_on_call(number=person.pk, role="intake", since=AT, until=AT + YEAR, by=administrator, at=AT)
    actions.attest(policy=POLICY, by=person, at=AT)
    found = actions.declare(sort="docket", about="d" * 26, household=False, by=person, at=AT)
    actions.end_declaration(declaration=found.pk, by=administrator, at=AT)
    actions.end_role(duty=duty.pk, by=administrator, at=AT)
    actions.change_person(number=person.pk, name="Pat", unit="office", by=administrator, at=AT)
    actions.end_person(number=person.pk, by=administrator, at=AT)

    assert course == "handling"
    assert [told(entry) for entry in desk.entries()[before:]] == [
        ("training", "changed"),
        ("training", "added"),
        ("roles", "added"),
        ("people", "added"),
        ("training", "added"),
        ("delegations", "added"),
        ("delegations", "ended"),
        ("on_call", "added"),
        ("attestations", "added"),
        ("declarations", "added"),
        ("declarations", "ended"),
        ("roles", "ended"),
        ("people", "changed"),
        ("people", "ended"),
    ]


def test_no_entry_names_anybody(administrator, person):
    raw = b"".join(entry.encode() for entry in desk.entries())

    # None of these can stand in a digest by chance: each has a sign that base64 does not know.
    for someone in (administrator, person):
        assert someone.name.encode() not in raw
        assert someone.mail.encode() not in raw
    assert b"person:" not in raw


WRITES = {
    "add_unit": {"code": "u", "name": "U"},
    "add_person": {"mail": "n@x.example", "name": "N", "unit": "office"},
    "change_person": {"number": 1, "name": "N", "unit": "office"},
    "end_person": {"number": 1},
    "give_role": {"number": 1, "role": "intake", "since": TODAY},
    "end_role": {"duty": 1},
    "delegate": {"duty": 1, "to": 1, "since": TODAY, "until": WEEK},
    "end_delegation": {"delegation": 1},
    "add_course": {"code": "c", "name": "C", "needed": True},
    "record_training": {"number": 1, "course": "c", "done_on": TODAY, "expires_on": WEEK},
    "put_on_call": {"number": 1, "role": "intake", "since": AT, "until": AT + YEAR},
    "end_declaration": {"declaration": 1},
    "count_roles": {"period": "2026-Q1"},
}


@pytest.mark.parametrize("name", WRITES)
def test_only_an_administrator_keeps_the_registers(name, administrator, person):
    before = desk.kinds()

    with pytest.raises(StaffError):
        getattr(actions, name)(**WRITES[name], by=person, at=AT)
    assert desk.kinds() == before


def test_only_the_first_administrator_is_added_by_nobody(administrator):
    with pytest.raises(StaffError, match="name the administrator"):
        actions.add_person(mail="two@x.example", name="Two", unit="office", administrator=True, by=None, at=AT)


@pytest.mark.parametrize("mail", ["", "nobody", "@x", "x@", "a@b@c"])
def test_an_address_is_an_address(mail, administrator):
    with pytest.raises(StaffError, match="no e-mail address"):
        desk.a_person(administrator, mail)


def test_an_address_is_one_persons(administrator, person):
    with pytest.raises(StaffError, match="already"):
        desk.a_person(administrator, " PAT@agency.example ")


@pytest.mark.parametrize(
    ("role", "since", "until", "why"),
    [
        ("decidr", TODAY, None, "did you mean `decider`?"),
        ("intake", TODAY - dt.timedelta(days=1), None, "back-dated"),
        ("intake", WEEK, TODAY, "not before the first"),
    ],
)
def test_a_role_is_given_for_days_to_come(role, since, until, why, administrator, person):
    with pytest.raises(StaffError, match=why):
        actions.give_role(number=person.pk, role=role, since=since, until=until, by=administrator, at=AT)


def test_an_administrator_holds_no_role(administrator):
    other = desk.an_administrator("two@agency.example", by=administrator)

    with pytest.raises(StaffError, match="S6"):
        actions.give_role(number=other.pk, role="intake", since=TODAY, by=administrator, at=AT)


def test_who_writes_policies_does_not_approve_them(administrator, person):
    actions.give_role(number=person.pk, role="policy_author", since=TODAY, by=administrator, at=AT)

    with pytest.raises(StaffError, match="S5"):
        actions.give_role(number=person.pk, role="policy_approver", since=TODAY, by=administrator, at=AT)


class TestDelegation:
    """Dated, scoped, never to somebody excluded."""

    def lend(self, duty, to, **more):
        given = {"since": TODAY, "until": WEEK, "by": duty.person, "at": AT} | more
        return actions.delegate(duty=duty.pk, to=to.pk, **given)

    @pytest.fixture
    def other(self, administrator):
        return desk.trained(desk.a_person(administrator), administrator)

    def test_it_lends_the_role_for_its_days(self, duty, other):
        self.lend(duty, other)
        by_reference = {member.reference: member for member in queries.roster(AT, TODAY, POLICY)}

        assert by_reference[other.reference].lent == {("decider", "")}
        assert queries.may_use(other.pk, ["decider"], TODAY, administrator=False)
        assert not queries.may_use(other.pk, ["decider"], WEEK + dt.timedelta(days=1), administrator=False)

    def test_one_docket_is_not_all(self, duty, other):
        self.lend(duty, other, scope="d" * 26)

        assert not queries.may_use(other.pk, ["decider"], TODAY, administrator=False)

    def test_not_to_oneself(self, duty):
        with pytest.raises(StaffError, match="another person"):
            self.lend(duty, duty.person)

    def test_not_to_an_administrator(self, duty, administrator):
        with pytest.raises(StaffError, match="S6"):
            self.lend(duty, administrator)

    def test_not_without_training(self, duty, administrator, person):
        with pytest.raises(StaffError, match="training"):
            self.lend(duty, person)

    def test_not_where_one_declared_not_to_act(self, duty, other):
        actions.declare(sort="docket", about="d" * 26, household=True, by=other, at=AT)

        with pytest.raises(StaffError, match="declared not to act"):
            self.lend(duty, other, scope="d" * 26)

    def test_not_by_a_third(self, duty, other, administrator):
        third = desk.a_person(administrator, "third@agency.example")

        with pytest.raises(StaffError, match="administrator"):
            self.lend(duty, other, by=third)

    def test_not_beyond_the_duty(self, duty, other):
        Duty.objects.filter(pk=duty.pk).update(until=TODAY)

        with pytest.raises(StaffError, match="within its own"):
            self.lend(duty, other)

    def test_it_ends_with_the_duty(self, duty, other, administrator):
        lent = self.lend(duty, other)
        actions.end_role(duty=duty.pk, by=administrator, at=AT)

        assert Delegation.objects.get(pk=lent.pk).ended_at == AT


def test_closing_an_account_ends_all_that_was_held(administrator, duty):
    actions.end_person(number=duty.person_id, by=administrator, at=AT)

    assert not Person.objects.get(pk=duty.person_id).is_active
    assert not queries.may_use(duty.person_id, ["decider"], TODAY, administrator=False)
    assert queries.roster(AT, TODAY, POLICY) == tuple(
        member for member in queries.roster(AT, TODAY, POLICY) if member.administrator
    )


class TestTraining:
    """Unknown is not yes."""

    def test_where_no_course_is_needed_nobody_is_trained(self, administrator, person):
        actions.add_course(code="extra", name="Extra", needed=False, by=administrator, at=AT)
        actions.record_training(
            number=person.pk, course="extra", done_on=TODAY, expires_on=WEEK, by=administrator, at=AT
        )

        assert not queries.is_trained(person.pk, TODAY)

    def test_it_expires(self, administrator, person):
        desk.trained(person, administrator)

        assert queries.is_trained(person.pk, TODAY + YEAR)
        assert not queries.is_trained(person.pk, TODAY + YEAR + dt.timedelta(days=1))

    def test_a_new_course_is_needed_at_once(self, administrator, person):
        desk.trained(person, administrator)
        desk.a_course(administrator, "new_law")

        assert not queries.is_trained(person.pk, TODAY)

    def test_an_untrained_role_cannot_be_used(self, administrator, person):
        actions.give_role(number=person.pk, role="intake", since=TODAY, by=administrator, at=AT)

        assert not queries.may_use(person.pk, ["intake"], TODAY, administrator=False)

    def test_it_is_not_recorded_before_it_was_done(self, administrator, person):
        desk.a_course(administrator)
        with pytest.raises(StaffError, match="today or before"):
            actions.record_training(
                number=person.pk, course="handling", done_on=WEEK, expires_on=TODAY + YEAR, by=administrator, at=AT
            )


def test_nobody_ends_their_own_declaration(administrator):
    found = actions.declare(sort="body", about="b", household=False, by=administrator, at=AT)

    with pytest.raises(StaffError, match="their own"):
        actions.end_declaration(declaration=found.pk, by=administrator, at=AT)


def test_how_many_hold_a_role_is_published(administrator, duty):
    assert actions.count_roles(period="2026-Q1", by=administrator, at=AT) == (1, 1)
    assert desk.entries()[-1].public == {"period": "2026-Q1", "officials": 1, "trained": 1}

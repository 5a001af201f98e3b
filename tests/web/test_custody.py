"""S11: the log's key and a release's are never in one hand."""

import pytest
from django.db import IntegrityError, transaction

from ostiary_web.staff import actions, queries
from ostiary_web.staff.actions import custody
from ostiary_web.staff.faults import StaffError
from ostiary_web.staff.models import KeyHolding
from tests.web import desk
from tests.web.desk import AT, TODAY


def hold(person, use, by):
    return custody.hold_key(number=person.pk, use=use, by=by, at=AT)


def keys_of(person):
    return next(one.keys for one in queries.roster(AT, TODAY, "") if one.reference == person.reference)


def test_while_no_holder_of_the_logs_key_is_registered_nobody_is_known_not_to_have_it(log, administrator):
    person = desk.a_person(administrator)
    assert keys_of(person) is None

    hold(administrator, "log", administrator)

    assert keys_of(person) == frozenset()
    assert keys_of(administrator) == {"log"}
    assert desk.kinds()[-1] == "register.changed"


@pytest.mark.parametrize("role", ["release_officer", "key_holder"])
def test_who_lets_releases_go_cannot_have_the_logs_key(log, administrator, role):
    with pytest.raises(StaffError, match="S11"):
        hold(desk.an_official(administrator, role), "log", administrator)


@pytest.mark.parametrize("role", ["release_officer", "key_holder"])
def test_and_the_other_way_round(log, administrator, role):
    person = desk.trained(desk.a_person(administrator), administrator)
    hold(person, "log", administrator)

    with pytest.raises(StaffError, match="S11"):
        actions.give_role(number=person.pk, role=role, since=TODAY, by=administrator, at=AT)


def test_nobody_has_both_keys(log, administrator):
    person = desk.a_person(administrator)
    hold(person, "manifest", administrator)
    with pytest.raises(StaffError, match="S11"):
        hold(person, "log", administrator)

    custody.give_up_key(number=person.pk, use="manifest", by=administrator, at=AT)
    assert hold(person, "log", administrator).use == "log"


def test_a_key_is_given_up_once(log, administrator):
    hold(administrator, "log", administrator)
    custody.give_up_key(number=administrator.pk, use="log", by=administrator, at=AT)
    with pytest.raises(StaffError, match="not registered"):
        custody.give_up_key(number=administrator.pk, use="log", by=administrator, at=AT)


def test_the_database_itself_refuses_half_an_end(log, administrator):
    found = hold(administrator, "log", administrator)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyHolding.objects.filter(pk=found.pk).update(ended_at=AT)

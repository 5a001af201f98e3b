"""What pages keep of the registers: as long as the log's head stays the same, and never for an act."""

from django.db import transaction

from ostiary_web.ledger_link.kept import acting, showing
from ostiary_web.registry import queries as registry
from ostiary_web.staff import queries as staff
from tests.web import desk
from tests.web.desk import AT, TODAY


def test_a_page_asks_once_and_the_next_page_not_at_all(administrator, django_assert_num_queries):
    desk.a_person(administrator)
    with showing():
        first = staff.names()

    with showing(), django_assert_num_queries(0):
        assert staff.names() == staff.names() == first
    with showing(), django_assert_num_queries(1):
        registry.standing("nobody", TODAY)
        registry.standing("nobody", TODAY)


def test_an_act_asks_anew(administrator, django_assert_num_queries):
    with showing():
        staff.names()
    with django_assert_num_queries(2):
        staff.names()
        staff.names()


def test_an_act_within_a_page_asks_anew_too(administrator, django_assert_num_queries):
    with showing():
        staff.names()
        with acting(), django_assert_num_queries(1):
            staff.names()
        with django_assert_num_queries(0):
            staff.names()


def test_what_an_entry_changed_is_seen_by_the_next_page(administrator):
    with showing():
        before = staff.names()
    one = desk.a_person(administrator)
    with showing():
        assert dict(staff.names()) == {**before, one.reference: one.name}


def test_what_was_taken_back_is_forgotten(administrator):
    with showing():
        before = dict(staff.names())
    with transaction.atomic():
        desk.a_person(administrator)
        with showing():
            assert len(staff.names()) == len(before) + 1
        transaction.set_rollback(True)
    with showing():
        assert dict(staff.names()) == before


def test_who_is_on_call_ends_by_the_clock_alone(administrator):
    from ostiary_web.staff import actions

    one = desk.an_official(administrator, "intake")
    later = AT.replace(hour=23)
    actions.put_on_call(number=one.pk, role="intake", since=AT, until=later, by=administrator, at=AT)

    def on_call(at):
        return {member.reference: member.on_call for member in staff.roster(at, TODAY, "")}[one.reference]

    with showing():
        assert on_call(AT) == {"intake"}
        assert on_call(later) == frozenset()

"""Queues as filters in the address, who has which docket, and how much each person has."""

import csv
import datetime as dt
import io
import re
from contextlib import ExitStack
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ostiary_web import wiring
from ostiary_web.casework import pages_queue, queries, queries_queue
from ostiary_web.casework.actions import assigning
from ostiary_web.casework.actions.columns import columns, step
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.models import Assignment, Docket, Fact, Hand
from ostiary_web.casework.queries_queue import TAKES_ON, Filters, Looks
from ostiary_web.casework.views_queue import harmless
from ostiary_web.ledger_link.models import Read
from ostiary_web.staff import actions as staff
from tests.web.pages_desk import enrolled, form_of, number_of, said, to_this_day
from tests.web.walking import Walk, a_database, a_desk, at_stop, official, order, subpoena


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all queues, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("queues"), url)))


@pytest.fixture
def walk(desk):
    """A docket that has just come in."""
    return Walk(desk, subpoena())


def looks(desk, name, *more):
    roles = frozenset({Role(name.rstrip("2")), *more})
    return Looks(desk.who[name].reference, roles, desk.now.date())


def shown(desk, name, **by):
    """The pseudonyms of a whole queue, as somebody sees it."""
    rows = queries_queue.found(looks(desk, name), Filters(**by), every=True)
    return [one.pseudonym for one in rows]


def queue(desk, name, address=""):
    return enrolled(desk.who[name]).get(f"/desk/{address}")


def give(desk, walk, to, role, by="lead_counsel", reason="workload", **more):
    assigning.assign(
        docket=walk.id, to=desk.who[to].reference, role=role, reason=reason, by=desk.who[by].reference,
        at=desk.minute(), **more,
    )  # fmt: skip


class TestColumns:
    """What a row says beside its snapshot is what the snapshot says."""

    @pytest.mark.parametrize("name", ["decision", "packaged"])
    def test_on_the_way(self, desk, name):
        walk = at_stop(desk, name)
        row = Docket.objects.get(pk=walk.id)
        hands = {(one.person, one.role) for one in Hand.objects.filter(docket=row)}

        assert {key: getattr(row, key) for key in columns(walk.docket)} == columns(walk.docket)
        assert hands >= {(one.person, one.role.value) for one in walk.docket.acted}

    def test_an_opinion_stands_until_the_reviews_begin_anew(self, desk, walk):
        walk.in_review()
        walk.do("review", Role.REVIEWER_COUNSEL, opinion="deny", needed=())
        assert step(walk.docket) == "in_review.second"
        assert Hand.objects.filter(docket=walk.id, opinion=True).count() == 1

        walk.do("ask", Role.REVIEWER_PRIVACY, questions=1, asked_for=("scope",))
        assert Hand.objects.filter(docket=walk.id, opinion=True).count() == 0

    def test_a_limit_that_is_over_stays_the_nearest(self, desk, walk):
        first = min(walk.docket.clocks, key=lambda clock: clock.due)
        over = replace(walk.docket, clocks=tuple(replace(one, ran_out=one is first) for one in walk.docket.clocks))

        assert columns(over)["due"] == Docket.objects.get(pk=walk.id).due == first.due


class TestShows:
    """The seven queues."""

    def test_mine_is_what_my_role_takes_on(self, desk, walk):
        assert walk.id in shown(desk, "intake")
        assert walk.id not in shown(desk, "decider")

    def test_who_acted_in_a_role_kept_apart_never_has_it_to_do(self, desk, walk):
        walk.in_review()
        who = desk.who["verifier"].reference
        both = Looks(who, frozenset({Role.VERIFIER, Role.REVIEWER_COUNSEL}), desk.now.date())
        rows = queries_queue.found(both, Filters(), every=True)

        assert walk.id in shown(desk, "reviewer_counsel")
        assert walk.id not in {one.pseudonym for one in rows}

    def test_nor_who_established_facts_there(self, desk, walk):
        walk.docketed().confirmed()
        who = desk.who["lead_counsel"].reference
        assert Fact.objects.filter(docket=walk.id, by=who).exists()
        assert walk.id not in {
            one.pseudonym
            for one in queries_queue.found(
                Looks(who, frozenset({Role.VERIFIER}), desk.now.date()), Filters(), every=True
            )
        }

    def test_whose_opinion_is_in_does_not_have_it_any_more(self, desk, walk):
        walk.in_review()
        walk.do("review", Role.REVIEWER_COUNSEL, opinion="deny", needed=())

        assert walk.id not in shown(desk, "reviewer_counsel")
        assert walk.id in shown(desk, "reviewer_privacy")

    def test_waiting_for_second_review(self, desk, walk):
        walk.in_review()
        assert walk.id not in shown(desk, "intake", show="second")
        walk.do("review", Role.REVIEWER_COUNSEL, opinion="deny", needed=())
        assert walk.id in shown(desk, "intake", show="second")

    def test_what_is_late_stands_first_among_what_is_due(self, desk, walk):
        other = Walk(desk, subpoena())
        Docket.objects.filter(pk=walk.id).update(due=desk.now.date() - dt.timedelta(days=3))
        rows = shown(desk, "intake", show="due")

        assert rows.index(walk.id) == 0
        assert other.id in rows
        assert "late" in said(queue(desk, "intake", f"?show=due&number={number_of(walk)}"))

    def test_holds(self, desk, walk):
        walk.do("hold", Role.LEAD_COUNSEL, cause="litigation")
        page = said(queue(desk, "intake", f"?show=hold&number={number_of(walk)}"))

        assert shown(desk, "intake", show="hold", number=number_of(walk)) == [walk.id]
        assert "on hold: nothing leaves until it is lifted" in page

    def test_what_has_ended(self, desk, walk):
        walk.do("withdraw", Role.INTAKE)

        assert walk.id in shown(desk, "intake", show="closed")
        assert walk.id not in shown(desk, "intake", show="open")

    def test_every_step_is_a_state_or_a_part_of_one_and_says_what_is_next(self, desk):
        for name in {*TAKES_ON, *(state.value for state in State)}:
            state = State(name.partition(".")[0])
            does, why = pages_queue.next_act(name, state)
            assert does
            assert why
            assert pages_queue.owner(name, state)

    def test_an_empty_queue_says_what_to_do(self, desk):
        assert "Nothing waits for you" in said(queue(desk, "appeal_officer"))
        assert "No docket fits this search" in said(queue(desk, "intake", "?number=999999"))


class TestSearch:
    """Filters, order and page: all in the address, and all together."""

    def test_by_number_kind_and_state(self, desk, walk):
        number = number_of(walk)
        kind = subpoena()["requester"]["kind"]

        assert shown(desk, "intake", show="open", number=number) == [walk.id]
        assert shown(desk, "intake", show="open", number=number, kind=kind, state="received") == [walk.id]
        assert shown(desk, "intake", show="open", number=number, state="denied") == []
        assert shown(desk, "intake", show="open", number=number, kind="media") == []

    def test_an_address_that_makes_no_sense_is_taken_as_usual(self, desk):
        answer = queue(desk, "intake", "?show=x&sort=x&page=x&kind=x&state=x&number=%00'")

        assert answer.status_code == 200

    @pytest.mark.parametrize("sort", queries_queue.SORTS)
    def test_turned_round_it_is_the_other_way_round(self, desk, walk, sort):
        Walk(desk, order())
        up, down = (shown(desk, "intake", show="open", sort=one) for one in (sort, f"-{sort}"))
        dated = {one.pk for one in Docket.objects.filter(due=None)}

        assert set(up) == set(down)
        if sort == "number":
            assert up == down[::-1]
        if sort == "due":
            assert [one in dated for one in up] == sorted(one in dated for one in up)
            assert [one in dated for one in down] == sorted(one in dated for one in down)

    def test_the_links_keep_the_search(self, desk, walk):
        page = queue(desk, "intake", f"?show=open&number={number_of(walk)[:6]}&sort=-received").content.decode()

        assert f'href="?show=due&amp;number={number_of(walk)[:6]}&amp;sort=-received"' in page
        assert 'aria-sort="descending"' in page
        assert f'value="{number_of(walk)[:6]}"' in page

    def test_counts_are_those_of_the_search(self, desk, walk):
        by = Filters(show="open", number=number_of(walk))
        counted = queries_queue.counts(looks(desk, "intake"), by)

        assert counted == {"mine": 1, "unassigned": 1, "due": 1, "hold": 0, "second": 0, "open": 1, "closed": 0}

    def test_pages_of_many_read_no_snapshot_and_ask_as_often_as_one(self, desk, walk):
        rows = [
            Docket(
                pseudonym=f"q{n:025d}", number=f"1999-{n:06d}", kind="request", state="received", received="1999-01-01",
                received_mode="post", entered_at=desk.now, snapshot="no JSON", events=1, step="received", last_index=-1,
                due=dt.date(1999, 1, 1) + dt.timedelta(days=n),
            )
            for n in range(120)
        ]  # fmt: skip
        Docket.objects.bulk_create(rows)
        try:
            pages = [
                queries_queue.found(looks(desk, "intake"), Filters(show="open", number="1999-", page=page))
                for page in (1, 2, 3, 4)
            ]
            with CaptureQueriesContext(connection) as asked:
                queries_queue.found(looks(desk, "intake"), Filters(show="open", number="1999-"))
            questions = len(asked)
            last = queue(desk, "intake", "?show=open&number=1999-&page=9")
        finally:
            Docket.objects.filter(number__startswith="1999-").delete()

        assert [len(rows) for rows in pages] == [50, 50, 20, 0]
        assert pages[0][0].number == "1999-000000"
        assert "Page 3 of 3" in said(last)
        assert questions == 3  # what they are, to whom, and whose


class TestExport:
    """The list as it is shown, for a spreadsheet."""

    def test_it_has_exactly_what_is_shown_and_is_recorded(self, desk, walk):
        before = Read.objects.filter(what="queue_csv").count()
        address = f"?show=open&number={number_of(walk)}"
        answer = queue(desk, "intake", "export.csv" + address)
        head, row = csv.reader(io.StringIO(answer.content.decode()))
        page = said(queue(desk, "intake", address))
        told = dict(zip(head, row, strict=True))

        assert told["number"] == number_of(walk)
        assert f"{told['next']} : {told['why']}" in page.replace(":", " :").replace("  ", " ")
        assert Read.objects.filter(what="queue_csv").count() == before + 1
        assert number_of(walk) in Read.objects.filter(what="queue_csv").last().why

    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
    def test_no_cell_is_run(self, cell):
        assert harmless(cell) == "'" + cell


class TestAssignment:
    """A docket is given to somebody who could act in it, with a reason; that is the desk's own, not the log's."""

    def test_given_it_is_nobody_elses(self, desk):
        walk = Walk(desk, subpoena()).docketed().confirmed()
        official(desk, "verifier2", Role.VERIFIER)
        staff.attest(policy=wiring.bundle().digest, by=desk.who["verifier2"], at=desk.now)
        assert walk.id in shown(desk, "verifier2")
        before = len(queries.history(walk.id))
        give(desk, walk, "verifier", Role.VERIFIER, words="she knows this court")

        assert walk.id in shown(desk, "verifier")
        assert walk.id not in shown(desk, "verifier2")
        assert walk.id not in shown(desk, "intake", show="unassigned")
        assert len(queries.history(walk.id)) == before
        assert "given to verifier (verifier)" in said(queue(desk, "intake", f"?show=open&number={number_of(walk)}"))

    def test_given_again_the_first_is_kept(self, desk, walk):
        give(desk, walk, "intake", Role.INTAKE)
        official(desk, "intake2", Role.INTAKE)
        staff.attest(policy=wiring.bundle().digest, by=desk.who["intake2"], at=desk.now)
        give(desk, walk, "intake2", Role.INTAKE, reason="absence")
        rows = queries_queue.assignments(walk.id)

        assert [(one.to, one.ended is None) for one in rows] == [
            (desk.who["intake2"].reference, True),
            (desk.who["intake"].reference, False),
        ]

    def test_anybody_takes_on_what_they_may_do(self, desk, walk):
        client, path = enrolled(desk.who["intake"]), f"/desk/{number_of(walk)}/assign/"
        form = form_of(client.get(f"/desk/{number_of(walk)}/"), "assign/")
        answer = client.post(path, form)

        assert answer.status_code == 302, said(answer)
        assert Assignment.objects.get(docket=walk.id, ended_at=None).to == desk.who["intake"].reference

    def test_giving_it_to_others_is_not_for_everybody(self, desk, walk):
        with pytest.raises(Refused, match="for lead counsel, the records officer or an executive"):
            give(desk, walk, "verifier", Role.VERIFIER, by="intake")

    def test_who_could_not_act_here_is_refused_with_the_reason(self, desk, walk):
        walk.in_review()
        walk.do("review", Role.REVIEWER_COUNSEL, opinion="deny", needed=())
        same = desk.who["reviewer_counsel"]
        given = staff.give_role(number=same.pk, role="decider", since=desk.now.date(), by=desk.boss, at=desk.now)
        with pytest.raises(Refused, match="kept apart") as refused:
            give(desk, walk, "reviewer_counsel", Role.DECIDER)
        assert refused.value.refusal.cites == "S3"
        staff.end_role(duty=given.pk, by=desk.boss, at=desk.now)

    def test_who_has_a_part_in_it_is_refused(self, desk, walk):
        official(desk, "partial", Role.VERIFIER)
        one = desk.who["partial"]
        staff.attest(policy=wiring.bundle().digest, by=one, at=desk.now)
        staff.declare(sort="docket", about=walk.id, household=True, by=one, at=desk.now)
        with pytest.raises(Refused, match="nobody acts where they or their household have a part"):
            give(desk, walk, "partial", Role.VERIFIER)

    def test_a_role_that_is_not_held_is_refused(self, desk, walk):
        with pytest.raises(Refused, match="does not hold this role today"):
            give(desk, walk, "intake", Role.DECIDER)

    @pytest.mark.parametrize(
        ("reason", "by"), [("", "lead_counsel"), ("because", "lead_counsel"), ("takes_it", "lead_counsel")]
    )
    def test_a_reason_is_one_of_the_list(self, desk, walk, reason, by):
        with pytest.raises(CaseworkError, match="say why"):
            give(desk, walk, "intake", Role.INTAKE, by=by, reason=reason)

    def test_somebody_else_meanwhile_is_not_overruled_unseen(self, desk, walk):
        give(desk, walk, "intake", Role.INTAKE)
        with pytest.raises(Refused, match="since you looked"):
            give(desk, walk, "intake", Role.INTAKE, expect="")

    def test_by_the_page_with_its_reason_in_words(self, desk, walk):
        client, path = enrolled(desk.who["lead_counsel"]), f"/desk/{number_of(walk)}/assign/"
        form = form_of(client.get(path), "id_reason")
        to = f"{desk.who['intake'].reference}|intake"
        wrong = client.post(path, form | {"to": to, "reason": ""})
        assert wrong.status_code == 422
        answer = client.post(path, form | {"to": to, "reason": "deadline", "words": "<b>today</b>"})
        assert answer.status_code == 302
        page = client.get(path).content.decode()
        assert "it must be answered soon" in page
        assert "&lt;b&gt;today&lt;/b&gt;" in page

    def test_how_much_each_person_has(self, desk, walk):
        give(desk, walk, "intake", Role.INTAKE)
        Docket.objects.filter(pk=walk.id).update(due=desk.now.date() - dt.timedelta(days=1))
        page = enrolled(desk.who["lead_counsel"]).get("/desk/workload/").content.decode()
        row = re.search(r'<th scope="row">intake</th>.*?</tr>', page, re.S)[0]
        numbers = [int(one) for one in re.findall(r"<td>(\d+)", row)]

        assert numbers[0] >= 1
        assert numbers[2] >= 1


def test_nobody_without_a_role_sees_a_queue(desk):
    paths = ("/desk/", "/desk/export.csv", "/desk/workload/")
    for name in ("policy_author", "policy_approver"):
        assert [enrolled(desk.who[name]).get(path).status_code for path in paths] == [403] * 3
    assert [enrolled(desk.boss).get(path).status_code for path in paths] == [403] * 3

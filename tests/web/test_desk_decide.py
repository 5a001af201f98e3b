"""Deciding item by item: nothing is preset, the law's groups are chosen as one, what it compels is refused on a ground."""

import re
from contextlib import ExitStack

import pytest

from ostiary_web.casework import pages, pages_docket, queries
from ostiary_web.casework.actions import intake
from ostiary_web.casework.docket.items import GROUNDS
from ostiary_web.casework.docket.snapshot import Settled
from ostiary_web.casework.docket.transitions import find
from ostiary_web.casework.forms import ActForm
from ostiary_web.casework.pages_docket import address
from ostiary_web.casework.views import now
from tests.web.pages_desk import do, enrolled, form_of, number_of, page, said, to_this_day
from tests.web.walking import Walk, a_database, a_desk, order, subpoena, with_consent


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all pages, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("decide"), url)))


@pytest.fixture
def compelled(desk):
    """An order: some items are commanded, one may not go."""
    return Walk(desk, order()).in_review().reviewed("grant_in_part")


@pytest.fixture
def permitted(desk):
    """A consent: the items may go, and need not."""
    return Walk(desk, with_consent()).in_review().reviewed("grant")


def paper_of(walk):
    """The objection that was filed, as a paper of the docket."""
    by = walk.desk.who["intake"].reference
    return intake.add_paper(
        docket=walk.id, kind="objection", name="objection.pdf", data=b"%PDF-1.7 filed", by=by, at=walk.desk.minute()
    )


def settled(walk):
    """What was decided of each item."""
    return {one.key.element: (one.settled, one.reason) for one in walk.docket.decision.choices}


def case_of(walk, name):
    return pages_docket.opened(walk.id, pages.who_looks(walk.desk.who[name], now()), now())


def form_for(walk, name, act):
    return ActForm(case_of(walk, name), find(act, walk.docket.state))


class TestNothingIsPreset:
    """What is left as it stands gives nothing."""

    def test_sent_as_it_stands_nothing_that_is_permitted_is_given(self, permitted):
        answer = do(permitted, "decider", "approve", **{"grants.0.choice": "none"})

        assert answer.status_code == 422
        assert "nothing is granted" in said(answer)
        text = page(permitted, "decider", "act/approve/").content.decode()
        assert re.search(r'name="grants.0.choice" value="none"[^>]* checked', text)

    def test_what_the_law_compels_has_no_choice_made_for_it(self, compelled):
        text = page(compelled, "decider", "act/approve/").content.decode()
        assert not re.search(r'name="grants.0.choice"[^>]* checked', text)

        answer = do(compelled, "decider", "approve")
        assert answer.status_code == 422
        assert "Give them, or refuse them on a ground." in said(answer)
        assert 'href="#id_grants.0.choice"' in answer.content.decode()

    def test_what_the_rules_keep_has_no_choice_and_says_why(self, compelled):
        groups = form_for(compelled, "decider", "approve").about_items.fields
        shut = [one for one in groups if not one.group.open]

        assert shut
        assert all(not one.choice and one.group.because for one in shut)
        assert "Nobody can give these, so there is no choice" in said(page(compelled, "decider", "act/approve/"))


class TestChoices:
    """One choice for a group, or item by item."""

    def test_a_group_is_given_with_one_choice(self, compelled):
        answer = do(compelled, "decider", "approve", **{"grants.0.choice": "all"})

        assert (answer.status_code, compelled.state) == (302, "approved"), said(answer)
        lawful = {key.element for key in compelled.lawful}
        assert {name for name, (what, _) in settled(compelled).items() if what is Settled.GRANTED} == lawful

    def test_single_items_are_given_and_the_rest_is_refused(self, permitted):
        one, *others = permitted.lawful
        ticked = {"grants.0.choice": "some", "grants.0.ticked": [address(one)]}
        answer = do(permitted, "decider", "approve", **ticked)

        assert answer.status_code == 302, said(answer)
        found = settled(permitted)
        assert found[one.element] == (Settled.GRANTED, "")
        assert {found[key.element] for key in others} == {(Settled.REFUSED, "not_needed")}

    @pytest.mark.parametrize(
        ("choice", "ticks", "says"),
        [
            ("some", 0, "Tick at least one item"),
            ("none", 1, "choose “Decide one by one”"),
            ("all", 1, "choose “Decide one by one”"),
        ],
    )
    def test_what_contradicts_itself_is_asked_again(self, permitted, choice, ticks, says):
        ticked = [address(key) for key in permitted.lawful[:ticks]]
        answer = do(permitted, "decider", "approve", **{"grants.0.choice": choice, "grants.0.ticked": ticked})

        assert answer.status_code == 422
        assert says in said(answer)
        assert permitted.state == "decision"

    def test_a_mandate_is_refused_only_on_a_ground_with_its_paper(self, compelled):
        paper = paper_of(compelled)
        one, *rest = compelled.lawful
        typed = {"grants.0.choice": "some", "grants.0.ticked": [address(key) for key in rest]}
        answer = do(compelled, "decider", "approve", **typed)
        assert "name the ground on which it is refused" in said(answer)
        assert "Name the paper that says so." in said(answer)
        assert "(objection)" in said(answer)  # papers are told apart by their kind: many are called alike

        grounded = {"grants.0.ground": "objection_filed", "grants.0.paper": paper}
        answer = do(compelled, "decider", "approve", **typed, **grounded)
        assert answer.status_code == 302, said(answer)
        assert settled(compelled)[one.element] == (Settled.REFUSED, "objection_filed")

    def test_a_denial_asks_for_the_ground_of_each_mandate_and_nothing_else(self, compelled):
        form = form_for(compelled, "decider", "deny")
        assert {one.group.compelled for one in form.about_items.fields} == {True}
        assert "name the ground" in said(do(compelled, "decider", "deny"))

        paper = paper_of(compelled)
        typed = {"refusals.0.ground": "order_stayed", "refusals.0.paper": paper}
        answer = do(compelled, "decider", "deny", **typed)
        assert (answer.status_code, compelled.state) == (302, "denied"), said(answer)

    def test_an_item_that_the_form_did_not_offer_is_not_taken(self, compelled):
        shut = next(item.key for item in compelled.docket.verdict.items if not item.may_leave)
        typed = {"grants.0.choice": "some", "grants.0.ticked": [address(shut)]}
        answer = do(compelled, "decider", "approve", **typed)

        assert answer.status_code == 422
        assert compelled.state == "decision"

    def test_a_reviewer_finds_items_needed_by_group(self, desk):
        walk = Walk(desk, with_consent()).in_review()
        answer = do(walk, "reviewer_counsel", "review", opinion="grant", **{"needed.0.choice": "all"})

        assert answer.status_code == 302, said(answer)
        assert set(walk.docket.reviews[0].needed) == set(walk.lawful)

    def test_an_objection_is_about_granted_items_and_frees_only_its_own(self, desk):
        walk = Walk(desk, with_consent()).in_review().reviewed().approved()
        walk.do("notify", letter="sha256:" + "d" * 64)
        one = walk.lawful[0]
        typed = {"items.0.choice": "some", "items.0.ticked": [address(one)]}
        assert do(walk, "notice_officer", "challenge", ground="not_me", **typed).status_code == 302
        form = form_for(walk, "hearing_officer", "decide_challenge")

        assert [key for group in form.about_items.fields for key in group.group.keys] == [one]
        answer = do(walk, "hearing_officer", "decide_challenge", number="1", outcome="rejected",
                    **{"freed.0.choice": "all"})  # fmt: skip
        assert answer.status_code == 302, said(answer)
        assert walk.docket.stayed_items == frozenset()

    def test_a_refused_part_is_appealed_in_a_docket_of_its_own_once(self, compelled):
        compelled.do("approve", grants=compelled.lawful)
        client, path = enrolled(compelled.desk.who["intake"]), f"/desk/{number_of(compelled)}/act/appeal_part/"
        typed = {"received": now().date().isoformat(), "mode": "post", "items.0.choice": "all"}
        sent = form_of(client.get(path)) | typed
        before = len(queries.open_dockets())
        answers = [client.post(path, sent) for _ in range(2)]

        assert [one.status_code for one in answers] == [302, 302], said(answers[0])
        [child] = compelled.docket.linked
        assert queries.docket(child).parent == compelled.id
        assert len(queries.open_dockets()) == before + 1


class TestManyItems:
    """A request for hundreds of items is decided in a few choices."""

    def test_four_hundred_items_are_a_few_groups(self, desk):
        from ostiary_web.wiring import bundle

        words = bundle().words
        request = with_consent() | {
            "programs": list(words.known_codes("programs")), "elements_requested": list(words.elements),
        }  # fmt: skip
        request["consent"] = [{**request["consent"][0], "programs": request["programs"]}]
        walk = Walk(desk, request).in_review()
        answer = page(walk, "reviewer_counsel", "act/review/")
        items = len(walk.docket.verdict.items)
        groups = form_for(walk, "reviewer_counsel", "review").about_items.fields

        assert items >= 400
        assert len([one for one in groups if one.choice]) <= 5
        assert answer.status_code == 200
        every = {f"needed.{one.group.number}.choice": "all" for one in groups if one.choice}
        ticks = {
            f"needed.{one.group.number}.ticked": [address(key) for key in one.group.keys]
            for one in groups if one.ticked
        }  # fmt: skip
        answer = do(walk, "reviewer_counsel", "review", opinion="grant", **every, **ticks)
        assert answer.status_code == 302, said(answer)[:500]
        assert set(walk.docket.reviews[0].needed) == set(walk.lawful)

    def test_groups_are_what_the_law_treats_alike(self, desk):
        walk = Walk(desk, subpoena()).in_review()
        by_key = {item.key: item for item in walk.docket.verdict.items}
        groups = [one.group for one in form_for(walk, "reviewer_counsel", "review").about_items.fields]

        assert sorted(key for one in groups for key in one.keys) == sorted(by_key)
        for group in groups:
            assert len({(by_key[key].outcome, by_key[key].deciding) for key in group.keys}) == 1


class TestSideBySide:
    """Two reviews beside each other once both are in; before, nobody reads the other's."""

    def test_before_both_are_in_only_ones_own_is_shown(self, desk):
        walk = Walk(desk, with_consent()).in_review()
        assert do(walk, "reviewer_counsel", "review", opinion="grant_in_part").status_code == 302
        for name in ("reviewer_privacy", "decider", "intake"):
            text = said(page(walk, name))
            assert "grant in part" not in text, name
            assert "1 of 2 are in" in text
        assert "grant in part" in said(page(walk, "reviewer_counsel"))

    def test_then_what_differs_is_marked_and_named(self, desk):
        walk = Walk(desk, with_consent()).in_review()
        one = walk.lawful[0]
        some = {"needed.0.choice": "some", "needed.0.ticked": [address(one)]}
        assert do(walk, "reviewer_counsel", "review", opinion="grant_in_part", **some).status_code == 302
        every = {"needed.0.choice": "all"}
        assert do(walk, "reviewer_privacy", "finish_review", opinion="grant", **every).status_code == 302
        text = said(page(walk, "lead_counsel"))

        assert "The reviewers differ" in text
        assert "they differ" in text
        other = walk.lawful[1]
        table = page(walk, "lead_counsel").content.decode().split('id="reviews"')[1].split("</table>")[0]
        assert pages_docket.item_name(other) in said_of(table)
        assert pages_docket.item_name(one) not in said_of(table)


def said_of(text):
    import html

    return html.unescape(re.sub(r"<[^>]*>", " ", text))


def test_the_grounds_are_those_of_the_engine(compelled):
    """A code that the engine takes is on the page, and no other."""
    text = page(compelled, "decider", "act/approve/").content.decode()

    assert set(
        re.findall(r'<option value="(\w+)">', text.split('name="grants.0.ground"')[1].split("</select>")[0])
    ) == (GROUNDS)

"""Bodies, agreements, consents, calendar, letters, rules: two people where more may leave, an entry for each act."""

import datetime as dt

import pytest

from ostiary.ledger.kinds import catalogue
from ostiary_web.registry import queries
from ostiary_web.registry.actions import agreements, bodies, rules, subjects
from ostiary_web.registry.faults import RegistryError
from ostiary_web.registry.models import Channel, DayOff
from ostiary_web.staff import actions
from tests.web import desk
from tests.web.desk import AT, TODAY, YEAR

WEEK = TODAY + dt.timedelta(days=7)
TEXT = "sha256:" + "b" * 64


@pytest.fixture
def keeper(administrator):
    return desk.an_official(administrator, "records_officer")


@pytest.fixture
def kind(bundle):
    """A requester kind that may be named, whichever the packs know."""
    return min(bundle.words.codes["requesters"].keys() & catalogue().nameable)


@pytest.fixture
def body(administrator, keeper, kind):
    """A verified body."""
    bodies.add(code="office_a", kind=kind, name="Office A", contact="front desk", by=keeper, at=AT)
    bodies.verify(code="office_a", by=desk.an_official(administrator, "verifier"), at=AT)
    return "office_a"


def standing():
    return queries.standing("office_a", TODAY)


class TestBodies:
    """Who may be named, and who gets nothing."""

    def test_an_absent_body_has_no_standing(self, log):
        assert queries.standing("nobody", TODAY) is None

    def test_another_official_verifies(self, administrator, kind):
        both = desk.an_official(administrator, "records_officer", "both@agency.example")
        actions.give_role(number=both.pk, role="verifier", since=TODAY, by=administrator, at=AT)
        bodies.add(code="office_a", kind=kind, name="A", contact="c", by=both, at=AT)

        with pytest.raises(RegistryError, match="another official"):
            bodies.verify(code="office_a", by=both, at=AT)
        assert not standing().verified

    def test_a_private_person_is_not_registered(self, keeper):
        with pytest.raises(RegistryError, match="not registered by name"):
            bodies.add(code="someone", kind="press", name="S", contact="c", by=keeper, at=AT)

    def test_a_freeze_needs_one_and_its_end_another(self, administrator, body, keeper):
        bodies.freeze(code=body, cause="breach", by=keeper, at=AT)
        assert standing().frozen

        with pytest.raises(RegistryError, match="another official"):
            bodies.lift_freeze(code=body, by=keeper, at=AT)
        bodies.lift_freeze(code=body, by=desk.an_official(administrator, "records_officer", "r2@x.example"), at=AT)

        assert not standing().frozen
        told = [entry.public for entry in desk.entries() if entry.kind == "counterparty.frozen"]
        assert [one["frozen"] for one in told] == [True, False]

    def test_a_key_counts_until_it_ends_or_is_revoked(self, body, keeper):
        key = bodies.register_key(code=body, public="a key", until=WEEK, by=keeper, at=AT).key
        assert standing().key == key
        assert queries.standing(body, WEEK + dt.timedelta(days=1)).key is None

        bodies.revoke_key(key=key, cause="lost", by=keeper, at=AT)
        assert standing().key is None
        assert desk.kinds()[-2:] == ["key.registered", "key.revoked"]

    def test_no_key_before_the_contact_is_verified(self, keeper, kind):
        bodies.add(code="office_a", kind=kind, name="A", contact="c", by=keeper, at=AT)

        with pytest.raises(RegistryError, match="not verified yet"):
            bodies.register_key(code="office_a", public="a key", until=WEEK, by=keeper, at=AT)

    def test_the_wrong_role_may_not(self, administrator, body):
        clerk = desk.an_official(administrator, "intake")

        for act in (
            lambda: bodies.freeze(code=body, cause="breach", by=clerk, at=AT),
            lambda: bodies.register_key(code=body, public="k", until=WEEK, by=clerk, at=AT),
            lambda: rules.suspend_bundle(cause="breach", by=clerk, at=AT),
        ):
            with pytest.raises(RegistryError, match="needs one of"):
                act()


class TestAgreements:
    """An agreement has a thread of its own; a channel ends with it."""

    @pytest.fixture
    def agreement(self, body, keeper):
        return agreements.sign(code=body, text=TEXT, since=TODAY, until=WEEK, by=keeper, at=AT)

    @pytest.fixture
    def channel(self, agreement, keeper, bundle):
        return agreements.register_channel(
            agreement=agreement.pk,
            purpose=min(bundle.words.codes["purposes"]),
            fields=["contact"],
            frequency="monthly",
            accounts=2,
            by=keeper,
            at=AT,
        )

    def test_it_is_in_force_on_its_days(self, agreement):
        assert standing().agreements == (agreement.thread,)
        assert queries.standing("office_a", WEEK + dt.timedelta(days=1)).agreements == ()

    def test_its_end_ends_its_channels(self, agreement, channel, keeper):
        agreements.end(agreement=agreement.pk, cause="broken", by=keeper, at=AT)

        assert Channel.objects.get(pk=channel.pk).state == "ended"
        assert desk.kinds()[-2:] == ["agreement.ended", "channel.changed"]

    def test_a_channel_does_not_resume_without_its_agreement(self, agreement, channel, keeper):
        agreements.change_channel(channel=channel.pk, state="suspended", cause="breach", by=keeper, at=AT)
        later = AT + dt.timedelta(days=30)

        with pytest.raises(RegistryError, match="not in force"):
            agreements.change_channel(channel=channel.pk, state="in_force", cause="breach", by=keeper, at=later)


class TestSubjects:
    """What people said stands at once, and the log tells of bands only."""

    @pytest.fixture
    def clerk(self, administrator):
        return desk.an_official(administrator, "intake")

    def test_a_consent_counts_on_its_days_until_revoked(self, clerk):
        found = subjects.record_consent(
            record="IL-1", scope={"x": 1}, paper=TEXT, since=TODAY, until=WEEK, by=clerk, at=AT
        )
        assert [one.scope for one in queries.consents("IL-1", TODAY)] == [{"x": 1}]
        assert queries.consents("IL-1", WEEK + dt.timedelta(days=1)) == ()

        subjects.revoke_consent(consent=found.pk, by=clerk, at=AT)
        assert queries.consents("IL-1", TODAY) == ()

    def test_they_are_published_in_bands(self, administrator, clerk):
        subjects.record_opt_out(record="IL-1", scope={}, by=clerk, at=AT)
        subjects.count_consents(period="2026-Q1", by=administrator, at=AT)

        assert desk.entries()[-1].public == {"period": "2026-Q1", "consents": "0", "opt_outs": "1-10"}


class TestCalendar:
    """Days off come before they come."""

    def test_days_are_entered_once(self, administrator):
        days = {dt.date(2026, 11, 26): "Thanksgiving", dt.date(2026, 11, 27): "Day after Thanksgiving"}

        assert rules.add_days_off(days=days, by=administrator, at=AT) == 2
        assert rules.add_days_off(days=days, by=administrator, at=AT) == 0
        assert queries.days_off(dt.date(2026, 1, 1), dt.date(2026, 12, 31)) == set(days)

    def test_not_in_the_past(self, administrator):
        with pytest.raises(RegistryError, match="back-dated"):
            rules.add_days_off(days={TODAY - dt.timedelta(days=1): "x"}, by=administrator, at=AT)
        assert not DayOff.objects.exists()


class TestLetters:
    """A text is used once another person has reviewed it."""

    def test_the_newest_reviewed_text_counts(self, administrator):
        officer = desk.an_official(administrator, "notice_officer")
        first = rules.add_letter(code="notice", language="es", text="uno", by=administrator, at=AT)
        rules.add_letter(code="notice", language="es", text="dos", by=administrator, at=AT)
        assert queries.letter("notice", ["es"]) is None

        rules.review_letter(letter=first.pk, by=officer, at=AT)
        assert queries.letter("notice", ["pl", "es"]).text == "uno"

    def test_not_by_its_writer(self, administrator):
        officer = desk.an_official(administrator, "notice_officer")
        letter = rules.add_letter(code="notice", language="es", text="uno", by=officer, at=AT)

        with pytest.raises(RegistryError, match="another person"):
            rules.review_letter(letter=letter.pk, by=officer, at=AT)


class TestRules:
    """Two people put rules in force; one shuts every way out."""

    @pytest.fixture
    def proposed(self, administrator):
        return rules.propose_bundle(by=desk.an_official(administrator, "policy_author"), at=AT)

    @pytest.fixture
    def approver(self, administrator):
        return desk.an_official(administrator, "policy_approver")

    def test_none_is_in_force_before(self, proposed):
        assert queries.rules_in_use() is None

    def test_another_official_activates_after_all_cases_are_right(self, proposed, approver, bundle):
        rules.activate_bundle(number=proposed.pk, by=approver, at=AT)

        used = queries.rules_in_use()
        assert (used.digest, used.suspended) == (bundle.digest, False)
        assert used.approvers == {proposed.proposed_by.reference, approver.reference}
        entry = desk.entries()[-1]
        assert entry.kind == "bundle.activated"
        assert entry.public["bundle"] == bundle.digest
        assert entry.public["cases_passed"] > 100

    def test_other_packs_than_proposed_are_not_activated(self, proposed, approver):
        proposed.digest = TEXT
        proposed.save()

        with pytest.raises(RegistryError, match="propose them anew"):
            rules.activate_bundle(number=proposed.pk, by=approver, at=AT)

    def test_one_official_suspends(self, proposed, approver, administrator):
        proposed.activated_at, proposed.activated_by = AT, approver
        proposed.save()
        rules.suspend_bundle(cause="rules_suspended", by=administrator, at=AT + YEAR)

        assert queries.rules_in_use().suspended
        assert desk.kinds()[-1] == "bundle.suspended"

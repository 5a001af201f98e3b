"""Promises of every table: what is personal is said, pairs go together, migrations have names."""

import inspect
import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.migrations.loader import MigrationLoader

from ostiary_web.registry.models import Body, BundleInUse, Notice
from ostiary_web.staff.models import Duty, Person
from tests.web.desk import AT, TODAY

OURS = [config for config in apps.get_app_configs() if config.name.startswith("ostiary_web.")]
MODELS = [model for config in OURS for model in config.get_models()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_field_is_personal_or_routine(model):
    fields = {field.name for field in model._meta.concrete_fields}
    personal, routine = model.Privacy.personal, model.Privacy.routine

    assert personal & routine == set()
    assert personal | routine == fields


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_row_says_what_is_personal_when_it_is_shown(model):
    personal = model.Privacy.personal - {"name"}  # a person of the staff is called by name
    said = re.findall(r"self\.(\w+)", inspect.getsource(model.__str__))

    assert personal & set(said) == set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_when_and_by_whom_go_together(model):
    names = {field.name for field in model._meta.concrete_fields if field.null}
    pairs = {name[:-3] for name in names if name.endswith("_at") and f"{name[:-3]}_by" in names}
    kept = {constraint.name for constraint in model._meta.constraints}

    assert [pair for pair in pairs if not any(f"{pair}_at_and_by_go_together" in name for name in kept)] == []


def test_each_migration_is_named_by_a_person():
    labels = {config.label for config in OURS}
    names = [name for app, name in MigrationLoader(None).disk_migrations if app in labels]

    assert len(names) >= 3
    assert [name for name in names if re.search(r"_auto_|_and_more|_initial", name)] == []


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def refused():
    return pytest.raises(IntegrityError)


def test_the_database_itself_refuses_half_a_fact(administrator):
    who = {"added_at": AT, "added_by": administrator}
    body = Body.objects.create(code="b", kind="court", name="B", contact="c", **who)
    for change in (
        {"verified_at": AT},
        {"verified_at": AT, "verified_by": administrator},  # the same who wrote it down
        {"frozen_at": AT, "frozen_by": administrator},  # without a cause
        {"frozen_cause": "breach"},
    ):
        with refused(), transaction.atomic():
            Body.objects.filter(pk=body.pk).update(**change)


def test_there_is_one_bundle_in_force(administrator):
    other = Person.objects.create(mail="o@x.example", name="O", unit=administrator.unit, added_at=AT)
    row = {"proposed_at": AT, "proposed_by": administrator, "activated_at": AT, "activated_by": other}
    BundleInUse.objects.create(digest="sha256:1", **row)

    with refused(), transaction.atomic():
        BundleInUse.objects.create(digest="sha256:2", **row)
    with refused(), transaction.atomic():
        BundleInUse.objects.create(digest="sha256:3", **row | {"activated_by": administrator, "replaced_at": AT})


def test_a_notice_is_delayed_only_by_a_paper_to_a_day(log):
    with refused(), transaction.atomic():
        Notice.objects.create(docket="d", record="r", state="delayed", language="en", delayed_until=TODAY)


def test_a_duty_is_held_once(administrator):
    row = {"person": administrator, "role": "decider", "since": TODAY, "given_at": AT, "given_by": administrator}
    Duty.objects.create(**row)

    with refused(), transaction.atomic():
        Duty.objects.create(**row)

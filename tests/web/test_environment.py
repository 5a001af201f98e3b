"""The environment is read once, and every fault is told together."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.checks import run_checks

import ostiary_verify as verify
from ostiary_web.configured import database, django_settings
from ostiary_web.environment import VARIABLES, ConfigError, read, settings_page
from tests.conftest import ROOT
from tests.web.places import an_environment

NEEDED = [variable.name for variable in VARIABLES if variable.need == "always"]
OUTSIDE = {"OSTIARY_DEMO": "", "OSTIARY_HOSTS": "desk.agency.example", "OSTIARY_SCANNER": "sh -c true"}


def faults(environment):
    with pytest.raises(ConfigError) as refused:
        read(environment)
    return refused.value.faults


def test_an_empty_environment_names_everything_that_is_missing():
    told = faults({})

    assert [fault.split()[0] for fault in told] == [one.name for one in VARIABLES if one.need in ("always", "outside")]
    assert all("is not set; for example" in fault for fault in told)


@pytest.mark.parametrize("name", NEEDED)
def test_there_is_no_default(name, tmp_path):
    [told] = faults(an_environment(tmp_path, **{name: ""}))

    assert told.startswith(f"{name} is not set")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("OSTIARY_DATABASE_URL", "mysql://x", "must begin with `sqlite:///` and a path, or with `postgresql://`"),
        ("OSTIARY_DATABASE_URL", "sqlite:///", "must begin with"),
        ("OSTIARY_PACKS", "/nowhere/at/all", "folder 1 is none"),
        ("OSTIARY_ENGINE", "duckbd", "did you mean `duckdb`?"),
        ("OSTIARY_LEDGER_KEY", "/nowhere/at/all", "names no file"),
        ("OSTIARY_WITNESS_POLICY", "/nowhere/at/all", "names no file"),
        ("OSTIARY_SECRET_KEY", "x" * 60, "at least 50 random characters"),
        ("OSTIARY_SECRET_KEY", "short", "at least 50 random characters"),
        ("OSTIARY_HOSTS", "*", "answers to any name"),
        ("OSTIARY_HOSTS", "desk.agency.example", "a demonstration answers only to"),
        ("OSTIARY_TIME_ZONE", "America/Chicgo", "did you mean `America/Chicago`?"),
        ("OSTIARY_DEMO", "1", "must be `yes` or `no`"),
        ("OSTIARY_SCANNER", "no-such-scanner --quiet", "names no program"),
        ("OSTIARY_SCANNER", "scan 'half", "a quotation mark is not closed"),
        ("OSTIARY_HOST", "desk.example", "is not known; did you mean `OSTIARY_HOSTS`?"),
        ("OSTIARY_MAIL_URL", "smtp://mail.example", "OSTIARY_MAIL_FROM is not set"),
        ("OSTIARY_OIDC_NAME", "Agency", "OSTIARY_OIDC_ISSUER is not set"),
    ],
)
def test_what_is_wrong_is_said(name, value, told, tmp_path):
    assert any(told in fault for fault in faults(an_environment(tmp_path, **{name: value})))


def test_a_policy_without_witnesses_serves_only_the_demonstration(tmp_path):
    assert "asks no witness" in faults(an_environment(tmp_path, **OUTSIDE))[0]


def test_only_the_demonstration_goes_without_a_scanner(tmp_path):
    told = faults(an_environment(tmp_path, **OUTSIDE | {"OSTIARY_SCANNER": ""}))

    assert any(fault.startswith("OSTIARY_SCANNER is not set") for fault in told)
    assert read(an_environment(tmp_path)).scanner == ()


def test_a_secret_is_never_repeated(tmp_path):
    secret = "hunter2-hunter2"
    told = faults(an_environment(tmp_path, OSTIARY_SECRET_KEY=secret, OSTIARY_MAIL_URL=f"ftp://u:{secret}@m"))

    assert secret not in "\n".join(told)
    assert "only-for-tests" not in repr(read(an_environment(tmp_path)))


def test_the_page_of_the_reference_names_each_variable():
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()

    assert page == settings_page()
    assert [variable.name for variable in VARIABLES if f"`{variable.name}`" not in page] == []


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("sqlite:////var/lib/desk.db", {"NAME": "/var/lib/desk.db"}),
        ("postgresql://desk:p%40ss@db:5433/o", {"USER": "desk", "PASSWORD": "p@ss", "HOST": "db", "PORT": "5433"}),
        ("postgresql:///o?host=/run/pg&sslmode=require", {"HOST": "/run/pg", "OPTIONS": {"sslmode": "require"}}),
    ],
)
def test_a_url_names_a_database(url, found):
    assert found.items() <= database(url).items()


def test_the_check_of_a_deployment_is_clean(tmp_path, settings):
    environment = an_environment(tmp_path, **OUTSIDE)
    policy = tmp_path / "witness-policy"
    policy.write_text(policy.read_text().replace("quorum none\n", a_witness("witness.example/w")))
    for name, value in django_settings(read(environment)).items():
        if name.startswith(("SECURE_", "SESSION_", "CSRF_", "X_FRAME")) or name in (
            "DEBUG",
            "ALLOWED_HOSTS",
            "SECRET_KEY",
        ):
            setattr(settings, name, value)

    assert run_checks(include_deployment_checks=True) == []


def a_witness(name):
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    ident = verify.key_id(name, 4, public).hex()
    key = base64.b64encode(bytes([4]) + public).decode()
    return f"witness w {name}+{ident}+{key} https://witness.example\nquorum w\n"

"""What every test shares: the shipped bundle, loaded once, and deterministic property tests."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ostiary.law.bundle import Bundle, load_bundle

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile(
    "ostiary",
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("ostiary")


@pytest.fixture(scope="session")
def packs() -> Path:
    return ROOT / "packs"


@pytest.fixture(scope="session")
def bundle(packs: Path) -> Bundle:
    return load_bundle([packs / "demo-agency"], packs)

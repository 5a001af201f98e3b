"""Promises about the tree itself."""

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT

from ostiary.law.bundle import load_bundle

SOURCES = sorted((ROOT / "src").glob("**/*.py"))
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_file_over_400_lines_and_no_function_over_45(path):
    text = path.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno + 1 > 45]

    if path.name != "ostiary_verify.py":  # one file on purpose: a watchdog reads it alone (adr 11)
        assert len(text.splitlines()) <= 400
    assert long == []


def test_the_law_is_data():
    """No program, purpose, requester, authority or element is named in Python."""
    bundle = load_bundle([ROOT / "packs" / "demo-agency"], ROOT / "packs")
    codes = {code for name in ("programs", "requesters", "purposes") for code in bundle.words.codes[name]}
    words = codes | set(bundle.authorities) | set(bundle.words.elements) | set(bundle.by_id)
    plain = {"contact", "court", "subject", "unknown", "press", "audit", "research", "parent_guardian", "photo"}
    plain |= {"email", "language"}  # how one logs in, and what a letter is written in
    texts = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert texts & (words - plain) == set()


def test_no_registry_and_no_path_of_a_machine_is_named():
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org"]
    hosts += ["/home" + "/", "/root" + "/", "/work" + "/main"]
    found = [
        (name, host)
        for name in TRACKED
        if (ROOT / name).is_file() and (ROOT / name).suffix not in (".parquet", ".png")
        for host in hosts
        if host in (ROOT / name).read_text(errors="ignore")
    ]
    assert found == []


def test_locks_have_hashes_and_no_addresses():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pinned = re.findall(r"^[a-zA-Z0-9._-]+==", text, re.M)
        assert len(pinned) > 5
        assert text.count("--hash=sha256:") >= len(pinned)


def test_every_dependency_says_what_it_is_for():
    text = (ROOT / "pyproject.toml").read_text()
    lines = re.findall(r'^    "[a-zA-Z].*$', text, re.M)
    wanted = [line for line in lines if ">=" in line]

    assert wanted
    assert [line for line in wanted if "  # " not in line] == []


def test_make_alone_lists_the_targets():
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("setup", "demo", "demo-check", "test", "test-long", "lint", "bench"):
        assert f"make {target} " in done.stdout


def test_the_reference_is_current():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    bundle = load_bundle([ROOT / "packs" / "demo-agency"], ROOT / "packs")
    stale = [name for name, text in generate.pages(bundle).items() if (generate.OUT / name).read_text() != text]

    assert stale == [], "run `make docs`"


def test_every_link_in_the_documents_resolves():
    broken = [
        (str(page.relative_to(ROOT)), link)
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]
        if "reference" not in page.parts
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text())
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert broken == []


def test_every_authority_of_the_register_is_behind_a_rule_or_has_an_effect_of_its_own(bundle):
    cited = {name for rule in bundle.rules for name in rule.authorities}
    idle = [a.id for a in bundle.authorities.values() if a.effect.operative and a.id not in cited]

    assert idle == []
    assert len(bundle.authorities) >= 106
    assert all(a.answer for a in bundle.authorities.values())


def test_the_packs_stand_in_the_wheel():
    assert 'packs = "ostiary/packs"' in (ROOT / "pyproject.toml").read_text()
    assert Path(ROOT / "packs" / "us-federal" / "pack.yaml").is_file()


def test_the_pictures_are_those_that_their_script_makes_and_small():
    names = set(re.findall(r'Picture\("([a-z-]+)"', (ROOT / "docs" / "pictures.py").read_text()))
    found = {path.stem: path.stat().st_size for path in (ROOT / "docs" / "images").glob("*.png")}

    assert set(found) == names
    assert len(names) >= 11
    assert max(found.values()) < 200_000
    assert "docs/images/desk.png" in (ROOT / "README.md").read_text()


def test_the_demonstration_needs_nothing_of_the_tests():
    """`make demo` installs what runs, and no more."""
    lock = (ROOT / "requirements.lock").read_text()
    demo = "".join(path.read_text() for path in (ROOT / "src" / "ostiary_web" / "demo").glob("*.py"))
    imported = {name.partition(".")[0] for name in re.findall(r"^\s*(?:from|import) ([\w.]+)", demo, re.M)}
    packages = {"allauth": "django-allauth", "yaml": "pyyaml"}
    others = imported - set(sys.stdlib_module_names) - {"ostiary", "ostiary_web"}

    assert "django" in others
    assert [name for name in others if f"\n{packages.get(name, name)}==" not in f"\n{lock}"] == []

"""`make law-gate`: the packs of an older commit against those here; closed where the older law cannot be had."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.conftest import ROOT


def git(folder, *words):
    name = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    """A repository with the makefile, a command that only says how it was called, and one commit."""
    folder = tmp_path / "repository"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / "packs").mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("requirements.lock", "pyproject.toml", "packs/a.yaml"):
        (folder / name).write_text("-")
    (folder / ".gitignore").write_text(".venv\n")
    command = folder / ".venv" / "bin" / "ostiary"
    command.write_text('#!/bin/sh\necho "ran $1 with $(cat $2/a.yaml) against $(cat $3/a.yaml) $4"\n')
    command.chmod(0o755)
    git(folder, "init", "-q")
    commit(folder, "first")
    (folder / ".venv" / ".ready").touch()
    return folder


def commit(folder, text):
    (folder / "packs" / "a.yaml").write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", f"{text}\n\nparent of nothing")


def law_gate(folder: Path, *words):
    return subprocess.run(["make", "law-gate", *words], cwd=folder, capture_output=True, text=True, check=False)


def test_a_first_commit_has_nothing_to_compare(repository):
    done = law_gate(repository)

    assert done.returncode == 0
    assert "the first commit: nothing to compare" in done.stdout


def test_the_packs_of_the_commit_before_are_the_old_law(repository):
    commit(repository, "second")

    assert "ran compare with first against second --gate" in law_gate(repository).stdout


def test_the_last_tag_is_the_old_law_or_what_is_named(repository):
    git(repository, "tag", "v1")
    commit(repository, "second")
    commit(repository, "third")

    assert "with first against third" in law_gate(repository).stdout
    assert "with second against third" in law_gate(repository, "BASE=HEAD~1").stdout


def test_it_fails_closed_where_the_older_law_cannot_be_had(repository, tmp_path):
    commit(repository, "second")
    unknown = law_gate(repository, "BASE=nowhere")
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), "shallow")
    shutil.copytree(repository / ".venv", tmp_path / "shallow" / ".venv")
    (tmp_path / "shallow" / ".venv" / ".ready").touch()
    shallow = law_gate(tmp_path / "shallow")

    assert unknown.returncode != 0
    assert "there is no commit nowhere here" in unknown.stdout
    assert shallow.returncode != 0
    assert "there is no commit HEAD~1 here; fetch it" in shallow.stdout


def test_it_fails_closed_outside_a_repository(repository):
    shutil.rmtree(repository / ".git")

    assert law_gate(repository).returncode != 0

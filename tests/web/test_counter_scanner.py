"""Uploads are scanned by a real program before anything of them is kept; without an answer they are refused."""

import ast
import dataclasses
import stat

import pytest
from django.conf import settings as django_settings
from django.test import Client

from ostiary_web.casework import scanning, uploads
from ostiary_web.casework.scanning import Infected, NotScanned, scan
from ostiary_web.counter.models import SavedRequest
from tests.conftest import ROOT
from tests.web.pages_counter import PDF, a_file, hidden, third_page
from tests.web.pages_desk import said

VIRUS = PDF + b" X5O!P%@AP"
# A scanner as others are: it reads the file it is given, and says by its exit status what it found.
SCANNER = """#!/bin/sh
echo "$0 $#" >> {log}
env >> {log}
stat -c '%a' "$1" >> {log}
grep -q 'X5O!P%@AP' "$1" && exit 1
exit 0
"""


def configured(settings, tmp_path, *command):
    papers = tmp_path / "papers"
    settings.OSTIARY = dataclasses.replace(django_settings.OSTIARY, scanner=tuple(command), papers=papers)
    return papers


@pytest.fixture
def scanner(settings, tmp_path):
    """A scanner that is in use; its log tells what it was given."""
    program, log = tmp_path / "scanner.sh", tmp_path / "scanner.log"
    program.write_text(SCANNER.format(log=log))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    configured(settings, tmp_path, str(program))
    return log


def test_what_is_clean_passes_and_what_is_infected_does_not(scanner):
    scan(PDF)
    with pytest.raises(Infected, match="something harmful"):
        scan(VIRUS)


def test_the_scanner_is_given_a_private_file_and_no_secret_of_the_desk(scanner):
    scan(PDF)
    told = scanner.read_text()

    assert "scanner.sh 1\n" in told
    assert "\n600\n" in told
    assert "OSTIARY" not in told
    assert [line.partition("=")[0] for line in told.splitlines() if "=" in line and not line.startswith("_")] == [
        "PATH",
        "PWD",
    ]


def test_the_file_laid_out_for_it_is_gone_afterwards(settings, tmp_path, scanner):
    scan(PDF)
    with pytest.raises(Infected):
        scan(VIRUS)

    assert list(settings.OSTIARY.papers.iterdir()) == []


@pytest.mark.parametrize("command", [["sh", "-c", "exit 2"], ["sh", "-c", "kill -9 $$"], ["/nowhere/scanner"]])
def test_any_other_answer_is_no_answer(settings, tmp_path, command):
    configured(settings, tmp_path, *command)
    with pytest.raises(NotScanned, match="could not be scanned"):
        scan(PDF)


def test_a_scanner_that_takes_too_long_is_no_answer(settings, tmp_path):
    papers = configured(settings, tmp_path, "sh", "-c", "exec sleep 60")
    with pytest.raises(NotScanned):
        scan(PDF, longest=0.2)
    assert list(papers.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_no_answer(settings, tmp_path):
    (tmp_path / "file").write_text("")
    configured(settings, tmp_path / "file", "true")
    with pytest.raises(NotScanned):
        scan(PDF)


@pytest.mark.django_db(transaction=True)
def test_at_the_counter_nothing_infected_is_kept(scanner):
    client = Client()
    answer = client.post("/request/", hidden(third_page(client)) | {"do": "save", "paper": a_file("a.pdf", VIRUS)})

    assert answer.status_code == 422
    assert "something harmful" in said(answer)
    assert SavedRequest.objects.count() == 0


def test_every_page_that_takes_a_paper_has_it_scanned():
    """The one field that scans is the only field for papers; the playground keeps nothing, and reads text alone.

    So does the list of values that were wrong: it is read as text, within a limit, and the file is not kept.
    """
    other = []
    for path in (ROOT / "src" / "ostiary_web").glob("**/*.py"):
        names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        if names & {"FileField", "ImageField"} and path.name not in ("uploads.py", "forms_corrections.py"):
            other.append(path.name)

    assert other == []


def test_the_content_is_never_opened():
    """What is uploaded is told by its first bytes, kept and scanned; nothing here can unpack or draw it."""
    modules = {"zipfile", "zlib", "gzip", "pypdf", "PIL", "tarfile", "xml", "weasyprint", "lzma", "bz2"}
    for module in (scanning, uploads):
        tree = ast.parse((ROOT / "src" / (module.__name__.replace(".", "/") + ".py")).read_text())
        imported = {
            name.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")])
        }
        assert imported & modules == set()

"""What an attacker sends to the counter: files that are something else, bodies that are too large, text that bites."""

import csv
import io
import os
import subprocess
import sys
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from ostiary_web import addresses
from ostiary_web.casework import papers, queries
from ostiary_web.casework.models import Docket
from ostiary_web.counter import limits
from ostiary_web.counter.limits import LOOK, no_large_bodies, too_often
from ostiary_web.counter.models import SavedRequest, Tries
from ostiary_web.wiring import bundle
from tests.conftest import ROOT
from tests.web.pages_counter import FIRST, PDF, Case, a_counter, a_file, hidden, receipt, second_page, sent, third_page
from tests.web.pages_desk import enrolled, page, said
from tests.web.walking import sound

EVIL = "=cmd|'/c calc'!A1<script>alert(1)</script>\"><img src=x onerror=alert(1)>{{ 7|add:7 }}{% now 'Y' %}"
CHINESE = FIRST | {"who": "王小明,移民与海关执法局", "reach": "北京市朝阳区", "about": "李雷,生于一九九〇年"}
ARABIC = FIRST | {"who": "أحمد، مكتب ٧", "reach": "شارع النيل، القاهرة", "about": "ليلى حسن\u202e txt.exe"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    with a_counter(tmp_path_factory.mktemp("counter"), django_db_blocker, request) as desk:
        yield desk


@pytest.fixture(autouse=True)
def _nobody_tried(desk):
    Tries.objects.all().delete()


class Unread:
    """A body that must not be read."""

    def read(self, *args):
        raise AssertionError("the body was read")


class TestFiles:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\x00" * 100,
            b"GIF89a",
            b"PK\x03\x04",
            b"<svg onload=alert(1)>",
            b"\x7fELF",
            b"%!PS",
            b"\xff\xd8",
            PDF[1:],
        ],
        ids=["empty", "zeros", "gif", "zip", "svg", "elf", "postscript", "half a jpeg", "late pdf"],
    )
    def test_what_is_something_else_is_refused_whatever_it_is_called(self, desk, data):
        before = Docket.objects.count()
        answer = sent(Client(), paper=SimpleUploadedFile("subpoena.pdf", data, content_type="application/pdf"))

        assert answer.status_code == 422, said(answer)
        assert Docket.objects.count() == before

    def test_a_file_that_is_two_things_stays_bytes_under_our_own_name(self, desk):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as made:
            made.writestr("../../evil.html", "<script>alert(1)</script>")
        both = b"%PDF-1.7\n<html><script>alert(1)</script></html>\n" + archive.getvalue()
        given = receipt(sent(Client(), paper=a_file("subpoena.pdf.html", both)))
        kept = queries.paper_rows(queries.row(given["number"]).pseudonym)[-1]

        assert (kept.name, papers.content(kept.digest)) == ("instrument.pdf", both)

    def test_a_bomb_stays_shut(self, desk):
        """A megabyte that would unpack to a gigabyte is kept as the megabyte it is."""
        packer = zlib.compressobj(9)
        stream = b"".join(packer.compress(b"\x00" * 2**20) for _ in range(1024)) + packer.flush()
        bomb = b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode>>stream\n" + stream
        given = receipt(sent(Client(), paper=a_file(data=bomb)))
        kept = queries.paper_rows(queries.row(given["number"]).pseudonym)[-1]

        assert kept.size == len(bomb) < 2 * 2**20

    @pytest.mark.parametrize(
        "name", ["../../etc/passwd", "a\x00b.pdf", "C:\\a.pdf", "x" * 3000 + ".pdf", "\u202efdp.exe", "con"]
    )
    def test_no_name_is_ever_used(self, desk, name):
        given = receipt(sent(Client(), paper=a_file(name)))

        assert queries.paper_rows(queries.row(given["number"]).pseudonym)[-1].name == "instrument.pdf"


class TestBodies:
    @pytest.mark.parametrize("length", [str(2 * 2**30), "9" * 5000, "-1", "1e3", "٣", "12 345", "0x10"])
    def test_by_what_it_says_of_its_length_it_is_refused_unread(self, length):
        asked = RequestFactory().post("/request/")
        asked.META |= {"CONTENT_LENGTH": length, "wsgi.input": Unread()}

        assert no_large_bodies(lambda request: pytest.fail("it went on"))(asked).status_code == 413

    def test_without_saying_its_length_too(self):
        asked = RequestFactory().post("/request/", headers={"Transfer-Encoding": "chunked"})
        asked.META |= {"CONTENT_LENGTH": "", "wsgi.input": Unread()}

        assert no_large_bodies(lambda request: pytest.fail("it went on"))(asked).status_code == 411

    def test_no_upload_is_laid_in_a_folder_of_the_machine(self, desk, settings, tmp_path, monkeypatch):
        """Not even while it is read: the largest that may come is held in memory."""
        monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path / "nowhere"))
        large = PDF + b" " * (limits.LARGEST_PAPER - len(PDF))
        given = receipt(sent(Client(), paper=a_file(data=large)))

        assert limits.LARGEST_BODY <= settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        assert queries.paper_rows(queries.row(given["number"]).pseudonym)[-1].size == limits.LARGEST_PAPER

    def test_too_many_fields_are_a_bad_request(self, desk, settings):
        many = {f"f{n}": "x" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 10)}

        assert Client().post("/request/", many).status_code == 400


class TestText:
    def test_markup_in_every_field_stays_text_on_every_page(self, desk):
        client, evil = Client(), {"who": EVIL, "reach": EVIL, "about": EVIL}
        second = second_page(client, **evil)
        texts = {name: [EVIL] for name in ("instrument.court_kind", "instrument.form", "instrument.names_subjects")}
        wrong = client.post("/request/", hidden(second) | {"do": "on"} | texts)
        third = third_page(client, **evil)
        first = client.post("/request/", hidden(second) | {"do": "back"})
        saved = client.post("/request/", hidden(third) | {"do": "save"})
        given = receipt(client.post("/request/", hidden(third) | {"do": "on"}))
        shown = [page(Case(desk, given["number"]), "intake"), Client().post("/request/follow/", given)]

        for answer in (second, wrong, third, first, saved, *shown):
            text = answer.content.decode()
            assert "<script>alert" not in text
            assert "<img src=x" not in text
        SavedRequest.objects.all().delete()

    def test_no_cell_of_the_desks_table_begins_a_formula(self, desk):
        receipt(sent(Client(), who=EVIL, reach="+1", about="@SUM(1)"))
        answer = enrolled(desk.who["intake"]).get("/desk/export.csv")
        cells = [cell for line in csv.reader(io.StringIO(answer.content.decode())) for cell in line]

        assert answer.headers["Content-Type"].startswith("text/csv")
        assert len(cells) > 10
        assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")] == []

    @pytest.mark.parametrize("typed", [CHINESE, ARABIC], ids=["chinese", "arabic"])
    def test_any_script_goes_from_the_form_to_the_desk_and_back(self, desk, typed):
        client = Client()
        second = client.post("/request/", hidden(client.get("/request/")) | typed)
        third = client.post("/request/", hidden(second) | {"do": "on"})
        assert typed["who"] in said(third)
        assert 'dir="auto"' in third.content.decode()
        given = receipt(client.post("/request/", hidden(third) | {"do": "on"}))
        row = queries.row(given["number"])
        cover = next(one for one in queries.paper_rows(row.pseudonym) if one.kind == "cover")

        assert typed["who"] in papers.content(cover.digest).decode()
        assert queries.said_of_subjects(row.pseudonym) == {"": typed["about"]}
        assert typed["about"].splitlines()[0] in said(page(Case(desk, row.pseudonym), "intake"))
        sound(Case(desk, row.pseudonym))

    def test_everything_asked_under_every_program(self, desk):
        """Every element in every copy: several hundred items."""
        words = bundle().words
        asked = {"elements_requested": list(words.elements), "programs": list(words.known_codes("programs"))}
        given = receipt(sent(Client(), **asked))
        row = queries.row(given["number"])

        assert len(asked["elements_requested"]) * len(asked["programs"]) >= 400
        assert queries.claims(row.pseudonym)["elements_requested"] == asked["elements_requested"]
        assert page(Case(desk, row.pseudonym), "intake").status_code == 200

    def test_four_hundred_elements_of_which_most_are_none(self, desk):
        answer = second_page(Client(), elements_requested=[f"element_{n}" for n in range(400)])

        assert answer.status_code == 422
        assert "element_1" not in said(answer)

    @pytest.mark.parametrize(
        "change", [{"key": "short"}, {"key": "x" * 65}, {"step": "9"}, {"step": "٢"}, {"do": "x"}, {"saved": "-1"}]
    )
    def test_a_form_that_was_tampered_with_opens_nothing(self, desk, change):
        before = Docket.objects.count()
        answer = Client().post("/request/", FIRST | {"key": "k" * 20} | change)

        assert answer.status_code in (200, 422)
        assert Docket.objects.count() == before

    @pytest.mark.parametrize("path", ["/request/follow/", "/request/saved/", "/request/follow/letter/"])
    def test_zeros_and_long_texts_are_no_fault(self, desk, path):
        for typed in ({"number": "\x00", "secret": "\x00"}, {"number": "2026-000001", "secret": "x" * 10**6}):
            assert Client().post(path, typed).status_code in (404, 422)


COUNT = """
import django
django.setup()
from django.utils import timezone
from ostiary_web.counter.actions import trying
print(trying.count(what="follow", address="192.0.2.7", at=timezone.now()).count)
"""


def asked_from(address, **more):
    return RequestFactory().post("/request/follow/", REMOTE_ADDR=address, **more)


class TestLimits:
    def test_they_hold_across_processes(self, desk):
        assert too_often(asked_from("192.0.2.7"), LOOK) == 0
        env = {**desk.environment, "DJANGO_SETTINGS_MODULE": "ostiary_web.settings", "PATH": os.defpath}
        done = subprocess.run(
            [sys.executable, "-c", COUNT], env=env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.stdout.strip() == "2", done.stderr[-500:]
        counts = [too_often(asked_from("192.0.2.7"), LOOK) for _ in range(59)]

        assert counts[:58] == [0] * 58
        assert 0 < counts[58] <= 3600

    def test_another_address_is_counted_apart(self, desk):
        for _ in range(61):
            too_often(asked_from("192.0.2.7"), LOOK)

        assert too_often(asked_from("192.0.2.8"), LOOK) == 0

    def test_a_household_is_one_address(self, desk):
        for n in range(60):
            too_often(asked_from(f"2001:db8:0:1::{n:x}"), LOOK)

        assert too_often(asked_from("2001:db8:0:1:ffff::1"), LOOK) > 0
        assert too_often(asked_from("2001:db8:0:2::1"), LOOK) == 0

    def test_the_address_is_not_kept(self, desk):
        too_often(asked_from("192.0.2.7"), LOOK)
        row = Tries.objects.get()

        assert len(row.who) == 64
        assert "192.0.2.7" not in str([getattr(row, field.name) for field in Tries._meta.fields])

    def test_behind_a_proxy_it_is_what_the_proxy_saw(self, desk, monkeypatch):
        """What the client itself wrote into the header stands before that, and is worth nothing."""
        monkeypatch.setattr(addresses, "config", lambda: type("Outside", (), {"demo": False}))
        for n in range(61):
            last = too_often(asked_from("10.0.0.1", headers={"X-Forwarded-For": f"192.0.2.{n}, 198.51.100.9"}), LOOK)

        assert last > 0
        assert too_often(asked_from("10.0.0.1", headers={"X-Forwarded-For": "198.51.100.10"}), LOOK) == 0

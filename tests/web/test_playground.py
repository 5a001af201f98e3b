"""The playground through Django: addresses, headers, what is refused, and that nothing is kept."""

import io
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest

from ostiary.cli import playing
from ostiary.decide.request import read_request
from ostiary.errors import BadInput
from ostiary.strict_yaml import parse
from ostiary_web.playground import serve as serving
from ostiary_web.playground.serve import application, configured, make_desk, serve
from ostiary_web.playground.turn import take_turn
from tests.conftest import ROOT
from tests.web.sheets import posted_of

SECRET = "Qzxj-not-to-be-kept"


@pytest.fixture(scope="module")
def desk(bundle):
    return make_desk(bundle, ROOT / "examples")


@pytest.fixture
def client(desk):
    """Django's test client under the playground's own settings, whatever else is configured."""
    application(desk)
    from django.test import Client, override_settings

    with override_settings(**configured(), PLAYGROUND=desk):
        yield Client(headers={"host": "127.0.0.1:8377"})


def test_the_page_says_what_it_is(client):
    answer = client.get("/")
    text = answer.content.decode()

    assert answer.status_code == 200
    assert "Nothing here is stored. Nothing here is legal advice." in text
    assert "<style" not in text
    assert " style=" not in text
    assert "onclick" not in text
    assert text.count("<script") == 1


def test_every_answer_is_fenced_in_and_not_kept(client):
    for answer in (client.get("/"), client.post("/", {}), client.get("/static/playground.js"), client.get("/no")):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not answer.cookies


def test_a_post_shows_the_changed_answer(client, desk):
    form = posted_of(take_turn(desk, {})) | {"f.instrument.signed": ["unknown"]}
    text = client.post("/", form).content.decode()

    assert 'Undo all changes<span id="changes"> (1)</span>' in text
    assert 'id="f-instrument-signed-unknown" value="unknown" checked' in text


def test_the_file_is_one_that_the_command_reads(client, desk):
    answer = client.post("/request.yaml", posted_of(take_turn(desk, {})))
    request = read_request(parse(answer.content.decode(), "request.yaml"), desk.bundle.words)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="request.yaml"'
    assert request.groups[0].facts == desk.starts[0].request(desk.bundle.words).groups[0].facts


def test_an_uploaded_file_is_read(client, desk):
    file = io.BytesIO((ROOT / "examples" / "5-detainer.yaml").read_bytes())
    file.name = "mine.yaml"
    form = posted_of(take_turn(desk, {}), do=["read"]) | {"file": file}
    text = client.post("/", form).content.decode()

    assert "On the page: <strong>the text you gave</strong>" in text


def test_what_is_wrong_is_said_with_422_and_the_text_stays(client, desk):
    form = posted_of(take_turn(desk, {}), do=["read"], typed=[f"purpos: {SECRET}"])
    answer = client.post("/", form)
    text = answer.content.decode()

    assert answer.status_code == 422
    assert "<title>Error:" in text
    assert text.count(SECRET) == 1
    assert 'href="#typed"' in text


def test_a_fault_in_a_field_stops_the_download_too(client, desk):
    form = posted_of(take_turn(desk, {})) | {"f.subjects.count": ["<b>many</b>"]}
    answer = client.post("/request.yaml", form)

    assert answer.status_code == 422
    assert b"<b>many" not in answer.content
    assert b"&lt;b&gt;many" in answer.content


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test", "192.0.2.7:8377"])
def test_another_name_for_this_machine_is_refused(client, host):
    for path in ("/", "/static/playground.css", "/request.yaml"):
        assert client.get(path, headers={"host": host}).status_code == 400


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://127.0.0.1:9999"])
def test_a_post_from_another_page_is_refused(client, origin):
    assert client.post("/", {}, headers={"origin": origin}).status_code == 403


def test_its_own_post_is_not_refused(client):
    assert client.post("/", {}, headers={"origin": "http://127.0.0.1:8377"}).status_code == 200


def test_only_the_three_files_are_served(client):
    for name in ("playground.css", "playground.js", "favicon.svg"):
        assert client.get(f"/static/{name}").status_code == 200
    for name in ("../views.py", "views.py", "..%2fviews.py"):
        assert client.get(f"/static/{name}").status_code == 404


def test_other_methods_are_refused(client):
    assert client.put("/").status_code == 405
    assert client.get("/request.yaml").status_code == 405
    assert client.post("/static/playground.js").status_code == 405


def test_a_form_changed_on_its_way_is_refused_in_words(client):
    assert client.post("/", {"do": "show", "origin_text": "a: [1"}).status_code == 400
    many = {f"x{number}": "1" for number in range(5_001)}
    assert client.post("/", many).status_code == 400


def test_nothing_is_kept_and_nothing_is_logged(client, desk, caplog, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    form = posted_of(take_turn(desk, {})) | {"f.instrument.court": [SECRET]}
    shown = client.post("/", form).content.decode()
    client.post("/", form | {"f.subjects.count": ["x"]})
    client.post("/", form | {"origin_text": "a: [1"})
    later = client.get("/").content.decode()

    assert SECRET in shown
    assert SECRET not in later
    assert SECRET not in caplog.text + "".join(capfd.readouterr())
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_explained(bundle):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"port {port} is already in use; give another with --port"):
            serve(bundle, ROOT / "examples", port, browser=False, say=print)


def test_the_servers_own_line_is_method_path_and_status(capsys):
    asked = SimpleNamespace(command="GET", path=f"/?{SECRET}")
    serving._Handler.log_message(asked, '"%s" %s %s', f"GET /?{SECRET} HTTP/1.1", "200", "17")

    assert capsys.readouterr().err == "GET / 200\n"


def test_no_command_but_play_loads_django():
    code = "import sys, ostiary.cli.main, ostiary.cli.playing; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_django_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(playing, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"install the extra: pip install 'ostiary\[web\]'"):
        playing.run(None, 0, browser=False)

"""One release, killed before each of its steps in turn: `python -m tests.web.release_killed ROSTER [SABOTAGE]`.

A step is whatever another process could see of it: a file opened for writing, named, moved or removed, a question to a
witness, a transaction about to be committed, or just committed. Each part of the way out (packing, checking, agreeing,
sealing, handing over) is begun in a process of its own, which is killed outright before its first step; begun again,
and killed before its second; and so on, until it is over. After each death nothing may be half there. Prints as JSON
how many deaths each part took.
"""

import datetime as dt
import json
import os
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path

from tests.web import release_worker

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SEEN = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "socket.connect"}
_MOST = 500  # deaths of one part


def main(roster, sabotage=""):
    data, (walk,) = release_worker.begun(roster)
    desk, copy = walk.desk, Path(data["taken"]) / f"{walk.id}.ostiary"
    if sabotage:
        break_it(sabotage)
    check, do = (lambda: nothing_is_half(walk, copy)), (lambda: release_worker.step(walk, copy))
    deaths = Counter()
    name, steps = alone(lambda: part(walk, copy)), 0
    while name:
        died = dies(do, desk.folder, steps)
        alone(check)
        deaths[name] += died
        after = alone(lambda: part(walk, copy))
        steps = steps + 1 if died and after == name else 0
        assert steps < _MOST, "a part of the way out has no end"
        name, desk.now = after, desk.now + dt.timedelta(minutes=1)
    print(json.dumps(deaths), flush=True)


def part(walk, copy):
    """The name of what comes next; empty at the end."""
    docket = walk.docket
    if str(docket.state) in ("released", "receipted"):
        return "" if copy.exists() else "hand over"
    package = docket.package
    if package is None or str(docket.state) == "cleared":
        return "package"
    if package.passed is None:
        return "check"
    agreed = len(package.agreed)
    return f"agree {agreed + 1}" if agreed < 2 else "seal" if str(docket.state) == "packaged" else "finish and release"


def dies(do, folder, steps):
    """Do it in a process that dies before one more than so many steps; whether it died before it came to its end."""
    _, status = os.waitpid(child(do, folder, steps), 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "a part of the way out failed"
    return False


def child(do, folder, steps):
    """A process that does something and is killed before one more than so many steps."""
    pid = os.fork()
    if pid:
        return pid
    try:
        die_after(steps, str(folder))
        do()
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def die_after(steps, folder):
    """Count what another process could see, and die before one step more."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    left = steps

    def step():
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def hook(event, args):
        if event == "open":
            path, _, flags = args
            if isinstance(flags, int) and flags & _WRITES and str(path).startswith(folder):
                step()
        elif event in _SEEN:
            step()

    real = BaseDatabaseWrapper._commit

    def commit(self):
        step()
        real(self)
        step()

    BaseDatabaseWrapper._commit = commit
    sys.addaudithook(hook)


def alone(do):
    """What a function says in a process of its own, so that this one never holds a connection or a lock."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.write(writing, json.dumps(do()).encode())
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        text = said.read()
    _, status = os.waitpid(pid, 0)
    assert status == 0, "a check after a death failed"
    return json.loads(text)


def nothing_is_half(walk, copy):
    """Whatever has died: no release without its entry, none twice, no package that is not whole, no name in the open."""
    from ostiary_web.casework import kept, models
    from ostiary_web.casework.actions import handing_over
    from ostiary_web.casework.replaying import replay_all
    from ostiary_web.ledger_link.queries import history

    kinds = [entry.kind for entry in history(walk.id)]
    for kind in ("release.packaged", "release.checked", "release.sealed", "release.delivered"):
        assert kinds.count(kind) <= 1, kind
    releases = list(models.Release.objects.filter(docket_id=walk.id))
    assert len(releases) <= kinds.count("release.sealed")
    assert models.Disclosed.objects.filter(of__docket_id=walk.id).count() <= kinds.count("release.delivered")
    files = sorted(kept.folder("releases").glob("*.ostiary"))
    assert files == [
        handing_over.file_of(one.release) for one in releases if handing_over.file_of(one.release).exists()
    ]
    for file in files:
        whole(walk, file)
    if copy.exists():
        assert kinds.count("release.delivered") == 1
        assert copy.read_bytes() == files[0].read_bytes()
    street = walk.person["address_line1"].encode()
    for file in kept.folder("releases").rglob("*"):
        assert not file.is_file() or street not in file.read_bytes()
    _, _, faults = replay_all()
    assert faults == []


def whole(walk, file):
    """A finished package opens, and is proved by the log; once it did, its digest is kept beside."""
    from hashlib import sha256

    from tests.web.released import opened

    seen, found = walk.desk.folder / "opened-already", sha256(file.read_bytes()).hexdigest()
    if seen.exists() and seen.read_text() == found:
        return
    folder = opened(walk, file)
    assert walk.person["address_line1"] in (folder / "released.csv").read_text()
    shutil.rmtree(folder)
    seen.write_text(found)


def break_it(sabotage):
    """The faults that this must find."""
    from ostiary_web.casework.actions import handing_over, leaving

    seal, finish = leaving.seal, handing_over._finish

    def file_first(**given):
        handing_over.file_of(given["release"]).write_bytes(b"half a package")
        return seal(**given)

    def twice(packing, index, path):
        finish(packing, index, path.with_name(f"first-{path.name}"))
        finish(packing, index, path)

    if sabotage == "the file before the entry":
        leaving.seal = file_first
    elif sabotage == "a second package":
        handing_over._finish = twice
    else:
        raise ValueError(sabotage)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The image of deploy/Containerfile, built and run: `make container-test`, as root, on Debian with podman.

    python -m tests.install.container [--root FOLDER] [--image NAME]

Builds on an empty Debian of our own making, since no registry of images is needed then. Site, worker and witness run from the
image as docs/how-to/two-machines.md says: by a user without rights, on a read-only root, with the three mounts, on SQLite and
on PostgreSQL. ``--root``: an empty Debian to copy. ``--image``: one that was built before, in podman's usual place.
"""

import json
import resource
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT
from tests.install.fresh_machine import say
from tests.install.machine import OWN_CERTIFICATES, MachineError, given, hand_in, make_root
from tests.postgres import postgres

USER = "10001:10001"
_BASE, _IMAGE, _DESK = "localhost/ostiary-test-debian", "localhost/ostiary-test", "desk.agency.example"
_ASK = (
    "import urllib.request as u; print(u.urlopen(u.Request('http://127.0.0.1:8000/health', "
    f"headers={{'Host': '{_DESK}'}}), timeout=5).read().decode())"
)


def main() -> int:
    """Do all of it; 0 if everything holds."""
    asked = given("build the image, and run a desk from it", image="an image that was built before")
    with tempfile.TemporaryDirectory(prefix="ostiary-container-") as folder:
        try:
            image = asked.image or built(Path(folder), asked.root)
            for name in ("sqlite", "postgresql"):
                with database(name) as (url, mounts):
                    Agency(Path(folder) / name, image, url, mounts).tried()
                say(f"{name}: site, worker and witness run from the image, and the desk is well")
        except MachineError as fault:
            sys.stderr.write(f"{fault}\n")
            return 1
        finally:
            if asked.image is None:
                subprocess.run(["podman", "rmi", "--force", _IMAGE, _BASE], capture_output=True, check=False)
    say("a desk was run from the image: 1 passed, 0 failed")
    return 0


def podman(*words: str, check: bool = True) -> str:
    """What podman prints.

    :raises MachineError: if it fails.
    """
    done = subprocess.run(["podman", "--cgroup-manager=cgroupfs", "--runtime=runc", *words], text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    if check and done.returncode:
        raise MachineError(f"`podman {' '.join(words)}` ended with {done.returncode}:\n{done.stdout[-4000:]}")
    return done.stdout


def built(folder: Path, empty: Path | None) -> str:
    """The image, built from this tree on an empty Debian."""
    began, root = time.monotonic(), folder / "root"
    if empty is None:
        make_root(root)
    else:
        subprocess.run(["cp", "-a", str(empty), str(root)], check=True)
    shown = hand_in(root)
    tar = folder / "root.tar"
    subprocess.run(["tar", f"--directory={root}", "--create", f"--file={tar}", "."], check=True)
    podman("import", "--change", f"ENV PIP_CERT={OWN_CERTIFICATES}", str(tar), _BASE)
    mounts = [word for one in shown for word in ("--volume", f"{one}:{one}:ro")]
    podman(
        "build", "--format=docker", "--network=host", "--isolation=chroot", *mounts, "--build-arg", f"BASE={_BASE}",
        "--file", str(ROOT / "deploy/Containerfile"), "--tag", _IMAGE, str(ROOT),
    )  # fmt: skip
    say(f"the image is built: {time.monotonic() - began:.0f} s")
    return _IMAGE


@contextmanager
def database(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The desk's address of a new database, and what must be mounted for it."""
    if name == "sqlite":
        yield "sqlite:////var/lib/ostiary/desk.db", ()
        return
    with postgres(fast=False, socket=True) as url:
        place = url.partition("host=")[2]
        Path(place).chmod(0o755)  # another user's container comes to its socket
        yield url.replace("@127.0.0.1", "@"), (f"{place}:{place}",)


class Agency:
    """A desk's folders, and the containers that work on them."""

    def __init__(self, folder: Path, image: str, url: str, more: tuple[str, ...]) -> None:
        """``more``: mounts besides those of the page."""
        self.image, self.folder, self.name = image, folder, f"ostiary-test-{secrets.token_hex(4)}"
        for one in ("lib/keys", "lib/papers", "lib/static", "srv/log", "srv/roll", "witness"):
            (folder / one).mkdir(parents=True)
        self.policy, self.settings = folder / "witness-policy", folder / "settings"
        self.policy.touch()
        self.mounts = (
            f"{folder}/lib:/var/lib/ostiary", f"{folder}/srv:/srv/ostiary",
            f"{self.policy}:/etc/ostiary/witness-policy:ro", *more,
        )  # fmt: skip
        self.settings.write_text(_SETTINGS.format(url=url, secret=secrets.token_urlsafe(60)))
        folder.chmod(0o755)
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, 10001, 10001)

    def run(self, *words: str, detach: str = "", net: str = "") -> str:
        """A command of the image as it is meant to run; ``detach``: the name that it goes on under."""
        limits = [resource.getrlimit(one)[1] for one in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)]
        nofile, nproc = (str(min(4096, one) if one > 0 else 4096) for one in limits)
        how = ("--detach", f"--name={detach}") if detach else ("--rm",)
        mounts = [word for one in self.mounts for word in ("--volume", one)]
        return podman(
            "run", *how, "--read-only", f"--network={net or 'none'}", "--no-healthcheck", "--cap-drop=all",
            "--security-opt=no-new-privileges", f"--ulimit=nofile={nofile}:{nofile}", f"--ulimit=nproc={nproc}:{nproc}",
            f"--env-file={self.settings}", f"--volume={self.folder}/witness:/var/lib/ostiary-witness", *mounts, self.image, *words,
        )  # fmt: skip

    def tried(self) -> None:
        """Begin an agency, run it, and look.

        :raises MachineError: with what is not so.
        """
        self.begin()
        names = [f"{self.name}-{one}" for one in ("witness", "site", "worker")]
        witness, site, worker = names
        try:
            self.run("ostiary-witness", "run", "/var/lib/ostiary-witness", "--port", "8081", detach=witness)
            beside = f"container:{witness}"
            self.run("ostiary-web", "log", "start", net=beside)
            self.run(detach=site, net=beside)
            self.run("ostiary-web", "work", detach=worker, net=beside)
            self.look(site, worker)
        finally:  # the others go with it, whose network they are in
            podman("rm", "--force", "--depend", "--time=20", witness, check=False)

    def begin(self) -> None:
        """Keys, a policy, a roll and tables, each made by a container."""
        log = self.run(
            "ostiary", "keys", "new-log", "agency.example/log", "--out", "/var/lib/ostiary/keys/log.key"
        ).strip()
        place = "/var/lib/ostiary-witness"
        note = self.run("ostiary-witness", "init", place, "--name", "agency.example/w1").strip()
        self.run("ostiary-witness", "add-log", place, log)
        self.policy.write_text(f"log {log}\nwitness w1 {note} http://127.0.0.1:8081\nquorum w1\n")
        self.run("ostiary", "roll", "generate", "--people", "100", "--out", "/srv/ostiary/roll/made-up")
        self.run("ostiary-web", "migrate", "--verbosity", "0")

    def look(self, site: str, worker: str) -> None:
        """The page says that all is well; who runs it, and what it cannot write.

        :raises MachineError: with what is not so.
        """
        said = ""
        for _ in range(90):
            said = podman("exec", site, "python3", "-c", _ASK, check=False)
            if said.startswith("well\n"):
                break
            time.sleep(1)
        else:
            logs = "".join(podman("logs", "--tail=20", one, check=False) for one in (site, worker))
            raise MachineError(f"health says: {said}\n{logs}")
        for one in (site, worker):
            status = podman("exec", one, "cat", "/proc/1/status")
            wrong = [key for key, value in _STATUS.items() if f"{key}:\t{value}" not in status]
            if wrong:
                raise MachineError(f"{one}: {wrong} is not as it should be:\n{status}")
            for path in ("/etc/mine", "/opt/ostiary/bin/mine", "/usr/mine"):
                if "Read-only file system" not in podman("exec", "--user=0", one, "touch", path, check=False):
                    raise MachineError(f"{one} can write {path}")
        # What the image itself asks while it runs; here nobody keeps its time.
        podman("exec", site, *_healthcheck(self.image))


# Of process 1: its user, that it can gain nothing, and that it can do nothing that root may.
_STATUS = {
    "Uid": "10001\t10001\t10001\t10001", "Gid": "10001\t10001\t10001\t10001", "NoNewPrivs": "1", "CapEff": "0000000000000000",
}  # fmt: skip
_SETTINGS = """\
OSTIARY_DATABASE_URL={url}
OSTIARY_PACKS=/opt/ostiary/lib/python3.11/site-packages/ostiary/packs/demo-agency
OSTIARY_ROLL=/srv/ostiary/roll/made-up/roll.yaml
OSTIARY_ENGINE=duckdb
OSTIARY_LEDGER_KEY=/var/lib/ostiary/keys/log.key
OSTIARY_LEDGER_EXPORT=/srv/ostiary/log
OSTIARY_WITNESS_POLICY=/etc/ostiary/witness-policy
OSTIARY_PAPERS=/var/lib/ostiary/papers
OSTIARY_SCANNER=/bin/false
OSTIARY_SECRET_KEY={secret}
OSTIARY_HOSTS=desk.agency.example
OSTIARY_TIME_ZONE=America/Chicago
OSTIARY_STATIC=/var/lib/ostiary/static
"""


def _healthcheck(image: str) -> list[str]:
    """The image's own question whether it is well, as the words of a command."""
    found = json.loads(podman("inspect", image))[0]
    words = [str(word) for word in (found.get("HealthCheck") or found.get("Healthcheck") or {}).get("Test", ())]
    if words[:1] != ["CMD"]:
        raise MachineError(f"the image has no health check: {words}")
    return words[1:]


if __name__ == "__main__":
    sys.exit(main())

"""A fresh Debian 12 machine inside this one: its own root, its own systemd as process 1, its own network (only `lo`).

Made by debootstrap, booted by systemd-nspawn; both are Debian packages. What this machine knows about mirrors, proxies
and certificates is handed in at run time and stands nowhere in the repository.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SUITE = "bookworm"
_INCLUDE = "systemd,systemd-sysv,dbus,ca-certificates"
OWN_CERTIFICATES = "/usr/local/share/certificates-of-this-test.pem"
_PIP_FILES = ("/etc/pip.conf", "/etc/xdg/pip", "~/.config/pip", "~/.pip")
_HANDED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_BOOT = 180  # seconds


def given(says: str, **more: str) -> argparse.Namespace:
    """What a command was given: ``--root``, a folder, and each of ``more`` by name, with what it is. For root alone."""
    parser = argparse.ArgumentParser(description=says)
    parser.add_argument("--root", type=Path, help="an empty Debian 12 to copy, in the place of a new one")
    for name, what in more.items():
        parser.add_argument(f"--{name}", help=what)
    found = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("machines are made and booted by root alone")
    return found


class MachineError(Exception):
    """The machine cannot be made, or a command in it failed."""


@dataclass(frozen=True)
class Machine:
    """A booted one. ``leader``: its process 1, as this machine numbers it."""

    root: Path
    leader: int

    def run(self, script: str, *, network: bool = False, longest: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a script as root with bash, as if typed at its console; stopped at the first command that fails.

        :param network: by this machine's network, for package managers; else nothing outside can be reached.
        """
        spaces = ["--mount", "--uts", "--ipc", "--pid", "--root", "--wdns=/root", *([] if network else ["--net"])]
        enter = ["nsenter", f"--target={self.leader}", *spaces]
        return subprocess.run(
            [*enter, "/bin/bash", "-euo", "pipefail", "-c", script],
            # Of a session of its own: no terminal can stop it.
            env=_inside(network), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=longest, check=False, start_new_session=True,
        )  # fmt: skip

    def must(self, script: str) -> str:
        """What a script prints.

        :raises MachineError: if it fails.
        """
        done = self.run(script)
        if done.returncode:
            raise MachineError(f"`{script}` ended with {done.returncode}:\n{done.stdout}")
        return done.stdout


def _inside(network: bool) -> dict[str, str]:
    plain = {"PATH": PATH, "HOME": "/root", "TERM": "dumb", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    if not network:
        return plain
    given = os.environ.items()  # noqa: TID251 - handed on to package managers, not read
    own = {name: value for name, value in given if name.startswith("PIP_") or name in _HANDED_ON}
    return plain | own | {"PIP_CERT": OWN_CERTIFICATES, "SSL_CERT_FILE": OWN_CERTIFICATES}


def make_root(root: Path) -> None:
    """An empty Debian in a new folder, from the mirror that this machine uses itself.

    :raises MachineError: if this machine names no mirror, or debootstrap fails.
    """
    log = root.with_name("debootstrap.log")
    with log.open("w") as out:
        command = ["debootstrap", "--variant=minbase", f"--include={_INCLUDE}", _SUITE, str(root), _mirror()]
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise MachineError("debootstrap failed:\n" + "\n".join(log.read_text().splitlines()[-20:]))


def _mirror() -> str:
    """The first address of Debian's own archive among the sources of this machine's apt."""
    folder = Path("/etc/apt")
    for file in [*sorted(folder.glob("sources.list.d/debian*")), folder / "sources.list"]:
        for word in file.read_text().split() if file.is_file() else ():
            if word.startswith("http") and word.rstrip("/").endswith("debian"):
                return word
    raise MachineError("no source of apt on this machine ends with `debian`; is this Debian?")


def hand_in(root: Path) -> list[Path]:
    """Let apt and pip inside fetch as they do here; the folders of packages on this disk, to be shown inside."""
    apt = Path("/etc/apt")
    (root / "etc/apt/sources.list").unlink(missing_ok=True)
    for file in [
        *apt.glob("sources.list.d/debian*"),
        *([apt / "sources.list"] if (apt / "sources.list").exists() else []),
    ]:
        shutil.copy(file, root / "etc/apt" / file.relative_to(apt))
    proxies = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    lines = [line for line in proxies.splitlines() if line.startswith("Acquire::http") and '""' not in line]
    (root / "etc/apt/apt.conf.d/90-of-this-test").write_text("\n".join([*lines, ""]))
    # There is no network but `lo`, so nothing waits for another.
    (root / "etc/systemd/system/systemd-networkd-wait-online.service").symlink_to("/dev/null")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    if not (root / "etc/hosts").exists():  # Debian's installer writes it, debootstrap does not
        (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", f"{root}{OWN_CERTIFICATES}")
    for name in _PIP_FILES:
        here = Path(name).expanduser()
        there = root / (Path("/root") / name[2:] if name.startswith("~") else here).relative_to("/")
        if here.is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True)
        elif here.is_file():
            shutil.copy(here, there)
    said = subprocess.run(["pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    words = said.replace("'", " ").replace("=", " ").replace("file://", " ").split()
    return sorted(
        {Path("/", *Path(word).parts[1:3]) for word in words if word.startswith("/opt/") and Path(word).exists()}
    )


def copy_sources(to: Path) -> None:
    """What a clean checkout of this work tree would hold."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)


@contextmanager
def booted(root: Path, shown: list[Path]) -> Iterator[Machine]:
    """The machine, running until the block ends; what it has on its disk stays.

    :raises MachineError: if it does not come up.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        told.bind(f"{folder}/notify")
        told.settimeout(_BOOT)
        console = root.with_name("console.log")
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--notify-ready=yes",
                   "--resolv-conf=off", "--link-journal=no", "--timezone=off", f"--directory={root}", "--boot",
                   *(f"--bind-ro={one}" for one in shown)]  # fmt: skip
        environment = {"PATH": PATH, "NOTIFY_SOCKET": f"{folder}/notify"}
        with console.open("a") as out:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            yield Machine(root, _leader(told, console))
        finally:
            process.terminate()
            process.wait(timeout=_BOOT)


def join(machines: Mapping[str, Machine]) -> None:
    """Lay a cable between two booted machines; each has its address on it. It is gone when one is switched off.

    Nothing else hangs on it, and this machine has no end of it.
    """
    one, other = machines.values()
    ends = [(f"ost{machine.leader}", address, machine) for address, machine in machines.items()]
    _done("ip", "link", "add", ends[0][0], "netns", str(one.leader), "type", "veth",
          "peer", "name", ends[1][0], "netns", str(other.leader))  # fmt: skip
    for name, address, machine in ends:
        enter = ("nsenter", f"--target={machine.leader}", "--net")
        _done(*enter, "ip", "address", "add", f"{address}/24", "dev", name)
        _done(*enter, "ip", "link", "set", name, "up")


def _done(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MachineError(f"`{' '.join(command)}` ended with {done.returncode}:\n{done.stderr}")


def _leader(told: socket.socket, console: Path) -> int:
    """The number of its process 1, once systemd in it says that it is ready."""
    known: Mapping[str, str] = {}
    try:
        while known.get("READY") != "1":
            pairs = (line.partition("=") for line in told.recv(65536).decode().splitlines())
            known = {**known, **{name: value for name, _, value in pairs}}
    except TimeoutError:
        raise MachineError("it does not come up:\n" + "\n".join(console.read_text().splitlines()[-20:])) from None
    finally:
        told.close()  # it goes on telling; what nobody reads would fill up, and stop the machine
    return int(known["X_NSPAWN_LEADER_PID"])

"""Makers of witnesses, honest servers for them, and policies that name them."""

import threading
from contextlib import contextmanager

import ostiary_verify as verify
from ostiary.ledger.witness import Witness, add_log, init
from ostiary.ledger.witness_http import WitnessServer
from tests.ledger.notes import Log, question

LOG = Log()
NOW = 1_770_000_000


def a_witness(folder, name="witness.example/w1", now=NOW, logs=(LOG,)):
    if not (folder / "witness.key").exists():
        init(folder, name)
        for log in logs:
            add_log(folder, log.vkey)
    return Witness(folder, now=lambda: now)


def ask(witness, old, new, log=LOG, fork=None, proof=None):
    proof = log.proof(old, new, fork) if proof is None else proof
    return witness.add_checkpoint(question(old, proof, log.head(new, fork)))


@contextmanager
def serving(*witnesses, rate=None):
    """Each witness answers on a port of its own; their addresses."""
    servers = [WitnessServer(one, "127.0.0.1", 0, rate) for one in witnesses]
    threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield [f"http://127.0.0.1:{server.server_port}" for server in servers]
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def a_policy(witnesses, urls, threshold=1, log=LOG):
    lines = [f"log {log.vkey}"]
    lines += [f"witness w{n} {one.key.text()} {url}" for n, (one, url) in enumerate(zip(witnesses, urls, strict=True))]
    names = " ".join(f"w{n}" for n in range(len(witnesses)))
    return verify.parse_policy("\n".join([*lines, f"group g {threshold} {names}", "quorum g", ""]))

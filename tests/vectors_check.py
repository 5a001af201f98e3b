"""Run every published vector against ``ostiary_verify``: ``python -m tests.vectors_check FOLDER``.

The vectors are not in this repository (see their README for where each comes from), so no test needs them; this
is for ``make vectors``. Prints each failure and, at the end, "N of N".
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ostiary_verify as verify
from tests.ledger import naive

Case = tuple[str, bool, Callable[[], object]]


def run(cases: Iterator[Case]) -> tuple[int, int]:
    """How many cases came out as they should, and how many there are."""
    good = total = 0
    for name, accept, act in cases:
        total += 1
        try:
            act()
            accepted = True
        except verify.VerifyError:
            accepted = False
        if accepted == accept:
            good += 1
        else:
            print(f"FAILED {name}: {'accepted' if accepted else 'refused'}")
    return good, total


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise verify.VerifyError(what)


def _b64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _proof(texts: list[str] | None) -> list[bytes]:
    return [_b64(text) for text in texts or []]


def inclusion(cases: list[dict[str, Any]]) -> Iterator[Case]:
    for case in cases:
        start, end = case.get("start", 0), case.get("end", case.get("treeSize"))
        args = (case["leafIdx"] - start, end - start, _b64(case["leafHash"]), _proof(case["proof"]), _b64(case["root"]))

        def act(args: Any = args, start: int = start, end: int = end) -> None:
            need_subtree(start, end)
            verify.verify_inclusion(*args)

        yield case["file"], not case["wantErr"], act


def need_subtree(start: int, end: int) -> None:
    """A subtree begins at a multiple of its size, rounded up to a power of two (draft-ietf-plants, 4.1)."""
    expect(start < end and start % (1 << (end - start - 1).bit_length()) == 0, "not a subtree")


def consistency(cases: list[dict[str, Any]]) -> Iterator[Case]:
    for case in cases:
        if case.get("start", 0) != 0 or case.get("end") == 0:
            continue  # an inner or empty subtree is no earlier head of a log
        old, new = case.get("size1", case.get("end")), case.get("size2", case.get("size"))
        args = (old, _b64(case["root1"]), new, _b64(case["root2"]), _proof(case["proof"]))
        # The one accepted vector whose roots are not 32 bytes: its README calls it optional, and here it is refused.
        accept = not case["wantErr"] and len(args[1]) == 32
        yield case["file"], accept, lambda args=args: verify.verify_consistency(*args)


def reference_tree(data: dict[str, Any]) -> Iterator[Case]:
    leaves = [bytes.fromhex(text) for text in data["leaf_inputs_hex"]]
    for size, root in enumerate(data["root_hash_by_size_hex"]):

        def act(size: int = size, root: str = root) -> None:
            edge = verify.RightEdge()
            for leaf in leaves[:size]:
                edge.add(verify.leaf_hash(leaf))
            expect(edge.root().hex() == root, "another root")

        yield f"reference tree of {size}", True, act


def draft_accumulated(data: dict[str, Any]) -> Iterator[Case]:
    leaves = tuple(naive.leaf(bytes([i])) for i in range(130))

    def act() -> None:
        lines = hashlib.sha256()
        for end in range(131):
            for start in range(end + 1):
                size = end - start
                if size and start % (1 << (size - 1).bit_length()):
                    continue
                root = naive.mth(leaves[start:end])
                lines.update(f"[{start}, {end}) {root.hex()}\n".encode())
                for index in range(size):
                    part = leaves[start:end]
                    verify.verify_inclusion(index, size, part[index], naive.path(index, part), root)
        expect(lines.hexdigest() == data["subtree_hash_sha256"], "another digest over all subtrees")

    yield "all subtrees of 130 leaves", True, act


def notes(cases: list[dict[str, Any]]) -> Iterator[Case]:
    for case in cases:

        def act(case: dict[str, Any] = case) -> None:
            data = _b64(case["note_b64"]) if "note_b64" in case else case["note"].encode()
            note = verify.parse_note(data)
            expect(note.to_bytes() == data, "not written as it was read")
            signers = verify.verify_note(note, [verify.parse_vkey(vkey) for vkey in case["vkeys"]])
            expect(sorted(signers) == sorted(case.get("verified", signers)), "other signers")
            if "size" in case:
                head = verify.parse_checkpoint(note.text)
                expect((head.origin, head.size) == (case["origin"], case["size"]), "another head")

        yield f"note: {case['desc']}", case["accept"], act


def checkpoints(cases: list[dict[str, Any]]) -> Iterator[Case]:
    for case in cases:

        def act(body: bytes = case["body"].encode()) -> None:
            head = verify.parse_checkpoint(body)
            expect(verify.checkpoint_text(head.origin, head.size, head.root, head.extensions) == body, "written anew")

        yield f"checkpoint: {case['desc']}", case["accept"], act


def cosignatures(data: dict[str, Any]) -> Iterator[Case]:
    for case in data["cases"]:
        keys = [verify.parse_vkey(vkey) for vkey in case["vkeys"]]
        note = verify.parse_note(case["note"].encode())
        yield f"cosignature: {case['desc'][:40]}", True, lambda n=note, k=keys: verify.verify_note(n, k)
        for key in keys:
            if key.kind != verify.ED25519:
                yield f"cosignature time: {key.name}", True, lambda n=note, k=key: verify.cosignature_time(n, k)
            changed = verify.Note(note.text + b"x\n", note.signatures)
            altered = verify.Note(note.text.replace(b"2026", b"2027").replace(b"a", b"b", 1), note.signatures)
            if key.kind != verify.COSIGNATURE_ML_DSA_44:  # that kind does not sign extension lines
                yield f"changed: {key.name}", False, lambda n=changed, k=key: verify.verify_note(n, [k])
            yield f"altered: {key.name}", False, lambda n=altered, k=key: verify.verify_note(n, [k])
    for vkey in data["vkeys_accept"]:
        # One has a number that is not the one of C2SP tlog-cosignature (a MUST): refused until it has its own.
        name, number, coded = vkey.split("+", 2)
        own = verify.key_id(name, _b64(coded)[0], _b64(coded)[1:]).hex()
        yield f"vkey {vkey[:30]}", number == own, lambda vkey=vkey: verify.parse_vkey(vkey)
        vkey = f"{name}+{own}+{coded}"
        yield f"vkey {vkey[:30]}", True, lambda vkey=vkey: expect(verify.parse_vkey(vkey).text() == vkey, "anew")
    for case in data["timestamp_only"]:

        def act(case: dict[str, Any] = case) -> None:
            moment, _ = verify.cosignature_parts(_b64(case["b64"])[4:], verify.COSIGNATURE_ED25519)
            expect(moment == case["unix_time"], "another time")

        yield "cosignature time", case["accept"], act


def mended(policy: str) -> str:
    """A policy with what C2SP forbids, and its first library allows, taken out: key kinds, repeated keys, comments."""
    policy = re.sub(r"(?m)(?<=\S)[ \t]+#.*$", "", policy)
    made = iter(range(99))

    def key(match: re.Match[str]) -> str:
        return naive.Key(match[1], 4, seed=str(next(made))).vkey

    return re.sub(r"(\S+)\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44}", key, policy)


def policies(cases: list[dict[str, Any]]) -> Iterator[Case]:
    for case in cases:
        strict = case["accept"] and not case.get("strict_c2sp_notes")
        text = case["policy"]
        yield f"policy: {case['desc']}", strict, lambda text=text: verify.parse_policy(text)
        if text.endswith("\n") or not case["accept"]:

            def act(case: dict[str, Any] = case, text: str = text) -> None:
                policy = verify.parse_policy(mended(text))
                want = case.get("want_top_level_threshold")
                expect(want in (None, policy.groups[policy.quorum].threshold), "another threshold")

            yield f"policy, mended: {case['desc']}", case["accept"], act


def proofs(cases: list[dict[str, Any]]) -> Iterator[Case]:
    for case in cases:

        def act(case: dict[str, Any] = case) -> None:
            proof = verify.parse_proof(case["text"].encode())
            text = verify.proof_text(proof.index, proof.hashes, proof.checkpoint, proof.extra)
            expect(text == case["text"].encode(), "not written as it was read")
            expect(proof.index == case["index"], "another index")
            expect(list(proof.hashes) == _proof(case["hashes"]), "other hashes")
            expect(proof.extra == (_b64(case["extra"]) if "extra" in case else None), "other extra data")

        yield f"proof: {case.get('desc', case['text'][23:40])}", case["ok"], act


def witness_flow(data: dict[str, Any]) -> Iterator[Case]:
    key = verify.parse_vkey(data["log_vkey"])
    heads = {}
    for name in ("checkpoint_5", "checkpoint_8"):
        note = verify.parse_note(data[name].encode())
        yield f"witness {name}", True, lambda note=note: verify.verify_note(note, [key])
        heads[name] = verify.parse_checkpoint(note.text)
    old, new = heads["checkpoint_5"], heads["checkpoint_8"]
    proof = [bytes.fromhex(text) for text in data["consistency_5_8_hex"]]
    args = (old.size, old.root, new.size, new.root)
    yield "witness proof", True, lambda: verify.verify_consistency(*args, proof)
    yield "witness garbage proof", False, lambda: verify.verify_consistency(*args, [b"aaaa", b"bbbb", b"cccc", b"dddd"])


class AtSize:
    """A log as it was when its head had one of its earlier sizes."""

    def __init__(self, folder: Path, size: int) -> None:
        self._inner = verify.FolderSource(folder)
        self._size = size

    def read(self, path: str) -> bytes:
        return self._inner.read(f"checkpoint.{self._size}" if path == "checkpoint" else path)


def tessera(folder: Path) -> Iterator[Case]:
    policy = verify.parse_policy(f"log {(folder / 'log.vkey').read_text().strip()}\nquorum none\n")
    step = verify.Follower(AtSize(folder, 0), policy)
    for size in range(16):
        source = AtSize(folder, size)

        def act(source: AtSize = source, size: int = size) -> None:
            expect(verify.Follower(source, policy).update().size == size, "another size")

        def go_on(source: AtSize = source, size: int = size) -> None:
            step.source = source
            expect(step.update().size == size, "another size")

        yield f"tessera log of {size}", True, act
        yield f"tessera log up to {size}", True, go_on
    yield "tessera log, its head", True, lambda: verify.Follower(verify.FolderSource(folder), policy).update()
    step.source = AtSize(folder, 14)
    yield "tessera log going back", False, step.update


def every(folder: Path) -> Iterator[Case]:
    def load(name: str) -> Any:
        return json.loads((folder / name).read_text())

    yield from inclusion(load("rfc6962/inclusion.json"))
    yield from inclusion(load("rfc6962/subtreeinclusion.json"))
    yield from consistency(load("rfc6962/consistency.json"))
    yield from consistency(load("rfc6962/subtreeconsistency.json"))
    yield from reference_tree(load("rfc6962/reference_tree.json"))
    yield from draft_accumulated(load("rfc6962/draft_mtc_accumulated.json"))
    yield from notes(load("note/signed_note.json")["cases"])
    yield from notes(load("note/real_notes.json")["cases"])
    yield from checkpoints(load("checkpoint/checkpoint_bodies.json")["cases"])
    yield from cosignatures(load("cosignature/real_cosigned.json"))
    yield from policies(load("policy/tlog_policy.json")["cases"])
    yield from proofs(load("proof/tlog_proof.json")["cases"])
    yield from witness_flow(load("witness/witness_flow.json"))
    yield from tessera(folder / "tiles" / "tessera_log")


if __name__ == "__main__":
    good, total = run(every(Path(sys.argv[1])))
    print(f"{good} of {total}")
    sys.exit(good != total)

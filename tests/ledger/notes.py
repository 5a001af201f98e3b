"""A log that can be made to lie, and the questions that a witness is asked; on ``naive``'s slow, plain tree."""

import base64

from tests.ledger.naive import Key, b64, consistency, leaf, mth


class Log(Key):
    """It signs whatever it is asked to."""

    def __init__(self, name="log.example/2026", kind=1, seed="log"):
        super().__init__(name, kind, seed)

    def leaves(self, size, fork=None):
        """The first leaf hashes; those from number ``fork`` on are another history's."""
        return tuple(leaf(b"entry %d%s" % (n, b"" if fork is None or n < fork else b" forked")) for n in range(size))

    def head(self, size, fork=None):
        text = f"{self.name}\n{size}\n{b64(mth(self.leaves(size, fork)))}\n".encode()
        return text + b"\n" + self.signature(text)

    def signature(self, text):
        return self.line(text).encode()

    def proof(self, old, new, fork=None):
        return consistency(old, self.leaves(new, fork)) if old else []


def question(old, proof, note):
    """The body of ``add-checkpoint``."""
    lines = "".join(base64.b64encode(one).decode() + "\n" for one in proof)
    return f"old {old}\n{lines}\n".encode() + note

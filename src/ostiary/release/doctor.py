"""What this process really uses for cryptography, and whether the keys' files are guarded.

It claims nothing that it cannot see. Above all: a wheel from a package index carries its own crypto library, which
is never a FIPS-validated module, whatever algorithms it runs.
"""

from __future__ import annotations

import importlib.metadata as metadata
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ostiary.release.private_files import complaint

ALGORITHMS = (
    ("payload", "AES-256-GCM in segments of 1 MiB, keys by HKDF-SHA-256", "Tink"),
    ("wrapped key", "ECIES on P-256, HKDF-SHA-256, AES-256-GCM", "Tink"),
    ("manifest, bundle", "ECDSA on P-256 with SHA-256", "securesystemslib over cryptography, or a token or KMS"),
    ("digests", "SHA-256", "hashlib"),
    ("log, witnesses", "Ed25519, SHA-256", "cryptography, hashlib"),
    ("passphrases", "scrypt, then AES-256-GCM; scrypt is not FIPS-approved", "cryptography"),
)


@dataclass(frozen=True)
class Library:
    """One library that does cryptography in this process."""

    name: str
    version: str
    linked_to: str
    fips: str


@dataclass(frozen=True)
class Report:
    """What was found. ``faults`` must be mended; ``notes`` must be known."""

    libraries: tuple[Library, ...]
    algorithms: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]
    faults: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def examine(keys: Sequence[Path]) -> Report:
    """Look at the libraries, try each algorithm once, and look at the rights of the named private files."""
    libraries = (_hashlib(), _cryptography(), _tink(), _signing())
    wheels = [one.name for one in libraries if _is_wheel(one.name)]
    notes = []
    if wheels:
        notes.append(
            f"{', '.join(wheels)}: from a wheel, with a crypto library of its own inside. A wheel is not a "
            "FIPS-validated module, even on a system in FIPS mode. Where one is asked for, build these from source "
            "on a validated module, keep signing keys in a validated token or KMS, and let your assessor say so"
        )
    faults = [f"{path}: {wrong}" for path in keys if (wrong := complaint(path))]
    faults += [f"{name} does not work here: {wrong}" for name, trial in TRIALS if (wrong := _failure(trial))]
    return Report(libraries, ALGORITHMS, tuple(notes), tuple(faults))


def _hashlib() -> Library:
    import _hashlib
    import ssl  # only for the name of the library that hashlib is linked to; no socket is opened

    mode = "the system's FIPS mode is on" if _hashlib.get_fips_mode() else "off"
    return Library("hashlib", f"Python {sys.version.split()[0]}", ssl.OPENSSL_VERSION, mode)


def _cryptography() -> Library:
    from cryptography.hazmat.backends.openssl.backend import backend

    mode = "its FIPS provider is on" if getattr(backend, "_fips_enabled", False) else "off"
    return Library("cryptography", _version("cryptography"), backend.openssl_version_text(), mode)


def _tink() -> Library:
    return Library("tink", _version("tink"), "BoringSSL, inside the package", "off")


def _signing() -> Library:
    return Library("securesystemslib", _version("securesystemslib"), "cryptography", "as cryptography")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _is_wheel(name: str) -> bool:
    """Whether a package was built by somebody else for many machines."""
    try:
        tags = metadata.distribution(name).read_text("WHEEL") or ""
    except metadata.PackageNotFoundError:
        return False
    return any(word in tags for word in ("manylinux", "musllinux", "macosx", "win_"))


def _failure(trial: Callable[[], bool]) -> str:
    try:
        return "" if trial() else "what was sealed does not come back"
    except Exception as fault:  # whatever a broken build throws is what the doctor is here to say
        return type(fault).__name__


def _try_payload() -> bool:
    from ostiary.release.payload import PayloadKey, Sink, Slice

    key, sealed = PayloadKey.fresh(), io.BytesIO()
    with key.sealing(Sink(sealed), b"doctor") as writer:
        writer.write(b"trial")
    with PayloadKey.parse(key.secret()).opening(Slice(sealed, 0, len(sealed.getvalue())), b"doctor") as reader:
        return reader.exactly(6) == b"trial"


def _try_wrapping() -> bool:
    import tink
    from tink import hybrid

    from ostiary.release.keys import template

    handle = tink.new_keyset_handle(template())
    sealed = handle.public_keyset_handle().primitive(hybrid.HybridEncrypt).encrypt(b"trial", b"doctor")
    return bool(handle.primitive(hybrid.HybridDecrypt).decrypt(sealed, b"doctor") == b"trial")


def _try_signing() -> bool:
    from securesystemslib.signer import CryptoSigner

    signer = CryptoSigner.generate_ecdsa()
    signer.public_key.verify_signature(signer.sign(b"trial"), b"trial")
    return True


def _try_passphrase() -> bool:
    from ostiary.release.private_files import lock, unlock

    return unlock(lock(b"trial", "only a trial", {}), "only a trial", {}, "trial") == b"trial"


TRIALS: tuple[tuple[str, Callable[[], bool]], ...] = (
    ("sealing a payload", _try_payload),
    ("wrapping a key", _try_wrapping),
    ("signing", _try_signing),
    ("a passphrase around a key", _try_passphrase),
)

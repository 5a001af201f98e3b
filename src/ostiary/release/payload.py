"""The sealed payload: an inner tar under Tink's streaming AEAD (AES256_GCM_HKDF_1MB), one segment in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from ostiary.errors import OstiaryError
from ostiary.release.refused import PackageRefused

if TYPE_CHECKING:
    import tink

CHUNK = 1 << 18  # what is in Python's hands at once; Tink holds a segment of 1 MiB
LARGEST_KEY = 4096


class Sink(io.RawIOBase):
    """Where ciphertext goes: hashed on the way, the file kept open, and the disk's own fault kept.

    Tink turns a fault of the disk into a text. The fault itself is what a person can mend.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file, self._hash = file, hashlib.sha256()
        self.fault: OSError | None = None
        self.size = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """All of it, or the disk's fault."""
        try:
            self._file.write(data)
        except OSError as fault:
            self.fault = fault
            raise
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    @property
    def sha256(self) -> str:
        """The digest of what was written, in hex."""
        return self._hash.hexdigest()


class Slice(io.RawIOBase):
    """A part of a file, as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._file, self._left = file, size
        file.seek(start)

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """At most so many bytes; none at the end of the part."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data = self._file.read(wanted)
        self._left -= len(data)
        return data


@dataclass(frozen=True)
class PayloadKey:
    """A fresh key for one payload. Never on a disk unwrapped, never in a text."""

    _handle: tink.KeysetHandle = field(repr=False)

    @classmethod
    def fresh(cls) -> PayloadKey:
        """A new random key."""
        import tink
        from tink import streaming_aead

        streaming_aead.register()
        return cls(tink.new_keyset_handle(_template()))

    @classmethod
    def parse(cls, data: bytes) -> PayloadKey:
        """The key that was wrapped.

        :raises PackageRefused: when it is not one key of the one kind.
        """
        import tink
        from google.protobuf.message import DecodeError
        from tink import secret_key_access, streaming_aead
        from tink.proto import aes_gcm_hkdf_streaming_pb2 as form
        from tink.proto import tink_pb2

        streaming_aead.register()
        refused = PackageRefused("the package's key is of a kind that this version does not open; ask the agency")
        try:
            keyset = tink_pb2.Keyset.FromString(data)
            wanted = form.AesGcmHkdfStreamingKeyFormat.FromString(_template().value)
            only = keyset.key[0].key_data
            key = form.AesGcmHkdfStreamingKey.FromString(only.value)
            good = len(keyset.key) == 1 and only.type_url == _template().type_url and key.params == wanted.params
            if not good or len(key.key_value) != wanted.key_size:
                raise refused
            return cls(tink.proto_keyset_format.parse(data, secret_key_access.TOKEN))
        except (tink.TinkError, DecodeError, IndexError):
            raise refused from None

    def secret(self) -> bytes:
        """The bytes to wrap."""
        import tink
        from tink import secret_key_access

        return bytes(tink.proto_keyset_format.serialize(self._handle, secret_key_access.TOKEN))

    @contextmanager
    def sealing(self, sink: Sink, bound: bytes) -> Iterator[Writer]:
        """Seal what is written into ``sink``, bound to some context; complete only when the block ends well.

        :raises OSError: the disk's own fault.
        """
        import tink
        from tink import streaming_aead

        try:
            raw = self._handle.primitive(streaming_aead.StreamingAead).new_encrypting_stream(sink, bound).detach()
            yield Writer(raw)
            raw.close()
        except tink.TinkError:
            if sink.fault is not None:
                raise sink.fault from None
            raise OstiaryError("the payload cannot be sealed; nothing is left behind") from None

    @contextmanager
    def opening(self, source: Slice, bound: bytes) -> Iterator[Reader]:
        """Open what was sealed, segment by segment.

        :raises PackageRefused: when a segment is not what was sealed, or the last is missing.
        """
        import tink
        from tink import streaming_aead

        try:
            yield Reader(self._handle.primitive(streaming_aead.StreamingAead).new_decrypting_stream(source, bound))
        except tink.TinkError:
            raise PackageRefused(
                "the sealed data are damaged or were changed; do not use them; ask the agency to send the package again"
            ) from None


@dataclass(frozen=True)
class Writer:
    """Takes plaintext, a segment at a time."""

    _raw: Any

    def write(self, data: bytes) -> None:
        """Seal all of it."""
        while data:
            done = self._raw.write(data)
            data = data[done:] if done < len(data) else b""


@dataclass(frozen=True)
class Reader:
    """Gives plaintext of segments that were verified."""

    _stream: Any

    def exactly(self, size: int) -> bytes:
        """So many bytes; fewer only at the end."""
        return bytes(self._stream.read(size))

    def chunks(self, size: int) -> Iterator[bytes]:
        """So many bytes in pieces; fewer only at the end."""
        while size:
            data = self._stream.read(min(CHUNK, size))
            if not data:
                return
            size -= len(data)
            yield data


def _template() -> Any:
    from tink import streaming_aead

    return streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB

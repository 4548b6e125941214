"""A page that is squeezed once, with a token in it that is another one each time it is sent.

The token lies in the squeezed bytes as it is, once; wherever the page holds it again, the bytes
say: as before. So another token of the same length can take its place without squeezing anew.
"""

import secrets
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

LEVEL = 6
WINDOW = 32_768
"""How far back squeezed bytes can point. [bytes]"""
RAW, GZIP = -15, 31
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LETTERS = bytes(range(1, 9))
"""Bytes that no page holds: three in a row of them stand for 510 places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A page without its token."""

    parts: tuple[bytes, ...]
    """What stands between the places of the token."""
    head: bytes = b""
    """Squeezed bytes before the token, up to it; empty: the page is sent as it is."""
    tail: bytes = b""
    """Squeezed bytes after it."""

    def with_token(self, token: bytes) -> bytes:
        """Return the page with a token, squeezed by gzip if it is at all."""
        plain = token.join(self.parts)
        if not self.head:
            return plain
        checked = struct.pack("<II", zlib.crc32(plain), len(plain) & 0xFFFF_FFFF)
        return b"".join((_GZIP_HEADER, self.head, token, self.tail, checked))


def pack(parts: Sequence[bytes], *, length: int) -> Packed | None:
    """Squeeze a page around a token.

    Parameters
    ----------
    parts
        What stands between the places of the token, two of them at least.
    length
        Of the token. [bytes]

    Returns
    -------
    Packed or None
        ``None`` where the places lie too far from each other, the page holds strange bytes, or,
        seldom, what was tried did not come out right: such a page is sent as any other.

    Examples
    --------
    >>> import gzip
    >>> packed = pack([b"<p>", b"<p>", b""], length=3)
    >>> gzip.decompress(packed.with_token(b"abc"))
    b'<p>abc<p>abc'
    """
    place = _place(length)
    before = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
    head = before.compress(parts[0]) + before.flush(zlib.Z_SYNC_FLUSH)
    # A block that is not squeezed: its kind, its length, and the same turned round.
    head += struct.pack("<BHH", 0, length, length ^ 0xFFFF)
    seen = (parts[0] + place)[-WINDOW:]
    after = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW, zdict=seen)
    tail = after.compress(place.join(parts[1:])) + after.flush()
    packed = Packed(parts=tuple(parts), head=head, tail=tail)
    # What was said is not believed but tried, with letters that are nowhere else.
    trial = secrets.token_hex(length).encode()[:length]
    try:
        right = zlib.decompress(packed.with_token(trial), GZIP) == trial.join(parts)
    except zlib.error:
        right = False
    return packed if right else None


def _place(length: int) -> bytes:
    """Return bytes to stand for a token: no three in a row come twice (de Bruijn).

    So whatever points back to a piece of them points to that very piece of the token.
    """
    words = [bytes(word) for word in product(_LETTERS, repeat=3)]
    firsts = [word for word in words if word < min(word[1:] + word[:1], word[2:] + word[:2])]
    return b"".join(sorted([*firsts, *(bytes([letter]) for letter in _LETTERS)]))[:length]

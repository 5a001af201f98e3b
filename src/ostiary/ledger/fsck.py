"""Everything again from the entries: which row or file is wrong, by name.

Trust goes from the top down. The signed root vouches for the last tiles of each level; a hash in a tile vouches for
the full tile below it; a hash of level 0 vouches for an entry. Where a tile is not what is vouched for, it is made
again from the entries below: if that fits, the tile alone is wrong; if not, the entries are wrong as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from ostiary.ledger.holdings import Claim, Fault, Holding
from ostiary.ledger.tree import HASH, HEIGHT, WIDTH, Tree, edge_widths, grow, tile_root, tree_at_edge

Progress = Callable[[int, int], None]


def fsck(holding: Holding, on_entries: Progress | None = None) -> list[Fault]:
    """Every fault found; none where the log is whole.

    :param on_entries: told the entries checked and the entries in all, a tile at a time.
    """
    claim = holding.claim()
    if isinstance(claim, Fault):
        return [claim]
    found = [*claim.faults, *_Check(holding, claim, on_entries).run()]
    return [*found, *holding.strays(claim.size, {fault.where for fault in found})]


class _Check:
    def __init__(self, holding: Holding, claim: Claim, on_entries: Progress | None) -> None:
        self._holding = holding
        self._size = claim.size
        self._root = claim.root
        self._on_entries = on_entries

    def run(self) -> Iterator[Fault]:
        """The last tiles, and what is below them."""
        edge, faults = self._edge()
        yield from faults
        for level in reversed(range(len(edge))):
            if edge[level]:
                yield from self._below(level, self._size >> (HEIGHT * (level + 1)), edge[level])

    def _edge(self) -> tuple[Sequence[bytes], list[Fault]]:
        """The last tile of each level, as the signed root vouches for them, and which are stored otherwise."""
        widths = edge_widths(self._size)
        places = [(level, self._size >> (HEIGHT * (level + 1)), width) for level, width in enumerate(widths)]
        stored = [self._holding.tile(*place) if place[2] else b"" for place in places]
        if self._is_signed(stored):
            return stored, []
        remade = self._remake()
        if remade is not None and remade.root() == self._root:
            wrong = [place for place, old, new in zip(places, stored, remade.edge, strict=True) if old != new]
            return remade.edge, [self._tile_fault(*place) for place in wrong]
        # The tiles may be right and cut short: then the entries below are held against what is left.
        faults = [Fault("head", "neither the tiles nor the entries have the root that is signed")]
        if remade is not None and list(remade.edge) == stored:
            return stored, [Fault("head", "the entries and their tiles agree, but their root is not the signed one")]
        for place, data in zip(places, stored, strict=True):
            if len(data) != place[2] * HASH:
                faults.append(self._tile_fault(*place))
        return [data[: width * HASH] for data, width in zip(stored, widths, strict=True)], faults

    def _is_signed(self, edge: Sequence[bytes]) -> bool:
        try:
            return tree_at_edge(self._size, edge).root() == self._root
        except ValueError:
            return False

    def _below(self, level: int, index: int, data: bytes) -> Iterator[Fault]:
        """What a tile vouches for, all the way down, in the order of the entries."""
        if level == 0:
            yield from self._entries(index, data)
            return
        for place in range(len(data) // HASH):
            vouched = data[place * HASH : (place + 1) * HASH]
            child = index * WIDTH + place
            found = self._holding.tile(level - 1, child, WIDTH)
            if len(found) != WIDTH * HASH or tile_root(found) != vouched:
                yield self._tile_fault(level - 1, child, WIDTH)
                remade = self._remake_tile(level - 1, child)
                if remade is not None and tile_root(remade) == vouched:
                    found = remade
            yield from self._below(level - 1, child, found[: WIDTH * HASH])

    def _entries(self, bundle: int, data: bytes) -> Iterator[Fault]:
        width = min(WIDTH, self._size - bundle * WIDTH)
        entries = self._holding.entries(bundle, width)
        named = set()
        for place in range(width):
            n = bundle * WIDTH + place
            name = self._holding.entry_name(n, width)
            if name in named:  # a bundle that cannot be read is one fault, not 256
                continue
            if n not in entries:
                named.add(name)
                yield Fault(name, "is missing, or cannot be read")
            elif _leaf(entries[n]) != data[place * HASH : (place + 1) * HASH]:
                named.add(name)
                which = f"entry {n}"
                yield Fault(name, "is not what was logged" if name == which else f"{which} is not what was logged")
        if self._on_entries is not None:
            self._on_entries(bundle * WIDTH + width, self._size)

    def _remake(self) -> Tree | None:
        """The tree made of the entries alone; None where one is missing."""
        tree = Tree()
        for bundle in range(-(-self._size // WIDTH)):
            leaves = self._leaves(bundle, min(WIDTH, self._size - bundle * WIDTH))
            if leaves is None:
                return None
            tree, _ = grow(tree, leaves)
        return tree

    def _remake_tile(self, level: int, index: int) -> bytes | None:
        """A full tile made of the entries alone; None where one is missing."""
        if level == 0:
            leaves = self._leaves(index, WIDTH)
            return None if leaves is None else b"".join(leaves)
        parts = []
        for child in range(index * WIDTH, (index + 1) * WIDTH):
            below = self._remake_tile(level - 1, child)
            if below is None:
                return None
            parts.append(tile_root(below))
        return b"".join(parts)

    def _leaves(self, bundle: int, width: int) -> list[bytes] | None:
        entries = self._holding.entries(bundle, width)
        return [_leaf(entries[n]) for n in sorted(entries)] if len(entries) == width else None

    def _tile_fault(self, level: int, index: int, width: int) -> Fault:
        return Fault(self._holding.tile_name(level, index, width), "does not hold the hashes that were signed")


def _leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()

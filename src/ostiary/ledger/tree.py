"""A Merkle tree (RFC 6962) in tiles of 256 hashes (C2SP tlog-tiles, height 8): pure, no database, no file.

``Tree`` is all that appending needs: the size, the hashes of each level's last tile where it is not full, and one
node for each bit of the size. Proofs are made from tiles that a callback reads; the last used are kept.
Does NOT verify anything: that is ``ostiary_verify``, written apart from this, and the tests hold one to the other.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH = 32
HEIGHT = 8
WIDTH = 1 << HEIGHT
EMPTY = sha256(b"").digest()
_NODE = b"\x01"


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: ``data`` is 1 to 256 hashes of 32 bytes; level 0 holds the leaves."""

    level: int
    index: int
    data: bytes

    @property
    def width(self) -> int:
        """How many hashes it holds."""
        return len(self.data) // HASH


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of ``size`` leaves, as much of it as growing needs.

    ``edge[level]``: the hashes of that level's last tile, empty where the last one is full. ``nodes[height]``: the
    root of the perfect subtree of 2**height leaves that stands for that bit of the size, None where the bit is 0.
    """

    size: int = 0
    edge: tuple[bytes, ...] = ()
    nodes: tuple[bytes | None, ...] = ()

    def root(self) -> bytes:
        """The root (32 bytes); of the empty tree, the hash of nothing."""
        found: bytes | None = None
        for node in self.nodes:
            if node is not None:
                found = node if found is None else sha256(_NODE + node + found).digest()
        return EMPTY if found is None else found


def edge_widths(size: int) -> tuple[int, ...]:
    """For each level of a tree of this size, how many hashes stand in its last, not full tile (0: none)."""
    widths = []
    while size:
        widths.append(size % WIDTH)
        size >>= HEIGHT
    return tuple(widths)


def tree_at_edge(size: int, edge: Sequence[bytes]) -> Tree:
    """The tree of this size whose last tiles these are, lowest level first.

    :raises ValueError: if a tile has not the width that the size asks for.
    """
    widths = edge_widths(size)
    if [len(data) for data in edge] != [HASH * width for width in widths]:
        raise ValueError("the last tiles have not the width that the size asks for")
    nodes: list[bytes | None] = []
    for data in edge:
        layer = _split(data)
        for _ in range(HEIGHT):
            nodes.append(layer[-1] if len(layer) % 2 else None)
            layer = _pair(layer)
    while nodes and nodes[-1] is None:
        nodes.pop()
    return Tree(size, tuple(edge), tuple(nodes))


def grow(tree: Tree, leaves: Sequence[bytes]) -> tuple[Tree, list[Tile]]:
    """The tree with these leaf hashes appended, and every tile that is new or wider, lowest level first.

    Works height by height over the whole batch, so the cost is that of the hashing itself.
    """
    edge, nodes, changed = list(tree.edge), list(tree.nodes), []
    layer, height = list(leaves), 0
    while layer:
        if height % HEIGHT == 0:
            level = height // HEIGHT
            first = tree.size >> (height + HEIGHT)
            tiles = _tiles(level, first, (edge[level] if level < len(edge) else b"") + b"".join(layer))
            changed += tiles
            edge[level : level + 1] = [tiles[-1].data if tiles[-1].width < WIDTH else b""]
        if height == len(nodes):
            nodes.append(None)
        left = nodes[height]
        if left is not None:
            layer.insert(0, left)
        nodes[height] = layer[-1] if len(layer) % 2 else None
        layer = _pair(layer)
        height += 1
    return Tree(tree.size + len(leaves), tuple(edge), tuple(nodes)), changed


def _tiles(level: int, first: int, data: bytes) -> list[Tile]:
    full = WIDTH * HASH
    return [Tile(level, first + n, data[at : at + full]) for n, at in enumerate(range(0, len(data), full))]


def _split(data: bytes) -> list[bytes]:
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]


def _pair(layer: list[bytes]) -> list[bytes]:
    """The layer above; an odd last one is left out."""
    ends = iter(layer)
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(ends, ends, strict=False)]


def tile_root(data: bytes) -> bytes:
    """The root (32 bytes) over one full tile."""
    layer = _split(data)
    while len(layer) > 1:
        layer = _pair(layer)
    return layer[0]


ReadTile = Callable[[int, int, int], bytes]
"""(level, index, width) to at least that many hashes of the tile; a wider tile may be given."""


class Tiles:
    """Nodes of a tree read from its tiles; the inner nodes of the last used tiles are kept (some 16 kB each)."""

    def __init__(self, read: ReadTile, keep: int = 4096) -> None:
        self._read = read
        self._keep = keep
        self._kept: OrderedDict[tuple[int, int, int], list[bytes]] = OrderedDict()

    def node(self, height: int, index: int, size: int) -> bytes:
        """The root of the ``index``-th perfect subtree of 2**height leaves, in a tree of this size."""
        level, inner = divmod(height, HEIGHT)
        tile, place = divmod(index << inner, WIDTH)
        width = min(WIDTH, (size >> (level * HEIGHT)) - tile * WIDTH)
        at = (place >> inner) * HASH
        return self._layers(level, tile, width)[inner][at : at + HASH]

    def _layers(self, level: int, tile: int, width: int) -> list[bytes]:
        """The tile's hashes, and above them the nodes over each 2, 4 ... 128 of them."""
        key = (level, tile, width)
        layers = self._kept.get(key)
        if layers is not None:
            self._kept.move_to_end(key)
            return layers
        data = self._read(level, tile, width)[: width * HASH]
        if len(data) != width * HASH:
            raise ValueError(f"tile {tile} of level {level} holds fewer than {width} hashes")
        layers, layer = [data], _split(data)
        for _ in range(HEIGHT - 1):
            layer = _pair(layer)
            layers.append(b"".join(layer))
        self._kept[key] = layers
        if len(self._kept) > self._keep:
            self._kept.popitem(last=False)
        return layers

    def span(self, start: int, end: int, size: int) -> bytes:
        """The root over leaves start to end (not included), where start is a multiple of a power of 2 >= end - start.

        :raises ValueError: if there is no such span in a tree of this size.
        """
        if not 0 <= start < end <= size:
            raise ValueError(f"no leaves {start} to {end} in a tree of size {size}")
        found: bytes | None = None
        for height, index in reversed(list(_perfect(start, end))):
            node = self.node(height, index, size)
            found = node if found is None else sha256(_NODE + node + found).digest()
        assert found is not None
        return found

    def root(self, size: int, within: int | None = None) -> bytes:
        """The root of the tree when it had this size; ``within``: the size that the tiles have now."""
        return self.span(0, size, size if within is None else within) if size else EMPTY

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The hashes that prove a leaf in the tree of this size, lowest first. RFC 6962, 2.1.1.

        :raises ValueError: if the index is outside the tree.
        """
        if not 0 <= index < size:
            raise ValueError(f"no index {index} in a tree of size {size}")
        proof, height = [], 0
        while (size - 1) >> height:
            start = ((index >> height) ^ 1) << height
            if start < size:
                proof.append(self.span(start, min(start + (1 << height), size), size))
            height += 1
        return proof

    def consistency(self, old: int, size: int) -> list[bytes]:
        """The hashes that prove the tree of the old size a beginning of this one. RFC 6962, 2.1.2.

        Empty from size 0, and between equal sizes.

        :raises ValueError: if the old size is larger.
        """
        if not 0 <= old <= size:
            raise ValueError(f"a tree of size {size} was never of size {old}")
        return self._since(old, 0, size, size, whole=True) if 0 < old < size else []

    def _since(self, old: int, start: int, end: int, size: int, *, whole: bool) -> list[bytes]:
        """SUBPROOF of RFC 6962: ``whole`` while the old tree's own root is known to the verifier."""
        if old == end:
            return [] if whole else [self.span(start, end, size)]
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if old <= middle:
            return [*self._since(old, start, middle, size, whole=whole), self.span(middle, end, size)]
        return [*self._since(old, middle, end, size, whole=False), self.span(start, middle, size)]


def _perfect(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The perfect subtrees that make up a span, largest first, each as (height, index)."""
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def read_edge(size: int, read: ReadTile) -> Tree:
    """The tree of this size from its last tiles.

    :raises ValueError: if a tile is too short.
    """
    edge = []
    for level, width in enumerate(edge_widths(size)):
        edge.append(read(level, size >> (HEIGHT * (level + 1)), width)[: width * HASH] if width else b"")
    return tree_at_edge(size, edge)

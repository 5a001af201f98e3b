"""The tree in tiles against RFC 6962 word for word, and its proofs against the outsider's verifier."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ostiary_verify as verify
from ostiary.ledger.tree import HASH, WIDTH, Tile, Tiles, Tree, edge_widths, grow, read_edge, tile_root, tree_at_edge
from tests.ledger import naive

LEAVES = [verify.leaf_hash(b"%d" % n) for n in range(70_000)]
SIZES = [*range(0, 18), *range(18, 300, 7), 255, 256, 257, 511, 512, 513, 1000]
LARGE = [65_535, 65_536, 65_537, 69_999]


class Kept:
    """Tiles kept as a log keeps them: a wider one in the place of a narrower."""

    def __init__(self):
        self.tiles = {}
        self.tree = Tree()

    def add(self, leaves):
        self.tree, changed = grow(self.tree, leaves)
        for tile in changed:
            before = self.tiles.get((tile.level, tile.index), b"")
            assert tile.data.startswith(before)
            assert tile.data != before
            self.tiles[tile.level, tile.index] = tile.data
        return changed

    def read(self, level, index, width):
        return self.tiles.get((level, index), b"")


@pytest.fixture(scope="module")
def large():
    kept = Kept()
    kept.add(LEAVES)
    return kept


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_that_of_the_rfc(size):
    tree, _ = grow(Tree(), LEAVES[:size])

    assert tree.size == size
    assert tree.root() == naive.mth(tuple(LEAVES[:size]))


@given(st.lists(st.one_of(st.integers(1, 9), st.integers(200, 600)), max_size=8))
def test_batches_of_any_size_give_the_same_tree_and_tiles(batches):
    kept, whole = Kept(), Kept()
    for batch in batches:
        kept.add(LEAVES[kept.tree.size : kept.tree.size + batch])
    if batches:
        whole.add(LEAVES[: sum(batches)])

    assert kept.tree == whole.tree
    assert kept.tiles == whole.tiles


def test_one_by_one_gives_the_same_tree_and_a_tile_written_twice_never_differs():
    kept = Kept()
    for n in range(600):
        kept.add([LEAVES[n]])
        assert kept.tree == tree_at_edge(n + 1, kept.tree.edge)
    assert kept.tree == grow(Tree(), LEAVES[:600])[0]


def test_only_what_changes_is_given():
    kept = Kept()
    kept.add(LEAVES[:255])

    assert kept.add(LEAVES[255:257]) == [
        Tile(0, 0, b"".join(LEAVES[:256])),
        Tile(0, 1, LEAVES[256]),
        Tile(1, 0, naive.mth(tuple(LEAVES[:256]))),
    ]


@pytest.mark.parametrize("size", LARGE)
def test_the_tree_is_found_again_from_its_last_tiles(large, size):
    tree = read_edge(size, large.read)

    assert tree == grow(Tree(), LEAVES[:size])[0]
    assert tree.root() == Tiles(large.read).root(size, len(LEAVES))
    assert [len(data) // HASH for data in tree.edge] == list(edge_widths(size))


@pytest.mark.parametrize("size", [n for n in SIZES if n])
def test_inclusion_proofs_are_those_of_the_rfc(size):
    kept = Kept()
    kept.add(LEAVES[:size])
    tiles, root = Tiles(kept.read), kept.tree.root()

    for index in range(0, size, 1 if size < 40 else 11):
        proof = tiles.inclusion(index, size)
        assert proof == naive.path(index, tuple(LEAVES[:size]))
        verify.verify_inclusion(index, size, LEAVES[index], proof, root)


@pytest.mark.parametrize("size", [n for n in SIZES if n])
def test_consistency_proofs_are_those_of_the_rfc(size):
    kept = Kept()
    kept.add(LEAVES[:size])
    tiles, root = Tiles(kept.read), kept.tree.root()

    for old in range(1, size + 1, 1 if size < 40 else 13):
        proof = tiles.consistency(old, size)
        assert proof == naive.consistency(old, tuple(LEAVES[:size]))
        verify.verify_consistency(old, naive.mth(tuple(LEAVES[:old])), size, root, proof)


@given(st.data())
def test_proofs_of_a_larger_tree_and_of_what_it_once_was_verify(large, data):
    size = data.draw(st.integers(1, len(LEAVES)))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    tiles = Tiles(large.read, keep=8)
    root = tiles.root(size, len(LEAVES))

    verify.verify_inclusion(index, size, LEAVES[index], tiles.inclusion(index, size), root)
    verify.verify_consistency(old, tiles.root(old, len(LEAVES)), size, root, tiles.consistency(old, size))


def test_a_proof_of_another_leaf_does_not_verify(large):
    tiles, size = Tiles(large.read), len(LEAVES)

    with pytest.raises(verify.VerifyError):
        verify.verify_inclusion(5, size, LEAVES[6], tiles.inclusion(5, size), large.tree.root())


def test_what_is_outside_the_tree_is_refused(large):
    tiles = Tiles(large.read)

    with pytest.raises(ValueError, match="no index 5 in a tree of size 5"):
        tiles.inclusion(5, 5)
    with pytest.raises(ValueError, match="no index -1"):
        tiles.inclusion(-1, 5)
    with pytest.raises(ValueError, match="was never of size 6"):
        tiles.consistency(6, 5)
    with pytest.raises(ValueError, match="no leaves 3 to 3"):
        tiles.span(3, 3, 5)


def test_a_tile_cut_short_is_never_read_as_whole():
    tiles = Tiles(lambda level, index, width: b"".join(LEAVES[: width - 1]))

    with pytest.raises(ValueError, match="fewer than 100 hashes"):
        tiles.inclusion(1, 100)
    with pytest.raises(ValueError, match="not the width"):
        read_edge(100, lambda level, index, width: b"")


def test_old_nodes_are_let_go(large):
    tiles = Tiles(large.read, keep=3)
    for index in range(0, len(LEAVES), 5 * WIDTH):
        tiles.inclusion(index, len(LEAVES))

    assert len(tiles._kept) == 3


def test_the_root_of_a_full_tile():
    assert tile_root(b"".join(LEAVES[:WIDTH])) == naive.mth(tuple(LEAVES[:WIDTH]))


def test_the_empty_tree():
    assert Tree().root() == sha256(b"").digest() == verify.EMPTY_ROOT
    assert grow(Tree(), []) == (Tree(), [])
    assert Tiles(lambda *_: b"").consistency(0, 0) == []

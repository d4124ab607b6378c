from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.proof import merkle

# The test vectors of the Certificate Transparency project, used by every RFC 6962 implementation.
DATA = [
    bytes.fromhex(h)
    for h in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(str(i).encode()) for i in range(130)]


def plain_root(leaves):
    """RFC 9162 section 2.1.1, word for word and slow."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


def plain_inclusion(m, leaves):
    """RFC 9162 section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*plain_inclusion(m, leaves[:k]), plain_root(leaves[k:])]
    return [*plain_inclusion(m - k, leaves[k:]), plain_root(leaves[:k])]


def plain_consistency(m, leaves, whole=True):
    """RFC 9162 section 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [plain_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*plain_consistency(m, leaves[:k], whole), plain_root(leaves[k:])]
    return [*plain_consistency(m - k, leaves[k:], False), plain_root(leaves[:k])]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size):
    assert merkle.root([merkle.leaf_hash(d) for d in DATA[:size]]).hex() == ROOTS[size - 1]


def test_the_empty_tree():
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 70))
def test_roots_and_paths_are_those_of_the_rfc(size):
    leaves = LEAVES[:size]
    assert merkle.root(leaves) == plain_root(leaves)
    for m in range(size):
        assert merkle.inclusion_path(m, leaves) == plain_inclusion(m, leaves)
    for m in range(1, size + 1):
        assert merkle.consistency_path(m, leaves) == plain_consistency(m, leaves)


@given(st.integers(1, 130), st.data())
def test_what_is_included_verifies_and_nothing_else(size, data):
    leaves, index = LEAVES[:size], data.draw(st.integers(0, size - 1))
    path, root = merkle.inclusion_path(index, leaves), merkle.root(leaves)
    assert merkle.verify_inclusion(leaves[index], index, size, path, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"else"), index, size, path, root)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*path, root], root)
    assert not merkle.verify_inclusion(leaves[index], size, size, path, root)
    assert not merkle.verify_inclusion(leaves[index], -1, size, path, root)
    if path:
        assert not merkle.verify_inclusion(leaves[index], index, size, path[:-1], root)
        at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
        path[at] = bytes(b ^ (1 << bit % 8 if i == bit // 8 else 0) for i, b in enumerate(path[at]))
        assert not merkle.verify_inclusion(leaves[index], index, size, path, root)


@given(st.integers(1, 130), st.data())
def test_a_leaf_is_proved_at_its_own_place_only(size, data):
    leaves, index = LEAVES[:size], data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_path(index, leaves)
    elsewhere = data.draw(
        st.integers(0, size - 1).filter(lambda i: i != index) if size > 1 else st.just(size)
    )
    assert not merkle.verify_inclusion(leaves[index], elsewhere, size, path, merkle.root(leaves))


@given(st.integers(0, 130), st.data())
def test_what_grew_verifies_and_what_was_rewritten_does_not(size, data):
    first = data.draw(st.integers(0, size))
    leaves = LEAVES[:size]
    path = merkle.consistency_path(first, leaves) if first else []
    old, new = merkle.root(leaves[:first]), merkle.root(leaves)
    assert merkle.verify_consistency(first, size, old, new, path)
    assert not merkle.verify_consistency(first, size, old, new, [*path, new])
    assert not merkle.verify_consistency(size + 1, size, old, new, path)
    if first:
        changed = data.draw(st.integers(0, first - 1))
        forged = [*leaves[:changed], merkle.leaf_hash(b"forged"), *leaves[changed + 1 :]]
        assert not merkle.verify_consistency(
            first, size, old, merkle.root(forged), merkle.consistency_path(first, forged)
        )
    if path:
        assert not merkle.verify_consistency(first, size, old, new, path[:-1])


@given(st.integers(0, 130))
def test_stored_complete_subtrees_give_the_same_paths(size):
    frontier, stored = merkle.Frontier(), {}
    for leaf in LEAVES[:size]:
        stored |= dict(frontier.append(leaf))
    assert frontier.root() == plain_root(LEAVES[:size])

    def read(span):
        return merkle.fold([stored[place] for place in merkle.cover(span)])

    for index in range(size):
        spans = merkle.inclusion_ranges(index, size)
        assert [read(s) for s in spans] == merkle.inclusion_path(index, LEAVES[:size])
        assert sum(len(merkle.cover(s)) for s in spans) <= 2 * size.bit_length()


@given(st.integers(0, 130), st.integers(0, 130))
def test_a_frontier_continues_where_another_ended(first, second):
    whole, stored = merkle.Frontier(), {}
    for leaf in LEAVES[:first]:
        stored |= dict(whole.append(leaf))
    resumed = merkle.Frontier(first, [stored[p] for p in merkle.cover(merkle.Span(0, first))])
    for leaf in LEAVES[first:second]:
        assert whole.append(leaf) == resumed.append(leaf)
    assert whole.root() == resumed.root()


def test_impossible_questions_are_refused():
    for call in (
        lambda: merkle.inclusion_path(3, LEAVES[:3]),
        lambda: merkle.inclusion_path(-1, LEAVES[:3]),
        lambda: merkle.consistency_path(0, LEAVES[:3]),
        lambda: merkle.consistency_path(4, LEAVES[:3]),
        lambda: merkle.Frontier(3, [b""]),
        lambda: merkle.fold([]),
    ):
        with pytest.raises(ValueError, match=r"leaf|leaves|subtree"):
            call()

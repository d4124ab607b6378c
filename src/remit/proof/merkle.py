"""The Merkle tree of RFC 9162 (section 2.1): roots, inclusion and consistency proofs over SHA-256.

A tree may be held as all its leaf hashes (`root`, `inclusion_path`, `consistency_path`), or as the
hashes of its complete subtrees, `Place(level, position)` being the `position`-th run of 2**level leaves. With
those a proof reads O(log n) hashes: `inclusion_ranges` and `consistency_ranges` say which spans of leaves
a path consists of, `cover` which complete subtrees make up a span, `fold` joins their hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY_ROOT = sha256(b"").digest()


class Place(NamedTuple):
    """A complete subtree: the `position`-th run of 2**level leaves."""

    level: int
    position: int


class Span(NamedTuple):
    """The leaves from `start` up to, not including, `end`."""

    start: int
    end: int


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf that holds `data`."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: all that appending a leaf and knowing the root take."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Continue a tree of `size` leaves from the hashes of `cover(0, size)`."""
        self.size = size
        self._peaks = list(peaks)
        if len(self._peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(self._peaks)}")

    def append(self, leaf: bytes) -> list[tuple[Place, bytes]]:
        """Add a leaf hash; return the complete subtrees it finished, the leaf itself first."""
        place, carried = Place(0, self.size), leaf
        finished = [(place, carried)]
        while place.position & 1:
            carried = node_hash(self._peaks.pop(), carried)
            place = Place(place.level + 1, place.position >> 1)
            finished.append((place, carried))
        self._peaks.append(carried)
        self.size += 1
        return finished

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        return fold(self._peaks) if self._peaks else EMPTY_ROOT


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over adjoining subtrees, largest first, as `cover` lists them.

    Raises:
        ValueError: there are none.
    """
    if not hashes:
        raise ValueError("no subtree to fold")
    joined = hashes[-1]
    for left in reversed(hashes[:-1]):
        joined = node_hash(left, joined)
    return joined


def cover(span: Span) -> list[Place]:
    """Return the complete subtrees that make up a span of a tree, largest first."""
    places, start = [], span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        places.append(Place(level, start >> level))
        start += 1 << level
    return places


def inclusion_ranges(index: int, size: int) -> list[Span]:
    """Return the spans whose hashes prove that leaf `index` is in a tree of `size`, nearest first.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    spans, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    return spans[::-1]


def consistency_ranges(first: int, size: int) -> list[Span]:
    """Return the spans whose hashes prove that a tree of `first` leaves is the start of one of `size`.

    Raises:
        ValueError: `first` is not within 1 and `size`.
    """
    if not 0 < first <= size:
        raise ValueError(f"a tree of {size} leaves has no start of {first} leaves")
    spans, start, end = [], 0, size
    while first < end:
        middle = start + _split(end - start)
        if first <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    # the old root itself is known to the verifier when the old tree is a complete subtree of the new one
    known = start == 0
    return ([] if known else [Span(start, end)]) + spans[::-1]


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; of no leaves, the hash of nothing."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree over these leaf hashes.

    Raises:
        ValueError: the tree has no such leaf.
    """
    return [root(leaves[span.start : span.end]) for span in inclusion_ranges(index, len(leaves))]


def consistency_path(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the proof that the tree over the first `first` leaf hashes is the start of the whole.

    Raises:
        ValueError: `first` is not within 1 and the number of leaves.
    """
    return [root(leaves[span.start : span.end]) for span in consistency_ranges(first, len(leaves))]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Tell whether `path` proves that `leaf` is the `index`-th of the tree with this size and root."""
    if not 0 <= index < size:
        return False
    spans = inclusion_ranges(index, size)
    if len(spans) != len(path):
        return False
    joined = leaf
    for span, sibling in zip(spans, path, strict=True):
        joined = node_hash(sibling, joined) if span.start < index else node_hash(joined, sibling)
    return joined == expected


def verify_consistency(
    first: int, size: int, first_root: bytes, expected: bytes, path: Sequence[bytes]
) -> bool:
    """Tell whether `path` proves that the tree `first`, `first_root` is the start of `size`, `expected`.

    The empty tree is the start of every tree, with an empty path.
    """
    if not 0 <= first <= size:
        return False
    if first == 0:
        return first_root == EMPTY_ROOT and not path
    spans, hashes = consistency_ranges(first, size), list(path)
    if len(spans) != len(hashes):
        return False
    if not spans or spans[0].end > first:
        old = new = first_root
    else:
        old = new = hashes.pop(0)
        spans = spans[1:]
    for span, sibling in zip(spans, hashes, strict=True):
        if span.start < first:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    return old == first_root and new == expected


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)

"""Nothing governed changes without an entry; entries form a Merkle tree; anyone can check it offline."""

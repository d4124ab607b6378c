import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from remit.kernel.problems import Broken, Invalid
from remit.proof import checkpoint, keys
from remit.proof.keys import KeyRing

ROOT = hashlib.sha256(b"root").digest()


def test_it_comes_back_as_it_was_signed(ring):
    note = checkpoint.sign("remit.example/ledger", 42, ROOT, ring)
    assert checkpoint.verify(note, ring.public_keys()) == checkpoint.Checkpoint(
        "remit.example/ledger", 42, ROOT, (ring.active_id,)
    )


def test_the_form_is_that_of_the_specification(ring):
    """Read the note with nothing but the words of C2SP signed-note."""
    note = checkpoint.sign("remit.example/ledger", 7, ROOT, ring)
    name, key_hash, encoded = checkpoint.verifier_key(
        "remit.example/ledger", ring.public_keys()[ring.active_id]
    ).split("+", 2)
    public = base64.b64decode(encoded)
    assert public[0] == 1
    assert hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex() == key_hash
    text, _, signature = note.partition("\n\n")
    assert text == f"remit.example/ledger\n7\n{base64.b64encode(ROOT).decode()}"
    dash, signer, blob = signature.removesuffix("\n").split(" ")
    assert (dash, signer) == ("—", name)
    assert base64.b64decode(blob)[:4].hex() == key_hash
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(base64.b64decode(blob)[4:], text.encode() + b"\n")


def test_every_changed_character_is_noticed(ring):
    note = checkpoint.sign("log", 42, ROOT, ring)
    for position, character in enumerate(note):
        for other in "AB1gw\n":
            if character == other:
                continue
            changed = note[:position] + other + note[position + 1 :]
            with pytest.raises((Broken, Invalid)):
                checkpoint.verify(changed, ring.public_keys())


def test_strangers_and_other_logs_are_refused(ring, tmp_path):
    stranger = KeyRing(tmp_path / "stranger")
    note = checkpoint.sign("log", 3, ROOT, stranger)
    with pytest.raises(Broken, match="not given"):
        checkpoint.verify(note, ring.public_keys())
    own = checkpoint.sign("log", 3, ROOT, ring)
    cosigned = own + note.rpartition("\n\n")[2]
    assert checkpoint.verify(cosigned, ring.public_keys()).key_ids == (ring.active_id,)
    elsewhere = own.replace("— log ", "— other ")
    with pytest.raises(Broken, match="not given"):
        checkpoint.verify(elsewhere, ring.public_keys())


def test_a_retired_key_still_verifies(ring):
    note = checkpoint.sign("log", 3, ROOT, ring)
    ring.rotate()
    assert checkpoint.verify(note, ring.public_keys()).size == 3


@pytest.mark.parametrize(
    "text", ["", "\n\n", "log\n3\n", "log\n3\nAAAA\n\n— log AAAA\n", "log\n03\n\n\n— log AAAA\n", "a\n\nb\n"]
)
def test_what_is_not_a_checkpoint_is_refused(ring, text):
    with pytest.raises(Invalid):
        checkpoint.verify(text, ring.public_keys())


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, ROOT), ("a b", 1, ROOT), ("a+b", 1, ROOT), ("a", -1, ROOT), ("a", 1, b"")],
)
def test_what_cannot_be_a_checkpoint_is_not_signed(ring, origin, size, root):
    with pytest.raises(Invalid):
        checkpoint.sign(origin, size, root, ring)


def test_verifier_key_names_the_key(ring):
    pem = ring.public_keys()[ring.active_id]
    assert base64.b64decode(checkpoint.verifier_key("log", pem).split("+", 2)[2])[1:] == keys.raw(pem)

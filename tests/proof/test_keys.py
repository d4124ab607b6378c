import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from remit.kernel.problems import Broken, Invalid
from remit.proof import keys
from remit.proof.keys import KeyRing


def private_file(ring):
    return ring.folder / f"{ring.active_id}.private.pem"


def test_a_new_folder_gets_a_key_only_its_owner_can_read(ring):
    assert ring.folder.stat().st_mode & 0o777 == 0o700
    assert private_file(ring).stat().st_mode & 0o777 == 0o600
    assert len(ring.active_id) == 16
    assert list(ring.public_keys()) == [ring.active_id]
    assert not list(ring.folder.glob(".*"))


def test_opening_again_gives_the_same_key(ring):
    again = KeyRing(ring.folder)
    assert again.sign(b"m") == ring.sign(b"m")


def test_an_empty_open_folder_is_closed_before_a_key_enters(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    KeyRing(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_key_id_is_the_digest_of_the_raw_key_as_openssl_sees_it(ring):
    from hashlib import sha256

    pem = ring.public_keys()[ring.active_id]
    assert sha256(keys.raw(pem)).hexdigest()[:16] == ring.active_id == keys.key_id(pem)


def test_signatures_verify_and_others_do_not(ring):
    identifier, signature = ring.sign(b"message")
    pem = ring.public_keys()[identifier]
    assert keys.verify(pem, signature, b"message")
    assert not keys.verify(pem, signature, b"messagf")
    assert not keys.verify(pem, b"", b"message")


def test_rotation_keeps_old_signatures_verifiable_and_destroys_the_old_private_key(ring):
    old, signature = ring.sign(b"m")
    old_file = private_file(ring)
    new = ring.rotate()
    assert new != old
    assert ring.active_id == new
    assert not old_file.exists()
    assert set(ring.public_keys()) == {old, new}
    assert keys.verify(ring.public_keys()[old], signature, b"m")
    assert KeyRing(ring.folder).active_id == new


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_key_open_to_others_is_not_used(ring, mode):
    private_file(ring).chmod(mode)
    with pytest.raises(Broken, match="open to other accounts") as refused:
        KeyRing(ring.folder)
    assert "chmod 600" in refused.value.remedy


def test_a_folder_open_to_others_is_not_used(ring):
    ring.folder.chmod(0o755)
    with pytest.raises(Broken, match="open to other accounts") as refused:
        KeyRing(ring.folder)
    assert "chmod 700" in refused.value.remedy


def other_kind():
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda r: private_file(r).unlink(), "missing"),
        (lambda r: private_file(r).write_text("nonsense"), "damaged"),
        (lambda r: private_file(r).write_bytes(private_file(r).read_bytes()[:60]), "damaged"),
        (lambda r: private_file(r).write_bytes(other_kind()), "not an Ed25519"),
        (lambda r: (r.folder / "active").unlink(), "which key is active"),
        (lambda r: (r.folder / "active").write_text("../../etc/passwd"), "missing"),
    ],
)
def test_damage_is_named_and_never_mended_with_a_new_key(ring, spoil, says):
    spoil(ring)
    before = sorted(p.name for p in ring.folder.iterdir())
    with pytest.raises(Broken, match=says) as broken:
        KeyRing(ring.folder)
    assert broken.value.remedy
    assert sorted(p.name for p in ring.folder.iterdir()) == before


def test_a_key_under_another_name_is_refused(ring, tmp_path):
    other = KeyRing(tmp_path / "other")
    private_file(ring).write_bytes(private_file(other).read_bytes())
    with pytest.raises(Broken, match="another key"):
        KeyRing(ring.folder)
    public = ring.folder / f"{ring.active_id}.public.pem"
    public.write_text(other.public_keys()[other.active_id])
    with pytest.raises(Broken, match="another key"):
        ring.public_keys()


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "keys").write_text("")
    with pytest.raises(Broken, match="cannot be used"):
        KeyRing(tmp_path / "keys")


def test_processes_that_start_at_once_agree_on_one_key(tmp_path):
    program = (
        "import sys, pathlib; from remit.proof.keys import KeyRing;"
        "print(KeyRing(pathlib.Path(sys.argv[1])).active_id)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "keys")]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({run.communicate()[0] for run in runs}) == 1
    assert len(list((tmp_path / "keys").glob("*.private.pem"))) == 1


def test_public_key_files_are_read_by_their_own_id(ring, tmp_path):
    path = ring.folder / f"{ring.active_id}.public.pem"
    assert keys.read_public_keys([path]) == ring.public_keys()
    for content, says in ((b"nonsense", "not a public key"), (b"\xff", "cannot be read")):
        (tmp_path / "bad.pem").write_bytes(content)
        with pytest.raises(Invalid, match=says):
            keys.read_public_keys([tmp_path / "bad.pem"])
    with pytest.raises(Invalid, match=r"absent\.pem"):
        keys.read_public_keys([tmp_path / "absent.pem"])
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    (tmp_path / "ec.pem").write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(Invalid, match="not an Ed25519"):
        keys.read_public_keys([tmp_path / "ec.pem"])

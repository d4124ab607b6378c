import base64
import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from remit.kernel.problems import Broken, Invalid
from remit.proof import dsse, keys
from remit.proof.keys import KeyRing


def outsiders_key(ring):
    pem = ring.public_keys()[ring.active_id]
    return SSlibKey(ring.active_id, "ed25519", "ed25519", {"public": keys.raw(pem).hex()})


def test_the_encoding_of_the_specification():
    # https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, test vector
    assert (
        dsse.pre_authentication(b"hello world", "http://example.com/HelloWorld")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_securesystemslib_verifies_ours(ring):
    envelope = dsse.sign(b'{"a":1}', "application/json", ring)
    theirs = Envelope.from_dict(copy.deepcopy(json.loads(json.dumps(envelope))))
    assert list(theirs.verify([outsiders_key(ring)], threshold=1)) == [ring.active_id]
    theirs.payload = b'{"a":2}'
    with pytest.raises(VerificationError):
        theirs.verify([outsiders_key(ring)], threshold=1)


def test_we_verify_securesystemslibs():
    signer = CryptoSigner.generate_ed25519()
    theirs = Envelope(payload=b"body", payload_type="text/plain", signatures={})
    theirs.sign(signer)
    raw = bytes.fromhex(signer.public_key.keyval["public"])
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = Ed25519PublicKey.from_public_bytes(raw).public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    identifier = signer.public_key.keyid
    assert dsse.verify(theirs.to_dict(), {identifier: pem.decode()}) == (b"body", (identifier,))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.text(max_size=40).filter(lambda t: t.isprintable()))
def test_any_payload_comes_back(ring, payload, kind):
    envelope = json.loads(json.dumps(dsse.sign(payload, kind, ring)))
    assert dsse.verify(envelope, ring.public_keys()) == (payload, (ring.active_id,))


def test_every_changed_byte_is_noticed(ring):
    envelope = dsse.sign(b'{"limit":100}', "application/json", ring)
    raw = base64.b64decode(envelope["payload"])
    for position in range(len(raw)):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        with pytest.raises(Broken, match="altered"):
            dsse.verify(envelope | {"payload": base64.b64encode(changed).decode()}, ring.public_keys())
    with pytest.raises(Broken, match="altered"):
        dsse.verify(envelope | {"payloadType": "application/jsonx"}, ring.public_keys())


def test_a_stranger_is_not_trusted_even_under_our_key_id(ring, tmp_path):
    stranger = KeyRing(tmp_path / "stranger")
    envelope = dsse.sign(b"x", "t", stranger)
    with pytest.raises(Broken, match="not by a key given"):
        dsse.verify(envelope, ring.public_keys())
    with pytest.raises(Broken, match="not by a key given"):
        dsse.verify(envelope, {})
    envelope["signatures"][0]["keyid"] = ring.active_id
    with pytest.raises(Broken, match="altered"):
        dsse.verify(envelope, ring.public_keys())


def test_several_signatures_and_one_without_id(ring, tmp_path):
    second = KeyRing(tmp_path / "second")
    envelope = dsse.sign(b"x", "t", ring)
    envelope["signatures"] += dsse.sign(b"x", "t", second)["signatures"]
    assert dsse.verify(envelope, ring.public_keys())[1] == (ring.active_id,)
    both = ring.public_keys() | second.public_keys()
    assert set(dsse.verify(envelope, both)[1]) == {ring.active_id, second.active_id}
    del envelope["signatures"][1]["keyid"]
    assert set(dsse.verify(envelope, both)[1]) == {ring.active_id, second.active_id}


def test_url_safe_base64_is_accepted(ring):
    envelope = dsse.sign(b"\xfb\xff\xfe", "t", ring)
    envelope["payload"] = envelope["payload"].replace("+", "-").replace("/", "_").rstrip("=")
    assert dsse.verify(envelope, ring.public_keys())[0] == b"\xfb\xff\xfe"


@pytest.mark.parametrize(
    "envelope",
    [
        None,
        [],
        "x",
        {},
        {"payload": "eA==", "payloadType": "t"},
        {"payload": "eA==", "payloadType": "t", "signatures": []},
        {"payload": "eA==", "payloadType": 1, "signatures": [{"sig": "eA=="}]},
        {"payload": "****", "payloadType": "t", "signatures": [{"sig": "eA=="}]},
        {"payload": "eA==", "payloadType": "t", "signatures": [{}]},
        {"payload": "eA==", "payloadType": "t", "signatures": ["x"]},
        {"payload": 5, "payloadType": "t", "signatures": [{"sig": "eA=="}]},
        {"payload": "eA==", "payloadType": "t", "signatures": 5},
    ],
)
def test_what_is_not_an_envelope_is_refused(ring, envelope):
    with pytest.raises(Invalid):
        dsse.verify(envelope, ring.public_keys())

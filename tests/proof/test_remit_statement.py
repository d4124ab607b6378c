import base64
import json

import msgspec
import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from remit.kernel.problems import Broken, Invalid
from remit.proof import canonical, dsse, keys
from remit.proof import remit_statement as rs

SUBJECTS = (rs.Subject(name="model.onnx", sha256="cd" * 32),)


def test_a_remit_comes_back_as_it_was_signed(ring, terms):
    envelope = json.loads(json.dumps(rs.sign_remit(terms, SUBJECTS, ring)))
    found = rs.verify_remit(envelope, ring.public_keys())
    assert found == rs.RemitStatement(subjects=SUBJECTS, terms=terms, key_ids=(ring.active_id,))


def test_any_in_toto_tool_reads_it(ring, terms):
    envelope = rs.sign_remit(terms, SUBJECTS, ring)
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [{"name": "model.onnx", "digest": {"sha256": "cd" * 32}}]
    assert statement["predicateType"] == rs.PREDICATE_TYPE
    assert statement["predicate"]["limits"][0]["maximum"] == 400000.5
    pem = ring.public_keys()[ring.active_id]
    outsider = SSlibKey(ring.active_id, "ed25519", "ed25519", {"public": keys.raw(pem).hex()})
    assert Envelope.from_dict(json.loads(json.dumps(envelope))).verify([outsider], threshold=1)


def test_the_same_terms_are_the_same_bytes(ring, terms):
    assert rs.sign_remit(terms, SUBJECTS, ring) == rs.sign_remit(terms, SUBJECTS, ring)


def test_a_raised_limit_is_noticed(ring, terms):
    envelope = rs.sign_remit(terms, SUBJECTS, ring)
    raised = base64.b64decode(envelope["payload"]).replace(b"400000.5", b"900000.5")
    with pytest.raises(Broken, match="altered"):
        rs.verify_remit(envelope | {"payload": base64.b64encode(raised).decode()}, ring.public_keys())


def test_a_term_nobody_enforces_does_not_pass_unseen(ring, terms):
    statement = rs.statement(terms, SUBJECTS)
    statement["predicate"]["also_may"] = "anything"
    envelope = dsse.sign(canonical.encode(statement), rs.PAYLOAD_TYPE, ring)
    with pytest.raises(Invalid, match="also_may"):
        rs.verify_remit(envelope, ring.public_keys())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: s | {"predicateType": "https://slsa.dev/provenance/v1"}, "slsa"),
        (lambda s: s | {"_type": "https://in-toto.io/Statement/v0.1"}, "statement"),
        (lambda s: s | {"subject": []}, "no artifact"),
        (lambda s: s | {"subject": [{"name": "x", "digest": {"md5": "0"}}]}, "sha256"),
        (lambda s: s | {"predicate": {}}, "remit_id"),
        (list, "not a remit"),
    ],
)
def test_another_signed_statement_is_not_a_remit(ring, terms, change, says):
    body = canonical.encode(change(rs.statement(terms, SUBJECTS)))
    with pytest.raises((Invalid, Broken), match=says):
        rs.verify_remit(dsse.sign(body, rs.PAYLOAD_TYPE, ring), ring.public_keys())


def test_another_payload_type_is_not_a_remit(ring, terms):
    body = canonical.encode(rs.statement(terms, SUBJECTS))
    with pytest.raises(Invalid, match="text/plain"):
        rs.verify_remit(dsse.sign(body, "text/plain", ring), ring.public_keys())
    with pytest.raises(Invalid, match="not a remit"):
        rs.verify_remit(dsse.sign(b"\xff{", rs.PAYLOAD_TYPE, ring), ring.public_keys())


@pytest.mark.parametrize("sha256", ["", "ab", "AB" * 32, "zz" * 32])
def test_a_remit_binds_whole_digests(ring, terms, sha256):
    with pytest.raises(Invalid, match="SHA-256"):
        rs.sign_remit(terms, (rs.Subject(name="m", sha256=sha256),), ring)
    with pytest.raises(Invalid, match="artifact"):
        rs.sign_remit(terms, (), ring)


def test_an_endless_limit_cannot_be_signed(ring, terms):
    limit = msgspec.structs.replace(terms.limits[0], maximum=float("inf"))
    with pytest.raises(Invalid):
        rs.sign_remit(msgspec.structs.replace(terms, limits=(limit,)), SUBJECTS, ring)

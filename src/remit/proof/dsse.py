"""Signed envelopes that any DSSE tool can verify (DSSE v1, Ed25519).

Source: https://github.com/secure-systems-lab/dsse, protocol version 1.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from remit.kernel.problems import Broken, Invalid
from remit.proof import keys


def sign(payload: bytes, payload_type: str, ring: keys.KeyRing) -> dict[str, Any]:
    """Return the envelope around `payload`, signed by the ring's active key, as plain JSON types."""
    identifier, signature = ring.sign(pre_authentication(payload, payload_type))
    return {
        "payload": base64.b64encode(payload).decode("ascii"),
        "payloadType": payload_type,
        "signatures": [{"keyid": identifier, "sig": base64.b64encode(signature).decode("ascii")}],
    }


def verify(envelope: Any, public_keys: Mapping[str, str]) -> tuple[bytes, tuple[str, ...]]:
    """Return the payload and the ids of the known keys that signed it, at least one.

    A signature by an unknown key is passed over, as DSSE asks; a key id in an envelope is only a hint, so
    a signature without one is tried with every key.

    Args:
        envelope: the parsed JSON; anything, for it comes from outside.
        public_keys: trusted Ed25519 public keys, PEM by key id.

    Raises:
        Invalid: it is not a DSSE envelope.
        Broken: no known key signed this payload.
    """
    payload, payload_type, signatures = _parse(envelope)
    message = pre_authentication(payload, payload_type)
    signed_by: list[str] = []
    for identifier, signature in signatures:
        candidates = [identifier] if identifier in public_keys else [] if identifier else list(public_keys)
        signed_by += [c for c in candidates if keys.verify(public_keys[c], signature, message)]
    if signed_by:
        return payload, tuple(dict.fromkeys(signed_by))
    named = ", ".join(i or "a key without id" for i, _ in signatures)
    if any(identifier in public_keys for identifier, _ in signatures):
        raise Broken(
            f"The signature by {named} does not fit: the content or the signature was altered.",
            remedy="Obtain the envelope again from its source.",
        )
    raise Broken(f"The envelope is signed by {named}, not by a key given.", remedy="Give that public key.")


def pre_authentication(payload: bytes, payload_type: str) -> bytes:
    """Return the bytes that are signed (DSSE's pre-authentication encoding)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def payload_type(envelope: Any) -> str:
    """Return the payload type an envelope declares.

    Raises:
        Invalid: it is not a DSSE envelope.
    """
    return _parse(envelope)[1]


def _parse(envelope: Any) -> tuple[bytes, str, list[tuple[str, bytes]]]:
    try:
        payload, kind, signatures = envelope["payload"], envelope["payloadType"], envelope["signatures"]
        kind.encode()
        parsed = [(str(s.get("keyid") or ""), _decode(s["sig"])) for s in signatures]
        body = _decode(payload)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Invalid(f"This is not a DSSE envelope: {error}.") from error
    if not parsed:
        raise Invalid("The envelope carries no signature.")
    return body, kind, parsed


def _decode(text: Any) -> bytes:
    """Standard or URL-safe base64, both of which DSSE allows."""
    if not isinstance(text, str):
        raise TypeError("base64 is a text")
    try:
        standard = text.replace("-", "+").replace("_", "/")
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(f"damaged base64 ({error})") from error

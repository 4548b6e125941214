"""A software authenticator: answers passkey ceremonies as a browser with a telephone would."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One device with one passkey; its fields can be set to what an attacker would send."""

    origin: str = "https://ahorraluz.example"
    party_id: str = "ahorraluz.example"
    flags: int = PRESENT | VERIFIED
    sign_count: int = 0
    cross_origin: bool = False
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )

    def register(self, options: str) -> dict[str, Any]:
        """Return what ``navigator.credentials.create`` would answer."""
        challenge = json.loads(options)["challenge"]
        numbers = self.key.public_key().public_numbers()
        public_key = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(self.flags | ATTESTED) + attested + encode_cbor(public_key)
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": self._client_data("webauthn.create", challenge),
            "attestationObject": attestation,
        }
        return self._answer(response)

    def sign(self, options: str) -> dict[str, Any]:
        """Return what ``navigator.credentials.get`` would answer."""
        client_data = self._client_data("webauthn.get", json.loads(options)["challenge"])
        data = self._data(self.flags)
        signed = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": client_data, "authenticatorData": data, "signature": signed}
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        content = {
            "type": kind,
            "challenge": bytes_to_base64url(base64url_to_bytes(challenge)),
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        }
        return json.dumps(content).encode()

    def _data(self, flags: int) -> bytes:
        party = hashlib.sha256(self.party_id.encode()).digest()
        return party + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _answer(self, response: dict[str, bytes]) -> dict[str, Any]:
        name = bytes_to_base64url(self.credential_id)
        encoded: dict[str, Any] = {
            part: bytes_to_base64url(value) for part, value in response.items()
        }
        if "attestationObject" in response:
            encoded["transports"] = ["internal"]
        return {"id": name, "rawId": name, "type": "public-key", "response": encoded}

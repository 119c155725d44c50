"""What calls are signed with, and what their receiver knows of that."""

from __future__ import annotations

import base64
import string
from dataclasses import dataclass
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from vendor import Vendor


@dataclass(frozen=True)
class Keys:
    """Two keys of a pair, or the one secret twice."""

    of_sender: str
    of_receiver: str

    @classmethod
    def of(cls, vendor: Vendor, random: Random) -> Keys:
        """New ones."""
        if vendor.secret in PAIRS:
            return cls(*PAIRS[vendor.secret](random))
        if vendor.secret == "whsec":
            secret = "whsec_" + base64.b64encode(random.randbytes(24)).decode()
        elif vendor.secret == "hex":
            secret = random.randbytes(32).hex()
        else:
            secret = "".join(random.choices(string.ascii_letters + string.digits + "_-!'", k=random.randint(16, 64)))
        return cls(secret, secret)

    def hook(self, vendor: Vendor) -> dict[str, Any]:
        """What a hook is created with that has them."""
        options = {"url": vendor.url} if vendor.url else {}
        if vendor.secret in PAIRS:
            return {**vendor.hook, "provider_options": {**options, "public_key": self.of_receiver}}
        fields = {**vendor.hook, "secret": self.of_receiver, **({"provider_options": options} if options else {})}
        return fields if "provider" in vendor.hook else {"secret_algorithm": "sha256", **fields}


def _ed25519(random: Random) -> tuple[str, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(random.randbytes(32))
    return _pem(key), key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _ed25519_hex(random: Random) -> tuple[str, str]:
    private, public = _ed25519(random)
    return private, public.hex()


def _ed25519_base64(random: Random) -> tuple[str, str]:
    private, public = _ed25519(random)
    return private, base64.b64encode(public).decode()


def _p256(random: Random) -> tuple[str, str]:
    key = derive_private_key(random.getrandbits(255) + 1, SECP256R1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return _pem(key), base64.b64encode(public).decode()


def _pem(key: Any) -> str:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


# As the vendors show their public keys.
PAIRS = {"ed25519-hex": _ed25519_hex, "ed25519-base64": _ed25519_base64, "p256": _p256}

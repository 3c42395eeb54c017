"""WeChat Pay's side of a notice, made with `cryptography` alone: sealed, signed, and spoilt."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from werkzeug.datastructures import Headers

from backend.core import clock
from simulator.credentials import WECHATPAY_KEY_FILE, Credentials

NONCE = "0123456789ab"
TRANSACTION: dict[str, Any] = {
    "out_trade_no": "P260501ABCDEFGHJK",
    "trade_state": "SUCCESS",
    "transaction_id": "4200001234",
    "amount": {"total": 5990, "currency": "CNY"},
    "payer": {"openid": "oSECRET"},
}


@dataclass
class Sealer:
    """Holds WeChat Pay's private key, the APIv3 key and the public key's id."""

    private_key: rsa.RSAPrivateKey
    apiv3_key: bytes
    serial: str

    @classmethod
    def of(cls, credentials: Credentials) -> "Sealer":
        merchant_file = Path(credentials.merchant_private_key_file)
        pem = merchant_file.with_name(WECHATPAY_KEY_FILE).read_bytes()
        key = load_pem_private_key(pem, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("not an RSA key")
        return cls(key, credentials.apiv3_key.encode(), credentials.wechatpay_public_key_id)

    def body(
        self, content: Any = TRANSACTION, *, apiv3_key: bytes | None = None, **changes: Any
    ) -> bytes:
        """A notice's body around the encrypted content; `changes` replace members, `None` drops."""
        plain = json.dumps(content).encode()
        aead = AESGCM(apiv3_key or self.apiv3_key)
        sealed = aead.encrypt(NONCE.encode(), plain, b"transaction")
        envelope = {
            "id": "EV-2026",
            "create_time": "2026-05-01T12:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS",
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "original_type": "transaction",
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": "transaction",
                "nonce": NONCE,
            },
            **changes,
        }
        return json.dumps({k: v for k, v in envelope.items() if v is not None}).encode()

    def headers(self, body: bytes, *, seconds: int = 0, **changes: str | None) -> Headers:
        """The five headers signed over `body`, `seconds` away from now; `None` leaves one out."""
        stamp = str(int(clock.now().timestamp()) + seconds)
        message = f"{stamp}\nnonce-1\n".encode() + body + b"\n"
        signature = self.private_key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        values: dict[str, str | None] = {
            "Signature": base64.b64encode(signature).decode(),
            "Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            "Timestamp": stamp,
            "Nonce": "nonce-1",
            "Serial": self.serial,
        }
        values |= {name.replace("_", "-"): value for name, value in changes.items()}
        return Headers(
            [(f"Wechatpay-{name}", value) for name, value in values.items() if value is not None]
        )

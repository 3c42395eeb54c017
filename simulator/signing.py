"""APIv3 cryptography, seen from WeChat's side.

Source: pay.weixin.qq.com, "APIv3 签名与验签" and "回调报文解密".
"""

import base64
import binascii
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from . import clock
from .credentials import WECHATPAY_KEY_FILE, Credentials

SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"
SIGNTEST_PREFIX = "WECHATPAY/SIGNTEST/"


class OaepDigest(hashes.HashAlgorithm):
    """SHA-1, which APIv3 prescribes for sealed fields; OAEP does not rest on its collisions."""

    name = "sha1"
    digest_size = 20
    block_size = 64


class Keys:
    """The keys of both sides, loaded once for the life of the process."""

    def __init__(self, credentials: Credentials) -> None:
        merchant_file = Path(credentials.merchant_private_key_file)
        self._merchant = _load(merchant_file).public_key()
        self._wechatpay = _load(merchant_file.with_name(WECHATPAY_KEY_FILE))
        self._aead = AESGCM(credentials.apiv3_key.encode())
        self.serial = credentials.wechatpay_public_key_id

    def merchant_signed(self, message: bytes, signature: str) -> bool:
        """Whether the base64 `signature` over `message` was made with the merchant's key."""
        try:
            self._merchant.verify(
                base64.b64decode(signature, validate=True),
                message,
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    def sign(self, message: bytes) -> str:
        """WeChat Pay's signature over `message`, base64."""
        signature = self._wechatpay.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()

    def headers(self, body: bytes, *, offset_seconds: int = 0) -> dict[str, str]:
        """The headers that WeChat Pay puts on a response or a notice with this body."""
        timestamp = str(int(clock.now()) + offset_seconds)
        nonce = secrets.token_hex(16)
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": self.sign(f"{timestamp}\n{nonce}\n".encode() + body + b"\n"),
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature-Type": SIGNATURE_TYPE,
        }

    def encrypt(self, plain: bytes, nonce: str, associated_data: str) -> str:
        """AEAD_AES_256_GCM with the APIv3 key, base64; `nonce` has 12 characters."""
        sealed = self._aead.encrypt(nonce.encode(), plain, associated_data.encode())
        return base64.b64encode(sealed).decode()

    def decrypt_sensitive(self, sealed: str) -> str | None:
        """A field that the merchant sealed with WeChat Pay's public key (RSA OAEP, SHA-1)."""
        oaep = padding.OAEP(padding.MGF1(OaepDigest()), OaepDigest(), None)
        try:
            return self._wechatpay.decrypt(base64.b64decode(sealed), oaep).decode()
        except ValueError:
            return None


def spoiled(signature: str) -> str:
    """A well-formed signature that can't verify."""
    raw = bytearray(base64.b64decode(signature))
    raw[len(raw) // 2] ^= 0xFF
    return base64.b64encode(bytes(raw)).decode()


def _load(path: Path) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path} holds no RSA key")
    return key

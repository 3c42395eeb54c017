"""The keys and numbers that a merchant would get from WeChat, made on first use."""

import fcntl
import json
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

FACTS_FILE = "credentials.json"
MERCHANT_KEY_FILE = "merchant_private_key.pem"
WECHATPAY_KEY_FILE = "wechatpay_private_key.pem"
WECHATPAY_PUBLIC_KEY_FILE = "wechatpay_public_key.pem"


@dataclass(frozen=True)
class Credentials:
    """What the service under test needs to know. The two files are PEM, by absolute path."""

    appid: str
    appsecret: str
    mchid: str
    merchant_serial: str
    merchant_private_key_file: str
    apiv3_key: str
    wechatpay_public_key_id: str
    wechatpay_public_key_file: str

    def as_json(self) -> str:
        """The same facts as one JSON object."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


def ensure(directory: Path | str) -> Credentials:
    """Create the credentials in `directory` on first use; later calls return the same ones.

    Safe to call from several processes at once. Every file has mode 0600.
    """
    home = Path(directory).resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock_file = home / ".credentials.lock"
    lock_file.touch(0o600)
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / FACTS_FILE).exists():
            _invent(home)
        facts: dict[str, str] = json.loads((home / FACTS_FILE).read_text("utf-8"))
    return Credentials(
        **facts,
        merchant_private_key_file=str(home / MERCHANT_KEY_FILE),
        wechatpay_public_key_file=str(home / WECHATPAY_PUBLIC_KEY_FILE),
    )


def _invent(home: Path) -> None:
    merchant_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    wechatpay_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    _write(home / MERCHANT_KEY_FILE, _private_pem(merchant_key))
    _write(home / WECHATPAY_KEY_FILE, _private_pem(wechatpay_key))
    _write(home / WECHATPAY_PUBLIC_KEY_FILE, _public_pem(wechatpay_key.public_key()))
    mchid = "16" + _random(string.digits, 8)
    facts = {
        "appid": "wx" + secrets.token_hex(8),
        "appsecret": secrets.token_hex(16),
        "mchid": mchid,
        "merchant_serial": secrets.token_hex(20).upper(),
        "apiv3_key": _random(string.ascii_letters + string.digits, 32),
        "wechatpay_public_key_id": f"PUB_KEY_ID_01{mchid}{_random(string.digits, 20)}",
    }
    _write(home / FACTS_FILE, json.dumps(facts, indent=2).encode())


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _public_pem(key: rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _write(path: Path, content: bytes) -> None:
    path.touch(0o600)
    path.write_bytes(content)

"""Personal data: encrypted at rest, found by a keyed hash, masked where people read lists."""

import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from flask import Flask, current_app
from sqlalchemy import Dialect, LargeBinary, TypeDecorator

from backend.settings import Settings


class Vault:
    """Encrypts with the newest key, decrypts with any; the index key comes from the oldest.

    The oldest key stays the last in `DATA_KEYS`, so that indexes survive a rotation.
    """

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._index_key = hashlib.sha256(b"index\0" + keys[-1].encode()).digest()

    def encrypt(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        return self._fernet.decrypt(token).decode()

    def index(self, text: str) -> bytes:
        """A keyed hash by which equal values are found without reading them."""
        return hmac.new(self._index_key, text.encode(), hashlib.sha256).digest()


def open_vault(app: Flask, settings: Settings) -> None:
    """Give the application the keys to its personal data."""
    app.extensions["vault"] = Vault([key.get_secret_value() for key in settings.data_keys])


def vault() -> Vault:
    """The running application's vault."""
    found = current_app.extensions["vault"]
    if not isinstance(found, Vault):
        raise TypeError("the application has no vault")
    return found


class Encrypted(TypeDecorator[str]):
    """A text column that holds ciphertext."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else vault().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else vault().decrypt(bytes(value))


def mask_phone(phone: str) -> str:
    """13800001234 → 138****1234; anything shorter is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****"


def mask_name(name: str) -> str:
    """王小明 → 王**; two stars whatever the length, so that the length is not told."""
    return f"{name[:1]}**"

"""Personal data: encrypted at rest, readable after a change of keys, found by a keyed hash."""

import hashlib

import pytest
from cryptography.fernet import Fernet, InvalidToken
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from backend import Service
from backend.accounts.models import User
from backend.accounts.people import bind_phone
from backend.core.database import db, transaction
from backend.core.personal_data import Vault, mask_name, mask_phone
from tests.factories import UserFactory

MODEST = settings(deadline=None, max_examples=50)
PHONE = "13800001234"


def new_key() -> str:
    return Fernet.generate_key().decode()


def bind(user_id: int, phone: str = PHONE) -> None:
    with transaction():
        bind_phone(user_id, phone)


def raw_columns(user_id: int) -> tuple[bytes, bytes]:
    """What lies on the disk for a user's phone."""
    row = db.session.execute(
        text("SELECT phone, phone_index FROM users WHERE id = :id"), {"id": user_id}
    ).one()
    return bytes(row.phone), bytes(row.phone_index)


def test_a_phone_cannot_be_read_in_the_database(app: Service) -> None:
    user = UserFactory()
    bind(user.id)
    for stored in raw_columns(user.id):
        assert PHONE.encode() not in stored
        assert PHONE[:3].encode() not in stored or PHONE[-4:].encode() not in stored
    assert raw_columns(user.id)[1] != hashlib.sha256(PHONE.encode()).digest()


def test_whoever_has_the_keys_reads_the_phone(app: Service) -> None:
    user = UserFactory()
    bind(user.id)
    db.session.expire_all()
    assert db.session.get_one(User, user.id).phone == PHONE


def test_equal_phones_are_found_by_equal_indexes_though_their_ciphertexts_differ(
    app: Service,
) -> None:
    ours, theirs, other = (UserFactory() for _ in range(3))
    bind(ours.id)
    bind(theirs.id)
    bind(other.id, "13800001235")
    (cipher, index), (their_cipher, their_index) = raw_columns(ours.id), raw_columns(theirs.id)
    assert cipher != their_cipher
    assert index == their_index
    assert raw_columns(other.id)[1] != index


def test_nothing_is_encrypted_as_nothing(app: Service) -> None:
    user = UserFactory()
    stored = db.session.scalar(text("SELECT phone FROM users WHERE id = :id"), {"id": user.id})
    assert stored is None
    assert user.phone is None


def test_with_a_new_key_in_front_everything_can_still_be_read_and_found() -> None:
    old, new = new_key(), new_key()
    before, after = Vault([old]), Vault([new, old])
    assert after.decrypt(before.encrypt(PHONE)) == PHONE
    assert after.index(PHONE) == before.index(PHONE)


def test_after_a_rotation_new_data_are_written_with_the_new_key() -> None:
    old, new = new_key(), new_key()
    written = Vault([new, old]).encrypt(PHONE)
    assert Vault([new]).decrypt(written) == PHONE
    with pytest.raises(InvalidToken):
        Vault([old]).decrypt(written)


def test_without_its_key_nothing_can_be_read_or_found() -> None:
    ours, theirs = Vault([new_key()]), Vault([new_key()])
    with pytest.raises(InvalidToken):
        theirs.decrypt(ours.encrypt(PHONE))
    assert ours.index(PHONE) != theirs.index(PHONE)


@MODEST
@given(st.text(max_size=80))
def test_whatever_is_encrypted_comes_back(secret: str) -> None:
    vault = Vault([new_key(), new_key()])
    assert vault.decrypt(vault.encrypt(secret)) == secret


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        (PHONE, "138****1234"),
        ("1380000123", "****"),
        ("", "****"),
        ("8613800001234", "861****1234"),
    ],
)
def test_a_phone_is_masked(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("王小明", "王**"), ("王", "王**"), ("欧阳娜娜子", "欧**"), ("", "**")]
)
def test_a_masked_name_does_not_tell_its_length(name: str, masked: str) -> None:
    assert mask_name(name) == masked

"""Settings are checked at start, and what is wrong is said so that a person can mend it."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from backend.settings import Settings, SettingsProblem, read_settings
from simulator.credentials import ensure


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    """A complete environment."""
    keys = ensure(tmp_path)
    return {
        "DATABASE_URL": "postgresql://postgres@/xiangbang?host=/run/postgresql",
        "SECRET_KEY": "0123456789" * 4,
        "DATA_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://xiangbang.example/",
        "MEDIA_DIRECTORY": str(tmp_path),
        "WECHAT_APPID": keys.appid,
        "WECHAT_SECRET": keys.appsecret,
        "WECHAT_MCHID": keys.mchid,
        "WECHAT_MERCHANT_SERIAL": keys.merchant_serial,
        "WECHAT_MERCHANT_PRIVATE_KEY_FILE": str(keys.merchant_private_key_file),
        "WECHAT_APIV3_KEY": keys.apiv3_key,
        "WECHAT_PAY_PUBLIC_KEY_ID": keys.wechatpay_public_key_id,
        "WECHAT_PAY_PUBLIC_KEY_FILE": str(keys.wechatpay_public_key_file),
    }


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, good: dict[str, str]) -> dict[str, str]:
    for name, value in good.items():
        monkeypatch.setenv(name, value)
    return good


def test_a_complete_environment_is_read(environment: dict[str, str]) -> None:
    settings = read_settings()
    assert settings.public_url == "https://xiangbang.example"
    assert settings.sqlalchemy_url.startswith("postgresql+psycopg://")
    assert settings.libpq_url.startswith("postgresql://")
    assert settings.pay_within_seconds == 900


WRONG = {
    "no PostgreSQL": ("DATABASE_URL", "sqlite:///x.db"),
    "no URL": ("DATABASE_URL", "nonsense"),
    "a short secret": ("SECRET_KEY", "short"),
    "no Fernet key": ("DATA_KEYS", "abc"),
    "no data key at all": ("DATA_KEYS", ""),
    "an address without a scheme": ("PUBLIC_URL", "xiangbang.example"),
    "a missing key file": ("WECHAT_MERCHANT_PRIVATE_KEY_FILE", "/nowhere.pem"),
    "a file that holds no key": ("WECHAT_PAY_PUBLIC_KEY_FILE", __file__),
    "a private key that is none": ("WECHAT_MERCHANT_PRIVATE_KEY_FILE", __file__),
    "an APIv3 key of 32 characters but more bytes": ("WECHAT_APIV3_KEY", "钥" + "k" * 31),
    "a platform certificate instead of the public key": ("WECHAT_PAY_PUBLIC_KEY_ID", "5157F09E"),
    "a store that is none": ("STORAGE", "ftp"),
    "a store without its bucket and keys": ("STORAGE", "s3"),
    "an endpoint without a scheme": ("S3_ENDPOINT_URL", "s3.example"),
    "no time to pay": ("PAY_WITHIN_SECONDS", "0"),
}


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_by_its_variable_and_not_by_its_value(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsProblem) as problem:
        read_settings()
    lines = str(problem.value).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == [name]
    if name in {"SECRET_KEY", "DATA_KEYS", "WECHAT_APIV3_KEY"} and value:
        assert value not in str(problem.value)


def test_a_store_says_which_of_its_settings_are_missing(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"S3_BUCKET": "xiangbang", "S3_ACCESS_KEY_ID": "AKID", "S3_PUBLIC_URL": "https://x"}
    for name, value in {"STORAGE": "s3", **given}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsProblem, match="S3_SECRET_ACCESS_KEY") as problem:
        read_settings()
    assert "S3_BUCKET" not in str(problem.value)
    monkeypatch.setenv("S3_SECRET_ACCESS_KEY", "a secret of the store")
    settings = read_settings()
    assert settings.storage == "s3"
    assert "a secret of the store" not in repr(settings)


def test_private_files_lie_beside_the_public_ones_and_never_below(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert read_settings().private_files == tmp_path.with_name(f"{tmp_path.name}-private")
    for below in (tmp_path, tmp_path / "private", tmp_path / "x" / ".." / "private"):
        monkeypatch.setenv("PRIVATE_DIRECTORY", str(below))
        with pytest.raises(SettingsProblem, match="PRIVATE_DIRECTORY"):
            read_settings()


def test_everything_that_is_missing_is_said_at_once(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "SECRET_KEY", "WECHAT_APPID"):
        monkeypatch.delenv(name)
    with pytest.raises(SettingsProblem) as problem:
        read_settings()
    for name in ("DATABASE_URL", "SECRET_KEY", "WECHAT_APPID"):
        assert name in str(problem.value)


def test_settings_do_not_change_while_the_service_runs(environment: dict[str, str]) -> None:
    settings: Settings = read_settings()
    with pytest.raises(ValidationError):
        settings.pay_within_seconds = 1

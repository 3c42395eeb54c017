"""Every setting of the service, typed, read from the environment once and checked at start."""

from pathlib import Path
from typing import Annotated, Literal

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)
from pydantic import (
    Field,
    RedisDsn,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class SettingsProblem(SystemExit):
    """The environment is not fit to start with; the message lists every variable at fault."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str
    """`postgresql://…`; a Unix socket as `postgresql://user@/name?host=/directory`."""
    database_pool_size: int = Field(10, ge=1, le=100)
    redis_url: RedisDsn | None = None

    secret_key: SecretStr = Field(min_length=32)
    """Signs login tokens. A new one logs everybody out."""
    data_keys: Annotated[list[SecretStr], NoDecode] = Field(min_length=1)
    """Fernet keys for personal data, newest first; older ones still decrypt."""

    public_url: str = Field(pattern=r"^https?://")
    """Where WeChat reaches this service; callbacks are announced under it."""
    media_directory: Path
    """Pictures for everybody, and what a web server may show below `/media/`."""
    private_directory: Path | None = None
    """Uploads nobody but their owners see; beside the media directory unless named."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    wechat_api_base_url: str = Field("https://api.weixin.qq.com", pattern=r"^https?://")
    wechat_pay_base_url: str = Field("https://api.mch.weixin.qq.com", pattern=r"^https?://")
    wechat_appid: str = Field(min_length=1)
    wechat_secret: SecretStr = Field(min_length=1)
    wechat_mchid: str = Field(min_length=1)
    wechat_merchant_serial: str = Field(min_length=1)
    wechat_merchant_private_key_file: Path
    wechat_apiv3_key: SecretStr
    wechat_pay_public_key_id: str = Field(pattern=r"^PUB_KEY_ID_")
    wechat_pay_public_key_file: Path
    wechat_timeout_seconds: float = Field(5, gt=0)
    wechat_voucher_reminder_template: str | None = Field(None, min_length=1)
    """Subscription message before a voucher ends: thing1 product, date2 last day, thing3 note.
    Without it nobody is reminded."""

    login_days: int = Field(7, ge=1)
    pay_within_seconds: int = Field(900, ge=1)
    """An unpaid order gives its stock back after this long (domain: 15 minutes)."""
    query_payment_after_seconds: int = Field(30, ge=1)
    """When no callback came, WeChat is asked after this long, then at growing pauses."""

    s3_endpoint_url: str | None = Field(None, pattern=r"^https?://")
    """`None`: Amazon's own."""
    s3_region: str = "us-east-1"
    s3_bucket: str = ""
    s3_access_key_id: str = ""
    s3_secret_access_key: SecretStr | None = None
    s3_public_url: str = Field("", pattern=r"^(https?://.+)?$")
    """The address under which everybody reads the bucket's public part."""
    s3_path_style: bool = False
    """The bucket stands in the path of a URL and not in its host, as MinIO wants it."""
    storage: Literal["folder", "s3"] = "folder"
    """Where uploads and pictures lie. Named after the settings it asks for."""

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: str) -> str:
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise ValueError("not a database URL") from None
        if not parsed.drivername.startswith("postgres"):
            raise ValueError("only PostgreSQL is supported (postgresql://…)")
        return url

    @field_validator("data_keys", mode="before")
    @classmethod
    def _split_keys(cls, value: object) -> object:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    @field_validator("data_keys")
    @classmethod
    def _are_fernet_keys(cls, keys: list[SecretStr]) -> list[SecretStr]:
        for key in keys:
            Fernet(key.get_secret_value())
        return keys

    @field_validator("wechat_merchant_private_key_file")
    @classmethod
    def _is_private_key(cls, path: Path) -> Path:
        load_pem_private_key(_read(path), password=None)
        return path

    @field_validator("wechat_pay_public_key_file")
    @classmethod
    def _is_public_key(cls, path: Path) -> Path:
        load_pem_public_key(_read(path))
        return path

    @field_validator("wechat_apiv3_key")
    @classmethod
    def _has_32_bytes(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value().encode()) != 32:
            raise ValueError("the APIv3 key has 32 bytes")
        return key

    @field_validator("public_url", "wechat_api_base_url", "wechat_pay_base_url")
    @classmethod
    def _without_last_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("storage")
    @classmethod
    def _is_complete(cls, storage: str, info: ValidationInfo) -> str:
        needed = ("s3_bucket", "s3_access_key_id", "s3_secret_access_key", "s3_public_url")
        missing = [name.upper() for name in needed if not info.data.get(name)]
        if storage == "s3" and missing:
            raise ValueError(f"s3 needs {', '.join(missing)} too")
        return storage

    @field_validator("private_directory")
    @classmethod
    def _is_not_served(cls, private: Path | None, info: ValidationInfo) -> Path | None:
        media = info.data.get("media_directory")
        if private and media and private.resolve().is_relative_to(media.resolve()):
            raise ValueError("private files may not lie below MEDIA_DIRECTORY")
        return private

    @property
    def private_files(self) -> Path:
        """The directory of private uploads."""
        media = self.media_directory.resolve()
        return self.private_directory or media.with_name(f"{media.name}-private")

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL with psycopg 3 named as the driver."""
        return self._database_url("postgresql+psycopg")

    @property
    def libpq_url(self) -> str:
        """The database URL as PostgreSQL's own library reads it."""
        return self._database_url("postgresql")

    def _database_url(self, driver: str) -> str:
        url = make_url(self.database_url).set(drivername=driver)
        return url.render_as_string(hide_password=False)


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise ValueError(f"no such file: {path}")
    return path.read_bytes()


def read_settings() -> Settings:
    """Settings from the environment, or `SettingsProblem` naming each variable to mend."""
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        lines = [
            f"  {'_'.join(str(part) for part in problem['loc'][:1]).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        message = "The service cannot start; these environment variables need attention:\n"
        raise SettingsProblem(message + "\n".join(lines)) from None

"""The service's environment on this machine: secrets made once, addresses of the moment."""

import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from local.errors import StackError
from local.paths import ENVIRONMENT, MEDIA, SECRETS, SIMULATOR, shown
from simulator import credentials


def ensure_secrets(path: Path = SECRETS) -> dict[str, str]:
    """SECRET_KEY and DATA_KEYS, made at the first start and kept: they open what is stored."""
    if path.exists():
        known = read(path)
        if known.keys() >= {"SECRET_KEY", "DATA_KEYS"}:
            return known
        raise StackError(
            f"{shown(path)} is damaged",
            "restore it, or delete var/ to begin anew: without it phone numbers stay unreadable",
        )
    made = {"SECRET_KEY": secrets.token_urlsafe(48), "DATA_KEYS": Fernet.generate_key().decode()}
    write(path, made)
    return made


def service_environment(
    *, port: int, simulator_port: int, database_url: str, redis_url: str | None
) -> dict[str, str]:
    """Every setting of the service (backend/settings.py) for this machine.

    What the user has set in the environment wins.
    """
    wechat = credentials.ensure(SIMULATOR)
    simulator_url = f"http://127.0.0.1:{simulator_port}"
    ours = {
        **ensure_secrets(),
        "DATABASE_URL": database_url,
        **({"REDIS_URL": redis_url} if redis_url else {}),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MEDIA_DIRECTORY": str(MEDIA),
        **wechat_settings(wechat, simulator_url),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SIMULATOR_URL": simulator_url,
    }
    return {name: os.environ.get(name) or value for name, value in ours.items()}


def wechat_settings(wechat: credentials.Credentials, url: str) -> dict[str, str]:
    """The settings that make the service take the simulator for WeChat."""
    return {
        "WECHAT_API_BASE_URL": url,
        "WECHAT_PAY_BASE_URL": url,
        "WECHAT_APPID": wechat.appid,
        "WECHAT_SECRET": wechat.appsecret,
        "WECHAT_MCHID": wechat.mchid,
        "WECHAT_MERCHANT_SERIAL": wechat.merchant_serial,
        "WECHAT_MERCHANT_PRIVATE_KEY_FILE": wechat.merchant_private_key_file,
        "WECHAT_APIV3_KEY": wechat.apiv3_key,
        "WECHAT_PAY_PUBLIC_KEY_ID": wechat.wechatpay_public_key_id,
        "WECHAT_PAY_PUBLIC_KEY_FILE": wechat.wechatpay_public_key_file,
    }


def write(path: Path, variables: Mapping[str, str]) -> None:
    """Write variables, readable by the owner only, in a form that `. file` in a shell takes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(0o600)
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in variables.items()]
    unfinished.write_text("".join(lines), "utf-8")
    unfinished.replace(path)


def read(path: Path) -> dict[str, str]:
    """The variables of a file that `write` made; empty when there is none."""
    if not path.exists():
        return {}
    pairs = (word.partition("=") for word in shlex.split(path.read_text("utf-8"), comments=True))
    return {name: value for name, _, value in pairs}


def running_environment() -> dict[str, str]:
    """The variables of the stack that runs or ran last, under those the user has set."""
    return {**read(ENVIRONMENT), **os.environ}

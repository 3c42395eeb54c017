"""Secrets are made once and kept to the owner; what the user has set wins."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from backend.settings import Settings
from local import environment
from local.errors import StackError
from local.spec import throwaway_settings


def test_variables_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "run" / "env"
    variables = {"PLAIN": "a", "URL": "postgresql://u@/d?host=/a b&c", "QUOTE": 'it\'s "#1" $HOME'}
    environment.write(path, variables)
    assert environment.read(path) == variables
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_shell_reads_the_file_too(tmp_path: Path) -> None:
    path = tmp_path / "env"
    environment.write(path, {"QUOTE": "it's $HOME"})
    script = f'. "{path}"; printf %s "$QUOTE"'
    told = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "it's $HOME"


def test_there_is_nothing_to_read_before_the_first_start(tmp_path: Path) -> None:
    assert environment.read(tmp_path / "env") == {}


def test_secrets_are_made_once(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    first = environment.ensure_secrets(path)
    assert environment.ensure_secrets(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert environment.ensure_secrets(tmp_path / "other.env") != first


def test_damaged_secrets_are_not_replaced_silently(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("SECRET_KEY=abc\n")
    with pytest.raises(StackError, match="damaged"):
        environment.ensure_secrets(path)
    assert path.read_text() == "SECRET_KEY=abc\n"


def test_the_service_can_start_with_it_and_what_is_set_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "SIMULATOR", tmp_path / "simulator")
    monkeypatch.setattr(environment, "SECRETS", tmp_path / "secrets.env")
    monkeypatch.setattr(
        environment, "ensure_secrets", lambda: {"SECRET_KEY": "k" * 40, "DATA_KEYS": KEY}
    )
    for name in list(os.environ):
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.setenv("PUBLIC_URL", "https://shop.example")
    made = environment.service_environment(
        port=8123, simulator_port=8124, database_url="postgresql:///x", redis_url=None
    )
    assert made["PUBLIC_URL"] == "https://shop.example"
    assert made["BASE_URL"] == "http://127.0.0.1:8123"
    assert "REDIS_URL" not in made
    settings = Settings.model_validate({name.lower(): value for name, value in made.items()})
    assert settings.wechat_api_base_url == "http://127.0.0.1:8124"


KEY = "fRdJYsTLr0NnVpIXpZgDwsRgcTt-lgPvHZsOVQvDyXg="


def test_the_specification_needs_no_environment(tmp_path: Path) -> None:
    settings = throwaway_settings(tmp_path)
    assert settings.redis_url is None
    assert settings.database_url == "postgresql:///nowhere"

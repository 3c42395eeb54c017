"""Writes the generated documents: needs neither a running stack nor a database.

python -m local.spec [directory]
"""

import sys
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

from backend import create_app
from backend.api_spec import generated_documents
from backend.settings import Settings
from local.environment import wechat_settings
from local.paths import ROOT
from simulator import credentials

NOWHERE = "http://127.0.0.1:9"


def throwaway_settings(directory: Path) -> Settings:
    """Settings that are valid and lead nowhere."""
    wechat = wechat_settings(credentials.ensure(directory), NOWHERE)
    return Settings.model_validate(
        {
            "database_url": "postgresql:///nowhere",
            "redis_url": None,
            "secret_key": "throwaway " * 4,
            "data_keys": [Fernet.generate_key().decode()],
            "public_url": NOWHERE,
            "media_directory": directory,
            **{name.lower(): value for name, value in wechat.items()},
        }
    )


def main(target: Path) -> None:
    """Write every generated document below `target`."""
    with tempfile.TemporaryDirectory() as directory:
        app = create_app(throwaway_settings(Path(directory)))
        with app.app_context():
            documents = generated_documents()
    for name, text in documents.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)

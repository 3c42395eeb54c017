"""The running application's store, as the settings name it."""

from flask import Flask, current_app

from backend.core.storage.folder import FolderStorage
from backend.core.storage.interface import Storage
from backend.core.storage.s3 import S3Storage
from backend.settings import Settings


def open_storage(app: Flask, settings: Settings) -> None:
    """Give the application its store; `SettingsProblem` where a bucket refuses us."""
    if settings.storage == "s3":
        bucket = S3Storage(settings)
        bucket.check()
        app.extensions["storage"] = bucket
        return
    app.extensions["storage"] = FolderStorage(
        settings.media_directory,
        settings.private_files,
        settings.public_url,
        settings.secret_key.get_secret_value(),
    )


def storage() -> Storage:
    """The running application's store."""
    found: Storage = current_app.extensions["storage"]
    return found


def folder_storage() -> FolderStorage | None:
    """The store, if it is a folder and this service takes the forms itself."""
    found = current_app.extensions["storage"]
    return found if isinstance(found, FolderStorage) else None

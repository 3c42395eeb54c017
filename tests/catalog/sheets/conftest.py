"""A producer's desk over an empty database."""

import pytest

from backend import Service
from tests.api import Api
from tests.catalog.sheets.desk import Desk, open_desk
from tests.conftest import Worker


@pytest.fixture
def desk(app: Service, api: Api, worker: Worker) -> Desk:
    return open_desk(app, api, worker)

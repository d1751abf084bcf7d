"""Fixtures that tests of many packages share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from roundtable.store import Store, open_store
from servers.fixtures import provider as provider
from servers.postgresql import fresh_schema, running_postgresql


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A server for the tests of this process; its socket's folder."""
    with running_postgresql() as folder:
        yield folder


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """An empty schema of the test's own."""
    with fresh_schema(postgresql_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty store, relative to `tmp_path`: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        return "sqlite:///store.db"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    """An open, empty store: once SQLite, once PostgreSQL."""
    with open_store(store_url, blobs="blobs", root=tmp_path) as opened:
        yield opened

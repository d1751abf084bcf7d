"""The fixture `provider`: the loopback server, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servers.provider import Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider on the loopback; `provider.behave(...)` makes it fail."""
    with Provider() as running:
        yield running

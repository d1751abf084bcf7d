"""What a connector is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable

from roundtable.generation.types import Delta, Request, Response


class Connector(Protocol):
    """One way to reach a model. A frozen dataclass; its fields are the options."""

    @property
    def enforces(self) -> frozenset[str]:
        """The grammar kinds that its decoder enforces; others are parsed and re-asked."""
        ...

    async def complete(self, request: Request, /) -> Response:
        """Answers one request; raises ProviderError when it cannot."""
        ...


@runtime_checkable
class Streams(Protocol):
    """A connector that can hand on an answer as it is written."""

    def stream(self, request: Request, /) -> AsyncIterator[Delta]:
        """Yields the answer's pieces; the last delta carries the whole response."""
        ...


@runtime_checkable
class ScoresOptions(Protocol):
    """A connector that fills `Response.scores` exactly; its attribute says so."""

    @property
    def scores_options(self) -> bool:
        """True if `Request.scores` is honored."""
        ...


@runtime_checkable
class Closes(Protocol):
    """A connector that holds sockets, threads or memory."""

    async def aclose(self) -> None:
        """Frees them; the connector is not used afterwards."""
        ...


class Endpoint(Protocol):
    """A connector whose answers depend on where they come from."""

    @property
    def endpoint(self) -> str:
        """Part of the call's key: a base URL, or the digest of a weights file."""
        ...

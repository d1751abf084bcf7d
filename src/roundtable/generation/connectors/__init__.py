"""One thin file per provider API: encode a request, decode what comes back.

1. `CONNECTORS` is the table of those built in; `plugins.find("connectors", ...)` gives a class.
2. `HttpConnector` is what providers over HTTP share: one pooled client, keys, errors, streams.
3. A provider over HTTP is a frozen dataclass with `encode` and `decode`.
4. Every failure is a ProviderError that says whether to ask again and whether it may cost.
5. Retries, budget, cache and limits are not here: they wrap `complete` from outside.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.generation.connectors.http import HttpConnector
    from roundtable.generation.connectors.protocol import Connector
    from roundtable.generation.connectors.rates import RateHint
    from roundtable.generation.connectors.table import CONNECTORS

_PUBLIC = {
    "CONNECTORS": "table",
    "Connector": "protocol",
    "HttpConnector": "http",
    "RateHint": "rates",
}
__all__ = ["CONNECTORS", "Connector", "HttpConnector", "RateHint"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)

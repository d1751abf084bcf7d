"""The checkers that come with Roundtable; each is imported only when it is named."""

from __future__ import annotations

_HERE = "roundtable.generation.guard"

CHECKERS: dict[str, str] = {
    "support": f"{_HERE}.support:Support",
    "cross-encoder": f"{_HERE}.cross_encoder:CrossEncoder",
}

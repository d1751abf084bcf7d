"""Whether an answer is supported by its context, and how sure that is.

1. `read_claims` reads rows `{id, question, context, answer}`, or says what is wrong with them.
2. `score` hands them to a `Checker` in batches and yields one `Verdict` each.
3. The built-in checker, `Support`, runs on the CPU; `CHECKERS` is the table of all.
4. A verdict tells each sentence's probability of not being supported, and where the evidence is.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.generation.guard.protocol import Checker
    from roundtable.generation.guard.rows import read_claims
    from roundtable.generation.guard.scoring import score
    from roundtable.generation.guard.table import CHECKERS
    from roundtable.generation.guard.types import Claim, SentenceScore, Span, Verdict

_PUBLIC = {
    "CHECKERS": "table",
    "Checker": "protocol",
    "Claim": "types",
    "SentenceScore": "types",
    "Span": "types",
    "Verdict": "types",
    "read_claims": "rows",
    "score": "scoring",
}
__all__ = [
    "CHECKERS",
    "Checker",
    "Claim",
    "SentenceScore",
    "Span",
    "Verdict",
    "read_claims",
    "score",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)

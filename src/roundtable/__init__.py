"""Takes uses of large language models from proof of concept to product.

```
import roundtable
workspace = roundtable.load("my-workspace")
outcome = roundtable.run(workspace, "triage")
```
Nothing is imported until it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.errors import RoundtableError
    from roundtable.evaluation.types import Case, Score
    from roundtable.generation.types import Grammar, Message, Passage, Request, Response
    from roundtable.governance.gate import CheckResult, Evidence
    from roundtable.jobs.compare import compare
    from roundtable.jobs.license import check_license
    from roundtable.jobs.run import run, run_async
    from roundtable.plugins import find
    from roundtable.store.opening import open_store
    from roundtable.workspace import load

__version__ = "0.1.0"

_PUBLIC = {
    "Case": "evaluation.types",
    "CheckResult": "governance.gate",
    "Evidence": "governance.gate",
    "Grammar": "generation.types",
    "Message": "generation.types",
    "Passage": "generation.types",
    "Request": "generation.types",
    "Response": "generation.types",
    "RoundtableError": "errors",
    "Score": "evaluation.types",
    "check_license": "jobs.license",
    "compare": "jobs.compare",
    "find": "plugins",
    "load": "workspace",
    "open_store": "store.opening",
    "run": "jobs.run",
    "run_async": "jobs.run",
}
__all__ = [
    "Case",
    "CheckResult",
    "Evidence",
    "Grammar",
    "Message",
    "Passage",
    "Request",
    "Response",
    "RoundtableError",
    "Score",
    "check_license",
    "compare",
    "find",
    "load",
    "open_store",
    "run",
    "run_async",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Inputs to an answer, with or without a workspace.

1. `PromptTemplate` turns inputs into messages; user text can never open a role.
2. `Pipeline` asks through a `Complete`, reads the answer, and asks once more if it must.
3. A connector's `complete` is a `Complete`; cache, retry, budget and limits wrap it.
4. A constraint says what an answer may be; `Answer` holds what it was.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.generation.pipeline import Pipeline
    from roundtable.generation.prompt import PromptTemplate
    from roundtable.generation.types import Answer, Complete, Message, Request, Response, Usage

_PUBLIC = {
    "Answer": "types",
    "Complete": "types",
    "Message": "types",
    "Pipeline": "pipeline",
    "PromptTemplate": "prompt",
    "Request": "types",
    "Response": "types",
    "Usage": "types",
}
__all__ = [
    "Answer",
    "Complete",
    "Message",
    "Pipeline",
    "PromptTemplate",
    "Request",
    "Response",
    "Usage",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)

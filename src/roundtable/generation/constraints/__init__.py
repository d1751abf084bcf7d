"""Output spaces: what a decoder is held to, and how an answer is read.

1. A candidate names a constraint; `plugins.find("constraints", ...)` gives its class.
2. `grammar` goes into the request; a connector that enforces its kind cannot answer otherwise.
3. `parse` reads the answer; a ConstraintError says what to ask the model to correct.
4. `option_probabilities` makes probabilities of a choice's exact scores, `vote` of repeats.
5. `CONSTRAINTS` is the table of those built in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.generation.constraints.choice import Choice
    from roundtable.generation.constraints.grammar import GrammarText
    from roundtable.generation.constraints.json_schema import JsonSchema
    from roundtable.generation.constraints.probabilities import option_probabilities, vote
    from roundtable.generation.constraints.protocol import Constraint
    from roundtable.generation.constraints.regex import Regex
    from roundtable.generation.constraints.table import CONSTRAINTS

_PUBLIC = {
    "CONSTRAINTS": "table",
    "Choice": "choice",
    "Constraint": "protocol",
    "GrammarText": "grammar",
    "JsonSchema": "json_schema",
    "Regex": "regex",
    "option_probabilities": "probabilities",
    "vote": "probabilities",
}
__all__ = [
    "CONSTRAINTS",
    "Choice",
    "Constraint",
    "GrammarText",
    "JsonSchema",
    "Regex",
    "option_probabilities",
    "vote",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)

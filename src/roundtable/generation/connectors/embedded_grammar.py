"""Output spaces as GBNF, the grammar that llama.cpp's decoder is held to.

Source: llama.cpp, grammars/README.md.
"""

from __future__ import annotations

from roundtable.generation.types import Grammar


def gbnf_of(grammar: Grammar, *, lead: str = "") -> str:
    """Returns a choice, an expression or a grammar as GBNF.

    Args:
        grammar: Of any kind but `json-schema`, which the decoder reads itself.
        lead: White space that comes before an option of a choice.
    """
    if grammar.kind == "choice":
        options = " | ".join(literal(lead + option) for option in grammar.options)
        return f"root ::= {options}"
    return grammar.source


def literal(text: str) -> str:
    """Returns a text as a quoted GBNF literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'

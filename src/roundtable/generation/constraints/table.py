"""The constraints that come with Roundtable; each is imported only when a candidate names it."""

from __future__ import annotations

_HERE = "roundtable.generation.constraints"

CONSTRAINTS: dict[str, str] = {
    "choice": f"{_HERE}.choice:Choice",
    "json-schema": f"{_HERE}.json_schema:JsonSchema",
    "regex": f"{_HERE}.regex:Regex",
    "grammar": f"{_HERE}.grammar:GrammarText",
}

"""What both formats carry of Roundtable's own words, as name and value.

A reader that does not know these names loses nothing that the formats' own fields can say; one that
knows them gets the exact relation where a format has only a coarser one.
"""

from __future__ import annotations

from roundtable.licensing.bom.bill import Answer, Component, License

PREFIX = "roundtable:"
MODELS = ("model", "adapter")
DATA = ("dataset", "corpus", "prompt")
DERIVED = (
    "fine-tuned-from",
    "adapter-of",
    "merged-from",
    "quantized-from",
    "distilled-from",
    "derived-from",
)
LEARNED = ("trained-on", "evaluated-on")
FORWARD = {
    "trained-on": "trainedOn",
    "evaluated-on": "testedOn",
    "retrieves-from": "dependsOn",
    "includes": "contains",
    **dict.fromkeys(DERIVED, "descendantOf"),
}
"""A relation to how SPDX says it from child to parent; `generated-by` is said from the parent."""


def component_properties(one: Component) -> list[tuple[str, str]]:
    """Returns the identity, the terms and the exact lineage of a component."""
    found = [
        (f"{PREFIX}id", one.id),
        (f"{PREFIX}kind", one.kind),
        (f"{PREFIX}license", one.license),
        (f"{PREFIX}lineage", one.lineage),
    ]
    found += [(f"{PREFIX}parent", f"{each.relation} {each.id}") for each in one.parents]
    found += [(f"{PREFIX}fact:{name}", value) for name, value in one.facts]
    return found


def answer_properties(answer: Answer) -> list[tuple[str, str]]:
    """Returns what the license engine says of a component."""
    return [
        (f"{PREFIX}verdict", answer.verdict),
        *((f"{PREFIX}obligation", slug) for slug in answer.obligations),
        *((f"{PREFIX}because", text) for text in answer.because),
    ]


def license_properties(used: License | None) -> list[tuple[str, str]]:
    """Returns how the clauses of a component's license were verified, and what they restrict."""
    if used is None:
        return []
    found = [(f"{PREFIX}license-verified", used.verified)] if used.verified else []
    return found + [(f"{PREFIX}use-policy", text) for text in used.policies]

"""The names of what comes with packages above, so that typing errors are told on load.

Those packages hold the tables of their classes; a test holds these names against them.
"""

from __future__ import annotations

from collections.abc import Mapping

from roundtable.plugins import Kind, names

BUILT_IN: dict[Kind, tuple[str, ...]] = {
    "connectors": ("openai", "openai-responses", "anthropic", "gemini", "embedded", "baseline"),
    "constraints": ("choice", "json-schema", "regex", "grammar"),
    "retrievers": ("lexical", "dense", "hybrid"),
    "metrics": (
        "accuracy",
        "macro_f1",
        "exact_match",
        "token_f1",
        "rouge_l",
        "contains",
        "regex_match",
        "json_valid",
        "field_accuracy",
        "semantic_similarity",
        "latency",
        "tokens",
        "usd",
        "judge",
        "abstained",
        "coverage",
        "unanswerable_abstained",
        "unsupported",
        "citation_recall",
        "citation_precision",
        "retrieval_recall",
    ),
}
BASELINES = ("neighbours", "majority")
# What a gate may limit beside metrics.
MEASURED = ("latency_p50_ms", "latency_p95_ms", "usd_per_1k")


def names_missing(
    kind: Kind, name: str, plugins: Mapping[str, Mapping[str, str]]
) -> tuple[str, ...]:
    """Returns nothing if a plug-in of that name is there, else the names of those that are.

    Args:
        kind: The kind of plug-in.
        name: As a file names it.
        plugins: The workspace's own: kind, then name to class.
    """
    own = plugins.get(kind, {})
    if name in own or name in BUILT_IN[kind]:
        return ()
    # Only now: looking for installed ones takes 55 ms.
    known = names(kind, builtin=dict.fromkeys(BUILT_IN[kind], ""), local=own)
    return () if name in known else known

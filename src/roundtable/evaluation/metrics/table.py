"""Which metrics there are, and which a task gets when its use case names none."""

from __future__ import annotations

from typing import Literal

TaskKind = Literal["choice", "extract", "answer", "generate"]

_HERE = "roundtable.evaluation.metrics"
METRICS: dict[str, str] = {
    "accuracy": f"{_HERE}.labels:Accuracy",
    "macro_f1": f"{_HERE}.labels:MacroF1",
    "exact_match": f"{_HERE}.texts:ExactMatch",
    "token_f1": f"{_HERE}.texts:TokenF1",
    "rouge_l": f"{_HERE}.texts:RougeL",
    "contains": f"{_HERE}.texts:Contains",
    "regex_match": f"{_HERE}.texts:RegexMatch",
    "json_valid": f"{_HERE}.objects:JsonValid",
    "field_accuracy": f"{_HERE}.objects:FieldAccuracy",
    "semantic_similarity": f"{_HERE}.meaning:SemanticSimilarity",
    "latency": f"{_HERE}.costs:Latency",
    "tokens": f"{_HERE}.costs:Tokens",
    "usd": f"{_HERE}.costs:Usd",
    "judge": f"{_HERE}.judge:Judge",
    "abstained": f"{_HERE}.grounded:Abstained",
    "coverage": f"{_HERE}.grounded:Coverage",
    "unanswerable_abstained": f"{_HERE}.grounded:UnanswerableAbstained",
    "unsupported": f"{_HERE}.support:Unsupported",
    "citation_recall": f"{_HERE}.support:CitationRecall",
    "citation_precision": f"{_HERE}.support:CitationPrecision",
    "retrieval_recall": f"{_HERE}.grounded:RetrievalRecall",
}
"""Metric name to "module:Class"."""

_DEFAULTS: dict[TaskKind, tuple[str, ...]] = {
    "choice": ("accuracy", "macro_f1"),
    "extract": ("field_accuracy", "json_valid"),
    "answer": ("exact_match", "token_f1"),
    "generate": ("token_f1", "rouge_l"),
}


def defaults(task_kind: TaskKind) -> tuple[str, ...]:
    """Returns the metrics of a use case that names none, the deciding one first."""
    return _DEFAULTS[task_kind]

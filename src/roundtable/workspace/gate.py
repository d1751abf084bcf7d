"""Limits and sign-offs, and how a policy's are merged with a use case's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ConfigDict, Field, field_validator, model_validator

from roundtable.workspace.declared import Declared, Number, Share, Text, wrong


class Limit(Declared):
    """What a metric has to keep to, held against its confidence bound."""

    at_least: Number | None = Field(default=None, description="The metric may not lie below.")
    at_most: Number | None = Field(default=None, description="The metric may not lie above.")
    confidence: Share = Field(default=0.95, description="Confidence of the interval's bound.")

    @model_validator(mode="after")
    def _says_something(self) -> Limit:
        if self.at_least is None and self.at_most is None:
            raise wrong("this limit limits nothing", "add at_least = … or at_most = …")
        low, high = self.at_least, self.at_most
        if low is not None and high is not None and low > high:
            raise wrong("nothing lies between these limits", "make at_least smaller than at_most")
        return self


def _metrics_are_limits(schema: dict[str, Any]) -> None:
    limits = schema["properties"].pop("limits")
    schema["additionalProperties"] = limits["additionalProperties"]


class PolicyGate(Declared):
    """Limits by metric, and who must sign."""

    model_config = ConfigDict(json_schema_extra=_metrics_are_limits)

    limits: dict[str, Limit] = Field(
        default={}, description="Each further key: a metric, and its limit."
    )
    signoffs: tuple[Text, ...] = Field(default=(), description="The roles that must sign.")

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        own = set(cls.model_fields) - {"limits"}
        kept = {key: value for key, value in data.items() if key in own}
        return kept | {"limits": {k: v for k, v in data.items() if k not in own}}

    @field_validator("signoffs")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value))


class Gate(PolicyGate):
    """What a use case must hold before it moves on."""

    candidate: str = Field(default="", description="The candidate judged; empty: the best one.")


def merged(gate: Gate | None, others: Iterable[PolicyGate]) -> Gate | None:
    """Returns the use case's gate with the policies' added, the stricter of each winning.

    Args:
        gate: The use case's own, or None.
        others: Those of the policies that match it.
    """
    limits = dict(gate.limits) if gate else {}
    signoffs = list(gate.signoffs) if gate else []
    for other in others:
        for metric, limit in other.limits.items():
            limits[metric] = _stricter(limits[metric], limit) if metric in limits else limit
        signoffs += other.signoffs
    if not limits and not signoffs:
        return gate
    return (gate or Gate()).model_copy(
        update={"limits": limits, "signoffs": tuple(dict.fromkeys(signoffs))}
    )


def _stricter(one: Limit, other: Limit) -> Limit:
    lows = [limit.at_least for limit in (one, other) if limit.at_least is not None]
    highs = [limit.at_most for limit in (one, other) if limit.at_most is not None]
    return one.model_copy(
        update={
            "at_least": max(lows, default=None),
            "at_most": min(highs, default=None),
            "confidence": max(one.confidence, other.confidence),
        }
    )

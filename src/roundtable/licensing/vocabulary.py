"""The words of the license engine: kinds, relations, states, verdicts, duties.

Source: the rules page `licenses/vocabulary.md` of the project, which is normative.
"""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["model", "adapter", "dataset", "corpus", "prompt", "software", "system"]
Lineage = Literal["declared", "undisclosed"]
Relation = Literal[
    "fine-tuned-from",
    "adapter-of",
    "merged-from",
    "quantized-from",
    "distilled-from",
    "trained-on",
    "generated-by",
    "derived-from",
    "retrieves-from",
    "includes",
    "evaluated-on",
]
State = Literal[
    "work", "modified", "mixed", "output", "trained", "shown", "learnt-same", "learnt-other"
]
Distribution = Literal["internal-only", "hosted-service", "outputs", "weights"]
Audience = Literal["internal", "product"]
Verdict = Literal["allowed", "conditions", "review", "prohibited"]
Effect = Literal["waived", "review", "prohibited"]
Tag = Literal["share-alike", "restricts"]
RemedyKind = Literal["use", "data", "base", "counsel", "owner", "own-model"]
Verified = Literal["text", "memory", "unverified"]

KINDS: tuple[Kind, ...] = get_args(Kind)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
STATES: tuple[State, ...] = get_args(State)
LINEAGES: tuple[Lineage, ...] = get_args(Lineage)
DISTRIBUTIONS: tuple[Distribution, ...] = get_args(Distribution)
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
EFFECTS: tuple[Effect, ...] = get_args(Effect)
TAGS: tuple[Tag, ...] = get_args(Tag)
VERIFIED: tuple[Verified, ...] = get_args(Verified)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""From the mildest to the gravest."""

DUTIES: dict[str, str] = {
    "retain-notices": "Keep copyright and attribution notices, or the license's own notice line,"
    " in copies.",
    "include-license-copy": "Hand the license text on with copies.",
    "pass-on-notice-file": "Hand the NOTICE file on.",
    "state-changes": "Say in the files that you changed them.",
    "no-endorsement": "Do not use the authors' names to promote.",
    "credit": "Name the creator, the license and the source.",
    "share-alike": "Hand your version on under the same license.",
    "disclose-source": "Offer the corresponding source.",
    "network-source": "Offer the source to users over the network.",
    "pass-on-use-restrictions": "Put the use restrictions into your own terms, as an enforceable"
    " provision.",
    "acceptable-use-policy": "Obey the provider's use policy, and see that users do.",
    "display-built-with": 'Show "Built with ..." where users see it.',
    "name-prefix": "Begin the model's name as the license asks.",
    "tell-users-ai": "Say plainly that text was made by a machine.",
    "record-lineage-gap": "Record what is unknown, and settle it before the product.",
}
"""Slug of a duty to what has to be done."""

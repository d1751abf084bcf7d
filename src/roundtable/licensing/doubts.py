"""Words of a use that no terms ask about, though they look like ones that some do."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

from roundtable.licensing.knowledge import KnowledgeBase
from roundtable.licensing.types import Use

EU_MEMBERS = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    )
)  # fmt: skip
"""Codes of the members of the European Union (ISO 3166-1)."""
_NEAR = 0.75


def doubts(use: Use, knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Returns a sentence for each word of the use that is likely to be another's misspelling.

    Words are compared as they are written: a clause about `medical-advice` does not bind a use that
    says `medical-advise`, and one about the EU none that says DE. People should hear of it.

    Args:
        use: What is asked.
        knowledge: The terms.
    """
    found = []
    domains = _asked(knowledge)
    for domain in use.domains:
        if domain.casefold() in domains:
            continue
        near = get_close_matches(domain.casefold(), domains, n=1, cutoff=_NEAR)
        if near:
            found.append(f"no terms ask about the domain {domain!r}: is it {near[0]!r}?")
    if use.company_region and use.company_region.upper() in EU_MEMBERS:
        found.append(
            f"the company's region is {use.company_region!r}, which lies in the EU; terms ask about"
            " 'EU': write that, or their clauses about it are not held against this use"
        )
    return tuple(found)


@lru_cache(maxsize=8)
def _asked(knowledge: KnowledgeBase) -> frozenset[str]:
    return frozenset(
        domain.casefold()
        for terms in knowledge.licenses.values()
        for clause in terms.clauses
        for domain in clause.when.domains or ()
    )

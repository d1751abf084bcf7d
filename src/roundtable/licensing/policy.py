"""The house's own rules on licenses, held against what reaches an asset: never laxer than terms.

A rule is no clause of a license, so no override waives `deny` or `blocked`: who wants it otherwise
changes the policy. What only needs somebody's consent (`needs-signoff`) is settled by a waiver of
the clause it is about, for that is what counsel's consent looks like.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from roundtable.licensing.carriers import Carrier, carriers
from roundtable.licensing.knowledge import LINEAGE, UNKNOWN, KnowledgeBase
from roundtable.licensing.reach import Reach
from roundtable.licensing.types import Because, Finding, Override
from roundtable.licensing.vocabulary import STATES, VERDICTS, Verdict
from roundtable.licensing.wording import LEFT_OUT, way
from roundtable.workspace.licenses import LicenseRules, Treatment

POLICY = "policy"
"""What a rule is called where a clause names its license."""
_VERDICTS: dict[Treatment | None, Verdict] = {"needs-signoff": "review", "blocked": "prohibited"}


CONSENTS: dict[str, tuple[str, str]] = {
    "unknown": (UNKNOWN.id, UNKNOWN.clauses[0].id),
    "undisclosed_lineage": (LINEAGE.id, LINEAGE.clauses[0].id),
}
"""Rule to the clause a waiver of which is the consent that the rule may ask for."""


class _Rule(msgspec.Struct, frozen=True):
    name: str
    verdict: Verdict
    says: str
    # Whether a waiver of the clause it is about is the consent that it asks for.
    consent: tuple[str, str] | None = None


def under_policy(
    finding: Finding,
    rules: LicenseRules,
    *,
    reach: Reach,
    asset: str,
    knowledge: KnowledgeBase,
    overrides: Sequence[Override],
    as_of: date,
) -> Finding:
    """Returns the finding with what the house's rules add: the same verdict, or a graver one.

    Args:
        finding: What the terms say.
        rules: Of the use case and the policies that match it, merged.
        reach: What reaches each asset.
        asset: The used one.
        knowledge: The terms.
        overrides: Those that are for this use.
        as_of: The day of the answer.
    """
    waived = {
        (one.license.casefold(), one.clause, one.asset)
        for one in overrides
        if one.effect == "waived" and as_of <= one.expires
    }
    position = reach.graph.position(asset)
    added: dict[Verdict, list[Because]] = {}
    for rule, wanted in _broken(rules, reach, position, knowledge):
        for carrier in carriers(reach, position, wanted):
            ancestor = reach.graph.assets[carrier.position].id
            if rule.consent and any((*rule.consent, whom) in waived for whom in (None, ancestor)):
                continue
            added.setdefault(rule.verdict, []).append(_because(rule, reach, carrier))
    if not added:
        return finding
    gravest = max(added, key=VERDICTS.index)
    if VERDICTS.index(gravest) < VERDICTS.index(finding.verdict):
        return finding
    kept = finding.because if gravest == finding.verdict else ()
    ours = sorted(added[gravest], key=lambda one: (one.clause, one.asset))
    return msgspec.structs.replace(finding, verdict=gravest, because=(*kept, *ours))


def _broken(
    rules: LicenseRules, reach: Reach, position: int, knowledge: KnowledgeBase
) -> Iterator[tuple[_Rule, dict[int, int]]]:
    """Yields each rule, and the origins and states that break it."""
    denied = {knowledge.get(name).id for name in rules.deny}
    states = dict(reach.states(position))
    lineage = sum(1 << STATES.index(state) for state in LINEAGE.clauses[0].reach)
    hit = {n: bits for n, bits in states.items() if reach.origins[n].terms.id in denied}
    if hit:
        yield _Rule("deny", "prohibited", "the house's policy denies {license}"), hit
    hit = {n: bits for n, bits in states.items() if reach.origins[n].terms is UNKNOWN}
    if hit and (verdict := _VERDICTS.get(rules.unknown)):
        says = "nobody can say under which terms it stands, and the house's policy "
        yield _rule("unknown", verdict, says), hit
    hit = {n: b & lineage for n, b in states.items() if reach.origins[n].undisclosed}
    hit = {n: bits for n, bits in hit.items() if bits}
    if hit and (verdict := _VERDICTS.get(rules.undisclosed_lineage)):
        says = "nobody says what it was made from, and the house's policy "
        yield _rule("undisclosed_lineage", verdict, says), hit


def _rule(name: str, verdict: Verdict, says: str) -> _Rule:
    if verdict == "prohibited":
        return _Rule(name, verdict, says + "blocks that until it is known")
    return _Rule(name, verdict, says + "asks for somebody's consent", CONSENTS[name])


def _because(rule: _Rule, reach: Reach, carrier: Carrier) -> Because:
    hops = min(carrier.ways.values(), key=lambda one: one.n_steps).hops()
    ids = tuple(LEFT_OUT if one < 0 else reach.graph.assets[one].id for one, _ in hops)
    relations = [relation for _, relation in hops[:-1]]
    license = reach.origins[carrier.origin].terms.id
    return Because(
        license=POLICY,
        clause=rule.name,
        asset=ids[0],
        why=f"{way(ids, relations)}: {rule.says.format(license=license)}",
        path=ids,
    )

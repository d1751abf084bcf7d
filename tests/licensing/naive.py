"""The rules once more, straight from the page, as slowly and simply as they can be told.

It takes what PyYAML reads, walks every path one by one, and shares nothing with the engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

ORDER = ["allowed", "conditions", "review", "prohibited"]
Triple = tuple[str, str, str]
Answer = tuple[str, list[str], set[Triple]]


def answer(scenario: dict[str, Any], terms: dict[str, Any], today: date) -> Answer:
    """Returns verdict, obligations, and the deciding (license, clause, asset)."""
    assets = {one["id"]: one for one in scenario["assets"]}
    use = {
        "distribution": "internal-only", "audience": "internal", "commercial": True,
        "monthly_active_users": 0, "domains": [], "company_region": None,
        **scenario["use"],
    }  # fmt: skip
    inside = use["audience"] == "internal" and use["distribution"] == "internal-only"

    # Every clause that binds: license, clause, asset, states, verdict, duties, tag.
    binding = []
    for asset in assets.values():
        states = set(states_of(asset["id"], use["asset"], assets, terms))
        name, own = terms_of(asset, terms)
        clauses = [(name, clause) for clause in own["clauses"]]
        gap = {"verdict": "review"} if not inside else {"duties": ["record-lineage-gap"]}
        if asset.get("lineage") == "undisclosed":
            reached = ["work", "modified", "mixed", "trained", "shown"]
            clauses.append(("lineage", {"id": "undisclosed", "in": reached, **gap}))
        if name == "unknown":
            clauses.append(("unknown", {"id": "unknown", "in": None, **gap}))
        for license, clause in clauses:
            here = states if clause["in"] is None else states & set(clause["in"])
            holds = when_holds(clause.get("when", {}), use)
            if here and holds:
                binding.append(
                    {
                        "license": license,
                        "clause": clause["id"],
                        "asset": asset["id"],
                        "states": here,
                        "verdict": "review" if holds == "unsaid" else clause.get("verdict"),
                        "duties": clause.get("duties", []),
                        "tag": clause.get("tag"),
                    }
                )

    if use["distribution"] == "weights":
        clash = set()
        for a, one in enumerate(binding):
            for b, other in enumerate(binding):
                if (
                    one["tag"] == "share-alike"
                    and other["tag"] == "restricts"
                    and one["states"] & {"modified", "mixed"}
                    and other["states"] & {"work", "modified", "mixed"}
                    and one["license"] != other["license"]
                ):
                    clash |= {a, b}
        for number in clash:
            binding[number]["verdict"] = "prohibited"

    as_of = day(scenario.get("as_of") or today)
    for one in binding:
        effects = [
            ruling["effect"]
            for ruling in scenario.get("overrides") or []
            if ruling["license"].lower() == one["license"].lower()
            and ruling["clause"] == one["clause"]
            and ruling.get("asset") in (None, one["asset"])
            and as_of <= day(ruling["expires"])
        ]
        for effect in ("prohibited", "review", "waived"):
            if effect in effects:
                one["verdict"] = None if effect == "waived" else effect
                break

    verdict = "allowed"
    for one in binding:
        given = one["verdict"] or ("conditions" if one["duties"] else "allowed")
        verdict = max(verdict, given, key=ORDER.index)
    duties = sorted({duty for one in binding for duty in one["duties"]})
    if verdict == "conditions":
        deciding = [one for one in binding if one["duties"]]
    else:
        deciding = [one for one in binding if one["verdict"] == verdict]
    return verdict, duties, {(o["license"], o["clause"], o["asset"]) for o in deciding}


def terms_of(asset: dict[str, Any], terms: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    wanted = asset["license"].lower()
    if wanted == "unknown":
        return "unknown", {"clauses": []}
    return next((name, one) for name, one in terms.items() if name.lower() == wanted)


def when_holds(when: dict[str, Any], use: dict[str, Any]) -> bool | str:
    if "distribution" in when and use["distribution"] not in when["distribution"]:
        return False
    if "audience" in when and use["audience"] not in when["audience"]:
        return False
    if "commercial" in when and use["commercial"] is not when["commercial"]:
        return False
    if "users_over" in when and not use["monthly_active_users"] > when["users_over"]:
        return False
    if "domains" in when and not set(use["domains"] or []) & set(when["domains"]):
        return False
    if "company_region" in when:
        if use["company_region"] is None:
            return "unsaid"
        return use["company_region"] in when["company_region"]
    return True


def states_of(
    ancestor: str, used: str, assets: dict[str, Any], terms: dict[str, Any]
) -> Iterator[str]:
    """Yields the state at the end of every path from the ancestor to the used asset."""
    for path in paths(ancestor, used, assets):
        state: str | None = "work"
        for child, relation in path:
            state = step(state, relation, child, ancestor, assets, terms)
            if state is None:
                break
        if state is not None:
            yield state


def paths(ancestor: str, used: str, assets: dict[str, Any]) -> Iterator[list[tuple[str, str]]]:
    """Yields each way down, as (child, its relation to the one before)."""
    if used == ancestor:
        yield []
        return
    for edge in assets[used].get("parents") or []:
        for way in paths(ancestor, edge["id"], assets):
            yield [*way, (used, edge["relation"])]


def step(
    state: str,
    relation: str,
    child: str,
    ancestor: str,
    assets: dict[str, Any],
    terms: dict[str, Any],
) -> str | None:
    """Returns the state at the child, row by row of the table."""
    own = ("work", "modified", "mixed")
    learnt = ("learnt-same", "learnt-other")
    if relation == "evaluated-on":
        return None
    if state in own:
        if relation == "includes":
            return state
        if relation in ("fine-tuned-from", "adapter-of", "quantized-from", "derived-from"):
            return "mixed" if state == "mixed" else "modified"
        if relation == "merged-from":
            if state == "mixed":
                return "mixed"
            return "mixed" if lies_outside(child, ancestor, assets, terms) else "modified"
        if relation == "generated-by":
            return "output"
        if relation == "trained-on":
            return "trained"
        if relation == "retrieves-from":
            return "shown"
    if state in own + learnt and relation == "distilled-from":
        return learns(child, ancestor, assets, terms)
    if state == "output":
        if relation in ("derived-from", "includes"):
            return "output"
        if relation == "trained-on":
            return learns(child, ancestor, assets, terms)
    kept = ("fine-tuned-from", "adapter-of", "merged-from", "quantized-from", "includes")
    if state in learnt:
        if relation in kept:
            return state
        if relation == "generated-by":
            return "output"
    if state in ("trained", "shown") and relation in kept:
        return state
    return None


def family_of(ancestor: str, assets: dict[str, Any], terms: dict[str, Any]) -> list[str]:
    return [one.lower() for one in terms_of(assets[ancestor], terms)[1].get("family", [])]


def roots(asset: str, assets: dict[str, Any]) -> set[str]:
    up = ("fine-tuned-from", "adapter-of", "merged-from", "quantized-from")
    above = [e["id"] for e in assets[asset].get("parents") or [] if e["relation"] in up]
    return {root for parent in above for root in roots(parent, assets)} if above else {asset}


def lies_outside(child: str, ancestor: str, assets: dict[str, Any], terms: dict[str, Any]) -> bool:
    family = family_of(ancestor, assets, terms)
    found = {assets[root]["license"].lower() for root in roots(child, assets)}
    return bool(family) and not found <= set(family)


def learns(child: str, ancestor: str, assets: dict[str, Any], terms: dict[str, Any]) -> str:
    family = family_of(ancestor, assets, terms)
    found = {assets[root]["license"].lower() for root in roots(child, assets)}
    return "learnt-same" if family and found <= set(family) else "learnt-other"


def day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)

"""Scenarios drawn by chance: chains, dense graphs, every relation, every license of the terms."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

DATA = Path(__file__).with_name("data")
RAW_TERMS: dict[str, Any] = yaml.safe_load((DATA / "terms.yaml").read_text("utf-8"))
TODAY = date(2026, 11, 24)
KINDS = ["model", "adapter", "dataset", "corpus", "prompt", "software", "system"]
RELATIONS = [
    "fine-tuned-from", "adapter-of", "merged-from", "quantized-from", "distilled-from",
    "trained-on", "generated-by", "derived-from", "retrieves-from", "includes", "evaluated-on",
]  # fmt: skip
FAMILIES = [name for name, one in RAW_TERMS.items() if one.get("family")]
TAGGED = [n for n, one in RAW_TERMS.items() if any(c.get("tag") for c in one["clauses"])]
DOMAINS = sorted(
    {
        d
        for o in RAW_TERMS.values()
        for c in o["clauses"]
        for d in c.get("when", {}).get("domains", [])
    }
)
# Those that matter for the subtle rules come up more often than by their number.
LICENSES = st.one_of(
    st.sampled_from([*RAW_TERMS, "unknown"]),
    st.sampled_from(FAMILIES),
    st.sampled_from(["internal", "internal", "unknown", "Apache-2.0"]),
    st.sampled_from(TAGGED),
)


def cased(draw: st.DrawFn, name: str) -> str:
    return draw(st.sampled_from([name, name, name, name.upper(), name.lower()]))


@st.composite
def graphs(draw: st.DrawFn, *, most: int = 12) -> list[dict[str, Any]]:
    """Draws assets, parents first; the last one has some way to most of the others."""
    n = draw(st.integers(1, most))
    dense = draw(st.booleans()) and n <= 7
    relations = st.sampled_from(draw(st.lists(st.sampled_from(RELATIONS), min_size=1, max_size=11)))
    assets: list[dict[str, Any]] = []
    for number in range(n):
        edges = []
        if number:
            if draw(st.integers(0, 9)):
                edges.append((number - 1, draw(relations)))
            extra = draw(st.integers(0, 4 if dense else 1))
            edges += [(draw(st.integers(0, number - 1)), draw(relations)) for _ in range(extra)]
        asset: dict[str, Any] = {
            "id": f"a{number}",
            "kind": draw(st.sampled_from(KINDS)),
            "license": cased(draw, draw(LICENSES)),
        }
        if draw(st.integers(0, 4)) == 0:
            asset["lineage"] = draw(st.sampled_from(["undisclosed", "undisclosed", "declared"]))
        if edges:
            asset["parents"] = [{"id": f"a{p}", "relation": r} for p, r in edges]
        assets.append(asset)
    return assets


@st.composite
def uses(draw: st.DrawFn, asset: str) -> dict[str, Any]:
    use: dict[str, Any] = {"asset": asset}
    choices: dict[str, st.SearchStrategy[Any]] = {
        "distribution": st.sampled_from(
            ["internal-only", "hosted-service", "outputs", "weights", "weights"]
        ),
        "audience": st.sampled_from(["internal", "product"]),
        "commercial": st.booleans(),
        "monthly_active_users": st.sampled_from(
            [0, 100_000_000, 100_000_001, 700_000_000, 700_000_001, 10**10]
        ),
        "company_region": st.sampled_from(["EU", "US", None]),
        "regions": st.lists(st.sampled_from(["EU", "US"]), max_size=2),
        "domains": st.lists(st.sampled_from([*DOMAINS, "gardening"]), max_size=2),
    }
    for key, values in choices.items():
        if draw(st.integers(0, 3)):
            use[key] = draw(values)
    return use


@st.composite
def overrides(draw: st.DrawFn, assets: list[dict[str, Any]]) -> dict[str, Any]:
    """Draws a decision about a clause that, more often than not, has something to bind."""
    names = {name.lower(): name for name in RAW_TERMS}
    here = [names[a["license"].lower()] for a in assets if a["license"].lower() != "unknown"]
    named = [n for n in (here or list(RAW_TERMS)) if RAW_TERMS[n]["clauses"]]
    pairs = [("lineage", "undisclosed"), ("unknown", "unknown")]
    pairs += [(n, c["id"]) for n in named for c in RAW_TERMS[n]["clauses"]]
    license, clause = draw(st.sampled_from(pairs))
    expires = TODAY + timedelta(days=draw(st.sampled_from([-300, -1, 0, 1, 300])))
    found: dict[str, Any] = {
        "license": cased(draw, license), "clause": clause,
        "effect": draw(st.sampled_from(["waived", "review", "prohibited"])),
        "by": "ada@example.com", "why": "a letter",
        "expires": draw(st.sampled_from([expires, str(expires)])),
    }  # fmt: skip
    if draw(st.booleans()):
        found["asset"] = draw(st.sampled_from([a["id"] for a in assets] + ["elsewhere"]))
    return found


@st.composite
def scenarios(draw: st.DrawFn, *, most: int = 12) -> dict[str, Any]:
    """Draws a scenario as a file would hold it, without what is expected."""
    assets = draw(graphs(most=most))
    used = assets[-1]["id"] if draw(st.integers(0, 5)) else draw(st.sampled_from(assets))["id"]
    scenario: dict[str, Any] = {"id": "drawn", "assets": assets, "use": draw(uses(used))}
    if draw(st.booleans()):
        scenario["overrides"] = draw(st.lists(overrides(assets), max_size=4))
    if draw(st.integers(0, 3)) == 0:
        scenario["as_of"] = draw(st.sampled_from([TODAY, str(TODAY), date(2027, 9, 1), None]))
    return scenario

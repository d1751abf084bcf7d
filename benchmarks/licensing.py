"""How long the license engine takes on graphs far larger than anybody's, and how much memory.

One million assets with three million edges, drawn by chance over every relation and every packaged
license; a chain of 100,000; and 500 uses of one graph. Building the graph from assets in memory and
its reach are counted; making the assets by chance is not. Each case runs in a process of its own,
so that its peak of memory is its own: `python benchmarks/licensing.py [CASE [ASSETS]]`.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from datetime import date

import numpy as np

from roundtable.licensing.checking import check
from roundtable.licensing.graph import Graph
from roundtable.licensing.knowledge import packaged
from roundtable.licensing.types import Asset, Parent, Use
from roundtable.licensing.vocabulary import KINDS, RELATIONS

TODAY = date(2026, 11, 24)
N_ASSETS = 1_000_000
N_USES = 500
CASES = ("uniform", "near", "chain")


def drawn(n: int, case: str) -> list[Asset]:
    """Returns assets with three parents each: anywhere before (`uniform`), or close (`near`)."""
    draw = np.random.default_rng(7)
    ids = [f"models/m{number}" for number in range(n)]
    licenses = list(packaged().licenses)
    license = draw.integers(0, len(licenses), n).tolist()
    kind = draw.integers(0, len(KINDS), n).tolist()
    undisclosed = (draw.random(n) < 0.1).tolist()
    if case == "chain":
        above = np.arange(-1, n - 1)[:, None]
        relation = np.full((n, 1), RELATIONS.index("fine-tuned-from"))
    else:
        span = np.arange(n) if case == "uniform" else np.minimum(np.arange(n), 1000)
        above = np.arange(n)[:, None] - 1 - (draw.random((n, 3)) * span[:, None]).astype(int)
        relation = draw.integers(0, len(RELATIONS), (n, 3))
    above, relation = above.tolist(), relation.tolist()
    return [
        Asset(
            id=ids[number],
            kind=KINDS[kind[number]],
            license=licenses[license[number]],
            lineage="undisclosed" if undisclosed[number] else "declared",
            parents=tuple(
                Parent(id=ids[p], relation=RELATIONS[r])
                for p, r in zip(above[number], relation[number], strict=True)
                if p >= 0
            ),
        )
        for number in range(n)
    ]


def peak_mb() -> float:
    """Returns the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(case: str, n: int) -> None:
    """Prints what one case takes."""
    assets = drawn(n, case)
    n_edges = sum(len(one.parents) for one in assets)
    before_mb = peak_mb()
    use = Use(
        asset=assets[-1].id, distribution="weights", audience="product", domains=("military",)
    )
    start_s = time.perf_counter()
    graph = Graph(assets)
    built_s = time.perf_counter() - start_s
    finding = check(graph, use, knowledge=packaged(), as_of=TODAY)
    one_s = time.perf_counter() - start_s
    print(
        f"{case}: {n:,} assets, {n_edges:,} edges: graph {built_s:.2f} s, with one use checked "
        f"{one_s:.2f} s ({finding.verdict}, {len(finding.because):,} because), "
        f"peak {peak_mb():.0f} MB of which the assets {before_mb:.0f} MB"
    )
    if case != "uniform":
        # There a single use is decided by a fifth of all assets or more, each told with its way.
        return
    start_s = time.perf_counter()
    n_because = 0
    for asset in assets[-N_USES:]:
        use = Use(asset=asset.id, distribution="hosted-service", audience="product")
        n_because += len(check(graph, use, knowledge=packaged(), as_of=TODAY).because)
    all_s = time.perf_counter() - start_s
    print(f"  {N_USES} uses more: {all_s:.2f} s ({n_because:,} because), peak {peak_mb():.0f} MB")


def main() -> None:
    """Runs the case named, or all."""
    if len(sys.argv) > 1:
        measure(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else N_ASSETS)
        return
    for case in CASES:
        n = "100000" if case == "chain" else str(N_ASSETS)
        subprocess.run([sys.executable, __file__, case, n], check=True)


if __name__ == "__main__":
    main()

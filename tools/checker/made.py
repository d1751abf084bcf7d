"""Adds contradictions of our own to the pool: `python made.py POOL.json OUT.json`.

Out of tenths 6 to 9: sentences of real passages, simplified, and the same with a number, a name,
two roles, a word or a negation changed. The head learns from them how far to trust the network
where the words are the context's own; tenths 8 and 9 tell how well that works.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from contradictions import CHANGES, simplified, spoken
from pairs import PASSAGES, split
from sources import bucket

from roundtable.generation.guard.evidence import words

MOST = 700


def main(pool_file: str, out: str) -> None:
    """Writes the pool with the new rows at its end."""
    rng = random.Random(11)
    pool = json.loads(Path(pool_file).read_text(encoding="utf-8"))
    passages = {
        r["context"]: r["cluster"]
        for r in pool
        if r["source"].split(":")[0] in PASSAGES and bucket(r["cluster"]) > 5
    }
    made = []
    for text, cluster in passages.items():
        usable = [s for s in split(text) if 7 <= len(words(s)) <= 45 and s[0].isalnum()]
        for one in rng.sample(usable, min(2, len(usable))):
            claim = simplified(rng, one)
            if len(words(claim)) < 5:
                continue
            changed = rng.choice(CHANGES)(rng, claim, text)
            if not changed or changed == claim:
                continue
            for answer, label in ((claim, 0), (changed, 1)):
                row = {"question": "", "context": text, "answer": spoken(rng, answer)}
                made.append({"id": f"made-{len(made)}", "cluster": cluster, "label": label, **row})
    rng.shuffle(made)
    pool += [{"source": "made", **row} for row in made[:MOST]]
    Path(out).write_text(json.dumps(pool), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

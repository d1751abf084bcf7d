"""Makes pairs to learn from: `python pairs.py RAW POOL.json passages.jsonl PAIRS.json`.

A pair: [source, passage, claim, label (1: not supported), cluster]. Only tenths 0 to 5 of each
source are used; the rest is for the head, for calibration and for tests.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from contradictions import CHANGES, simplified, spoken
from sources import SUMMEDITS, bucket, cluster_of, lines

from roundtable.generation.guard.evidence import Context, evidence, lay_out, window, words
from roundtable.generation.guard.sentences import sentences

TRAINED = {"snli", "cad", "fm2", "fm2mix", "fm2none", "bump", "summedits", "grounded"}
PASSAGES = {"xquad": 5, "bump": 2, "summedits": 5, "fm2mix": 1, "grounded": 2}
Pair = tuple[str, str, str, int, str]


def split(text: str) -> list[str]:
    """Returns the sentences of a text."""
    return [text[s.start : s.end] for s in sentences(text)]


class Pairs:
    """Collects pairs; a context is laid out once."""

    def __init__(self) -> None:
        self.found: list[Pair] = []
        self._contexts: dict[str, Context] = {}

    def add(self, source: str, context: str, claim: str, label: int, cluster: str = "") -> None:
        """Adds a claim with the passage that bears on it."""
        laid = self._contexts.setdefault(context, lay_out(context))
        passage = window(laid, evidence(laid, claim))
        self.found.append((source, passage, " ".join(claim.split()), int(label), cluster))


def labelled(pool: list[dict[str, Any]], pairs: Pairs, rng: random.Random) -> None:
    """Adds labelled answers, and each sentence of those that are supported."""
    for r in pool:
        source = r["source"].split(":")[0]
        if source not in TRAINED:
            continue
        if source not in ("snli", "cad") and bucket(r["cluster"]) > 5:
            continue
        pairs.add(source, r["context"], r["answer"], r["label"], r["cluster"])
        if source in ("bump", "summedits", "grounded") and r["label"] == 0:
            parts = split(r["answer"])
            for part in parts if len(parts) > 1 else []:
                if len(words(part)) > 3 and (source != "grounded" or rng.random() < 0.3):
                    pairs.add(f"{source}-s", r["context"], part, 0, r["cluster"])


def edited(raw: Path, pairs: Pairs) -> None:
    """Adds the sentences that an edit made wrong."""
    for part in (1, 2):
        for r in json.loads((raw / f"bump{part}.json").read_text(encoding="utf-8")):
            cluster = cluster_of(r["article"])
            if bucket(cluster) > 5:
                continue
            kept = set(split(r["reference_summary"]))
            for one in split(r["edited_summary"]):
                if one not in kept and len(words(one)) > 3:
                    pairs.add("bump-s", r["article"], one, 1, f"bump:{cluster}")
    for part in SUMMEDITS.split():
        for r in json.loads((raw / f"se_{part}.json").read_text(encoding="utf-8")):
            cluster = cluster_of(r["doc"])
            if bucket(cluster) > 5 or int(r["label"]) != 0:
                continue
            kept = set(split(r.get("original_summary") or ""))
            new = [one for one in split(r["summary"]) if one not in kept]
            if len(new) == 1:
                pairs.add("summedits-s", r["doc"], new[0], 1, f"se:{cluster}")


def made(documents: list[tuple[str, str]], pairs: Pairs, rng: random.Random) -> None:
    """Adds sentences of passages, simplified, and what contradicts or goes beyond them."""
    for source, text in documents:
        usable = [s for s in split(text) if 7 <= len(words(s)) <= 45 and s[0].isalnum()]
        if not usable:
            continue
        for one in rng.sample(usable, min(PASSAGES[source], len(usable))):
            claim = simplified(rng, one)
            if len(words(claim)) < 5:
                claim = one
            pairs.add("made-supported", text, spoken(rng, claim), 0)
            for _ in range(6):
                change = rng.choice(CHANGES)
                changed = change(rng, claim, text)
                if changed and changed != claim:
                    pairs.add(f"made-{change.__name__}", text, spoken(rng, changed), 1)
                    break
        if rng.random() < 0.3 and len(usable) > 4:
            one = rng.choice(usable)
            rest = text.replace(one, " ")
            pairs.add("made-left-out", rest, spoken(rng, simplified(rng, one)), 1)


def main(raw: str, pool_file: str, passages: str, out: str) -> None:
    """Writes the pairs."""
    rng = random.Random(7)
    pool = json.loads(Path(pool_file).read_text(encoding="utf-8"))
    pairs = Pairs()
    labelled(pool, pairs, rng)
    edited(Path(raw), pairs)
    documents = [
        (source, r["context"])
        for r in pool
        if (source := r["source"].split(":")[0]) in PASSAGES and bucket(r["cluster"]) <= 5
    ]
    documents += [("xquad", r["text"]) for r in lines(Path(passages))]
    made(list(dict.fromkeys(documents)), pairs, rng)
    Path(out).write_text(json.dumps(pairs.found), encoding="utf-8")
    counted = Counter((source, label) for source, _, _, label, _ in pairs.found)
    for source in sorted({s for s, _ in counted}):
        print(f"{source:16} supported {counted[source, 0]:6} not {counted[source, 1]:6}")


if __name__ == "__main__":
    main(*sys.argv[1:])

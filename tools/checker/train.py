"""Trains the cross-encoder on one core: `python train.py MODEL.safetensors PAIRS.json OUT.pt`."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import torch
from network import freeze, pretrained
from torch.nn import functional as F

from roundtable.generation.guard.entailment import joined
from roundtable.similarity.wordpiece import tokenizer

LEARNING_RATE = 1.2e-4
TOKENS_A_BATCH = 2600
CHUNK = 600
SEED = 7
SENTENCE_PAIRS = ("snli", "cad")


def ordered(pairs: list[list[object]], rng: random.Random) -> list[list[object]]:
    """Returns the pairs in the order of training: short ones come early, dialogue twice."""
    kept = [p for p in pairs if p[0] not in SENTENCE_PAIRS or rng.random() < 0.7]
    keyed = []
    for pair in kept + [p for p in kept if p[0] == "grounded"]:
        u = rng.random()
        keyed.append((u * 0.6 if pair[0] in SENTENCE_PAIRS else 0.1 + 0.9 * u, pair))
    return [pair for _, pair in sorted(keyed, key=lambda one: one[0])]


def batches(lengths: list[int], rng: random.Random) -> list[list[int]]:
    """Returns rows that share a batch: neighbors in the order, alike in length."""
    found: list[list[int]] = []
    for start in range(0, len(lengths), CHUNK):
        rows = sorted(range(start, min(start + CHUNK, len(lengths))), key=lambda i: lengths[i])
        chunk: list[list[int]] = [[]]
        for row in rows:
            if chunk[-1] and (len(chunk[-1]) + 1) * lengths[row] > TOKENS_A_BATCH:
                chunk.append([])
            chunk[-1].append(row)
        rng.shuffle(chunk)
        found += chunk
    return found


def main(weights: str, pairs_file: str, out: str) -> None:
    """Trains for one pass and writes the weights, every 400 steps and at the end."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    rng = random.Random(SEED)
    pairs = ordered(json.loads(Path(pairs_file).read_text(encoding="utf-8")), rng)
    pieces = tokenizer()
    passages = pieces.encode_batch([str(p[1]) for p in pairs])
    claims = pieces.encode_batch([str(p[2]) for p in pairs])
    rows = [joined(a.ids, b.ids) for a, b in zip(passages, claims, strict=True)]
    steps = batches([len(ids) for ids, _ in rows], rng)
    network = pretrained(Path(weights))
    freeze(network)
    network.train()
    learned = [p for p in network.parameters() if p.requires_grad]
    matrices = [p for p in learned if p.dim() > 1]
    groups = [
        {"params": matrices, "weight_decay": 0.01},
        {"params": [p for p in learned if p.dim() <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE)
    started_s, warm = time.time(), 0.06 * len(steps)
    for step, batch in enumerate(steps):
        left = (
            min((step + 1) / warm, 1.0) if step < warm else (len(steps) - step) / len(steps) / 0.94
        )
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * left
        longest = max(len(rows[i][0]) for i in batch)
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
        for at, i in enumerate(batch):
            listed, n_first = rows[i]
            ids[at, : len(listed)] = torch.tensor(listed)
            types[at, n_first : len(listed)] = 1
            mask[at, : len(listed)] = 1
        wanted = torch.tensor([int(str(pairs[i][3])) for i in batch])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(ids, types, mask)
        loss = F.cross_entropy(logits.float(), wanted, label_smoothing=0.03)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(matrices, 1.0)
        optimizer.step()
        if step % 50 == 0:
            print(f"{step} of {len(steps)}: {loss.item():.3f}, {time.time() - started_s:.0f} s")
        if step % 400 == 399 or step == len(steps) - 1:
            torch.save(network.state_dict(), out)


if __name__ == "__main__":
    main(*sys.argv[1:])

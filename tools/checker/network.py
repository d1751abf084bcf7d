"""MiniLM (six layers, 384 wide) with a head for pairs, in PyTorch: only to train it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTH, HEADS, INNER, LAYERS, PIECES = 384, 12, 1536, 6, 30522
FROZEN_LAYERS = 2


class Layer(nn.Module):
    """One layer of the encoder."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.n1, self.n2 = (nn.LayerNorm(WIDTH, eps=1e-12) for _ in range(2))
        self.f1, self.f2 = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Attention, then the inner network."""
        n, length, _ = x.shape
        q, k, v = (
            one(x).view(n, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for one in (self.q, self.k, self.v)
        )
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype))
        x = self.n1(x + self.o(seen.transpose(1, 2).reshape(n, length, WIDTH)))
        return self.n2(x + self.f2(F.gelu(self.f1(x))))


class Network(nn.Module):
    """Word pieces of a passage and a claim to logits (supported, not supported)."""

    def __init__(self) -> None:
        super().__init__()
        self.we, self.pe = nn.Embedding(PIECES, WIDTH), nn.Embedding(512, WIDTH)
        self.te, self.n = nn.Embedding(2, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.pool, self.out = nn.Linear(2 * WIDTH, WIDTH), nn.Linear(WIDTH, 2)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """The head sees the first piece, and the mean over the claim's."""
        x = self.n(self.we(ids) + self.pe.weight[: ids.shape[1]] + self.te(types))
        bias = (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        claim = (types * mask)[..., None].to(x.dtype)
        mean = (x * claim).sum(1) / claim.sum(1).clamp(min=1)
        return self.out(torch.tanh(self.pool(torch.cat([x[:, 0], mean], -1))))


def pretrained(safetensors: Path) -> Network:
    """Returns the network with the weights of all-MiniLM-L6-v2, its head new."""
    weights = _read(safetensors)
    network = Network()
    state = network.state_dict()
    names = {"we": "word", "pe": "position", "te": "token_type"}
    for ours, theirs in names.items():
        state[f"{ours}.weight"].copy_(weights[f"embeddings.{theirs}_embeddings.weight"])
    parts = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "o": "attention.output.dense",
        "n1": "attention.output.LayerNorm",
        "f1": "intermediate.dense",
        "f2": "output.dense",
        "n2": "output.LayerNorm",
    }
    for kind in ("weight", "bias"):
        state[f"n.{kind}"].copy_(weights[f"embeddings.LayerNorm.{kind}"])
        for number in range(LAYERS):
            for ours, theirs in parts.items():
                source = weights[f"encoder.layer.{number}.{theirs}.{kind}"]
                state[f"layers.{number}.{ours}.{kind}"].copy_(source)
    return network


def freeze(network: Network) -> None:
    """Keeps the embeddings and the lowest layers as they are: less to compute, less to forget."""
    kept = (network.we, network.pe, network.te, network.n, *network.layers[:FROZEN_LAYERS])
    for module in kept:
        module.requires_grad_(False)


def _read(path: Path) -> dict[str, Tensor]:
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    kinds = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
    found = {}
    for name, one in json.loads(data[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        start, end = (8 + size + at for at in one["data_offsets"])
        array = np.frombuffer(data[start:end], dtype=kinds[one["dtype"]]).reshape(one["shape"])
        found[name.removeprefix("bert.")] = torch.from_numpy(array.copy())
    return found

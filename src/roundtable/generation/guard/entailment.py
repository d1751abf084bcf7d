"""A small cross-encoder: whether a passage supports a claim, read together word by word."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import Any

import numpy as np

from roundtable.errors import MissingExtraError
from roundtable.similarity.wordpiece import tokenizer

MAX_TOKENS = 208
MAX_CLAIM_TOKENS = 64
_THREADS = 2
_FILE = "support.onnx"

_lock = threading.Lock()
_loaded: list[tuple[Any, Any]] = []


def logits(pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Returns the log-odds that each claim is not supported by its passage.

    Each pair is computed by itself: an answer's score does not depend on what else is scored with
    it, which it would if pairs shared the scales of an int8 batch.

    Args:
        pairs: (passage, claim); equal ones are computed once.

    Raises:
        MissingExtraError: the engine is not installed.
    """
    pieces, session = _model()
    distinct = list(dict.fromkeys(pairs))
    if not distinct:
        return []
    passages = pieces.encode_batch([passage for passage, _ in distinct])
    claims = pieces.encode_batch([claim for _, claim in distinct])
    inputs = [joined(p.ids, c.ids) for p, c in zip(passages, claims, strict=True)]
    with ThreadPoolExecutor(_THREADS) as threads:
        found = list(threads.map(lambda one: _log_odds(session, *one), inputs))
    known = dict(zip(distinct, found, strict=True))
    return [known[pair] for pair in pairs]


def joined(passage: list[int], claim: list[int]) -> tuple[list[int], int]:
    """Returns the word pieces of both, with the length of the first part.

    Args:
        passage: [CLS] ... [SEP]; its end is cut where there is no room.
        claim: [CLS] ... [SEP]; cut after 64 pieces.
    """
    separator = claim[-1]
    second = [*claim[1:-1][: MAX_CLAIM_TOKENS - 1], separator]
    first = [*passage[:-1][: MAX_TOKENS - len(second) - 1], separator]
    return first + second, len(first)


def _log_odds(session: Any, ids: list[int], n_first: int) -> float:
    row = np.array([ids], dtype=np.int64)
    types = np.zeros_like(row)
    types[0, n_first:] = 1
    found = session.run(None, {"input_ids": row, "token_type_ids": types})[0]
    return float(found[0, 1] - found[0, 0])


def _model() -> tuple[Any, Any]:
    with _lock:
        if not _loaded:
            _loaded.append((tokenizer(), _session()))
        return _loaded[0]


def _session() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtraError("checking whether an answer is supported", "search") from error
    options = onnxruntime.SessionOptions()
    # Pairs run side by side, each on one core.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    with resources.as_file(resources.files("roundtable.generation.guard").joinpath(_FILE)) as path:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

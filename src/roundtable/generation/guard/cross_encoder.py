"""Any cross-encoder as an ONNX file: a bigger entailment model of your own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from roundtable.errors import InputError, MissingExtraError, Place, UsageError
from roundtable.generation.guard.evidence import evidence, lay_out, window
from roundtable.generation.guard.sentences import sentences
from roundtable.generation.guard.types import Claim, SentenceScore, Verdict

_N_SUPPORT = 3


@dataclass(frozen=True)
class CrossEncoder:
    """Holds each sentence against its evidence with a cross-encoder from an ONNX file.

    The answer's score is that of its worst sentence. The model's probabilities are its own: fit
    `slope` and `intercept` on labelled rows if they are to be calibrated.

    Args:
        path: The ONNX file; it takes `input_ids` and what else the tokenizer gives.
        tokenizer: A `tokenizer.json`; by default the one beside the ONNX file.
        supported: The column of the output that stands for "supported" (entailment).
        max_tokens: Where a pair of passage and sentence is cut.
        slope: Calibration: log-odds of not supported are multiplied by it.
        intercept: Calibration: then this is added.
    """

    path: str
    tokenizer: str = ""
    supported: int = 0
    max_tokens: int = 512
    slope: float = 1.0
    intercept: float = 0.0

    version = "1"

    def __post_init__(self) -> None:
        """Refuses options that cannot be meant."""
        if self.max_tokens < 8 or self.supported < 0:
            raise UsageError(
                "max_tokens must be at least 8, and supported a column from 0",
                fix="leave them out, or correct them",
            )

    def check(self, claims: Sequence[Claim], /) -> list[Verdict]:
        """Returns one verdict a claim, in order.

        Raises:
            InputError: the model or its tokenizer cannot be read, or is of another form.
            MissingExtraError: the engine is not installed.
        """
        return [self._verdict(claim) for claim in claims]

    def _verdict(self, claim: Claim) -> Verdict:
        context = lay_out(claim.context)
        scored = []
        for span in sentences(claim.answer):
            text = claim.answer[span.start : span.end]
            if not any(c.isalnum() for c in text):
                continue
            rows = evidence(context, text)
            p = self._probability(window(context, rows), text) if rows else 1.0
            support = tuple(context.spans[row] for row in rows[:_N_SUPPORT])
            scored.append(
                SentenceScore(start=span.start, end=span.end, score=round(p, 6), support=support)
            )
        note = "" if context.spans else "the context is empty"
        if not scored:
            return Verdict(id=claim.id, score=1.0, sentences=(), note="the answer says nothing")
        worst = max(one.score for one in scored)
        return Verdict(id=claim.id, score=worst, sentences=tuple(scored), note=note)

    def _probability(self, passage: str, sentence: str) -> float:
        tokenizer, session = _opened(self.path, self.tokenizer, self.max_tokens)
        encoded = tokenizer.encode(passage, sentence)
        given = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        wanted = {one.name for one in session.get_inputs()}
        feed = {k: np.array([v], dtype=np.int64) for k, v in given.items() if k in wanted}
        try:
            output = np.asarray(session.run(None, feed)[0], dtype=np.float64).reshape(-1)
        except Exception as error:  # the engine's errors have no common class
            raise _unreadable(self.path, f"the model cannot be run: {error}") from error
        if output.size == 1:
            odds = -float(output[0])
        elif self.supported < output.size:
            rest = np.delete(output, self.supported)
            odds = float(np.logaddexp.reduce(rest) - output[self.supported])
        else:
            raise _unreadable(
                self.path, f"the output has {output.size} columns, none of them {self.supported}"
            )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.slope * odds + self.intercept))))


@lru_cache(maxsize=4)
def _opened(path: str, tokenizer_path: str, max_tokens: int) -> tuple[Any, Any]:
    try:
        import onnxruntime
        from tokenizers import Tokenizer
    except ImportError as error:
        raise MissingExtraError("a cross-encoder from a file", "search") from error
    model = Path(path)
    beside = Path(tokenizer_path) if tokenizer_path else model.with_name("tokenizer.json")
    for file in (model, beside):
        if not file.is_file():
            raise InputError(
                "there is no such file",
                where=Place(str(file)),
                fix="give the ONNX file, and its tokenizer.json beside it",
            )
    try:
        tokenizer = Tokenizer.from_file(str(beside))
        tokenizer.enable_truncation(max_tokens, strategy="only_first")
        tokenizer.no_padding()
        session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    except Exception as error:  # neither library has a class for its errors
        raise _unreadable(path, f"the model or its tokenizer cannot be read: {error}") from error
    return tokenizer, session


def _unreadable(path: str, what: str) -> InputError:
    return InputError(
        what[:300],
        where=Place(path),
        fix="give a sequence classifier exported to ONNX, with its tokenizer.json beside it",
    )

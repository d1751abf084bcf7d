"""The probability of each option of a choice, from exact scores or from repeated answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from roundtable.errors import UsageError
from roundtable.generation.types import Option, OptionScore

Normalize = Literal["mean", "sum"]


def option_probabilities(
    scores: Sequence[OptionScore],
    *,
    normalize: Normalize = "mean",
    calibration: Sequence[OptionScore] | None = None,
) -> tuple[Option, ...]:
    """Returns each option's probability among the options, likeliest first.

    Args:
        scores: The log-probability of every option after the prompt.
        normalize: `mean` takes the mean log-probability a token, so that options of many tokens
            are not held at a disadvantage; `sum` takes the whole option's.
        calibration: The same options' scores after the same prompt with an input that says nothing
            (`N/A`). What the model says there is its bias, and each probability is divided by it.

    Returns:
        The options with probabilities that add up to 1. Equally likely ones stay in their order.

    Raises:
        UsageError: there are no scores, or the calibration is not of the same options.

    Source:
        Contextual calibration: Zhao et al. 2021, "Calibrate Before Use: Improving Few-Shot
        Performance of Language Models", equation 1 with W = diag(p_cf)^-1 and b = 0. Length
        normalization: Brown et al. 2020, "Language Models are Few-Shot Learners", section 2.4.

    >>> scores = [OptionScore(option=o, logprob=p, n_tokens=n) for o, p, n in
    ...           (("ride", -2.0, 1), ("rental car", -2.0, 2))]
    >>> [o.option for o in option_probabilities(scores)]
    ['rental car', 'ride']
    """
    if not scores:
        raise UsageError("there are no scores to make probabilities of", fix="score the options")
    logits = [_logit(score, normalize) for score in scores]
    if calibration is not None:
        bias = {score.option: _logit(score, normalize) for score in calibration}
        if set(bias) != {score.option for score in scores}:
            raise UsageError(
                "the calibration scores other options", fix="score the same options in both"
            )
        logits = [logit - bias[score.option] for logit, score in zip(logits, scores, strict=True)]
    most = max(logits)
    weights = [math.exp(logit - most) for logit in logits]
    return _likeliest_first([score.option for score in scores], weights)


def vote(answers: Sequence[str], options: Sequence[str]) -> tuple[Option, ...]:
    """Returns each option's share of repeated answers, the most frequent first.

    Args:
        answers: What was answered, already read as options; one that is none does not vote.
        options: All options, in the order that breaks ties.

    Raises:
        UsageError: no answer is an option.

    Source:
        Wang et al. 2023, "Self-Consistency Improves Chain of Thought Reasoning in Language Models".
    """
    counts = Counter(answer for answer in answers if answer in set(options))
    if not counts:
        raise UsageError(
            "none of the answers is an option", fix="read the answers before they vote"
        )
    return _likeliest_first(list(options), [counts[option] for option in options])


def _logit(score: OptionScore, normalize: Normalize) -> float:
    return score.logprob / max(score.n_tokens, 1) if normalize == "mean" else score.logprob


def _likeliest_first(options: Sequence[str], weights: Sequence[float]) -> tuple[Option, ...]:
    total = math.fsum(weights)
    ordered = sorted(zip(options, weights, strict=True), key=lambda pair: -pair[1])
    return tuple(Option(option=option, p=weight / total) for option, weight in ordered)

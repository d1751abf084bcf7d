"""How many samples it takes to tell two candidates apart."""

from __future__ import annotations

from math import ceil, inf, isfinite, sqrt
from statistics import NormalDist

from roundtable.errors import UsageError
from roundtable.statistics.interval import normal_quantile


def samples_needed(
    difference: float,
    mean_square: float,
    *,
    confidence: float = 0.95,
    power: float = 0.8,
    design_effect: float = 1.0,
) -> int | None:
    """Returns how many paired samples tell a true difference of this size.

    Args:
        difference: Mean of the paired differences.
        mean_square: Mean of their squares; for right or wrong, the share of samples on which the
            two disagree. At least `difference` squared.
        confidence: Of the two-sided test, in (0, 1).
        power: Probability of telling it, in [0.5, 1).
        design_effect: How many times more samples clusters take, at least 1.

    Returns:
        The number of samples in all, or None for a difference of 0, which no number tells.

    Raises:
        UsageError: An argument is impossible.

    Source: Connor 1987, Sample size for testing differences in proportions for the paired-sample
    design, equation 3; it is the normal approximation of the sign-flip test for any differences.
    """
    z_test, z_power = _quantiles(confidence, power)
    if not (isfinite(difference) and mean_square >= difference**2 * (1 - 1e-9)):
        raise UsageError(
            f"a mean square of {mean_square:g} is impossible for a mean of {difference:g}",
            fix="pass the mean of the squared differences",
        )
    if difference == 0.0:
        return None
    spread = max(0.0, mean_square - difference**2)
    needed = ((z_test * sqrt(mean_square) + z_power * sqrt(spread)) / difference) ** 2
    return ceil(needed * max(1.0, design_effect))


def minimum_detectable_effect(
    n: float,
    mean_square: float,
    *,
    confidence: float = 0.95,
    power: float = 0.8,
    design_effect: float = 1.0,
) -> float:
    """Returns the smallest true difference that `n` paired samples tell with this power.

    The inverse of `samples_needed`; infinite where no difference that such values can have is
    large enough.

    Args:
        n: Samples.
        mean_square: Mean of the squared paired differences.
        confidence: Of the two-sided test, in (0, 1).
        power: Probability of telling it, in [0.5, 1).
        design_effect: How many times more samples clusters take, at least 1.

    Raises:
        UsageError: An argument is impossible.

    Source: Connor 1987, equation 3, solved for the difference.
    """
    z_test, z_power = _quantiles(confidence, power)
    if n <= 0 or mean_square < 0:
        raise UsageError(
            f"{n} samples with a mean square of {mean_square:g} are impossible",
            fix="pass at least one sample and a mean square of 0 or more",
        )
    independent = n / max(1.0, design_effect)
    # (x sqrt(n) - z_test sqrt(m))^2 = z_power^2 (m - x^2), the larger root x.
    inside = independent - z_test**2 + z_power**2
    if inside < 0:
        return inf
    root = sqrt(independent) * z_test + z_power * sqrt(inside)
    effect = sqrt(mean_square) * root / (independent + z_power**2)
    return effect if effect**2 <= mean_square * (1 + 1e-9) else inf


def _quantiles(confidence: float, power: float) -> tuple[float, float]:
    if not 0.5 <= power < 1.0:
        raise UsageError(f"power is {power}, not in [0.5, 1)", fix="use a number such as 0.8")
    return normal_quantile(confidence), NormalDist().inv_cdf(power)

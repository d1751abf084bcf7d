"""What a call costs."""

from __future__ import annotations

import msgspec

PER_MTOK = 1e-6


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """Prices of a model in USD for a million tokens.

    Args:
        input_usd_per_mtok: For tokens sent.
        output_usd_per_mtok: For tokens written.
        cached_input_usd_per_mtok: For sent tokens that the provider had cached; None: as others.
    """

    input_usd_per_mtok: float = 0.0
    output_usd_per_mtok: float = 0.0
    cached_input_usd_per_mtok: float | None = None

    @property
    def is_free(self) -> bool:
        """Whether no call can cost anything."""
        return not (
            self.input_usd_per_mtok or self.output_usd_per_mtok or self.cached_input_usd_per_mtok
        )

    def usd(self, *, input_tokens: int, output_tokens: int, cached_input_tokens: int = 0) -> float:
        """Returns the cost in USD; cached tokens are part of the input tokens.

        >>> Price(input_usd_per_mtok=1.0, output_usd_per_mtok=2.0).usd(
        ...     input_tokens=1_000_000, output_tokens=500_000)
        2.0
        """
        cached_rate = self.cached_input_usd_per_mtok
        if cached_rate is None:
            cached_rate = self.input_usd_per_mtok
        return PER_MTOK * (
            (input_tokens - cached_input_tokens) * self.input_usd_per_mtok
            + cached_input_tokens * cached_rate
            + output_tokens * self.output_usd_per_mtok
        )

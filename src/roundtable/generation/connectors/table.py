"""The connectors that come with Roundtable; each is imported only when a model names it."""

from __future__ import annotations

_HERE = "roundtable.generation.connectors"

CONNECTORS: dict[str, str] = {
    "openai": f"{_HERE}.openai:OpenAI",
    "openai-responses": f"{_HERE}.openai_responses:OpenAIResponses",
    "anthropic": f"{_HERE}.anthropic:Anthropic",
    "gemini": f"{_HERE}.gemini:Gemini",
    "embedded": f"{_HERE}.embedded:Embedded",
    "baseline": f"{_HERE}.baseline:Baseline",
}

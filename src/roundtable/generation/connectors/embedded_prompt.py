"""Prompts whose text stays text: what a person wrote never becomes a control token.

llama.cpp reads `<|im_end|>` in a prompt as the token that ends a turn, also where a user wrote it,
who could so end their turn and open another's. A text that holds such a thing is handed over as
tokens that spell it; all other prompts go as they are.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

import msgspec

from roundtable.generation.connectors.embedded_model import Slot
from roundtable.generation.types import Message

Prompt = str | tuple[str | int, ...]
"""Text, or pieces of text (in which control tokens count) and tokens."""


def completion_prompt(slot: Slot, text: str) -> Prompt:
    """Returns the prompt of a text that is continued."""
    return slot.spelled(text, begins=True) if slot.holds_control(text) else text


def chat_prompt(slot: Slot, messages: Sequence[Message]) -> Prompt | None:
    """Returns a conversation's prompt if what it says holds control tokens, else None."""
    if not any(slot.holds_control(message.content) for message in messages):
        return None
    # The template is filled with marks, and each mark then replaced by the message's tokens.
    mark = secrets.token_hex(8)
    marked = tuple(
        msgspec.structs.replace(message, content=f"{mark}{number};")
        for number, message in enumerate(messages)
    )
    prompt: list[str | int] = []
    for number, piece in enumerate(re.split(f"{mark}([0-9]+);", slot.rendered(marked))):
        if number % 2:
            prompt += slot.spelled(messages[int(piece)].content)
        elif piece:
            prompt.append(piece)
    return tuple(prompt)


def extended(prompt: Prompt, tokens: Sequence[int]) -> Prompt:
    """Returns a prompt with tokens after it."""
    if not tokens:
        return prompt
    return (prompt, *tokens) if isinstance(prompt, str) else (*prompt, *tokens)

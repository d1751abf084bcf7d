"""Reasoning before the answer: two calls, so that only the second is held to an output space.

Source: Wei et al. 2022, Chain-of-thought prompting elicits reasoning in large language models; the
second call that reads off the answer: Kojima et al. 2022, Large language models are zero-shot
reasoners, section 3.
"""

from __future__ import annotations

import msgspec

from roundtable.generation.types import Message, Request

_THINK = "First think about it step by step, in a few sentences. Do not answer yet."
_ANSWER = "Now give the answer itself, and nothing else."


def first(request: Request) -> Request:
    """Returns the call that asks for reasoning alone.

    Args:
        request: The prompt as it would be asked without reasoning.
    """
    *before, last = request.messages
    if not request.completion:
        message = Message(role=last.role, content=f"{last.content}\n\n{_THINK}")
        return msgspec.structs.replace(request, messages=(*before, message))
    # A text that is continued ends in its cue for the answer: the thoughts go before it, and a
    # model that writes the cue itself has thought enough.
    text, cue = _parted(last.content)
    stop = tuple(dict.fromkeys((*request.stop, f"\n{cue}"))) if cue else request.stop
    message = Message(role=last.role, content=f"{text}({_THINK})\nThoughts:")
    return msgspec.structs.replace(request, messages=(*before, message), stop=stop)


def then(request: Request, thought: str) -> Request:
    """Returns the call that asks for the answer, given what was thought.

    Args:
        request: The prompt as it would be asked without reasoning.
        thought: What the model wrote, or what an experiment puts in its place.
    """
    asked = first(request)
    if not request.completion:
        turns = (
            Message(role="assistant", content=thought.strip() or "(nothing)"),
            Message(role="user", content=_ANSWER),
        )
        return msgspec.structs.replace(request, messages=(*asked.messages, *turns))
    *before, last = asked.messages
    _, cue = _parted(request.messages[-1].content)
    text = " ".join(thought.split())
    message = Message(role=last.role, content=f"{last.content} {text}\n{cue}")
    return msgspec.structs.replace(request, messages=(*before, message))


def _parted(text: str) -> tuple[str, str]:
    """Returns a completion prompt's text, and its last line: the cue for the answer."""
    before, newline, cue = text.rstrip().rpartition("\n")
    return before + newline, cue

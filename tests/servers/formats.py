"""Four wire formats: what a request asks, and its answer as a document or as a stream.

Answers follow a rule (see `servers.provider`), so a test can tell what must come back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# -- what a request asks, in any of the formats ----------------------------------------------------


@dataclass
class Asked:
    """A request, read: the conversation and what the answer has to look like."""

    form: str
    model: str
    messages: list[tuple[str, str]]
    schema: Any = None
    max_tokens: int = 1 << 30
    stream: bool = False
    logprobs: bool = False
    by_tool: bool = False

    @property
    def input_tokens(self) -> int:
        return sum(len(text.split()) for _, text in self.messages)


def text_of(content: Any) -> str:
    if isinstance(content, str) or content is None:
        return content or ""
    return "".join(part.get("text", "") for part in content)


def read_chat(body: dict[str, Any]) -> Asked:
    space = (body.get("response_format") or {}).get("json_schema") or {}
    return Asked(
        form="chat",
        model=body["model"],
        messages=[(m["role"], text_of(m["content"])) for m in body["messages"]],
        schema=space.get("schema"),
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens") or 1 << 30,
        stream=body.get("stream", False),
        logprobs=bool(body.get("logprobs")),
    )


def read_completion(body: dict[str, Any]) -> Asked:
    return Asked(
        form="completion",
        model=body["model"],
        messages=[("user", body["prompt"])],
        max_tokens=body.get("max_tokens", 16),
        stream=body.get("stream", False),
        logprobs=bool(body.get("logprobs")),
    )


def read_responses(body: dict[str, Any]) -> Asked:
    given = body["input"]
    messages = [("user", given)] if isinstance(given, str) else [
        (m["role"], text_of(m["content"])) for m in given
    ]  # fmt: skip
    if body.get("instructions"):
        messages.insert(0, ("system", body["instructions"]))
    return Asked(
        form="responses",
        model=body["model"],
        messages=messages,
        schema=((body.get("text") or {}).get("format") or {}).get("schema"),
        max_tokens=body.get("max_output_tokens") or 1 << 30,
        stream=body.get("stream", False),
        logprobs="message.output_text.logprobs" in (body.get("include") or ()),
    )


def read_messages(body: dict[str, Any]) -> Asked:
    forced = (body.get("tool_choice") or {}).get("name")
    space = (body.get("output_config") or {}).get("format") or {}
    tools = {tool["name"]: tool["input_schema"] for tool in body.get("tools") or ()}
    messages = [(m["role"], text_of(m["content"])) for m in body["messages"]]
    if body.get("system"):
        messages.insert(0, ("system", text_of(body["system"])))
    return Asked(
        form="messages",
        model=body["model"],
        messages=messages,
        schema=(tools[forced] if forced else space.get("schema")),
        max_tokens=body["max_tokens"],
        stream=body.get("stream", False),
        by_tool=bool(forced),
    )


def read_gemini(body: dict[str, Any], model: str, *, stream: bool) -> Asked:
    config = body.get("generationConfig") or {}
    messages = [
        ("assistant" if c.get("role") == "model" else "user", text_of(c["parts"]))
        for c in body["contents"]
    ]
    if body.get("systemInstruction"):
        messages.insert(0, ("system", text_of(body["systemInstruction"]["parts"])))
    return Asked(
        form="gemini",
        model=model,
        messages=messages,
        schema=config.get("responseJsonSchema") or config.get("responseSchema"),
        max_tokens=config.get("maxOutputTokens", 1 << 30),
        stream=stream,
        logprobs=config.get("responseLogprobs", False),
    )


# -- what is answered ------------------------------------------------------------------------------


def pick(seed: str, n: int) -> int:
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=4).digest()) % n


def fill(schema: Any, seed: str) -> Any:
    """A value that fits a schema, chosen by a hash; an array has one item."""
    if "enum" in schema:
        return schema["enum"][pick(seed, len(schema["enum"]))]
    if "const" in schema:
        return schema["const"]
    if variants := schema.get("anyOf"):
        return fill(variants[pick(seed, len(variants))], seed)
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = kind[pick(seed, len(kind))]
    kind = kind.lower()
    if kind == "object":
        return {
            name: fill(part, f"{seed}/{name}")
            for name, part in schema.get("properties", {}).items()
        }
    if kind == "array":
        return [fill(schema.get("items", {}), seed)]
    plain = {"string": "text", "integer": 7, "number": 0.5, "boolean": True, "null": None}
    return plain[kind]


def answer_to(asked: Asked, answers: Mapping[str, str]) -> tuple[str, Any, str]:
    """Returns the answer's text, its value if a schema asked for one, and why it ended."""
    last = next((text for role, text in reversed(asked.messages) if role == "user"), "")
    ruled = next((answer for part, answer in answers.items() if part in last), None)
    if asked.schema is not None:
        value = fill(asked.schema, last)
        if ruled is not None:
            is_wrapped = "answer" in asked.schema.get("properties", {})
            value = {"answer": ruled} if is_wrapped else ruled
        # A bare enum (Gemini's text/x.enum) is plain text.
        return (value if isinstance(value, str) else json.dumps(value)), value, "stop"
    words = (last if ruled is None else ruled).split(" ")
    limit = min(asked.max_tokens, 20 if ruled is None else 1 << 30)
    reason = "length" if limit == asked.max_tokens and len(words) > limit else "stop"
    return " ".join(words[:limit]), None, reason


def write_answer(asked: Asked, answers: Mapping[str, str], cached: int) -> tuple[Any, int]:
    """Returns the answer's document in the request's format, and its output tokens."""
    text, value, reason = answer_to(asked, answers)
    n_out = max(1, len(text.split()))
    n_in = asked.input_tokens
    cached = min(cached, n_in)
    pieces = text.split(" ")
    match asked.form:
        case "chat" | "completion":
            choice: dict[str, Any] = {"index": 0, "finish_reason": reason}
            if asked.form == "chat":
                choice["message"] = {"role": "assistant", "content": text}
                logprobs: Any = {"content": [
                    {"token": p, "logprob": -0.25, "bytes": None, "top_logprobs": []}
                    for p in pieces
                ]}  # fmt: skip
            else:
                choice["text"] = text
                logprobs = {"tokens": pieces, "token_logprobs": [-0.25] * len(pieces)}
            choice["logprobs"] = logprobs if asked.logprobs else None
            return {
                "id": "cmpl-1",
                "object": "chat.completion" if asked.form == "chat" else "text_completion",
                "created": 1_700_000_000,
                "model": asked.model,
                "choices": [choice],
                "usage": {
                    "prompt_tokens": n_in, "completion_tokens": n_out, "total_tokens": n_in + n_out,
                    "prompt_tokens_details": {"cached_tokens": cached},
                },
            }, n_out  # fmt: skip
        case "responses":
            part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
            if asked.logprobs:
                part["logprobs"] = [
                    {"token": p, "logprob": -0.25, "bytes": [], "top_logprobs": []} for p in pieces
                ]
            is_cut = reason == "length"
            return {
                "id": "resp_1",
                "object": "response",
                "created_at": 1_700_000_000,
                "status": "incomplete" if is_cut else "completed",
                "error": None,
                "incomplete_details": {"reason": "max_output_tokens"} if is_cut else None,
                "model": asked.model,
                "output": [
                    {
                        "id": "msg_1", "type": "message", "role": "assistant",
                        "status": "completed", "content": [part],
                    }
                ],
                "parallel_tool_calls": True,
                "tool_choice": "auto",
                "tools": [],
                "usage": {
                    "input_tokens": n_in, "output_tokens": n_out, "total_tokens": n_in + n_out,
                    "input_tokens_details": {"cached_tokens": cached},
                    "output_tokens_details": {"reasoning_tokens": 0},
                },
            }, n_out  # fmt: skip
        case "messages":
            block: dict[str, Any] = {"type": "text", "text": text}
            stop = {"stop": "end_turn", "length": "max_tokens"}[reason]
            if asked.by_tool:
                block = {"type": "tool_use", "id": "toolu_1", "name": "answer", "input": value}
                stop = "tool_use"
            return {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": asked.model,
                "content": [block],
                "stop_reason": stop,
                "stop_sequence": None,
                "usage": {
                    "input_tokens": n_in - cached, "output_tokens": n_out,
                    "cache_read_input_tokens": cached, "cache_creation_input_tokens": 0,
                },
            }, n_out  # fmt: skip
    candidate: dict[str, Any] = {
        "index": 0,
        "content": {"role": "model", "parts": [{"text": text}]},
        "finishReason": {"stop": "STOP", "length": "MAX_TOKENS"}[reason],
    }
    if asked.logprobs:
        chosen = [{"token": p, "tokenId": 1, "logProbability": -0.25} for p in pieces]
        candidate["logprobsResult"] = {"chosenCandidates": chosen}
    return {
        "candidates": [candidate],
        "modelVersion": asked.model,
        "responseId": "gem-1",
        "usageMetadata": {
            "promptTokenCount": n_in, "candidatesTokenCount": n_out,
            "totalTokenCount": n_in + n_out, "cachedContentTokenCount": cached,
        },
    }, n_out  # fmt: skip


def events_of(asked: Asked, document: Any) -> list[bytes]:
    """Returns the same answer as the server-sent events of the request's format."""

    def event(data: Any, name: str = "") -> bytes:
        head = f"event: {name}\n" if name else ""
        return f"{head}data: {json.dumps(data)}\n\n".encode()

    def pieces(text: str) -> list[str]:
        return [word if i == 0 else " " + word for i, word in enumerate(text.split(" "))]

    if asked.form in ("chat", "completion"):
        choice = document["choices"][0]
        is_chat = asked.form == "chat"
        text = choice["message"]["content"] if is_chat else choice["text"]
        base = {k: document[k] for k in ("id", "created", "model")}
        base["object"] = "chat.completion.chunk" if is_chat else "text_completion"

        def chunk(change: dict[str, Any], reason: str | None) -> bytes:
            return event({**base, "choices": [{"index": 0, "finish_reason": reason, **change}]})

        many = [
            chunk({"delta": {"content": p}} if is_chat else {"text": p}, None) for p in pieces(text)
        ]
        last = chunk({"delta": {}} if is_chat else {"text": ""}, choice["finish_reason"])
        usage = event({**base, "choices": [], "usage": document["usage"]})
        return [*many, last, usage, b"data: [DONE]\n\n"]
    if asked.form == "responses":
        text = document["output"][0]["content"][0]["text"]
        names = {"completed": "response.completed", "incomplete": "response.incomplete"}
        name = names[document["status"]]
        started = {**document, "status": "in_progress", "output": [], "usage": None}
        many = [
            event(
                {"type": "response.output_text.delta", "sequence_number": i + 1, "delta": p,
                 "item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []},
                "response.output_text.delta",
            )
            for i, p in enumerate(pieces(text))
        ]  # fmt: skip
        return [
            event({"type": "response.created", "sequence_number": 0, "response": started},
                  "response.created"),
            *many,
            event({"type": name, "sequence_number": 99, "response": document}, name),
        ]  # fmt: skip
    if asked.form == "messages":
        block = document["content"][0]
        is_text = block["type"] == "text"
        empty = {**block, "text": ""} if is_text else {**block, "input": {}}
        parts = pieces(block["text"] if is_text else json.dumps(block["input"]))
        kind, name = ("text_delta", "text") if is_text else ("input_json_delta", "partial_json")
        usage = document["usage"]
        start = {
            **document,
            "content": [],
            "stop_reason": None,
            "usage": {**usage, "output_tokens": 1},
        }
        return [
            event({"type": "message_start", "message": start}, "message_start"),
            event({"type": "content_block_start", "index": 0, "content_block": empty},
                  "content_block_start"),
            event({"type": "ping"}, "ping"),
            *(event({"type": "content_block_delta", "index": 0, "delta": {"type": kind, name: p}},
                    "content_block_delta") for p in parts),
            event({"type": "content_block_stop", "index": 0}, "content_block_stop"),
            event({"type": "message_delta",
                   "delta": {"stop_reason": document["stop_reason"], "stop_sequence": None},
                   "usage": {"output_tokens": usage["output_tokens"]}}, "message_delta"),
            event({"type": "message_stop"}, "message_stop"),
        ]  # fmt: skip
    candidate = document["candidates"][0]
    parts = pieces(candidate["content"]["parts"][0]["text"])
    common = {k: document[k] for k in ("modelVersion", "responseId", "usageMetadata")}
    return [
        event({**common, "candidates": [{
            "index": 0, "content": {"role": "model", "parts": [{"text": p}]},
            **({"finishReason": candidate["finishReason"]} if i == len(parts) - 1 else {}),
        }]})
        for i, p in enumerate(parts)
    ]  # fmt: skip

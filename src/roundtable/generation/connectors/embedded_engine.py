"""llama.cpp's server in this process, through `xllamacpp`."""

from __future__ import annotations

import http.client
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from roundtable.errors import InputError, ResponseError
from roundtable.generation.connectors.embedded_weights import broken, missing_extra
from roundtable.generation.types import Message

# A prompt is read in pieces of this many tokens; between two a call can be given up.
_BATCH_TOKENS = 512
_QUIET = -1
_TIMEOUT_S = 60.0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a loaded model is made from; equal settings share one.

    Args:
        weights: The GGUF file.
        slots: Calls that run side by side, each on an engine of its own.
        context_tokens: What a slot holds, prompt and answer together.
        threads: Native threads of a slot.
    """

    weights: Path
    slots: int
    context_tokens: int
    threads: int


class _Tokens(msgspec.Struct):
    tokens: list[int]


class _Rendered(msgspec.Struct):
    prompt: str


class Engine:
    """A native server that has loaded its weights.

    Args:
        server: The server of `xllamacpp`.
        key: What its loopback port asks for.
    """

    def __init__(self, server: Any, key: str) -> None:
        self.server = server
        self._key = key
        self._host = server.listening_address.removeprefix("http://")
        # Options and what stands before them are few, and asked for with every sample.
        self.tokens = lru_cache(maxsize=4096)(self._tokens)

    def rendered(self, messages: tuple[Message, ...]) -> str:
        """Returns a conversation as the text that the model's chat template makes of it."""
        rendered: _Rendered = self._post("/apply-template", {"messages": messages}, _Rendered)
        return rendered.prompt

    def spelled(self, text: str, *, begins: bool = False) -> tuple[int, ...]:
        """Returns the tokens that spell a text, control tokens' names included.

        Args:
            text: Any text.
            begins: Whether a prompt begins here: with the token that the model then expects.
        """
        return self._tokens(text, begins=begins)

    def holds_control(self, text: str) -> bool:
        """Returns whether the engine would read a part of the text as a control token."""
        if "<" not in text and "[" not in text:
            return False
        return self._tokens(text) != self._tokens(text, control=True)

    def _tokens(self, text: str, *, begins: bool = False, control: bool = False) -> tuple[int, ...]:
        body = {"content": text, "add_special": begins, "parse_special": control}
        return tuple(self._post("/tokenize", body, _Tokens).tokens)

    def _post(self, path: str, body: object, kind: type[Any]) -> Any:
        # These two have no door in the binding but its own loopback port.
        connection = http.client.HTTPConnection(self._host, timeout=_TIMEOUT_S)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", path, msgspec.json.encode(body), headers)
            return msgspec.json.decode(connection.getresponse().read(), type=kind)
        except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
            raise ResponseError(
                f"the embedded model gives no answer to {path}: {error}", provider="embedded"
            ) from error
        finally:
            connection.close()


def load(settings: Settings) -> Engine:
    """Returns an engine that has answered once; it takes about a second, and blocks.

    Raises:
        MissingExtraError: `xllamacpp` is not installed.
        InputError: the weights cannot be loaded.
    """
    try:
        import xllamacpp
    except ImportError as error:
        raise missing_extra() from error
    params = xllamacpp.CommonParams()
    params.model.path = str(settings.weights)
    params.n_parallel = 1
    params.n_ctx = settings.context_tokens
    params.n_batch = params.n_ubatch = _BATCH_TOKENS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings.threads
    params.verbosity = _QUIET
    params.reasoning_format = xllamacpp.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
    # The context is what the settings say, not what memory allows; evicted prompts are not kept.
    params.fit_params = False
    params.cache_ram_mib = 0
    # The engine always listens on a loopback port; only who knows this key may ask there.
    key = secrets.token_urlsafe(32)
    params.api_keys = [key]
    params.ui = params.endpoint_slots = False
    # Our own first call warms up. It must come: a server freed before its first answer hangs.
    params.warmup = False
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        raise broken(settings.weights) from error
    answers: list[bytes] = []
    server.handle_completions(b'{"prompt":"a","max_tokens":1}', answers.append)
    if not answers or b'"error"' in answers[0]:
        raise InputError(
            "the engine loads these weights but answers nothing",
            fix="give the weights of a model that writes text",
        )
    return Engine(server, key)

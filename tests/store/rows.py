"""Rows that the tests of the store write."""

from datetime import UTC, datetime
from typing import Any

from roundtable.digest import digest
from roundtable.store import Call, RunRecord, new_run_id

RUN = new_run_id()
ASKED_AT = datetime(2026, 10, 1, 12, 30, 0, 123456, tzinfo=UTC)


def a_call(name: object, **fields: Any) -> Call:
    given: dict[str, Any] = {
        "key": digest(name),
        "run": RUN,
        "provider": "openai",
        "endpoint": "http://127.0.0.1:1/v1",
        "model": "mock",
        "request": b'{"model":"mock"}',
        "response": f'{{"text":"{name}"}}'.encode(),
        "usd": 0.25,
        "asked_at": ASKED_AT,
        "latency_ms": 41.5,
        "attempts": 2,
    }
    return Call(**given | fields)


def a_run(**fields: Any) -> RunRecord:
    given: dict[str, Any] = {
        "id": new_run_id(),
        "key": digest("run"),
        "usecase": "triage",
        "started_at": ASKED_AT,
    }
    return RunRecord(**given | fields)

"""How fast paid answers become durable, against a bare `sqlite3` loop.

Floor: `executemany` of 100 rows and a commit, over and over, into the same table with the same
indexes and the same settings (WAL, synchronous=FULL). Ours: 64 tasks, each awaiting `calls.put` of
one row after another, so that at most 64 rows can share a commit. Both write the same rows to the
same disk, in turns, and the median of the turns counts. Nothing is read back while it is timed;
after it, both files must hold every row.

    python benchmarks/store.py [--rows 20000] [--turns 5] [--postgresql]

`--postgresql` also times ours on a PostgreSQL server from the wheel that the tests use (which, for
tests, does not wait for the disk: compare nothing with it).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from roundtable.digest import digest
from roundtable.store import Call, new_run_id, open_store
from roundtable.store.database import to_microseconds

N_WRITERS = 64
ROWS_PER_COMMIT = 100
COLUMNS = (
    "key, fresh, run, provider, endpoint, model, usd, asked_at_us, latency_ms, attempts,"
    " response, request"
)


def calls(n: int) -> list[Call]:
    """Returns calls of about 600 bytes: a short prompt, a short answer."""
    run, asked_at = new_run_id(), datetime.now(UTC)
    return [
        Call(
            key=digest(["call", i]),
            run=run,
            provider="openai",
            endpoint="http://127.0.0.1:8911/v1",
            model="mock",
            request=b'{"messages":[{"role":"user","content":"%0280d"}],"model":"mock"}' % i,
            response=b'{"text":"%0120d","usage":{"input_tokens":90,"output_tokens":40}}' % i,
            usd=0.0001,
            asked_at=asked_at,
            latency_ms=50.0,
        )
        for i in range(n)
    ]


def bare(path: Path, rows: list[Call]) -> float:
    """Returns rows a second of the floor; the tables are those that a store makes."""
    open_store(f"sqlite:///{path}", blobs="blobs", root=path.parent).close()
    values = [
        (
            row.key,
            row.fresh,
            row.run,
            row.provider,
            row.endpoint,
            row.model,
            row.usd,
            to_microseconds(row.asked_at),
            row.latency_ms,
            row.attempts,
            row.response,
            row.request,
        )
        for row in rows
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        started = time.perf_counter()
        for start in range(0, len(values), ROWS_PER_COMMIT):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                f"INSERT INTO calls ({COLUMNS}) VALUES ({', '.join('?' * 12)})",
                values[start : start + ROWS_PER_COMMIT],
            )
            connection.execute("COMMIT")
        took = time.perf_counter() - started
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (len(rows),)
    return len(rows) / took


def ours(url: str, root: Path, rows: list[Call]) -> tuple[float, float]:
    """Returns rows a second through `await put`, and microseconds of CPU a row."""
    with open_store(url, blobs="blobs", root=root) as store:

        async def write(some: Iterable[Call]) -> None:
            for row in some:
                await store.calls.put(row)

        async def write_all() -> None:
            await asyncio.gather(*(write(rows[i::N_WRITERS]) for i in range(N_WRITERS)))

        started, cpu = time.perf_counter(), time.process_time()
        asyncio.run(write_all())
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
        assert len(store.calls.known_keys(row.key for row in rows)) == len(rows)
    return len(rows) / took, cpu / len(rows) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    rows = calls(options.rows)
    floors, rates, cpus, ratios = [], [], [], []
    # The working folder, not /tmp, which may be memory: what is measured is the wait for a disk.
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        for turn in range(options.turns):
            floors.append(bare(folder / f"bare{turn}.db", rows))
            rate, cpu = ours(f"sqlite:///ours{turn}.db", folder, rows)
            rates.append(rate)
            cpus.append(cpu)
            ratios.append(rate / floors[-1])
    found = {
        "rows": options.rows,
        "writers": N_WRITERS,
        "bare_rows_per_s": round(statistics.median(floors)),
        "puts_per_s": round(statistics.median(rates)),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_range": [round(min(ratios), 3), round(max(ratios), 3)],
        "cpu_us_per_put": round(statistics.median(cpus), 1),
    }
    if options.postgresql:
        found["postgresql_puts_per_s"] = round(on_postgresql(rows))
    print(json.dumps(found, indent=2))


def on_postgresql(rows: list[Call]) -> float:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from servers.postgresql import fresh_schema, running_postgresql

    with (
        running_postgresql() as server,
        fresh_schema(server) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        return ours(url, Path(folder), rows)[0]


if __name__ == "__main__":
    main()

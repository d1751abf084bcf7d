import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from roundtable.store import new_run_id

CROCKFORD = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def test_ids_are_ulids_that_sort_by_the_order_they_were_made() -> None:
    ids = [new_run_id() for _ in range(5000)]
    assert all(CROCKFORD.fullmatch(id) for id in ids)
    assert ids == sorted(set(ids))


def test_ids_of_many_threads_differ() -> None:
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda _: new_run_id(), range(4000)))
    assert len(set(ids)) == 4000


def test_ids_go_on_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_run_id()
    an_hour_ago = time.time_ns() - 3_600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: an_hour_ago)
    assert new_run_id() > before


def test_the_first_ten_digits_are_the_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the year 3000, to be past every id made before; the digits are worked out apart."""
    at_ms = 32_503_680_000_123
    monkeypatch.setattr(time, "time_ns", lambda: at_ms * 1_000_000 + 456)
    value = 0
    for digit in new_run_id()[:10]:
        value = value * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(digit)
    monkeypatch.undo()
    assert value == at_ms

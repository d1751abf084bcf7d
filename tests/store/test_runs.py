import pytest

from roundtable.digest import digest
from roundtable.errors import NotFoundError, StoreError, UsageError
from roundtable.store import Store
from store.rows import a_run

CANDIDATE = digest("candidate")


def test_a_run_comes_back_as_it_was_started(store: Store) -> None:
    run = a_run(inputs=b"inputs")
    store.runs.start(run)
    assert store.runs.get(run.id) == run


def test_an_id_is_taken_once(store: Store) -> None:
    run = a_run()
    store.runs.start(run)
    with pytest.raises(StoreError):
        store.runs.start(run)


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_the_latest_unfinished_run_with_a_key_is_resumed(store: Store, state: str) -> None:
    first, second, other = a_run(), a_run(), a_run(key=digest("other"))
    for run in (first, second, other):
        store.runs.start(run)
    store.runs.finish(second.id, state, summary=b"half")  # type: ignore[arg-type]
    resumed = store.runs.resume(first.key)
    assert resumed is not None
    assert (resumed.id, resumed.state, resumed.finished_at) == (second.id, "running", None)
    assert store.runs.get(second.id) == resumed
    assert store.runs.resume(digest("no such run")) is None


def test_a_finished_run_is_found_and_not_resumed(store: Store) -> None:
    run = a_run(report="first.html")
    store.runs.start(run)
    assert store.runs.find_finished(run.key) is None
    store.runs.finish(run.id, "finished", summary=b"summary")
    found = store.runs.find_finished(run.key)
    assert found is not None
    assert (found.id, found.summary, found.report) == (run.id, b"summary", "first.html")
    assert found.finished_at is not None
    assert found.finished_at > run.started_at
    assert store.runs.resume(run.key) is None
    store.runs.finish(run.id, "finished", summary=b"summary", report="second.html")
    assert store.runs.get(run.id).report == "second.html"


def test_a_run_that_nobody_started_cannot_end(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.runs.finish(a_run().id, "finished")
    store.runs.start(a_run())  # the writer is well


def test_a_beginning_of_an_id_is_enough_if_only_one_run_has_it(store: Store) -> None:
    runs = [a_run(id="01AAA"), a_run(id="01AB")]
    for run in runs:
        store.runs.start(run)
    assert store.runs.get("01aa").id == "01AAA"
    with pytest.raises(UsageError, match="more than one"):
        store.runs.get("01a")
    with pytest.raises(NotFoundError):
        store.runs.get("01%")
    with pytest.raises(NotFoundError) as missing:
        store.runs.get("01AAB")
    assert "01AAA" in missing.value.fix


def test_runs_are_listed_newest_first(store: Store) -> None:
    runs = [a_run(), a_run(usecase="extract"), a_run()]
    for run in runs:
        store.runs.start(run)
    assert [run.id for run in store.runs.list()] == [run.id for run in reversed(runs)]
    assert [run.id for run in store.runs.list("triage", limit=1)] == [runs[2].id]


async def test_results_come_in_pages_in_order(store: Store) -> None:
    await store.runs.put_results(CANDIDATE, [(i, b"%d" % i) for i in reversed(range(1100))])
    await store.runs.put_results(digest("other"), [(7, b"other")])
    got, after = [], -1
    while page := store.runs.results(CANDIDATE, after=after):
        assert len(page) <= 500
        got += page
        after = page[-1][0]
    assert got == [(i, b"%d" % i) for i in range(1100)]
    assert store.runs.positions(CANDIDATE) == set(range(1100))
    assert store.runs.get_result(CANDIDATE, 1099) == b"1099"
    assert store.runs.get_result(CANDIDATE, 1100) is None


def test_a_later_result_takes_the_place_of_an_earlier_one(store: Store) -> None:
    store.runs.put_results_now(CANDIDATE, [(0, b"error"), (1, b"right")])
    store.runs.put_results_now(CANDIDATE, [(0, b"right")])
    assert store.runs.results(CANDIDATE) == [(0, b"right"), (1, b"right")]


async def test_no_results_are_kept_at_once(store: Store) -> None:
    await store.runs.put_results(CANDIDATE, [])
    assert store.runs.results(CANDIDATE) == []


def test_a_candidates_summary_is_kept_and_replaced(store: Store) -> None:
    assert store.runs.get_candidate(CANDIDATE) is None
    store.runs.put_candidate(CANDIDATE, b"first")
    store.runs.put_candidate(CANDIDATE, b"second")
    assert store.runs.get_candidate(CANDIDATE) == b"second"

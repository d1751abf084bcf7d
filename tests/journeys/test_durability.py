"""Nothing that was paid for is lost or paid twice: kills, faults, budgets, wrong keys."""

import json
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from journeys.command import COMMAND, roundtable
from journeys.shop import budget, write_shop
from servers.provider import Behavior, Provider


def results(document: dict[str, Any]) -> dict[str, Any]:
    """Returns what must not depend on how often a run was broken."""
    (candidate,) = document["candidates"]
    return {"metrics": candidate["metrics"], "usd": candidate["usd"], "n": candidate["n"]}


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_run_killed_again_and_again_ends_as_an_unbroken_one(tmp_path: Path) -> None:
    n, in_flight = 600, 16
    with Provider(Behavior(latency_ms=20)) as provider:
        whole = write_shop(tmp_path / "whole", provider.openai_url, n=n, in_flight=in_flight)
        unbroken = roundtable("run", "triage", "--json", cwd=whole)
        assert unbroken.code == 0, unbroken.err
        provider.reset()
        root = write_shop(tmp_path / "broken", provider.openai_url, n=n, in_flight=in_flight)
        moments = random.Random(4)
        n_kills = 6
        for _ in range(n_kills):
            process = subprocess.Popen(
                [COMMAND, "run", "triage", "--json"],
                cwd=root,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(moments.uniform(0.5, 1.6))
            process.send_signal(signal.SIGKILL)
            process.wait()
        broken = roundtable("run", "triage", "--json", cwd=root)
        assert broken.code == 0, broken.err
        assert results(broken.document) == results(unbroken.document)
        paid_twice = provider.stats.document()["paid_twice"]
        assert paid_twice <= n_kills * in_flight


def test_an_interrupt_keeps_what_was_paid_and_exits_130(tmp_path: Path) -> None:
    with Provider(Behavior(latency_ms=50)) as provider:
        root = write_shop(tmp_path, provider.openai_url, n=400, in_flight=8)
        process = subprocess.Popen(
            [COMMAND, "run", "triage", "--json"], cwd=root, stderr=subprocess.PIPE, text=True
        )
        while provider.stats.document()["answered"] < 20:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 130, said
        assert "Traceback" not in said
        done = roundtable("run", "triage", "--json", cwd=root)
        assert done.code == 0, done.err
        assert provider.stats.document()["paid_twice"] == 0


@pytest.mark.timeout(60)
def test_a_second_interrupt_stops_at_once_and_keeps_what_was_committed(tmp_path: Path) -> None:
    with Provider(Behavior(latency_ms=5)) as provider:
        root = write_shop(tmp_path, provider.openai_url, n=1000, in_flight=4)
        process = subprocess.Popen(
            [COMMAND, "run", "triage"], cwd=root, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        while provider.stats.document()["answered"] < 20:
            time.sleep(0.05)
        provider.behave(latency_ms=30_000)
        time.sleep(0.5)  # what was quick is answered; four slow calls are under way
        answered = provider.stats.document()["answered"]
        process.send_signal(signal.SIGINT)
        said = ""
        while "under way" not in said:
            said = process.stderr.readline()
        assert "waiting for 4 calls under way" in said
        assert "Ctrl-C again" in said
        time.sleep(0.3)
        assert process.poll() is None
        sent_s = time.monotonic()
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=20)[1]
        assert time.monotonic() - sent_s < 5
        assert process.returncode == 130, rest
        assert "Traceback" not in rest
        provider.behave(latency_ms=0)
        done = roundtable("run", "triage", "--json", cwd=root)
        assert done.code == 0, done.err
        (candidate,) = done.document["candidates"]
        assert candidate["calls"]["cached"] == answered


@pytest.mark.timeout(60)
def test_an_interrupt_waits_for_no_call_that_was_not_sent(tmp_path: Path) -> None:
    # Every call is refused, and is to be asked again after a minute.
    behavior = Behavior(faults={"429": 1.0}, fault_attempts=9, retry_after_ms=60_000)
    with Provider(behavior) as provider:
        root = write_shop(tmp_path, provider.openai_url, n=50, in_flight=4)
        process = subprocess.Popen(
            [COMMAND, "run", "triage"], cwd=root, stderr=subprocess.PIPE, text=True
        )
        while provider.stats.document()["calls"] < 1:
            time.sleep(0.05)
        time.sleep(0.5)
        sent_s = time.monotonic()
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=30)[1]
        assert process.returncode == 130, rest
        assert time.monotonic() - sent_s < 10


@pytest.mark.timeout(60)
def test_every_sample_completes_although_a_fifth_of_first_calls_fail(tmp_path: Path) -> None:
    faults = dict.fromkeys(("429", "500", "503", "reset", "malformed", "cut"), 0.2 / 6)
    with Provider(Behavior(faults=faults, retry_after_ms=50)) as provider:
        root = write_shop(tmp_path, provider.openai_url, n=300)
        done = roundtable("run", "triage", "--json", cwd=root)
        assert done.code == 0, done.err
        (candidate,) = done.document["candidates"]
        assert candidate["n"] == 300
        assert candidate["errors"] == 0
        assert candidate["calls"]["retried"] > 20


@pytest.mark.timeout(90)
def test_a_provider_that_fails_for_good_exits_3_and_what_was_paid_is_kept(tmp_path: Path) -> None:
    with Provider(Behavior(latency_ms=2, fail_after=40)) as provider:
        root = write_shop(tmp_path, provider.openai_url, n=200)
        done = roundtable("run", "triage", "--json", cwd=root)
        assert done.code == 3, done.out + done.err
        assert "fix:" in done.err
        assert "Traceback" not in done.err
        provider.behave(fail_after=None)
        answered = provider.stats.document()["answered"]
        again = roundtable("run", "triage", "--json", cwd=root)
        assert again.code == 0, again.err
        (candidate,) = again.document["candidates"]
        assert candidate["calls"]["cached"] == answered
        assert candidate["calls"]["made"] == 200 - answered


def test_a_wrong_key_stops_at_once(tmp_path: Path) -> None:
    with Provider(Behavior(key="right")) as provider:
        root = write_shop(
            tmp_path, provider.openai_url, n=500, in_flight=8, key_env="ROUNDTABLE_TEST_KEY"
        )
        done = roundtable("run", "triage", cwd=root, env={"ROUNDTABLE_TEST_KEY": "wrong-secret"})
        assert done.code == 3, done.err
        assert provider.stats.document()["calls"] <= 16
        assert "wrong-secret" not in done.out + done.err


@pytest.mark.timeout(60)
def test_spend_never_passes_the_budget_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    with Provider(Behavior(latency_ms=2)) as provider:
        need_root = write_shop(tmp_path / "need", provider.openai_url, n=200, price=True)
        budget(need_root, 1000.0)
        need = roundtable("run", "triage", "--json", cwd=need_root)
        assert need.code == 0, need.err
        need_usd = need.document["usd"]
        provider.reset()
        root = write_shop(
            tmp_path / "half", provider.openai_url, n=200, price=True, usd_per_run=need_usd / 2
        )
        half = roundtable("run", "triage", "--json", cwd=root)
        assert half.code == 3, half.err
        spent = _billed_usd(provider)
        assert 0 < spent <= need_usd / 2
        assert roundtable("run", "triage", cwd=root).code == 3
        assert _billed_usd(provider) <= need_usd / 2
        budget(root, need_usd * 100)
        done = roundtable("run", "triage", "--json", cwd=root)
        assert done.code == 0, done.err
        assert provider.stats.document()["paid_twice"] == 0
        assert done.document["usd"] == pytest.approx(need_usd)


def _billed_usd(provider: Provider) -> float:
    stats = provider.stats.document()
    return 100.0 * (stats["input_tokens"] + stats["output_tokens"]) / 1e6


def test_a_second_run_asks_nothing(tmp_path: Path) -> None:
    with Provider(Behavior()) as provider:
        root = write_shop(tmp_path, provider.openai_url, n=50)
        first = roundtable("run", "triage", "--json", cwd=root).document
        n_calls = provider.stats.document()["calls"]
        second = roundtable("run", "triage", "--json", cwd=root).document
        assert provider.stats.document()["calls"] == n_calls == 50
        assert second["candidates"][0]["calls"] == {
            "made": 0, "cached": 50, "retried": 0, "failed": 0,
        }  # fmt: skip
        assert results(first) == results(second)
        fresh = roundtable("run", "triage", "--fresh", "--json", cwd=root).document
        assert fresh["candidates"][0]["calls"]["made"] == 50
        assert provider.stats.document()["calls"] == 100


def test_why_a_call_is_a_hit_or_a_miss_is_explained(tmp_path: Path) -> None:
    with Provider(Behavior()) as provider:
        root = write_shop(tmp_path, provider.openai_url, n=5)
        miss = roundtable("cache", "explain", "triage", "only", "--json", cwd=root)
        assert json.loads(miss.out)["hit"] is False
        roundtable("run", "triage", cwd=root)
        hit = roundtable("cache", "explain", "triage", "only", "--json", cwd=root)
        assert json.loads(hit.out)["hit"] is True
        prompt = root / "prompts/triage.prompt.md"
        prompt.write_text(prompt.read_text().replace("max_tokens: 20", "max_tokens: 21"))
        changed = roundtable("cache", "explain", "triage", "only", "--json", cwd=root)
        assert json.loads(changed.out)["differs"] == ["max_tokens"]


def test_the_key_explained_is_the_key_that_was_run(marketplace: Path) -> None:
    for candidate in ("always-the-commonest", "no-model"):
        roundtable("run", "triage", "--candidate", candidate, "--limit", "3", cwd=marketplace)
        found = roundtable("cache", "explain", "triage", candidate, "--json", cwd=marketplace)
        assert json.loads(found.out)["hit"] is True, (candidate, found.out)

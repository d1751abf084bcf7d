import pytest
from yarl import URL

from roundtable.errors import AuthError, PluginError
from roundtable.generation.connectors.address import (
    base_of,
    check_variable,
    is_loopback,
    key_in,
    proxy_for,
)


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"),
        ("HTTPS://API.example.com/v1", "https://api.example.com/v1"),
        ("http://localhost:1", "http://localhost:1"),
    ],
)
def test_an_address_has_one_form(written: str, base: str) -> None:
    assert str(base_of(written, "openai")).rstrip("/") == base


@pytest.mark.parametrize(
    "written",
    [
        "", "api.example.com/v1", "ftp://example.com", "http://", "http://h:notaport/",
        "https://me:s3cret@example.com/v1", "https://example.com/v1?key=s3cret",
        "https://example.com/v1#s3cret",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused_and_not_shown(written: str) -> None:
    with pytest.raises(PluginError) as caught:
        base_of(written, "openai")
    assert "s3cret" not in str(caught.value)
    assert "base_url" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1/v1", True), ("http://127.9.9.9", True), ("http://[::1]:80", True),
        ("http://localhost", True), ("http://mock.localhost:9", True), ("http://10.0.0.1", False),
        ("https://localhost.example.com", False), ("https://api.openai.com", False),
    ],
)  # fmt: skip
def test_this_machine_is_told_from_others(url: str, local: bool) -> None:
    assert is_loopback(URL(url)) is local


def test_a_proxy_of_the_environment_is_used_for_other_machines_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_for(URL("https://api.openai.com/v1")) == "http://proxy.example:3128"
    assert proxy_for(URL("https://inside.example/v1")) is None
    assert proxy_for(URL("https://localhost/v1")) is None


def test_a_key_written_where_a_variable_belongs_is_refused_and_not_shown() -> None:
    check_variable("MY_KEY", "openai")
    with pytest.raises(PluginError) as caught:
        check_variable("sk-live-1234", "openai")
    assert "1234" not in str(caught.value)


@pytest.mark.parametrize("value", [None, "", "   "])
def test_without_a_key_only_this_machine_is_called(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("SOME_KEY", raising=False)
    else:
        monkeypatch.setenv("SOME_KEY", value)
    assert key_in("SOME_KEY", provider="openai", is_local=True) == ""
    with pytest.raises(AuthError, match="SOME_KEY is not set") as caught:
        key_in("SOME_KEY", provider="openai", is_local=False)
    assert caught.value.billed == "no"


def test_a_key_is_read_without_its_line_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "abc\n")
    assert key_in("SOME_KEY", provider="openai", is_local=False) == "abc"


@pytest.mark.parametrize("value", ["ключ", "two\nlines"])
def test_what_cannot_be_a_key_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SOME_KEY", value)
    with pytest.raises(AuthError) as caught:
        key_in("SOME_KEY", provider="openai", is_local=True)
    assert value not in str(caught.value)

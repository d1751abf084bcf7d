"""Where a provider is, and the key that goes there and nowhere else."""

from __future__ import annotations

import ipaddress
import os
import re
from urllib.request import getproxies, proxy_bypass

from yarl import URL

from roundtable.errors import AuthError, PluginError

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def base_of(base_url: str, provider: str) -> URL:
    """Returns the address without a slash at its end.

    Raises:
        PluginError: it is not an http or https address, or holds more than an address. What
            stands there is not shown, since it may be a secret.
    """
    try:
        url = URL(base_url)
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise PluginError(
            f"the base_url of {provider} is not an http or https address",
            fix='write it like base_url = "http://127.0.0.1:8080/v1"',
        )
    if url.user or url.password or url.query_string or url.fragment:
        raise PluginError(
            f"the base_url of {provider} holds a user, a password, a query or a fragment",
            fix="write only the address, and name the key's variable in api_key_env",
        )
    return url.with_path(url.path.rstrip("/"))


def is_loopback(url: URL) -> bool:
    """Returns whether an address is on this machine."""
    host = url.host or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def proxy_for(url: URL) -> str | None:
    """Returns the proxy that the environment names for an address; None for this machine."""
    if is_loopback(url) or proxy_bypass(url.host or ""):
        return None
    return getproxies().get(url.scheme)


def check_variable(variable: str, provider: str) -> None:
    """Checks that a text is a variable's name, so that a key written there is never shown.

    Raises:
        PluginError: it is not.
    """
    if variable and not _VARIABLE.fullmatch(variable):
        raise PluginError(
            f"the api_key_env of {provider} is not the name of a variable",
            fix="write the name of the environment variable, never the key itself",
        )


def key_in(variable: str, *, provider: str, is_local: bool) -> str:
    """Returns the key that a variable holds; empty if there is none and none is needed.

    Args:
        variable: The environment variable, or an empty text.
        provider: The connector's name.
        is_local: Whether the provider is on this machine, where a key is optional.

    Raises:
        AuthError: a key is needed and not there, or cannot be one.
    """
    key = os.environ.get(variable, "").strip() if variable else ""
    if not key:
        if is_local:
            return ""
        named = f"the variable {variable} is not set" if variable else "api_key_env names none"
        raise AuthError(
            f"{provider} needs a key, and {named}",
            provider=provider,
            fix=f"export {variable}=..." if variable else "write api_key_env in the model's file",
        )
    if not (key.isascii() and key.isprintable()):
        raise AuthError(
            f"what the variable {variable} holds cannot be a key",
            provider=provider,
            fix="export it again: only printable ASCII characters",
        )
    return key

"""One HTTP client per event loop, shared by every connector that calls over HTTP.

Connections are kept open and reused across models and providers. The client is made at the first
call in a loop; it is closed when the last connector that used it in that loop is closed.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary, WeakValueDictionary

import aiohttp

_DNS_TTL_S = 300
_KEEP_ALIVE_S = 30.0


class _Pool:
    """A client, and the connectors that use it by their ids (equal ones are still two users)."""

    def __init__(self) -> None:
        self.users: WeakValueDictionary[int, object] = WeakValueDictionary()
        self.session = aiohttp.ClientSession(
            # How many calls run at once is the limiter's decision, so none waits for a socket.
            connector=aiohttp.TCPConnector(
                limit=0, ttl_dns_cache=_DNS_TTL_S, keepalive_timeout=_KEEP_ALIVE_S
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()


def session_for(user: object) -> aiohttp.ClientSession:
    """Returns the running loop's client, and notes who uses it."""
    loop = asyncio.get_running_loop()
    pool = _pools.get(loop)
    if pool is None:
        pool = _pools[loop] = _Pool()
    pool.users[id(user)] = user
    return pool.session


async def release(user: object) -> None:
    """Ends a connector's use of the running loop's client; the last one out closes it."""
    loop = asyncio.get_running_loop()
    pool = _pools.get(loop)
    if pool is None:
        return
    pool.users.pop(id(user), None)
    if not pool.users:
        del _pools[loop]
        await pool.session.close()

"""A process that writes to a store and says each call once it is kept.

`process.py URL ROOT NAME N`
"""

import asyncio
import os
import sys
from pathlib import Path

from roundtable.store import Store, open_store
from store.rows import a_call


async def write(store: Store, name: str, n: int) -> None:
    async def one(writer: int) -> None:
        for i in range(writer, n, 16):
            call = a_call([name, i])
            await store.calls.put(call)
            os.write(1, f"{call.key}\n".encode())
            if i % 50 == 0:
                await asyncio.to_thread(store.ledger.append, "wrote", b"%d" % i, by=name)

    await asyncio.gather(*(one(writer) for writer in range(16)))


if __name__ == "__main__":
    url, root, name, n = sys.argv[1:]
    with open_store(url, blobs="blobs", root=Path(root)) as opened:
        asyncio.run(write(opened, name, int(n)))

from pathlib import Path

from roundtable.store import Store, open_store


def test_a_store_made_once_is_opened_again(store: Store, store_url: str, tmp_path: Path) -> None:
    store.ledger.append("signed", b"yes", by="ada@example.com")
    with open_store(store_url, blobs="blobs", root=tmp_path) as again:
        assert again.ledger.verify().entries == 1

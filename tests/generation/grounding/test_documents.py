"""Documents are read with their place in the file, or refused with it."""

from pathlib import Path

import pytest

from roundtable.errors import InputError
from roundtable.generation.grounding.documents import Document, read_documents

PAGE = (
    "<html><head><title>Our  fees</title><style>p { color: red }</style></head>\n"
    "<body><h1>Fees</h1><script>let a = 1</script><p>We take 5&nbsp;% &amp; no more.</p></body>"
)


def one(folder: Path, name: str, content: str | bytes) -> Document:
    data = content.encode() if isinstance(content, str) else content
    folder.joinpath(name).write_bytes(data)
    (document,) = read_documents(folder)
    return document


def pdf(text: str) -> bytes:
    """Returns a PDF of one page that shows a line of text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return out + head + table + tail % (len(parts) + 1, len(out))


def test_a_page_is_what_it_shows_and_each_character_knows_its_place(tmp_path: Path) -> None:
    page = one(tmp_path, "fees.html", PAGE)
    assert page.title == "Our fees"
    assert "We take 5\xa0% & no more." in page.text
    assert "let a" not in page.text
    assert "color" not in page.text
    at = page.text.index("no more")
    assert PAGE[page.origin(at) :].startswith("no more")


def test_a_markdown_document_has_its_heading_as_title(tmp_path: Path) -> None:
    document = one(tmp_path, "a.md", "intro\n\n## Refunds\nIn 14 days.\n")
    assert document.title == "Refunds"
    assert document.origin(5) == 5


def test_a_row_is_a_document_of_its_own(tmp_path: Path) -> None:
    tmp_path.joinpath("rows.jsonl").write_text(
        '{"id": "x", "title": "T", "text": "One."}\n\n{"text": "Two."}\n'
    )
    first, second = read_documents(tmp_path)
    assert (first.source, first.title, first.text) == ("rows.jsonl#x", "T", "One.")
    assert second.source == "rows.jsonl#3"


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    document = one(tmp_path, "terms.pdf", pdf("Refunds take 14 days."))
    assert document.source == "terms.pdf#page=1"
    assert "Refunds take 14 days." in document.text


def test_other_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    for name in ("a.txt", "b.png", ".c.txt", ".git/d.txt", "e/f.md"):
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).write_text("text")
    assert [one.source for one in read_documents(tmp_path)] == ["a.txt", "e/f.md"]


def test_a_changed_title_changes_the_digest(tmp_path: Path) -> None:
    before = one(tmp_path, "a.jsonl", '{"id": 1, "title": "A", "text": "x"}')
    after = one(tmp_path, "a.jsonl", '{"id": 1, "title": "B", "text": "x"}')
    assert before.digest != after.digest


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("a.txt", b"good\nb\xffd", 2),
        ("a.jsonl", b'{"text": "x"}\n{"text": 1}', 2),
        ("a.jsonl", b'{"text": "x"}\nnot json', 2),
        ("a.jsonl", b'{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}', 2),
        ("a.jsonl", b"[" * 100_000, 1),
        ("a.pdf", b"%PDF-1.4 cut", None),
        ("a.pdf", pdf(""), None),
    ],
)
def test_a_broken_document_is_refused_with_its_place(
    tmp_path: Path, name: str, data: bytes, line: int | None
) -> None:
    with pytest.raises(InputError) as caught:
        one(tmp_path, name, data)
    assert caught.value.where is not None
    assert caught.value.where.file.endswith(name)
    assert (caught.value.where.line or None) == line
    assert caught.value.fix


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        list(read_documents(tmp_path / "none"))

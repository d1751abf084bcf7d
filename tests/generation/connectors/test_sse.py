from hypothesis import given
from hypothesis import strategies as st

from roundtable.generation.connectors.sse import Event, EventParser

# WHATWG HTML, section 9.2.6: its examples, and what else it allows.
STREAM = (
    b"\xef\xbb\xbf: a comment\n\n"
    b"data: YHOO\ndata: +2\ndata: 10\n\n"
    b"event: add\r\ndata: 73857293\r\nid: 7\r\nretry: 10\r\n\r\n"
    b"data\r\rdata:  two spaces\n\n"
    b"event: nothing follows\n\n"
    b'data: {"caf\xc3\xa9": 1}\n\n'
    b"data: never ended"
)
EVENTS = [
    Event("message", b"YHOO\n+2\n10"),
    Event("add", b"73857293"),
    Event("message", b""),
    Event("message", b" two spaces"),
    Event("message", '{"café": 1}'.encode()),
]


def parse(chunks: list[bytes]) -> list[Event]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def test_events_are_read_as_the_standard_says() -> None:
    assert parse([STREAM]) == EVENTS


def test_bytes_may_come_one_at_a_time() -> None:
    assert parse([bytes([b]) for b in STREAM]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_where_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    ends = sorted(cuts)
    chunks = [STREAM[a:b] for a, b in zip([0, *ends], [*ends, len(STREAM)], strict=True)]
    assert parse(chunks) == EVENTS


@given(st.lists(st.sampled_from([b"\n", b"\r", b"\r\n"]), min_size=4, max_size=4))
def test_any_line_end_ends_a_line(ends: list[bytes]) -> None:
    stream = b"data: a" + ends[0] + ends[1] + b"data: b" + ends[2] + ends[3] + b": end\n"
    # A carriage return and the newline after it are one end: then the events are one.
    merged = (ends[0], ends[1]) == (b"\r", b"\n")
    last = (ends[2], ends[3]) == (b"\r", b"\n")
    events = [Event("message", b"a\nb")] if merged else [Event("message", b"a")]
    if not merged:
        events += [Event("message", b"b")]
    assert parse([stream]) == (events[:-1] if last else events)

"""Inflating and sniffing, whatever the bytes and however they are cut."""

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.net.body import Inflater
from aggregator.net.sniff import refusal
from aggregator.net.values import FetchFailed


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(st.binary(max_size=3000), st.integers(1, 500), st.sampled_from(["gzip", "deflate", ""]))
def test_a_body_is_the_same_however_the_wire_cuts_it(data: bytes, size: int, encoding: str) -> None:  # 61, 63
    packed = {"gzip": gzip.compress(data), "deflate": zlib.compress(data), "": data}[encoding]
    inflater = Inflater(encoding, 10_000, 200)
    for piece in _cut(packed, size):
        inflater.feed(piece)
    assert inflater.finish() == data
    assert inflater.wire == len(packed)


@given(st.binary(min_size=1, max_size=3000), st.integers(1, 99))
def test_a_compressed_body_that_ends_early_is_never_whole(data: bytes, share: int) -> None:  # 64
    packed = gzip.compress(data)
    inflater = Inflater("gzip", 10_000, 200)
    inflater.feed(packed[: max(2, len(packed) * share // 100)])
    with pytest.raises(FetchFailed, match="truncated"):
        inflater.finish()


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", ""]))
def test_any_bytes_are_a_body_or_a_failure_with_a_reason(data: bytes, encoding: str) -> None:  # 59, 61
    inflater = Inflater(encoding, 1000, 200)
    with contextlib.suppress(FetchFailed):
        inflater.feed(data)
        assert len(inflater.finish()) <= 1000


@given(st.binary(max_size=600), st.text(max_size=30))
def test_any_bytes_under_any_label_are_judged(head: bytes, label: str) -> None:  # 67
    assert isinstance(refusal(label, head), str)
    assert refusal("text/html", b"<html>" + head) == ""

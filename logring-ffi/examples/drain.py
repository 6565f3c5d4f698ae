#!/usr/bin/env python3
"""Threads push through ctypes; one call drains a batch; Python reads it.

    drain.py path/to/liblogring_ffi.so

The reader of frames is whole, and uses nothing but the bytes.
"""

from __future__ import annotations

import ctypes
import struct
import sys
import threading
from ctypes import POINTER, byref
from ctypes import c_char_p, c_int32, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from typing import Iterator, NamedTuple

OK, EMPTY = 0, 2
INFO, ERROR = 9, 17
DROP_OLDEST = 2
CAUSES = ("full", "level", "contended", "toobig", "evicted", "discarded")

THREADS = 4
RECORDS_EACH = 5000


class Config(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("policy", c_uint32),
        ("max_record", c_uint32),
        ("retry_limit", c_uint32),
        ("mark_pct", c_uint8 * 6),
        ("truncate", c_uint8),
        ("min_level", c_uint8),
        ("clock", c_void_p),
        ("clock_ctx", c_void_p),
    ]


class Stats(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("counter_bits", c_uint32),
        ("delivered", c_uint64),
        *((f"lost_{cause}", c_uint64) for cause in CAUSES),
        ("lost_by_level", c_uint64 * 6),
        ("truncated", c_uint64),
        ("capacity_bytes", c_uint64),
        ("used_bytes", c_uint64),
        ("high_water_bytes", c_uint64),
        ("resident", c_uint64),
        ("oldest_unfinished", c_uint32),
        ("reserved", c_uint32),
        ("oldest_position", c_uint64),
        ("resident_bytes", c_uint64),
    ]


def load(path: str) -> ctypes.CDLL:
    """The library, with the types of what is used here. ctypes lets go of
    the interpreter's lock during a call, so threads really push at once."""
    lib = ctypes.CDLL(path)
    sizes = POINTER(c_size_t)
    for name, result, *arguments in (
        ("logring_config_default", None, POINTER(Config), c_uint32),
        ("logring_new", c_int32, c_size_t, POINTER(Config), POINTER(c_void_p)),
        ("logring_free", None, c_void_p),
        ("logring_push", c_int32, c_void_p, c_uint8, c_char_p, c_size_t),
        ("logring_drain_into", c_int32, c_void_p, c_void_p, c_size_t, sizes, sizes),
        ("logring_get_stats", c_int32, c_void_p, POINTER(Stats)),
        ("logring_take_trailing_loss", c_uint64, c_void_p),
        ("logring_status_str", c_char_p, c_int32),
    ):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


class Record(NamedTuple):
    level: int
    truncated: bool
    timestamp: int | None
    lost_before: int
    tag: int
    data: bytes


HEADER = struct.Struct("<IBBBBQQI")


def frames(batch: bytes) -> Iterator[Record]:
    """The records of a batch; ValueError where no frame is."""
    at = 0
    while at < len(batch):
        if len(batch) - at < HEADER.size:
            raise ValueError("half a header")
        header = HEADER.unpack_from(batch, at)
        size, version, level, flags, header_size, timestamp, lost, tag = header
        begin = at + header_size
        at = begin + size
        if version != 1 or not 1 <= level <= 24 or header_size < HEADER.size or at > len(batch):
            raise ValueError("no frame")
        stamp = timestamp if flags & 2 else None
        yield Record(level, bool(flags & 1), stamp, lost, tag, batch[begin:at])


def run(lib: ctypes.CDLL) -> None:
    # Threads take turns often, or the first would be done before the others.
    sys.setswitchinterval(1e-5)
    config = Config()
    lib.logring_config_default(byref(config), ctypes.sizeof(config))
    config.policy = DROP_OLDEST
    ring = c_void_p()
    status = lib.logring_new(1 << 16, byref(config), byref(ring))
    assert status == OK, lib.logring_status_str(status)

    def push_all(thread: int) -> None:
        for number in range(RECORDS_EACH):
            line = f"{thread} {number}".encode()
            lib.logring_push(ring, ERROR if number % 2 else INFO, line, len(line))

    threads = [threading.Thread(target=push_all, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()

    # Room for more than the ring holds: one call drains all there is.
    buffer = ctypes.create_string_buffer(1 << 18)
    size, count = c_size_t(), c_size_t()
    next_number = [0] * THREADS
    delivered = lost = batches = 0
    while True:
        over = not any(thread.is_alive() for thread in threads)
        status = lib.logring_drain_into(ring, buffer, len(buffer), byref(size), byref(count))
        if status != OK:
            if over and status == EMPTY:
                break
            continue
        batches += 1
        records = list(frames(buffer.raw[: size.value]))
        assert len(records) == count.value
        for record in records:
            thread, number = map(int, record.data.split())
            assert number >= next_number[thread], "out of order"
            assert record.level == (ERROR if number % 2 else INFO)
            assert not record.truncated and record.timestamp is None and record.tag == 0
            next_number[thread] = number + 1
            lost += record.lost_before
        delivered += len(records)
    for thread in threads:
        thread.join()
    lost += lib.logring_take_trailing_loss(ring)

    stats = Stats(struct_size=ctypes.sizeof(Stats))
    assert lib.logring_get_stats(ring, byref(stats)) == OK
    by_cause = sum(getattr(stats, f"lost_{cause}") for cause in CAUSES)
    assert delivered == stats.delivered
    assert lost == by_cause == sum(stats.lost_by_level)
    assert delivered + lost == THREADS * RECORDS_EACH
    lib.logring_free(ring)
    offered = THREADS * RECORDS_EACH
    print(f"{offered} offered, {delivered} delivered in {batches} batches, {lost} lost")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    run(load(sys.argv[1]))

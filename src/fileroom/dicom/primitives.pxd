# cython: language_level=3
"""The primitives as the compiled reader has them. What is what stands in primitives.py.

Every read is checked against the end of the buffer, so that no error of the walker can lead beyond it; the walker
never asks for what lies there.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.math cimport isfinite
from libc.stdint cimport int32_t, int64_t, uint32_t


from fileroom.dicom.source cimport FileSource


cdef extern from "primitives.h":
    bytes fileroom_cut(int slot, const char* start, Py_ssize_t length)
    bytes fileroom_offsets(type cls, tuple members)
    object fileroom_filled(type cls, bytes offsets, list values, tuple more)
    dict fileroom_differing(type cls, bytes offsets, tuple keys, object one, object other)
    bint fileroom_is_plain(bytes raw) noexcept
    bint fileroom_is_ascii(str text) noexcept
    bint fileroom_folds() noexcept
    uint32_t fileroom_crc(const unsigned char* at, size_t length) noexcept
    str fileroom_text(bytes raw)
    bint fileroom_is_digits_and_dots(str uid) noexcept
    ctypedef struct fileroom_file:
        int fd
        int regular
        long long size
        long long mtime_ns

    long long fileroom_fetch(bytes folder, list names, Py_ssize_t length) except -1
    int fileroom_leave(int fd, long long size, long long mtime_ns) except -1
    bytes fileroom_open(object path, int flags, Py_ssize_t length, fileroom_file* file)
    const unsigned char* fileroom_eight(bytes buffer, Py_ssize_t offset) noexcept
    void fileroom_may_keep(int slot) noexcept
    void fileroom_learn(uint32_t key, int32_t slot) noexcept nogil
    int32_t fileroom_slot(uint32_t key, int32_t otherwise) noexcept nogil


cdef enum:
    COMPILED = 1
    NO_SLOT = -1


cdef inline int learn(dict slots, bytes may_keep) except -1:
    if len(may_keep) > 256 or len(slots) > 256:
        raise ValueError("the tables are not made for that many keys")
    for key, slot in slots.items():
        if not 0 <= slot < len(may_keep):
            raise ValueError("slots are counted from 0")
        fileroom_learn(key, slot)
    for slot, yes in enumerate(may_keep):
        if yes:
            fileroom_may_keep(slot)
    return 0


cdef inline bytes cut(int slot, bytes buffer, Py_ssize_t start, Py_ssize_t stop):
    stop = min(stop, PyBytes_GET_SIZE(buffer))
    if slot >= 256 or start < 0 or start > stop:
        raise IndexError("no such slot, or beyond the buffer")
    return fileroom_cut(slot, PyBytes_AS_STRING(buffer) + start, stop - start)


cdef inline int slot_of(uint32_t key, int otherwise) noexcept:
    return fileroom_slot(key, otherwise)


cdef inline uint32_t _two(const unsigned char* at) noexcept:
    return at[0] | <uint32_t> at[1] << 8


cdef inline uint32_t _two_big(const unsigned char* at) noexcept:
    return at[1] | <uint32_t> at[0] << 8


cdef inline uint32_t key_of(uint32_t tag) noexcept:
    return (tag & 0xFFFF) << 16 | tag >> 16


cdef inline (uint32_t, uint32_t, uint32_t) element(bytes buffer, Py_ssize_t offset) noexcept:
    cdef const unsigned char* at = fileroom_eight(buffer, offset)
    return _two(at) | _two(at + 2) << 16, _two(at + 4), _two(at + 6)


cdef inline (uint32_t, uint32_t, uint32_t) element_big(bytes buffer, Py_ssize_t offset) noexcept:
    cdef const unsigned char* at = fileroom_eight(buffer, offset)
    return _two_big(at) | _two_big(at + 2) << 16, _two(at + 4), _two_big(at + 6)


cdef inline (uint32_t, uint32_t) pair(bytes buffer, Py_ssize_t offset) noexcept:
    cdef const unsigned char* at = fileroom_eight(buffer, offset)
    return _two(at) | _two(at + 2) << 16, _two(at + 4) | _two(at + 6) << 16


cdef inline (uint32_t, uint32_t) pair_big(bytes buffer, Py_ssize_t offset) noexcept:
    cdef const unsigned char* at = fileroom_eight(buffer, offset)
    return _two_big(at) | _two_big(at + 2) << 16, _two_big(at + 6) | _two_big(at + 4) << 16


cdef inline bint leave(int fd, int64_t size, int64_t mtime_ns) except -1:
    return fileroom_leave(fd, size, mtime_ns)


cdef inline long long fetch(bytes folder, list names, Py_ssize_t length) except -1:
    return fileroom_fetch(folder, names, length)


cdef inline FileSource open_source(object path, int flags, Py_ssize_t length):
    cdef fileroom_file file
    cdef bytes head = fileroom_open(path, flags, length, &file)
    cdef FileSource source = FileSource.__new__(FileSource)
    source.head = head
    source.fd = file.fd
    source.regular = file.regular
    source.size = file.size
    source.mtime_ns = file.mtime_ns
    return source


cdef inline object layout(type cls, object names):
    return fileroom_offsets(cls, tuple([cls.__dict__[name] for name in names]))


cdef inline object filled(type cls, bytes slots, list values, tuple more):
    return fileroom_filled(cls, slots, values, more)


cdef inline dict differing(type cls, bytes slots, tuple keys, object one, object other):
    return fileroom_differing(cls, slots, keys, one, other)


cdef inline str text(bytes raw):
    return fileroom_text(raw)


cdef inline bint is_digits_and_dots(str uid) noexcept:
    return fileroom_is_digits_and_dots(uid)


cdef inline bint is_plain(bytes raw) noexcept:
    return fileroom_is_plain(raw)


cdef inline bint folds() noexcept:
    return fileroom_folds()


cdef inline bytes digest(bytes head, Py_ssize_t half, Py_ssize_t end):
    cdef const unsigned char* at = <const unsigned char*> PyBytes_AS_STRING(head)
    cdef uint32_t words[2]
    end = min(end, PyBytes_GET_SIZE(head))
    words[0] = fileroom_crc(at, min(half, end))
    words[1] = fileroom_crc(at + half, end - half) if end > half else 0
    return (<char*> words)[:8]


cdef inline bint are_finite(tuple numbers) except -1:
    for number in numbers:
        if not isfinite(<double> number):
            return False
    return True


cdef inline bint are_ascii(list values, bytes slots) except -1:
    cdef unsigned char slot
    for slot in slots:
        if not fileroom_is_ascii(<str?> values[slot]):
            return False
    return True

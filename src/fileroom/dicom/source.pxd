# cython: language_level=3
"""Which names of source.py a compiler may know the type of. What is what stands there."""

from libc.stdint cimport int64_t


cdef class FileSource:
    cdef readonly int fd
    cdef readonly bint regular
    cdef readonly int64_t mtime_ns
    cdef readonly int64_t size
    cdef readonly bytes head

    cpdef bytes read_at(self, int64_t position, int64_t length)

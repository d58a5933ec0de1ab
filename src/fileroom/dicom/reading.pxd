# cython: language_level=3
"""Which names of reading.py a compiler may know the type of. What is what stands there."""

cimport cython
from libc.stdint cimport int64_t

from fileroom.dicom cimport primitives
from fileroom.dicom.drafts cimport Maker
from fileroom.dicom.header cimport header_of
from fileroom.dicom.source cimport FileSource
from fileroom.dicom.walker cimport Walk

cdef Maker _MAKER


@cython.locals(fd=int, mode=int64_t, size=int64_t, mtime_ns=int64_t, head=bytes)
cdef object _read(object path, object reader)

@cython.locals(head=bytes, size=int64_t, size_now=int64_t, mtime_ns_now=int64_t, digested=int64_t)
cdef object _read_open(FileSource source, int64_t mtime_ns, object reader)

@cython.locals(walk=Walk)
cpdef object _read_fast(FileSource source)

cdef bytes _digest(bytes head)

@cython.locals(head=bytes, prefixed=bint)
cdef object _found(FileSource source, object reader)

cdef tuple _identity(object header)

@cython.locals(uid=str)
cdef void _check(object header, int64_t size, bint directory) except *

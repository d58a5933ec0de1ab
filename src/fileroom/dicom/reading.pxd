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
cdef Py_ssize_t _HALF


@cython.locals(source=FileSource, values=list, unchanged=bint)
cdef object _read(object path, object reader, object charset)

@cython.locals(head=bytes, digested=int64_t, prefixed=bint)
cdef list _read_open(FileSource source, object reader, object charset)

@cython.locals(walk=Walk)
cpdef object _read_fast(FileSource source, object charset)

@cython.locals(head=bytes)
cdef object _sniff(FileSource source)

cdef object _found(FileSource source, object reader, object charset, bint prefixed)

cdef void _check_uid(str uid, object reason) except *

cdef void _check(object header, int64_t size, bint directory) except *

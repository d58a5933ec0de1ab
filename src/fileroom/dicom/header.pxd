# cython: language_level=3
"""Which names of header.py a compiler may know the type of. What is what stands there."""

cimport cython

from fileroom.dicom cimport primitives
from fileroom.dicom.drafts cimport Maker
from fileroom.dicom.walker cimport Walk

cdef Maker _MAKER
cdef tuple _SILENCE
cdef int _TRANSFER_SYNTAX, _PIXEL_OFFSET, _PIXEL_LENGTH, _HAS_PIXELS, _LAST_POSITION, _KEPT


cdef class Row:
    cdef int slot
    cdef int place
    cdef object convert
    cdef bint may_keep
    cdef dict kept

    cdef bytes raw
    cdef object value

    cdef object make(self, bytes raw, tuple codecs)
    cdef void remember(self, bytes raw, object value) noexcept


@cython.locals(raws=list, codecs=tuple, rows=list, values=list, row=Row, raw=bytes)
cpdef object header_of(Walk walk)

@cython.locals(slot=int, row=Row)
cdef void _add_other_vrs(list values, Walk walk, list rows, tuple codecs) except *

@cython.locals(slot=int, row=Row)
cdef void _add_functional_groups(list values, Walk walk, list rows, tuple codecs) except *

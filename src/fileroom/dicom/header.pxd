# cython: language_level=3
"""Which names of header.py a compiler may know the type of. What is what stands there."""

cimport cython

from fileroom.dicom cimport primitives
from fileroom.dicom.drafts cimport Maker
from fileroom.dicom.values cimport convert
from fileroom.dicom.walker cimport Walk

cdef Maker _MAKER
cdef dict _encodings
cdef bytes TEXT_SLOTS
cdef list _NOTHING_SAID


cdef class Row(dict):
    cdef tuple codecs
    cdef int kind
    cdef object convert
    cdef bint may_keep
    cdef object silence


cdef class Encoding:
    cdef tuple codecs
    cdef list rows, last_raws, last_values


cdef Encoding _encoding(bytes charset, bint little)

@cython.locals(raws=list, encoding=Encoding, codecs=tuple, rows=list, values=list, plain=bint)
cpdef object header_of(Walk walk, object charset)

@cython.locals(slot=Py_ssize_t, values=list, last_raws=list, last_values=list, row=Row, raw=bytes)
cdef list _compiled_values(Encoding encoding, list raws)

@cython.locals(texts=list, slot=int, row=Row)
cdef object _decode_again(list values, Walk walk, tuple codecs, list rows, object charset)

@cython.locals(slot=int)
cdef void _add_other_vrs(list values, Walk walk, tuple codecs) except *

@cython.locals(slot=int, row=Row)
cdef object _add_functional_groups(list values, Walk walk, list rows)

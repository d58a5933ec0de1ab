# cython: language_level=3
"""Which of the walker's numbers a compiler may hold in registers. What is what stands in walker.py."""

cimport cython
from libc.stdint cimport int64_t, uint32_t

from fileroom.dicom cimport primitives
from fileroom.dicom.source cimport FileSource

cdef bytes VRS
cdef bytes EXPECTED
cdef int64_t STEP, LONGEST_VALUE, DEEPEST, PREAMBLE, ITEM_HEAD
cdef uint32_t UNDEFINED, ITEM, ITEM_END, SEQUENCE_END, BIG_GROUP, SYNTAX_KEY, CLASS_KEY
cdef int UNKNOWN, SQ, UN, SHORT, LONG, FIELDS, NO_SLOT, BEHIND_PIXELS, META_SLOT
cdef bytes _DIRECTORY
cdef dict _syntaxes
cdef tuple IMPLICIT_HEADS, EXPLICIT_HEADS


cdef class Walk:
    cdef FileSource file
    cdef object inflated
    cdef bytes buffer
    cdef int64_t base
    cdef int64_t last
    cdef readonly bint little
    cdef readonly str transfer_syntax
    cdef readonly list values
    cdef readonly dict vrs
    cdef readonly list macros
    cdef readonly list last_position
    cdef readonly bint directory
    cdef readonly bint has_pixels
    cdef readonly object pixel_position
    cdef readonly object pixel_length

    @cython.locals(position=int64_t)
    cpdef run(self)

    cdef void _take(self, bytes data, bint full) except *

    cdef bytes _read_at(self, int64_t position, int64_t length)

    cdef int64_t _size(self) except? -1

    cdef int64_t _long_length(self, int64_t offset) except -1

    @cython.locals(data=bytes)
    cdef bint _fill(self, int64_t position) except -1

    @cython.locals(offset=int64_t)
    cdef int64_t _at(self, int64_t position) except -1

    @cython.locals(value=bytes)
    cdef bytes _value(self, int64_t position, int64_t length)

    cdef (uint32_t, uint32_t, uint32_t) _element(self, int64_t offset) except *

    cdef (uint32_t, uint32_t) _pair(self, int64_t offset) except *

    @cython.locals(
        buffer=bytes, last=int64_t, key=uint32_t, vr=int, length=int64_t, start=int64_t, letters=uint32_t, raw=bytes,
    )
    cdef int64_t _meta(self, int64_t position) except -1

    @cython.locals(offset=int64_t, key=uint32_t, letters=uint32_t, group=uint32_t, explicit=bint, big=bint)
    cdef bint _how_encoded(self, int64_t position) except -1

    @cython.locals(
        values=list, little=bint, buffer=bytes, base=int64_t, last=int64_t, offset=int64_t,
        key=uint32_t, vr=int, length=int64_t, size=int64_t, start=int64_t, stop=int64_t, slot=int, letters=uint32_t, heads=dict,
    )
    cdef void _explicit(self, int64_t position) except *

    cdef int64_t _pass_known(self, int64_t offset, dict heads) except -1

    cdef void _learn(self, int64_t offset, uint32_t key, int vr, int64_t size) except *

    cdef void _keep(self, dict heads, int64_t offset, int slot, int64_t size) except *

    @cython.locals(slot=int, vr=int, start=int64_t)
    cdef int64_t _long(self, int64_t offset, uint32_t key, uint32_t letters, int64_t length) except? -1

    @cython.locals(
        values=list, little=bint, buffer=bytes, base=int64_t, last=int64_t, offset=int64_t,
        key=uint32_t, length=int64_t, size=int64_t, start=int64_t, stop=int64_t, slot=int, heads=dict,
    )
    cdef void _implicit(self, int64_t position) except *

    cdef bint _special(self, int slot, int vr, int64_t position, int64_t length) except -1

    cdef void _note_vr(self, int slot, int vr) except *

    @cython.locals(start=int64_t, longer=int64_t, candidate=int64_t, stop=int64_t, following=uint32_t)
    cdef (int64_t, int64_t) _unknown_vr(self, int64_t offset, uint32_t key, uint32_t letters, int64_t length) except *

    @cython.locals(offset=int64_t, key=uint32_t, claimed=int64_t)
    cdef void _check_sequence(self, int64_t position, int64_t length) except *

    @cython.locals(offset=int64_t, key=uint32_t, length=uint32_t)
    cdef (uint32_t, uint32_t) _item(self, int64_t position) except *

    @cython.locals(offset=int64_t, letters=uint32_t)
    cdef bint _implicit_inside(self, int64_t position, bint implicit) except -1

    @cython.locals(offset=int64_t, key=uint32_t, vr=int, length=int64_t, letters=uint32_t)
    cdef (uint32_t, int, int64_t, int64_t) _inside(self, int64_t position, bint implicit) except *

    @cython.locals(around=list, in_item=bint, at_end=bint, key=uint32_t, length=int64_t)
    cdef int64_t _skip(self, int64_t position, bint implicit, bint inside) except -1

    @cython.locals(
        little=bint, buffer=bytes, base=int64_t, last=int64_t, offset=int64_t,
        key=uint32_t, vr=int, length=int64_t, letters=uint32_t,
    )
    cdef (int64_t, bint) _pass_elements(self, int64_t position, bint implicit) except *

    @cython.locals(
        first=int64_t, last=int64_t, first_size=int64_t, last_size=int64_t, end=int64_t, key=uint32_t, size=int64_t,
    )
    cdef void _functional_groups(self, bint shared, int64_t position, int64_t length, bint implicit) except *

    @cython.locals(end=int64_t, key=uint32_t, vr=int, length=int64_t)
    cdef dict _macros(self, int64_t position, int64_t size, bint implicit)

    @cython.locals(end=int64_t, key=uint32_t, vr=int, length=int64_t, slot=int)
    cdef void _macro(self, frozenset slots, int64_t position, bint implicit, dict found) except *


cdef str _syntax(bytes raw)

cdef bint _is_vr(uint32_t letters) noexcept

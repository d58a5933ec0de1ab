# cython: language_level=3
"""Which names of values.py a compiler may know the type of. What is what stands there."""

cimport cython

from fileroom.dicom cimport primitives
from fileroom.dicom.charsets cimport decode

cdef int _FEW_DIGITS, TEXT, DECIMALS, DECIMAL, UID, INTEGER_TEXT, NAME, PROSE


cpdef object convert(int kind, object otherwise, bytes raw, tuple codecs)

cpdef str _text(bytes raw, tuple _)

@cython.locals(value=str)
cpdef str _uid(bytes raw, tuple _)

@cython.locals(codes=str)
cpdef tuple _codes(bytes raw, tuple _)

@cython.locals(prose=str)
cpdef str _prose(bytes raw, tuple codecs)

cpdef str _essay(bytes raw, tuple codecs)

@cython.locals(name=str)
cpdef str _name(bytes raw, tuple codecs)

cpdef object _word(bytes raw, tuple _)

cpdef object _word_big(bytes raw, tuple _)

cpdef object _integer(bytes raw, tuple _)

@cython.locals(number=double)
cpdef object _decimal(bytes raw, tuple _)

cpdef tuple _decimals(bytes raw, tuple _)

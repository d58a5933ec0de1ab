# cython: language_level=3
"""Which names of drafts.py a compiler may know the type of. What is what stands there."""

from fileroom.dicom cimport primitives


cdef class Maker:
    cdef type frozen
    cdef object layout
    cdef object draft

    cpdef object make(self, list values, tuple more=*)


cdef class Comparer:
    cdef type frozen
    cdef object layout
    cdef tuple keys

    cpdef dict differing(self, object one, object other)

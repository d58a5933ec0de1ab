# cython: language_level=3
"""Which names of charsets.py a compiler may know the type of."""

cpdef str decode(bytes value, tuple codecs)

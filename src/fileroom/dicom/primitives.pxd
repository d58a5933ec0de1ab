# cython: language_level=3
"""The primitives as the compiled reader has them. What is what stands in primitives.py.

Every read is checked against the end of the buffer, so that no error of the walker can lead beyond it; the walker
never asks for what lies there.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint32_t


cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    #include <structmember.h>
    #define FILEROOM_SLOTS 512  /* a power of two, several times as many as there are keys */
    static struct { uint32_t key; int32_t slot; } fileroom_slots[FILEROOM_SLOTS];

    static inline uint32_t fileroom_place(uint32_t key) {
        uint32_t place = (key * 0x9E3779B1u) >> 23;
        while (fileroom_slots[place].key && fileroom_slots[place].key != key)
            place = (place + 1) & (FILEROOM_SLOTS - 1);
        return place;
    }
    static inline void fileroom_learn(uint32_t key, int32_t slot) {
        uint32_t place = fileroom_place(key);
        fileroom_slots[place].key = key;
        fileroom_slots[place].slot = slot;
    }
    static inline int32_t fileroom_slot(uint32_t key, int32_t otherwise) {
        uint32_t place = fileroom_place(key);
        return key && fileroom_slots[place].key == key ? fileroom_slots[place].slot : otherwise;
    }

    /* Mode, size and mtime_ns of an open file. Where there is no struct timespec in struct stat, Python is asked. */
    #if defined(__linux__)
    #include <sys/stat.h>
    static int fileroom_look(int fd, long long *about) {
        struct stat found;
        if (fstat(fd, &found) != 0) {
            PyErr_SetFromErrno(PyExc_OSError);
            return -1;
        }
        about[0] = found.st_mode;
        about[1] = found.st_size;
        about[2] = found.st_mtim.tv_sec * 1000000000LL + found.st_mtim.tv_nsec;
        return 0;
    }
    #else
    static int fileroom_look(int fd, long long *about) {
        static const char *names[3] = {"st_mode", "st_size", "st_mtime_ns"};
        PyObject *os = PyImport_ImportModule("os");
        PyObject *found = os ? PyObject_CallMethod(os, "fstat", "i", fd) : NULL;
        Py_XDECREF(os);
        for (int i = 0; found && i < 3; i++) {
            PyObject *number = PyObject_GetAttrString(found, names[i]);
            about[i] = number ? PyLong_AsLongLong(number) : -1;
            Py_XDECREF(number);
            if (PyErr_Occurred())
                Py_CLEAR(found);
        }
        Py_XDECREF(found);
        return found ? 0 : -1;
    }
    #endif

    /* A new instance of a class with slots, each filled where it lies. */
    static PyObject *fileroom_filled(PyTypeObject *cls, PyObject *members, PyObject *values) {
        Py_ssize_t count = PyTuple_GET_SIZE(members);
        if (count != PyList_GET_SIZE(values)) {
            PyErr_SetString(PyExc_ValueError, "as many values as slots");
            return NULL;
        }
        PyObject *made = cls->tp_alloc(cls, 0);
        for (Py_ssize_t i = 0; made && i < count; i++) {
            PyObject *member = PyTuple_GET_ITEM(members, i), *value = PyList_GET_ITEM(values, i);
            PyMemberDescrObject *descriptor = (PyMemberDescrObject *)member;
            if (!Py_IS_TYPE(member, &PyMemberDescr_Type) || PyDescr_TYPE(descriptor) != cls ||
                descriptor->d_member->type != T_OBJECT_EX) {
                PyErr_SetString(PyExc_TypeError, "not a slot of that class");
                Py_CLEAR(made);
                break;
            }
            Py_INCREF(value);
            *(PyObject **)((char *)made + descriptor->d_member->offset) = value;
        }
        return made;
    }

    static inline PyObject *fileroom_text(PyObject *raw) {
        const char *start = PyBytes_AS_STRING(raw);
        Py_ssize_t length = PyBytes_GET_SIZE(raw);
        while (length && (start[length - 1] == ' ' || start[length - 1] == 0))
            length--;
        return PyUnicode_DecodeLatin1(start, length, NULL);
    }

    static inline int fileroom_is_digits_and_dots(PyObject *uid) {
        int digits = 0;
        if (!PyUnicode_IS_ASCII(uid))
            return 0;
        const Py_UCS1 *letters = PyUnicode_1BYTE_DATA(uid);
        for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(uid); i++) {
            if (letters[i] >= '0' && letters[i] <= '9')
                digits = 1;
            else if (letters[i] != '.')
                return 0;
        }
        return digits;
    }

    /* Eight bytes of a buffer; beyond its end there are zeros. */
    static const unsigned char fileroom_zeros[8] = {0};

    static inline const unsigned char *fileroom_eight(PyObject *buffer, Py_ssize_t offset) {
        if (offset < 0 || offset > PyBytes_GET_SIZE(buffer) - 8)
            return fileroom_zeros;
        return (const unsigned char *)PyBytes_AS_STRING(buffer) + offset;
    }

    /* The last value that was cut for each slot of which values may be kept: most files say what the one before said,
       and then there is nothing to make. Held by the GIL. */
    static struct { int may_keep; PyObject *value; } fileroom_last[FILEROOM_SLOTS];

    static inline PyObject *fileroom_cut(int slot, const char *start, Py_ssize_t length) {
        PyObject *value = slot < 0 ? NULL : fileroom_last[slot].value;
        if (value && PyBytes_GET_SIZE(value) == length && !memcmp(PyBytes_AS_STRING(value), start, (size_t)length)) {
            Py_INCREF(value);
            return value;
        }
        value = PyBytes_FromStringAndSize(start, length);
        if (value && slot >= 0 && fileroom_last[slot].may_keep) {
            PyObject *before = fileroom_last[slot].value;
            Py_INCREF(value);
            fileroom_last[slot].value = value;
            Py_XDECREF(before);
        }
        return value;
    }
    static inline void fileroom_may_keep(int slot) { fileroom_last[slot].may_keep = 1; }
    """
    bytes fileroom_cut(int slot, const char* start, Py_ssize_t length)
    object fileroom_filled(type cls, tuple members, list values)
    str fileroom_text(bytes raw)
    bint fileroom_is_digits_and_dots(str uid) noexcept
    int fileroom_look(int fd, long long* about) except -1
    const unsigned char* fileroom_eight(bytes buffer, Py_ssize_t offset) noexcept
    void fileroom_may_keep(int slot) noexcept
    void fileroom_learn(uint32_t key, int32_t slot) noexcept nogil
    int32_t fileroom_slot(uint32_t key, int32_t otherwise) noexcept nogil


cdef enum:
    COMPILED = 1


cdef inline int learn(dict slots, bytes may_keep) except -1:
    if len(slots) > 256 or len(may_keep) != len(slots):
        raise ValueError("the tables are not made for that many keys")
    for key, slot in slots.items():
        if not 0 <= slot < len(slots):
            raise ValueError("slots are counted from 0")
        fileroom_learn(key, slot)
        if may_keep[slot]:
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


cdef inline (int64_t, int64_t, int64_t) look(int fd) except *:
    cdef long long about[3]
    fileroom_look(fd, about)
    return about[0], about[1], about[2]


cdef inline object filled(type cls, tuple members, list values):
    return fileroom_filled(cls, members, values)


cdef inline str text(bytes raw):
    return fileroom_text(raw)


cdef inline bint is_digits_and_dots(str uid) noexcept:
    return fileroom_is_digits_and_dots(uid)

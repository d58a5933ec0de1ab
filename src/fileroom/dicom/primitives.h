/* What the compiled reader does in C: the bodies of primitives.pxd. Every function checks what it is given; none reads
 * beyond the end of a bytes object. All is done with the GIL held, but for the calls into the operating system. */
#ifndef FILEROOM_PRIMITIVES_H
#define FILEROOM_PRIMITIVES_H

#include <Python.h>
#include <stdint.h>
#include <string.h>
#include <structmember.h>

#include "checksum.h"

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

/* Where the slots of a class lie in its instances: bytes that hold one Py_ssize_t for each. */
static inline PyObject *fileroom_offsets(PyTypeObject *cls, PyObject *members) {
    Py_ssize_t count = PyTuple_GET_SIZE(members);
    PyObject *made = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(Py_ssize_t));
    for (Py_ssize_t i = 0; made && i < count; i++) {
        PyMemberDescrObject *member = (PyMemberDescrObject *)PyTuple_GET_ITEM(members, i);
        if (!Py_IS_TYPE(member, &PyMemberDescr_Type) || PyDescr_TYPE(member) != cls ||
            member->d_member->type != T_OBJECT_EX) {
            PyErr_SetString(PyExc_TypeError, "not a slot of that class");
            Py_CLEAR(made);
        } else
            memcpy(PyBytes_AS_STRING(made) + i * (Py_ssize_t)sizeof(Py_ssize_t), &member->d_member->offset,
                   sizeof(Py_ssize_t));
    }
    return made;
}

/* A new instance of a class with slots, each filled where it lies. */
static inline PyObject *fileroom_filled(PyTypeObject *cls, PyObject *offsets, PyObject *values, PyObject *more) {
    Py_ssize_t first = PyList_GET_SIZE(values), count = first + PyTuple_GET_SIZE(more), offset;
    const char *at = PyBytes_AS_STRING(offsets);
    if (PyBytes_GET_SIZE(offsets) != count * (Py_ssize_t)sizeof offset) {
        PyErr_SetString(PyExc_ValueError, "as many values as slots");
        return NULL;
    }
    PyObject *made = cls->tp_alloc(cls, 0);
    for (Py_ssize_t i = 0; made && i < count; i++, at += sizeof offset) {
        PyObject *value = i < first ? PyList_GET_ITEM(values, i) : PyTuple_GET_ITEM(more, i - first);
        memcpy(&offset, at, sizeof offset);
        Py_INCREF(value);
        *(PyObject **)((char *)made + offset) = value;
    }
    return made;
}

/* What one instance has in some slots where another of its class has something else, by the key of each slot. */
static inline PyObject *fileroom_differing(PyTypeObject *cls, PyObject *offsets, PyObject *keys, PyObject *one,
                                           PyObject *other) {
    Py_ssize_t count = PyTuple_GET_SIZE(keys), offset;
    const char *at = PyBytes_AS_STRING(offsets);
    if (!Py_IS_TYPE(one, cls) || !Py_IS_TYPE(other, cls) ||
        PyBytes_GET_SIZE(offsets) != count * (Py_ssize_t)sizeof offset) {
        PyErr_SetString(PyExc_TypeError, "not of that class, or not as many keys as slots");
        return NULL;
    }
    PyObject *found = PyDict_New();
    for (Py_ssize_t i = 0; found && i < count; i++, at += sizeof offset) {
        memcpy(&offset, at, sizeof offset);
        PyObject *mine = *(PyObject **)((char *)one + offset), *theirs = *(PyObject **)((char *)other + offset);
        if (mine == theirs)
            continue;
        int same = mine && theirs ? PyObject_RichCompareBool(mine, theirs, Py_EQ) : -1;
        if (same < 0 && !PyErr_Occurred())
            PyErr_SetString(PyExc_AttributeError, "an empty slot");
        if (same < 0 || (!same && PyDict_SetItem(found, PyTuple_GET_ITEM(keys, i), mine) != 0))
            Py_CLEAR(found);
    }
    return found;
}

static inline PyObject *fileroom_text(PyObject *raw) {
    const char *start = PyBytes_AS_STRING(raw);
    Py_ssize_t length = PyBytes_GET_SIZE(raw);
    while (length && (start[length - 1] == ' ' || start[length - 1] == 0))
        length--;
    return PyUnicode_DecodeLatin1(start, length, NULL);
}

static inline int fileroom_is_ascii(PyObject *text) { return PyUnicode_IS_ASCII(text); }

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

/* Whether it is ASCII without escapes: the same text in every character set. */
static inline int fileroom_is_plain(PyObject *raw) {
    const char *start = PyBytes_AS_STRING(raw);
    for (Py_ssize_t i = 0; i < PyBytes_GET_SIZE(raw); i++)
        if ((start[i] & 0x80) || start[i] == 0x1B)
            return 0;
    return 1;
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

/* Files. Where there is no pread, the functions of primitives.py are called. */
typedef struct {
    int fd, regular;
    long long size, mtime_ns;
} fileroom_file;

#if defined(__unix__) || defined(__APPLE__)
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__APPLE__)
#define FILEROOM_MTIME st_mtimespec
#else
#define FILEROOM_MTIME st_mtim
#endif

static inline int fileroom_fstat(fileroom_file *file) {
    struct stat about;
    if (fstat(file->fd, &about) != 0)
        return -1;
    file->regular = S_ISREG(about.st_mode);
    file->size = about.st_size;
    file->mtime_ns = about.FILEROOM_MTIME.tv_sec * 1000000000LL + about.FILEROOM_MTIME.tv_nsec;
    return 0;
}

/* Closes it; whether it still has the size and time with which it was opened. */
static inline int fileroom_leave(int fd, long long size, long long mtime_ns) {
    fileroom_file now = {fd, 0, 0, 0};
    int looked;
    Py_BEGIN_ALLOW_THREADS
    looked = fileroom_fstat(&now) == 0;
    close(fd);
    Py_END_ALLOW_THREADS
    return looked && now.size == size && now.mtime_ns == mtime_ns;
}

/* Up to length bytes from the start of a file into head; how many, or -1 with errno set. */
static inline Py_ssize_t fileroom_read_head(int fd, char *head, Py_ssize_t length) {
    Py_ssize_t got = 0;
    while (got < length) {
        ssize_t more = pread(fd, head + got, (size_t)(length - got), got);
        if (more == 0)
            break;
        if (more > 0)
            got += more;
        else if (errno != EINTR)
            return -1;
    }
    return got;
}

static inline PyObject *fileroom_open(PyObject *path, int flags, Py_ssize_t length, fileroom_file *file) {
    PyObject *name = NULL, *head;
    Py_ssize_t got = 0;
    int error = 0;
    memset(file, 0, sizeof *file);
    if (!PyUnicode_FSConverter(path, &name))
        return NULL;
    head = PyBytes_FromStringAndSize(NULL, length);
    if (!head) {
        Py_DECREF(name);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    do
        file->fd = open(PyBytes_AS_STRING(name), flags | O_CLOEXEC);
    while (file->fd < 0 && errno == EINTR);
    if (file->fd < 0 || fileroom_fstat(file) != 0)
        error = errno;
    else if (file->regular) {
        got = fileroom_read_head(file->fd, PyBytes_AS_STRING(head), file->size < length ? (Py_ssize_t)file->size : length);
        if (got < 0)
            error = errno;
    }
    if (error && file->fd >= 0)
        close(file->fd);
    Py_END_ALLOW_THREADS
    Py_DECREF(name);
    if (error) {
        Py_DECREF(head);
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (got != length && _PyBytes_Resize(&head, got) != 0)
        close(file->fd);
    return head;
}
/* The first bytes of some files of a folder, fetched without waiting for them; how many blocks had to be. */
#if defined(__linux__)
#include <sys/resource.h>

static inline long long fileroom_blocks(void) {
    struct rusage used;
    return getrusage(RUSAGE_THREAD, &used) == 0 ? used.ru_inblock : 0;
}

static inline long long fileroom_fetch(PyObject *folder, PyObject *names, Py_ssize_t length) {
    Py_ssize_t count = PyList_GET_SIZE(names);
    const char **all = PyMem_New(const char *, count ? count : 1);
    long long before = 0, after = 0;
    if (!all) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name = PyList_GET_ITEM(names, i);
        if (!PyBytes_Check(name)) {
            PyMem_Free(all);
            PyErr_SetString(PyExc_TypeError, "names are bytes");
            return -1;
        }
        all[i] = PyBytes_AS_STRING(name);
    }
    Py_BEGIN_ALLOW_THREADS
    int home = open(PyBytes_AS_STRING(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    before = fileroom_blocks();
    for (Py_ssize_t i = 0; home >= 0 && i < count; i++) {
        int fd = openat(home, all[i], O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
            continue;
        posix_fadvise(fd, 0, (off_t)length, POSIX_FADV_WILLNEED);
        close(fd);
    }
    after = fileroom_blocks();
    if (home >= 0)
        close(home);
    Py_END_ALLOW_THREADS
    PyMem_Free(all);
    return after - before;
}
#else
static inline long long fileroom_fetch(PyObject *folder, PyObject *names, Py_ssize_t length) { return 0; }
#endif

#else
static inline long long fileroom_fetch(PyObject *folder, PyObject *names, Py_ssize_t length) { return 0; }

static inline PyObject *fileroom_in_python(const char *name, PyObject *arguments) {
    PyObject *module = arguments ? PyImport_ImportModule("fileroom.dicom.primitives") : NULL;
    PyObject *function = module ? PyObject_GetAttrString(module, name) : NULL;
    PyObject *done = function ? PyObject_CallObject(function, arguments) : NULL;
    Py_XDECREF(function);
    Py_XDECREF(module);
    Py_XDECREF(arguments);
    return done;
}

static inline int fileroom_leave(int fd, long long size, long long mtime_ns) {
    PyObject *same = fileroom_in_python("leave", Py_BuildValue("(iLL)", fd, size, mtime_ns));
    int yes = same ? PyObject_IsTrue(same) : -1;
    Py_XDECREF(same);
    return yes;
}

static inline PyObject *fileroom_open(PyObject *path, int flags, Py_ssize_t length, fileroom_file *file) {
    PyObject *opened = fileroom_in_python("open_head", Py_BuildValue("(Oin)", path, flags, length)), *head = NULL;
    if (opened && PyArg_ParseTuple(opened, "ipLLS", &file->fd, &file->regular, &file->size, &file->mtime_ns, &head))
        Py_INCREF(head);
    Py_XDECREF(opened);
    return head;
}
#endif

#endif

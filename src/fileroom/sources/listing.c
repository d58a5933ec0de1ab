/* One folder listed in one call, without the GIL: names, and size and time of every file.
 *
 * list_folder(path, entry, most, look) gives (files, folders, look): a list of `entry`, a class of tuples of three (name,
 * size, mtime_ns), a list of (name, device, inode), and 16 bytes that are the same for the same files, in any order. Where
 * they are the bytes that were given, `files` is how many there are, and no objects are made of them. They are b"" for
 * a folder in which a file has a time in the future.
 *
 * It gives None when there is anything to say about the folder that these cannot hold: an error, a link to a folder,
 * something that is neither file nor folder, `most` entries or more. Then whoever asked looks for himself (folder.py), and
 * both say the same.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined(__APPLE__)
#define MTIME st_mtimespec
#else
#define MTIME st_mtim
#endif

struct item {
    size_t name; /* where it begins in the names */
    size_t length;
    int is_folder;
    int64_t size, mtime_ns;
    uint64_t device, inode;
};

struct found {
    struct item *items;
    size_t count, room;
    char *names;
    size_t used, space;
};

static void *larger(void *old, size_t *room, size_t needed, size_t each)
{
    if (needed <= *room)
        return old;
    size_t more = needed + needed / 2 + 64;
    void *grown = realloc(old, more * each);
    if (grown)
        *room = more;
    return grown;
}

static int keep(struct found *all, const char *name, const struct stat *about)
{
    size_t length = strlen(name);
    struct item *items = larger(all->items, &all->room, all->count + 1, sizeof *items);
    if (!items)
        return 0;
    all->items = items;
    char *names = larger(all->names, &all->space, all->used + length, 1);
    if (!names)
        return 0;
    all->names = names;
    struct item *item = &items[all->count++];
    item->name = all->used;
    item->length = length;
    item->is_folder = S_ISDIR(about->st_mode);
    item->size = (int64_t)about->st_size;
    item->mtime_ns = (int64_t)about->MTIME.tv_sec * 1000000000 + about->MTIME.tv_nsec;
    item->device = (uint64_t)about->st_dev;
    item->inode = (uint64_t)about->st_ino;
    memcpy(names + all->used, name, length);
    all->used += length;
    return 1;
}

/* A folder by its own name, or a file, through a link or not. 0 for all else. */
static int look_at(int folder, const struct dirent *entry, struct stat *about)
{
    if (entry->d_type == DT_REG || entry->d_type == DT_DIR)
        return fstatat(folder, entry->d_name, about, AT_SYMLINK_NOFOLLOW) == 0 &&
               (S_ISREG(about->st_mode) || S_ISDIR(about->st_mode));
    if (entry->d_type == DT_UNKNOWN) {
        if (fstatat(folder, entry->d_name, about, AT_SYMLINK_NOFOLLOW) != 0)
            return 0;
        if (S_ISDIR(about->st_mode))
            return 1;
    }
    return fstatat(folder, entry->d_name, about, 0) == 0 && S_ISREG(about->st_mode);
}

static int list(const char *path, size_t most, struct found *all)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), good = 1;
    DIR *entries = folder < 0 ? NULL : fdopendir(folder);
    if (!entries) {
        if (folder >= 0)
            close(folder);
        return 0;
    }
    while (good) {
        struct stat about;
        errno = 0;
        struct dirent *entry = readdir(entries);
        if (!entry) {
            good = errno == 0;
            break;
        }
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        good = all->count + 1 < most && look_at(folder, entry, &about) && keep(all, entry->d_name, &about);
    }
    closedir(entries);
    return good;
}

/* A tuple of a class of tuples; takes over the three references, also when it fails. */
static PyObject *made(PyTypeObject *cls, PyObject *first, PyObject *second, PyObject *third)
{
    PyObject *tuple = first && second && third ? cls->tp_alloc(cls, 3) : NULL;
    if (!tuple) {
        Py_XDECREF(first);
        Py_XDECREF(second);
        Py_XDECREF(third);
        return NULL;
    }
    PyTuple_SET_ITEM(tuple, 0, first);
    PyTuple_SET_ITEM(tuple, 1, second);
    PyTuple_SET_ITEM(tuple, 2, third);
    return tuple;
}

#define LOOK 16

/* FNV-1a, and the end of MurmurHash3: what differs in one file does not cancel out against another when they are added. */
static uint64_t hashed(uint64_t hash, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t mixed(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
    return hash ^ (hash >> 33);
}

static void add_number(unsigned char *bytes, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
}

/* How the files look together; how many there are, or -1 with one of the future. */
static Py_ssize_t look_of(const struct found *all, unsigned char *look)
{
    struct timespec now;
    uint64_t one = 0, other = 0;
    Py_ssize_t files = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t latest = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    for (size_t i = 0; i < all->count; i++) {
        const struct item *item = &all->items[i];
        unsigned char facts[16];
        if (item->is_folder)
            continue;
        if (item->mtime_ns > latest)
            return -1;
        add_number(facts, (uint64_t)item->size);
        add_number(facts + 8, (uint64_t)item->mtime_ns);
        uint64_t hash = hashed(0xcbf29ce484222325u, all->names + item->name, item->length);
        hash = hashed(hash * 31 + item->length, facts, sizeof facts);
        one += mixed(hash);
        other += mixed(hash ^ 0x9e3779b97f4a7c15u);
        files++;
    }
    add_number(look, one + (uint64_t)files);
    add_number(look + 8, other);
    return files;
}

static PyObject *as_lists(const struct found *all, PyTypeObject *cls, int stands)
{
    PyObject *files = PyList_New(0), *folders = PyList_New(0);
    int good = files && folders;
    for (size_t i = 0; good && i < all->count; i++) {
        const struct item *item = &all->items[i];
        if (stands && !item->is_folder)
            continue;
        PyObject *name = PyUnicode_DecodeFSDefaultAndSize(all->names + item->name, (Py_ssize_t)item->length);
        PyObject *one = item->is_folder
            ? made(&PyTuple_Type, name, PyLong_FromUnsignedLongLong(item->device),
                   PyLong_FromUnsignedLongLong(item->inode))
            : made(cls, name, PyLong_FromLongLong(item->size), PyLong_FromLongLong(item->mtime_ns));
        good = one && PyList_Append(item->is_folder ? folders : files, one) == 0;
        Py_XDECREF(one);
    }
    if (good) {
        unsigned char look[LOOK];
        Py_ssize_t count = look_of(all, look);
        if (stands) {
            Py_DECREF(files);
            return Py_BuildValue("(nNy#)", count, folders, look, (Py_ssize_t)LOOK);
        }
        return Py_BuildValue("(NNy#)", files, folders, look, (Py_ssize_t)(count < 0 ? 0 : LOOK));
    }
    Py_XDECREF(files);
    Py_XDECREF(folders);
    return NULL;
}

static PyObject *list_folder(PyObject *self, PyObject *arguments)
{
    PyObject *path, *cls, *result = NULL;
    Py_ssize_t most, length;
    const char *expected;
    unsigned char look[LOOK];
    struct found all = {0};
    int good, stands = 0;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "O&O!ny#", PyUnicode_FSConverter, &path, &PyType_Type, &cls, &most, &expected,
                          &length))
        return NULL;
    if (!PyType_IsSubtype((PyTypeObject *)cls, &PyTuple_Type)) {
        Py_DECREF(path);
        PyErr_SetString(PyExc_TypeError, "not a class of tuples");
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    good = list(PyBytes_AS_STRING(path), most < 0 ? 0 : (size_t)most, &all);
    if (good && length == LOOK)
        stands = look_of(&all, look) >= 0 && memcmp(look, expected, LOOK) == 0;
    Py_END_ALLOW_THREADS
    result = good ? as_lists(&all, (PyTypeObject *)cls, stands) : Py_NewRef(Py_None);
    free(all.items);
    free(all.names);
    Py_DECREF(path);
    return result;
}

static PyMethodDef methods[] = {
    {"list_folder", list_folder, METH_VARARGS, "The files and folders of a folder, or None."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_listing", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__listing(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddStringConstant(module, "BUILT_FROM", FILEROOM_BUILT_FROM) != 0)
        Py_CLEAR(module);
    return module;
}

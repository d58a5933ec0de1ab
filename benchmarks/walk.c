/* The floor of an import: a walk that does nothing but what every import has to do with every file.
 *
 * cc -O2 -o walk walk.c; walk stat FOLDER: readdir and fstatat of every file; walk read FOLDER: also open, one read of
 * 16 KiB and close. Serial. Prints the seconds of the walk by the clock and of the CPU, and what it met.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static long files;
static long long bytes;
static int reading;
static char head[16384];

static void look_at(int folder, const char *name)
{
    struct stat about;
    if (fstatat(folder, name, &about, 0) != 0)
        return;
    files++;
    if (!reading)
        return;
    int file = openat(folder, name, O_RDONLY);
    if (file < 0)
        return;
    ssize_t got = pread(file, head, sizeof head, 0);
    if (got > 0)
        bytes += got;
    close(file);
}

static int is_folder(int folder, const struct dirent *entry)
{
    struct stat about;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(folder, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(about.st_mode);
}

static void walk(int folder)
{
    DIR *entries = fdopendir(folder);
    struct dirent *entry;
    if (!entries)
        return;
    while ((entry = readdir(entries))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (!is_folder(folder, entry)) {
            look_at(folder, entry->d_name);
            continue;
        }
        int below = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY);
        if (below >= 0)
            walk(below);
    }
    closedir(entries);
}

static double by_the_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    reading = !strcmp(arguments[1], "read");
    double start = by_the_clock(), used = cpu();
    int folder = open(arguments[2], O_RDONLY | O_DIRECTORY);
    if (folder < 0)
        return 1;
    walk(folder);
    printf("{\"seconds\": %.6f, \"cpu\": %.6f, \"files\": %ld, \"bytes\": %lld}\n", by_the_clock() - start,
           cpu() - used, files, bytes);
    return 0;
}

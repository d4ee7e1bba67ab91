/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_STORAGE_H
#define MHEX_STORAGE_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "mhex/access.h"
#include "mhex/error.h"
#include "mhex/range.h"

/*
 * The bytes of one open file, whatever kind of file it is.
 *
 * A Storage belongs to one thread, which alone maps, unmaps and repairs its
 * windows; another thread works on a clone. No pointer into a window leaves
 * this layer except to a visitor, inside the SIGBUS guard.
 *
 * Offsets and lengths are bytes. A byte that cannot be read (the file became
 * shorter, the disk fails) is reported as such and never as a zero.
 */
typedef struct Storage Storage;

typedef enum {
	STORAGE_FILE,    /* regular file, read through mapped windows */
	STORAGE_DEVICE,  /* block device, likewise; its size never changes */
	STORAGE_MEMORY,  /* memfd or unlinked file of ours: new, standard input, FIFO */
	STORAGE_SPECIAL, /* /proc, /sys ...: does not map, or lies about its size */
} StorageKind;

/* When a file was looked at: equal stamps mean that write(2), truncate and
 * rename did not touch it (a store through another's mapping may have). */
typedef struct {
	uint64_t device, inode, size, links;
	struct timespec modified, changed;
} FileStamp;

FileStamp file_stamp_of(const struct stat *st);
bool file_stamp_equal(const FileStamp *a, const FileStamp *b);

enum {
	STORAGE_WINDOW_DEFAULT = 64 << 20, /* bytes */
	STORAGE_WINDOW_MAX = 1 << 30,
};

/* Called now and then while a file is read as a whole; returning false stops the
 * reading and keeps what came. */
typedef bool (*StorageProgress)(void *context, uint64_t bytes);

/* How path is opened. wanted ACCESS_LIVE on a file that may not be written, or
 * ACCESS_PREVIEW likewise, gives a storage whose storage_access() is ACCESS_VIEW. */
typedef struct {
	Access wanted;
	size_t window; /* bytes, a power of two from one page; 0: the default */
	bool at_once;  /* a file that is read as a whole is MHEX_E_WHOLE, not opened */
	StorageProgress progress; /* for files that are read as a whole; may be NULL */
	void *context;            /* for progress */
} StorageOptions;

/* Opens without waiting (never hangs on a FIFO). Directories, sockets, FIFOs and
 * character devices without a size are refused with a sentence: FIFOs and
 * standard input come in by spool.h. Does not create. */
MhexStatus storage_open(Storage **out, const char *path, StorageOptions options,
			MhexError *err);

/* An empty memfd, grown by storage_append(). */
MhexStatus storage_open_memory(Storage **out, size_t window, MhexError *err);

/* Take over fd (closed by storage_close(), and on failure), shown as path. */
MhexStatus storage_open_fd(Storage **out, int fd, const char *path,
			   StorageOptions options, MhexError *err);

/* Another handle on the same open file, for another thread. Call it on the
 * thread that owns from, or while that thread does nothing with it. */
MhexStatus storage_clone(Storage **out, const Storage *from, MhexError *err);

void storage_close(Storage *storage);

StorageKind storage_kind(const Storage *storage);
Access storage_access(const Storage *storage);
/* As given when it was opened; borrowed. */
const char *storage_path(const Storage *storage);
/* Held as long as the storage lives; borrowed. For fstat, copy_file_range... */
int storage_fd(const Storage *storage);
/* May the file be written (asked when it was opened, by the effective user)? */
bool storage_writable(const Storage *storage);
/* Size in bytes when it was last measured, not what it is now. */
uint64_t storage_size(const Storage *storage);
FileStamp storage_stamp(const Storage *storage);
/* A sentence about what is special here ("only the first 1 GiB was read"), or "";
 * borrowed. */
const char *storage_note(const Storage *storage);

/* Look at size and times again; cheap, for every frame. Windows are kept. */
MhexStatus storage_measure(Storage *storage, MhexError *err);

/* Window size from now on; existing windows are given back. */
void storage_set_window(Storage *storage, size_t window);
size_t storage_window(const Storage *storage);
/* How many windows are mapped, and how many bytes they are; for :info. */
void storage_usage(const Storage *storage, size_t *windows, uint64_t *bytes);

/* Copy [offset, offset + len) to dst. readable, when not NULL, has len
 * elements: 1 for a byte that came from the file, 0 for one that could not be
 * read (dst then holds 0 there), and the status is MHEX_OK. With readable NULL
 * such a byte is an error: MHEX_E_SHRUNK or MHEX_E_IO, naming the offset. */
MhexStatus storage_read(Storage *storage, uint64_t offset, void *dst, size_t len,
			uint8_t *readable, MhexError *err);

/* Sees a run of bytes in the window, inside the guard: it must neither fault for
 * another reason nor keep the pointer, and it must leave by returning. bytes is
 * NULL for a run that cannot be read. Bytes of a page that is lost while the
 * visitor looks read as zero; the visit then reports that run a second time,
 * page by page, preceded by a call with length 0 at its offset ("forget what you
 * saw from here on"). Returning false ends the visit. */
typedef bool (*StorageVisitor)(void *context, uint64_t offset, const uint8_t *bytes,
			       size_t length);

/* Show [range) in order, in runs that end at window borders. MHEX_OK also when
 * the visitor ended it. */
MhexStatus storage_visit(Storage *storage, Range range, StorageVisitor visitor,
			 void *context, MhexError *err);

/* Add bytes at the end of a STORAGE_MEMORY. */
MhexStatus storage_append(Storage *storage, const void *bytes, size_t length,
			  MhexError *err);

/* The parts of range that are not holes: *data is the first run of data at or
 * after range.offset, empty when the rest is a hole. Where SEEK_HOLE is not
 * supported all is data. */
MhexStatus storage_next_data(const Storage *storage, Range range, Range *data,
			     MhexError *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_BACKEND_H
#define MHEX_STORAGE_BACKEND_H

#include "storage/mapping.h"
#include "storage/storage.h"

/*
 * What a kind of file must be able to do to be a Storage. Private to this layer: a
 * backend is one file named *_storage.c that fills in StorageOps.
 */

/* One storage_read() under way. */
typedef struct {
	uint64_t offset;
	uint8_t *dst;
	size_t length;
	uint8_t *readable; /* NULL, or all 1 at first */
	bool lost;         /* a byte could not be read, the lowest one is ... */
	uint64_t first_lost;
} ReadRequest;

/* [begin, end), cut to the request, could not be read: zero in dst, 0 in readable. */
void read_request_lose(ReadRequest *request, uint64_t begin, uint64_t end);

typedef struct {
	/* Size and times as they are now. */
	MhexStatus (*look)(Storage *storage, FileStamp *stamp, MhexError *err);
	MhexStatus (*read)(Storage *storage, ReadRequest *request, MhexError *err);
	MhexStatus (*visit)(Storage *storage, Range range, StorageVisitor visitor,
			    void *context, MhexError *err);
	/* NULL: all is data. */
	MhexStatus (*next_data)(const Storage *storage, Range range, Range *data,
				MhexError *err);
	/* NULL: cannot grow. */
	MhexStatus (*append)(Storage *storage, const void *bytes, size_t length,
			     MhexError *err);
} StorageOps;

struct Storage {
	const StorageOps *ops;
	StorageKind kind;
	Access access;
	bool writable;
	int fd;
	char *path;
	const char *note; /* a constant */
	bool made_up;     /* on procfs, sysfs ...: made when it is read */
	bool true_holes;  /* what SEEK_HOLE calls a hole is zeroes for every reader */
	FileStamp stamp;
	uint64_t reach;  /* the size that was seen last, by whatever function */
	uint8_t *page;   /* room for one page that a window has lost */
	Mapping mapping; /* backends that map */
};

/* A storage without a file; NULL when there is no memory. storage_close() frees it. */
Storage *backend_new(const char *path, MhexError *err);

/* Open the same file once more, for reading and writing: through /proc/self/fd, else by
 * path, device and inode compared. -1 on failure; owned. */
int backend_reopen(const Storage *storage, MhexError *err);

/* ---- Backends. Each serves what storage->fd is. ---- */

/* A regular file: checks that it can be mapped as its access says. *usable is false
 * when it cannot, or lies about its size: then it is for another backend. */
MhexStatus file_storage_init(Storage *storage, size_t window, bool *usable,
			     MhexError *err);
MhexStatus device_storage_init(Storage *storage, size_t window, MhexError *err);
/* Its node may be writable all the same, and opening it so succeeds. */
bool device_is_read_only(int fd);
/* Now; false with errno. */
bool device_size(int fd, uint64_t *size);
/* What is read on demand, without windows: /proc/PID/mem, /proc/kcore, files with a
 * true size that cannot be mapped. */
bool pread_storage_suits(const Storage *storage);
MhexStatus pread_storage_init(Storage *storage, MhexError *err);

/* Everything else: its content is read as a whole into a memfd that takes the place of
 * storage->fd. */
MhexStatus special_storage_init(Storage *storage, StorageOptions options, MhexError *err);

/* Map as the storage's access says: view shared, preview private, live shared and
 * writable. Pages are read-only but in live. False when fd cannot be mapped so. */
bool backend_map(Storage *storage, size_t window);

/* What stat() says now; for every backend whose size it is. */
MhexStatus backend_look(Storage *storage, FileStamp *stamp, MhexError *err);
/* As it was when it was opened, for files whose size and times mean nothing. */
MhexStatus backend_look_frozen(Storage *storage, FileStamp *stamp, MhexError *err);

/* An unnamed file in memory, or -1 with errno. */
int backend_memory_fd(void);

/* A storage of ours around fd, which it takes over (closed also on failure). */
MhexStatus backend_adopt_memory(Storage **out, int fd, const char *name, size_t window,
				MhexError *err);

/* Write all length bytes at offset, EINTR and short writes seen to. How many were
 * written; fewer: errno says why. */
size_t backend_write(int fd, const void *bytes, size_t length, uint64_t offset);

#endif

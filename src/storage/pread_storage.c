/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is read on demand by pread, without windows: the memory of a process, the
 * kernel's, and files with a true size that refuse to be mapped. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/backend.h"
#include "storage/process_map.h"
#include "storage/system.h"

enum {
	CHUNK = 256 << 10
}; /* bytes shown to a visitor at a time */

/* How much comes at offset; 0 when nothing can be read there. */
static size_t read_some(const Storage *storage, void *dst, uint64_t length,
			uint64_t offset)
{
	const size_t want = length < CHUNK ? (size_t)length : CHUNK;
	ssize_t got = 0;
	do {
		got = system_pread(storage->fd, dst, want, (off_t)offset);
	} while (got < 0 && errno == EINTR);
	return got > 0 ? (size_t)got : 0;
}

static uint64_t page_end(uint64_t offset, uint64_t end)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const uint64_t rest = page - offset % page;
	return end - offset > rest ? offset + rest : end;
}

static MhexStatus pread_read(Storage *storage, ReadRequest *request, MhexError *err)
{
	uint64_t begin = request->offset;
	const uint64_t end = begin + request->length;
	while (begin < end) {
		uint8_t *dst = request->dst + (begin - request->offset);
		const size_t got = read_some(storage, dst, end - begin, begin);
		const uint64_t next = got ? begin + got : page_end(begin, end);
		if (got == 0)
			read_request_lose(request, begin, next);
		begin = next;
	}
	FileStamp stamp;
	const MhexStatus status = storage->ops->look(storage, &stamp, err);
	if (!status)
		storage->reach = stamp.size;
	return status;
}

typedef struct {
	Storage *storage;
	uint8_t *buffer; /* CHUNK bytes */
	StorageVisitor visitor;
	void *context;
	uint64_t at; /* shown up to here */
	bool stopped;
} Visit;

static void show(Visit *visit, const uint8_t *bytes, uint64_t end)
{
	if (visit->stopped || end <= visit->at)
		return;
	visit->stopped = !visit->visitor(visit->context, visit->at, bytes,
					 (size_t)(end - visit->at));
	visit->at = end;
}

static void show_area(Visit *visit, uint64_t end)
{
	while (visit->at < end && !visit->stopped) {
		const size_t got = read_some(visit->storage, visit->buffer,
					     end - visit->at, visit->at);
		if (got > 0)
			show(visit, visit->buffer, visit->at + got);
		else
			show(visit, NULL, page_end(visit->at, end));
	}
}

static bool is_memory(const Storage *storage)
{
	return storage->made_up && process_map_is_memory(storage->fd);
}

/* Terabytes of a process are not mapped: step over them, not through them. */
static MhexStatus visit_memory(Visit *visit, Range range, MhexError *err)
{
	ProcessMap map;
	if (!process_map_load(&map, visit->storage->fd))
		return mhex_fail_errno(err, "%s: what is mapped cannot be found out",
				       visit->storage->path);
	for (size_t i = 0; i < map.count && !visit->stopped; i++) {
		const Range area = range_intersect(map.areas[i], range);
		if (area.length == 0)
			continue;
		show(visit, NULL, area.offset);
		show_area(visit, range_end(area));
	}
	process_map_free(&map);
	show(visit, NULL, range_end(range));
	return MHEX_OK;
}

static MhexStatus pread_visit(Storage *storage, Range range, StorageVisitor visitor,
			      void *context, MhexError *err)
{
	Visit visit = {.storage = storage,
		       .visitor = visitor,
		       .context = context,
		       .at = range.offset};
	visit.buffer = malloc(CHUNK);
	if (!visit.buffer)
		return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", storage->path);
	MhexStatus status = MHEX_OK;
	if (is_memory(storage)) {
		status = visit_memory(&visit, range, err);
	} else {
		const uint64_t size = storage->stamp.size;
		show_area(&visit, range_end(range) < size ? range_end(range) : size);
		show(&visit, NULL, range_end(range));
	}
	free(visit.buffer);
	return status;
}

static const StorageOps pread_ops = {
	.look = backend_look,
	.read = pread_read,
	.visit = pread_visit,
};

static const StorageOps frozen_ops = {
	.look = backend_look_frozen,
	.read = pread_read,
	.visit = pread_visit,
};

bool pread_storage_suits(const Storage *storage)
{
	struct stat st;
	if (!storage->made_up)
		return fstat(storage->fd, &st) == 0 && st.st_size > 0;
	/* A size beyond every file of procfs but kcore's. */
	return is_memory(storage) ||
	       (fstat(storage->fd, &st) == 0 && st.st_size > (off_t)1 << 40);
}

MhexStatus pread_storage_init(Storage *storage, MhexError *err)
{
	const MhexStatus status = backend_look(storage, &storage->stamp, err);
	if (status)
		return status;
	storage->kind = STORAGE_SPECIAL;
	storage->ops = storage->made_up ? &frozen_ops : &pread_ops;
	mapping_init(&storage->mapping, storage->fd, PROT_READ, MAP_SHARED, 0);
	if (is_memory(storage)) {
		ProcessMap map;
		if (!process_map_load(&map, storage->fd))
			return mhex_fail_errno(err,
					       "%s: what is mapped cannot be found out",
					       storage->path);
		storage->stamp.size = process_map_end(&map);
		process_map_free(&map);
	}
	return MHEX_OK;
}

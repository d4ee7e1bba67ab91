/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/live_revert.h"

#include "document/lock_wait.h"
#include "storage/store.h"

enum {
	CHUNK = 16 << 10
};

typedef struct {
	const LiveBytes *live;
	LiveRevert *back;
	Store *store;
} Work;

static void keep_byte(const Work *work, uint64_t offset)
{
	if (work->back->kept++ == 0)
		work->back->first_kept = offset;
}

/* One byte; what comes between the look and the store is a conflict of the exchange. */
static MhexStatus put_byte(const Work *work, uint64_t offset, const uint8_t *now,
			   MhexError *err)
{
	uint8_t first = 0, previous = 0, last = 0, known = 0;
	size_t stored = 0;
	const LiveBytes *live = work->live;
	base_bytes_read(live->first, offset, &first, 1, &known);
	base_bytes_read(live->previous, offset, &previous, 1, &known);
	base_bytes_read(live->last, offset, &last, 1, &known);
	if (!known || *now == first)
		return MHEX_OK;
	if (*now != last && *now != previous) {
		keep_byte(work, offset);
		return MHEX_OK;
	}
	const MhexStatus status = store_exchange(work->store, (Range){offset, 1}, now,
						 &first, &stored, err);
	if (status != MHEX_E_CONFLICT)
		return status;
	keep_byte(work, offset);
	return MHEX_OK;
}

static MhexStatus put_run(const Work *work, Range run, MhexError *err)
{
	uint8_t now[CHUNK], readable[CHUNK];
	Storage *storage = work->back->storage;
	const uint64_t size = storage_size(storage);
	if (run.offset >= size) {
		for (uint64_t i = 0; i < run.length; i++)
			keep_byte(work, run.offset + i);
		return MHEX_OK;
	}
	if (run.length > size - run.offset)
		run.length = size - run.offset;
	MhexStatus status =
		storage_read(storage, run.offset, now, (size_t)run.length, readable, err);
	if (!status)
		status = store_reserve(work->store, run, err);
	for (size_t i = 0; i < run.length && !status; i++) {
		if (readable[i])
			status = put_byte(work, run.offset + i, &now[i], err);
		else
			keep_byte(work, run.offset + i);
	}
	return status;
}

static MhexStatus put_all(const Work *work, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	Range run = base_bytes_next(work->live->last, 0);
	while (!status && run.length > 0) {
		if (run.length > CHUNK)
			run.length = CHUNK;
		status = put_run(work, run, err);
		run = base_bytes_next(work->live->last, range_end(run));
	}
	return status ? status : store_sync(work->store, err);
}

static MhexStatus take_lock(const Work *work, FileLock *lock, MhexError *err)
{
	const LiveRevert *back = work->back;
	const LockWait how = {.path = storage_path(back->storage),
			      .instead = "recover! and --set=nolock do it all the same; "
					 "nothing was changed",
			      .force = back->force};
	bool done = true;
	if (back->no_lock)
		return MHEX_OK;
	file_lock_init(lock, store_fd(work->store), storage_window(back->storage));
	Range run = base_bytes_next(work->live->last, 0);
	for (; done && run.length > 0;
	     run = base_bytes_next(work->live->last, range_end(run)))
		done = file_lock_add(lock, run);
	return done ? lock_wait(lock, &how, err)
		    : mhex_fail(err, MHEX_E_NOMEM, "out of memory");
}

MhexStatus live_revert(const LiveBytes *live, LiveRevert *back, MhexError *err)
{
	Work work = {.live = live, .back = back};
	FileLock lock = {0};
	back->kept = 0;
	MhexStatus status = store_open(&work.store, back->storage, err);
	if (!status)
		status = take_lock(&work, &lock, err);
	if (!status)
		status = put_all(&work, err);
	file_lock_release(&lock);
	store_close(work.store);
	return status;
}

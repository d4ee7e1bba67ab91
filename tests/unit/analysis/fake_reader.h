/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_ANALYSIS_FAKE_READER_H
#define MHEX_TESTS_ANALYSIS_FAKE_READER_H

#include "document/snapshot.h"

/*
 * Snapshots and readers of memory, in place of the document's: where runs end, what
 * cannot be read, and what happens while a run is looked at is for the test to say.
 */
struct Snapshot {
	const uint8_t *bytes;
	const uint8_t *readable; /* NULL: all */
	uint64_t size;
	size_t run_max; /* runs of 1 up to so many bytes */
	uint64_t seed;

	/* The run with this byte is lost while it is looked at: it reads as zeroes, is
	 * taken back, and comes again. UINT64_MAX: none. */
	uint64_t lost_at;
	/* Reading this byte fails. UINT64_MAX: none. */
	uint64_t fails_at;

	/* Before the run with this byte is shown, one is written to arrived and the
	 * worker waits for go (both eventfds). UINT64_MAX: none. */
	uint64_t stops_at;
	int arrived, go;

	unsigned runs; /* shown so far; for when the worker waits or has ended */
};

/* All of it readable, in runs of up to 1 MiB, and nothing happens. */
Snapshot snapshot_of(const void *bytes, uint64_t size);

#endif

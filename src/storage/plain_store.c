/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/plain_store.h"

#include <errno.h>
#include <sys/types.h>

#include "storage/backend.h"
#include "storage/system.h"

enum {
	CHUNK = 4096
}; /* compared at a time, on the stack of whatever thread it is */

PlainResult plain_compare(int fd, uint64_t offset, const uint8_t *bytes, size_t length,
			  size_t *same)
{
	uint8_t chunk[CHUNK];
	*same = 0;
	while (*same < length) {
		const size_t rest = length - *same;
		const ssize_t got = system_pread(fd, chunk, rest < CHUNK ? rest : CHUNK,
						 (off_t)(offset + *same));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return PLAIN_FAILED;
		if (got == 0)
			return PLAIN_END;
		for (ssize_t i = 0; i < got; i++) {
			if (chunk[i] != bytes[*same])
				return PLAIN_DIFFERS;
			++*same;
		}
	}
	return PLAIN_DONE;
}

/* Write the runs that differ; how many bytes are in place. */
static size_t write_differing(int fd, uint64_t offset, const uint8_t *base,
			      const uint8_t *bytes, size_t length)
{
	size_t at = 0;
	while (at < length) {
		size_t end = at;
		while (end < length && base[end] != bytes[end])
			end++;
		const size_t done = backend_write(fd, bytes + at, end - at, offset + at);
		if (done < end - at)
			return at + done;
		at = end;
		while (at < length && base[at] == bytes[at])
			at++;
	}
	return length;
}

PlainResult plain_exchange(int fd, uint64_t offset, const uint8_t *base,
			   const uint8_t *bytes, size_t length, size_t *stored)
{
	*stored = 0;
	while (*stored < length) {
		const size_t rest = length - *stored;
		const size_t step = rest < CHUNK ? rest : CHUNK;
		size_t same = 0;
		const PlainResult result =
			plain_compare(fd, offset + *stored, base + *stored, step, &same);
		const size_t done = write_differing(fd, offset + *stored, base + *stored,
						    bytes + *stored, same);
		*stored += done;
		if (done < same)
			return PLAIN_FAILED;
		if (result != PLAIN_DONE)
			return result;
	}
	return PLAIN_DONE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_GUARD_H
#define MHEX_STORAGE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Survives SIGBUS while mapped memory is read or stored to.
 *
 * A page of a mapping can vanish at any time: another process truncates the
 * file, or the disk fails. Between guard_enter() and guard_leave() such a fault
 * puts a page of zeroes where the file's page was instead of ending the process,
 * and guard_leave() reports it; the caller maps the file over it again. A fault
 * outside the guarded range is a bug of ours and still kills the process.
 *
 * One range per thread at a time (SIGBUS is delivered to the thread that
 * faulted); not nestable. The thread-local range is the one mutable global state
 * of libmhex.
 */

/* Once per process, before any storage is opened; also makes SIGXFSZ an EFBIG. */
void guard_install(void);
void guard_uninstall(void);

void guard_enter(const void *base, size_t length);

/* True when every access since guard_enter() reached the file. Otherwise
 * [*first, *last] are the lowest and highest page that were replaced. */
bool guard_leave(void **first, void **last);

/* Between the two: has a page been replaced already? */
bool guard_lost(void);

#endif

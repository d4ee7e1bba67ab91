/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The journal of a save in place. Where none can be had the save goes on without and says
 * so; where only the room is missing it is refused, because the person can make some. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "document/save_io.h"
#include "document/save_private.h"

void save_note(Save *save, const char *format, ...)
{
	char *note = save->result.note;
	const size_t size = sizeof(save->result.note);
	const size_t used = strlen(note);
	(void)snprintf(note + used, size - used, "%s", used > 0 ? "; " : "");
	va_list args;
	va_start(args, format);
	(void)vsnprintf(note + strlen(note), size - strlen(note), format, args);
	va_end(args);
}

static MhexStatus go_without(Save *save, MhexStatus status, const MhexError *why,
			     MhexError *err)
{
	if (status == MHEX_E_NOMEM || (status == MHEX_E_NOSPACE && !save->force)) {
		if (err)
			*err = *why;
		save_error_add(err, " (! saves without, not crash-safe)");
		return status;
	}
	if (!save->told_unsafe)
		save_note(save, "not crash-safe: %.*s", SAVE_NOTE_ROOM, why->message);
	save->told_unsafe = true;
	return MHEX_OK;
}

MhexStatus save_guard_open(Save *save, uint64_t room, Rollback **out, MhexError *err)
{
	MhexError why = {0};
	*out = NULL;
	/* What a running process has in memory is gone after a crash, in any case. */
	if (!save->journal || storage_kind(save->file) == STORAGE_SPECIAL)
		return MHEX_OK;
	const MhexStatus status = rollback_open(out, save->file, save->path, room, &why);
	return status ? go_without(save, status, &why, err) : MHEX_OK;
}

MhexStatus save_guard_fail(Save *save, Rollback **guard, MhexStatus status,
			   const MhexError *why, MhexError *err)
{
	(void)rollback_end(*guard, NULL);
	*guard = NULL;
	return go_without(save, status, why, err);
}

MhexStatus save_guard_add(Save *save, Rollback **guard, Range range, MhexError *err)
{
	MhexError why = {0};
	if (!*guard)
		return MHEX_OK;
	const MhexStatus status = rollback_add(
		*guard, range.offset, save_buffer(save, SAVE_OLD_BYTES),
		save_buffer(save, SAVE_NEW_BYTES), (size_t)range.length, &why);
	return status ? save_guard_fail(save, guard, status, &why, err) : MHEX_OK;
}

MhexStatus save_guard_ready(Save *save, Rollback **guard, uint64_t size, MhexError *err)
{
	MhexError why = {0};
	if (!*guard)
		return MHEX_OK;
	const MhexStatus status = rollback_ready(*guard, size, &why);
	return status ? save_guard_fail(save, guard, status, &why, err) : MHEX_OK;
}

void save_guard_leave(Rollback **guard, MhexError *err)
{
	if (!*guard)
		return;
	save_error_add(err, "; \"recover\" can put the rest right later");
	rollback_mark_failed(*guard);
	rollback_leave(*guard);
	*guard = NULL;
}

void save_guard_end(Save *save, Rollback *guard)
{
	MhexError why = {0};
	if (rollback_end(guard, &why))
		save_note(save, "%.*s", SAVE_NOTE_ROOM, why.message);
}

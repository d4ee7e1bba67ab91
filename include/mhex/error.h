/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ERROR_H
#define MHEX_ERROR_H

#include <stddef.h>

/*
 * One status for the program, one sentence for the person.
 *
 * A function that can fail returns a MhexStatus and fills the MhexError that
 * its caller passed last; the sentence is made where the facts are known.
 */

/* Zero is success, so `if (status)` reads as "if it failed". */
#define MHEX_STATUS_LIST(X)                                                              \
	X(MHEX_OK, "ok")                                                                 \
	X(MHEX_E_NOMEM, "out of memory")                                                 \
	X(MHEX_E_IO, "input/output error")                                               \
	X(MHEX_E_RANGE, "offset out of range")                                           \
	X(MHEX_E_SHRUNK, "the file became shorter than the requested range")             \
	X(MHEX_E_UNREADABLE, "bytes that cannot be read")                                \
	X(MHEX_E_READONLY, "read-only")                                                  \
	X(MHEX_E_SYNTAX, "syntax error")                                                 \
	X(MHEX_E_CONFLICT, "changed by another process")                                 \
	X(MHEX_E_NOSPACE, "no space left")                                               \
	X(MHEX_E_UNSUPPORTED, "not possible here")                                       \
	X(MHEX_E_CANCELLED, "cancelled")                                                 \
	X(MHEX_E_REFUSED, "refused without !")                                           \
	X(MHEX_E_NOTFOUND, "not found")                                                  \
	X(MHEX_E_BUSY, "busy")                                                           \
	X(MHEX_E_WHOLE, "has to be read as a whole first")

typedef enum {
#define X(id, text) id,
	MHEX_STATUS_LIST(X)
#undef X
} MhexStatus;

typedef struct {
	MhexStatus status;
	int sys_errno;     /* 0 when no system call was involved */
	int caret;         /* index of the fault in the text that was parsed, or -1 */
	char message[512]; /* of a longer one, the middle is left out */
} MhexError;

const char *mhex_status_text(MhexStatus status);

/* Fill *err (which may be NULL) and return status, so that a failing function
 * ends with one line: return mhex_fail(err, MHEX_E_RANGE, "...", ...); */
MhexStatus mhex_fail(MhexError *err, MhexStatus status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As mhex_fail with the status that suits errno (ENOMEM, ENOSPC, ... else
 * MHEX_E_IO), appending strerror(errno). */
MhexStatus mhex_fail_errno(MhexError *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A MHEX_E_SYNTAX at byte caret of the text that is being parsed. */
MhexStatus mhex_fail_at(MhexError *err, size_t caret, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The text that was parsed begins at byte `by` of a longer one: move the caret of an
 * error there. Returns status, which may be MHEX_OK. */
MhexStatus mhex_error_shift(MhexStatus status, size_t by, MhexError *err);

/* Put more words in front of the sentence in *err: "write: " + message. */
void mhex_error_prefix(MhexError *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif

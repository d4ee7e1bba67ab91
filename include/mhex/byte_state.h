/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BYTE_STATE_H
#define MHEX_BYTE_STATE_H

/* What is special about a byte; bits, any of them may come together. The
 * document reports the first two and conflicts, the editor adds the others. */
typedef enum {
	BYTE_MODIFIED = 1 << 0,   /* differs from the file by an unsaved edit */
	BYTE_UNREADABLE = 1 << 1, /* shown as ??, never as 00 */
	BYTE_FOREIGN = 1 << 2,    /* another process changed it a moment ago */
	BYTE_MATCHED = 1 << 3,    /* part of a search match */
	BYTE_SELECTED = 1 << 4,
	BYTE_HALF_TYPED = 1 << 5, /* first nibble typed, not stored yet */
	BYTE_CONFLICT = 1 << 6, /* modified, and another process changed the file there */
} ByteState;

#endif

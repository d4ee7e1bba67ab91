/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_EXPR_H
#define MHEX_BASE_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/error.h"
#include "mhex/range.h"

/*
 * Offsets and ranges as a person writes them: one parser for the command line,
 * the prompt, settings and the configuration file.
 *
 * Carets in errors are indexes into the text that was passed.
 */

/* What an expression may refer to. Functions may be NULL: then marks or reads
 * are an error ("no document"). */
typedef struct {
	void *context;
	uint64_t cursor;
	uint64_t size;
	bool has_selection;
	Range selection;
	bool (*mark)(void *context, const char *name, size_t length, uint64_t *offset);
	MhexStatus (*read)(void *context, uint64_t offset, void *dst, size_t length,
			   MhexError *err);
} ExprEnv;

/* EXPR. The whole text must be one; blanks around it are ignored. */
MhexStatus expr_parse(const char *text, size_t length, const ExprEnv *env, uint64_t *out,
		      MhexError *err);

/* RANGE. A range beyond env->size is MHEX_E_RANGE. */
MhexStatus expr_parse_range(const char *text, size_t length, const ExprEnv *env,
			    Range *out, MhexError *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_COMMAND_H
#define MHEX_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/editor.h"
#include "mhex/error.h"
#include "mhex/range.h"

/*
 * Commands are rows. The parser, the completions, the help screen, the manual
 * page and the argument errors are all derived from them.
 */
typedef enum {
	ARGUMENT_NONE,
	ARGUMENT_EXPR,
	ARGUMENT_BYTES,
	ARGUMENT_PATTERN,
	ARGUMENT_RANGE,
	ARGUMENT_FILE,
	ARGUMENT_NAME,  /* one word */
	ARGUMENT_WORDS, /* the rest of the line */
	ARGUMENT_SETTING,
	ARGUMENT_KEY_LINE, /* KEY LINE */
	ARGUMENT_CHOICE,   /* one of row->choices */
} ArgumentKind;

typedef enum {
	COMMAND_OPTIONAL = 1 << 0,    /* the argument may be missing */
	COMMAND_AT = 1 << 1,          /* [at EXPR] */
	COMMAND_IN = 1 << 2,          /* [in RANGE] */
	COMMAND_WITH = 1 << 3,        /* with BYTES, required */
	COMMAND_EVERY = 1 << 4,       /* [every N] */
	COMMAND_CONFIRM = 1 << 5,     /* [confirm] */
	COMMAND_EDITS = 1 << 6,       /* refused in view */
	COMMAND_RESIZES = 1 << 7,     /* refused in live too */
	COMMAND_FORCE = 1 << 8,       /* takes "!" */
	COMMAND_INTERACTIVE = 1 << 9, /* means nothing in batch */
	COMMAND_BATCH = 1 << 10,      /* prints; means nothing on a terminal */
	COMMAND_ANYTIME = 1 << 11,    /* needs no open file */
	COMMAND_AT_REST = 1 << 12,    /* refused while an edit runs in slices */
	COMMAND_HISTORY = 1 << 13,    /* an edit that "repeat" does not repeat */
	COMMAND_AS = 1 << 14,         /* [as TYPE] */
} CommandFlags;

/* The parsed line. Texts are borrowed from the line. */
typedef struct {
	const char *text; /* the argument as written, "" when missing */
	size_t length;
	bool has_argument;
	uint64_t number;      /* ARGUMENT_EXPR */
	char *file;           /* ARGUMENT_FILE, unquoted, "~/" expanded */
	Range argument_range; /* ARGUMENT_RANGE */
	bool has_at, has_in, has_every, confirm, force;
	uint64_t at;
	Range in;
	uint64_t every;
	const char *with, *as; /* NULL when missing */
	size_t with_length, as_length;
	/* Where text, with and as begin in the line: for errors of a handler's own
	 * parsing. */
	size_t caret, with_caret, as_caret;
} CommandArgs;

typedef MhexStatus (*CommandFn)(Editor *editor, const CommandArgs *args, MhexError *err);

typedef struct {
	const char *name;
	const char *shorts; /* fixed short forms, blank separated: "w" */
	ArgumentKind argument;
	unsigned flags;       /* CommandFlags */
	const char *synopsis; /* "BYTES [at EXPR]" */
	const char *const *choices;
	CommandFn run;
	const char *topic;   /* "Moving", "Editing", ...: sections of the help */
	const char *summary; /* one line, imperative, no full stop */
} Command;

extern const Command command_table[]; /* sorted by name */
extern const size_t command_count;
/* The topics in the order of the help, NULL-terminated. */
extern const char *const command_topics[];

#endif

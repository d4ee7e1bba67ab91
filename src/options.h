/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_OPTIONS_H
#define MHEX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "mhex/access.h"
#include "mhex/error.h"
#include "mhex/recover.h"

/*
 * The command line. One table of options gives getopt, --help and the manual page.
 */
typedef struct {
	char letter;          /* '\0': only the long name */
	const char *name;     /* "goto" */
	const char *argument; /* "EXPR"; NULL: takes none */
	const char *summary;  /* a phrase without full stop */
} Option;

enum {
	EXIT_USAGE = 2 /* exit status of wrong usage */
};

extern const Option option_table[];
extern const size_t option_count;

typedef enum {
	RUN_TERMINAL, /* the editor */
	RUN_BATCH,    /* -c and -s, results to standard output */
	RUN_SCREEN,   /* -c and -s, then the screen as text */
	RUN_HELP,
	RUN_VERSION,
} RunKind;

/* In the order given; texts are borrowed from argv. */
typedef struct {
	const char **texts; /* owned */
	size_t count;
} TextList;

typedef struct {
	RunKind run;
	Access access;
	Recover recover;
	bool clean;
	int rows, cols;    /* RUN_SCREEN */
	const char *start; /* --goto, or NULL */
	TextList commands, scripts, settings, files;
} Options;

/* MHEX_E_SYNTAX: wrong usage, with the sentence in *err. Free in any case. */
MhexStatus options_parse(Options *options, int argc, char **argv, MhexError *err);
void options_free(Options *options);

/* What --help prints. */
void options_help(StrBuf *out);

#endif

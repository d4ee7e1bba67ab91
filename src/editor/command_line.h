/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_COMMAND_LINE_H
#define MHEX_EDITOR_COMMAND_LINE_H

#include "base/expr.h"
#include "mhex/command.h"

/*
 * One line is one command: name, "!", argument, and clauses that begin with a
 * word of their own (in, at, with, every, confirm).
 */
typedef struct {
	const Command *row; /* NULL: nothing to do, or a bare offset */
	bool bare;          /* the whole line is an offset to go to */
	bool force;
	size_t begin; /* where the name begins in the line */
	size_t rest;  /* where the argument begins */
} CommandLine;

/* Find the command. whole_names: prefixes of names do not count (scripts). */
MhexStatus command_line_split(const char *line, bool whole_names, CommandLine *out,
			      MhexError *err);

/* A name, a fixed short form, or an unambiguous prefix; NULL and a sentence otherwise. */
const Command *command_find(const char *name, size_t length, bool whole_names,
			    MhexError *err);

/* Read what stands behind the name. Carets are indexes into line. When only a clause is
 * wrong the argument's text is in *args all the same. args->file is owned:
 * command_args_free(). */
MhexStatus command_line_parse(const char *line, const CommandLine *split,
			      const ExprEnv *env, CommandArgs *args, MhexError *err);
void command_args_free(CommandArgs *args);
/* Does text mean something else than a name where a name could stand? */
bool command_line_is_word(const char *text);

/* The first length bytes of line: which word is being typed, for completion. */
typedef struct {
	const Command *row; /* NULL: the name itself */
	size_t word;        /* where the word begins */
} CommandWord;
CommandWord command_line_word(const char *line, size_t length);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCGEN_H
#define MHEX_DOCGEN_H

#include <stdio.h>

/*
 * What is written from the program's own tables at build time: a template is copied,
 * and a line @NAME@ in it becomes the list of that name.
 */
typedef struct {
	const char *name;
	void (*put)(FILE *out);
} GeneratedList;

/* Ended by a row without a name. */
extern const GeneratedList manual_lists[]; /* roff */
extern const GeneratedList shell_lists[];  /* completions for bash, zsh and fish */

#endif

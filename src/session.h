/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_SESSION_H
#define MHEX_SESSION_H

#include "base/strbuf.h"
#include "mhex/editor.h"
#include "mhex/error.h"
#include "options.h"

/*
 * One run of the program: the editor with everything that the command line asks
 * for. What the terminal, --batch and --screen have in common.
 */
typedef struct {
	const Options *options; /* borrowed */
	Editor *editor;
	StrBuf *scripts; /* the texts of -s; owned */
} Session;

/* Editor, configuration and settings. */
MhexStatus session_open(Session *session, const Options *options,
			const EditorOptions *editor, MhexError *err);

/* Read the scripts, then open the files. */
MhexStatus session_load(Session *session, MhexError *err);

/* --goto, all -c, all -s on the document that is shown, until one fails or leaves.
 * The error begins with the one that failed: "-c 2: goto: ...". */
MhexStatus session_run(Session *session, MhexError *err);

/* The same for the terminal: they run when the screen is there. */
MhexStatus session_queue(Session *session, MhexError *err);

void session_close(Session *session);

#endif

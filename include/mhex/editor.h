/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_H
#define MHEX_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/access.h"
#include "mhex/error.h"
#include "mhex/frame.h"
#include "mhex/recover.h"
#include "mhex/settings.h"
#include "mhex/theme.h"

/*
 * The editor without a terminal: events in, frames out. Knows neither curses nor
 * the clock nor file descriptors of the terminal.
 */
typedef struct Editor Editor;

typedef enum {
	EVENT_KEY, /* key: Vim notation, "a", "<C-f>", "<S-Left>", "<PageDown>", "<lt>" */
	EVENT_PASTE,   /* bytes, length: a bracketed paste */
	EVENT_MOUSE,   /* row, col, mouse */
	EVENT_RESIZE,  /* rows, cols */
	EVENT_TICK,    /* time has passed: look at the file */
	EVENT_JOB,     /* the wake descriptor was readable */
	EVENT_FILE,    /* the watch descriptor was */
	EVENT_RESUMED, /* after SIGCONT */
} EventKind;

typedef enum {
	MOUSE_PRESS,
	MOUSE_DRAG,
	MOUSE_RELEASE,
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN
} MouseKind;

typedef struct {
	EventKind kind;
	const char *key;
	const uint8_t *bytes;
	size_t length;
	int row, col;
	int rows, cols;
	MouseKind mouse;
	uint64_t now_ms; /* monotonic; in every event */
} Event;

/* Where results go in batch mode; libmhex itself prints nothing. No bytes: what was
 * held back has to come out now. */
typedef struct {
	void *context;
	MhexStatus (*write)(void *context, const char *bytes, size_t length,
			    MhexError *err);
	/* What a person should know beside the results of a command; may be NULL. */
	void (*note)(void *context, const char *command, const char *sentence);
} EditorSink;

typedef struct {
	Access access;
	bool batch; /* no terminal: commands wait for their jobs, results go to the sink
		     */
	EditorSink sink;
	/* Keep in the state folder what must survive a crash, and look there for what one
	 * has left. */
	bool keep_state;
	Recover recover; /* what to do with that; not RECOVER_LIST */
	/* When RECOVER_ASK, look behind the first screen: what is opened by then is
	 * looked at by the first event that is more than a resize or the end of a job. */
	bool screen_first;
	int rows, cols; /* of the terminal in cells; 0: 24 and 80 */
	int output_fd;  /* batch: where "write -" writes; else -1 */
} EditorOptions;

/* Owned: editor_free(), which drops unsaved edits. */
MhexStatus editor_create(Editor **out, const EditorOptions *options, MhexError *err);
void editor_free(Editor *editor);

/* Add a document and show it; path NULL: a new one without a name. Fails as
 * document_open(). editor_adopt() takes over spooled, also on failure. */
struct Storage;
MhexStatus editor_open(Editor *editor, const char *path, MhexError *err);
/* What documents opened from here on tell while they are read as a whole, see
 * DocumentOptions; NULL: nothing. */
void editor_set_progress(Editor *editor, bool (*progress)(void *context, uint64_t bytes),
			 void *context);
MhexStatus editor_adopt(Editor *editor, struct Storage *spooled, const char *name,
			MhexError *err);
/* How many documents, and show number i (from 0). */
size_t editor_document_count(const Editor *editor);
void editor_show_document(Editor *editor, size_t index);

/* $XDG_CONFIG_HOME/mhex/mhexrc; the first error becomes the message,
 * "file:line: ...", and the rest is still read. */
void editor_load_config(Editor *editor);
/* What the status line says, "" when nothing. Borrowed until the next call. */
const char *editor_message(const Editor *editor);
/* Run one command line. In batch it waits for its jobs. */
MhexStatus editor_run(Editor *editor, const char *line, MhexError *err);
/* Run lines of a script: only whole names and fixed short forms. name is for errors,
 * which begin "name:line: ". */
MhexStatus editor_run_script(Editor *editor, const char *name, const char *text,
			     size_t length, MhexError *err);
/* Likewise on a terminal: the lines run from editor_handle(), one after the other, while
 * the jobs that they start leave keys alive. The first that fails says so on the status
 * line, behind where ("-c 2") or "name:line", and drops the rest. */
MhexStatus editor_queue(Editor *editor, const char *where, const char *line,
			MhexError *err);
MhexStatus editor_queue_script(Editor *editor, const char *name, const char *text,
			       size_t length, MhexError *err);
/* assignment is "NAME=VALUE", "NAME" or "noNAME". */
MhexStatus editor_set(Editor *editor, const char *assignment, MhexError *err);

/* Handle one event. Whether the screen is stale afterwards is editor_stale(). */
void editor_handle(Editor *editor, const Event *event);
bool editor_stale(const Editor *editor);
/* Fill *frame; what it points to is borrowed until the next call of any editor function.
 */
void editor_frame(Editor *editor, Frame *frame);

/* False once a command has quit. */
bool editor_running(const Editor *editor);
/* Unsaved bytes over all documents: for "lost" on stderr and the end of a batch. */
uint64_t editor_unsaved_bytes(const Editor *editor);
/* Becomes readable when a job has something to tell: then send EVENT_JOB. Borrowed. */
int editor_wake_fd(const Editor *editor);
/* Becomes readable when something has happened to the file shown: then send EVENT_FILE.
 * -1: nothing tells that, EVENT_TICK has to do. Asked for each wait, as it follows the
 * document shown; borrowed. */
int editor_watch_fd(Editor *editor);
/* Is a job running (tick faster, Ctrl-C cancels)? */
bool editor_busy(const Editor *editor);

const Settings *editor_settings(const Editor *editor);
const Theme *editor_theme(const Editor *editor);

/* What the loop has to do on the editor's behalf; asking clears it. */
typedef struct {
	bool suspend;
	bool redraw;           /* clear and draw all */
	const char *clipboard; /* put into the system clipboard by OSC 52, or NULL */
	size_t clipboard_length;
} EditorRequest;
void editor_take_request(Editor *editor, EditorRequest *request);

/* Show a sentence that did not come from a command, as an error. */
void editor_complain(Editor *editor, const MhexError *err);

/* Document number i: its name, escaped and borrowed, what document_note() says of it,
 * and its unsaved bytes. */
const char *editor_document_name(const Editor *editor, size_t index);
const char *editor_document_note(const Editor *editor, size_t index);
uint64_t editor_document_unsaved(const Editor *editor, size_t index);
/* The program is ended from outside: unsaved edits are left for the next one. Is that so
 * for document number i? */
bool editor_keep_edits(Editor *editor, size_t index);

/* The program ends: wait for a save that is running still. MHEX_OK when there is none. */
MhexStatus editor_end_save(Editor *editor, MhexError *err);

/* A command asked to quit; go on all the same, with another document. */
void editor_resume(Editor *editor);

#endif

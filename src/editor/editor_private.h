/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_EDITOR_PRIVATE_H
#define MHEX_EDITOR_EDITOR_PRIVATE_H

#include "analysis/transform.h"
#include "base/expr.h"
#include "base/job.h"
#include "base/strbuf.h"
#include "document/undo_file.h"
#include "editor/cursor.h"
#include "editor/jumps.h"
#include "editor/keymap.h"
#include "editor/leftovers.h"
#include "editor/list.h"
#include "editor/marks.h"
#include "editor/match_save.h"
#include "editor/matches.h"
#include "editor/prompt.h"
#include "editor/queue.h"
#include "mhex/document.h"
#include "mhex/editor.h"
#include "mhex/layout.h"
#include "mhex/pattern.h"
#include "mhex/search.h"
#include "mhex/settings.h"

/*
 * What the modules of the editor share. Only the loop's thread touches it.
 */

typedef enum {
	MODE_NORMAL,
	MODE_OVERWRITE,
	MODE_INSERT,
	MODE_ONE, /* "r": overwrite one byte, then back to NORMAL */
} Mode;

/* One open document and where we are in it. */
typedef struct {
	Document *doc;
	char *name; /* escaped, for the screen; owned */
	Cursor cursor;
	uint64_t top_line;     /* first line on the screen */
	unsigned first_column; /* scrolled sideways */
	bool selecting;        /* moving extends the selection */
	bool has_selection;
	uint64_t anchor; /* selection: from anchor to cursor, both included */
	Range selection; /* kept up to date while selecting */
	Mode mode;
	bool typing;     /* the last edit was a typed byte: the next joins it */
	bool goes_on;    /* the byte being typed is not the first of its run */
	bool half_typed; /* first nibble typed, not stored (live) */
	uint8_t half_value;
	Leftover leftover;    /* of a crash, not settled yet */
	bool look_due;        /* whether there is one is to be found out yet */
	bool keeping;         /* a journal of its edits was begun, or cannot be */
	bool writing;         /* it begins anew, and is not all there yet */
	UndoWriting *history; /* being kept, part by part; NULL: not now */
	uint64_t retry_ms;    /* when it is tried again, 0: it need not be */
	size_t others;        /* programs that have it open too, as announced */
	bool discard;         /* asked, and its edits may be lost */
	Marks marks;
	Jumps jumps;
	uint64_t file_size;  /* as last announced */
	uint64_t changed_ms; /* when others changed it, as far as seen; 0: never */
	/* What was drawn, to see what others change. */
	uint64_t seen_offset, seen_generation;
	uint64_t foreign_until_ms;
	uint8_t *seen;    /* bytes; owned */
	uint8_t *foreign; /* 1: changed by others a moment ago; owned */
	size_t seen_count, seen_capacity;
	uint64_t seen_conflicts; /* a number that tells which bytes were marked */
} OpenFile;

/* A yes-or-no that waits for one key. */
typedef struct {
	bool active;
	bool unseen;    /* keys that were typed before it is drawn do not answer it */
	char text[256]; /* "Write them?  y yes  n no": two blanks before the answers */
	struct {
		const char *key;
		const char *line; /* run when it is pressed; "" for nothing */
	} answers[4];
	size_t answer_count;
} Question;

/* What a search that runs is for. */
typedef enum {
	FOR_NOTHING,
	FOR_MOVE, /* find, next ... */
	FOR_COUNT,
	FOR_LIST, /* find-all */
	FOR_REPLACE,
} SearchUse;

/* replace: what is put where the matches are, and how far that is. Owns all of it. */
typedef struct {
	uint8_t *bytes, *keep;
	size_t bytes_length;
	uint8_t *found; /* what each match holds; NULL: they differ */
	Search *search; /* for its matches, when it has ended; NULL: it still runs */
	struct Snapshot *snapshot;
	ReplaceAll *all;       /* NULL: not begun */
	uint64_t index, count; /* which match is next, of how many */
	uint64_t shift;        /* what those before it have moved the others by */
	uint64_t replaced;     /* so far, one by one */
} Replacing;

typedef struct {
	Search *search; /* NULL: none */
	struct Snapshot *snapshot;
	OpenFile *file;
	SearchUse use;
	const char *what;    /* the command that began it */
	uint64_t generation; /* of the document when it began */
	uint64_t started_ms;
	uint64_t length;     /* of the pattern */
	uint64_t unreadable; /* in batch: bytes, in the parts so far */
	bool confirm;        /* FOR_REPLACE: ask for each */
	Replacing replacing; /* FOR_REPLACE */
} SearchTask;

typedef struct {
	Save *save; /* NULL: none */
	OpenFile *file;
	uint64_t started_ms;
	bool then_quit, quit_force;
	char *path; /* given with the command, or NULL; owned */
} SaveTask;

/*
 * An edit of many places, done in slices between keys: fill, xor, replace, take. It is
 * one step of undo, and but for take all or nothing.
 */
typedef struct SliceTask SliceTask;
struct SliceTask {
	const char *what; /* the command; NULL: nothing runs */
	/* Do one slice: advance done. */
	MhexStatus (*step)(SliceTask *task, MhexError *err);
	/* All is done: it counts. */
	MhexStatus (*end)(Editor *editor, SliceTask *task, MhexError *err);
	/* Nothing of it was done, but for what left says. */
	void (*call_off)(SliceTask *task);
	const char *left; /* NULL: nothing is changed */
	OpenFile *file;
	uint64_t done, total;
	bool cancelled;
	uint64_t undo_steps; /* before it began */

	Clip *clip;      /* fill, xor: what to put; owned */
	uint64_t offset; /* and where */

	Replacing replacing; /* replace */

	Taking *taking; /* take */
	TakeSide side;
};

typedef enum {
	CONFLICTS_LISTED,
	CONFLICTS_RELOADED, /* listed after a reload */
	CONFLICTS_TAKEN,
} ConflictUse;

/* Conflicts being looked for. */
typedef struct {
	Conflicts *found; /* NULL: none are */
	const char *what; /* the command that began it */
	OpenFile *file;
	ConflictUse use;
	TakeSide side; /* CONFLICTS_TAKEN */
} ConflictTask;

/* A file on its way into the document. */
typedef struct {
	Intake *bytes; /* NULL: none */
	OpenFile *file;
	uint64_t offset; /* where it is to be inserted */
} ReadTask;

/* What xor and its like make of a range, on its way into the document. */
typedef struct {
	const char *what; /* the command; NULL: nothing runs */
	Intake *bytes;    /* what its job makes */
	OpenFile *file;
	uint64_t offset; /* of the range */
	uint64_t generation, started_ms;
} RangeTask;

/* What was cancelled and has not ended yet: its job may be inside of a write to a disk
 * that is busy for seconds. Nobody waits for it but editor_free(). */
typedef struct Leaving {
	Intake *bytes;
	struct Leaving *next;
} Leaving;

/* A file that a job reads as a whole: to be shown, or anew. */
typedef struct {
	Opening *opening; /* NULL: none */
	OpenFile *file;   /* whose place it takes, or that it is for */
	char *path;       /* edit: owned; NULL: reload */
} OpenTask;

/* replace ... confirm: one match at a time. From the first that is replaced to the end it
 * is one group of edits. */
typedef struct {
	bool active;
	OpenFile *file;
	Replacing replacing;
} Confirm;

/* What a crash has left is being settled. */
typedef struct {
	Job *job; /* NULL: none */
	OpenFile *file;
	Settling how;
} RecoverTask;

/* The job that the status line shows. */
typedef struct {
	const char *what; /* NULL: none */
	uint64_t since_ms, done;
} ProgressSeen;

/* What is typed at the prompt as a pattern. */
typedef struct {
	StrBuf line;     /* that it was read from */
	bool begun;      /* there is one, good or not */
	Pattern pattern; /* length 0: it is not good */
	uint64_t every;
} TypedPattern;

struct Editor {
	EditorOptions options;
	bool (*progress)(void *context, uint64_t bytes); /* editor_set_progress() */
	void *progress_context;
	Settings settings;
	OpenFile **files; /* owned */
	size_t file_count, current;
	size_t look_next; /* the document not shown that outside.c has looked at last */
	int rows, cols;
	Layout layout;
	uint64_t now_ms;
	bool running, stale;
	int wake_fd;
	struct Watch *watch; /* NULL: none */
	bool watch_tried;
	const OpenFile *watched; /* by it; NULL: look again */
	bool script;             /* running a script: no prefixes */
	int script_depth;        /* "source" within "source" */
	bool inside_loop;        /* a key runs the command: do not wait for jobs */
	const char *command;     /* that runs, or ran last: its name in the table */

	StrBuf message;
	bool message_is_error;
	StrBuf fault_line;  /* a line with an error, shown with a caret */
	int fault_caret;    /* -1: none */
	bool edited;        /* the first edit ends the hint */
	uint64_t looked_ms; /* for other programs with the same files */
	bool told_not_kept; /* that edits do not survive a crash */
	bool keep_all;      /* the program is ended from outside */

	Keymap keymap;
	StrBuf pending; /* keys of an unfinished sequence */
	uint64_t count; /* typed before a key */
	bool has_count;

	Prompt prompt;
	TypedPattern typed;
	Question question;
	List list;
	StrBuf result; /* what a command printed, shown as a list */

	Pattern pattern; /* of the last search; length 0: none */
	char *pattern_text;
	uint64_t pattern_every;
	bool pattern_backward;
	bool at_match; /* the cursor stands on the match found last */

	Clip *clip;
	StrBuf clipboard; /* to be sent to the terminal */
	bool clipboard_ready;
	bool want_suspend, want_redraw;
	StrBuf last_edit;         /* line that "repeat" runs again */
	uint64_t last_edit_count; /* typed before its key; 0: none */

	Queue queue;
	SearchTask search, listing; /* one for each use but FOR_LIST; FOR_LIST */
	Matches matches;            /* of listing, also after it has ended */
	MatchSave *match_save;      /* NULL: none runs */
	SaveTask save;
	SliceTask slice;
	ReadTask read;
	RangeTask range;
	ConflictTask conflict;
	Leaving *leaving; /* owned */
	RecoverTask recover;
	OpenTask open;
	Confirm confirm;
	bool dragging;
	ProgressSeen progress_seen;

	/* What editor_frame() lends out. */
	struct {
		uint8_t *bytes, *states;
		size_t capacity;
		StrBuf pending, progress, inspector, prompt;
		FrameInspectorItem *items;
		const char **lines;
		size_t line_capacity;
		StrBuf match_rows;
		FrameSpan (*matched)[2];
		char place[64];
	} frame;
};

/* The document shown; NULL only before the first is opened. */
OpenFile *editor_file(const Editor *editor);
/* How many bytes would be lost if it were closed now; at least 1 when there are any
 * unsaved edits. */
uint64_t file_unsaved(const OpenFile *file);
/* An edit of a file that is open in view: MHEX_E_READONLY, with the way out. */
MhexStatus file_refuse_view(MhexError *err);
/* The last part of path, escaped; path NULL: "[new]". Owned; NULL: out of memory. */
char *file_shown_name(const char *path);

/* editor.c */
void editor_say(Editor *editor, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Results of a command: to the sink in batch, else shown when the command ends. */
MhexStatus editor_print(Editor *editor, MhexError *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
MhexStatus editor_print_bytes(Editor *editor, const char *bytes, size_t length,
			      MhexError *err);
void editor_env(Editor *editor, ExprEnv *env);
void editor_layout(Editor *editor);
void editor_close_file(Editor *editor, size_t index);
/* How a document is opened now. */
DocumentOptions editor_document_options(const Editor *editor);
/* Add doc, which was opened from path (NULL: a new one), and show it; taken over, also on
 * failure. */
MhexStatus editor_add(Editor *editor, Document *doc, const char *path, MhexError *err);
void editor_ask(Editor *editor, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void editor_answer(Editor *editor, const char *key, const char *line);

/* command.c: a line typed at the prompt, bound to a key or read from a script. */
MhexStatus editor_execute(Editor *editor, const char *line, MhexError *err);
/* As it, and shows the error. */
void editor_execute_shown(Editor *editor, const char *line);

/* view.c: cursor and screen. */
/* MHEX_E_RANGE behind the append position of the document shown. */
MhexStatus view_check_offset(const Editor *editor, uint64_t offset, MhexError *err);
Geometry editor_geometry(const Editor *editor);
void view_goto(Editor *editor, uint64_t offset); /* remembers where it came from */
void view_move(Editor *editor, uint64_t offset); /* does not */
void view_show_cursor(Editor *editor);
void selection_clear(OpenFile *file);
void selection_set(OpenFile *file, Range range);
/* The selection, else count bytes from the cursor, cut at the end. */
Range selection_or_bytes(const Editor *editor, uint64_t count);
void view_after_edit(Editor *editor, uint64_t offset);

/* typing.c */
void typing_key(Editor *editor, const char *key, bool *used);
void typing_leave(Editor *editor); /* forget a half-typed byte, end the run */
void typing_paste(Editor *editor, const uint8_t *bytes, size_t length);
void typing_backspace(Editor *editor);

/* tasks.c */
/* Start a search. plan says what for (use, and what FOR_REPLACE owns: taken over, also on
 * failure). Without a loop it also waits for the end. Only one runs at a time, and beside
 * it one for a list: an older one is cancelled. */
MhexStatus task_search(Editor *editor, const char *pattern, size_t length,
		       const SearchRequest *request, const SearchTask *plan,
		       MhexError *err);
MhexStatus task_save(Editor *editor, const SaveRequest *request, bool then_quit,
		     MhexError *err);
/* Begin plan, which is taken over also on failure. Without a loop it also waits for the
 * end. */
MhexStatus task_slice(Editor *editor, const SliceTask *plan, MhexError *err);
/* Transform a range, or fill it with bytes that repeat. operand, which how has, is taken
 * over, also on failure. */
MhexStatus task_range(Editor *editor, Range range, const Transform *how, uint8_t *operand,
		      MhexError *err);
MhexStatus task_fill(Editor *editor, Range range, const uint8_t *bytes, size_t length,
		     MhexError *err);
MhexStatus task_read(Editor *editor, const char *path, uint64_t offset, MhexError *err);
/* Show path in the place of the document shown, or (path NULL) read that one's file anew.
 * A file that is read as a whole is read by a job, but without a loop. */
MhexStatus task_edit(Editor *editor, const char *path, MhexError *err);
MhexStatus task_reload(Editor *editor, MhexError *err);
/* The command whose edit is not done yet, or NULL: others have to wait for it. */
const char *task_editing(const Editor *editor);
/* Something was signalled: take progress and results. */
void task_poll(Editor *editor);
bool task_running(const Editor *editor);
/* Does a recovery store in this file? What changes there meanwhile is ours. */
bool task_recovers(const Editor *editor, const OpenFile *file);
bool task_cancel(Editor *editor); /* false: nothing ran */
/* task_progress.c: after each event; then what the status line says, "" in the first
 * moment. */
void task_progress_watch(Editor *editor);
void task_progress(Editor *editor, StrBuf *out);
void task_abandon(Editor *editor, OpenFile *file); /* cancel and wait: the file closes */
void task_end_leaving(Editor *editor);             /* wait for what was cancelled */

/* replace.c: the matches of a finished search, all at once or one by one; ahead of its
 * end those that are there, for a few milliseconds, where nothing shows before the end.
 */
enum {
	REPLACE_AHEAD_MIN = 4096 /* fewer can wait */
};
bool replace_goes_ahead(const SearchTask *task);
MhexStatus replace_ahead(SearchTask *task, MhexError *err);
MhexStatus replace_matches(Editor *editor, SearchTask *task, uint64_t count,
			   MhexError *err);
MhexStatus replace_answer(Editor *editor, char answer, MhexError *err);
void replace_free(Confirm *confirm); /* ends the group */
void replacing_free(Replacing *replacing);

/* help.c: print all, or one command, setting or topic. */
MhexStatus help_print(Editor *editor, const char *topic, size_t length, MhexError *err);
/* Number i of the large topics ("keys"), NULL behind the last. */
const char *help_topic(size_t i);

/* dump.c */
MhexStatus dump_print(Editor *editor, Range range, MhexError *err);

/* leftovers.c: after file was opened: is something left of it? On a terminal what fails
 * becomes the message. */
MhexStatus leftovers_look(Editor *editor, OpenFile *file, MhexError *err);
/* What the first screen did without. Before anything else is done to a document. */
void leftovers_catch_up(Editor *editor);
/* Ask once about that of the document shown. */
void leftovers_ask(Editor *editor);
/* What was not settled when it was asked about, and does not stand in the way, is for the
 * next time. */
void leftovers_let_go(Editor *editor, OpenFile *file);
/* MHEX_E_REFUSED while something is left that a save would destroy. */
MhexStatus leftovers_check_settled(const OpenFile *file, MhexError *err);

/* keeping.c: the journals of edits, and undo for the next time. After file was opened,
 * and before what a crash has left of it is made again: */
void keeping_read_history(Editor *editor, OpenFile *file);
/* Before an edit of live, which is stored at once: */
void keeping_start(Editor *editor);
/* Now and then: what was edited is in the journals; who else has the files? */
void keeping_tick(Editor *editor);
/* Between two keys: what the tick has not finished. */
void keeping_go_on(Editor *editor);
/* The document is about to be closed. */
void keeping_end(Editor *editor, OpenFile *file);

/* commands_file.c: leave, asking for each document with unsaved edits unless force. */
MhexStatus quit_ask(Editor *editor, bool force, MhexError *err);

/* script.c: a file's lines; goes on after errors and reports the first when keep_going.
 */
MhexStatus script_run_file(Editor *editor, const char *path, bool keep_going,
			   MhexError *err);

/* completion.c: candidates for the word before the prompt's cursor. */
void completion_fill(Editor *editor);

/* commands_view.c: pop up what a command printed. */
void show_result(Editor *editor, const char *title);

/* events.c: likewise, called as the line that printed it. */
void editor_show_results(Editor *editor, const char *line);

/* queue.c: run what waits, as far as no job has to end first. */
void editor_queue_run(Editor *editor);
/* A line of the queue, or its job, has failed: say which, and drop the rest. */
void editor_queue_failed(Editor *editor, MhexError *err);

/* keys.c */
void editor_key(Editor *editor, const char *key);

/* outside.c: what other processes do. */
void outside_look(Editor *editor);        /* and say what is new */
void outside_saw_foreign(Editor *editor); /* on the screen */
/* "[gone]", "[replaced]" or "": as long as it is so. */
const char *outside_sign(const OpenFile *file);
bool outside_take(
	Editor *editor); /* swallow what the watch tells; is it about the file? */
void outside_close(Editor *editor);

/* commands_search.c: make it the pattern that "next" looks for and that is marked on the
 * screen. */
MhexStatus search_use_pattern(Editor *editor, const char *pattern, size_t length,
			      uint64_t every, MhexError *err);
/* The text of a pattern, which may be long, for a sentence: added to shown. */
const char *search_shown(const char *pattern, StrBuf *shown);
MhexStatus search_not_found(const char *pattern, MhexError *err);

/* typed_pattern.c: the one that is typed now, which may have length 0; NULL: none is.
 * Borrowed. */
const Pattern *typed_pattern(Editor *editor, uint64_t *every);
void typed_pattern_free(TypedPattern *typed);

/* frame_builder.c: does the screen show other bytes than the document has? */
bool frame_differs(Editor *editor);

#endif

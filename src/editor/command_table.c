/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/commands.h"

#include "editor/cursor.h"

static const char *const access_names[] = {"view", "preview", "live", NULL};
static const char *const paste_names[] = {"insert", "overwrite", NULL};
static const char *const word_sizes[] = {"2", "4", "8", NULL};
static const char *const put_names[] = {"after", "before", NULL};
static const char *const pane_names[] = {"hex", "text", "other", NULL};
static const char *const recover_names[] = {"apply", "drop", "revert", NULL};
static const char *const here_names[] = {"backward", NULL};

static const char moving[] = "Moving";
static const char searching[] = "Searching";
static const char editing[] = "Editing";
static const char selecting[] = "Selecting and copying";
static const char saving[] = "Files";
static const char showing[] = "Showing";
static const char program[] = "The program";

const char *const command_topics[] = {moving, searching, editing, selecting,
				      saving, showing,   program, NULL};

#define NONE     ARGUMENT_NONE
#define EXPR     ARGUMENT_EXPR
#define BYTES    ARGUMENT_BYTES
#define PATTERN  ARGUMENT_PATTERN
#define RANGE    ARGUMENT_RANGE
#define PATH     ARGUMENT_FILE
#define NAME     ARGUMENT_NAME
#define WORDS    ARGUMENT_WORDS
#define SETTING  ARGUMENT_SETTING
#define KEY_LINE ARGUMENT_KEY_LINE
#define CHOICE   ARGUMENT_CHOICE

#define OPTIONAL COMMAND_OPTIONAL
#define AT       COMMAND_AT
#define IN       COMMAND_IN
#define AS       COMMAND_AS
#define WITH     COMMAND_WITH
#define EVERY    COMMAND_EVERY
#define CONFIRM  COMMAND_CONFIRM
#define EDITS    COMMAND_EDITS
#define RESIZES  (COMMAND_EDITS | COMMAND_RESIZES)
#define FORCE    COMMAND_FORCE
#define SCREEN   COMMAND_INTERACTIVE
#define ANYTIME  COMMAND_ANYTIME
#define AT_REST  COMMAND_AT_REST
#define HISTORY  (COMMAND_EDITS | COMMAND_HISTORY)

/* Sorted by name. The rows for SCREEN are what keys are bound to. */
/* clang-format off: one row, one look */
const Command command_table[] = {
	{"access", "", CHOICE, FORCE | AT_REST, "view|preview|live", access_names,
	 cmd_access, saving, "Open the file in another way"},
	{"add", "", BYTES, EDITS | IN, "BYTES [in RANGE]", NULL, cmd_combine, editing,
	 "Add bytes that repeat, or a number as u16le:1, to the range, else the "
	 "selection"},
	{"and", "", BYTES, EDITS | IN, "BYTES [in RANGE]", NULL, cmd_combine, editing,
	 "And the range, else the selection, with bytes that repeat"},
	{"append", "", BYTES, RESIZES, "BYTES", NULL, cmd_append, editing,
	 "Add bytes at the end"},
	{"back", "", NONE, 0, "", NULL, cmd_back, moving,
	 "Go to where the cursor was before the last jump"},
	{"bind", "", KEY_LINE, ANYTIME, "KEY LINE", NULL, cmd_bind, program,
	 "Let a key run a command line"},
	{"cancel", "", NONE, SCREEN, "", NULL, cmd_cancel, program,
	 "Stop the running job; without one, copy the selection"},
	{"conflicts", "", NONE, 0, "", NULL, cmd_conflicts, saving,
	 "List the edited bytes that another process has changed: was, theirs, mine"},
	{"copy", "", NONE, 0, "", NULL, cmd_copy, selecting,
	 "Copy the selection, or the byte at the cursor, also to the system's clipboard"},
	{"count", "", PATTERN, EVERY | IN, "PATTERN [every N] [in RANGE]", NULL,
	 cmd_count, searching, "Count the matches that do not overlap"},
	{"cut", "", NONE, RESIZES, "", NULL, cmd_cut, selecting, "Copy and delete"},
	{"delete", "", NONE, RESIZES | IN, "[in RANGE]", NULL, cmd_delete, editing,
	 "Delete the range, else the selection, else the byte at the cursor"},
	{"diff-disk", "", NONE, 0, "", NULL, cmd_diff_disk, saving,
	 "Go to the first place where the document differs from the file; in batch, list "
	 "all"},
	{"diff-next", "", NONE, 0, "", NULL, cmd_diff_next, saving,
	 "Go to the next place where the document differs from the file"},
	{"diff-previous", "", NONE, 0, "", NULL, cmd_diff_previous, saving,
	 "Go to the place before where the document differs from the file"},
	{"drop-and-quit", "", NONE, SCREEN, "", NULL, cmd_drop_and_quit, saving,
	 "Leave without the unsaved edits of this file"},
	{"dump", "", NONE, COMMAND_BATCH | IN, "[in RANGE]", NULL, cmd_dump, showing,
	 "Print bytes as text, see the setting dump; in batch only"},
	{"edit", "e", PATH, FORCE | AT_REST, "FILE|N", NULL, cmd_edit, saving,
	 "Open another file in place of this one, or show open file number N"},
	{"extend", "", CHOICE, SCREEN, "MOVEMENT", movement_names, cmd_extend, selecting,
	 "Move and select what lies between"},
	{"files", "", NONE, 0, "", NULL, cmd_files, saving, "List the open files"},
	{"fill", "", BYTES, EDITS | IN, "BYTES [in RANGE]", NULL, cmd_fill, editing,
	 "Fill the range, else the selection, with bytes that repeat"},
	{"find", "", PATTERN, EVERY, "PATTERN [every N]", NULL, cmd_find, searching,
	 "Go to the next match and select it"},
	{"find-all", "", PATTERN, EVERY | IN, "PATTERN [every N] [in RANGE]", NULL,
	 cmd_find_all, searching, "List all matches that do not overlap"},
	{"find-backward", "", PATTERN, EVERY, "PATTERN [every N]", NULL,
	 cmd_find_backward, searching, "Go to the match before the cursor and select it"},
	{"find-here", "", CHOICE, SCREEN | OPTIONAL, "[backward]", here_names,
	 cmd_find_here, searching,
	 "Go to the next place that holds what is selected or stands at the cursor"},
	{"forward", "", NONE, 0, "", NULL, cmd_forward, moving, "Undo going back"},
	{"goto", "", EXPR, 0, "EXPR", NULL, cmd_goto, moving,
	 "Go to an offset; the offset alone does the same"},
	{"help", "", WORDS, OPTIONAL | ANYTIME, "[TOPIC]", NULL, cmd_help, program,
	 "Show keys, commands and settings, or one of them"},
	{"info", "", NONE, 0, "", NULL, cmd_info, showing,
	 "Show path, size, access, modified bytes, windows and memory"},
	{"insert", "", BYTES, RESIZES | AT, "BYTES [at EXPR]", NULL, cmd_insert, editing,
	 "Insert bytes"},
	{"inspect", "", NONE, AT, "[at EXPR]", NULL, cmd_inspect, showing,
	 "Show the bytes there as numbers, times and text"},
	{"mark", "", NAME, AT, "NAME [at EXPR]", NULL, cmd_mark, moving,
	 "Give an offset a name; 'NAME goes there"},
	{"marks", "", NONE, 0, "", NULL, cmd_marks, moving, "List the marks"},
	{"matches", "", NONE, SCREEN, "", NULL, cmd_matches, searching,
	 "Show the list of matches that find-all has made again"},
	{"mode", "", CHOICE, SCREEN, "MODE", mode_names, cmd_mode, editing,
	 "Type over bytes, type new ones, or neither"},
	{"move", "", CHOICE, SCREEN, "MOVEMENT", movement_names, cmd_move, moving,
	 "Move the cursor"},
	{"next", "", NONE, 0, "", NULL, cmd_next, searching,
	 "Search once more in the same direction"},
	{"next-file", "", NONE, 0, "", NULL, cmd_next_file, saving,
	 "Show the next open file"},
	{"not", "", NONE, EDITS | IN, "[in RANGE]", NULL, cmd_turn, editing,
	 "Invert each bit of the range, else of the selection"},
	{"or", "", BYTES, EDITS | IN, "BYTES [in RANGE]", NULL, cmd_combine, editing,
	 "Or the range, else the selection, with bytes that repeat"},
	{"overwrite", "", BYTES, EDITS | AT, "BYTES [at EXPR]", NULL, cmd_overwrite,
	 editing, "Put bytes over those that are there"},
	{"pane", "", CHOICE, SCREEN, "hex|text|other", pane_names, cmd_pane, showing,
	 "Put the cursor into the hex or the text column"},
	{"paste", "", CHOICE, EDITS | OPTIONAL, "[insert|overwrite]", paste_names,
	 cmd_paste, selecting, "Put what was copied at the cursor"},
	{"previous", "", NONE, 0, "", NULL, cmd_previous, searching,
	 "Search once more in the other direction"},
	{"previous-file", "", NONE, 0, "", NULL, cmd_previous_file, saving,
	 "Show the open file before this one"},
	{"prompt", "", WORDS, SCREEN | OPTIONAL, "[TEXT]", NULL, cmd_prompt, program,
	 "Type a command line that begins with TEXT"},
	{"put", "", CHOICE, SCREEN | EDITS, "after|before", put_names, cmd_put, selecting,
	 "Put what was copied after or before the byte at the cursor"},
	{"quit", "q", NONE, FORCE, "", NULL, cmd_quit, saving,
	 "Leave; unsaved edits are asked about, ! drops them"},
	{"read", "", PATH, RESIZES | AT, "FILE [at EXPR]", NULL, cmd_read, editing,
	 "Insert a whole file"},
	{"recover", "", CHOICE, OPTIONAL | FORCE | AT_REST, "[apply|drop|revert]",
	 recover_names, cmd_recover, saving,
	 "Settle what a crash has interrupted, or ask how"},
	{"redo", "", EXPR, HISTORY | OPTIONAL, "[N]", NULL, cmd_redo, editing,
	 "Redo the step undone last, or N of them"},
	{"redraw", "", NONE, SCREEN, "", NULL, cmd_redraw, showing,
	 "Draw the whole screen anew"},
	{"reload", "", NONE, AT_REST, "", NULL, cmd_reload, saving,
	 "Measure and map the file again; keeps the edits"},
	{"repeat", "", NONE, SCREEN | HISTORY, "", NULL, cmd_repeat, editing,
	 "Do the last edit once more"},
	{"replace", "", PATTERN, EDITS | WITH | EVERY | IN | CONFIRM,
	 "PATTERN with BYTES [every N] [in RANGE] [confirm]", NULL, cmd_replace,
	 searching, "Replace all matches in one step; ?? in BYTES leaves a byte alone"},
	{"resize", "", EXPR, RESIZES, "EXPR", NULL, cmd_resize, editing,
	 "Cut the document at a size, or add zeros up to it"},
	{"reverse", "", NONE, EDITS | IN, "[in RANGE]", NULL, cmd_turn, editing,
	 "Put the last byte of the range, else of the selection, first"},
	{"revert", "e!", NONE, HISTORY, "", NULL, cmd_revert, saving,
	 "Drop all unsaved edits; undo brings them back"},
	{"rotate", "", EXPR, EDITS | AS | IN, "N [as TYPE] [in RANGE]", NULL, cmd_shift,
	 editing, "Rotate the bits of each byte, or of each word of TYPE, to the left"},
	{"save-matches", "", PATH, SCREEN | FORCE, "FILE", NULL, cmd_save_matches,
	 searching, "Write the offsets in the list of matches to a file, one a line"},
	{"select", "", RANGE, 0, "RANGE", NULL, cmd_select, selecting, "Select a range"},
	{"select-here", "", NONE, SCREEN, "", NULL, cmd_select_here, selecting,
	 "Let the selection follow the cursor from here, or end that"},
	{"select-none", "", NONE, SCREEN, "", NULL, cmd_select_none, selecting,
	 "Select nothing"},
	{"set", "", SETTING, OPTIONAL | ANYTIME, "[NAME[=VALUE]|NAME?|NAME!]", NULL,
	 cmd_set, program, "Change, print (?) or toggle (!) a setting; alone, print all"},
	{"shift-left", "", EXPR, EDITS | AS | IN, "N [as TYPE] [in RANGE]", NULL,
	 cmd_shift, editing, "Shift the bits of each byte, or of each word of TYPE, up"},
	{"shift-right", "", EXPR, EDITS | AS | IN, "N [as TYPE] [in RANGE]", NULL,
	 cmd_shift, editing,
	 "Shift the bits of each byte, or of each word of TYPE, down; i16le keeps the "
	 "sign"},
	{"source", "", PATH, ANYTIME, "FILE", NULL, cmd_source, program,
	 "Run the command lines in a file"},
	{"subtract", "", BYTES, EDITS | IN, "BYTES [in RANGE]", NULL, cmd_combine,
	 editing,
	 "Subtract bytes that repeat, or a number as u16le:1, from the range or "
	 "selection"},
	{"suspend", "", NONE, SCREEN, "", NULL, cmd_suspend, program,
	 "Stop mhex and return to the shell"},
	{"swap", "", CHOICE, EDITS | IN, "2|4|8 [in RANGE]", word_sizes, cmd_swap,
	 editing,
	 "Reverse the bytes within each word of so many, in the range or selection"},
	{"take", "", CHOICE, HISTORY | IN, "mine|theirs [in RANGE]", take_names, cmd_take,
	 saving, "Decide conflicts: let mine be written, or drop the edits for theirs"},
	{"undo", "u", EXPR, HISTORY | OPTIONAL, "[N]", NULL, cmd_undo, editing,
	 "Undo the last step, or N of them, also across saves"},
	{"version", "", NONE, ANYTIME, "", NULL, cmd_version, program,
	 "Print the version"},
	{"write", "w", PATH, OPTIONAL | IN | FORCE | AT_REST, "[FILE] [in RANGE]", NULL,
	 cmd_write, saving,
	 "Save all edits, those in a range, or a copy to another file"},
	{"write-quit", "wq x", PATH, OPTIONAL | FORCE | AT_REST, "[FILE]", NULL,
	 cmd_write_quit, saving, "Save and leave"},
	{"xor", "", BYTES, EDITS | IN, "BYTES [in RANGE]", NULL, cmd_combine, editing,
	 "Exclusive-or the range, else the selection, with bytes that repeat"},
};
/* clang-format on */
const size_t command_count = sizeof(command_table) / sizeof(command_table[0]);

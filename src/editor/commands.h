/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_COMMANDS_H
#define MHEX_EDITOR_COMMANDS_H

#include "mhex/command.h"

/* Handlers of the rows in command_table.c, by topic. */
#define HANDLER(name)                                                                    \
	MhexStatus name(Editor *editor, const CommandArgs *args, MhexError *err)

/* commands_move.c */
HANDLER(cmd_goto);
HANDLER(cmd_move);
HANDLER(cmd_extend);
HANDLER(cmd_back);
HANDLER(cmd_forward);
HANDLER(cmd_mark);
HANDLER(cmd_marks);
HANDLER(cmd_pane);
HANDLER(cmd_select);
HANDLER(cmd_select_here);
HANDLER(cmd_select_none);

/* commands_search.c */
HANDLER(cmd_find);
HANDLER(cmd_find_backward);
HANDLER(cmd_next);
HANDLER(cmd_previous);
HANDLER(cmd_find_here);
HANDLER(cmd_find_all);
HANDLER(cmd_matches);
HANDLER(cmd_save_matches);
HANDLER(cmd_count);
HANDLER(cmd_replace);

/* commands_edit.c */
HANDLER(cmd_overwrite);
HANDLER(cmd_insert);
HANDLER(cmd_append);
HANDLER(cmd_delete);
HANDLER(cmd_resize);
HANDLER(cmd_undo);
HANDLER(cmd_redo);
HANDLER(cmd_revert);
HANDLER(cmd_read);
HANDLER(cmd_repeat);
HANDLER(cmd_mode);

/* commands_range.c */
HANDLER(cmd_fill);
HANDLER(cmd_combine); /* xor and or add subtract */
HANDLER(cmd_shift);   /* shift-left shift-right rotate */
HANDLER(cmd_turn);    /* not reverse */
HANDLER(cmd_swap);

/* commands_copy.c */
HANDLER(cmd_copy);
HANDLER(cmd_cut);
HANDLER(cmd_paste);
HANDLER(cmd_put);

/* commands_conflict.c */
HANDLER(cmd_conflicts);
HANDLER(cmd_take);

/* commands_difference.c */
HANDLER(cmd_diff_disk);
HANDLER(cmd_diff_next);
HANDLER(cmd_diff_previous);

/* commands_file.c */
HANDLER(cmd_write);
HANDLER(cmd_write_quit);
HANDLER(cmd_quit);
HANDLER(cmd_drop_and_quit);
HANDLER(cmd_edit);
HANDLER(cmd_files);
HANDLER(cmd_next_file);
HANDLER(cmd_previous_file);
HANDLER(cmd_reload);
HANDLER(cmd_access);

/* leftovers.c */
HANDLER(cmd_recover);

/* commands_view.c */
HANDLER(cmd_set);
HANDLER(cmd_bind);
HANDLER(cmd_source);
HANDLER(cmd_help);
HANDLER(cmd_info);
HANDLER(cmd_version);
HANDLER(cmd_inspect);
HANDLER(cmd_dump);
HANDLER(cmd_suspend);
HANDLER(cmd_redraw);
HANDLER(cmd_prompt);
HANDLER(cmd_cancel);

/* commands_edit.c: the argument as bytes, owned by the caller; none are refused. */
MhexStatus argument_bytes(const CommandArgs *args, uint8_t **bytes, size_t *length,
			  MhexError *err);

/* Names that command_table.c offers for completion. */
extern const char *const mode_names[];
extern const char *const take_names[];

#endif

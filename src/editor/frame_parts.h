/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_FRAME_PARTS_H
#define MHEX_EDITOR_FRAME_PARTS_H

#include "editor/editor_private.h"

/* What editor_frame() is made of besides the bytes; texts are lent by editor->frame. */
void frame_add_status(Editor *editor, Frame *frame);
void frame_add_inspector(Editor *editor, Frame *frame);
void frame_add_popup(Editor *editor, Frame *frame);

/* Room for count of frame.lines; false: no memory. */
bool frame_reserve_lines(Editor *editor, size_t count);

#endif

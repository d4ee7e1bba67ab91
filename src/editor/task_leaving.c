/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Cancelled jobs, until they have ended. */

#include <stdlib.h>

#include "editor/task_parts.h"

void task_leave(Editor *editor, Intake *bytes)
{
	Leaving *leaving = malloc(sizeof(*leaving));
	if (!leaving) {
		intake_drop(bytes);
		return;
	}
	intake_cancel(bytes);
	*leaving = (Leaving){bytes, editor->leaving};
	editor->leaving = leaving;
}

/* Takes it out of the list that begins at *place. */
static void forget(Leaving **place)
{
	Leaving *leaving = *place;
	*place = leaving->next;
	intake_drop(leaving->bytes);
	free(leaving);
}

void task_poll_leaving(Editor *editor)
{
	Leaving **place = &editor->leaving;
	while (*place) {
		if (intake_done((*place)->bytes))
			forget(place);
		else
			place = &(*place)->next;
	}
}

void task_end_leaving(Editor *editor)
{
	while (editor->leaving)
		forget(&editor->leaving);
}

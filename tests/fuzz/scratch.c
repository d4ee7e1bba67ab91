/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "storage/journal_file.h"

static Scratch scratch = {.state.fd = -1};

void scratch_check(bool right)
{
	if (!right)
		abort();
}

void scratch_remove_journals(void)
{
	JournalList list;
	scratch_check(journal_list(&list, &scratch.state, NULL) == MHEX_OK);
	for (size_t i = 0; i < list.count; i++)
		scratch_check(unlinkat(scratch.state.fd, list.items[i].name, 0) == 0);
	ARRAY_FREE(&list);
}

static void remove_scratch(void)
{
	scratch_remove_journals();
	(void)unlink(scratch.path);
	(void)rmdir(scratch.state.path);
	state_folder_close(&scratch.state);
	(void)rmdir(scratch.top);
}

const Scratch *scratch_open(void)
{
	if (scratch.state.fd >= 0)
		return &scratch;
	(void)snprintf(scratch.top, sizeof(scratch.top), "%s/mhex-fuzz-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	scratch_check(mkdtemp(scratch.top) != NULL);
	scratch_check(setenv("XDG_STATE_HOME", scratch.top, 1) == 0);
	scratch_check(state_folder_open(&scratch.state, true, NULL) == MHEX_OK);
	(void)snprintf(scratch.path, sizeof(scratch.path), "%s/file", scratch.top);
	scratch_check(atexit(remove_scratch) == 0);
	return &scratch;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/jumps.h"

#include <string.h>

void jumps_push(Jumps *jumps, uint64_t offset)
{
	if (jumps->at > 0 && jumps->offsets[jumps->at - 1] == offset)
		jumps->at--;
	if (jumps->at == JUMPS_MAX) {
		memmove(&jumps->offsets[0], &jumps->offsets[1],
			(JUMPS_MAX - 1) * sizeof(jumps->offsets[0]));
		jumps->at--;
	}
	jumps->offsets[jumps->at++] = offset;
	jumps->count = jumps->at;
}

/* The place one leaves takes the slot of the place one goes to, so that the
 * opposite step finds it. */
bool jumps_back(Jumps *jumps, uint64_t here, uint64_t *offset)
{
	if (jumps->at == 0)
		return false;
	jumps->at--;
	*offset = jumps->offsets[jumps->at];
	jumps->offsets[jumps->at] = here;
	return true;
}

bool jumps_forward(Jumps *jumps, uint64_t here, uint64_t *offset)
{
	if (jumps->at == jumps->count)
		return false;
	*offset = jumps->offsets[jumps->at];
	jumps->offsets[jumps->at] = here;
	jumps->at++;
	return true;
}

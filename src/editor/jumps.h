/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_JUMPS_H
#define MHEX_EDITOR_JUMPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where one has been: back and forward as in a web browser. The oldest of more
 * than JUMPS_MAX places is forgotten.
 */
enum {
	JUMPS_MAX = 100
};

typedef struct {
	uint64_t offsets[JUMPS_MAX];
	size_t count;
	size_t at; /* forward ones are offsets[at..count) */
} Jumps;

/* A jump away from offset. */
void jumps_push(Jumps *jumps, uint64_t offset);
/* here is where one is now, *offset where to go. False: nothing there. */
bool jumps_back(Jumps *jumps, uint64_t here, uint64_t *offset);
bool jumps_forward(Jumps *jumps, uint64_t here, uint64_t *offset);

#endif

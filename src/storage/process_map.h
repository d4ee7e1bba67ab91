/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_PROCESS_MAP_H
#define MHEX_STORAGE_PROCESS_MAP_H

#include <stddef.h>

#include "mhex/range.h"

/* Which addresses of a process are mapped, in order, neighbours joined; what lies in
 * the kernel's half is left out. A value: process_map_free(). */
typedef struct {
	Range *areas;
	size_t count;
} ProcessMap;

/* Is fd a /proc/PID/mem? */
bool process_map_is_memory(int fd);

/* Of the process whose mem fd is. False when it cannot be read (errno says why). */
bool process_map_load(ProcessMap *map, int fd);
void process_map_free(ProcessMap *map);

/* Behind the last mapped byte. */
uint64_t process_map_end(const ProcessMap *map);

#endif

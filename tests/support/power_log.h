/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_POWER_LOG_H
#define MHEX_TESTS_POWER_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What may be left on the disk when the power fails.
 *
 * Between begin and end, mhex_system_faulty has every change of the files in some folders
 * recorded: sectors (of 512 bytes), sizes, and names; and every sync. A state is then
 * made of any moment: what was synced until then is there, and of what was changed since,
 * any subset is lost, each sector, size and name by itself. That is more than a disk
 * loses.
 *
 * One at a time.
 */

/* Record what happens in these folders, NULL behind the last. What is there is on the
 * disk already. */
void power_log_begin(const char *const folders[]);
void power_log_end(void);
void power_log_forget(void);

/* How many moments there are; 0 is before the first call. */
unsigned power_log_moments(void);

/* Choose a state of this moment: choose() gives numbers below its argument, and decides.
 * The result tells states apart. */
uint64_t power_log_choose(unsigned moment, unsigned (*choose)(unsigned count));

/* Make the folders hold what was chosen. */
void power_log_make(void);

#endif

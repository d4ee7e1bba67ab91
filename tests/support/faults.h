/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_FAULTS_H
#define MHEX_TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The system calls of storage and document (storage/system.h) as a test wants them:
 * mhex_system_faulty is linked in the place of system.c, and does what a plan says.
 *
 * A plan is a list of rules with commas between, "CALL[@TEXT]:N[+]:ACTION":
 *
 *   CALL    the name without system_; "sync": msync, fsync, fdatasync, syncfs;
 *           "change": whatever changes, names or syncs something; "any"
 *   @TEXT   only files whose path contains TEXT
 *   N       the N-th such call since the plan was made, and with + all later ones
 *   ACTION  an error as errno calls it (EIO, ENOSPC, ...): the call does nothing and
 * fails; "short": a read or write does half of it, fstatvfs tells of one free block;
 *           "skip": it does nothing and
 *           says that it did (for syncs); "stop": the process stops itself
 *           (SIGSTOP) before the call; "hold": the call waits for another plan, or
 *           for the file $MHEX_FAULTS_GO_ON, as for a disk that is busy; "kill":
 *           SIGKILL behind the call
 *
 *   fsync:1:EIO,pwrite@disk.img:3+:ENOSPC
 *
 * The program mhex_faulty takes its plan from $MHEX_FAULTS. All of it may be used by any
 * thread. A plan that cannot be read ends the process with a sentence.
 */

/* Forget all counts, take this plan; "" for none. */
void faults_plan(const char *plan);

/* How many calls of this kind ("sync", "pwrite") were made since then. */
unsigned faults_count(const char *call);

#endif

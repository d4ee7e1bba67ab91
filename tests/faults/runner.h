/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_FAULTS_RUNNER_H
#define MHEX_TESTS_FAULTS_RUNNER_H

/* How the process of one run ends; what it has printed is the reason. */
enum {
	RUN_PASSED = 0,
	RUN_FAILED = 1,
	RUN_SKIPPED = 77,
};

#endif

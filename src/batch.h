/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BATCH_H
#define MHEX_BATCH_H

#include "options.h"

/* --batch and --screen: no terminal is asked for. Both return the exit status. */
int batch_run(const Options *options);
int batch_screen(const Options *options);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_HISTORY_LOG_H
#define MHEX_DOCUMENT_HISTORY_LOG_H

#include "document/history.h"

/*
 * The changes of all steps as bytes, one record behind the other.
 *
 * A record is a byte of flags and counts, then numbers of 7 bits a byte: the offset, and
 * source, offset and length of each piece; that of a removed piece relative to the
 * change, as it mostly lies in the file right there. How long the record is stands at
 * its end, so that the log can be read both ways. A byte typed over one of the
 * file takes 15 to 17 bytes.
 */
typedef struct {
	uint8_t *bytes;
	size_t count, capacity;
	size_t pairs; /* how many records hold versions */
} HistoryLog;

typedef struct {
	uint64_t at;
	Version before, after;
	KeptBase base;
} VersionPair;

/* NULL: out of memory. */
VersionPair *version_pair_new(uint64_t at, const Version *before, const Version *after);
void version_pair_free(VersionPair *pair);

/* Give back everything from the position at on. */
void history_log_cut(HistoryLog *log, size_t at);
void history_log_free(HistoryLog *log);

/* Room for the record of a pair. */
bool history_log_reserve(HistoryLog *log);
/* Behind the last record; begins: a step. False when out of memory. */
bool history_log_add(HistoryLog *log, bool begins, const Change *change);
/* Takes over pair, but not on failure. Begins a step. */
bool history_log_add_pair(HistoryLog *log, VersionPair *pair);

typedef struct {
	bool begins;       /* a step */
	VersionPair *pair; /* NULL: a change */
	Change change;     /* owned by who reads */
} HistoryRecord;

/* Where the record that ends at end begins. */
size_t history_log_previous(const HistoryLog *log, size_t end);
/* *at moves to the next record. False when out of memory. */
bool history_log_read(const HistoryLog *log, size_t *at, HistoryRecord *out);

/* Does the record at begin hold versions, and no change? */
bool history_log_has_pair(const HistoryLog *log, size_t begin);

/* Where the step begins that ends at end, and the other way round. */
size_t history_log_step_begin(const HistoryLog *log, size_t end);
size_t history_log_step_end(const HistoryLog *log, size_t begin);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_STAGE_JOURNAL_H
#define MHEX_DOCUMENT_STAGE_JOURNAL_H

#include "document/stages.h"
#include "mhex/error.h"
#include "storage/journal_file.h"

/*
 * Stages in a rollback journal (rollback_format.h): what they are, what is nowhere in the
 * file, and a slot for what the stage under way overwrites. The slot is written again for
 * each stage, so the journal does not grow with the file.
 */

/* Bytes that such a journal takes when `fresh` of the bytes are. */
uint64_t stage_journal_room(const Stages *stages, uint64_t fresh);

/* What the file held at offset and has nowhere else, or will hold that it had nowhere. At
 * most ROLLBACK_CHUNK_MAX bytes. */
MhexStatus stage_journal_add(JournalWriter *journal, bool fresh, uint64_t offset,
			     const uint8_t *bytes, size_t length, MhexError *err);

typedef struct {
	JournalWriter *journal; /* borrowed */
	uint64_t begin, end;    /* in the journal */
} StageSlot;

/* The stages, behind all that was added. Not on the disk before the first use of the
 * slot. */
MhexStatus stage_journal_plan(JournalWriter *journal, const Stages *stages,
			      StageSlot *slot, MhexError *err);

/* Have on disk what the file held where the stage lies. */
MhexStatus stage_slot_put(const StageSlot *slot, size_t stage, const uint8_t *old,
			  size_t length, MhexError *err);

/* ---- Reading ---- */

/* What a look at the heads of the records tells. */
typedef struct {
	uint64_t stages;    /* 0: not all of it is there, so the file was not touched */
	uint64_t new_size;  /* of the file */
	uint64_t under_way; /* which of them the slot is about, from 1 on; 0: not told */
	uint64_t size;      /* of the journal, up to the slot */
} StageGlance;

/* From the reader's next record on, without the bytes and the stages: little is read,
 * and damage to these is not seen. MHEX_E_UNSUPPORTED: it makes no sense. */
MhexStatus stage_journal_glance(StageGlance *out, JournalReader *reader, MhexError *err);

/* Where in the journal the bytes of a range are. */
typedef struct {
	Range range;
	uint64_t position;
} StageBytesAt;

typedef ARRAY(StageBytesAt) StageBytesIndex; /* ascending */

typedef struct {
	JournalReader *reader; /* borrowed */
	Stages stages;
	StageBytesIndex kept, fresh;
	StageSlot slot; /* without journal */
	bool ready;     /* all of it is there: else the file was not touched */
} StageJournal;

/* From the reader's next record on. MHEX_E_UNSUPPORTED: it makes no sense. Owned:
 * stage_journal_free(), also after a failure. */
MhexStatus stage_journal_read(StageJournal *out, JournalReader *reader, uint64_t old_size,
			      MhexError *err);
void stage_journal_free(StageJournal *journal);

/* MHEX_E_UNSUPPORTED, with the sentence. */
MhexStatus stage_journal_refuse(const JournalReader *reader, MhexError *err);

/* The bytes of a range that was added. */
MhexStatus stage_journal_get(StageJournal *journal, bool fresh, Range range, uint8_t *dst,
			     MhexError *err);

/* Which stage's old bytes the slot holds; false: none, or not all of them. bytes has room
 * for the largest stage. */
bool stage_slot_get(StageJournal *journal, size_t *stage, uint8_t *bytes);

#endif

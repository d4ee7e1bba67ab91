/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/stage_journal.h"

#include <string.h>

#include "base/packed.h"
#include "document/rollback_format.h"

enum {
	PART_SIZE = 4 + 3 * 8, /* of a part in a STAGE */
	STAGE_HEAD = 2 * 8,
	SLOT_HEAD = 2 * 8,
};

static MhexStatus put(JournalWriter *journal, uint32_t kind, StrBuf *record,
		      MhexError *err)
{
	MhexStatus status = MHEX_E_NOMEM;
	if (record->failed)
		(void)mhex_fail(err, status, "no memory for the journal");
	else
		status = journal_append(journal, kind, strbuf_text(record),
					record->length, err);
	strbuf_free(record);
	return status;
}

/* ---- Room ---- */

static uint64_t room_for_bytes(uint64_t bytes, uint64_t head)
{
	return bytes + (bytes / ROLLBACK_CHUNK_MAX + 1) * (JOURNAL_RECORD_SIZE + head);
}

static uint64_t slot_size(const Stages *stages)
{
	return room_for_bytes(stages->largest, SLOT_HEAD);
}

uint64_t stage_journal_room(const Stages *stages, uint64_t fresh)
{
	uint64_t room = JOURNAL_HEADER_SIZE + (64 << 10) + slot_size(stages);
	room += stages->parts.count * PART_SIZE;
	room += stages->stages.count * (JOURNAL_RECORD_SIZE + STAGE_HEAD);
	room += room_for_bytes(fresh, ROLLBACK_CHANGE_HEAD);
	for (size_t i = 0; i < stages->kept.count; i++)
		room += room_for_bytes(stages->kept.items[i].length,
				       ROLLBACK_CHANGE_HEAD);
	return room;
}

/* ---- Writing ---- */

MhexStatus stage_journal_add(JournalWriter *journal, bool fresh, uint64_t offset,
			     const uint8_t *bytes, size_t length, MhexError *err)
{
	StrBuf record = {0};
	packed_add_u64(&record, offset);
	strbuf_add(&record, bytes, length);
	return put(journal, fresh ? ROLLBACK_FRESH : ROLLBACK_KEPT, &record, err);
}

static MhexStatus put_stage(JournalWriter *journal, const Stages *stages,
			    const Stage *stage, MhexError *err)
{
	StrBuf record = {0};
	packed_add_u64(&record, stage->old_digest);
	packed_add_u64(&record, stage->new_digest);
	for (size_t i = 0; i < stage->count; i++) {
		const StagePart *part = &stages->parts.items[stage->first + i];
		packed_add_u32(&record, part->kind);
		packed_add_u64(&record, part->target.offset);
		packed_add_u64(&record, part->target.length);
		packed_add_u64(&record, part->from);
	}
	return put(journal, ROLLBACK_STAGE, &record, err);
}

MhexStatus stage_journal_plan(JournalWriter *journal, const Stages *stages,
			      StageSlot *slot, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	StrBuf record = {0};
	for (size_t i = 0; !status && i < stages->stages.count; i++)
		status = put_stage(journal, stages, &stages->stages.items[i], err);
	if (status)
		return status;
	packed_add_u64(&record, stages->stages.count);
	packed_add_u64(&record, stages->new_size);
	status = put(journal, ROLLBACK_STAGED, &record, err);
	slot->journal = journal;
	slot->begin = journal_size(journal);
	slot->end = slot->begin + slot_size(stages);
	return status;
}

MhexStatus stage_slot_put(const StageSlot *slot, size_t stage, const uint8_t *old,
			  size_t length, MhexError *err)
{
	MhexStatus status = journal_rewind(slot->journal, slot->begin, err);
	for (size_t at = 0; !status && at < length; at += ROLLBACK_CHUNK_MAX) {
		StrBuf record = {0};
		const size_t rest = length - at;
		packed_add_u64(&record, stage);
		packed_add_u64(&record, at);
		strbuf_add(&record, old + at,
			   rest < ROLLBACK_CHUNK_MAX ? rest : ROLLBACK_CHUNK_MAX);
		status = put(slot->journal, ROLLBACK_UNDER_WAY, &record, err);
	}
	return status ? status : journal_sync(slot->journal, err);
}

/* ---- Reading ---- */

void stage_journal_free(StageJournal *journal)
{
	stages_free(&journal->stages);
	ARRAY_FREE(&journal->kept);
	ARRAY_FREE(&journal->fresh);
}

MhexStatus stage_journal_refuse(const JournalReader *reader, MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: its records make no sense",
			 journal_reader_name(reader));
}

static MhexStatus senseless(const StageJournal *journal, MhexError *err)
{
	return stage_journal_refuse(journal->reader, err);
}

static MhexStatus no_memory(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "no memory for the journal");
}

/* Ascending, each of them. */
static MhexStatus take_bytes(StageJournal *journal, const JournalRecord *record,
			     MhexError *err)
{
	StageBytesIndex *index =
		record->kind == ROLLBACK_FRESH ? &journal->fresh : &journal->kept;
	Unpack from = {.at = record->payload, .left = record->length};
	const uint64_t offset = unpack_u64(&from);
	const StageBytesAt at = {{offset, from.left}, record->position};
	const uint64_t end =
		index->count > 0 ? range_end(index->items[index->count - 1].range) : 0;
	if (from.failed || from.left == 0 || from.left > UINT64_MAX - offset ||
	    offset < end)
		return senseless(journal, err);
	if (!ARRAY_PUSH(index, at) ||
	    (record->kind == ROLLBACK_KEPT && !stages_keep(&journal->stages, at.range)))
		return no_memory(err);
	return MHEX_OK;
}

static bool take_part(StagePart *part, Unpack *from)
{
	const uint32_t kind = unpack_u32(from);
	const uint64_t target = unpack_u64(from);
	const uint64_t length = unpack_u64(from);
	*part = (StagePart){
		.target = {target, length},
		.kind = (StagePartKind)kind,
		.from = unpack_u64(from),
	};
	return !from->failed && kind <= STAGE_CUT && length > 0 &&
	       length <= STAGE_BYTES_MAX && length <= UINT64_MAX - target;
}

/* The journal says where a stage begins, whatever would fit. */
static MhexStatus take_stage(StageJournal *journal, const JournalRecord *record,
			     MhexError *err)
{
	Stages *stages = &journal->stages;
	Unpack from = {.at = record->payload, .left = record->length};
	Stage stage = {.first = stages->parts.count};
	stage.old_digest = unpack_u64(&from);
	stage.new_digest = unpack_u64(&from);
	while (!from.failed && from.left > 0) {
		StagePart part;
		if (!take_part(&part, &from) || stage.bytes > STAGE_BYTES_MAX)
			return senseless(journal, err);
		if (!ARRAY_PUSH(&stages->parts, part))
			return no_memory(err);
		stage.bytes += (size_t)part.target.length;
		stage.count++;
	}
	if (from.failed || stage.count == 0)
		return senseless(journal, err);
	return ARRAY_PUSH(&stages->stages, stage) ? MHEX_OK : no_memory(err);
}

static MhexStatus take_end(StageJournal *journal, const JournalRecord *record,
			   MhexError *err)
{
	Stages *stages = &journal->stages;
	Unpack from = {.at = record->payload, .left = record->length};
	const uint64_t count = unpack_u64(&from);
	stages->new_size = unpack_u64(&from);
	if (from.failed || count != stages->stages.count)
		return senseless(journal, err);
	if (!stages_order(stages))
		return no_memory(err);
	if (!stages_check(stages))
		return senseless(journal, err);
	journal->slot.begin = journal_position(journal->reader);
	journal->slot.end = journal->slot.begin + slot_size(stages);
	journal->ready = true;
	return MHEX_OK;
}

static MhexStatus take_record(StageJournal *journal, const JournalRecord *record,
			      MhexError *err)
{
	switch (record->kind) {
	case ROLLBACK_KEPT:
	case ROLLBACK_FRESH:
		return take_bytes(journal, record, err);
	case ROLLBACK_STAGE:
		return take_stage(journal, record, err);
	case ROLLBACK_STAGED:
		return take_end(journal, record, err);
	default:
		return senseless(journal, err);
	}
}

MhexStatus stage_journal_read(StageJournal *out, JournalReader *reader, uint64_t old_size,
			      MhexError *err)
{
	JournalRecord record;
	MhexStatus status = MHEX_OK;
	*out = (StageJournal){.reader = reader};
	stages_begin(&out->stages, old_size, 0, STAGE_BYTES_MAX);
	while (!status && !out->ready) {
		status = journal_next(reader, &record, err);
		if (!status)
			status = take_record(out, &record, err);
	}
	return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
}

/* MHEX_E_NOTFOUND: there is none. */
static MhexStatus find_end(JournalReader *reader, JournalRecord *record, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	do
		status = journal_skip(reader, record, err);
	while (!status && record->kind >= ROLLBACK_KEPT &&
	       record->kind <= ROLLBACK_STAGE);
	if (status)
		return status;
	journal_seek(reader, record->position);
	status = journal_next(reader, record, err);
	if (!status && record->kind != ROLLBACK_STAGED)
		status = stage_journal_refuse(reader, err);
	return status;
}

static MhexStatus glance_at_slot(StageGlance *out, JournalReader *reader, MhexError *err)
{
	JournalRecord record;
	const MhexStatus status = journal_next(reader, &record, err);
	if (status || record.kind != ROLLBACK_UNDER_WAY)
		return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
	Unpack from = {.at = record.payload, .left = record.length};
	const uint64_t stage = unpack_u64(&from);
	if (!from.failed && stage < out->stages)
		out->under_way = stage + 1;
	return MHEX_OK;
}

MhexStatus stage_journal_glance(StageGlance *out, JournalReader *reader, MhexError *err)
{
	JournalRecord record;
	*out = (StageGlance){0};
	const MhexStatus status = find_end(reader, &record, err);
	if (status)
		return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
	Unpack from = {.at = record.payload, .left = record.length};
	out->stages = unpack_u64(&from);
	out->new_size = unpack_u64(&from);
	out->size = journal_position(reader);
	if (from.failed)
		return stage_journal_refuse(reader, err);
	return glance_at_slot(out, reader, err);
}

/* The first bytes of range that one record holds. */
static MhexStatus get_part(StageJournal *journal, const StageBytesIndex *index,
			   Range range, uint8_t *dst, uint64_t *length, MhexError *err)
{
	JournalRecord record;
	size_t at = 0;
	if (!stages_is_in(index->items, index->count, sizeof(*index->items), range, &at,
			  length))
		return senseless(journal, err);
	const StageBytesAt *found = &index->items[at];
	journal_seek(journal->reader, found->position);
	const MhexStatus status = journal_next(journal->reader, &record, err);
	if (status)
		return status;
	const uint64_t skip = range.offset - found->range.offset;
	if (record.length != ROLLBACK_CHANGE_HEAD + found->range.length)
		return senseless(journal, err);
	memcpy(dst, record.payload + ROLLBACK_CHANGE_HEAD + skip, (size_t)*length);
	return MHEX_OK;
}

MhexStatus stage_journal_get(StageJournal *journal, bool fresh, Range range, uint8_t *dst,
			     MhexError *err)
{
	const StageBytesIndex *index = fresh ? &journal->fresh : &journal->kept;
	MhexStatus status = MHEX_OK;
	while (!status && range.length > 0) {
		uint64_t length = 0;
		status = get_part(journal, index, range, dst, &length, err);
		dst += length;
		range = range_between(range.offset + length, range_end(range));
	}
	return status;
}

/* Records of another stage may lie behind those of this one, or between them when they
 * were not all written. */
bool stage_slot_get(StageJournal *journal, size_t *stage, uint8_t *bytes)
{
	const Stages *stages = &journal->stages;
	JournalRecord record;
	uint64_t index = 0;
	size_t done = 0;
	journal_seek(journal->reader, journal->slot.begin);
	do {
		if (journal_next(journal->reader, &record, NULL) ||
		    record.kind != ROLLBACK_UNDER_WAY)
			return false;
		Unpack from = {.at = record.payload, .left = record.length};
		const uint64_t which = unpack_u64(&from);
		const uint64_t at = unpack_u64(&from);
		if (done == 0)
			index = which;
		if (from.failed || from.left == 0 || which != index || at != done ||
		    index >= stages->stages.count ||
		    from.left > stages->stages.items[index].bytes - done)
			return false;
		memcpy(bytes + done, from.at, from.left);
		done += from.left;
	} while (done < stages->stages.items[index].bytes);
	*stage = (size_t)index;
	return true;
}

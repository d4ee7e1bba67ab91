/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_EDIT_JOURNAL_H
#define MHEX_DOCUMENT_EDIT_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document/edit_format.h"
#include "document/piece.h"
#include "mhex/document.h"
#include "mhex/error.h"
#include "storage/journal_file.h"

#define EDIT_JOURNAL_KIND "edit" /* what journal_list() says of them */

/*
 * The unsaved edits of a document, in the state folder: what is in the file there
 * survives this program. edit_recovery.h reads it again.
 *
 * Preview: operations are gathered in memory and written by edit_journal_flush(). After a
 * save, and whenever something happens that an operation cannot tell (a reload, an undo
 * of what was before), the journal begins anew with the document as it is, in slices.
 * Live: old and new bytes are written before they are stored in the file.
 *
 * It is there, locked, as long as the document is open, also without edits: so others
 * see that the file is being looked at.
 *
 * Belongs to the document and its thread. A document without one (doc->edits NULL) pays
 * a comparison for each edit.
 */
typedef struct EditJournal EditJournal;

/* Keep a journal from now on; what was edited before is in it. After a failure nothing
 * is kept, but by another start. Without effect when there is one, and where there is
 * nothing to keep it for: a document without a name. */
MhexStatus edit_journal_start(Document *doc, MhexError *err);
/* Write on, for a few milliseconds: a journal that begins anew, of a document with very
 * many differences, takes several times. *more: not all is in the file yet, so call
 * again. Errors as below. */
MhexStatus edit_journal_go_on(Document *doc, bool *more, MhexError *err);
/* All edits so far are in the journal's file. Not synced: no key waits for a disk. A
 * failure is told once; then edits are not kept until edit_journal_anew(), as after a
 * save. */
MhexStatus edit_journal_flush(Document *doc, MhexError *err);
/* Are the edits of this document kept? */
bool edit_journal_is_kept(const Document *doc);
/* The document is about to be closed. keep: leave the journal for the next time, with all
 * edits; else remove it. */
void edit_journal_end(Document *doc, bool keep);
/* How many other programs have the same file open. Cheap when nothing has changed. */
size_t edit_journal_others(Document *doc);
/* The document has the edits of reader: it stays until they are in a journal of this
 * document, or saved. Taken over with folder, which was allocated, but not on failure. */
MhexStatus edit_journal_adopt(Document *doc, StateFolder *folder, JournalReader *reader,
			      MhexError *err);

/* ---- For the document: what has happened. ---- */

/* pieces are in place of range now; joins: as part of the step before. */
void edit_journal_replaced(Document *doc, Range range, const Piece *pieces, size_t count,
			   bool joins);
/* Many ranges are to be replaced: are they told to the journal? Then each is put into a
 * text, *end 0 before the first, and all are told when they are replaced. */
bool edit_journal_records(const Document *doc);
void edit_put_range(StrBuf *out, uint64_t *end, Range range);
void edit_journal_replaced_all(Document *doc, const Replacement *with, uint64_t count,
			       const StrBuf *ranges);
/* One of those without arguments. */
void edit_journal_did(Document *doc, EditOperation operation);
/* What has happened cannot be told: begin anew with the next flush. */
void edit_journal_anew(Document *doc);
/* What the file holds under bytes that are being edited. readable may be NULL. */
void edit_journal_base(Document *doc, uint64_t offset, const uint8_t *bytes,
		       const uint8_t *readable, size_t length);
/* In live: runs are about to be stored, each old and new bytes put into a text, at most
 * EDIT_LIVE_CHUNK of them. */
void edit_put_live(StrBuf *out, uint64_t offset, const uint8_t *old, const uint8_t *bytes,
		   size_t length);
void edit_journal_live(Document *doc, const StrBuf *runs);

#endif

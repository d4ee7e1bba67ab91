/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_UNDO_FILE_H
#define MHEX_DOCUMENT_UNDO_FILE_H

#include <stdbool.h>

#include "mhex/document.h"
#include "mhex/error.h"

#define UNDO_FILE_KIND "undo" /* what journal_list() says of them */

/*
 * Undo and redo that outlive the program: the history of a document, beside the journals
 * in the state folder.
 *
 * It is told in pieces of the file as it was saved last, so it is written only while the
 * document is what its file holds, and used only while the file still holds that. A file
 * of it, as the bytes that edits took away, is as secret as the document was.
 *
 * On the document's thread; nothing is synced, as a history that is torn is none.
 */
enum {
	UNDO_BYTES_MAX = 8 << 20,   /* of one history; the oldest steps go first */
	UNDO_CHANGES_MAX = 1 << 17, /* likewise */
	UNDO_FILES_MAX = 100,       /* the histories kept longest go first */
	UNDO_FILES_BYTES_MAX = 64 << 20,
};

/* Is there more or less to undo or redo than when it was written or read, and can it be
 * written? Without `modified`, also the bytes that live has not synced. */
bool undo_file_is_due(const Document *doc, bool modified);
/* Is it written in a few parts of some milliseconds each? */
bool undo_file_is_quick(const Document *doc);
/* In the place of what was kept of the file before. Nothing where nothing can be undone
 * or redone. */
MhexStatus undo_file_write(Document *doc, MhexError *err);

/* The same, the next part of it; *writing is NULL at first and at the end. Where the
 * document has changed meanwhile it ends, and is still due. */
typedef struct UndoWriting UndoWriting;
MhexStatus undo_file_write_some(Document *doc, UndoWriting **writing, MhexError *err);
void undo_writing_free(UndoWriting *writing);

/* Of a document without edits or history. MHEX_E_NOTFOUND: none is kept;
 * MHEX_E_REFUSED: the file is not any more what it was; MHEX_E_UNSUPPORTED: it is
 * damaged. Then nothing can be undone, as without. */
MhexStatus undo_file_read(Document *doc, MhexError *err);

#endif

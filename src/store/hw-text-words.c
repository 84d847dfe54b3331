/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-text-words.h"

#include <string.h>

/* Which words of the index begin alike, read out of its pages. What SQLite offers for that
 * (fts5vocab) comes from one word to the next only through all places where the first one
 * stands: 2 ms, if a million tasks have it. The index knows the way past them, so here it is
 * asked: a few pages for each of its segments, however many tasks there are.
 *
 * The pages are as SQLite's documentation of FTS5 has them, which all its versions can read. What
 * is not as expected is no error: then there are no words to be had here, and SQLite has to look
 * for what begins so in its own way.
 */

/* The row of the table of pages that says which segments there are. */
#define STRUCTURE_ROW 10

/* What a newer kind of that row has in the place of this one's first number. */
#define NEWER_STRUCTURE "\xff\x00\x00\x01"

/* Where the number of a segment is in that of its page's row. */
#define SEGMENT_SHIFT 37

/* All words have this before them: other letters are for indexes of beginnings. */
#define WORD_MARK '0'

/* What stands before the words of a page: the place of its first task, and where its words and
 * tasks end, two bytes each. Behind that end are the places of its words.
 */
#define PAGE_HEAD 4

/* More than SQLite makes; it merges them in sixteens. */
#define MAX_SEGMENTS 2000

/* Bytes that are read one number after the other. */
typedef struct
{
  const guint8 *bytes; /* (unowned) */
  gsize size;
  gsize at;
  gboolean has_failed; /* there was less than expected */
} Reader;

typedef struct
{
  guint64 number;
  guint64 first_page;
} Segment;

/* What is looked for, and what was found. */
typedef struct
{
  HwDb *db;           /* (unowned) */
  GString *key;       /* (owned): the beginning, as the index has it */
  guint max_words;
  GHashTable *words;  /* (owned) (element-type utf8 utf8) */
  gboolean is_over;   /* in this segment: what comes next begins otherwise */
  gboolean is_beyond; /* too many, or not as expected */
} Look;

static void
look_clear (Look *self)
{
  g_string_free (self->key, TRUE);
  g_clear_pointer (&self->words, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Look, look_clear)

/* Reads a number of SQLite's: seven bits a byte, the highest first. None here has more than 32. */
static guint32
read_number (Reader *self)
{
  guint64 number = 0;

  for (guint i = 0; i < 5 && self->at < self->size; i++)
    {
      guint8 byte = self->bytes[self->at++];

      number = number << 7 | (byte & 0x7f);
      if ((byte & 0x80) == 0 && number <= G_MAXUINT32)
        return (guint32) number;
    }
  self->has_failed = TRUE;

  return 0;
}

/* Reads which segments there are, each with its number and first page: none that has no pages any
 * more, as a merge that is not finished leaves them.
 */
static GArray *
read_segments (const guint8 *bytes,
               gsize         size)
{
  g_autoptr(GArray) segments = g_array_new (FALSE, FALSE, sizeof (Segment));
  Reader reader = { .bytes = bytes, .size = size, .at = 4 };
  guint32 n_levels;

  if (size >= 8 && memcmp (bytes + 4, NEWER_STRUCTURE, 4) == 0)
    return NULL;

  n_levels = read_number (&reader);
  read_number (&reader); /* of all segments */
  read_number (&reader); /* of writes */
  for (guint32 i = 0; i < n_levels && !reader.has_failed; i++)
    {
      guint32 n_segments;

      read_number (&reader); /* those that are being merged */
      n_segments = read_number (&reader);
      for (guint32 j = 0; j < n_segments && !reader.has_failed; j++)
        {
          Segment segment;

          segment.number = read_number (&reader);
          segment.first_page = read_number (&reader);
          read_number (&reader); /* the last one */
          if (segment.first_page != 0)
            g_array_append_val (segments, segment);
          reader.has_failed |= segments->len > MAX_SEGMENTS;
        }
    }

  return reader.has_failed ? NULL : g_steal_pointer (&segments);
}

static gboolean
begins_with (const guint8  *bytes,
             gsize          size,
             const GString *key)
{
  return size >= key->len && memcmp (bytes, key->str, key->len) == 0;
}

/* Notes a word, if it is one of those, and whether any may come after it. */
static void
take_word (Look          *self,
           const GString *word)
{
  const char *text = word->str + 1;

  if (begins_with ((const guint8 *) word->str, word->len, self->key))
    {
      if (!g_utf8_validate_len (text, word->len - 1, NULL) || strchr (text, '"') != NULL)
        self->is_beyond = TRUE;
      else
        g_hash_table_add (self->words, g_strdup (text));
      self->is_beyond |= g_hash_table_size (self->words) > self->max_words;
    }
  else if (memcmp (word->str, self->key->str, MIN (word->len, self->key->len)) > 0)
    {
      self->is_over = TRUE;
    }
}

/* Reads the words that begin on a page: each says how much of the last one it begins with. */
static void
read_page (Look         *self,
           const guint8 *page,
           gsize         size)
{
  gsize end = size >= PAGE_HEAD ? (gsize) page[2] << 8 | page[3] : G_MAXSIZE;
  Reader places = { .bytes = page, .size = size, .at = end };
  Reader reader = { .bytes = page, .size = end };
  gsize place = 0;
  g_autoptr(GString) word = g_string_new (NULL);

  if (end > size)
    {
      self->is_beyond = TRUE;
      return;
    }

  while (places.at < size && !self->is_over && !self->is_beyond)
    {
      guint32 n_kept;
      guint32 n_new;

      place += read_number (&places);
      reader.at = place;
      n_kept = word->len > 0 ? read_number (&reader) : 0;
      n_new = read_number (&reader);
      if (places.has_failed || reader.has_failed || reader.at > end || n_new > end - reader.at ||
          n_kept > word->len || n_new == 0)
        {
          self->is_beyond = TRUE;
          return;
        }

      g_string_truncate (word, n_kept);
      g_string_append_len (word, (const char *) page + reader.at, n_new);
      take_word (self, word);
    }
}

/* Reads a row of the table of pages. Its @bytes are there until @statement is released. */
static gboolean
read_row (HwDb           *db,
          guint64         row,
          HwDbStatement **statement,
          const guint8  **bytes,
          gsize          *size,
          GError        **error)
{
  gboolean has_row = FALSE;

  *bytes = NULL;
  *size = 0;
  *statement = hw_db_prepare (db, "SELECT block FROM texts_data WHERE id = ?", error);
  if (*statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (*statement, 1, row);
  if (!hw_db_statement_step (*statement, &has_row, error))
    return FALSE;

  if (has_row)
    *bytes = hw_db_statement_get_bytes (*statement, 0, size);

  return TRUE;
}

static gboolean
look_at_page (Look    *self,
              guint64  segment,
              guint64  page,
              GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  const guint8 *bytes;
  gsize size;

  if (!read_row (self->db, (segment << SEGMENT_SHIFT) + page, &statement, &bytes, &size, error))
    return FALSE;

  read_page (self, bytes, size);

  return TRUE;
}

/* Looks at the page on which the first such word would begin. @from is passed to what the index
 * says of it, behind which the others are.
 */
static gboolean
look_at_first_page (Look          *self,
                    const Segment *segment,
                    GString       *from,
                    guint64       *page,
                    GError       **error)
{
  g_autoptr(HwDbStatement) statement =
    hw_db_prepare (self->db, "SELECT term, pgno >> 1 FROM texts_idx WHERE segid = ? AND term <= ?"
                   " ORDER BY term DESC LIMIT 1", error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, segment->number);
  hw_db_statement_bind_bytes (statement, 2, self->key->str, self->key->len);
  if (!hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  /* What was merged into others is gone from the pages, but not from the index of them. */
  *page = segment->first_page;
  if (has_row)
    {
      gsize size;
      const guint8 *term = hw_db_statement_get_bytes (statement, 0, &size);

      g_string_append_len (from, (const char *) term, (gssize) size);
      *page = MAX (*page, hw_db_statement_get_uint64 (statement, 1));
    }

  return look_at_page (self, segment->number, *page, error);
}

/* Looks at all pages of a segment on which such words begin. Those between them, which only have
 * tasks of the last one, the index does not name.
 */
static gboolean
look_at_segment (Look          *self,
                 const Segment *segment,
                 GError       **error)
{
  g_autoptr(GString) from = g_string_new (NULL);
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = TRUE;
  guint64 page;

  self->is_over = FALSE;
  if (!look_at_first_page (self, segment, from, &page, error))
    return FALSE;

  statement = hw_db_prepare (self->db, "SELECT term, pgno >> 1 FROM texts_idx WHERE segid = ?"
                             " AND term > ? ORDER BY term", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, segment->number);
  hw_db_statement_bind_bytes (statement, 2, from->str, from->len);
  while (!self->is_over && !self->is_beyond)
    {
      guint64 next;
      gsize size;
      const guint8 *term;

      if (!hw_db_statement_step (statement, &has_row, error))
        return FALSE;
      term = has_row ? hw_db_statement_get_bytes (statement, 0, &size) : NULL;
      if (term == NULL || !begins_with (term, size, self->key))
        return TRUE;

      next = hw_db_statement_get_uint64 (statement, 1);
      if (next > page && !look_at_page (self, segment->number, next, error))
        return FALSE;
      page = MAX (page, next);
    }

  return TRUE;
}

static gboolean
look_at_all (Look    *self,
             GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  g_autoptr(GArray) segments = NULL;
  const guint8 *bytes;
  gsize size;

  if (!read_row (self->db, STRUCTURE_ROW, &statement, &bytes, &size, error))
    return FALSE;

  segments = read_segments (bytes, size);
  g_clear_pointer (&statement, hw_db_statement_release);
  if (segments == NULL)
    self->is_beyond = TRUE;
  for (guint i = 0; !self->is_beyond && i < segments->len; i++)
    if (!look_at_segment (self, &g_array_index (segments, Segment, i), error))
      return FALSE;

  return TRUE;
}

/**
 * hw_text_words_find:
 * @db: a connection, in a transaction
 * @beginning: how the words begin, as the index has it
 * @max_words: how many there may be
 * @words: (out) (transfer full) (nullable) (element-type utf8 utf8): the words, as a set; %NULL if
 *   there are more, or they cannot be read
 * @error: return location for an error
 *
 * Finds the words that begin so. Some may be those of tasks that are gone.
 *
 * Returns: whether that worked
 */
gboolean
hw_text_words_find (HwDb        *db,
                    const char  *beginning,
                    guint        max_words,
                    GHashTable **words,
                    GError     **error)
{
  g_auto(Look) look = { .db = db, .max_words = max_words };

  g_return_val_if_fail (db != NULL && beginning != NULL && words != NULL, FALSE);

  *words = NULL;
  look.key = g_string_new (NULL);
  g_string_append_printf (look.key, "%c%s", WORD_MARK, beginning);
  look.words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!look_at_all (&look, error))
    return FALSE;

  if (!look.is_beyond)
    *words = g_steal_pointer (&look.words);

  return TRUE;
}

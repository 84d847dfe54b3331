/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-log-items.h"

#include <string.h>

typedef struct
{
  HwLogItems *items; /* (owned) */
  guint n_gone;      /* of the bytes that were made */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->items = hw_log_items_new (HW_ENCODING_JSON);
  hw_log_items_enter (fixture->items);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_log_items_unref (fixture->items);
}

static void
on_bytes_gone (gpointer user_data)
{
  guint *n_gone = user_data;

  (*n_gone)++;
}

/* Makes a piece of output that stands in memory of its own. */
static HwOutputChunk *
make_chunk (Fixture    *fixture,
            guint64     offset,
            const char *text)
{
  g_autoptr(GBytes) data = g_bytes_new_with_free_func (text, strlen (text), on_bytes_gone,
                                                       &fixture->n_gone);

  return hw_output_chunk_new (offset, data);
}

static void
assert_only_item (GPtrArray  *items,
                  const char *expected)
{
  GBytes *item;

  g_assert_cmpuint (items->len, ==, 1);
  item = g_ptr_array_index (items, 0);
  g_assert_cmpmem (g_bytes_get_data (item, NULL), g_bytes_get_size (item), expected,
                   strlen (expected));
}

static void
test_same_bytes_have_the_same_items (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(HwOutputChunk) first = make_chunk (fixture, 7, "Hello");
  g_autoptr(HwOutputChunk) second = hw_output_chunk_new (7, first->data);
  g_autoptr(GPtrArray) items = hw_log_items_get (fixture->items, first);
  g_autoptr(GPtrArray) others = hw_log_items_get (fixture->items, second);

  assert_only_item (items, "{\"offset\":7,\"data\":\"SGVsbG8=\"}");
  g_assert_true (items == others);
}

/* Test that where they stand in the output, and in memory, makes them different. */
static void
test_other_bytes_have_other_items (Fixture      *fixture,
                                   gconstpointer test_data)
{
  g_autoptr(HwOutputChunk) first = make_chunk (fixture, 7, "Hello");
  g_autoptr(HwOutputChunk) moved = hw_output_chunk_new (8, first->data);
  g_autoptr(HwOutputChunk) other = make_chunk (fixture, 7, "hello");
  g_autoptr(GPtrArray) items = hw_log_items_get (fixture->items, first);
  g_autoptr(GPtrArray) moved_items = hw_log_items_get (fixture->items, moved);
  g_autoptr(GPtrArray) other_items = hw_log_items_get (fixture->items, other);

  assert_only_item (items, "{\"offset\":7,\"data\":\"SGVsbG8=\"}");
  assert_only_item (moved_items, "{\"offset\":8,\"data\":\"SGVsbG8=\"}");
  assert_only_item (other_items, "{\"offset\":7,\"data\":\"aGVsbG8=\"}");
}

static void
test_skip_is_an_item (Fixture      *fixture,
                      gconstpointer test_data)
{
  g_autoptr(HwOutputChunk) skip = hw_output_chunk_new_skip (10, 20);
  g_autoptr(GPtrArray) items = hw_log_items_get (fixture->items, skip);

  assert_only_item (items, "{\"skip\":{\"from\":10,\"to\":20}}");
}

/* Test that however much is read, little of it stays in memory, and none without readers. */
static void
test_little_is_remembered (Fixture      *fixture,
                           gconstpointer test_data)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(HwOutputChunk) chunk = make_chunk (fixture, i, "Hello");
      g_autoptr(GPtrArray) items = hw_log_items_get (fixture->items, chunk);

      g_assert_cmpuint (items->len, ==, 1);
    }
  g_assert_cmpuint (fixture->n_gone, >=, 90);
  g_assert_cmpuint (fixture->n_gone, <, 100);

  hw_log_items_leave (fixture->items);
  g_assert_cmpuint (fixture->n_gone, ==, 100);
}

#define ADD(path, function) \
  g_test_add ("/log-items/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("same-bytes-have-the-same-items", test_same_bytes_have_the_same_items);
  ADD ("other-bytes-have-other-items", test_other_bytes_have_other_items);
  ADD ("skip-is-an-item", test_skip_is_an_item);
  ADD ("little-is-remembered", test_little_is_remembered);

  return g_test_run ();
}

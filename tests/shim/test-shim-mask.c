/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-mask.h"

#include <glib.h>
#include <string.h>

/* What is masked, and what came out of it so far. */
typedef struct
{
  HwShimMask mask;
  GByteArray *seen; /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->seen = g_byte_array_new ();
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_shim_mask_clear (&fixture->mask);
  g_byte_array_unref (fixture->seen);
}

static void
add_secret (Fixture    *fixture,
            const char *secret)
{
  g_assert_true (hw_shim_mask_add_secret (&fixture->mask, (const guint8 *) secret,
                                          strlen (secret)));
}

/* Writes what is ready, in two parts, as if the disk had been full in between. */
static void
write_ready (Fixture *fixture)
{
  gsize size, left;
  const guint8 *bytes = hw_shim_mask_get_ready (&fixture->mask, &size);

  g_byte_array_append (fixture->seen, bytes, (guint) size / 2);
  hw_shim_mask_take (&fixture->mask, size / 2);

  bytes = hw_shim_mask_get_ready (&fixture->mask, &left);
  g_assert_cmpuint (left, ==, size - size / 2);
  g_byte_array_append (fixture->seen, bytes, (guint) left);
  hw_shim_mask_take (&fixture->mask, left);
}

static void
print_bytes (Fixture      *fixture,
             const guint8 *bytes,
             gsize         size)
{
  memcpy (hw_shim_mask_get_room (&fixture->mask), bytes, size);
  hw_shim_mask_add (&fixture->mask, size);
  write_ready (fixture);
}

static void
print (Fixture    *fixture,
       const char *text)
{
  print_bytes (fixture, (const guint8 *) text, strlen (text));
}

static void
assert_seen (Fixture    *fixture,
             const char *expected)
{
  g_assert_cmpmem (fixture->seen->data, fixture->seen->len, expected, strlen (expected));
}

static void
finish (Fixture    *fixture,
        const char *expected)
{
  hw_shim_mask_flush (&fixture->mask);
  write_ready (fixture);
  assert_seen (fixture, expected);
}

static void
test_equal_length (Fixture      *fixture,
                   gconstpointer test_data)
{
  add_secret (fixture, "hunter2");
  print (fixture, "the password is hunter2, hunter2 and hunter3\n");

  finish (fixture, "the password is *******, ******* and hunter3\n");
}

static void
test_no_secret_holds_nothing (Fixture      *fixture,
                              gconstpointer test_data)
{
  print (fixture, "abc");
  assert_seen (fixture, "abc");

  finish (fixture, "abc");
}

/* Test that each byte may come by itself, and what cannot be a secret does not wait. */
static void
test_split_over_reads (Fixture      *fixture,
                       gconstpointer test_data)
{
  const char *text = "x secret y secre z";

  add_secret (fixture, "secret");
  for (const char *c = text; *c != '\0'; c++)
    {
      char byte[] = { *c, '\0' };

      print (fixture, byte);
    }

  finish (fixture, "x ****** y secre z");
}

static void
test_only_a_beginning_waits (Fixture      *fixture,
                             gconstpointer test_data)
{
  add_secret (fixture, "secret");
  print (fixture, "a line\nsecr");
  assert_seen (fixture, "a line\n");
  g_assert_cmpuint (fixture->mask.ready, <, fixture->mask.end);

  print (fixture, "ecy");
  assert_seen (fixture, "a line\nsecrecy");
  g_assert_cmpuint (fixture->mask.ready, ==, fixture->mask.end);
}

static void
test_beginning_at_the_end_is_seen (Fixture      *fixture,
                                   gconstpointer test_data)
{
  add_secret (fixture, "secret");
  print (fixture, "it is secr");

  finish (fixture, "it is secr");
}

/* Test that what two occurrences have in common hides neither. */
static void
test_overlap (Fixture      *fixture,
              gconstpointer test_data)
{
  add_secret (fixture, "abab");
  add_secret (fixture, "bcd");
  print (fixture, "xababab");
  print (fixture, "cdx abx");

  finish (fixture, "x********x abx");
}

static void
test_one_begins_with_another (Fixture      *fixture,
                              gconstpointer test_data)
{
  add_secret (fixture, "abcdef");
  add_secret (fixture, "abc");
  add_secret (fixture, "cde");
  print (fixture, "abcdef abcd abcde bcdef");

  finish (fixture, "****** ***d ***** b***f");
}

static void
test_short_is_not_masked (Fixture      *fixture,
                          gconstpointer test_data)
{
  add_secret (fixture, "");
  add_secret (fixture, "ab");
  print (fixture, "abc");
  assert_seen (fixture, "abc");
}

/* Test that every byte of a secret is masked that is longer than what can wait. */
static void
test_long_is_masked (Fixture      *fixture,
                     gconstpointer test_data)
{
  const gsize sizes[] = { HW_MASK_SECRET_MAX, HW_MASK_SECRET_MAX + 1, 3 * HW_MASK_SECRET_MAX - 7 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *secret = g_malloc0 (sizes[i] + 1);
      g_autofree char *stars = g_strnfill (sizes[i], '*');
      g_autoptr(GRand) rand = g_rand_new_with_seed (i);

      for (gsize at = 0; at < sizes[i]; at++)
        secret[at] = (char) g_rand_int_range (rand, 'a', 'z');

      hw_shim_mask_clear (&fixture->mask);
      g_byte_array_set_size (fixture->seen, 0);
      add_secret (fixture, secret);
      for (gsize at = 0; at < sizes[i]; at += 1000)
        print_bytes (fixture, (const guint8 *) secret + at, MIN (1000, sizes[i] - at));

      finish (fixture, stars);
    }
}

/* Test that a secret that there is no room for is refused, not shown. */
static void
test_too_many_are_refused (Fixture      *fixture,
                           gconstpointer test_data)
{
  for (guint i = 0; i < HW_MASK_PARTS_MAX; i++)
    add_secret (fixture, "secret");

  g_assert_false (hw_shim_mask_add_secret (&fixture->mask, (const guint8 *) "other", 5));
  g_assert_true (hw_shim_mask_add_secret (&fixture->mask, (const guint8 *) "ab", 2));
}

/* What one would do who had all of the output before him. */
static void
mask_simply (guint8       *bytes,
             gsize         size,
             const guint8 *original,
             GPtrArray    *secrets)
{
  for (guint i = 0; i < secrets->len; i++)
    {
      gsize length;
      const guint8 *secret = g_bytes_get_data (secrets->pdata[i], &length);

      for (gsize at = 0; at + length <= size; at++)
        if (memcmp (original + at, secret, length) == 0)
          memset (bytes + at, '*', length);
    }
}

static GBytes *
make_bytes (GRand *rand,
            gsize  size,
            int    n_letters)
{
  guint8 *bytes = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (g_rand_int_range (rand, 0, n_letters) * 85);

  return g_bytes_new_take (bytes, size);
}

/* Test with few letters, zeros among them, so that everything meets everything, and in
 * pieces of any size.
 */
static void
test_agrees_with_a_simple_one (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (11);
  guint n_masked = 0;

  for (guint round = 0; round < 2000; round++)
    {
      int n_letters = g_rand_int_range (rand, 1, 4);
      g_autoptr(GBytes) text = make_bytes (rand, (gsize) g_rand_int_range (rand, 1, 400),
                                           n_letters);
      g_autoptr(GPtrArray) secrets =
        g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      gsize size;
      const guint8 *bytes = g_bytes_get_data (text, &size);
      g_autofree guint8 *expected = g_memdup2 (bytes, size);

      hw_shim_mask_clear (&fixture->mask);
      g_byte_array_set_size (fixture->seen, 0);
      for (int i = g_rand_int_range (rand, 1, 5); i > 0; i--)
        {
          GBytes *secret = make_bytes (rand, (gsize) g_rand_int_range (rand, 3, 12), n_letters);

          g_ptr_array_add (secrets, secret);
          g_assert_true (hw_shim_mask_add_secret (&fixture->mask, g_bytes_get_data (secret, NULL),
                                                  g_bytes_get_size (secret)));
        }

      for (gsize at = 0; at < size;)
        {
          gsize piece = (gsize) g_rand_int_range (rand, 1, 30);

          piece = MIN (piece, size - at);
          print_bytes (fixture, bytes + at, piece);
          at += piece;
        }
      hw_shim_mask_flush (&fixture->mask);
      write_ready (fixture);

      mask_simply (expected, size, bytes, secrets);
      n_masked += memcmp (expected, bytes, size) != 0;
      g_assert_cmpmem (fixture->seen->data, fixture->seen->len, expected, size);
    }

  g_assert_cmpuint (n_masked, >, 500);
}

#define ADD(path, function) \
  g_test_add ("/shim-mask/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("stars-are-as-long-as-the-secret", test_equal_length);
  ADD ("no-secret-holds-nothing-back", test_no_secret_holds_nothing);
  ADD ("split-over-any-reads", test_split_over_reads);
  ADD ("only-a-beginning-waits", test_only_a_beginning_waits);
  ADD ("beginning-at-the-end-is-seen", test_beginning_at_the_end_is_seen);
  ADD ("overlapping-secrets", test_overlap);
  ADD ("one-begins-with-another", test_one_begins_with_another);
  ADD ("short-is-not-masked", test_short_is_not_masked);
  ADD ("long-is-masked-in-parts", test_long_is_masked);
  ADD ("too-many-are-refused", test_too_many_are_refused);
  ADD ("agrees-with-a-simple-one", test_agrees_with_a_simple_one);

  return g_test_run ();
}

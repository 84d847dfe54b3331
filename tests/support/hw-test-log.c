/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-test-log.h"

/**
 * HwTestLog:
 *
 * What a program under test logs. A warning that a test does not expect ends it, as
 * always; GLib's own way to expect one knows nothing of structured logging.
 */
struct _HwTestLog
{
  GMutex lock;     /* of all below: any thread may log */
  GCond changed;   /* less is expected */
  GQueue expected; /* (element-type utf8) (owned), patterns in their order */
};

static const char *
find_message (const GLogField *fields,
              gsize            n_fields)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      return fields[i].value;

  return "";
}

static GLogWriterOutput
write_log (GLogLevelFlags   level,
           const GLogField *fields,
           gsize            n_fields,
           gpointer         user_data)
{
  HwTestLog *self = user_data;
  gboolean is_expected = FALSE;

  if ((level & G_LOG_LEVEL_WARNING) != 0)
    {
      g_mutex_lock (&self->lock);
      is_expected = !g_queue_is_empty (&self->expected) &&
                    g_pattern_match_simple (g_queue_peek_head (&self->expected),
                                            find_message (fields, n_fields));
      if (is_expected)
        g_free (g_queue_pop_head (&self->expected));
      g_cond_broadcast (&self->changed);
      g_mutex_unlock (&self->lock);
    }

  return is_expected ? G_LOG_WRITER_HANDLED : g_log_writer_default (level, fields, n_fields, NULL);
}

/**
 * hw_test_log_install:
 *
 * Listens to what is logged from now on. Once in a program.
 *
 * Returns: (transfer none): the log, which stays until the program ends
 */
HwTestLog *
hw_test_log_install (void)
{
  HwTestLog *self = g_new0 (HwTestLog, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->expected);
  g_log_set_writer_func (write_log, self, NULL);

  return self;
}

/**
 * hw_test_log_expect_warning:
 * @self: the log
 * @pattern: a pattern with `*`
 *
 * Expects a warning, after those expected before.
 */
void
hw_test_log_expect_warning (HwTestLog  *self,
                            const char *pattern)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->expected, g_strdup (pattern));
  g_mutex_unlock (&self->lock);
}

/**
 * hw_test_log_await_expected:
 * @self: the log
 * @timeout: how long it may take, in microseconds
 *
 * Waits until another thread has warned of all that was expected.
 */
void
hw_test_log_await_expected (HwTestLog *self,
                            gint64     timeout)
{
  gint64 end = g_get_monotonic_time () + timeout;

  g_mutex_lock (&self->lock);
  while (!g_queue_is_empty (&self->expected) &&
         g_cond_wait_until (&self->changed, &self->lock, end))
    continue;
  g_mutex_unlock (&self->lock);
  hw_test_log_assert_expected (self);
}

/**
 * hw_test_log_assert_expected:
 * @self: the log
 *
 * Checks that every warning has come that was expected.
 */
void
hw_test_log_assert_expected (HwTestLog *self)
{
  g_mutex_lock (&self->lock);
  g_assert_cmpstr (g_queue_peek_head (&self->expected), ==, NULL);
  g_mutex_unlock (&self->lock);
}

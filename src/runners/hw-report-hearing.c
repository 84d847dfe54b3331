/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-report-hearing.h"

#include "hw-report.h"

/* What one program has told so far, and whose it is. Owned by the handler of its signal. */
typedef struct
{
  HwRun *run; /* (owned) */
  HwReport report;
} Hearing;

static void
hearing_free (gpointer  data,
              GClosure *closure)
{
  Hearing *self = data;

  g_clear_object (&self->run);
  g_free (self);
}

static void
on_link_report (HwShimLink *link,
                const char *text,
                guint       length,
                Hearing    *self)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  const HwReport *report = &self->report;

  if (hw_report_read (&self->report, text, length, messages))
    {
      if (report->is_counting)
        hw_run_set_progress (self->run, report->done, report->total, report->unit);
      else
        hw_run_set_share (self->run, report->share);
    }

  for (guint i = 0; i < messages->len; i++)
    hw_run_send_message (self->run, "%s", (const char *) g_ptr_array_index (messages, i));
}

/**
 * hw_report_hear:
 * @link: the shim of a program
 * @run: the attempt that it belongs to
 *
 * Passes on to @run what the program tells of itself, as long as @link says something.
 */
void
hw_report_hear (HwShimLink *link,
                HwRun      *run)
{
  Hearing *hearing;

  g_return_if_fail (HW_IS_SHIM_LINK (link));
  g_return_if_fail (HW_IS_RUN (run));

  hearing = g_new0 (Hearing, 1);
  hearing->run = g_object_ref (run);
  g_signal_connect_data (link, "report", G_CALLBACK (on_link_report), hearing, hearing_free,
                         G_CONNECT_DEFAULT);
}

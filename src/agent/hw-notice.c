/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-notice.h"

#include "hw-plain-text.h"

#include <glib/gi18n.h>

/* What a notification has room for: servers cut a summary after one line, and a body after a
 * few. What is longer stands on the task's page.
 */
#define MAX_TITLE 80
#define MAX_REASON 400
#define MAX_REASON_OF_MANY 120

/**
 * HwNotice:
 *
 * What a notification says, in the language of the user. Immutable, and plain text: what others
 * wrote, titles and reasons, is in it as one line each. It knows no bus and no server.
 */
struct _HwNotice
{
  GObject parent_instance;

  HwNoticeTone tone;
  char *summary;           /* (owned) (not nullable) */
  char *body;              /* (owned) (not nullable) */
  const char *retry_label; /* (nullable), of the translations */
};

G_DEFINE_FINAL_TYPE (HwNotice, hw_notice, G_TYPE_OBJECT)

static void
hw_notice_finalize (GObject *object)
{
  HwNotice *self = HW_NOTICE (object);

  g_clear_pointer (&self->summary, g_free);
  g_clear_pointer (&self->body, g_free);

  G_OBJECT_CLASS (hw_notice_parent_class)->finalize (object);
}

static void
hw_notice_class_init (HwNoticeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_notice_finalize;
}

static void
hw_notice_init (HwNotice *self)
{
}

/* Returns: (transfer full): what a task says under a name, as one line; maybe empty */
static char *
read_line (GVariant   *task,
           const char *name,
           guint       max_length)
{
  const char *text = "";

  g_variant_lookup (task, name, "&s", &text);

  return hw_plain_text (text, max_length);
}

/* Returns: (transfer full): what to call a task */
static char *
read_title (GVariant *task)
{
  g_autofree char *title = read_line (task, "title", MAX_TITLE);
  g_autofree char *number = NULL;
  guint64 id = 0;

  if (*title != '\0')
    return g_steal_pointer (&title);

  g_variant_lookup (task, "id", "t", &id);
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, id);

  /* Translators: a task without a title; %s is its number */
  return g_strdup_printf (_("Task %s"), number);
}

/* The count as translations have it. */
static int
to_int (guint64 count)
{
  return (int) MIN (count, G_MAXINT);
}

/* Names the first of many tasks, a line each, and counts the rest. Returns (transfer full). */
static char *
make_list (guint64    n_tasks,
           GPtrArray *tasks,
           gboolean   wants_reasons)
{
  g_autoptr(GString) list = g_string_new (NULL);
  guint64 n_more = n_tasks - MIN (n_tasks, tasks->len);

  for (guint i = 0; i < tasks->len; i++)
    {
      g_autofree char *title = read_title (tasks->pdata[i]);
      g_autofree char *reason = read_line (tasks->pdata[i], "error", MAX_REASON_OF_MANY);

      if (list->len > 0)
        g_string_append_c (list, '\n');
      if (wants_reasons && *reason != '\0')
        /* Translators: the title of a task, and why it failed */
        g_string_append_printf (list, _("%1$s: %2$s"), title, reason);
      else
        g_string_append (list, title);
    }

  if (n_more > 0 && list->len > 0)
    {
      g_string_append_c (list, '\n');
      g_string_append_printf (list, ngettext ("and %d more", "and %d more", (gulong) n_more),
                              to_int (n_more));
    }

  return g_string_free (g_steal_pointer (&list), FALSE);
}

/**
 * hw_notice_new_completed:
 * @n_tasks: how many tasks it is about, at least 1
 * @tasks: (element-type GVariant): those to name, as the daemon tells of them
 *
 * Says that tasks completed.
 *
 * Returns: (transfer full): the notification
 */
HwNotice *
hw_notice_new_completed (guint64    n_tasks,
                         GPtrArray *tasks)
{
  HwNotice *self = g_object_new (HW_TYPE_NOTICE, NULL);

  self->tone = HW_NOTICE_TONE_DONE;

  if (n_tasks == 1 && tasks->len == 1)
    {
      g_autofree char *title = read_title (tasks->pdata[0]);

      /* Translators: %s is the title of a task */
      self->summary = g_strdup_printf (_("“%s” is done"), title);
      self->body = read_line (tasks->pdata[0], "message", MAX_REASON);
    }
  else
    {
      self->summary = g_strdup_printf (ngettext ("%d task completed", "%d tasks completed",
                                                 (gulong) n_tasks), to_int (n_tasks));
      self->body = make_list (n_tasks, tasks, FALSE);
    }

  return self;
}

/* What is said in the one line of a task that failed: for some results, the reason itself. */
static const char *
get_failure_format (GVariant *task)
{
  const char *result = "";

  g_variant_lookup (task, "result", "&s", &result);

  /* Translators: in all of these, %s is the title of a task */
  if (g_str_equal (result, "timeout"))
    return _("“%s” took too long");
  if (g_str_equal (result, "oom-kill"))
    return _("“%s” needed too much memory");
  if (g_str_equal (result, "poison"))
    return _("“%s” cannot be started");

  return _("“%s” failed");
}

/* @format is of the translations, and has one text to fill in. Returns (transfer full). */
static char *
fill_in (const char *format,
         const char *title)
{
  g_auto(GStrv) parts = g_strsplit (format, "%s", 2);

  return g_strconcat (parts[0], title, parts[0] != NULL ? parts[1] : NULL, NULL);
}

/**
 * hw_notice_new_failed:
 * @n_tasks: how many tasks it is about, at least 1
 * @tasks: (element-type GVariant): those to name, as the daemon tells of them
 *
 * Says that tasks failed, and why.
 *
 * Returns: (transfer full): the notification
 */
HwNotice *
hw_notice_new_failed (guint64    n_tasks,
                      GPtrArray *tasks)
{
  HwNotice *self = g_object_new (HW_TYPE_NOTICE, NULL);

  self->tone = HW_NOTICE_TONE_TROUBLE;

  if (n_tasks == 1 && tasks->len == 1)
    {
      g_autofree char *title = read_title (tasks->pdata[0]);

      self->summary = fill_in (get_failure_format (tasks->pdata[0]), title);
      self->body = read_line (tasks->pdata[0], "error", MAX_REASON);
    }
  else
    {
      self->summary = g_strdup_printf (ngettext ("%d task failed", "%d tasks failed",
                                                 (gulong) n_tasks), to_int (n_tasks));
      self->body = make_list (n_tasks, tasks, TRUE);
    }

  /* Translators: a button: try the task that failed once more */
  self->retry_label = n_tasks == 1 ? _("Retry") : _("Retry All");

  return self;
}

HwNoticeTone
hw_notice_get_tone (HwNotice *self)
{
  g_return_val_if_fail (HW_IS_NOTICE (self), HW_NOTICE_TONE_DONE);

  return self->tone;
}

/**
 * hw_notice_get_summary:
 * @self: a notification
 *
 * Gets the one line that says what happened.
 *
 * Returns: plain text
 */
const char *
hw_notice_get_summary (HwNotice *self)
{
  g_return_val_if_fail (HW_IS_NOTICE (self), NULL);

  return self->summary;
}

/**
 * hw_notice_get_body:
 * @self: a notification
 *
 * Gets what else there is to say, in a few lines.
 *
 * Returns: plain text, without any markup; may be empty
 */
const char *
hw_notice_get_body (HwNotice *self)
{
  g_return_val_if_fail (HW_IS_NOTICE (self), NULL);

  return self->body;
}

/**
 * hw_notice_get_show_label:
 * @self: a notification
 *
 * Gets what stands for opening the page.
 *
 * Returns: the label of a button
 */
const char *
hw_notice_get_show_label (HwNotice *self)
{
  g_return_val_if_fail (HW_IS_NOTICE (self), NULL);

  /* Translators: a button: open the page of the task */
  return _("Show");
}

/**
 * hw_notice_get_retry_label:
 * @self: a notification
 *
 * Gets what stands for trying again.
 *
 * Returns: (nullable): the label of a button, or %NULL if there is nothing to try again
 */
const char *
hw_notice_get_retry_label (HwNotice *self)
{
  g_return_val_if_fail (HW_IS_NOTICE (self), NULL);

  return self->retry_label;
}

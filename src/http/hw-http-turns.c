/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-turns.h"

/**
 * HwHttpTurns:
 *
 * Has those wait in a line who want more than is theirs: who asked for the next thing before
 * they had the last. In each round of the main context some of them have their turn, so that
 * however many they are, whoever asks for one thing does not wait for all of them. Main context
 * only.
 */
struct _HwHttpTurns
{
  GQueue line;     /* (element-type Waiter) */
  GSource *source; /* (owned) (nullable): while somebody waits */
};

/* One who waits. */
typedef struct
{
  GObject *object; /* (owned) */
  HwHttpTurnFunc func;
} Waiter;

static void
waiter_free (Waiter *waiter)
{
  g_object_unref (waiter->object);
  g_free (waiter);
}

/**
 * hw_http_turns_new:
 *
 * Makes a line in which nobody waits.
 *
 * Returns: (transfer full): the line
 */
HwHttpTurns *
hw_http_turns_new (void)
{
  HwHttpTurns *self = g_rc_box_new0 (HwHttpTurns);

  g_queue_init (&self->line);

  return self;
}

HwHttpTurns *
hw_http_turns_ref (HwHttpTurns *self)
{
  return g_rc_box_acquire (self);
}

/**
 * hw_http_turns_close:
 * @self: a line
 *
 * Forgets all who wait: they never have their turn.
 */
void
hw_http_turns_close (HwHttpTurns *self)
{
  g_return_if_fail (self != NULL);

  g_queue_clear_full (&self->line, (GDestroyNotify) waiter_free);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

void
hw_http_turns_unref (HwHttpTurns *self)
{
  g_rc_box_release_full (self, (GDestroyNotify) hw_http_turns_close);
}

static gboolean
on_round (gpointer user_data)
{
  HwHttpTurns *self = user_data;

  for (guint i = 0; i < HW_HTTP_TURNS_OF_ROUND && !g_queue_is_empty (&self->line); i++)
    {
      Waiter *waiter = g_queue_pop_head (&self->line);

      waiter->func (waiter->object);
      waiter_free (waiter);
    }

  if (!g_queue_is_empty (&self->line))
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->source, g_source_unref);
  return G_SOURCE_REMOVE;
}

/**
 * hw_http_turns_await:
 * @self: a line
 * @object: (type GObject): whoever is to wait
 * @func: what is called with @object when its turn has come
 *
 * Has somebody wait at the end of the line.
 */
void
hw_http_turns_await (HwHttpTurns   *self,
                     gpointer       object,
                     HwHttpTurnFunc func)
{
  Waiter *waiter;

  g_return_if_fail (self != NULL);
  g_return_if_fail (G_IS_OBJECT (object));
  g_return_if_fail (func != NULL);

  waiter = g_new0 (Waiter, 1);
  waiter->object = g_object_ref (object);
  waiter->func = func;
  g_queue_push_tail (&self->line, waiter);
  if (self->source != NULL)
    return;

  /* It is one of many in a round, neither before nor behind others. */
  self->source = g_idle_source_new ();
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->source, on_round, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

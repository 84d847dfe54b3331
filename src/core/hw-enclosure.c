/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-enclosure.h"

typedef enum
{
  SIGNAL_CHANGED,
} HwEnclosureSignal;

static guint signals[SIGNAL_CHANGED + 1];

G_DEFINE_INTERFACE (HwEnclosure, hw_enclosure, G_TYPE_OBJECT)

static void
hw_enclosure_default_init (HwEnclosureInterface *iface)
{
  /**
   * HwEnclosure::changed:
   * @self: an enclosure
   *
   * What hw_enclosure_get_containment() gives may be another word now.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", HW_TYPE_ENCLOSURE, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/**
 * hw_enclosure_get_containment:
 * @self: an enclosure
 *
 * Gets in a word what holds processes together that are put into a place of their own now.
 *
 * Returns: (nullable): `scope`, `cgroup` or `session`; %NULL if there are no places now
 */
const char *
hw_enclosure_get_containment (HwEnclosure *self)
{
  g_return_val_if_fail (HW_IS_ENCLOSURE (self), NULL);

  return HW_ENCLOSURE_GET_IFACE (self)->get_containment (self);
}

/**
 * hw_enclosure_enclose_async:
 * @self: an enclosure
 * @request: which process, and what to call its place
 * @callback: called when the process is there, or why it is not
 * @user_data: data for @callback
 *
 * Puts a process into a place of its own, in bounded time. If that fails, the process is
 * where it was, or in a place that holds it no worse.
 */
void
hw_enclosure_enclose_async (HwEnclosure              *self,
                            const HwEnclosureRequest *request,
                            GAsyncReadyCallback       callback,
                            gpointer                  user_data)
{
  g_return_if_fail (HW_IS_ENCLOSURE (self));
  g_return_if_fail (request != NULL && request->pid > 0);

  HW_ENCLOSURE_GET_IFACE (self)->enclose_async (self, request, callback, user_data);
}

/**
 * hw_enclosure_enclose_finish:
 * @self: an enclosure
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_enclosure_enclose_async().
 *
 * Returns: %TRUE if the process is in a place of its own
 */
gboolean
hw_enclosure_enclose_finish (HwEnclosure  *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (HW_IS_ENCLOSURE (self), FALSE);

  return HW_ENCLOSURE_GET_IFACE (self)->enclose_finish (self, result, error);
}

/**
 * hw_enclosure_tell_changed:
 * @self: an enclosure
 *
 * Tells that there is another word now. For those who implement the interface.
 */
void
hw_enclosure_tell_changed (HwEnclosure *self)
{
  g_return_if_fail (HW_IS_ENCLOSURE (self));

  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

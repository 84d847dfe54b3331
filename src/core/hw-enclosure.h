/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* What holds the processes of an attempt together: a scope that the service manager made, a
 * cgroup that we made, or that the shim takes in all that lose their parent.
 */
#define HW_CONTAINMENT_SCOPE "scope"
#define HW_CONTAINMENT_CGROUP "cgroup"
#define HW_CONTAINMENT_SESSION "session"

/**
 * HwEnclosureRequest:
 * @name: what to call the place, of letters, digits and dashes
 * @title: what a person is to read about it
 * @pid: the process that goes into it, with all that will come of it
 *
 * A process that is to have a place of its own.
 */
typedef struct
{
  const char *name;
  const char *title;
  pid_t pid;
} HwEnclosureRequest;

#define HW_TYPE_ENCLOSURE (hw_enclosure_get_type ())
G_DECLARE_INTERFACE (HwEnclosure, hw_enclosure, HW, ENCLOSURE, GObject)

/**
 * HwEnclosureInterface:
 * @get_containment: gets in a word what holds processes together now, or %NULL if nothing
 *   of the kind is there
 * @enclose_async: puts a process into a place of its own, in bounded time. What is asked is
 *   copied
 *
 * Makes places for processes in which all that comes of them stays, so that it can be
 * stopped, paused and ended as one. All calls and answers are in the main context.
 */
struct _HwEnclosureInterface
{
  GTypeInterface parent_iface;

  const char *(*get_containment) (HwEnclosure *self);
  void (*enclose_async) (HwEnclosure              *self,
                         const HwEnclosureRequest *request,
                         GAsyncReadyCallback       callback,
                         gpointer                  user_data);
  gboolean (*enclose_finish) (HwEnclosure  *self,
                              GAsyncResult *result,
                              GError      **error);
};

const char *hw_enclosure_get_containment (HwEnclosure *self);

void        hw_enclosure_enclose_async (HwEnclosure              *self,
                                        const HwEnclosureRequest *request,
                                        GAsyncReadyCallback       callback,
                                        gpointer                  user_data);
gboolean    hw_enclosure_enclose_finish (HwEnclosure  *self,
                                         GAsyncResult *result,
                                         GError      **error);

void        hw_enclosure_tell_changed (HwEnclosure *self);

G_END_DECLS

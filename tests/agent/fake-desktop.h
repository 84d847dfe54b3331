/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "private-bus.h"

G_BEGIN_DECLS

/**
 * FakeNotification:
 * @id: the number that it was given
 * @replaces: the number of the one in whose place it is
 *
 * What a server was asked to show.
 */
typedef struct
{
  guint32 id;
  guint32 replaces;
  char *application;
  char *icon;
  char *summary;
  char *body;
  char *actions; /* joined by `|` */
  GVariant *hints;
  int timeout;
} FakeNotification;

/**
 * FakeDesktop:
 * @shown: (element-type FakeNotification): all that it was asked to show
 * @closed: (element-type guint32): what it was asked to close
 * @n_asked: how often it was asked what it can do
 * @is_deaf: whether it answers nothing
 * @is_broken: whether it answers with errors alone
 * @is_slow: whether it answers what it is to show only when it is told to
 *
 * A notification server that does what a test wants.
 */
typedef struct
{
  GDBusConnection *connection;
  guint owner_id;
  guint object_id;
  gboolean has_name;
  guint32 last_id;
  char **abilities;
  GPtrArray *waiting; /* (element-type GDBusMethodInvocation) */

  GPtrArray *shown;
  GArray *closed;
  guint n_asked;
  gboolean is_deaf;
  gboolean is_broken;
  gboolean is_slow;
} FakeDesktop;

FakeDesktop      *fake_desktop_new (PrivateBus *bus,
                                    const char *abilities);
void              fake_desktop_free (FakeDesktop *self);

FakeNotification *fake_desktop_get_last (FakeDesktop *self);
void              fake_desktop_answer (FakeDesktop *self);
void              fake_desktop_close (FakeDesktop *self,
                                      guint32      id);
void              fake_desktop_press (FakeDesktop *self,
                                      guint32      id,
                                      const char  *action,
                                      const char  *token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeDesktop, fake_desktop_free)

G_END_DECLS

/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "private-bus.h"

#include "hw-client-queue.h"

G_BEGIN_DECLS

/**
 * FakeDaemon:
 * @epoch: the number of its database
 * @seq: the number of its newest event
 * @page_size: how many events it gives at once, if it is asked for more
 * @is_quiet: whether it sends no signals
 * @is_slow: whether calls wait until fake_daemon_release()
 * @asked: what it was asked for, a word a line
 *
 * A daemon of which a test says what happens, without anything that would do it.
 */
typedef struct
{
  GDBusConnection *connection;
  HwClientQueue *skeleton;
  guint owner_id;
  gboolean has_name;
  GPtrArray *events;  /* (element-type GVariant): from the first number on */
  GHashTable *tasks;  /* (element-type guint64 GVariant) */
  GPtrArray *waiting; /* (element-type GDBusMethodInvocation) */

  guint64 epoch;
  guint64 seq;
  guint page_size;
  gboolean is_quiet;
  gboolean is_slow;
  GString *asked;
} FakeDaemon;

FakeDaemon *fake_daemon_new (void);
void        fake_daemon_free (FakeDaemon *self);

void        fake_daemon_start (FakeDaemon *self,
                               PrivateBus *bus);
void        fake_daemon_stop (FakeDaemon *self);

void        fake_daemon_add (FakeDaemon *self,
                             guint64     id,
                             const char *task);
void        fake_daemon_change (FakeDaemon *self,
                                guint64     id,
                                const char *state,
                                const char *changes);
void        fake_daemon_remove (FakeDaemon *self,
                                guint64     id);
void        fake_daemon_skip (FakeDaemon *self,
                              guint64     from);
void        fake_daemon_release (FakeDaemon *self);

char       *fake_daemon_take_asked (FakeDaemon *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeDaemon, fake_daemon_free)

G_END_DECLS

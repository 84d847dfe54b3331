/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HttpAnswer:
 * @status: its status, or 0 if the connection was cut before there was one
 * @fields: (element-type utf8 utf8): its fields, by their names in lower case
 * @body: its body
 * @text: the body as a string
 * @head: all before the body, an interim answer too
 *
 * What a server answered.
 */
typedef struct
{
  guint status;
  GHashTable *fields;
  GBytes *body;
  char *text;
  char *head;
} HttpAnswer;

typedef struct _HttpProbe HttpProbe;

HttpProbe  *http_probe_begin (GSocketAddress *address,
                              const char     *bytes,
                              gsize           length);
gboolean    http_probe_is_answered (HttpProbe *self);
HttpAnswer *http_probe_peek (HttpProbe *self);
HttpAnswer *http_probe_finish (HttpProbe *self);
void        http_probe_hang_up (HttpProbe *self);

HttpAnswer *http_probe_send (GSocketAddress *address,
                             const char     *bytes,
                             gsize           length);
void        http_answer_free (HttpAnswer *self);

const char *http_answer_get (HttpAnswer *self,
                             const char *name);
GVariant   *http_answer_read (HttpAnswer *self);
char       *http_answer_dup_member (HttpAnswer *self,
                                    const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpAnswer, http_answer_free)

G_END_DECLS

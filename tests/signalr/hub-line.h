/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HubLine:
 * @received: what came and was not taken yet
 * @is_over: whether the server has closed the connection
 *
 * A client's TCP connection to a server of this thread. It sends any bytes, and reads
 * when it is told to.
 */
typedef struct
{
  GSocket *socket;
  GSource *source;
  GString *received;
  gboolean is_over;
} HubLine;

HubLine *hub_line_new (guint port);
void     hub_line_free (HubLine *self);
void     hub_line_hang_up (HubLine *self);
void     hub_line_set_reading (HubLine *self,
                               gboolean is_reading);

void     hub_line_send (HubLine    *self,
                        const char *bytes,
                        gsize       length);
void     hub_line_send_request (HubLine    *self,
                                const char *method,
                                const char *target,
                                const char *fields,
                                const char *body);
guint    hub_line_take_head (HubLine *self,
                             char   **head);
guint    hub_line_take_answer (HubLine *self,
                               char   **body);
guint    hub_line_ask (HubLine    *self,
                       const char *method,
                       const char *target,
                       const char *fields,
                       char      **body);
guint    hub_line_upgrade (HubLine    *self,
                           const char *target,
                           const char *fields,
                           char      **head);

GBytes  *hub_line_make_frame (guint       first_byte,
                              const char *payload,
                              gsize       length);
void     hub_line_send_frame (HubLine    *self,
                              guint       first_byte,
                              const char *payload,
                              gsize       length);
void     hub_line_send_text (HubLine    *self,
                             const char *text);
guint    hub_line_take_frame (HubLine *self,
                              char   **payload);
char    *hub_line_take_text (HubLine *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HubLine, hub_line_free)

G_END_DECLS

/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HW_HTTP_STATUS_MISDIRECTED:
 *
 * The request is meant for another server (RFC 9110, 15.5.20). libsoup has no name
 * for it.
 */
#define HW_HTTP_STATUS_MISDIRECTED 421

/**
 * HW_HTTP_STATUS_FIELDS_TOO_LARGE:
 *
 * The head of the request is too long (RFC 6585, 5). libsoup has no name for it.
 */
#define HW_HTTP_STATUS_FIELDS_TOO_LARGE 431

/**
 * HW_HTTP_EVENTS_CONTENT_TYPE:
 *
 * What server-sent events are (WHATWG HTML, 9.2).
 */
#define HW_HTTP_EVENTS_CONTENT_TYPE "text/event-stream"

GByteArray *hw_http_reply_write_head (const char *head,
                                      gsize       length);

void hw_http_reply_empty (SoupServerMessage *message,
                          guint              status);
void hw_http_reply_bytes (SoupServerMessage *message,
                          guint              status,
                          const char        *content_type,
                          GBytes            *bytes);
void hw_http_reply_json (SoupServerMessage *message,
                         guint              status,
                         GBytes            *json);
void hw_http_reply_refusal (SoupServerMessage *message,
                            guint              status,
                            const GError      *error);
void hw_http_reply_error (SoupServerMessage *message,
                          const GError      *error);

GBytes *hw_http_reply_begin_events (SoupServerMessage *message);
GBytes *hw_http_reply_write_whole (SoupServerMessage *message,
                                   GBytes           **body);
GBytes *hw_http_reply_write_refusal (guint         status,
                                     const char   *allow,
                                     const GError *error,
                                     gboolean      has_body);

G_END_DECLS

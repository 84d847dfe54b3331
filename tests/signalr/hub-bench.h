/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hub-hands.h"

#include "hw-hub-connection.h"

G_BEGIN_DECLS

#define SECOND G_USEC_PER_SEC
#define HANDSHAKE "{\"protocol\":\"json\",\"version\":1}|"

/* A connection whose bytes and time are the test's. Separators are written as bars. */
typedef struct
{
  TestHandler *handler;
  HwHubConnection *connection;
  GString *output; /* once it is binary, as it is */
  guint n_binary;  /* how often it was told to be */
  guint n_outputs;
  guint n_closed;
  gboolean is_clean;
  guint n_wants_input;
  guint n_watches; /* how many were begun; the IDs count from 1 */
  gboolean shuts_on_output; /* what a network does that takes one piece at a time */
  gint64 now;
} Fixture;

void set_up_silent (Fixture      *fixture,
                    gconstpointer test_data);
void set_up (Fixture      *fixture,
             gconstpointer test_data);
void tear_down (Fixture      *fixture,
                gconstpointer test_data);

void settle (void);
void feed (Fixture    *fixture,
           const char *text);
void tick (Fixture *fixture,
           gint64   seconds);

/* Test what was said since the last time. */
#define assert_said(fixture, text) \
  G_STMT_START { \
    g_assert_cmpstr ((fixture)->output->str, ==, text); \
    g_string_truncate ((fixture)->output, 0); \
  } G_STMT_END

#define CALL(method) "{\"type\":1,\"invocationId\":\"1\",\"target\":\"" method "\",\"arguments\":[\"a\"]}|"
#define OPEN(id, method) "{\"type\":4,\"invocationId\":\"" id "\",\"target\":\"" method "\",\"arguments\":[]}|"
#define ERROR(text) "{\"type\":3,\"invocationId\":\"1\",\"error\":\"" text "\"}|"
#define BAD_DATA(text) "{\"type\":7,\"error\":\"Connection closed with an error. " \
  "InvalidDataException: " text "\",\"allowReconnect\":true}|"

G_END_DECLS

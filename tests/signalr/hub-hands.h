/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-hub-handler.h"

G_BEGIN_DECLS

/* A stream that gives what a test puts into it. */
#define TEST_TYPE_STREAM (test_stream_get_type ())
G_DECLARE_FINAL_TYPE (TestStream, test_stream, TEST, STREAM, GObject)

struct _TestStream
{
  GObject parent_instance;

  HwEncoding encoding;
  GPtrArray *items; /* (owned) (nullable): not given yet */
  GError *error;    /* (owned) (nullable) */
  gboolean is_ended;
  gboolean may_leave; /* whether somebody else may tell the rest, when all was given */
  GTask *asked; /* (owned) (nullable) */
  guint n_asked;
};

void test_stream_give (TestStream *self,
                       const char *json);
void test_stream_end (TestStream *self,
                      const char *error);

/* A handler whose calls answer when a test lets them:
 * Echo answers with its first argument, at once; Quiet answers nothing, at once;
 * Fail and Misuse fail; Wait waits for the test; Follow opens a push named by its
 * argument; Count is a stream, and Broken one that cannot be opened.
 */
#define TEST_TYPE_HANDLER (test_handler_get_type ())
G_DECLARE_FINAL_TYPE (TestHandler, test_handler, TEST, HANDLER, GObject)

struct _TestHandler
{
  GObject parent_instance;

  GPtrArray *streams; /* (owned) (element-type TestStream): in the order of opening */
  GQueue waiting;     /* (owned) (element-type GTask): calls of Wait */
  HwHubClient *client; /* (unowned) (nullable): who opened a stream last, until it is gone */
  guint n_cancelled;
};

TestStream *test_handler_get_stream (TestHandler *self,
                                     guint        index);
void        test_handler_let_go (TestHandler *self);
char       *test_handler_make_long_call (void);

G_END_DECLS

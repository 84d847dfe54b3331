/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hub-house.h"

G_BEGIN_DECLS

char    *hub_asking_get_target (const char *token);
HubLine *hub_asking_send (HubHouse   *house,
                          const char *method,
                          const char *token,
                          const char *fields,
                          const char *body);
guint    hub_asking_get_answer (HubHouse   *house,
                                const char *method,
                                const char *token,
                                const char *body,
                                char      **answer);

/* Test how a request of the owner is answered. */
#define assert_answer(house, method, token, body, expected_status, expected) \
  G_STMT_START { \
    g_autofree char *text_of_answer = NULL; \
    g_assert_cmpuint (hub_asking_get_answer (house, method, token, body, &text_of_answer), ==, \
                      expected_status); \
    g_assert_cmpstr (text_of_answer, ==, expected); \
  } G_STMT_END

/* Test how one that was sent before is answered. */
#define assert_line_answer(line, expected_status, expected) \
  G_STMT_START { \
    g_autofree char *text_of_answer = NULL; \
    g_assert_cmpuint (hub_line_take_answer (line, &text_of_answer), ==, expected_status); \
    g_assert_cmpstr (text_of_answer, ==, expected); \
  } G_STMT_END

G_END_DECLS

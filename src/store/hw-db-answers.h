/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwDbAnswersFunc:
 * @answer: (transfer full): what a thread gave to hw_db_answers_post()
 * @user_data: what was given to hw_db_answers_new()
 *
 * Takes an answer, in the main context.
 */
typedef void (*HwDbAnswersFunc) (gpointer answer,
                                 gpointer user_data);

typedef struct _HwDbAnswers HwDbAnswers;

HwDbAnswers *hw_db_answers_new (GMainContext   *context,
                                HwDbAnswersFunc function,
                                gpointer        user_data);
void         hw_db_answers_post (HwDbAnswers *self,
                                 gpointer     answer);
void         hw_db_answers_close (HwDbAnswers *self);
HwDbAnswers *hw_db_answers_ref (HwDbAnswers *self);
void         hw_db_answers_unref (HwDbAnswers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDbAnswers, hw_db_answers_unref)

G_END_DECLS

/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-readiness.h"

#include "hw-error.h"

/* Whether the daemon can take tasks and run them, in words: pure. A queue that somebody holds is as
 * ready as any, as it takes what comes.
 */

static const char *const stage_sentences[] = {
  [HW_TASK_QUEUE_STARTING] = "The daemon is starting. Ask again in a moment.",
  [HW_TASK_QUEUE_SERVING] = NULL,
  [HW_TASK_QUEUE_STOPPING] = "The daemon is about to end. Ask again when it has been started anew.",
};

/**
 * hw_readiness_judge:
 * @stage: where in its life the daemon is
 * @refusal: (nullable): why the store takes no new task
 *
 * Says what keeps the daemon from taking and running tasks, each thing in a sentence.
 *
 * Returns: (transfer full) (nullable): an error of %HW_ERROR, or %NULL if it is ready
 */
GError *
hw_readiness_judge (HwTaskQueueStage stage,
                    const GError    *refusal)
{
  const char *sentence;
  HwError code = HW_ERROR_FAILED;

  g_return_val_if_fail ((guint) stage < G_N_ELEMENTS (stage_sentences), NULL);

  sentence = stage_sentences[stage];
  if (refusal != NULL && g_error_matches (refusal, HW_ERROR, HW_ERROR_NO_SPACE))
    code = HW_ERROR_NO_SPACE;

  if (refusal != NULL && sentence != NULL)
    return g_error_new (HW_ERROR, (int) code, "%s %s", sentence, refusal->message);
  if (refusal != NULL)
    return g_error_new_literal (HW_ERROR, (int) code, refusal->message);

  return sentence != NULL ? g_error_new_literal (HW_ERROR, (int) code, sentence) : NULL;
}

/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-answer-json.h"

G_BEGIN_DECLS

/**
 * HwCliFinding:
 * @name: what was looked at, one word
 * @is_good: whether all is well with it
 * @text: what was found, and what to do if it is not well
 *
 * Something that was checked.
 */
typedef struct
{
  char *name;
  gboolean is_good;
  char *text;
} HwCliFinding;

HwCliFinding *hw_cli_finding_new (const char *name,
                                  gboolean    is_good,
                                  const char *format,
                                  ...) G_GNUC_PRINTF (3, 4);
void          hw_cli_finding_free (HwCliFinding *self);

HwCliFinding *hw_cli_checkup_look_at_socket (const char *path,
                                             GPid       *daemon);
HwCliFinding *hw_cli_checkup_look_at_folder (const char *path);
HwCliFinding *hw_cli_checkup_look_at_certificate (const char *state_folder);
HwCliFinding *hw_cli_checkup_look_at_lingering (const char *root,
                                                const char *user);
HwCliFinding *hw_cli_checkup_look_at_containment (const char *root,
                                                  const char *containment);
HwCliFinding *hw_cli_checkup_look_at_readiness (const HwAnswerAbout *about);
HwCliFinding *hw_cli_checkup_look_at_retention (const HwAnswerAbout *about);
HwCliFinding *hw_cli_checkup_look_at_traffic (const HwAnswerAbout *about);
GVariant     *hw_cli_finding_to_variant (const HwCliFinding *self);

G_END_DECLS

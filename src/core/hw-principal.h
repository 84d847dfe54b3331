/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HwDoor:
 * @HW_DOOR_TCP: HTTP on a TCP port: a browser, or a program with a token
 * @HW_DOOR_LOCAL: the Unix socket or the bus: the kernel said who it is
 * @HW_DOOR_INTERNAL: the daemon itself
 *
 * Through which door somebody came.
 */
typedef enum
{
  HW_DOOR_TCP,
  HW_DOOR_LOCAL,
  HW_DOOR_INTERNAL,
} HwDoor;

/**
 * HwVerb:
 *
 * What somebody may or may not do.
 */
typedef enum
{
  HW_VERB_SUBMIT,
  HW_VERB_SUBMIT_LOCAL_ONLY,
  HW_VERB_VIEW,
  HW_VERB_CANCEL,
  HW_VERB_RETRY,
  HW_VERB_PAUSE,
  HW_VERB_REMOVE,
} HwVerb;

#define HW_TYPE_PRINCIPAL (hw_principal_get_type ())
typedef struct _HwPrincipal HwPrincipal;
GType        hw_principal_get_type (void);

HwPrincipal *hw_principal_new (HwDoor      door,
                               const char *name,
                               gboolean    is_administrator);
HwPrincipal *hw_principal_ref (HwPrincipal *self);
void         hw_principal_unref (HwPrincipal *self);

HwDoor       hw_principal_get_door (const HwPrincipal *self);
GRefString  *hw_principal_get_name (const HwPrincipal *self);
gboolean     hw_principal_equals (const HwPrincipal *self,
                                  const HwPrincipal *other);
HwPrincipal *hw_principal_share (HwPrincipal  *self,
                                 HwPrincipal **newest);

gboolean     hw_may (const HwPrincipal *principal,
                     HwVerb             verb,
                     const char        *owner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwPrincipal, hw_principal_unref)

G_END_DECLS

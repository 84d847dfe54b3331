/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-principal.h"

/**
 * HwPrincipal:
 *
 * Who asks: a name such as `uid:1000` or `token:owner`, and the door through which
 * they came. Immutable. Frontends find out who asks; what they may do is decided
 * here, for verbs and for what is told alike.
 */
struct _HwPrincipal
{
  gatomicrefcount ref_count;

  HwDoor door;
  GRefString *name; /* (owned) (not nullable) */
  gboolean is_administrator;
};

G_DEFINE_BOXED_TYPE (HwPrincipal, hw_principal, hw_principal_ref, hw_principal_unref)

/**
 * hw_principal_new:
 * @door: through which door they came
 * @name: who they are
 * @is_administrator: whether they may see and touch what others own
 *
 * Makes a principal.
 *
 * Returns: (transfer full): the principal
 */
HwPrincipal *
hw_principal_new (HwDoor door,
                  const char *name,
                  gboolean is_administrator)
{
  HwPrincipal *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_new0 (HwPrincipal, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->door = door;
  self->name = g_ref_string_new (name);
  self->is_administrator = is_administrator;

  return self;
}

HwPrincipal *
hw_principal_ref (HwPrincipal *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
hw_principal_unref (HwPrincipal *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ref_string_release (self->name);
  g_free (self);
}

HwDoor
hw_principal_get_door (const HwPrincipal *self)
{
  g_return_val_if_fail (self != NULL, HW_DOOR_TCP);

  return self->door;
}

GRefString *
hw_principal_get_name (const HwPrincipal *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * hw_principal_equals:
 * @self: a principal
 * @other: another one
 *
 * Tells whether two are the same somebody, who came the same way: either may stand for both.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_principal_equals (const HwPrincipal *self,
                     const HwPrincipal *other)
{
  g_return_val_if_fail (self != NULL && other != NULL, FALSE);

  return self->door == other->door && self->is_administrator == other->is_administrator &&
         g_str_equal (self->name, other->name);
}

/**
 * hw_principal_share:
 * @self: a principal
 * @newest: (inout) (transfer full) (nullable): the one that came last, or %NULL
 *
 * Finds the principal that has come last, if it is the same as @self; else that is @self from
 * now on. Most of many who come are the same, and have one in common then.
 *
 * Returns: (transfer full): the one to keep
 */
HwPrincipal *
hw_principal_share (HwPrincipal  *self,
                    HwPrincipal **newest)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (newest != NULL, NULL);

  if (*newest == NULL || !hw_principal_equals (*newest, self))
    {
      g_clear_pointer (newest, hw_principal_unref);
      *newest = hw_principal_ref (self);
    }

  return hw_principal_ref (*newest);
}

/**
 * hw_may:
 * @principal: who asks
 * @verb: what they want
 * @owner: (nullable): who owns the task that they want it of; %NULL for a new one
 *
 * Decides whether somebody may do something. Whoever was let in may add tasks and
 * see and touch their own; an administrator those of others too. A type that runs
 * whatever it is given (`local-only`) is for those of whom the kernel said who they
 * are: a web page that got hold of a token must not run programs of its own.
 *
 * Returns: %TRUE if they may
 */
gboolean
hw_may (const HwPrincipal *principal,
        HwVerb             verb,
        const char        *owner)
{
  g_return_val_if_fail (principal != NULL, FALSE);

  switch (verb)
    {
    case HW_VERB_SUBMIT:
      return TRUE;

    case HW_VERB_SUBMIT_LOCAL_ONLY:
      return principal->door != HW_DOOR_TCP;

    case HW_VERB_VIEW:
    case HW_VERB_CANCEL:
    case HW_VERB_RETRY:
    case HW_VERB_PAUSE:
    case HW_VERB_REMOVE:
      return principal->is_administrator || g_strcmp0 (principal->name, owner) == 0;

    default:
      g_return_val_if_reached (FALSE);
    }
}

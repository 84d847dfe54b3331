/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-principal.h"

/* Who may do what: the whole decision. The owner of the task is `me`, `other`, or none
 * for a new task; the asker is `me`.
 */
static const struct
{
  HwDoor door;
  gboolean is_administrator;
  HwVerb verb;
  const char *owner;
  gboolean may;
} golden[] = {
  /* Whoever was let in may add tasks. */
  { HW_DOOR_TCP, FALSE, HW_VERB_SUBMIT, NULL, TRUE },
  { HW_DOOR_TCP, TRUE, HW_VERB_SUBMIT, NULL, TRUE },
  { HW_DOOR_LOCAL, FALSE, HW_VERB_SUBMIT, NULL, TRUE },
  { HW_DOOR_INTERNAL, TRUE, HW_VERB_SUBMIT, NULL, TRUE },

  /* A token is not enough to run any program, not even an administrator's. */
  { HW_DOOR_TCP, FALSE, HW_VERB_SUBMIT_LOCAL_ONLY, NULL, FALSE },
  { HW_DOOR_TCP, TRUE, HW_VERB_SUBMIT_LOCAL_ONLY, NULL, FALSE },
  { HW_DOOR_LOCAL, FALSE, HW_VERB_SUBMIT_LOCAL_ONLY, NULL, TRUE },
  { HW_DOOR_LOCAL, TRUE, HW_VERB_SUBMIT_LOCAL_ONLY, NULL, TRUE },
  { HW_DOOR_INTERNAL, TRUE, HW_VERB_SUBMIT_LOCAL_ONLY, NULL, TRUE },

  /* One's own are one's own, whatever the door. */
  { HW_DOOR_TCP, FALSE, HW_VERB_VIEW, "me", TRUE },
  { HW_DOOR_TCP, FALSE, HW_VERB_CANCEL, "me", TRUE },
  { HW_DOOR_TCP, FALSE, HW_VERB_RETRY, "me", TRUE },
  { HW_DOOR_LOCAL, FALSE, HW_VERB_VIEW, "me", TRUE },

  /* What others own is an administrator's only. */
  { HW_DOOR_TCP, FALSE, HW_VERB_VIEW, "other", FALSE },
  { HW_DOOR_TCP, FALSE, HW_VERB_CANCEL, "other", FALSE },
  { HW_DOOR_TCP, FALSE, HW_VERB_RETRY, "other", FALSE },
  { HW_DOOR_LOCAL, FALSE, HW_VERB_VIEW, "other", FALSE },
  { HW_DOOR_LOCAL, FALSE, HW_VERB_CANCEL, "other", FALSE },
  { HW_DOOR_TCP, TRUE, HW_VERB_VIEW, "other", TRUE },
  { HW_DOOR_TCP, TRUE, HW_VERB_CANCEL, "other", TRUE },
  { HW_DOOR_TCP, TRUE, HW_VERB_RETRY, "other", TRUE },

  /* What nobody owns is not everybody's. */
  { HW_DOOR_TCP, FALSE, HW_VERB_VIEW, NULL, FALSE },
  { HW_DOOR_TCP, FALSE, HW_VERB_VIEW, "", FALSE },
  { HW_DOOR_TCP, FALSE, HW_VERB_CANCEL, NULL, FALSE },
};

static void
test_principal_may_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (golden); i++)
    {
      g_autoptr(HwPrincipal) principal = hw_principal_new (golden[i].door, "me",
                                                           golden[i].is_administrator);

      g_test_message ("row %u", i);
      g_assert_cmpint (hw_may (principal, golden[i].verb, golden[i].owner), ==, golden[i].may);
    }
}

static void
test_principal_new_knows_who_it_is (void)
{
  g_autoptr(HwPrincipal) principal = hw_principal_new (HW_DOOR_LOCAL, "uid:1000", FALSE);
  g_autoptr(HwPrincipal) other = hw_principal_ref (principal);

  g_clear_pointer (&principal, hw_principal_unref);

  g_assert_cmpint (hw_principal_get_door (other), ==, HW_DOOR_LOCAL);
  g_assert_cmpstr (hw_principal_get_name (other), ==, "uid:1000");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/principal/may/table", test_principal_may_table);
  g_test_add_func ("/principal/new/knows-who-it-is", test_principal_new_knows_who_it_is);

  return g_test_run ();
}

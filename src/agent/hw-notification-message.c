/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-notification-message.h"

/* What a server calls itself able to do, in the Desktop Notifications Specification. */
static const struct
{
  const char *name;
  HwNotificationAbilities ability;
} known_abilities[] = {
  { "actions", HW_NOTIFICATION_ABILITIES_ACTIONS },
  { "body", HW_NOTIFICATION_ABILITIES_BODY },
  { "body-markup", HW_NOTIFICATION_ABILITIES_MARKUP },
};

/**
 * hw_notification_abilities_read:
 * @names: (array zero-terminated=1): what a server says that it can do
 *
 * Finds out what a server can show.
 *
 * Returns: the abilities that matter here
 */
HwNotificationAbilities
hw_notification_abilities_read (const char *const *names)
{
  HwNotificationAbilities abilities = HW_NOTIFICATION_ABILITIES_NONE;

  g_return_val_if_fail (names != NULL, HW_NOTIFICATION_ABILITIES_NONE);

  for (gsize i = 0; i < G_N_ELEMENTS (known_abilities); i++)
    if (g_strv_contains (names, known_abilities[i].name))
      abilities |= known_abilities[i].ability;

  return abilities;
}

static GVariant *
make_actions (HwNotice *notice)
{
  const char *retry = hw_notice_get_retry_label (notice);
  const char *actions[] = {
    HW_NOTIFICATION_ACTION_SHOW, hw_notice_get_show_label (notice),
    HW_NOTIFICATION_ACTION_RETRY, retry,
  };

  return g_variant_new_strv (actions, retry != NULL ? 4 : 2);
}

static GVariant *
make_hints (HwNotice *notice)
{
  gboolean is_trouble = hw_notice_get_tone (notice) == HW_NOTICE_TONE_TROUBLE;
  GVariantDict hints;

  g_variant_dict_init (&hints, NULL);
  g_variant_dict_insert (&hints, "desktop-entry", "s", HW_APPLICATION_ID);
  g_variant_dict_insert (&hints, "category", "s",
                         is_trouble ? "transfer.error" : "transfer.complete");

  /* Low and normal: nothing that a background task does is critical. */
  g_variant_dict_insert (&hints, "urgency", "y", is_trouble ? 1 : 0);

  return g_variant_dict_end (&hints);
}

/* The one line, with what else there is to say if nothing else is shown. */
static char *
make_summary (HwNotice               *notice,
              HwNotificationAbilities abilities)
{
  const char *summary = hw_notice_get_summary (notice);
  const char *body = hw_notice_get_body (notice);

  if ((abilities & HW_NOTIFICATION_ABILITIES_BODY) != 0 || *body == '\0')
    return g_strdup (summary);

  return g_strdelimit (g_strconcat (summary, ": ", body, NULL), "\n", ' ');
}

static char *
make_body (HwNotice               *notice,
           HwNotificationAbilities abilities)
{
  const char *body = hw_notice_get_body (notice);

  if ((abilities & HW_NOTIFICATION_ABILITIES_BODY) == 0)
    return g_strdup ("");

  return (abilities & HW_NOTIFICATION_ABILITIES_MARKUP) != 0 ? g_markup_escape_text (body, -1)
                                                             : g_strdup (body);
}

/**
 * hw_notification_message_new:
 * @notice: what to say
 * @abilities: what the server can show
 * @replaces: the number of the notification in whose place it is to be; 0 for none
 *
 * Makes what a server is told: the parameters of its method `Notify`.
 *
 * Returns: (transfer floating): the parameters
 */
GVariant *
hw_notification_message_new (HwNotice               *notice,
                             HwNotificationAbilities abilities,
                             guint32                 replaces)
{
  g_autofree char *summary = NULL;
  g_autofree char *body = NULL;
  gboolean has_actions = (abilities & HW_NOTIFICATION_ABILITIES_ACTIONS) != 0;

  g_return_val_if_fail (HW_IS_NOTICE (notice), NULL);

  summary = make_summary (notice, abilities);
  body = make_body (notice, abilities);

  /* How long it stays is for the server to say. */
  return g_variant_new ("(susss@as@a{sv}i)", "Headway", replaces, HW_APPLICATION_ID, summary, body,
                        has_actions ? make_actions (notice) : g_variant_new_strv (NULL, 0),
                        make_hints (notice), -1);
}

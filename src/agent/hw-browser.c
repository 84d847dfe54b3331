/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-browser.h"

#define HW_TYPE_LAUNCH (hw_launch_get_type ())
G_DECLARE_FINAL_TYPE (HwLaunch, hw_launch, HW, LAUNCH, GAppLaunchContext)

/**
 * HwLaunch:
 *
 * The start of a program for somebody who has just clicked: its token lets the window come
 * to the front.
 */
struct _HwLaunch
{
  GAppLaunchContext parent_instance;

  char *token; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (HwLaunch, hw_launch, G_TYPE_APP_LAUNCH_CONTEXT)

static char *
hw_launch_get_startup_notify_id (GAppLaunchContext *context,
                                 GAppInfo          *program,
                                 GList             *files)
{
  return g_strdup (HW_LAUNCH (context)->token);
}

static void
hw_launch_finalize (GObject *object)
{
  HwLaunch *self = HW_LAUNCH (object);

  g_clear_pointer (&self->token, g_free);

  G_OBJECT_CLASS (hw_launch_parent_class)->finalize (object);
}

static void
hw_launch_class_init (HwLaunchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GAppLaunchContextClass *context_class = G_APP_LAUNCH_CONTEXT_CLASS (klass);

  object_class->finalize = hw_launch_finalize;
  context_class->get_startup_notify_id = hw_launch_get_startup_notify_id;
}

static void
hw_launch_init (HwLaunch *self)
{
}

static HwLaunch *
hw_launch_new (const char *token)
{
  HwLaunch *self = g_object_new (HW_TYPE_LAUNCH, NULL);
  GAppLaunchContext *context = G_APP_LAUNCH_CONTEXT (self);

  self->token = g_strdup (token);

  /* What main () sets is for the agent alone. */
  g_app_launch_context_unsetenv (context, "GIO_USE_VFS");

  /* Under X11 and Wayland; GLib itself sets the first, if the program says that it cares. */
  if (token != NULL)
    {
      g_app_launch_context_setenv (context, "DESKTOP_STARTUP_ID", token);
      g_app_launch_context_setenv (context, "XDG_ACTIVATION_TOKEN", token);
    }

  return self;
}

static void
on_launch_ready (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = user_data;
  g_autoptr(GError) error = NULL;

  if (g_app_info_launch_default_for_uri_finish (result, &error))
    g_task_return_boolean (gtask, TRUE);
  else
    g_task_return_error (gtask, g_steal_pointer (&error));
}

/**
 * hw_browser_open_async:
 * @uri: the address of a page
 * @token: (nullable): what the desktop gave with the click that asked for it
 * @cancellable: (nullable): to cancel it with
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Opens a page in the user's browser.
 */
void
hw_browser_open_async (const char         *uri,
                       const char         *token,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr(HwLaunch) launch = hw_launch_new (token);
  GTask *gtask = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_browser_open_async);
  g_app_info_launch_default_for_uri_async (uri, G_APP_LAUNCH_CONTEXT (launch), cancellable,
                                           on_launch_ready, gtask);
}

/**
 * hw_browser_open_finish:
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes hw_browser_open_async ().
 *
 * Returns: %TRUE if the browser was told
 */
gboolean
hw_browser_open_finish (GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-browser.h"

#include "hw-link-page.h"

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

/* Opening a page goes through these in this order. */
static void on_page_written (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void on_program_found (GObject      *source,
                              GAsyncResult *result,
                              gpointer      user_data);
static void on_launch_ready (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);

/* What is opened. */
typedef struct
{
  char *uri;        /* (owned) */
  HwLaunch *launch; /* (owned) */
  char *page;       /* (owned) (nullable): the page that leads there, once it is written */
} Opening;

static void
opening_free (Opening *self)
{
  g_clear_pointer (&self->uri, g_free);
  g_clear_object (&self->launch);
  g_clear_pointer (&self->page, g_free);
  g_free (self);
}

/* Where the user's sockets are: nobody else can look, and it is gone after the session. */
static char *
write_page (const char *uri,
            GError    **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_runtime_dir (), "headway", NULL);

  /* If there is none, writing says so. */
  g_mkdir_with_parents (folder, 0700);

  return hw_link_page_write (folder, uri, error);
}

static void
write_in_thread (GTask        *gtask,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  GError *error = NULL;
  g_autofree char *path = write_page (task_data, &error);
  char *page = path != NULL ? g_filename_to_uri (path, NULL, &error) : NULL;

  if (page != NULL)
    g_task_return_pointer (gtask, page, g_free);
  else
    g_task_return_error (gtask, error);
}

static void
on_page_written (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = user_data;
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  Opening *opening = g_task_get_task_data (gtask);
  GError *error = NULL;

  opening->page = g_task_propagate_pointer (G_TASK (result), &error);
  if (opening->page == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  /* What opens the address itself: whatever opens files may be an editor. */
  g_app_info_get_default_for_uri_scheme_async (g_uri_peek_scheme (opening->uri), cancellable,
                                               on_program_found, g_steal_pointer (&gtask));
}

static void
on_program_found (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GTask) gtask = user_data;
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  Opening *opening = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(GAppInfo) program = g_app_info_get_default_for_uri_scheme_finish (result, &error);
  GList pages = { .data = opening->page };

  if (program != NULL)
    g_app_info_launch_uris_async (program, &pages, G_APP_LAUNCH_CONTEXT (opening->launch),
                                  cancellable, on_launch_ready, g_steal_pointer (&gtask));
  else
    g_task_return_error (gtask, error);
}

static void
on_launch_ready (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = user_data;
  GError *error = NULL;

  if (g_app_info_launch_uris_finish (G_APP_INFO (source), result, &error))
    g_task_return_boolean (gtask, TRUE);
  else
    g_task_return_error (gtask, error);
}

/**
 * hw_browser_open_async:
 * @uri: the address of a page, with the token of the daemon in it
 * @token: (nullable): what the desktop gave with the click that asked for it
 * @cancellable: (nullable): to cancel it with
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Opens a page in the user's browser, which is given the name of a file that leads there.
 */
void
hw_browser_open_async (const char         *uri,
                       const char         *token,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  GTask *gtask = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr(GTask) writing = g_task_new (NULL, cancellable, on_page_written, gtask);
  Opening *opening = g_new0 (Opening, 1);

  opening->uri = g_strdup (uri);
  opening->launch = hw_launch_new (token);
  g_task_set_source_tag (gtask, hw_browser_open_async);
  g_task_set_task_data (gtask, opening, (GDestroyNotify) opening_free);

  g_task_set_source_tag (writing, write_in_thread);
  g_task_set_task_data (writing, g_strdup (uri), g_free);
  g_task_run_in_thread (writing, write_in_thread);
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

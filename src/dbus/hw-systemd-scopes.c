/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-systemd-scopes.h"

#include "hw-error.h"

/* The manager, as systemd calls it for users and for the system alike. */
#define MANAGER_NAME "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER_INTERFACE "org.freedesktop.systemd1.Manager"

/* What it says of a job that did what it should. */
#define JOB_DONE "done"

/* How long a scope may take: a manager needs milliseconds, and a task is not to wait for one
 * that hangs.
 */
#define SCOPE_TIME (2 * G_USEC_PER_SEC)

/* How long the start of the daemon waits for the manager. */
#define START_TIME G_USEC_PER_SEC

/* A manager that was too slow once is asked again after that, and a bus that is not there is
 * looked for again.
 */
#define REST_TIME (60 * G_USEC_PER_SEC)

/**
 * HwSystemdScopes:
 *
 * Puts each process into a transient scope of its own, under a slice of ours, that systemd
 * leaves to us. So what runs is no part of the daemon's unit, whatever becomes of that, and
 * a person finds each task in `systemd-cgls`.
 *
 * It does without a bus, and without a manager on it; none is ever started by our asking.
 * Main context only.
 */
struct _HwSystemdScopes
{
  GObject parent_instance;

  HwClock *clock;              /* (owned) (not nullable) */
  char *address;               /* (owned) (not nullable) */
  char *slice;                 /* (owned) (not nullable) */

  GCancellable *cancellable;   /* (owned) (nullable): none once it was stopped */
  GDBusConnection *connection; /* (owned) (nullable) */
  guint watch_id;
  guint removed_id;
  gboolean has_manager;
  gint64 connect_after;        /* when the bus may be looked for again, in monotonic time */
  gint64 ask_after;            /* when the manager may be asked again, in monotonic time */

  GHashTable *scopes;          /* (owned) (element-type utf8 Scope): those that are being made */

  GTask *starting;             /* (owned) (nullable): until it is known whether there is one */
  guint start_timer;
};

/* A scope that is being made. */
typedef struct
{
  HwSystemdScopes *owner;
  char *unit;   /* (owned) */
  GTask *gtask; /* (owned) */
  guint timer;
} Scope;

static void hw_systemd_scopes_iface_init (HwEnclosureInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwSystemdScopes, hw_systemd_scopes, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_ENCLOSURE,
                                                      hw_systemd_scopes_iface_init))

static void
scope_free (Scope *scope)
{
  if (scope->timer != 0)
    hw_clock_remove_timer (scope->owner->clock, scope->timer);
  g_clear_object (&scope->gtask);
  g_clear_pointer (&scope->unit, g_free);
  g_free (scope);
}

/* Answers whoever wants a scope, unless that was done: @error is (transfer full) (nullable). */
static void
hw_systemd_scopes_end_scope (HwSystemdScopes *self,
                             const char      *unit,
                             GError          *error)
{
  Scope *scope = g_hash_table_lookup (self->scopes, unit);
  g_autoptr(GTask) gtask = NULL;

  if (scope == NULL)
    {
      g_clear_error (&error);
      return;
    }

  gtask = g_object_ref (scope->gtask);
  g_hash_table_remove (self->scopes, unit);
  if (error != NULL)
    g_task_return_error (gtask, error);
  else
    g_task_return_boolean (gtask, TRUE);
}

static void
hw_systemd_scopes_end_all (HwSystemdScopes *self,
                           const char      *reason)
{
  g_autoptr(GList) units = g_hash_table_get_keys (self->scopes);

  for (GList *link = units; link != NULL; link = link->next)
    hw_systemd_scopes_end_scope (self, link->data,
                                 g_error_new_literal (HW_ERROR, HW_ERROR_FAILED, reason));
}

static void
hw_systemd_scopes_end_start (HwSystemdScopes *self)
{
  g_autoptr(GTask) gtask = g_steal_pointer (&self->starting);

  if (self->start_timer != 0)
    hw_clock_remove_timer (self->clock, self->start_timer);
  self->start_timer = 0;

  if (gtask != NULL)
    g_task_return_boolean (gtask, TRUE);
}

static void
on_start_timer (gpointer user_data)
{
  HwSystemdScopes *self = HW_SYSTEMD_SCOPES (user_data);

  self->start_timer = 0;
  hw_systemd_scopes_end_start (self);
}

static void
hw_systemd_scopes_set_has_manager (HwSystemdScopes *self,
                                   gboolean         has_manager)
{
  gboolean has_changed = self->has_manager != has_manager;

  self->has_manager = has_manager;
  if (!has_manager)
    hw_systemd_scopes_end_all (self, "systemd is not there any more");
  if (has_changed)
    hw_enclosure_tell_changed (HW_ENCLOSURE (self));
  hw_systemd_scopes_end_start (self);
}

/* Without that, a manager tells nobody anything, if no one else has asked it to. */
static void
on_manager_appeared (GDBusConnection *connection,
                     const char      *name,
                     const char      *owner,
                     gpointer         user_data)
{
  g_dbus_connection_call (connection, owner, MANAGER_PATH, MANAGER_INTERFACE, "Subscribe", NULL,
                          NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  hw_systemd_scopes_set_has_manager (HW_SYSTEMD_SCOPES (user_data), TRUE);
}

static void
on_manager_vanished (GDBusConnection *connection,
                     const char      *name,
                     gpointer         user_data)
{
  hw_systemd_scopes_set_has_manager (HW_SYSTEMD_SCOPES (user_data), FALSE);
}

/* A job has ended. It may be told before the manager has said that there is one. */
static void
on_job_removed (GDBusConnection *connection,
                const char      *sender,
                const char      *path,
                const char      *interface,
                const char      *signal,
                GVariant        *arguments,
                gpointer         user_data)
{
  HwSystemdScopes *self = HW_SYSTEMD_SCOPES (user_data);
  GError *error = NULL;
  const char *unit;
  const char *result;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(uoss)")))
    return;

  g_variant_get (arguments, "(uo&s&s)", NULL, NULL, &unit, &result);
  if (!g_str_equal (result, JOB_DONE))
    error = g_error_new (HW_ERROR, HW_ERROR_FAILED, "systemd made no scope for it: %s", result);
  hw_systemd_scopes_end_scope (self, unit, error);
}

/* Lets go of the bus. */
static void
hw_systemd_scopes_leave (HwSystemdScopes *self)
{
  if (self->connection == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->connection, self);
  g_bus_unwatch_name (self->watch_id);
  g_dbus_connection_signal_unsubscribe (self->connection, self->removed_id);
  if (!g_dbus_connection_is_closed (self->connection))
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_clear_object (&self->connection);
  hw_systemd_scopes_set_has_manager (self, FALSE);
}

static void
on_connection_closed (GDBusConnection *connection,
                      gboolean         is_remote,
                      GError          *error,
                      HwSystemdScopes *self)
{
  hw_systemd_scopes_leave (self);
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(HwSystemdScopes) self = HW_SYSTEMD_SCOPES (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result,
                                                                                    &error);

  if (self->cancellable == NULL)
    return;

  if (connection == NULL)
    {
      g_info ("No systemd at %s: %s", self->address, error->message);
      hw_systemd_scopes_end_start (self);
      return;
    }

  g_dbus_connection_set_exit_on_close (connection, FALSE);
  self->connection = g_steal_pointer (&connection);
  g_signal_connect_object (self->connection, "closed", G_CALLBACK (on_connection_closed), self,
                           G_CONNECT_DEFAULT);
  self->removed_id =
    g_dbus_connection_signal_subscribe (self->connection, MANAGER_NAME, MANAGER_INTERFACE,
                                        "JobRemoved", MANAGER_PATH, NULL,
                                        G_DBUS_SIGNAL_FLAGS_NONE, on_job_removed, self, NULL);
  self->watch_id = g_bus_watch_name_on_connection (self->connection, MANAGER_NAME,
                                                   G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                   on_manager_appeared, on_manager_vanished,
                                                   self, NULL);
}

/* Goes onto the bus, unless that was tried a moment ago. */
static void
hw_systemd_scopes_connect (HwSystemdScopes *self)
{
  gint64 now = hw_clock_get_monotonic_time (self->clock);

  if (self->connection != NULL || self->cancellable == NULL || now < self->connect_after)
    return;

  self->connect_after = now + REST_TIME;
  g_dbus_connection_new_for_address (self->address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, self->cancellable, on_connected, g_object_ref (self));
}

static gboolean
hw_systemd_scopes_may_ask (HwSystemdScopes *self)
{
  return self->has_manager && hw_clock_get_monotonic_time (self->clock) >= self->ask_after;
}

/* Whoever asks what there is wants to have it: so the bus is looked for again by that. */
static const char *
hw_systemd_scopes_get_containment (HwEnclosure *enclosure)
{
  HwSystemdScopes *self = HW_SYSTEMD_SCOPES (enclosure);

  hw_systemd_scopes_connect (self);

  return hw_systemd_scopes_may_ask (self) ? HW_CONTAINMENT_SCOPE : NULL;
}

static void
on_scope_timer (gpointer user_data)
{
  Scope *scope = user_data;
  HwSystemdScopes *self = scope->owner;

  scope->timer = 0;
  self->ask_after = hw_clock_get_monotonic_time (self->clock) + REST_TIME;
  hw_systemd_scopes_end_scope (self, scope->unit,
                               g_error_new_literal (HW_ERROR, HW_ERROR_FAILED,
                                                    "systemd does not answer"));
}

/* Keeps the answer for later, when the job is done, unless there is none. */
static void
on_unit_started (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwSystemdScopes *self = g_task_get_source_object (gtask);
  GError *error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result,
                                                             &error);

  if (reply == NULL)
    hw_systemd_scopes_end_scope (self, g_task_get_task_data (gtask), error);
}

/* What the scope is to be like. Delegated, it is ours to make cgroups in. It goes as soon as it
 * is empty, however its processes ended. A stop of the scope reaches all in it, the shim first
 * of all; of the daemon's unit, it is no part.
 */
static GVariant *
hw_systemd_scopes_build_call (HwSystemdScopes          *self,
                              const HwEnclosureRequest *request,
                              const char               *unit)
{
  const guint32 pids[] = { (guint32) request->pid };
  GVariantBuilder properties;

  g_variant_builder_init (&properties, G_VARIANT_TYPE ("a(sv)"));
  g_variant_builder_add (&properties, "(sv)", "Description",
                         g_variant_new_string (request->title));
  g_variant_builder_add (&properties, "(sv)", "Slice", g_variant_new_string (self->slice));
  g_variant_builder_add (&properties, "(sv)", "PIDs",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, pids,
                                                    G_N_ELEMENTS (pids), sizeof *pids));
  g_variant_builder_add (&properties, "(sv)", "Delegate", g_variant_new_boolean (TRUE));
  g_variant_builder_add (&properties, "(sv)", "KillMode", g_variant_new_string ("control-group"));
  g_variant_builder_add (&properties, "(sv)", "SendSIGHUP", g_variant_new_boolean (FALSE));
  g_variant_builder_add (&properties, "(sv)", "CollectMode",
                         g_variant_new_string ("inactive-or-failed"));

  return g_variant_new ("(ssa(sv)a(sa(sv)))", unit, "fail", &properties, NULL);
}

static void
hw_systemd_scopes_enclose_async (HwEnclosure              *enclosure,
                                 const HwEnclosureRequest *request,
                                 GAsyncReadyCallback       callback,
                                 gpointer                  user_data)
{
  HwSystemdScopes *self = HW_SYSTEMD_SCOPES (enclosure);
  g_autoptr(GTask) gtask = g_task_new (self, NULL, callback, user_data);
  Scope *scope;

  g_task_set_source_tag (gtask, hw_systemd_scopes_enclose_async);

  if (!hw_systemd_scopes_may_ask (self))
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_FAILED, "systemd is not to be had now");
      return;
    }

  scope = g_new0 (Scope, 1);
  scope->owner = self;
  scope->unit = g_strconcat (request->name, ".scope", NULL);
  scope->gtask = g_object_ref (gtask);
  scope->timer = hw_clock_add_timer (self->clock, SCOPE_TIME, on_scope_timer, scope);
  g_task_set_task_data (gtask, g_strdup (scope->unit), g_free);
  g_hash_table_replace (self->scopes, scope->unit, scope);

  g_dbus_connection_call (self->connection, MANAGER_NAME, MANAGER_PATH, MANAGER_INTERFACE,
                          "StartTransientUnit",
                          hw_systemd_scopes_build_call (self, request, scope->unit),
                          G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                          self->cancellable, on_unit_started, g_object_ref (gtask));
}

static gboolean
hw_systemd_scopes_enclose_finish (HwEnclosure  *enclosure,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, enclosure), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
hw_systemd_scopes_iface_init (HwEnclosureInterface *iface)
{
  iface->get_containment = hw_systemd_scopes_get_containment;
  iface->enclose_async = hw_systemd_scopes_enclose_async;
  iface->enclose_finish = hw_systemd_scopes_enclose_finish;
}

static void
hw_systemd_scopes_dispose (GObject *object)
{
  HwSystemdScopes *self = HW_SYSTEMD_SCOPES (object);

  hw_systemd_scopes_stop (self);

  G_OBJECT_CLASS (hw_systemd_scopes_parent_class)->dispose (object);
}

static void
hw_systemd_scopes_finalize (GObject *object)
{
  HwSystemdScopes *self = HW_SYSTEMD_SCOPES (object);

  g_clear_pointer (&self->scopes, g_hash_table_unref);
  g_clear_pointer (&self->slice, g_free);
  g_clear_pointer (&self->address, g_free);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_systemd_scopes_parent_class)->finalize (object);
}

static void
hw_systemd_scopes_class_init (HwSystemdScopesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_systemd_scopes_dispose;
  object_class->finalize = hw_systemd_scopes_finalize;
}

static void
hw_systemd_scopes_init (HwSystemdScopes *self)
{
  self->cancellable = g_cancellable_new ();
  self->scopes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) scope_free);
}

/**
 * hw_systemd_scopes_new:
 * @clock: what tells when a manager is too slow
 * @address: where the bus of the manager is
 * @slice: what all scopes are under
 *
 * Creates an enclosure that asks nobody yet.
 *
 * Returns: (transfer full): a new enclosure
 */
HwSystemdScopes *
hw_systemd_scopes_new (HwClock    *clock,
                       const char *address,
                       const char *slice)
{
  HwSystemdScopes *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (address != NULL, NULL);
  g_return_val_if_fail (slice != NULL, NULL);

  self = g_object_new (HW_TYPE_SYSTEMD_SCOPES, NULL);
  self->clock = g_object_ref (clock);
  self->address = g_strdup (address);
  self->slice = g_strdup (slice);

  return self;
}

/**
 * hw_systemd_scopes_start_async:
 * @self: a new enclosure
 * @callback: called when it is known whether there is a manager, or a second is over
 * @user_data: data for @callback
 *
 * Looks for the manager.
 */
void
hw_systemd_scopes_start_async (HwSystemdScopes    *self,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_return_if_fail (HW_IS_SYSTEMD_SCOPES (self));
  g_return_if_fail (self->starting == NULL);

  self->starting = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->starting, hw_systemd_scopes_start_async);
  self->start_timer = hw_clock_add_timer (self->clock, START_TIME, on_start_timer, self);
  hw_systemd_scopes_connect (self);
}

/**
 * hw_systemd_scopes_start_finish:
 * @self: an enclosure
 * @result: what the callback was given
 *
 * Ends hw_systemd_scopes_start_async(), which cannot fail: see hw_enclosure_get_containment().
 */
void
hw_systemd_scopes_start_finish (HwSystemdScopes *self,
                                GAsyncResult    *result)
{
  g_return_if_fail (g_task_is_valid (result, self));

  g_task_propagate_boolean (G_TASK (result), NULL);
}

/**
 * hw_systemd_scopes_stop:
 * @self: an enclosure
 *
 * Goes off the bus for good. What is in scopes stays there.
 */
void
hw_systemd_scopes_stop (HwSystemdScopes *self)
{
  g_return_if_fail (HW_IS_SYSTEMD_SCOPES (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  hw_systemd_scopes_leave (self);
  hw_systemd_scopes_end_all (self, "Headway goes");
  hw_systemd_scopes_end_start (self);
}

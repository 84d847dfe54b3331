/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-enclosures.h"

#include "hw-cgroup-files.h"
#include "hw-error.h"

/**
 * HwEnclosures:
 *
 * The best enclosure that there is, out of some, and the next best for a process that it
 * fails for: a task runs in any case. It believes nobody but the kernel that a process is
 * in a place of its own. Main context only.
 */
struct _HwEnclosures
{
  GObject parent_instance;

  GPtrArray *enclosures; /* (owned) (element-type HwEnclosure), the best first */
};

/* A process, and how far it was tried. Owned by its #GTask. */
typedef struct
{
  char *name;  /* (owned) */
  char *title; /* (owned) */
  pid_t pid;
  guint next;
} Search;

static void hw_enclosures_iface_init (HwEnclosureInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwEnclosures, hw_enclosures, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_ENCLOSURE,
                                                      hw_enclosures_iface_init))

static void on_enclosed (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

static void
search_free (Search *search)
{
  g_free (search->name);
  g_free (search->title);
  g_free (search);
}

static const char *
hw_enclosures_get_containment (HwEnclosure *enclosure)
{
  HwEnclosures *self = HW_ENCLOSURES (enclosure);

  for (guint i = 0; i < self->enclosures->len; i++)
    {
      const char *word = hw_enclosure_get_containment (g_ptr_array_index (self->enclosures, i));

      if (word != NULL)
        return word;
    }

  return HW_CONTAINMENT_SESSION;
}

/* Asks the next one that has places. @gtask is (transfer full). */
static void
try_next (GTask *gtask)
{
  HwEnclosures *self = g_task_get_source_object (gtask);
  Search *search = g_task_get_task_data (gtask);
  const HwEnclosureRequest request = {
    .name = search->name,
    .title = search->title,
    .pid = search->pid,
  };

  while (search->next < self->enclosures->len)
    {
      HwEnclosure *enclosure = g_ptr_array_index (self->enclosures, search->next++);

      if (hw_enclosure_get_containment (enclosure) != NULL)
        {
          hw_enclosure_enclose_async (enclosure, &request, on_enclosed, gtask);
          return;
        }
    }

  g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_FAILED, "there is no place for it");
  g_object_unref (gtask);
}

static void
on_enclosed (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  const Search *search = g_task_get_task_data (gtask);
  g_autofree char *place = NULL;
  g_autoptr(GError) error = NULL;

  if (hw_enclosure_enclose_finish (HW_ENCLOSURE (source), result, &error))
    {
      place = hw_cgroup_files_find_place (search->pid, search->name);
      if (place != NULL)
        {
          g_task_return_boolean (gtask, TRUE);
          return;
        }

      g_set_error (&error, HW_ERROR, HW_ERROR_FAILED, "it was not put where it should be");
    }

  g_info ("%s is not held together as well as it could be: %s", search->title, error->message);
  try_next (g_steal_pointer (&gtask));
}

static void
hw_enclosures_enclose_async (HwEnclosure              *enclosure,
                             const HwEnclosureRequest *request,
                             GAsyncReadyCallback       callback,
                             gpointer                  user_data)
{
  GTask *gtask = g_task_new (enclosure, NULL, callback, user_data);
  Search *search = g_new0 (Search, 1);

  g_task_set_source_tag (gtask, hw_enclosures_enclose_async);

  search->name = g_strdup (request->name);
  search->title = g_strdup (request->title);
  search->pid = request->pid;
  g_task_set_task_data (gtask, search, (GDestroyNotify) search_free);
  try_next (gtask);
}

static gboolean
hw_enclosures_enclose_finish (HwEnclosure  *enclosure,
                              GAsyncResult *result,
                              GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, enclosure), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
hw_enclosures_iface_init (HwEnclosureInterface *iface)
{
  iface->get_containment = hw_enclosures_get_containment;
  iface->enclose_async = hw_enclosures_enclose_async;
  iface->enclose_finish = hw_enclosures_enclose_finish;
}

static void
hw_enclosures_finalize (GObject *object)
{
  HwEnclosures *self = HW_ENCLOSURES (object);

  g_clear_pointer (&self->enclosures, g_ptr_array_unref);

  G_OBJECT_CLASS (hw_enclosures_parent_class)->finalize (object);
}

static void
hw_enclosures_class_init (HwEnclosuresClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_enclosures_finalize;
}

static void
hw_enclosures_init (HwEnclosures *self)
{
  self->enclosures = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * hw_enclosures_new:
 *
 * Creates a choice of enclosures in which there is none yet: then the shim takes in all that
 * lose their parent, and that is all.
 *
 * Returns: (transfer full): a new enclosure
 */
HwEnclosures *
hw_enclosures_new (void)
{
  return g_object_new (HW_TYPE_ENCLOSURES, NULL);
}

/**
 * hw_enclosures_add:
 * @self: a choice of enclosures
 * @enclosure: one that is not as good as those that are there
 *
 * Adds an enclosure.
 */
void
hw_enclosures_add (HwEnclosures *self,
                   HwEnclosure  *enclosure)
{
  g_return_if_fail (HW_IS_ENCLOSURES (self));
  g_return_if_fail (HW_IS_ENCLOSURE (enclosure));

  g_ptr_array_add (self->enclosures, g_object_ref (enclosure));
  g_signal_connect_object (enclosure, "changed", G_CALLBACK (hw_enclosure_tell_changed), self,
                           G_CONNECT_SWAPPED);
}

/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-types.h"

#include <string.h>

/**
 * HwTaskTypes:
 *
 * The task types that there are, by their names. Main context only.
 */
struct _HwTaskTypes
{
  GObject parent_instance;

  GHashTable *types; /* (owned) (element-type utf8 HwTaskType): the types own the names */
};

G_DEFINE_FINAL_TYPE (HwTaskTypes, hw_task_types, G_TYPE_OBJECT)

static void
hw_task_types_finalize (GObject *object)
{
  HwTaskTypes *self = HW_TASK_TYPES (object);

  g_clear_pointer (&self->types, g_hash_table_unref);

  G_OBJECT_CLASS (hw_task_types_parent_class)->finalize (object);
}

static void
hw_task_types_class_init (HwTaskTypesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_task_types_finalize;
}

static void
hw_task_types_init (HwTaskTypes *self)
{
  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
}

/**
 * hw_task_types_new:
 *
 * Creates an empty set of task types.
 *
 * Returns: (transfer full): a new set
 */
HwTaskTypes *
hw_task_types_new (void)
{
  return g_object_new (HW_TYPE_TASK_TYPES, NULL);
}

/**
 * hw_task_types_add:
 * @self: the task types
 * @type: one more
 *
 * Adds a type. It takes the place of one that has its name.
 */
void
hw_task_types_add (HwTaskTypes *self,
                   HwTaskType  *type)
{
  g_return_if_fail (HW_IS_TASK_TYPES (self));
  g_return_if_fail (HW_IS_TASK_TYPE (type));

  /* Not insert(): it would keep the name that goes with the old type. */
  g_hash_table_replace (self->types, (gpointer) hw_task_type_get_name (type),
                        g_object_ref (type));
}

/**
 * hw_task_types_lookup:
 * @self: the task types
 * @name: a name
 *
 * Finds a type.
 *
 * Returns: (transfer none) (nullable): the type, or %NULL if there is none
 */
HwTaskType *
hw_task_types_lookup (HwTaskTypes *self,
                      const char  *name)
{
  g_return_val_if_fail (HW_IS_TASK_TYPES (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (self->types, name);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  HwTaskType *first = HW_TASK_TYPE (*(gpointer *) a);
  HwTaskType *second = HW_TASK_TYPE (*(gpointer *) b);

  return strcmp (hw_task_type_get_name (first), hw_task_type_get_name (second));
}

/**
 * hw_task_types_list:
 * @self: the task types
 *
 * Gets all types, sorted by their names.
 *
 * Returns: (transfer full) (element-type HwTaskType): the types, perhaps none
 */
GPtrArray *
hw_task_types_list (HwTaskTypes *self)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer type;

  g_return_val_if_fail (HW_IS_TASK_TYPES (self), NULL);

  g_hash_table_iter_init (&iter, self->types);
  while (g_hash_table_iter_next (&iter, NULL, &type))
    g_ptr_array_add (list, g_object_ref (type));

  g_ptr_array_sort (list, compare_names);

  return g_steal_pointer (&list);
}

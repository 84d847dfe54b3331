/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-enclosure.h"
#include "hw-error.h"

/* What it does with a process: nothing, in any case. */
typedef enum
{
  FAKE_ENCLOSURE_FAILS,
  FAKE_ENCLOSURE_LIES,
  FAKE_ENCLOSURE_WAITS, /* until it is to answer */
} FakeEnclosureKind;

#define FAKE_TYPE_ENCLOSURE (fake_enclosure_get_type ())
G_DECLARE_FINAL_TYPE (FakeEnclosure, fake_enclosure, FAKE, ENCLOSURE, GObject)

/* Says that it makes scopes. */
struct _FakeEnclosure
{
  GObject parent_instance;

  FakeEnclosureKind kind;
  guint n_asked;
  GTask *waiting; /* (owned) (nullable) */
};

static void fake_enclosure_iface_init (HwEnclosureInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeEnclosure, fake_enclosure, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_ENCLOSURE,
                                                      fake_enclosure_iface_init))

static const char *
fake_enclosure_get_containment (HwEnclosure *enclosure)
{
  return HW_CONTAINMENT_SCOPE;
}

static void
fake_enclosure_enclose_async (HwEnclosure              *enclosure,
                              const HwEnclosureRequest *request,
                              GAsyncReadyCallback       callback,
                              gpointer                  user_data)
{
  FakeEnclosure *self = FAKE_ENCLOSURE (enclosure);
  g_autoptr(GTask) gtask = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (gtask, fake_enclosure_enclose_async);
  self->n_asked++;

  if (self->kind == FAKE_ENCLOSURE_FAILS)
    g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_FAILED, "it fails always");
  else if (self->kind == FAKE_ENCLOSURE_LIES)
    g_task_return_boolean (gtask, TRUE);
  else
    g_set_object (&self->waiting, gtask);
}

static gboolean
fake_enclosure_enclose_finish (HwEnclosure  *enclosure,
                               GAsyncResult *result,
                               GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_enclosure_iface_init (HwEnclosureInterface *iface)
{
  iface->get_containment = fake_enclosure_get_containment;
  iface->enclose_async = fake_enclosure_enclose_async;
  iface->enclose_finish = fake_enclosure_enclose_finish;
}

static void
fake_enclosure_dispose (GObject *object)
{
  g_clear_object (&FAKE_ENCLOSURE (object)->waiting);

  G_OBJECT_CLASS (fake_enclosure_parent_class)->dispose (object);
}

static void
fake_enclosure_class_init (FakeEnclosureClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fake_enclosure_dispose;
}

static void
fake_enclosure_init (FakeEnclosure *self)
{
}

static inline FakeEnclosure *
fake_enclosure_new (FakeEnclosureKind kind)
{
  FakeEnclosure *self = g_object_new (FAKE_TYPE_ENCLOSURE, NULL);

  self->kind = kind;

  return self;
}

/* Answers whoever waits. */
static inline void
fake_enclosure_answer (FakeEnclosure *self)
{
  g_autoptr(GTask) gtask = g_steal_pointer (&self->waiting);

  g_assert_nonnull (gtask);
  g_task_return_boolean (gtask, TRUE);
}

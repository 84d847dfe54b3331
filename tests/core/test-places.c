/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-places.h"

/* Takes as many places as there are for somebody. Returns: how many that was */
static guint
take_all (HwPlaces   *places,
          const char *name)
{
  g_autoptr(HwPrincipal) principal = hw_principal_new (HW_DOOR_TCP, name, FALSE);
  guint n_taken = 0;

  for (; hw_places_have_room (places, principal); n_taken++)
    hw_places_take (places, hw_principal_get_name (principal));

  return n_taken;
}

static void
give_back (HwPlaces   *places,
           const char *name)
{
  g_autoptr(HwPrincipal) principal = hw_principal_new (HW_DOOR_TCP, name, FALSE);

  hw_places_give_back (places, hw_principal_get_name (principal));
}

/* Test that nobody can have all places: the last 16 are for those who have fewer. */
static void
test_places_last_ones (void)
{
  g_autoptr(HwPlaces) places = hw_places_new (1000);

  g_assert_cmpuint (take_all (places, "token:guest"), ==, 984);
  g_assert_cmpuint (take_all (places, "uid:1000"), ==, 16);
  g_assert_cmpuint (take_all (places, "uid:1001"), ==, 0);
}

/* Test that of few places an eighth are the last. */
static void
test_places_few (void)
{
  g_autoptr(HwPlaces) places = hw_places_new (80);

  g_assert_cmpuint (take_all (places, "token:guest"), ==, 70);
  g_assert_cmpuint (take_all (places, "uid:1000"), ==, 10);
}

/* Test that a place which is free again is for those who have few first. */
static void
test_places_given_back (void)
{
  g_autoptr(HwPlaces) places = hw_places_new (80);

  take_all (places, "token:guest");
  take_all (places, "uid:1000");
  give_back (places, "token:guest");

  g_assert_cmpuint (take_all (places, "token:guest"), ==, 0);
  g_assert_cmpuint (take_all (places, "uid:1000"), ==, 0);
  g_assert_cmpuint (take_all (places, "uid:1001"), ==, 1);
}

/* Test that nobody is put out when there are fewer, and that there is room when enough left. */
static void
test_places_fewer (void)
{
  g_autoptr(HwPlaces) places = hw_places_new (80);

  take_all (places, "token:guest");
  hw_places_set_size (places, 8);
  g_assert_cmpuint (take_all (places, "uid:1000"), ==, 0);

  for (guint i = 0; i < 63; i++)
    give_back (places, "token:guest");
  g_assert_cmpuint (take_all (places, "uid:1000"), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/places/last-ones-are-for-those-who-have-few", test_places_last_ones);
  g_test_add_func ("/places/of-few-an-eighth-are-the-last", test_places_few);
  g_test_add_func ("/places/given-back-are-for-those-who-have-few", test_places_given_back);
  g_test_add_func ("/places/fewer-put-nobody-out", test_places_fewer);

  return g_test_run ();
}

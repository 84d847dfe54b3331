/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/crash/power-story.h"
#include "tests/support/remove-tree.h"

#include "hw-disk-image.h"
#include "hw-disk-io.h"
#include "hw-state-folder.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <unistd.h>

/* The power fails at every moment, and the disk keeps what it likes of what nobody waited
 * for. Whatever is left: what was acknowledged before is there.
 */

/* Rounds of the story: some 300 syncs. */
#define N_ROUNDS 70
#define N_ROUNDS_SHORT 20

/* Images of each kind of loss at each sync, of which there are two certain ones as well. */
#define N_THROWS 3
#define N_THROWS_FULL 90
#define N_THROWS_UPGRADE 10

/* Why the images are what they are: the same numbers make the same ones, but that the
 * threads of the store may take turns differently.
 */
#define SEED 20261126

/* Each process plays the story by itself, and tries its share of the syncs. More than these are
 * of no use.
 */
#define MAX_SHARES 16

/* What makes the program a process that has such a share. */
#define SHARE_OPTION "--share"

/* What it prints: losses of each kind, and a fault or nothing. */
#define RESULT_FORMAT "%u %u %u %u %s\n"

/* Tells what is wrong with what is left, or %NULL. */
typedef char *(*CheckFunc) (PowerStory *story,
                            guint       position,
                            const char *folder);

/* What was tried. */
typedef struct
{
  PowerStory *story; /* (unowned) */
  CheckFunc check;
  GRand *rand;       /* (owned) */
  HwDiskLeft *left;  /* (owned) */
  guint share;       /* of the syncs, from 0 on */
  guint n_shares;
  guint n_syncs;
  guint n_images[HW_N_DISK_LOSSES];
  char *fault;       /* (owned) (nullable): the first image that broke a promise */
} Trial;

static gboolean
is_full_size (void)
{
  return g_test_slow () || g_strcmp0 (g_getenv ("HEADWAY_SCALE"), "full") == 0;
}

static void
try_loss (Trial       *self,
          HwDiskImage *image,
          HwDiskLoss   loss)
{
  g_autofree char *fault = NULL;
  guint position = hw_disk_image_get_position (image);

  if (self->fault != NULL || !hw_disk_image_write (image, loss, self->rand, self->left))
    return;

  self->n_images[loss]++;
  fault = self->check (self->story, position, hw_disk_left_get_folder (self->left));
  if (fault != NULL)
    self->fault = g_strdup_printf ("after step %u, with loss %d: %s", position, (int) loss, fault);
  hw_disk_left_clear (self->left);
}

static gboolean
is_sync_next (HwDisk      *disk,
              HwDiskImage *image)
{
  HwDiskOpKind kind = hw_disk_get_op (disk, hw_disk_image_get_position (image))->kind;

  return kind == HW_DISK_OP_SYNC || kind == HW_DISK_OP_SYNC_FOLDER;
}

static void
try_all_losses (Trial       *self,
                HwDiskImage *image,
                guint        n_throws)
{
  try_loss (self, image, HW_DISK_LOSS_NONE);
  for (guint i = 0; i < n_throws; i++)
    {
      try_loss (self, image, HW_DISK_LOSS_TORN);
      try_loss (self, image, HW_DISK_LOSS_REORDERED);
    }
}

/* Tries all losses just before each sync, and the worst one just after. A story without
 * syncs is tried now and then.
 */
static void
run_trial (Trial *self,
           guint  n_throws)
{
  HwDisk *disk = self->story->disk;
  g_autoptr(HwDiskImage) image = hw_disk_image_new (disk);
  guint n_ops = hw_disk_get_n_ops (disk);
  gboolean is_ours = self->share == 0;

  while (hw_disk_image_get_position (image) < n_ops && self->fault == NULL)
    {
      gboolean is_sync = is_sync_next (disk, image);

      if (is_sync)
        {
          is_ours = self->n_syncs++ % self->n_shares == self->share;
          if (is_ours)
            try_all_losses (self, image, n_throws);
        }
      hw_disk_image_step (image);
      if (is_ours && (is_sync || g_rand_int_range (self->rand, 0, 50) == 0))
        try_loss (self, image, HW_DISK_LOSS_ALL);
    }
  try_loss (self, image, HW_DISK_LOSS_ALL);
}

static HwDiskLeft *
left_new (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("power-image-XXXXXX", &error);

  g_assert_no_error (error);

  return hw_disk_left_new (folder);
}

static void
trial_init (Trial      *self,
            PowerStory *story,
            CheckFunc   check)
{
  self->story = story;
  self->check = check;
  self->rand = g_rand_new_with_seed (SEED);
  self->n_shares = 1;
  self->left = left_new ();
}

static void
trial_clear (Trial *self)
{
  hw_disk_left_free (self->left);
  g_free (self->fault);
  g_rand_free (self->rand);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

/* Tries a share of the story's syncs. */
static void
run_share (PowerStory *story,
           Trial      *trial,
           guint       share,
           guint       n_shares,
           guint       n_throws)
{
  trial_init (trial, story, power_check_image);
  trial->share = share;
  trial->n_shares = n_shares;
  g_rand_set_seed (trial->rand, SEED + share);
  run_trial (trial, n_throws);
}

/* What a process does that has a share: it prints what came of it. @argv is that share, of how
 * many, and how often to throw the dice.
 */
static int
print_share (char *argv[])
{
  g_autoptr(PowerStory) story = power_story_play (POWER_FAULT_NONE, N_ROUNDS);
  g_auto(Trial) trial = { 0 };

  run_share (story, &trial, (guint) atoi (argv[0]), (guint) atoi (argv[1]),
             (guint) atoi (argv[2]));
  g_print (RESULT_FORMAT, trial.n_images[0], trial.n_images[1], trial.n_images[2],
           trial.n_images[3], trial.fault != NULL ? trial.fault : "");

  return 0;
}

G_STATIC_ASSERT (HW_N_DISK_LOSSES == 4);

static GSubprocess *
begin_share (guint share,
             guint n_shares,
             guint n_throws)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *first = g_strdup_printf ("%u", share);
  g_autofree char *second = g_strdup_printf ("%u", n_shares);
  g_autofree char *third = g_strdup_printf ("%u", n_throws);
  g_autoptr(GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program,
                                           SHARE_OPTION, first, second, third, NULL);

  g_assert_no_error (error);

  return process;
}

/* Adds what another process has found to what this one has. */
static void
add_share (Trial       *self,
           GSubprocess *process)
{
  g_autofree char *output = NULL;
  g_auto(GStrv) fields = NULL;
  g_autoptr(GError) error = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));

  fields = g_strsplit (g_strchomp (output), " ", HW_N_DISK_LOSSES + 1);
  g_assert_cmpuint (g_strv_length (fields), >=, HW_N_DISK_LOSSES);
  for (guint i = 0; i < HW_N_DISK_LOSSES; i++)
    self->n_images[i] += (guint) atoi (fields[i]);
  if (self->fault == NULL && fields[HW_N_DISK_LOSSES] != NULL)
    self->fault = g_strdup (fields[HW_N_DISK_LOSSES]);
}

/* At full size by as many processes as the machine has processors. */
static void
test_acknowledged_is_kept (void)
{
  guint n_shares = is_full_size () ? MIN (g_get_num_processors (), MAX_SHARES) : 1;
  guint n_throws = is_full_size () ? N_THROWS_FULL : N_THROWS;
  g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(PowerStory) story = NULL;
  g_auto(Trial) trial = { 0 };
  guint n_images = 0;

  for (guint i = 1; i < n_shares; i++)
    g_ptr_array_add (others, begin_share (i, n_shares, n_throws));
  story = power_story_play (POWER_FAULT_NONE, N_ROUNDS);
  run_share (story, &trial, 0, n_shares, n_throws);
  for (guint i = 0; i < others->len; i++)
    add_share (&trial, g_ptr_array_index (others, i));
  g_assert_cmpstr (trial.fault, ==, NULL);

  for (guint i = 0; i < HW_N_DISK_LOSSES; i++)
    n_images += trial.n_images[i];
  g_test_message ("%u images at %u syncs of %u steps: %u torn, %u reordered; %u events told",
                  n_images, trial.n_syncs, hw_disk_get_n_ops (story->disk),
                  trial.n_images[HW_DISK_LOSS_TORN], trial.n_images[HW_DISK_LOSS_REORDERED],
                  story->fixture.heard->len);
  g_assert_cmpuint (trial.n_syncs, >=, 200);
  g_assert_cmpuint (trial.n_images[HW_DISK_LOSS_TORN], >=, 500);
  g_assert_cmpuint (trial.n_images[HW_DISK_LOSS_REORDERED], >=, 500);
  g_assert_cmpuint (n_images, >=, is_full_size () ? 50000 : 2000);
}

/* Compares two folders, byte by byte. */
static void
assert_same_tree (const char *a,
                  const char *b)
{
  g_autofree char *output = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                                     "diff", "-r", a, b, NULL);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (output, ==, "");
}

/* Of an image, only what differs from the last one is written: what is left is the same as if
 * all of it were.
 */
static void
test_image_is_as_if_written_anew (void)
{
  g_autoptr(PowerStory) story = power_story_play (POWER_FAULT_NONE, N_ROUNDS_SHORT);
  g_autoptr(HwDiskImage) image = hw_disk_image_new (story->disk);
  g_autoptr(HwDiskLeft) left = left_new ();
  guint n_syncs = 0;

  while (hw_disk_image_get_position (image) < hw_disk_get_n_ops (story->disk))
    {
      HwDiskLoss loss = (HwDiskLoss) (n_syncs % HW_N_DISK_LOSSES);
      g_autoptr(HwDiskLeft) anew = left_new ();
      g_autoptr(GRand) rand = g_rand_new_with_seed (n_syncs);
      g_autoptr(GRand) same_rand = g_rand_copy (rand);

      if (is_sync_next (story->disk, image) && n_syncs++ % 2 == 0 &&
          hw_disk_image_write (image, loss, rand, left))
        {
          hw_disk_image_write (image, loss, same_rand, anew);
          assert_same_tree (hw_disk_left_get_folder (left), hw_disk_left_get_folder (anew));
          hw_disk_left_clear (left);
        }
      hw_disk_image_step (image);
    }

  g_assert_cmpuint (n_syncs, >, 50);
}

/* An upgrade that the power ends: there is the old database or the new one, and no new one
 * without a backup of the old.
 */
static void
test_upgrade_is_all_or_nothing (void)
{
  g_autoptr(PowerStory) story = power_story_play_upgrade ();
  g_auto(Trial) trial = { 0 };

  trial_init (&trial, story, power_check_upgrade);
  run_trial (&trial, is_full_size () ? N_THROWS_FULL : N_THROWS_UPGRADE);
  g_assert_cmpstr (trial.fault, ==, NULL);
  g_test_message ("%u syncs, %u torn, %u reordered", trial.n_syncs,
                  trial.n_images[HW_DISK_LOSS_TORN], trial.n_images[HW_DISK_LOSS_REORDERED]);
  g_assert_cmpuint (trial.n_syncs, >=, 10);
  g_assert_cmpuint (trial.n_images[HW_DISK_LOSS_REORDERED], >=, 50);
}

/* What a state folder stands in is on disk before anything is in it. */
static void
test_state_folder_lasts (void)
{
  g_autofree char *root = g_dir_make_tmp ("power-state-XXXXXX", NULL);
  g_autoptr(HwDiskLeft) left = left_new ();
  g_autofree char *path = g_build_filename (root, "a", "b", "headway", NULL);
  g_autofree char *left_path = g_build_filename (hw_disk_left_get_folder (left), "a", "b",
                                                 "headway", NULL);
  g_autoptr(HwDisk) disk = hw_disk_new (root);
  g_autoptr(HwDiskImage) image = NULL;
  g_autoptr(GError) error = NULL;

  hw_disk_io_set_disk (disk);
  hw_disk_io_set_syncs_folders (TRUE);
  g_assert_true (hw_state_folder_make (path, &error));
  g_assert_no_error (error);
  hw_disk_io_set_disk (NULL);

  image = hw_disk_image_new (disk);
  while (hw_disk_image_get_position (image) < hw_disk_get_n_ops (disk))
    hw_disk_image_step (image);
  g_assert_true (hw_disk_image_write (image, HW_DISK_LOSS_ALL, NULL, left));
  g_assert_true (g_file_test (left_path, G_FILE_TEST_IS_DIR));

  remove_tree (root);
}

/* The same test must find what is done wrong, or it proves nothing. */
static void
test_fault_is_found (gconstpointer test_data)
{
  g_autoptr(PowerStory) story = power_story_play (GPOINTER_TO_INT (test_data), N_ROUNDS);
  g_auto(Trial) trial = { 0 };

  trial_init (&trial, story, power_check_image);
  run_trial (&trial, N_THROWS);
  g_assert_nonnull (trial.fault);
  g_test_message ("found %s", trial.fault);
}

/* Images are written and read by the thousand, and none has to last: memory will do. */
static void
use_memory (void)
{
  if (g_access ("/dev/shm", W_OK | X_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
}

int
main (int   argc,
      char *argv[])
{
  use_memory ();
  if (argc == 5 && g_str_equal (argv[1], SHARE_OPTION))
    return print_share (argv + 2);

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/power-loss/acknowledged-is-kept", test_acknowledged_is_kept);
  g_test_add_func ("/power-loss/image/is-as-if-written-anew", test_image_is_as_if_written_anew);
  g_test_add_func ("/power-loss/state-folder/lasts", test_state_folder_lasts);
  g_test_add_func ("/power-loss/upgrade/is-all-or-nothing", test_upgrade_is_all_or_nothing);
  g_test_add_data_func ("/power-loss/finds/no-sync", GINT_TO_POINTER (POWER_FAULT_NO_SYNC),
                        test_fault_is_found);
  g_test_add_data_func ("/power-loss/finds/an-early-answer",
                        GINT_TO_POINTER (POWER_FAULT_EARLY_ANSWER), test_fault_is_found);
  g_test_add_data_func ("/power-loss/finds/no-sync-of-folders",
                        GINT_TO_POINTER (POWER_FAULT_NO_FOLDER_SYNC), test_fault_is_found);

  return g_test_run ();
}

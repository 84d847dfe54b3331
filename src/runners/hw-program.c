/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-program.h"

#include "hw-error.h"
#include "hw-quote.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Finding a program by its name, and saying why one does not start. The system says
 * ENOENT when a program is missing, when its interpreter is, and when the folder to
 * begin in is: a person needs to know which.
 */

/* Characters of a name in a sentence: most paths are shorter. */
#define MAX_NAME_LENGTH 256

/* Bytes of the first line of a script that the kernel looks at (BINPRM_BUF_SIZE, execve(2)). */
#define MAX_FIRST_LINE 256

/**
 * hw_program_quote:
 * @name: what a program is called
 *
 * Quotes the name of a program for a sentence.
 *
 * Returns: (transfer full): the name in quotation marks
 */
char *
hw_program_quote (const char *name)
{
  return hw_quote (name, MAX_NAME_LENGTH);
}

/* Tells whether @path can be run: 0, or what the system would say. */
static int
try_path (const char *path)
{
  struct stat status;

  if (stat (path, &status) < 0)
    return errno;
  if (S_ISDIR (status.st_mode))
    return EISDIR;
  if (!S_ISREG (status.st_mode) || (status.st_mode & 0111) == 0)
    return ENOEXEC;
  if (faccessat (AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
    return errno;

  return 0;
}

static void
set_missing_error (const char *name,
                   GError    **error)
{
  g_autofree char *quoted = hw_program_quote (name);

  g_set_error (error, HW_ERROR, HW_ERROR_NOT_FOUND,
               "There is no program %s. Install it and retry the task, or add one with the right "
               "name.", quoted);
}

/* Says why the file at @path, which is there, cannot be run. */
static void
set_unusable_error (const char *path,
                    int         number,
                    GError    **error)
{
  g_autofree char *quoted = hw_program_quote (path);

  switch (number)
    {
    case EISDIR:
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "%s is a folder, not a program. Name a program in it, and add the task again.",
                   quoted);
      break;
    case ENOEXEC:
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "%s is not executable. If it is a program, make it so with “chmod +x”, "
                   "and retry the task.", quoted);
      break;
    default:
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "Headway may not run %s: %s. Change that, and retry the task.",
                   quoted, g_strerror (number));
      break;
    }
}

static gboolean
is_missing (int number)
{
  return number == ENOENT || number == ENOTDIR || number == ENAMETOOLONG;
}

/**
 * hw_program_find:
 * @name: what a program is called, or its path
 * @directory: the folder that the program begins in
 * @search_path: folders between colons, as in `PATH`
 * @error: return location for a #GError, or %NULL
 *
 * Finds a program as execvp(3) does in a process that began in @directory, except
 * that a file without an interpreter is never given to a shell. May block.
 *
 * Returns: (transfer full): a path, or %NULL with a sentence for a person, in which
 *   %HW_ERROR_NOT_FOUND is a program that is missing
 */
char *
hw_program_find (const char *name,
                 const char *directory,
                 const char *search_path,
                 GError    **error)
{
  gboolean is_path = strchr (name, '/') != NULL;
  g_auto(GStrv) folders = g_strsplit (is_path ? "" : search_path, ":", -1);
  g_autofree char *unusable = NULL;
  int reason = 0;

  if (name[0] == '\0')
    {
      set_missing_error (name, error);
      return NULL;
    }

  for (guint i = 0; is_path ? i == 0 : folders[i] != NULL; i++)
    {
      g_autofree char *relative = g_build_filename (is_path ? "" : folders[i], name, NULL);
      g_autofree char *path = g_canonicalize_filename (is_path ? name : relative, directory);
      int number = try_path (path);

      if (number == 0)
        return g_steal_pointer (&path);

      if (!is_missing (number) && unusable == NULL)
        {
          unusable = g_steal_pointer (&path);
          reason = number;
        }
    }

  if (unusable != NULL)
    set_unusable_error (unusable, reason, error);
  else
    set_missing_error (name, error);

  return NULL;
}

/* Reads the interpreter that a script names in its first line. Returns (transfer full)
 * (nullable).
 */
static char *
read_interpreter (const char *path)
{
  char line[MAX_FIRST_LINE + 1] = { 0 };
  const char *begin;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gssize length;

  if (fd < 0)
    return NULL;
  length = read (fd, line, MAX_FIRST_LINE);
  close (fd);

  if (length < 2 || line[0] != '#' || line[1] != '!')
    return NULL;

  begin = line + 2 + strspn (line + 2, " \t");

  return g_strndup (begin, strcspn (begin, " \t\n"));
}

/* The program is there, so what is missing is what should run it. */
static void
set_interpreter_error (const char *path,
                       GError    **error)
{
  g_autofree char *quoted = hw_program_quote (path);
  g_autofree char *interpreter = read_interpreter (path);
  g_autofree char *text = NULL;
  g_autofree char *quoted_interpreter = NULL;

  if (interpreter == NULL)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_NOT_FOUND,
                   "%s is there, but the loader that it needs is not. Install the libraries that "
                   "it was built for, and retry the task.", quoted);
      return;
    }

  text = g_utf8_make_valid (interpreter, -1);
  quoted_interpreter = hw_program_quote (text);
  g_set_error (error, HW_ERROR, HW_ERROR_NOT_FOUND,
               "%s needs the program %s, which is missing. Install that, or correct the first "
               "line of the script, and retry the task.", quoted, quoted_interpreter);
}

/**
 * hw_program_set_error:
 * @path: a program that hw_program_find() found
 * @number: why it did not start, of `errno`
 * @error: return location for a #GError, or %NULL
 *
 * Says in a sentence why a program did not start, and what to do: %HW_ERROR_NOT_FOUND if
 * what should run it is missing. May block.
 */
void
hw_program_set_error (const char *path,
                      int         number,
                      GError    **error)
{
  g_autofree char *quoted = hw_program_quote (path);

  switch (number)
    {
    case ENOENT:
      set_interpreter_error (path, error);
      break;
    case ENOEXEC:
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "%s is not a program that this machine can run. If it is a script, begin it "
                   "with “#!” and its interpreter, and retry the task.", quoted);
      break;
    case E2BIG:
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "The arguments and the environment of %s are more than the system takes. "
                   "Put some into a file, and retry the task.", quoted);
      break;
    case EAGAIN:
    case ENOMEM:
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "The machine has no room to start %s: %s. Wait until others have ended, "
                   "and retry the task.", quoted, g_strerror (number));
      break;
    default:
      set_unusable_error (path, number, error);
      break;
    }
}

/**
 * hw_program_set_directory_error:
 * @number: why a program could not begin in the folder that somebody chose, of `errno`
 * @error: return location for a #GError, or %NULL
 *
 * Says so in a sentence, without the folder, which may be nobody's business.
 */
void
hw_program_set_directory_error (int      number,
                                GError **error)
{
  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "The program cannot begin in the folder that was chosen for it: %s. Choose "
               "another folder, and add the task again.", g_strerror (number));
}

/**
 * hw_program_set_past_error:
 * @name: what a person calls the program
 * @number: why it did not start, of `errno`
 * @error: return location for a #GError, or %NULL
 *
 * Says what hw_program_set_error() says, of a program that did not start some time ago: what
 * is there now is not looked at.
 */
void
hw_program_set_past_error (const char *name,
                           int         number,
                           GError    **error)
{
  g_autofree char *quoted = NULL;

  if (number != ENOENT)
    {
      hw_program_set_error (name, number, error);
      return;
    }

  quoted = hw_program_quote (name);
  g_set_error (error, HW_ERROR, HW_ERROR_NOT_FOUND,
               "%s was missing, or what it needs to run. Install that, and retry the task.",
               quoted);
}

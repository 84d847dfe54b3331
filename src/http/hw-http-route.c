/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-route.h"

#include <string.h>

/* The greatest number that passes through JavaScript unchanged. */
#define MAX_TASK_ID (G_GUINT64_CONSTANT (1) << 53)

/* A task's parameters are bounded by their types at far less. That much is read all the
 * same, so that who sends too long a value is told which one it is. */
#define MAX_TASK_BODY (2 * 1024 * 1024)

/* Room for the token. Whoever sends it is nobody yet. */
#define MAX_SESSION_BODY 1024

/* What a client of the hub says while its last request is under way comes in the next, all of it;
 * 32 of the longest records. */
#define MAX_HUB_BODY (1024 * 1024)

/* What may be done where, and by whom. */
typedef struct
{
  const char *methods; /* (nullable): as in the field Allow; NULL: any */
  gboolean is_public;
  gsize max_body;
} Route;

static const Route routes[HW_N_HTTP_ROUTES] = {
  [HW_HTTP_ROUTE_NONE] = { NULL, FALSE, 0 },
  [HW_HTTP_ROUTE_HEALTH] = { "GET, HEAD", TRUE, 0 },
  [HW_HTTP_ROUTE_READINESS] = { "GET, HEAD", TRUE, 0 },
  [HW_HTTP_ROUTE_METRICS] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_SESSION] = { "GET, HEAD, POST", FALSE, MAX_SESSION_BODY },
  [HW_HTTP_ROUTE_ADD_TASK] = { "POST", FALSE, MAX_TASK_BODY },
  [HW_HTTP_ROUTE_TASKS] = { "GET, HEAD, POST", FALSE, MAX_TASK_BODY },
  [HW_HTTP_ROUTE_TASK] = { "GET, HEAD, DELETE", FALSE, 0 },
  [HW_HTTP_ROUTE_CANCEL] = { "POST", FALSE, MAX_SESSION_BODY },
  [HW_HTTP_ROUTE_RETRY] = { "POST", FALSE, MAX_SESSION_BODY },
  [HW_HTTP_ROUTE_PAUSE] = { "POST", FALSE, MAX_SESSION_BODY },
  [HW_HTTP_ROUTE_RESUME] = { "POST", FALSE, MAX_SESSION_BODY },
  [HW_HTTP_ROUTE_TASK_EVENTS] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_LOG] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_FILES] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_FILE] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_EVENTS] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_TASK_TYPES] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_ABOUT] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_LINK] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_OPENAPI] = { "GET, HEAD", FALSE, 0 },
  [HW_HTTP_ROUTE_HUB] = { NULL, FALSE, MAX_HUB_BODY },
  [HW_HTTP_ROUTE_WEB] = { "GET, HEAD", TRUE, 0 },
};

/* The paths that have no number in them. */
static const struct
{
  const char *path;
  HwHttpRoute route;
} fixed_paths[] = {
  { "/healthz", HW_HTTP_ROUTE_HEALTH },
  { "/readyz", HW_HTTP_ROUTE_READINESS },
  { "/metrics", HW_HTTP_ROUTE_METRICS },
  { "/add-task", HW_HTTP_ROUTE_ADD_TASK },
  { "/api/v1/session", HW_HTTP_ROUTE_SESSION },
  { "/api/v1/tasks", HW_HTTP_ROUTE_TASKS },
  { "/api/v1/events", HW_HTTP_ROUTE_EVENTS },
  { "/api/v1/task-types", HW_HTTP_ROUTE_TASK_TYPES },
  { "/api/v1/about", HW_HTTP_ROUTE_ABOUT },
  { "/api/v1/link", HW_HTTP_ROUTE_LINK },
  { "/openapi.json", HW_HTTP_ROUTE_OPENAPI },
  { "/hub", HW_HTTP_ROUTE_HUB },
};

/* What may follow a task's number. */
static const struct
{
  const char *rest;
  HwHttpRoute route;
} task_paths[] = {
  { "", HW_HTTP_ROUTE_TASK },
  { "/cancel", HW_HTTP_ROUTE_CANCEL },
  { "/retry", HW_HTTP_ROUTE_RETRY },
  { "/pause", HW_HTTP_ROUTE_PAUSE },
  { "/resume", HW_HTTP_ROUTE_RESUME },
  { "/events", HW_HTTP_ROUTE_TASK_EVENTS },
  { "/log", HW_HTTP_ROUTE_LOG },
  { "/files", HW_HTTP_ROUTE_FILES },
};

#define TASK_PREFIX "/api/v1/tasks/"
#define FILES_PREFIX "/files/"

/**
 * hw_http_parse_number:
 * @text: what should be a number
 * @maximum: the greatest that may be
 * @number: (out): the number
 *
 * Reads a number that is written in its one way: digits only, no sign, no blanks and
 * no zeros before it, so that one thing has one address.
 *
 * Returns: whether @text is one
 */
gboolean
hw_http_parse_number (const char *text,
                      guint64     maximum,
                      guint64    *number)
{
  guint64 value = 0;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (number != NULL, FALSE);

  if (*text == '\0' || (*text == '0' && text[1] != '\0'))
    return FALSE;

  for (const char *digit = text; *digit != '\0'; digit++)
    {
      guint64 next;

      if (!g_ascii_isdigit (*digit) ||
          !g_uint64_checked_mul (&next, value, 10) ||
          !g_uint64_checked_add (&value, next, (guint64) (*digit - '0')) ||
          value > maximum)
        return FALSE;
    }

  *number = value;
  return TRUE;
}

static gboolean
is_below (const char *path,
          const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* Whether what follows a task's number is one file of it. */
static gboolean
is_file (const char *rest)
{
  const char *name = rest + strlen (FILES_PREFIX);

  return g_str_has_prefix (rest, FILES_PREFIX) && *name != '\0' && strchr (name, '/') == NULL;
}

/* @rest is what follows the slash behind "tasks". */
static HwHttpRoute
parse_task_path (const char *rest,
                 guint64    *task_id)
{
  gsize length = strcspn (rest, "/");
  g_autofree char *text = g_strndup (rest, length);
  guint64 number;

  if (!hw_http_parse_number (text, MAX_TASK_ID, &number) || number == 0)
    return HW_HTTP_ROUTE_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (task_paths); i++)
    if (g_str_equal (rest + length, task_paths[i].rest))
      {
        *task_id = number;
        return task_paths[i].route;
      }

  if (is_file (rest + length))
    {
      *task_id = number;
      return HW_HTTP_ROUTE_FILE;
    }

  return HW_HTTP_ROUTE_NONE;
}

/**
 * hw_http_route_parse:
 * @path: a path, not decoded
 * @task_id: (out): the task that it names, or 0
 *
 * Says what a path leads to. None of our paths needs a percent sign, a double slash or
 * a dot segment, so that none of them has a second spelling; but for what libsoup has
 * resolved before (RFC 3986, 6.2.2), for everybody alike. The name of a result alone is
 * the program's: see hw_http_route_get_file_name().
 *
 * Returns: what it leads to
 */
HwHttpRoute
hw_http_route_parse (const char *path,
                     guint64    *task_id)
{
  g_return_val_if_fail (path != NULL, HW_HTTP_ROUTE_NONE);
  g_return_val_if_fail (task_id != NULL, HW_HTTP_ROUTE_NONE);

  *task_id = 0;

  for (guint i = 0; i < G_N_ELEMENTS (fixed_paths); i++)
    if (g_str_equal (path, fixed_paths[i].path))
      return fixed_paths[i].route;

  if (g_str_has_prefix (path, TASK_PREFIX))
    return parse_task_path (path + strlen (TASK_PREFIX), task_id);

  if (is_below (path, "/hub"))
    return HW_HTTP_ROUTE_HUB;

  if (is_below (path, "/api") || is_below (path, "/add-task"))
    return HW_HTTP_ROUTE_NONE;

  return HW_HTTP_ROUTE_WEB;
}

/**
 * hw_http_route_get_file_name:
 * @path: a path that leads to a %HW_HTTP_ROUTE_FILE, not decoded
 *
 * Gets the name of the file that a path leads to. There is no slash in it, and no zero
 * byte; it may have other bytes that no name has.
 *
 * Returns: (transfer full) (nullable): the name, or %NULL if it cannot be decoded
 */
char *
hw_http_route_get_file_name (const char *path)
{
  g_return_val_if_fail (path != NULL, NULL);

  return g_uri_unescape_string (strrchr (path, '/') + 1, "/");
}

/**
 * hw_http_route_get_methods:
 * @route: a route
 *
 * Gets the methods that a route has, as the field Allow lists them (RFC 9110, 10.2.1).
 *
 * Returns: (nullable): a static string, or %NULL if that is for somebody else to say
 */
const char *
hw_http_route_get_methods (HwHttpRoute route)
{
  g_return_val_if_fail ((guint) route < HW_N_HTTP_ROUTES, NULL);

  return routes[route].methods;
}

gboolean
hw_http_route_has_method (HwHttpRoute route,
                          const char *method)
{
  const char *rest;

  g_return_val_if_fail ((guint) route < HW_N_HTTP_ROUTES, FALSE);
  g_return_val_if_fail (method != NULL, FALSE);

  rest = routes[route].methods;
  if (rest == NULL)
    return TRUE;

  while (*rest != '\0')
    {
      gsize length = strcspn (rest, ",");

      if (length == strlen (method) && memcmp (rest, method, length) == 0)
        return TRUE;

      rest += length + strspn (rest + length, ", ");
    }

  return FALSE;
}

/**
 * hw_http_route_is_public:
 * @route: a route
 * @method: the method that is asked for
 *
 * Says whether somebody of whom nobody knows who they are may ask: for the files of
 * the web client, for whether the daemon lives and is ready, and to be known from now on.
 *
 * Returns: whether they may
 */
gboolean
hw_http_route_is_public (HwHttpRoute route,
                         const char *method)
{
  g_return_val_if_fail ((guint) route < HW_N_HTTP_ROUTES, FALSE);

  return routes[route].is_public ||
         (route == HW_HTTP_ROUTE_SESSION && g_str_equal (method, "POST"));
}

/**
 * hw_http_route_get_max_body:
 * @route: a route
 * @method: the method that is asked for
 *
 * Gets how much a request may bring.
 *
 * Returns: bytes
 */
gsize
hw_http_route_get_max_body (HwHttpRoute route,
                            const char *method)
{
  g_return_val_if_fail ((guint) route < HW_N_HTTP_ROUTES, 0);
  g_return_val_if_fail (method != NULL, 0);

  return g_str_equal (method, "POST") ? routes[route].max_body : 0;
}

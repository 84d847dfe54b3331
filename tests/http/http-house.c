/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-await.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_PARALLEL 2

#define CHECKSUM_TYPE \
  "[Task]\ntitle=Checksum\nfunction=checksum\ntask-title=Checksum of {path}\n" \
  "[Parameter path]\ntype=path\ntitle=File\nrequired=true\n"

void
http_house_set_up (HttpHouse    *self,
                   gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  self->folder = g_dir_make_tmp ("headway-http-XXXXXX", &error);
  g_assert_no_error (error);
  self->socket_path = g_build_filename (self->folder, "run", "api.sock", NULL);

  self->house = hw_test_house_new (MAX_PARALLEL);
  hw_test_house_add_type (self->house, "checksum", CHECKSUM_TYPE);
  hw_test_house_open (self->house);

  self->plane = hw_plane_new (HW_CLOCK (self->house->clock));
  self->server = hw_http_server_new (self->house->queue, HW_CLOCK (self->house->clock),
                                     self->plane, HTTP_HOUSE_TOKEN);
  hw_http_server_start (self->server, 0, self->socket_path, &error);
  g_assert_no_error (error);
  self->address = g_inet_socket_address_new_from_string ("127.0.0.1",
                                                         hw_http_server_get_port (self->server));
  self->socket_address = g_unix_socket_address_new (self->socket_path);
}

void
http_house_tear_down (HttpHouse    *self,
                      gconstpointer test_data)
{
  g_autofree char *run = g_path_get_dirname (self->socket_path);

  hw_http_server_stop (self->server);
  hw_plane_close (self->plane);
  hw_await_quiet ();
  g_assert_finalize_object (g_steal_pointer (&self->server));
  g_assert_finalize_object (g_steal_pointer (&self->plane));
  g_clear_pointer (&self->house, hw_test_house_free);

  g_assert_cmpint (g_rmdir (run), ==, 0);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->socket_path, g_free);
  g_clear_object (&self->address);
  g_clear_object (&self->socket_address);
}

/**
 * http_house_settle:
 * @self: a house
 *
 * Lets all happen that can: what came is taken, what is to be said has gone out.
 */
void
http_house_settle (HttpHouse *self)
{
  do
    {
      hw_await_quiet ();
      hw_plane_settle (self->plane);
    }
  while (g_main_context_pending (NULL));
}

/**
 * http_house_write:
 * @self: a house
 * @target: method and path
 * @fields: the fields, each with a line feed at its end
 * @body: (nullable): the body
 *
 * Writes a request after which the server has to hang up.
 *
 * Returns: (transfer full): its text
 */
char *
http_house_write (HttpHouse  *self,
                  const char *target,
                  const char *fields,
                  const char *body)
{
  g_autofree char *port = g_strdup_printf ("%u", hw_http_server_get_port (self->server));
  GString *text = g_string_new (target);

  g_string_append_printf (text, " HTTP/1.1\n%sConnection: close\n", fields);
  g_string_replace (text, "{port}", port, 0);
  g_string_replace (text, "{token}", HTTP_HOUSE_TOKEN, 0);
  if (body != NULL)
    g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\n", strlen (body));

  g_string_append_c (text, '\n');
  g_string_replace (text, "\n", "\r\n", 0);
  if (body != NULL)
    g_string_append (text, body);

  return g_string_free (text, FALSE);
}

HttpAnswer *
http_house_ask (HttpHouse  *self,
                const char *target,
                const char *fields,
                const char *body)
{
  g_autofree char *request = http_house_write (self, target, fields, body);

  return http_probe_send (self->address, request, strlen (request));
}

HttpAnswer *
http_house_ask_locally (HttpHouse  *self,
                        const char *target,
                        const char *fields,
                        const char *body)
{
  g_autofree char *request = http_house_write (self, target, fields, body);

  return http_probe_send (self->socket_address, request, strlen (request));
}

HttpAnswer *
http_house_get (HttpHouse  *self,
                const char *path)
{
  g_autofree char *target = g_strconcat ("GET ", path, NULL);

  return http_house_ask (self, target, BY_OWNER, NULL);
}

HttpAnswer *
http_house_post (HttpHouse  *self,
                 const char *path,
                 const char *body)
{
  g_autofree char *target = g_strconcat ("POST ", path, NULL);

  return http_house_ask (self, target, BY_OWNER, body);
}

/**
 * http_house_fill_epoch:
 * @self: a house
 * @text: a text
 *
 * Puts the epoch of the house for each `{epoch}`.
 *
 * Returns: (transfer full): the text
 */
char *
http_house_fill_epoch (HttpHouse  *self,
                       const char *text)
{
  GString *filled = g_string_new (text);
  g_autofree char *epoch =
    g_strdup_printf ("%" G_GUINT64_FORMAT, hw_task_queue_get_epoch (self->house->queue));

  g_string_replace (filled, "{epoch}", epoch, 0);

  return g_string_free (filled, FALSE);
}

/**
 * http_house_begin:
 * @self: a house
 * @path: a path
 *
 * Asks for a path, and lets everything happen that can without time going by.
 *
 * Returns: (transfer full): a request
 */
HttpProbe *
http_house_begin (HttpHouse  *self,
                  const char *path)
{
  g_autofree char *target = g_strconcat ("GET ", path, NULL);
  g_autofree char *request = http_house_write (self, target, BY_OWNER, NULL);
  HttpProbe *probe = http_probe_begin (self->address, request, strlen (request));

  hw_await_quiet ();

  return probe;
}

/**
 * assert_member:
 * @answer: an answer
 * @name: the name of a member
 * @value: (nullable): what it must be, or %NULL for nothing
 *
 * Asserts what an answer says, see http_answer_dup_member().
 */
void
assert_member (HttpAnswer *answer,
               const char *name,
               const char *value)
{
  g_autofree char *found = http_answer_dup_member (answer, name);

  g_assert_cmpstr (found, ==, value);
}

/**
 * assert_problem:
 * @answer: an answer
 * @status: the status that it must have
 * @error: the error that it must name
 *
 * Asserts that an answer is an error as every error is.
 */
void
assert_problem (HttpAnswer *answer,
                guint       status,
                const char *error)
{
  g_autofree char *name = NULL;
  g_autofree char *shown_status = NULL;
  g_autofree char *expected_status = g_strdup_printf ("%u", status);
  g_autofree char *detail = NULL;

  g_assert_cmpuint (answer->status, ==, status);
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "application/problem+json");

  name = http_answer_dup_member (answer, "error");
  g_assert_cmpstr (name, ==, error);
  shown_status = http_answer_dup_member (answer, "status");
  g_assert_cmpstr (shown_status, ==, expected_status);
  detail = http_answer_dup_member (answer, "detail");
  g_assert_true (g_str_has_suffix (detail, "."));
}

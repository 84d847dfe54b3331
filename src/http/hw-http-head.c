/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-head.h"

#include "hw-error.h"
#include "hw-http-reply.h"
#include "hw-http-route.h"

#include <string.h>

/* What is read of a head: RFC 9112 without what two readers have ever understood in two
 * ways. Nothing here waits or keeps anything, so that it can be tried with any bytes.
 */

/* More than fits into any memory, and less than what overflows. */
#define MAX_BODY_LENGTH (G_GUINT64_CONSTANT (1) << 53)

/* The longest name of a host (RFC 1035, 2.3.4). */
#define MAX_HOST_LENGTH 255

static const char *const methods[] = { "GET", "HEAD", "POST", "DELETE", "OPTIONS" };

/* A part of the head. */
typedef struct
{
  char *start;
  gsize length;
} Text;

/* What is known of the fields that were read. */
typedef struct
{
  HwHttpHead *head;
  const char *const *hosts; /* (nullable) */
  guint n_fields;
  guint n_hosts;
  guint n_lengths;
} Reading;

static gboolean
refuse (HwHttpHead *head,
        guint       status,
        HwError     code,
        const char *sentence,
        GError    **error)
{
  head->status = status;
  g_set_error_literal (error, HW_ERROR, code, sentence);

  return FALSE;
}

static gboolean
refuse_syntax (HwHttpHead *head,
               const char *sentence,
               GError    **error)
{
  return refuse (head, SOUP_STATUS_BAD_REQUEST, HW_ERROR_INVALID_REQUEST, sentence, error);
}

static gboolean
text_equals (Text        text,
             const char *other)
{
  return text.length == strlen (other) && memcmp (text.start, other, text.length) == 0;
}

/* Fields' names, hosts and a few values are the same in any case. */
static gboolean
text_resembles (Text        text,
                const char *other)
{
  return text.length == strlen (other) &&
         g_ascii_strncasecmp (text.start, other, text.length) == 0;
}

/* RFC 9110, 5.6.2. There are no zero bytes in what is clean. */
static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || strchr ("!#$%&'*+-.^_`|~", c) != NULL;
}

static gboolean
is_token (Text text)
{
  for (gsize i = 0; i < text.length; i++)
    if (!is_token_char (text.start[i]))
      return FALSE;

  return text.length > 0;
}

/* What may stand in a line: no control characters, but for tabs. */
static gboolean
is_clean (Text text)
{
  for (gsize i = 0; i < text.length; i++)
    {
      guchar c = (guchar) text.start[i];

      if ((c < ' ' && c != '\t') || c == 0x7f)
        return FALSE;
    }

  return TRUE;
}

/* Takes what stands before @separator off @rest. Returns: whether there is one */
static gboolean
split (Text *rest,
       char  separator,
       Text *part)
{
  char *end = memchr (rest->start, separator, rest->length);

  if (end == NULL)
    return FALSE;

  part->start = rest->start;
  part->length = (gsize) (end - rest->start);
  rest->start = end + 1;
  rest->length -= part->length + 1;

  return TRUE;
}

/* Blanks round a value do not belong to it. */
static Text
strip (Text text)
{
  while (text.length > 0 && (*text.start == ' ' || *text.start == '\t'))
    {
      text.start++;
      text.length--;
    }
  while (text.length > 0 &&
         (text.start[text.length - 1] == ' ' || text.start[text.length - 1] == '\t'))
    text.length--;

  return text;
}

/* A percent sign stands before two digits that are not those of a zero byte. */
static gboolean
is_escape (const char *start,
           gsize       length)
{
  return length >= 3 && g_ascii_isxdigit (start[1]) && g_ascii_isxdigit (start[2]) &&
         (start[1] != '0' || start[2] != '0');
}

static gboolean
is_target (Text target)
{
  if (target.length == 0 || *target.start != '/')
    return FALSE;

  for (gsize i = 0; i < target.length; i++)
    {
      char c = target.start[i];

      if (!g_ascii_isgraph (c) || c == '#' || c == '\\' ||
          (c == '%' && !is_escape (target.start + i, target.length - i)))
        return FALSE;
    }

  return TRUE;
}

/* How many of a segment's first bytes say one dot, in whatever way. */
static gsize
measure_dot (Text segment)
{
  Text escape = { segment.start, MIN (segment.length, 3) };

  if (segment.length > 0 && *segment.start == '.')
    return 1;

  return text_resembles (escape, "%2e") ? 3 : 0;
}

static gboolean
is_dots (Text segment)
{
  gsize first = measure_dot (segment);
  Text rest = { segment.start + first, segment.length - first };

  return first > 0 && (rest.length == 0 || measure_dot (rest) == rest.length);
}

/* A path is resolved by whoever sends it; here everybody would do it in another way. */
static gboolean
has_dots (Text path)
{
  Text segment;

  while (split (&path, '/', &segment))
    if (is_dots (segment))
      return TRUE;

  return is_dots (path);
}

static gboolean
read_target (HwHttpHead *head,
             Text        target,
             GError    **error)
{
  Text path = target;

  if (!is_target (target))
    return refuse_syntax (head, "The address must be a path that begins with a slash, in plain "
                          "letters. Escape what is special with percent signs.", error);

  split (&target, '?', &path);
  head->path = path.start;
  head->path_length = path.length;

  if (has_dots (path))
    return refuse_syntax (head, "The path must have no parts “.” and “..”. Ask for what they "
                          "lead to.", error);

  return TRUE;
}

static gboolean
read_version (HwHttpHead *head,
              Text        version,
              GError    **error)
{
  if (text_equals (version, "HTTP/1.1"))
    return TRUE;

  if (version.length == strlen ("HTTP/1.1") && memcmp (version.start, "HTTP/", 5) == 0)
    return refuse (head, SOUP_STATUS_HTTP_VERSION_NOT_SUPPORTED, HW_ERROR_INVALID_REQUEST,
                   "The daemon speaks HTTP/1.1 only. Use that.", error);

  return refuse_syntax (head, "The request is not valid HTTP. Correct its first line and its "
                        "fields.", error);
}

static HwHttpRoute
get_route (const HwHttpHead *head)
{
  g_autofree char *path = g_strndup (head->path, head->path_length);
  guint64 task_id;

  return hw_http_route_parse (path, &task_id);
}

static gboolean
read_method (HwHttpHead *head,
             Text        method,
             GError    **error)
{
  g_autofree char *sentence = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (text_equals (method, methods[i]))
      {
        head->method = methods[i];
        return TRUE;
      }

  head->allow = hw_http_route_get_methods (get_route (head));
  if (head->allow == NULL)
    head->allow = "GET, HEAD, POST, DELETE, OPTIONS";
  sentence = g_strdup_printf ("This address does not have this method. Use %s.", head->allow);

  return refuse (head, SOUP_STATUS_METHOD_NOT_ALLOWED, HW_ERROR_INVALID_REQUEST, sentence, error);
}

static gboolean
read_first_line (HwHttpHead *head,
                 Text        line,
                 GError    **error)
{
  Text method = { NULL, 0 };
  Text target = { NULL, 0 };

  if (!split (&line, ' ', &method) || !split (&line, ' ', &target) || !is_token (method))
    return refuse_syntax (head, "The request is not valid HTTP. Correct its first line and its "
                          "fields.", error);

  return read_version (head, line, error) &&
         read_target (head, target, error) &&
         read_method (head, method, error);
}

static gboolean
is_port (Text port)
{
  g_autofree char *text = g_strndup (port.start, port.length);
  guint64 number;

  return hw_http_parse_number (text, G_MAXUINT16, &number) && number > 0;
}

/**
 * hw_http_head_is_host:
 * @text: (array length=length): bytes
 * @length: how many
 *
 * Tells whether something may stand in `Host`, so that libsoup can make an address of it: a name
 * or an address, and a port if there is one. Of IPv6 that is our own address alone.
 *
 * Returns: whether it may
 */
gboolean
hw_http_head_is_host (const char *text,
                      gsize       length)
{
  const gsize own_length = strlen ("[::1]");
  gboolean is_bracketed = length > 0 && *text == '[';
  char *colon = g_strrstr_len (text, (gssize) length, is_bracketed ? "]" : ":");
  gsize name_length = length;

  if (is_bracketed)
    {
      return colon != NULL && colon == text + strlen ("[::1") &&
             memcmp (text, "[::1]", own_length) == 0 &&
             (length == own_length ||
              (colon[1] == ':' && is_port ((Text) { colon + 2, length - own_length - 1 })));
    }

  if (colon != NULL)
    {
      name_length = (gsize) (colon - text);
      if (!is_port ((Text) { colon + 1, length - name_length - 1 }))
        return FALSE;
    }

  for (gsize i = 0; i < name_length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '.' && text[i] != '-')
      return FALSE;

  return name_length > 0 && name_length <= MAX_HOST_LENGTH;
}

static gboolean
read_host (Reading *reading,
           Text     name,
           Text     value,
           GError **error)
{
  g_autofree char *sentence = NULL;

  reading->n_hosts++;
  if (reading->hosts == NULL && hw_http_head_is_host (value.start, value.length))
    return TRUE;
  if (reading->hosts == NULL)
    return refuse_syntax (reading->head, "“Host” must be a name or an address, and its port. "
                          "Send that.", error);

  for (guint i = 0; reading->hosts[i] != NULL; i++)
    if (text_resembles (value, reading->hosts[i]))
      return TRUE;

  sentence = g_strdup_printf ("The daemon does not go by this name. Ask for “%s”.",
                              reading->hosts[0]);
  return refuse (reading->head, HW_HTTP_STATUS_MISDIRECTED, HW_ERROR_NOT_ALLOWED, sentence,
                 error);
}

static gboolean
read_length (Reading *reading,
             Text     name,
             Text     value,
             GError **error)
{
  g_autofree char *text = g_strndup (value.start, value.length);

  reading->n_lengths++;
  if (value.length == 0 || strspn (text, "0123456789") != value.length ||
      reading->n_lengths > 1 || (*text == '0' && value.length > 1))
    return refuse_syntax (reading->head, "“Content-Length” must be one whole number. Send that.",
                          error);

  if (!hw_http_parse_number (text, MAX_BODY_LENGTH, &reading->head->body_length))
    return refuse (reading->head, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, HW_ERROR_TOO_LARGE,
                   "“Content-Length” is more than there can be. Send the length of the body.",
                   error);

  return TRUE;
}

static gboolean
read_coding (Reading *reading,
             Text     name,
             Text     value,
             GError **error)
{
  return refuse (reading->head, SOUP_STATUS_NOT_IMPLEMENTED, HW_ERROR_INVALID_REQUEST,
                 "The body must not come in chunks. Send it whole, with its Content-Length; of "
                 "what it is given to read, curl does so with “--data-binary @-”.",
                 error);
}

static gboolean
read_expectation (Reading *reading,
                  Text     name,
                  Text     value,
                  GError **error)
{
  reading->head->is_asking = text_resembles (value, "100-continue");
  if (reading->head->is_asking)
    return TRUE;

  return refuse (reading->head, SOUP_STATUS_EXPECTATION_FAILED, HW_ERROR_INVALID_REQUEST,
                 "Nothing but “100-continue” can be expected. Leave the field “Expect” out.",
                 error);
}

/* Makes a field one that nobody knows. */
static gboolean
blank (Reading *reading,
       Text     name,
       Text     value,
       GError **error)
{
  memset (name.start, 'x', name.length);

  return TRUE;
}

/* Nobody has to do what a client offers to do (RFC 9110, 7.8): but for WebSockets, it is
 * as if it had not offered it.
 */
static gboolean
read_upgrade (Reading *reading,
              Text     name,
              Text     value,
              GError **error)
{
  if (text_resembles (value, "websocket") && g_str_equal (reading->head->method, "GET"))
    return TRUE;

  return blank (reading, name, value, error);
}

/* The fields that decide where a request ends, whom it is for and what libsoup makes of it.
 * It answers ranges itself, past the end of a file and with more bytes than that has.
 */
static const struct
{
  const char *name;
  gboolean (*read) (Reading *reading,
                    Text     name,
                    Text     value,
                    GError **error);
} known_fields[] = {
  { "Host", read_host },
  { "Content-Length", read_length },
  { "Transfer-Encoding", read_coding },
  { "Expect", read_expectation },
  { "Range", blank },
  { "If-Range", blank },
  { "Upgrade", read_upgrade },
};

static gboolean
read_field (Reading *reading,
            Text     line,
            GError **error)
{
  Text name;

  if (++reading->n_fields > HW_HTTP_MAX_FIELDS)
    return refuse (reading->head, HW_HTTP_STATUS_FIELDS_TOO_LARGE,
                   HW_ERROR_TOO_LARGE,
                   "The request has too many fields. Send 64 at most.", error);

  if (!split (&line, ':', &name) || !is_token (name))
    return refuse_syntax (reading->head, "A field is not written as “Name: value” on one line. "
                          "Correct it.", error);

  line = strip (line);
  for (guint i = 0; i < G_N_ELEMENTS (known_fields); i++)
    if (text_resembles (name, known_fields[i].name))
      return known_fields[i].read (reading, name, line, error);

  return TRUE;
}

static gboolean
finish (Reading *reading,
        GError **error)
{
  if (reading->n_hosts != 1)
    return refuse_syntax (reading->head, "A request must have one field “Host”. Send one.", error);

  return TRUE;
}

/* Looks at a line without its end. Returns: %FALSE if the head is refused */
static gboolean
read_line (Reading *reading,
           Text     line,
           gboolean is_first,
           GError **error)
{
  if (!is_clean (line))
    return refuse_syntax (reading->head, "The head of the request has control characters in it, "
                          "or is not HTTP. Ask with “http://”, and end each line with CR and LF.",
                          error);

  return is_first ? read_first_line (reading->head, line, error)
                  : read_field (reading, line, error);
}

/* What there is of a line that has no end yet. */
static HwHttpHeadState
check_rest (HwHttpHead *head,
            Text        rest,
            gsize       size,
            GError    **error)
{
  if (size >= HW_HTTP_MAX_HEAD)
    {
      refuse (head, HW_HTTP_STATUS_FIELDS_TOO_LARGE, HW_ERROR_TOO_LARGE,
              "The head of the request is too long. Shorten its address and its fields to "
              "8 KiB.", error);
      return HW_HTTP_HEAD_REFUSED;
    }

  if (rest.length > 0 && rest.start[rest.length - 1] == '\r')
    rest.length--;
  if (is_clean (rest))
    return HW_HTTP_HEAD_INCOMPLETE;

  refuse_syntax (head, "What was sent is not HTTP. Ask with “http://”.", error);
  return HW_HTTP_HEAD_REFUSED;
}

/**
 * hw_http_head_read:
 * @bytes: what has come; a field that nobody is to see is made one that nobody knows
 * @size: how many bytes
 * @hosts: (nullable): what may stand in `Host`, or %NULL if it makes no difference
 * @head: (out): what was found
 * @error: return location for a #GError, or %NULL
 *
 * Looks whether bytes begin with the head of a request that can be read in one way only,
 * and refuses everything else as soon as it is seen. No more than #HW_HTTP_MAX_HEAD bytes
 * are looked at.
 *
 * Returns: what has come; if it is refused, with an error and a status
 */
HwHttpHeadState
hw_http_head_read (char              *bytes,
                   gsize              size,
                   const char *const *hosts,
                   HwHttpHead        *head,
                   GError           **error)
{
  Reading reading = { head, hosts, 0, 0, 0 };
  Text rest = { bytes, MIN (size, HW_HTTP_MAX_HEAD) };
  Text line;

  g_return_val_if_fail (bytes != NULL || size == 0, HW_HTTP_HEAD_REFUSED);
  g_return_val_if_fail (head != NULL, HW_HTTP_HEAD_REFUSED);
  g_return_val_if_fail (error == NULL || *error == NULL, HW_HTTP_HEAD_REFUSED);

  memset (head, 0, sizeof (*head));
  if (size == 0)
    return HW_HTTP_HEAD_INCOMPLETE;

  while (split (&rest, '\n', &line))
    {
      gboolean is_first = line.start == bytes;

      if (line.length == 1 && *line.start == '\r' && !is_first)
        {
          head->length = (gsize) (rest.start - bytes);
          return finish (&reading, error) ? HW_HTTP_HEAD_COMPLETE : HW_HTTP_HEAD_REFUSED;
        }

      /* A lone LF stays in the line, as a CR elsewhere does, and is found there. */
      line.length += line.length > 0 && line.start[line.length - 1] == '\r' ? (gsize) -1 : 1;
      if (!read_line (&reading, line, is_first, error))
        return HW_HTTP_HEAD_REFUSED;
    }

  return check_rest (head, rest, size, error);
}

/**
 * hw_http_head_check_body:
 * @head: a head that is complete
 * @error: return location for a #GError, or %NULL
 *
 * Says whether a request may bring what it announces, where it goes.
 *
 * Returns: %TRUE, or %FALSE with a status in @head
 */
gboolean
hw_http_head_check_body (HwHttpHead *head,
                         GError    **error)
{
  g_autofree char *sentence = NULL;
  gsize max_body;

  g_return_val_if_fail (head != NULL && head->method != NULL, FALSE);

  if (head->body_length == 0)
    return TRUE;

  max_body = hw_http_route_get_max_body (get_route (head), head->method);
  if (head->body_length <= max_body)
    return TRUE;

  sentence = max_body == 0
    ? g_strdup ("Such a request has no body. Send it without one.")
    : g_strdup_printf ("The body may have %" G_GSIZE_FORMAT " bytes at most. Shorten its longest "
                       "value, or put that into a file and send the file's path.", max_body);

  return refuse (head, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, HW_ERROR_TOO_LARGE, sentence, error);
}

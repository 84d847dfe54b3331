/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "http-probe.h"

#include "hw-test-house.h"

#include "hw-http-server.h"
#include "hw-plane.h"

G_BEGIN_DECLS

/* The token of the daemon in tests. */
#define HTTP_HOUSE_TOKEN "d5b4f34e9a2b4c0e8f7a6b5c4d3e2f10"

/* The fields of a request that comes to us, and of one by whoever has the token. In
 * fields, {port} and {token} stand for what they are in this house. */
#define TO_US "Host: 127.0.0.1:{port}\n"
#define BY_OWNER TO_US "Authorization: Bearer {token}\n"

/**
 * HttpHouse:
 * @house: a queue on fakes, open, with the type `checksum` too
 * @plane: where those go who watch
 * @server: the front door of it
 * @address: where it is on TCP
 * @socket_address: where its Unix socket is
 * @folder: a folder for the test alone, with the socket in the folder `run`
 *
 * A front door with a real queue behind it.
 */
typedef struct
{
  HwTestHouse *house;
  HwPlane *plane;
  HwHttpServer *server;
  GSocketAddress *address;
  GSocketAddress *socket_address;
  char *folder;
  char *socket_path;
} HttpHouse;

void        http_house_set_up (HttpHouse    *self,
                               gconstpointer test_data);
void        http_house_tear_down (HttpHouse    *self,
                                  gconstpointer test_data);

void        http_house_settle (HttpHouse *self);
char       *http_house_write (HttpHouse  *self,
                              const char *target,
                              const char *fields,
                              const char *body);
HttpAnswer *http_house_ask (HttpHouse  *self,
                            const char *target,
                            const char *fields,
                            const char *body);
HttpAnswer *http_house_ask_locally (HttpHouse  *self,
                                    const char *target,
                                    const char *fields,
                                    const char *body);
HttpAnswer *http_house_get (HttpHouse  *self,
                            const char *path);
HttpAnswer *http_house_post (HttpHouse  *self,
                             const char *path,
                             const char *body);

char       *http_house_fill_epoch (HttpHouse  *self,
                                   const char *text);
HttpProbe  *http_house_begin (HttpHouse  *self,
                              const char *path);

void        assert_member (HttpAnswer *answer,
                           const char *name,
                           const char *value);
void        assert_problem (HttpAnswer *answer,
                            guint       status,
                            const char *error);

G_END_DECLS

# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Proxies that tests put before a daemon, each with the configuration that comes with Headway."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

NAME = "headway.example.org"
DATA = Path(os.environ["HEADWAY_SOURCE_ROOT"]) / "data"
TASKS = "/api/v1/tasks"


class Proxy:
    """One kind of proxy. Of its sample only what a machine has of its own is replaced."""

    program: str
    sample: str
    replaced: dict[str, str]  # what stands there, and what the test has in its place
    takes_chunks = True  # a body of which nobody said how long it is
    foreign_status = 421  # of a request for a name that is not ours

    def __init__(self, home: Path, socket: Path, port: int):
        self.home = home
        self.log = home / "access.log"
        text = (DATA / self.sample).read_text()
        places = {"home": home, "socket": socket, "port": port, "log": self.log,
                  "certificate": home / "cert/certificate.pem", "key": home / "cert/key.pem"}
        for old, new in self.replaced.items():
            assert old in text, f"there is no “{old}” in data/{self.sample}"
            text = text.replace(old, new.format(**places))
        self.config = home / "headway-site.conf"
        self.config.write_text(text)

    def start(self) -> subprocess.Popen:
        program = shutil.which(self.program, path=os.environ["PATH"] + ":/usr/sbin")
        assert program is not None, f"there is no {self.program}: run build-aux/deps test"
        return self.begin(program)

    def begin(self, program: str) -> subprocess.Popen:
        raise NotImplementedError

    def count_added(self) -> int:
        """How many tasks were added, as the proxy sees it."""
        return len(re.findall(rf'"POST {TASKS}" 202 ', self.log.read_text()))


class Nginx(Proxy):
    program = "nginx"
    sample = "nginx/headway.conf"
    replaced = {
        "/run/headway-proxy/api.sock;": "{socket};",
        "/etc/letsencrypt/live/headway.example.org/fullchain.pem": "{certificate}",
        "/etc/letsencrypt/live/headway.example.org/privkey.pem": "{key}",
        "/var/log/nginx/headway.log": "{log}",
        "listen 443 ssl;": "listen 127.0.0.1:{port} ssl;",
        "    listen [::]:443 ssl;\n": "",
    }

    # Where nobody has to be root, and nothing is shared with another nginx.
    AROUND = """daemon off;
{user}
pid {home}/nginx.pid;
error_log {home}/error.log;
events {{}}
http {{
    keepalive_timeout 5s;
    client_body_temp_path {home}/nginx-body;
    proxy_temp_path {home}/nginx-proxy;
    fastcgi_temp_path {home}/nginx-fastcgi;
    uwsgi_temp_path {home}/nginx-uwsgi;
    scgi_temp_path {home}/nginx-scgi;
    include {home}/headway-site.conf;
}}
"""

    def begin(self, program: str) -> subprocess.Popen:
        main = self.home / "nginx.conf"
        main.write_text(self.AROUND.format(home=self.home,
                                           user="user root;" if os.getuid() == 0 else ""))
        return subprocess.Popen([program, "-p", self.home, "-c", main,
                                 "-e", self.home / "error.log"], stdin=subprocess.DEVNULL)


class Haproxy(Proxy):
    program = "haproxy"
    sample = "haproxy/headway.cfg"
    takes_chunks = False
    replaced = {
        "unix@/run/headway-proxy/api.sock": "unix@{socket}",
        ":443 ssl crt /etc/haproxy/headway.pem": "127.0.0.1:{port} ssl crt {home}/both.pem",
        "log /dev/log local0": "log stdout format raw local0",
        "timeout http-request 10s": "timeout http-request 2s",
        "timeout http-keep-alive 5s": "timeout http-keep-alive 1s",
    }

    def begin(self, program: str) -> subprocess.Popen:
        both = [(self.home / "cert" / name).read_text() for name in ("certificate.pem", "key.pem")]
        (self.home / "both.pem").write_text("".join(both))
        with self.log.open("w") as log, (self.home / "error.log").open("w") as errors:
            return subprocess.Popen([program, "-f", self.config], stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=errors)


class Caddy(Proxy):
    program = "caddy"
    sample = "caddy/Caddyfile"
    takes_chunks = False
    foreign_status = 200  # an answer of its own, with nothing in it
    replaced = {
        "unix//run/headway-proxy/api.sock": "unix/{socket}",
        "\n{\n": """
{{
	admin off
	auto_https disable_redirects
	https_port {port}
	servers {{
		timeouts {{
			read_header 2s
			read_body 2s
			idle 1s
		}}
	}}
""",
        "headway.example.org {\n": """headway.example.org {{
	bind 127.0.0.1
	tls {certificate} {key}
""",
        "/var/log/caddy/headway.log": "{log}",
    }

    def begin(self, program: str) -> subprocess.Popen:
        with (self.home / "error.log").open("w") as errors:
            return subprocess.Popen(
                [program, "run", "--config", self.config, "--adapter", "caddyfile"],
                env={"HOME": str(self.home), "PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)

    def count_added(self) -> int:
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return len([line for line in lines if line["status"] == 202 and
                    (line["request"]["method"], line["request"]["uri"]) == ("POST", TASKS)])

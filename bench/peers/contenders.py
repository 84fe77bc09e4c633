"""The table of contenders: how each is found, configured and started, and what to install when it is missing.

To add one more: a class with the fields of Contender, and a line in ALL. Everything that is not the same for all of
them is said in `note`, which is printed below the table.
"""

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess

NPM_PACKAGES = {"wiremock": "3.13.2", "@mockoon/cli": "9.9.0", "@stoplight/prism-cli": "5.14.2"}
UPDATE = "/v1/cluster/update_cert"
NODES = "/v1/nodes"


@dataclasses.dataclass
class Setting:
    """What all contenders get: programs to run, the common certificate and the canned body for GET /v1/nodes."""
    programs: pathlib.Path
    npm: pathlib.Path
    folder: pathlib.Path
    certificate: pathlib.Path
    key: pathlib.Path
    nodes_body: str = ""


class Contender:
    name = ""
    label = ""
    note = ""
    tls = True
    canned = True
    prints_addresses = False  # then it picks its ports by itself
    warm_up_seconds = 1

    def missing(self, setting):
        """None when it can run; else how to install it."""
        raise NotImplementedError

    def version(self, setting):
        raise NotImplementedError

    def command(self, setting, folder, port):
        """Writes the configuration into `folder`, and returns what to run there."""
        raise NotImplementedError


class Certdrill(Contender):
    name = "certdrill"
    label = "certdrill"
    note = ("three nodes with 12 TLS listeners; every PUT is parsed, validated, fanned out to all nodes and written to "
            "the journal. Nothing is switched off.")
    canned = False
    prints_addresses = True

    def __init__(self, nodes=3):
        self._nodes = nodes

    def missing(self, setting):
        program = setting.programs / "certdrill-sim"
        return None if program.is_file() else f"there is no {program}; build it, or say where it is with --programs"

    def version(self, setting):
        return printed_version([str(setting.programs / "certdrill-sim"), "--version"])

    def command(self, setting, folder, port):
        return [str(setting.programs / "certdrill-sim"), "--port", "0", "--nodes", str(self._nodes)]


NGINX_CONFIGURATION = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid nginx.pid;
error_log /dev/null crit;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  client_body_buffer_size 16k;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  server {
    listen 127.0.0.1:%(port)d ssl backlog=4096;
    ssl_certificate %(certificate)s;
    ssl_certificate_key %(key)s;
    ssl_session_cache off;
    ssl_session_tickets off;
    location = /v1/cluster/update_cert { return 200; }
    location = /v1/nodes { default_type application/json; return 200 '%(nodes_body)s'; }
  }
}
"""


class Nginx(Contender):
    name = "nginx"
    label = "nginx"
    note = ("one worker, no logs, no session cache or tickets. `return 200` reads the body off the connection and "
            "discards it: the floor of what TLS and HTTP cost.")

    def missing(self, setting):
        return None if nginx_program() else "apt-get install nginx-light"

    def version(self, setting):
        return printed_version([nginx_program(), "-v"])

    def command(self, setting, folder, port):
        configuration = NGINX_CONFIGURATION % {
            "port": port, "certificate": setting.certificate, "key": setting.key,
            "nodes_body": setting.nodes_body.replace("\\", "\\\\").replace("'", "\\'")}
        (folder / "nginx.conf").write_text(configuration)
        return [nginx_program(), "-p", str(folder), "-c", "nginx.conf", "-e", "/dev/null"]


class WireMock(Contender):
    warm_up_seconds = 8
    options = []
    tls_options = ["--keystore-type", "PKCS12", "--keystore-password", "password", "--key-manager-password", "password"]

    def missing(self, setting):
        if not shutil.which("java"):
            return "apt-get install openjdk-17-jre-headless"
        return None if self._jar(setting) else npm_hint()

    def version(self, setting):
        java = re.search(r'"(.+?)"', subprocess.run(
            ["java", "-version"], capture_output=True, text=True, check=True).stderr)
        return f"{package_version(setting, 'wiremock')} on Java {java.group(1) if java else 'of unknown version'}"

    def command(self, setting, folder, port):
        store = folder / "keystore.p12"
        subprocess.run(
            ["openssl", "pkcs12", "-export", "-in", setting.certificate, "-inkey", setting.key, "-name", "server",
             "-passout", "pass:password", "-out", store], check=True, capture_output=True)
        mappings = folder / "mappings"
        mappings.mkdir()
        (mappings / "update.json").write_text(json.dumps(
            {"request": {"method": "PUT", "url": UPDATE}, "response": {"status": 200}}))
        (mappings / "nodes.json").write_text(json.dumps(
            {"request": {"method": "GET", "url": NODES},
             "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": setting.nodes_body}}))
        return ["java", "-jar", str(self._jar(setting)), "--root-dir", str(folder), "--bind-address", "127.0.0.1",
                "--https-port", str(port), "--https-keystore", str(store), *self.tls_options, *self.options]

    @staticmethod
    def _jar(setting):
        return next(iter(sorted(setting.npm.glob("node_modules/wiremock/build/wiremock-standalone-*.jar"))), None)


class WireMockTuned(WireMock):
    name = "wiremock-tuned"
    label = "WireMock, tuned"
    note = "no request journal, no request log, 64 threads, a longer accept queue, no plain HTTP."
    options = ["--no-request-journal", "--disable-request-logging", "--disable-banner", "--disable-http",
               "--container-threads", "64", "--jetty-acceptor-threads", "2", "--jetty-accept-queue-size", "1024"]


class WireMockAsItComes(WireMock):
    name = "wiremock"
    label = "WireMock, as it comes"
    note = "its request journal keeps every request in memory, without a limit."
    options = ["--port", "0"]


class Mockoon(Contender):
    name = "mockoon"
    label = "Mockoon"
    note = "no log file, no templating, no admin API."

    def missing(self, setting):
        return missing_of_node(self._program(setting))

    def version(self, setting):
        return f"{package_version(setting, '@mockoon/cli')} on Node {node_version()}"

    def command(self, setting, folder, port):
        (folder / "mockoon.json").write_text(json.dumps(mockoon_environment(setting, port)))
        return ["node", str(self._program(setting)), "start", "--data", str(folder / "mockoon.json"),
                "--disable-log-to-file", "--disable-admin-api"]

    @staticmethod
    def _program(setting):
        return setting.npm / "node_modules/@mockoon/cli/bin/run.js"


def mockoon_environment(setting, port):
    routes = [mockoon_route("update", "put", UPDATE, "", []),
              mockoon_route("nodes", "get", NODES, setting.nodes_body,
                            [{"key": "Content-Type", "value": "application/json"}])]
    return {
        "uuid": "environment", "lastMigration": 33, "name": "canned", "endpointPrefix": "", "latency": 0, "port": port,
        "hostname": "127.0.0.1", "folders": [], "routes": routes,
        "rootChildren": [{"type": "route", "uuid": route["uuid"]} for route in routes], "proxyMode": False,
        "proxyHost": "", "proxyRemovePrefix": False,
        "tlsOptions": {"enabled": True, "type": "CERT", "pfxPath": "", "certPath": str(setting.certificate),
                       "keyPath": str(setting.key), "caPath": "", "passphrase": ""},
        "cors": False, "headers": [], "proxyReqHeaders": [], "proxyResHeaders": [], "data": [], "callbacks": []}


def mockoon_route(uuid, method, path, body, headers):
    response = {
        "uuid": f"{uuid}-answer", "body": body, "latency": 0, "statusCode": 200, "label": "", "headers": headers,
        "bodyType": "INLINE", "filePath": "", "databucketID": "", "sendFileAsBody": False, "rules": [],
        "rulesOperator": "OR", "disableTemplating": True, "fallbackTo404": False, "default": True, "crudKey": "id",
        "callbacks": []}
    return {"uuid": uuid, "type": "http", "documentation": "", "method": method, "endpoint": path.lstrip("/"),
            "responses": [response], "responseMode": None, "streamingMode": None, "streamingInterval": 0}


class Prism(Contender):
    name = "prism"
    label = "Prism (plain HTTP)"
    note = "it has no TLS: plain HTTP, so every number of its is without encryption. No log."
    tls = False

    def missing(self, setting):
        return missing_of_node(self._program(setting))

    def version(self, setting):
        return f"{package_version(setting, '@stoplight/prism-cli')} on Node {node_version()}"

    def command(self, setting, folder, port):
        nodes = {"description": "nodes", "content": {"application/json": {"example": json.loads(setting.nodes_body)}}}
        (folder / "openapi.json").write_text(json.dumps({
            "openapi": "3.0.3", "info": {"title": "canned", "version": "1"},
            "paths": {UPDATE: {"put": {"responses": {"200": {"description": "updated"}}}},
                      NODES: {"get": {"responses": {"200": nodes}}}}}))
        return ["node", str(self._program(setting)), "mock", "--host", "127.0.0.1", "--port", str(port),
                "--verboseLevel", "silent", str(folder / "openapi.json")]

    @staticmethod
    def _program(setting):
        return setting.npm / "node_modules/@stoplight/prism-cli/dist/index.js"


ALL = [Certdrill(), Nginx(), WireMockTuned(), WireMockAsItComes(), Mockoon(), Prism()]


def nginx_program():
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def missing_of_node(program):
    if not shutil.which("node"):
        return "install Node 20 or newer, then " + npm_hint()
    return None if program.is_file() else npm_hint()


def npm_hint():
    return "run this script with --install, or say with --npm where it is"


def package_version(setting, package):
    return json.loads((setting.npm / "node_modules" / package / "package.json").read_text())["version"]


def node_version():
    return printed_version(["node", "--version"])


def printed_version(command):
    """The first number with dots that the command prints; some print to standard error, some fail on the way."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found.group(0) if found else "unknown"


def install(folder):
    """Puts the peers that come from npm into `folder`, without running scripts of theirs. Returns npm's exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    packages = [f"{name}@{version}" for name, version in NPM_PACKAGES.items()]
    return subprocess.run(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts",
                           *packages], check=False).returncode

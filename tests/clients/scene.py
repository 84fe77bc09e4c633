"""What the tests of real clients share: a simulated cluster, its certificates, and a Redis server where there is one."""
import base64
import contextlib
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile

SKIPPED = 77  # what ctest takes for "skipped"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def redis_server(port=None):
    """A Redis server without files; gives its port and process, or None where Redis is not installed."""
    program = shutil.which("redis-server")
    if not program:
        yield None
        return
    port = port or free_port()
    with tempfile.TemporaryDirectory() as folder:
        started = subprocess.Popen([program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
                                   stdout=subprocess.PIPE, text=True)
        with ended(started):
            assert any("Ready to accept connections" in line for line in started.stdout), "redis-server ended at once"
            yield port, started


class Cluster:
    def __init__(self, ready):
        self.ready = ready
        self.host, self.port = ready["nodes"][0]["database"].removeprefix("rediss://").split(":")

    def call(self, method, path, body=None, control=False):
        base = self.ready["control"] if control else self.ready["nodes"][0]["rest"]
        address = base.split("//")[1]
        connection = (http.client.HTTPConnection(address, timeout=30) if control else
                      http.client.HTTPSConnection(address, timeout=30, context=ssl._create_unverified_context()))
        token = base64.b64encode(f"{self.ready['username']}:{self.ready['password']}".encode()).decode()
        headers = {"Content-Type": "application/json"} | ({} if control else {"Authorization": "Basic " + token})
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text

    def proxy_certificate(self):
        return json.loads(self.call("GET", "/v1/cluster")[1])["proxy_certificate"]

    def update_proxy(self, folder):
        """Puts a fresh certificate in place on all nodes, and gives its file."""
        key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "certificate.pem")
        name = self.ready["cluster"]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}",
                        "-addext", f"subjectAltName=DNS:{name}", "-addext", "extendedKeyUsage=serverAuth,clientAuth",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        with open(key) as k, open(certificate) as c:
            body = {"name": "proxy", "key": k.read(), "certificate": c.read()}
        status, text = self.call("PUT", "/v1/cluster/update_cert", body)
        assert status == 200, (status, text)
        return certificate


@contextlib.contextmanager
def cluster(program, *options):
    process = subprocess.Popen([program, "--port", "0", "--nodes", "2", "--log-level", "error", *options],
                               stdout=subprocess.PIPE, text=True)
    with ended(process):
        line = process.stdout.readline()
        assert line, "the simulator did not start"
        yield Cluster(json.loads(line))

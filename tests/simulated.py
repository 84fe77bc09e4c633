"""A running certdrill-sim as the scripts of the whole see it: from outside, by its ports, its files and its process."""
import base64
import http.client
import json
import os
import pathlib
import resource
import socket
import ssl
import subprocess
import tempfile

NAMES = ("api", "cm", "proxy", "metrics_exporter", "syncer", "ccs_internode_encryption", "data_internode_encryption",
         "ldap_client", "mtls_trusted_ca", "sso_service", "sso_issuer")
WITHOUT_KEY = ("mtls_trusted_ca", "sso_issuer")
INTERNODE = ("ccs_internode_encryption", "data_internode_encryption")
OPTIONAL = ("ldap_client", "mtls_trusted_ca", "sso_service", "sso_issuer")
# Which port of a node, as the ready line calls it, presents which certificate.
PORTS = {"rest": "api", "cm": "cm", "metrics": "metrics_exporter", "database": "proxy"}

TRUST_NOBODY = ssl._create_unverified_context()
BROKEN = (OSError, http.client.HTTPException)  # what a client sees of a server that dies


def address_of(url):
    host, port = url.split("//")[1].rsplit(":", 1)
    return host, int(port)


def leaf_of(certificate_text):
    """The DER of the first certificate of a PEM text."""
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    first = certificate_text.index(begin)
    return ssl.PEM_cert_to_DER_cert(certificate_text[first:certificate_text.index(end, first) + len(end)])


def presented(url, timeout=30):
    """The DER of the certificate that OpenSSL is shown at this port."""
    with socket.create_connection(address_of(url), timeout=timeout) as plain:
        with TRUST_NOBODY.wrap_socket(plain) as secured:
            return secured.getpeercert(binary_form=True)


class Client:
    """One connection that is kept; opened when it is first needed, and again after it broke."""

    def __init__(self, url, headers, timeout=60):
        self.url, self.headers, self.timeout, self.connection = url, headers, timeout, None

    def open(self):
        if self.connection is None:
            host, port = address_of(self.url)
            self.connection = (http.client.HTTPSConnection(host, port, timeout=self.timeout, context=TRUST_NOBODY)
                               if self.url.startswith("https") else
                               http.client.HTTPConnection(host, port, timeout=self.timeout))
            self.connection.connect()
        return self

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None):
        """The status and the text of the answer. Raises one of BROKEN when there is none."""
        self.open()
        try:
            self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read().decode()
        except BROKEN:
            self.close()
            raise

    def json(self, method, path, body=None):
        """As ask(), of a call that must succeed: what the answer holds."""
        status, text = self.ask(method, path, body)
        assert status in (200, 201), f"{method} {path} answered {status}: {text[:300]}"
        return json.loads(text) if text else None


class Simulator:
    """Started; `with` ends it. `limits`: of resources, set before the program runs. `user`: whose process it is.
    `variables`: of its environment, beside those of this process."""

    def __init__(self, program, *options, limits=(), user=None, log="error", variables=()):
        def restrict():
            for what, value in limits:
                resource.setrlimit(what, (value, value))
        self.log = tempfile.TemporaryFile("w+")  # no pipe: nobody reads it while the simulator runs
        self.process = subprocess.Popen([program, "--port", "0", "--log-level", log, *options], text=True,
                                        stdout=subprocess.PIPE, stderr=self.log, user=user,
                                        env=os.environ | dict(variables),
                                        preexec_fn=restrict if limits else None)
        self.ready = None

    def wait_ready(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the simulator did not start: {self.logged()}")
        self.ready = json.loads(line)
        return self

    def refused(self):
        """What it says when it does not start; it must end by itself, with 1."""
        try:
            said, _ = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("it started, or hung, and was to be refused") from None
        assert self.process.returncode == 1 and not said, f"it started, or died: {self.process.returncode} {self.logged()}"
        return self.logged()

    def logged(self):
        self.log.seek(0)
        return self.log.read().strip()

    def __enter__(self):
        return self.wait_ready()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def rest(self, node=1, timeout=60):
        token = base64.b64encode(f"{self.ready['username']}:{self.ready['password']}".encode()).decode()
        return Client(self.ready["nodes"][node - 1]["rest"],
                      {"Authorization": "Basic " + token, "Content-Type": "application/json"}, timeout)

    def control(self, timeout=60):
        return Client(self.ready["control"], {"Content-Type": "application/json"}, timeout)

    def node_ports(self):
        """(uid, certificate, url) of every port that presents a certificate."""
        return [(node["uid"], PORTS[port], node[port]) for node in self.ready["nodes"] for port in PORTS]

    def process_file(self, name):
        return pathlib.Path(f"/proc/{self.process.pid}/{name}").read_text()

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def threads(self):
        return int(self.process_file("stat").rpartition(")")[2].split()[17])

    def resident_bytes(self):
        return int(self.process_file("statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def processor_seconds(self):
        fields = self.process_file("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stored(client):
    """What the store holds by the REST API: {name: (certificate, key)}; "" where there is no key."""
    held = client.json("GET", "/v1/cluster/certificates")
    return {name: (held[name + "_cert"], held.get(name + "_key", "")) for name in NAMES if name + "_cert" in held}


def generate_pairs(fixtures, folder, count, only="valid/p256"):
    """Pairs with keys of their own, by certdrill-fixtures: [(certificate, key)], good for every certificate."""
    out = os.path.join(folder, "pairs")
    subprocess.run([fixtures, "generate", "--out", out, "--name", "proxy", "--only", only, "--count", str(count),
                    "--unique-keys"], check=True, capture_output=True)
    bodies = [json.loads(path.read_text()) for path in sorted(pathlib.Path(out).rglob("request.json"))]
    return [(body["certificate"], body["key"]) for body in bodies]


def body_of(name, pair):
    """As PUT /v1/cluster/update_cert takes it."""
    certificate, key = pair
    return {"name": name, "certificate": certificate} | ({} if name in WITHOUT_KEY else {"key": key})

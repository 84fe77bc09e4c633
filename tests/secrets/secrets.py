"""Keys and passwords that are known beforehand, the forms in which they can leak, and the search for them."""
import base64
import pathlib
import re
import subprocess

PIECE = 20  # characters: shorter ones tell nothing, and may stand anywhere
STEP = 10


def pieces_of(text, but_not_in=""):
    """So many stretches that whoever shows PIECE + STEP characters in a row shows one of them."""
    found = []
    for line in text.splitlines():
        if "-----" in line:
            continue
        for i in range(0, max(1, len(line) - PIECE + 1), STEP):
            piece = line[i:i + PIECE]
            if len(piece) == PIECE and piece not in but_not_in:
                found.append(piece)
    return found


class Pair:
    """An RSA key and its certificate, made by OpenSSL."""

    def __init__(self, folder, name):
        key, certificate = pathlib.Path(folder, name + ".key"), pathlib.Path(folder, name + ".pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                        "/CN=cluster.local", "-addext", "subjectAltName=DNS:cluster.local,DNS:*.cluster.local",
                        "-addext", "extendedKeyUsage=serverAuth,clientAuth", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        key.chmod(0o600)
        self.key_file, self.certificate_file = key, certificate
        self.key, self.certificate = key.read_text(), certificate.read_text()

    def body(self, name="proxy"):
        return {"name": name, "certificate": self.certificate, "key": self.key}

    def forms(self):
        """How people write a key, in the right place and in the wrong one."""
        return forms_of(self.key)


def der_of(pem):
    return base64.b64decode("".join(line for line in pem.splitlines() if "-----" not in line))


def forms_of(pem):
    der = der_of(pem)
    return {"PEM": pem,
            "a line of PEM": pem.splitlines()[8 if len(pem) > 1000 else 1],
            "base64 of the PEM": base64.b64encode(pem.encode()).decode(),
            "base64 of the DER": base64.b64encode(der).decode(),
            "hex": der.hex()}


class Secrets:
    """What is searched for. A finding names the secret and its form, and never repeats it."""

    def __init__(self):
        self.needles = {}  # bytes: words

    def add_key(self, pem, certificate, name):
        """The modulus is public, and stands in a certificate too: in hex the second half is searched for."""
        for form, text in forms_of(pem).items():
            if form == "hex":
                text = text[len(text) // 2:]
            for piece in pieces_of(text, certificate):
                self.needles[piece.encode()] = f"{name}: {form}"

    def add_small_key(self, pem, certificate, name):
        """Of a P-256 key in PKCS#8: what lies in the second line before the public half, by which a certificate's
        begins."""
        text = pem.splitlines()[2][:PIECE]
        if text not in certificate:
            self.needles[text.encode()] = f"{name}: a line of PEM"

    def add_word(self, word, name, user=""):
        self.needles[word.encode()] = name
        self.needles[base64.b64encode(word.encode()).rstrip(b"=")] = name + ": base64"
        if user:
            self.needles[base64.b64encode(f"{user}:{word}".encode()).rstrip(b"=")] = name + ": as Basic credentials"

    def add_cluster(self, snapshot):
        """The keys that a simulated cluster made for itself, from GET /sim/v1/snapshot?include_keys=true."""
        for one in snapshot["certificates"].values():
            if "PRIVATE KEY" in one.get("key", ""):
                self.add_small_key(one["key"], one["certificate"], "a key of the cluster")

    def found_in(self, data):
        if isinstance(data, str):
            data = data.encode()
        found = {words for needle, words in self.needles.items() if needle in data}
        if re.search(rb"BEGIN [A-Z ]*PRIVATE KEY-----(\\r|\\n|\s)+[A-Za-z0-9+/]{4}", data):
            found.add("a PEM block of some key")
        return found


class Look:
    """Counts what was looked at, and fails where something was found."""

    def __init__(self, secrets):
        self.secrets = secrets
        self.looked = {}  # kind of output: [pieces, bytes]
        self.leaks = []

    def at(self, kind, data, where=""):
        count = self.looked.setdefault(kind, [0, 0])
        count[0] += 1
        count[1] += len(data)
        for words in sorted(self.secrets.found_in(data)):
            self.leaks.append(f"{kind}{': ' if where else ''}{where}: {words}")

    def at_files(self, kind, folder, but_not=()):
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file() and not any(path.match(pattern) for pattern in but_not):
                self.at(kind, path.read_bytes(), path.name)

    def tell(self):
        for kind, (number, size) in sorted(self.looked.items()):
            print(f"{number:6} {size:9} bytes  {kind}")
        for leak in self.leaks[:40]:
            print("LEAK", leak)
        print(f"{len(self.secrets.needles)} pieces of secrets, {len(self.leaks)} leaks")
        return 1 if self.leaks else 0

"""What the vendor's documents say of a certificate that is sent, judged by the openssl program.

Independent of certdrill's own code on purpose: where the documents are silent, `readings` decides.
"""
import base64
import datetime
import functools
import hashlib
import os
import re
import ssl
import subprocess
import tempfile

BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.S)
ANY_BLOCK = re.compile(r"-----BEGIN [A-Z ]+-----(.*?)-----END [A-Z ]+-----", re.S)
NO_KEY = {"mtls_trusted_ca", "sso_issuer"}
INTERNODE = {"ccs_internode_encryption", "data_internode_encryption"}


class Refused(Exception):
    def __init__(self, status, code, why):
        super().__init__(why)
        self.status, self.code, self.why = status, code, why


def openssl(*arguments, text=""):
    done = subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@functools.lru_cache(maxsize=4096)
def facts_of(pem):
    """subject and issuer hash, the two times, and the extensions' text; None when it does not decode."""
    code, out = openssl("x509", "-noout", "-subject_hash", "-issuer_hash", "-startdate", "-enddate",
                        "-ext", "extendedKeyUsage,basicConstraints", text=pem + "\n")
    if code != 0:
        return None
    lines = out.splitlines()
    times = dict(line.split("=", 1) for line in lines if line.startswith("not"))
    when = {name: datetime.datetime.strptime(value, "%b %d %H:%M:%S %Y %Z").timestamp()
            for name, value in times.items()}
    return {"subject": lines[0], "issuer": lines[1], "from": when["notBefore"], "until": when["notAfter"],
            "text": out}


@functools.lru_cache(maxsize=4096)
def chain_holds(blocks):
    with tempfile.TemporaryDirectory() as folder:
        def file(name, pems):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="ascii", errors="replace") as out:
                out.write("\n".join(pems) + "\n")
            return path
        leaf, last = file("leaf", blocks[:1]), file("last", blocks[-1:])
        between = ["-untrusted", file("between", blocks[1:-1])] if len(blocks) > 2 else []
        return openssl("verify", "-partial_chain", "-no_check_time", "-CAfile", last, *between, leaf)[0] == 0


@functools.lru_cache(maxsize=4096)
def fits(chain, key):
    return context_of(chain, key) is not None


def context_of(chain, key):
    """A server's context for the pair; None when OpenSSL will not serve it."""
    def no_password():
        raise ValueError("encrypted")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.options |= ssl.OP_NO_TICKET
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("cert", "key")]
        for path, text in zip(paths, (chain, key)):
            with open(path, "w", encoding="utf-8", errors="surrogateescape") as out:
                out.write(text + "\n")
        try:
            context.load_cert_chain(*paths, password=no_password)
        except (ssl.SSLError, OSError, ValueError):
            return None
    return context


def invalid(why):
    return Refused(400, "invalid_certificate", why)


def judge(name, certificate, key, now, readings, bug):
    """The blocks of an acceptable chain. Raises Refused. `key`: the one to match, sent or installed."""
    blocks = tuple(BLOCK.findall(certificate or ""))
    if not blocks:
        raise Refused(readings.absent, "invalid_certificate", "There is no certificate.")
    facts = [facts_of(block) for block in blocks]
    if None in facts:
        raise invalid("A certificate cannot be decoded.")
    if name not in NO_KEY:
        wanted_key = key if bug != "any-key-will-do" else None
        if not key:
            raise invalid("There is no key.")
        if bug == "key-of-the-intermediate-accepted" and any(fits(block, key) for block in blocks[1:]):
            wanted_key = None
        if wanted_key is not None and not fits(certificate, wanted_key):
            raise invalid("The key does not fit.")
        if bug != "order-not-checked":
            for below, above in zip(facts, facts[1:]):
                if below["issuer"] != above["subject"]:
                    raise invalid("The chain is not in order.")
            if not chain_holds(blocks):
                raise invalid("The chain does not verify.")
        if readings.duplicates == "refused" and len(set(blocks)) != len(blocks):
            raise invalid("A certificate is there twice.")
    if name in INTERNODE and "TLS Web Client Authentication" not in facts[0]["text"] and bug != "internode-use-not-checked":
        raise invalid("clientAuth is missing.")
    if any(one["from"] > now for one in facts) and bug != "not-yet-valid-accepted":
        raise invalid("A certificate is not yet valid.")
    late = {"expiry-two-hours-late": 7200, "expiry-two-hours-early": -7200, "expired-accepted": 1e12,
            "expired-yesterday-accepted": 2 * 86400}.get(bug, 0)
    looked_at = facts[:1] if bug == "only-the-leaf-expires" else facts
    if any(one["until"] + late < now for one in looked_at):
        raise Refused(406, "certificate_expired", "A certificate has expired.")
    return blocks


def substance(text):
    """A digest of what the PEM blocks hold, whatever stands around them; None of nothing."""
    if text is None:
        return None
    return hashlib.sha256(b"".join(base64.b64decode(inner) for inner in ANY_BLOCK.findall(text))).hexdigest()

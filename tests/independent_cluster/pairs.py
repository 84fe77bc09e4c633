"""The certificates that the fake cluster makes for itself, as read from a real one, by the openssl program."""
import os
import subprocess
import tempfile


def run(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def request(folder, subject, names, days, signer=()):
    paths = [os.path.join(folder, name) for name in ("cert.pem", "key.pem")]
    extensions = [f"subjectAltName={names}", "extendedKeyUsage=serverAuth,clientAuth"] if names else []
    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", str(days), "-subj", subject,
        *(word for extension in extensions for word in ("-addext", extension)), *signer,
        "-out", paths[0], "-keyout", paths[1])
    return read(paths[0]), read(paths[1])


def new_ca():
    with tempfile.TemporaryDirectory() as folder:
        return request(folder, "/CN=internal CA", "", 3650)


def new_pair(fqdn, name, ca):
    """(chain, key): self-signed, or for an internode certificate signed by `ca` and followed by it."""
    with tempfile.TemporaryDirectory() as folder:
        names = f"DNS:{fqdn},DNS:*.{fqdn}"
        subject = f"/CN={fqdn}/OU={name}/O=RedisLabs Enterprise Cluster"
        if ca is None:
            return request(folder, subject, names, 365)
        signer = []
        for option, text in (("-CA", ca[0]), ("-CAkey", ca[1])):
            path = os.path.join(folder, option)
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            signer += [option, path]
        certificate, key = request(folder, subject, names, 90, signer)
        return certificate + ca[0], key

#!/usr/bin/env python3
"""The vendor's Rust client against the REST API: it parses the body of every 200, and none is documented.

Usage: vendor_client_test.py CERTDRILL_SIM CLIENTS_FOLDER

With an object as body it reports the success; with an empty body it reports a failure after a change that was made.
Both are shown, and that the drills of that name turn one into the other.
"""
import json
import os
import ssl
import subprocess
import sys
import tempfile

import scene


def replace_certificate(cluster, folder, client):
    """What the client made of the answer, and whether the certificate is in place."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "certificate.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=cluster.local",
                    "-addext", "extendedKeyUsage=serverAuth,clientAuth", "-keyout", key, "-out", certificate], check=True,
                   capture_output=True)
    body = os.path.join(folder, "body.json")
    with open(key) as k, open(certificate) as c, open(body, "w") as out:
        sent = c.read()
        json.dump({"name": "proxy", "key": k.read(), "certificate": sent}, out)
    ready = cluster.ready
    said = subprocess.run([client], check=True, timeout=60, capture_output=True, text=True, env=os.environ | {
        "REST_URL": ready["nodes"][0]["rest"], "REST_USERNAME": ready["username"], "REST_PASSWORD": ready["password"],
        "REST_BODY": body}).stdout.strip()
    presented = ssl.get_server_certificate((cluster.host, int(cluster.port)))
    return said.split(":")[0], ssl.PEM_cert_to_DER_cert(presented) == ssl.PEM_cert_to_DER_cert(sent)


def main():
    program, clients = sys.argv[1:]
    client = f"{clients}/rust/vendor_client"
    if not os.path.exists(client):
        scene.skip("the vendor's Rust client is not installed; ./dev clients installs it where cargo is")
    rows = [([], "failure"), (["--success-body", "object"], "success"), (["--drill", "success-with-an-object"], "success"),
            (["--success-body", "object", "--drill", "success-without-a-body"], "failure")]
    with tempfile.TemporaryDirectory() as folder:
        for options, expected in rows:
            with scene.cluster(program, *options) as cluster:
                assert replace_certificate(cluster, folder, client) == (expected, True), options
    print(f"the vendor's Rust client: {len(rows)} passed, 0 failed")


if __name__ == "__main__":
    main()

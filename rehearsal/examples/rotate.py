#!/usr/bin/env python3
"""Rotates one certificate of a cluster, and exits with 0 if and only if every node presents the new one.

Python's standard library alone: copy it, and give it your cluster's addresses by the variables below. It takes care of
a node that misses the update (409), of answers that never come or are none, of throttling and redirects, of a "200" that
was none, of nodes that go on with the old certificate, and of a second writer that puts it back. It repeats nothing that
was refused for good, and gives password and key only to a server that it has verified; neither is ever printed.

Exits with 0: every node has it. 1: not so; standard error says why. 2: nothing was sent, a setting is missing.
"""
import base64
import email.utils
import http.client
import json
import os
import pathlib
import re
import socket
import ssl
import sys
import time
import urllib.parse

SENDS = 6               # the request goes out so often at most
FIRST_PAUSE = 0.5       # seconds before the second one; then twice as long each time
ANSWER_SECONDS = 20     # for one answer; a large cluster may take minutes
SECONDS = 60            # for all of it: after a 200, too, nodes may be gone for a while
SETTLE_SECONDS = 2      # complete means: still complete so much later
LOOKS = 3               # at each port: a server's workers do not all change at the same moment
UPDATE_CERT = "/v1/cluster/update_cert"
CALLS = [UPDATE_CERT, "/v1/cluster/certificates"]  # newer versions of the product have only the second one
REFUSED_FOR_GOOD = {400, 401, 403, 404, 405, 406, 413, 415}


def stop(why):
    print(why, file=sys.stderr)
    sys.exit(2)


def setting(name):
    return os.environ[name] if name in os.environ else stop(f"{name} is not set")


def read(path):
    try:
        return pathlib.Path(path).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        stop(f"{path} cannot be read: {error}")


NODES = setting("CERTDRILL_NODES").split(",")       # https://host:port of every node's REST API
CLUSTER = setting("CERTDRILL_CLUSTER")              # the cluster's name, which its certificates are issued to
USER = setting("CERTDRILL_USERNAME") + ":" + setting("CERTDRILL_PASSWORD")
CA = read(setting("CERTDRILL_CA"))                  # what the REST API's certificate verifies with
NAME = setting("CERTDRILL_NAME")                    # proxy, api, ...
PORTS = [port for port in setting("CERTDRILL_PRESENTED").split(",") if port]  # host:port where each node presents it
CHAIN, KEY = read(setting("CERTDRILL_CHAIN")), read(setting("CERTDRILL_KEY"))  # PEM, from the leaf to the root
HEADERS = {"Authorization": "Basic " + base64.b64encode(USER.encode()).decode(), "Content-Type": "application/json"}


def say(text):
    print(text.partition("-----BEGIN")[0], file=sys.stderr, flush=True)  # nobody's PEM


def certificates_in(pem):
    """The DER of each: the text may come back with other line ends, the certificates must not."""
    blocks = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", pem, re.S)
    return [ssl.PEM_cert_to_DER_cert(block) for block in blocks]


def trusting(*anchors):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies the chain and the name
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the anchor need not be a root
    for anchor in anchors:
        context.load_verify_locations(cadata=anchor)
    return context


try:
    WANTED = certificates_in(CHAIN)
    # Half-way through a rotation of api, some nodes have the old one and some the new one.
    REST = trusting(CA, WANTED[-1]) if NAME == "api" else trusting(CA)
    PRESENTED = trusting(WANTED[-1])  # the last one alone: so the nodes must send all that leads to it
except (IndexError, ValueError, ssl.SSLError) as bad:
    stop(f"CERTDRILL_CA and CERTDRILL_CHAIN must hold certificates: {bad}")


def ask(node, method, path, body=None, seconds=ANSWER_SECONDS):
    """(status, text, headers). Raises OSError or HTTPException where there is no answer in time."""
    end = time.monotonic() + seconds
    url = urllib.parse.urlsplit(node)
    connection = http.client.HTTPConnection(url.hostname, url.port)
    with socket.create_connection((url.hostname, url.port), timeout=min(seconds, 5)) as plain:
        plain.settimeout(seconds)
        with REST.wrap_socket(plain, server_hostname=CLUSTER) as connection.sock:
            connection.request(method, path, body, HEADERS)
            answer, text = connection.getresponse(), b""
            while part := answer.read(1024):
                text += part
                if time.monotonic() > end:
                    raise TimeoutError("the answer takes too long")
            return answer.status, text.decode("utf-8", "replace"), answer.headers


def update(node):
    """(status, reason, seconds to wait before the next one). The status is None where there was no answer."""
    entry = {"name": NAME, "certificate": CHAIN} | ({"key": KEY} if KEY else {})  # a CA to trust has none
    try:
        for path in tuple(CALLS):
            body = json.dumps(entry if path == UPDATE_CERT else {"certificates": [entry]})
            status, text, headers = ask(node, "PUT", path, body)
            other = re.match("https://[^/]*", headers.get("Location", ""))
            if status in (307, 308) and other and other.group() in NODES:  # nobody else gets the key
                status, text, headers = ask(other.group(), "PUT", path, body)
            if status != 404:
                break
            CALLS.reverse()
    except (OSError, http.client.HTTPException) as error:
        # It may have been carried out all the same: what the nodes present will tell.
        return None, f"no answer: {getattr(error, 'verify_message', '') or type(error).__name__}", 0
    reason = re.search(r'"(?:description|message)"\s*:\s*"([^"]*)', text)
    return status, reason.group(1) if reason else "", seconds_to_wait(headers.get("Retry-After", ""))


def seconds_to_wait(retry_after):
    try:
        until = None if retry_after.isdigit() else email.utils.parsedate_to_datetime(retry_after)
        return max(0, until.timestamp() - time.time()) if until else int(retry_after)
    except (TypeError, ValueError):
        return 0


def presented(port):
    """The leaf's DER. Raises SSLCertVerificationError where what comes with it does not lead to our root."""
    host, _, number = port.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(number)), timeout=5) as plain:
        with PRESENTED.wrap_socket(plain, server_hostname=CLUSTER) as wrapped:
            return wrapped.getpeercert(binary_form=True)


def look():
    """(wrong, unseen): what has another certificate, and what could not be looked at. Both empty: it is complete."""
    wrong, unseen = [], []
    for port in PORTS:
        try:
            if any(presented(port) != WANTED[0] for _ in range(LOOKS)):
                wrong.append(f"{port} presents another certificate")
        except ssl.SSLCertVerificationError as error:
            wrong.append(f"{port} does not present the new chain ({error.verify_message})")
        except OSError as error:
            unseen.append(f"{port} cannot be looked at ({error.strerror or type(error).__name__})")
    stored = False  # the cluster has one store, and any node tells what is in it
    for node in NODES if not wrong + unseen else ():
        try:
            status, text, _ = ask(node, "GET", "/v1/cluster/certificates", seconds=10 if PORTS else 30)
            if status == 200:
                stored = True
                if WANTED[0] not in certificates_in(json.loads(text).get(NAME + "_cert", "")):
                    wrong.append("another certificate is stored")
                break
        except TimeoutError:
            break
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            continue  # another node may tell
    if not stored and not PORTS and not wrong:
        unseen.append("no node tells what is stored")
    return wrong, unseen


def main():
    end, pause, sends, status, wait = time.monotonic() + SECONDS, FIRST_PAUSE, 0, None, 0
    if PORTS and not any(look()):
        print(f"{NAME}: every node has it already.")
        return 0
    while True:
        if status != 200 or wrong:  # after a 200, what only cannot be looked at yet is no reason to send it again
            node = NODES[sends % len(NODES)]
            sends += 1
            status, reason, wait = update(node)
            say(f"update {sends} by {node}: {status or ''} {reason[:300]}")
        wrong, unseen = look()
        if not wrong + unseen:
            time.sleep(SETTLE_SECONDS)
            wrong, unseen = look()
        if not wrong + unseen and (PORTS or status == 200):  # what no port shows, the cluster's word must vouch for
            print(f"{NAME} is rotated: every node has the new certificate.")
            return 0
        if status in REFUSED_FOR_GOOD or sends == SENDS or time.monotonic() + max(pause, wait) > end:
            break
        time.sleep(max(pause, wait))
        pause *= 2
    say(f"{NAME} is not rotated on every node: " + "; ".join(wrong + unseen))
    return 1


if __name__ == "__main__":
    sys.exit(main())

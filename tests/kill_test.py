#!/usr/bin/env python3
"""Kills the simulator with SIGKILL in the middle of updates, and checks that every node is whole afterwards.

Usage: kill_test.py CERTDRILL_SIM

Two certificates take turns while the process is killed after another number of answers each round; then every
node on disk must hold a matching pair, the old or the new one, and a simulator started again must answer.
"""
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading

ROUNDS = 12
NODES = 3


def make_pair(folder, name):
    key, cert = os.path.join(folder, name + ".key"), os.path.join(folder, name + ".pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                    "/CN=cluster.local", "-keyout", key, "-out", cert], check=True, capture_output=True)
    with open(key) as k, open(cert) as c:
        return {"name": "proxy", "certificate": c.read(), "key": k.read()}


def start(program, data_dir):
    process = subprocess.Popen([program, "--port", "0", "--data-dir", data_dir, "--nodes", str(NODES), "--log-level",
                                "error"], stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert line, "the simulator did not start"
    return process, json.loads(line)


def connect(ready):
    address = ready["nodes"][0]["rest"].removeprefix("https://")
    context = ssl._create_unverified_context()
    return http.client.HTTPSConnection(address, context=context, timeout=30)


def authorization(ready):
    import base64
    token = base64.b64encode(f"{ready['username']}:{ready['password']}".encode()).decode()
    return {"Authorization": "Basic " + token, "Content-Type": "application/json"}


def hammer(ready, pairs, answered):
    """Sends updates until the connection dies with the process."""
    try:
        connection = connect(ready)
        for i in range(100_000):
            connection.request("PUT", "/v1/cluster/update_cert", json.dumps(pairs[i % 2]), authorization(ready))
            response = connection.getresponse()
            response.read()
            assert response.status == 200, response.status
            answered.release()
    except (OSError, http.client.HTTPException):
        pass


def check_folder(data_dir, pairs):
    for uid in range(1, NODES + 1):
        with open(os.path.join(data_dir, f"node-{uid}", "proxy_cert.pem"), newline="") as cert, \
                open(os.path.join(data_dir, f"node-{uid}", "proxy_key.pem"), newline="") as key:
            held = (cert.read(), key.read())
        assert held in [(p["certificate"], p["key"]) for p in pairs], f"node {uid} holds no whole pair"


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        pairs = [make_pair(folder, "a"), make_pair(folder, "b")]
        data_dir = os.path.join(folder, "cluster")
        for round_number in range(ROUNDS):
            process, ready = start(program, data_dir)
            if round_number > 0:
                check_folder(data_dir, pairs)
            answered = threading.Semaphore(0)
            client = threading.Thread(target=hammer, args=(ready, pairs, answered))
            client.start()
            for _ in range(round_number + 1):
                answered.acquire()
            process.send_signal(signal.SIGKILL)
            process.wait()
            client.join()
        process, ready = start(program, data_dir)
        check_folder(data_dir, pairs)
        connection = connect(ready)
        connection.request("GET", "/v1/cluster/certificates", headers=authorization(ready))
        stored = json.loads(connection.getresponse().read())
        assert (stored["proxy_cert"], stored["proxy_key"]) in [(p["certificate"], p["key"]) for p in pairs]
        process.terminate()
        assert process.wait() == 0
    print(f"killed {ROUNDS} times in the middle of updates; every node held a whole pair each time")


main()

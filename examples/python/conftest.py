# Paste this into your conftest.py: a fixture `cluster`, a simulated cluster of its own for each test.
import json
import ssl
import subprocess
import types
import urllib.error
import urllib.request

import pytest


@pytest.fixture
def cluster():
    with subprocess.Popen(["certdrill-sim", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            ready = json.loads(process.stdout.readline())  # one line, once every port accepts
            yield types.SimpleNamespace(
                url=ready["nodes"][0]["rest"], nodes=ready["nodes"], control=ready["control"],
                username=ready["username"], password=ready["password"],
                tls=ssl.create_default_context(cadata=ready["ca"]),
                drill=lambda name: _send("PUT", f"{ready['control']}/sim/v1/drills/{name}"),
                converged=lambda: _send("GET", f"{ready['control']}/sim/v1/convergence")["converged"])
        finally:
            process.terminate()


def _send(method, url):
    with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
        return json.loads(answer.read())

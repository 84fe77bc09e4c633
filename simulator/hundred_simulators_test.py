"""Starts 100 simulators on free ports at once, uses and stops each of them; none may fail.

usage: hundred_simulators_test.py CERTDRILL_SIM
"""
import base64
import json
import ssl
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

COUNT = 100
SECONDS = 60  # for any one step; far beyond what is needed


def call(url, method="GET", body=None, user=None):
    request = urllib.request.Request(url, method=method)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    if user:
        request.add_header("Authorization", "Basic " + base64.b64encode(user.encode()).decode())
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with urllib.request.urlopen(request, timeout=SECONDS, context=context) as response:
        text = response.read()
    return json.loads(text) if text else None


def use(process):
    ready = json.loads(process.stdout.readline())
    user = ready["username"] + ":" + ready["password"]
    rest = ready["nodes"][0]["rest"]
    held = call(rest + "/v1/cluster/certificates", user=user)
    call(rest + "/v1/cluster/update_cert", "PUT",
         {"name": "proxy", "certificate": held["proxy_cert"], "key": held["proxy_key"]}, user)
    count = call(ready["control"] + "/sim/v1/requests/count?status=200")["count"]
    assert count == 2, f"the journal counts {count} requests, not 2"
    call(ready["control"] + "/sim/v1/reset", "POST")
    count = call(ready["control"] + "/sim/v1/requests/count")["count"]
    assert count == 0, f"after the reset the journal counts {count} requests"
    process.terminate()
    code = process.wait(SECONDS)
    assert code == 0, f"the simulator ended with {code}"


def main():
    command = [sys.argv[1], "--port", "0", "--log-level", "warn"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(COUNT)]
    try:
        with ThreadPoolExecutor(16) as pool:
            for use_one in [pool.submit(use, process) for process in processes]:
                use_one.result()
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.wait()
    print(f"{COUNT} simulators started, used and stopped")


main()

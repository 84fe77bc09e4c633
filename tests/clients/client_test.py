#!/usr/bin/env python3
"""A real client library against the database ports: what they answer themselves, and a Redis server behind them.

Usage: client_test.py CERTDRILL_SIM CLIENTS_FOLDER CLIENT

CLIENTS_FOLDER is where `./dev clients` installs; a client that is not there is skipped (exit code 77).
"""
import os
import subprocess
import sys
import tempfile

import scene

HERE = os.path.dirname(os.path.abspath(__file__))

# What runs the client, and a file that is there once it is installed; {} is CLIENTS_FOLDER.
CLIENTS = {
    "redis-py": (["{}/python/bin/python", f"{HERE}/redis_py_client.py"], "{}/python/bin/schemathesis"),
    "node-redis": (["node", f"{HERE}/node_redis_client.mjs"], "{}/node/node_modules/redis/package.json"),
    "ioredis": (["node", f"{HERE}/ioredis_client.mjs"], "{}/node/node_modules/ioredis/package.json"),
    "go-redis": (["{}/go/go_redis"], "{}/go/go_redis"),
}


def run(name, folder, cluster, real_server):
    command, _ = CLIENTS[name]
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as certificate:
        certificate.write(cluster.proxy_certificate())
        certificate.flush()
        surroundings = os.environ | {
            "DATABASE_HOST": cluster.host, "DATABASE_PORT": cluster.port, "DATABASE_CA": certificate.name,
            "DATABASE_NAME": cluster.ready["cluster"], "REAL_SERVER": "1" if real_server else "",
            "CLIENT_MODULES": f"{folder}/node"}
        subprocess.run([part.format(folder) for part in command], env=surroundings, check=True, timeout=120)


def main():
    program, folder, name = sys.argv[1:]
    if not os.path.exists(CLIENTS[name][1].format(folder)):
        scene.skip(f"{name} is not installed; ./dev clients installs it")
    passed = 0
    with scene.cluster(program) as cluster:
        run(name, folder, cluster, real_server=False)
        passed += 1
    with scene.redis_server() as found:
        if found:
            with scene.cluster(program, "--redis", f"127.0.0.1:{found[0]}") as cluster:
                run(name, folder, cluster, real_server=True)
                passed += 1
    print(f"{name}: {passed} passed, 0 failed")


if __name__ == "__main__":
    main()

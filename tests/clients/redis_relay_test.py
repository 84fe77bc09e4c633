#!/usr/bin/env python3
"""A real Redis server behind the database ports (certdrill-sim --redis), spoken to through TLS and a rotation.

Usage: redis_relay_test.py CERTDRILL_SIM
"""
import hashlib
import socket
import ssl
import sys
import tempfile

import scene

BIG = 3_000_000


def connect(cluster, node=0):
    host, port = cluster.ready["nodes"][node]["database"].removeprefix("rediss://").split(":")
    return ssl._create_unverified_context().wrap_socket(socket.create_connection((host, int(port)), timeout=30))


def command(*words):
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def line(connection):
    read = b""
    while not read.endswith(b"\r\n"):
        piece = connection.recv(1)
        assert piece, f"cut off after {read!r}"
        read += piece
    return read


def bulk(connection):
    size = int(line(connection)[1:])
    read = b""
    while len(read) < size + 2:
        piece = connection.recv(65536)
        assert piece, "cut off"
        read += piece
    return read[:-2]


def ask(connection, *words):
    connection.sendall(command(*words))
    return line(connection)


def commands_reach_the_server(cluster):
    with connect(cluster) as one, connect(cluster, node=1) as other:
        assert ask(one, "SET", "greeting", "hello") == b"+OK\r\n"
        other.sendall(command("GET", "greeting"))
        assert bulk(other) == b"hello", "both nodes lead to one server"
        assert b"NOAUTH" not in ask(one, "HELLO", "3")


def large_values_and_long_pipelines_pass(cluster):
    value = hashlib.sha256(b"seed").digest() * (BIG // 32)
    with connect(cluster) as one:
        assert ask(one, "SET", "big", value) == b"+OK\r\n"
        one.sendall(command("GET", "big"))
        assert bulk(one) == value
        one.sendall(command("INCR", "count") * 2000)
        assert [line(one) for _ in range(2000)][-1] == b":2000\r\n"


def an_open_connection_survives_a_rotation(cluster, folder):
    with connect(cluster) as before:
        ask(before, "SET", "kept", "yes")
        old = before.getpeercert(binary_form=True)
        cluster.update_proxy(folder)
        before.sendall(command("GET", "kept"))
        assert bulk(before) == b"yes"
        with connect(cluster) as after:
            assert after.getpeercert(binary_form=True) != old, "a new connection sees the new certificate"
            after.sendall(command("GET", "kept"))
            assert bulk(after) == b"yes"


def a_node_that_goes_down_drops_its_clients(cluster):
    with connect(cluster, node=1) as one:
        assert ask(one, "PING") == b"+PONG\r\n"
        assert cluster.call("PUT", "/sim/v1/nodes/2", {"state": "down"}, control=True)[0] == 200
        try:
            assert one.recv(1) == b"", "the connection should be gone"
        except OSError:
            pass
    assert cluster.call("PUT", "/sim/v1/nodes/2", {"state": "up"}, control=True)[0] == 200


def a_client_that_leaves_takes_its_connection_along(cluster, port):
    with socket.create_connection(("127.0.0.1", port)) as direct, connect(cluster) as one:
        direct.settimeout(30)
        ask(one, "CLIENT", "SETNAME", "leaver")
        direct.sendall(command("CLIENT", "LIST"))
        assert b"name=leaver" in bulk(direct)
        one.close()
        while True:  # the server is told by its own time
            direct.sendall(command("CLIENT", "LIST"))
            if b"name=leaver" not in bulk(direct):
                break


def without_the_server_the_client_is_told(cluster, server):
    with connect(cluster) as one:
        assert ask(one, "PING") == b"+PONG\r\n"
        server.terminate()
        server.wait()
        try:
            assert one.recv(1) == b"", "the server is gone"
        except OSError:
            pass
    with connect(cluster) as late:
        said = line(late)
        assert said.startswith(b"-ERR the Redis server behind this port, 127.0.0.1:"), said


def main():
    with scene.redis_server() as found, tempfile.TemporaryDirectory() as folder:
        if not found:
            scene.skip("there is no redis-server here (Debian: apt-get install redis-server)")
        port, server = found
        with scene.cluster(sys.argv[1], "--redis", f"127.0.0.1:{port}") as cluster:
            commands_reach_the_server(cluster)
            large_values_and_long_pipelines_pass(cluster)
            an_open_connection_survives_a_rotation(cluster, folder)
            a_node_that_goes_down_drops_its_clients(cluster)
            a_client_that_leaves_takes_its_connection_along(cluster, port)
            without_the_server_the_client_is_told(cluster, server)
    print("redis-server behind the database ports: 6 passed, 0 failed")


if __name__ == "__main__":
    main()

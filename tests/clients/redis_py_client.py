"""redis-py as an application uses it: in both protocols, with the certificate verified."""
import os

import redis

settings = {"host": os.environ["DATABASE_HOST"], "port": int(os.environ["DATABASE_PORT"]), "ssl": True,
            "ssl_ca_certs": os.environ["DATABASE_CA"], "ssl_check_hostname": False, "client_name": "app",
            "socket_timeout": 30}
real_server = bool(os.environ["REAL_SERVER"])
if not real_server:
    settings |= {"username": "app", "password": "secret"}

for protocol in (2, 3):
    with redis.Redis(**settings, protocol=protocol) as client:
        assert client.ping()
        if real_server:
            client.set("key", "value")
            assert client.get("key") == b"value"
print(f"redis-py {redis.__version__}")

import base64
import json
import os
import pathlib
import urllib.error
import urllib.request

BODY = pathlib.Path(os.environ["CERTDRILL_REQUEST"]).read_bytes()  # certdrill-fixtures generate --out ...


def update(cluster):
    """The code under test: one update, its status."""
    credentials = base64.b64encode(f"{cluster.username}:{cluster.password}".encode()).decode()
    request = urllib.request.Request(f"{cluster.url}/v1/cluster/update_cert", BODY, method="PUT", headers={
        "Content-Type": "application/json", "Authorization": f"Basic {credentials}"})
    try:
        with urllib.request.urlopen(request, context=cluster.tls) as answer:
            return answer.status, None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["error_code"]


def test_a_lost_confirmation_is_409_and_the_retry_finishes_the_job(cluster):
    cluster.drill("ack-lost")
    assert update(cluster) == (409, "not_all_nodes_updated")
    assert update(cluster) == (200, None)
    assert cluster.converged()

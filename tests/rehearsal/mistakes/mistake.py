#!/usr/bin/env python3
"""A rotation with one planted mistake: mistake.py NAME. A rehearsal that is worth its name catches each by its rule.

Everything but the mistake is rehearsal/examples/rotate.py, the rotation that survives every drill: each mistake replaces
one of its functions or numbers. mistakes.json says in which drill each is run and which rule must catch it, and no other.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "rehearsal/examples"))
sys.dont_write_bytecode = True
import rotate  # noqa: E402

# The mistakes are about what is done, not about how long it takes.
rotate.SETTLE_SECONDS = 0.2
rotate.SENDS = 5

right = {name: getattr(rotate, name) for name in ("ask", "look", "main", "update")}
MISTAKES = {}


def mistake(function):
    MISTAKES[function.__name__.replace("_", "-")] = function
    return function


def changed_body(change):
    """What update() sends is changed on the way."""
    def ask(node, method, path, body=None, **options):
        if body is not None:
            entry = json.loads(body)
            change(entry)
            body = json.dumps(entry)
        return right["ask"](node, method, path, body, **options)
    rotate.ask = ask


def send_until(enough, pauses):
    """The request is repeated until enough(status) or after the last pause; then the nodes tell the truth."""
    def main():
        for attempt, pause in enumerate(pauses):
            status, _, _ = rotate.update(rotate.NODES[attempt % len(rotate.NODES)])
            if enough(status):
                break
            time.sleep(pause)
        wrong, unseen = rotate.look()
        return 1 if wrong + unseen else 0
    rotate.main = main


def after_the_right_thing(then):
    def main():
        status = right["main"]()
        then()
        return status
    rotate.main = main


def curl(*arguments):
    subprocess.run(["curl", "-s", "-o", "/dev/null", "--cacert", os.environ["CERTDRILL_CA"], *arguments], check=False)


# --- what it says at the end

@mistake
def says_success_always():
    def main():
        right["main"]()
        return 0
    rotate.main = main


@mistake
def says_failure_always():
    def main():
        right["main"]()
        return 1
    rotate.main = main


@mistake
def believes_a_200():
    def main():
        for attempt in range(rotate.SENDS):
            if rotate.update(rotate.NODES[attempt % len(rotate.NODES)])[0] == 200:
                return 0
            time.sleep(0.5 * 2 ** attempt)
        return 1
    rotate.main = main


@mistake
def believes_what_is_stored():
    rotate.PORTS = []
    rotate.NODES = rotate.NODES[:1]


@mistake
def looks_at_one_node():
    rotate.PORTS = rotate.PORTS[:1]


@mistake
def looks_at_the_leaf_alone():
    rotate.PRESENTED.check_hostname = False
    rotate.PRESENTED.verify_mode = rotate.ssl.CERT_NONE


@mistake
def looks_until_it_sees_the_new_one():
    def presented(port, look=rotate.presented):
        for _ in range(6):
            try:
                leaf = look(port)
            except rotate.ssl.SSLCertVerificationError:
                continue
            if leaf == rotate.WANTED[0]:
                return leaf
        return b""
    rotate.presented = presented
    rotate.LOOKS = 1


@mistake
def takes_a_cut_connection_for_a_failure():
    def main():
        status, _, _ = rotate.update(rotate.NODES[0])
        return 1 if status is None else right["main"]()
    rotate.main = main


@mistake
def takes_a_500_for_a_failure():
    def main():
        status, _, _ = rotate.update(rotate.NODES[0])
        return 1 if status == 500 else right["main"]()
    rotate.main = main


# --- what it gives up, and what it does not

@mistake
def gives_up_at_409():
    rotate.REFUSED_FOR_GOOD = rotate.REFUSED_FOR_GOOD | {409}


@mistake
def gives_up_at_503():
    rotate.REFUSED_FOR_GOOD = rotate.REFUSED_FOR_GOOD | {503}


@mistake
def gives_up_at_429():
    rotate.REFUSED_FOR_GOOD = rotate.REFUSED_FOR_GOOD | {429}


@mistake
def gives_up_at_a_cut_connection():
    rotate.REFUSED_FOR_GOOD = rotate.REFUSED_FOR_GOOD | {None}


@mistake
def sends_once():
    rotate.SENDS = 1


@mistake
def sends_the_name_of_the_file():
    changed_body(lambda entry: entry.update(name=entry["name"] + "_cert"))


@mistake
def forgets_the_key():
    changed_body(lambda entry: entry.pop("key"))


@mistake
def sends_the_leaf_alone():
    leaf = rotate.read(rotate.setting("CERTDRILL_CERTIFICATE"))
    changed_body(lambda entry: entry.update(certificate=leaf))


# --- how it repeats

@mistake
def repeats_a_400():
    send_until(lambda status: status == 200, [0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1])


@mistake
def repeats_a_401():
    send_until(lambda status: status == 200, [0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1])


@mistake
def repeats_without_a_pause():
    send_until(lambda status: status == 200, [0] * 60)


@mistake
def repeats_after_always_the_same_pause():
    send_until(lambda status: status == 200, [0.2] * 15)


@mistake
def ignores_retry_after():
    rotate.seconds_to_wait = lambda header: 0
    rotate.NODES = rotate.NODES[:1]


@mistake
def reads_without_a_pause():
    def look():
        url = rotate.urllib.parse.urlsplit(rotate.NODES[0])
        connection = rotate.http.client.HTTPConnection(url.hostname, url.port)
        with rotate.socket.create_connection((url.hostname, url.port)) as plain:
            with rotate.REST.wrap_socket(plain, server_hostname=rotate.CLUSTER) as connection.sock:
                for _ in range(200):
                    connection.request("GET", "/v1/nodes", headers=rotate.HEADERS)
                    connection.getresponse().read()
        return right["look"]()
    rotate.look = look


@mistake
def compares_what_is_stored_as_text():
    def look():
        wrong, unseen = right["look"]()
        if not wrong + unseen:
            _, text, _ = rotate.ask(rotate.NODES[0], "GET", "/v1/cluster/certificates")
            if json.loads(text)[rotate.NAME + "_cert"] != rotate.CHAIN:
                wrong.append("the text differs")
        return wrong, unseen

    def main():
        rotate.look = look
        right["main"]()
        rotate.look = right["look"]
        return 1 if any(rotate.look()) else 0
    rotate.main = main
    rotate.SENDS, rotate.FIRST_PAUSE = 10, 0.005


@mistake
def never_settles():
    def main():
        while True:
            rotate.update(rotate.NODES[0])
            time.sleep(2)
    rotate.main = main


# --- how it ends

@mistake
def leaves_a_child_behind():
    after_the_right_thing(lambda: subprocess.Popen(["sleep", "300"], start_new_session=True))


@mistake
def never_gives_up():
    rotate.SENDS, rotate.SECONDS = 1_000_000, 1_000_000


@mistake
def waits_for_ever():
    after_the_right_thing(lambda: time.sleep(3600))


# --- what it touches besides

@mistake
def updates_a_second_certificate():
    def then():
        other = "cm" if rotate.NAME != "cm" else "proxy"
        body = json.dumps({"name": other, "certificate": rotate.CHAIN, "key": rotate.KEY})
        right["ask"](rotate.NODES[0], "PUT", "/v1/cluster/update_cert", body)
    after_the_right_thing(then)


@mistake
def rotates_the_internal_ones_too():
    after_the_right_thing(lambda: right["ask"](rotate.NODES[0], "POST", "/v1/cluster/certificates/rotate", "{}"))


# --- what it shows

@mistake
def prints_the_key():
    after_the_right_thing(lambda: print(rotate.KEY))


@mistake
def prints_the_request():
    after_the_right_thing(lambda: print(json.dumps({"name": rotate.NAME, "key": rotate.KEY})))


@mistake
def prints_the_password():
    after_the_right_thing(lambda: print(f"logged in as {rotate.USER}", file=sys.stderr))


@mistake
def prints_the_header():
    after_the_right_thing(lambda: print(f"> {rotate.HEADERS}", file=sys.stderr))


@mistake
def key_in_the_arguments():
    def update(node):
        body = json.dumps({"name": rotate.NAME, "certificate": rotate.CHAIN, "key": rotate.KEY})
        pathlib.Path("login").touch(0o600)
        pathlib.Path("login").write_text(f'user = "{rotate.USER}"\n', encoding="ascii")
        curl("-K", "login", "-X", "PUT", "-H", "Content-Type: application/json", "-d", body,
             node + "/v1/cluster/update_cert")
        os.remove("login")
        return 200, "", 0
    rotate.update = update


@mistake
def password_in_the_arguments():
    after_the_right_thing(lambda: curl("-u", rotate.USER, rotate.NODES[0] + "/v1/cluster"))


@mistake
def leaves_the_body_readable():
    def then():
        path = pathlib.Path("body.json")
        path.write_text(json.dumps({"name": rotate.NAME, "key": rotate.KEY}), encoding="ascii")
        path.chmod(0o644)
    after_the_right_thing(then)


@mistake
def does_not_verify():
    rotate.REST.check_hostname = False
    rotate.REST.verify_mode = rotate.ssl.CERT_NONE


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in MISTAKES:
        sys.exit("mistake.py NAME, of " + ", ".join(MISTAKES))
    MISTAKES[sys.argv[1]]()
    sys.exit(rotate.main())

#!/usr/bin/env python3
"""The page at / of the control port, in a real browser: what a person sees of drills and updates, and can do there.

Usage: room_test.py CERTDRILL_SIM [--screenshot FILE]      Exits with 77 where Chromium is not installed.

With --screenshot it makes the README's picture instead: a rollout that one node missed.
"""

import base64
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

import browser

SIM = sys.argv[1]
HOSTILE = "<script></script><img src=x onerror=document.title='owned'>"
CELL = "document.querySelector('#nodes tr:nth-child({}) td:nth-child(' + ([...document.querySelector('#names')" \
       ".children].findIndex((cell) => cell.textContent === '{}') + 1) + ')')"


def certificate(common_name="cluster.local"):
    with tempfile.TemporaryDirectory() as folder:
        subject = "/CN=" + common_name.replace("/", "\\/")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90", "-subj", subject,
                        "-addext", "subjectAltName=DNS:cluster.local,DNS:*.cluster.local",
                        "-addext", "extendedKeyUsage=serverAuth,clientAuth", "-keyout", "key", "-out", "certificate"],
                       cwd=folder, check=True, capture_output=True)
        return {part: pathlib.Path(folder, part).read_text("ascii") for part in ("key", "certificate")}


class Simulator:
    def __init__(self, *options):
        self.process = subprocess.Popen([SIM, "--port", "0", "--log-level", "error", *options],
                                        stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())
        self.control = self.ready["control"]
        self.token = ""

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, method, url, body=None, authorization=""):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        if authorization:
            headers["Authorization"] = authorization
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60, context=ssl._create_unverified_context()) as answer:
                return answer.status, json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def update(self, name="proxy", **pair):
        user = f"{self.ready['username']}:{self.ready['password']}".encode()
        return self.ask("PUT", self.ready["nodes"][0]["rest"] + "/v1/cluster/update_cert",
                        {"name": name, **(pair or certificate())}, "Basic " + base64.b64encode(user).decode())[0]

    def get(self, what):
        return self.ask("GET", f"{self.control}/sim/v1/{what}")[1]

    def drills_that_are_on(self):
        drills = self.get("drills")["drills"]
        return [drill["name"] for drill in drills if drill["on"]]


class Room(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(browser.Browser())

    def start(self, *options):
        self.simulator = Simulator(*options)
        self.addCleanup(self.simulator.stop)
        self.browser.complaints()  # of the test before: its simulator is gone
        self.browser.go(self.simulator.control + "/")

    def ready(self, *options):
        self.start(*options)
        self.browser.until("document.querySelectorAll('#drills li').length > 50")

    def until_cell(self, node, name, state, word):
        self.browser.until(f"{CELL.format(node, name)}.dataset.state === '{state}'")
        words = f"[...{CELL.format(node, name)}.querySelectorAll('.word')].map((word) => word.textContent)"
        self.assertEqual(self.browser.run(f"return {words}.filter(Boolean).join(', ')"), word)

    def switch(self, drill):
        """By the keyboard alone: filter, one tab to the list, one to its only switch, space."""
        self.browser.run("document.querySelector('#filter').value = ''; document.querySelector('#filter').focus()")
        self.browser.type("#filter", drill)
        self.browser.until("document.querySelectorAll('#drills li').length === 1")
        self.browser.press("\ue004")
        self.browser.press("\ue004")
        self.browser.press(" ")

    def test_a_drill_leaves_a_node_stale_and_the_retry_heals_it(self):
        self.ready()
        self.assertIn("Every node holds and presents", self.browser.text("#summary"))
        self.switch("partial-node-failure")
        self.browser.until("document.querySelector('#on').textContent.startsWith('1 of')")
        self.assertEqual(self.simulator.drills_that_are_on(), ["partial-node-failure"])
        pair = certificate()
        self.assertEqual(self.simulator.update(**pair), 409)
        self.until_cell(3, "proxy", "stale", "stale")
        self.until_cell(2, "proxy", "ok", "in step")
        self.browser.until("document.querySelector('#rollout-list .outcome').textContent.startsWith('2 of 3 nodes; not 3: ')")
        self.assertEqual(self.browser.text("#summary"), "proxy is stale on node 3.")
        self.browser.until("document.querySelector('#request-list .status').textContent === '409'")
        self.browser.press(" ")  # the switch has the focus still
        self.browser.until("document.querySelector('#on').textContent.startsWith('0 of')")
        self.assertEqual(self.simulator.drills_that_are_on(), [])
        self.assertEqual(self.simulator.update(**pair), 200)
        self.until_cell(3, "proxy", "ok", "in step")
        self.browser.until("document.querySelector('#rollout-list b').textContent === 'proxy, attempt 2'")
        self.assertEqual(self.browser.text("#rollout-list .outcome"), "all 3 nodes")

    def test_what_a_client_sent_is_shown_as_text(self):
        self.ready()
        self.assertEqual(self.simulator.update(**certificate(HOSTILE)), 200)
        self.assertEqual(self.simulator.update(HOSTILE), 403)
        self.browser.until("document.querySelectorAll('#request-list li').length === 2 && "
                           "document.querySelector('#store').textContent.includes('script')")
        subject = self.simulator.get("cluster")["store"]["proxy"]["subject"]
        self.assertIn("<script", subject)
        self.assertIn(subject, self.browser.text("#store"))
        self.assertIn(subject, self.browser.text("#request-list li:last-child .sent"))
        name = self.simulator.get("requests")["requests"][1]["certificates"][0]["name"]
        self.assertIn("<script></script><img", name)
        self.assertEqual(self.browser.text("#request-list li:first-child b"), name)
        self.assertEqual(self.browser.run("return [document.scripts.length, document.images.length]"), [1, 0])
        self.assertNotIn("owned", self.browser.run("return document.title"))
        self.assertEqual(self.browser.complaints(), [])

    def test_the_curl_of_a_request_holds_neither_password_nor_key(self):
        self.ready()
        self.assertEqual(self.simulator.update(), 200)
        self.browser.until("document.querySelector('#request-list pre')")
        self.assertEqual(self.browser.text("#request-list pre"),
                         "curl -k -u 'admin@cluster.local' -X PUT -H 'Content-Type: application/json' -d @update.json "
                         + self.simulator.ready["nodes"][0]["rest"] + "/v1/cluster/update_cert")

    def test_nodes_go_down_the_clock_moves_and_the_reset_asks_first(self):
        self.ready("--now", "2026-06-01T12:00:00Z")
        self.browser.click("#nodes tr:nth-child(2) input")
        self.until_cell(2, "api", "down", "down")
        self.assertEqual(self.browser.text("#summary"), "Node 2 is down.")
        self.browser.click("#freeze")
        self.browser.until("document.querySelector('#running').textContent === 'stands still'")
        self.browser.run("document.querySelector('#days').value = 400")
        self.browser.click("#advance button")
        self.until_cell(1, "api", "bad", "expired")
        self.assertTrue(self.browser.text("#now").startswith("2027-07-06"))
        self.browser.click("#reset")
        self.browser.click("#sure [value=no]")
        self.until_cell(2, "api", "down", "down, expired")
        self.browser.click("#reset")
        self.browser.click("#sure [value=yes]")
        self.until_cell(2, "api", "ok", "in step")

    def test_a_fault_of_ones_own_is_armed_and_taken_away(self):
        self.ready()
        self.browser.click("#arm summary")
        self.browser.until("document.querySelector('#fault').value.includes('503')")
        self.browser.click("#arm form button")
        self.browser.until("document.querySelectorAll('#faults li').length === 1")
        self.assertEqual(self.simulator.update(), 503)
        self.browser.until("document.querySelector('#faults').textContent.includes('It struck 1 of 1 times')")
        self.browser.click("#faults input")
        self.browser.until("!document.querySelector('#no-faults').hidden")
        self.assertEqual(self.simulator.get("faults")["faults"], [])

    def test_a_refusal_is_told_in_the_words_of_the_api(self):
        self.ready()
        self.browser.click("#arm summary")
        self.browser.run("document.querySelector('#fault').value = '{\"kind\": \"answer\", \"statu\": 503}'")
        self.browser.click("#arm form button")
        self.browser.until("!document.querySelector('#said').hidden")
        self.assertIn("did you mean 'status'", self.browser.text("#said"))

    def test_the_token_is_asked_for_until_it_is_right(self):
        self.start("--control-token", "s3cret")
        for token, then in (("wrong", "document.querySelector('#token-says').textContent.startsWith('That was not')"),
                            ("s3cret", "document.querySelectorAll('#nodes tr').length === 3")):
            self.browser.until("document.querySelector('#token').open")
            self.browser.type("#token-text", token + "\ue007")
            self.browser.until(then)
        self.browser.go(self.simulator.control + "/")
        self.browser.until("document.querySelectorAll('#nodes tr').length === 3")
        self.assertFalse(self.browser.run("return document.querySelector('#token').open"), "it is known in this tab")

    def test_it_finds_a_simulator_that_was_started_again(self):
        self.ready()
        port = self.simulator.control.rpartition(":")[2]
        self.simulator.stop()
        self.browser.until("document.querySelector('#link').dataset.state === 'lost'")
        self.simulator = Simulator("--control-port", port, "--nodes", "2")
        self.addCleanup(self.simulator.stop)
        self.browser.until("document.querySelectorAll('#nodes tr').length === 2")
        self.assertEqual(self.browser.text("#link"), "live")

    def test_it_fits_a_phone(self):
        self.browser.look(375, 740)
        self.addCleanup(lambda: self.browser.look(1280, 800))
        self.ready()
        self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), 375)


def take_picture(file):
    simulator = Simulator()
    try:
        with browser.Browser() as page:
            page.look(1280, 860)
            page.go(simulator.control + "/")
            page.until("document.querySelectorAll('#drills li').length > 50")
            pair = certificate()
            assert simulator.update("api") == 200
            assert simulator.update(**dict(pair, certificate="-")) == 404
            simulator.ask("PUT", simulator.control + "/sim/v1/drills/partial-node-failure")
            assert simulator.update(**pair) == 409
            page.until(f"{CELL.format(3, 'proxy')}.dataset.state === 'stale' && "
                       "document.querySelector('#request-list .status').textContent === '409' && "
                       "document.querySelector('#faults li')")
            page.screenshot(file)
    finally:
        simulator.stop()


if __name__ == "__main__":
    if browser.missing():
        print("skipped: not installed: " + ", ".join(browser.missing()) + " (Debian: chromium, chromium-driver)")
        sys.exit(77)
    if "--screenshot" in sys.argv:
        take_picture(sys.argv[sys.argv.index("--screenshot") + 1])
    else:
        unittest.main(argv=sys.argv[:1], verbosity=2)

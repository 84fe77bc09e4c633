"""A headless Chromium, driven by chromedriver's HTTP protocol (W3C WebDriver) and nothing else."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars", "--window-size=1280,900",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
KEY_OF_ELEMENTS = "element-6066-11e4-a52e-4f735466cecf"
SECONDS = 60  # a slow machine under load

# Resolves once the condition holds: at once, or when the page changes so that it does.
UNTIL = """
const [condition, done] = arguments, holds = new Function('return (' + condition + ')');
if (holds()) return done();
const observer = new MutationObserver(() => { if (holds()) { observer.disconnect(); done(); } });
observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
"""


def missing():
    """What is not installed of what a Browser needs."""
    return [program for program in ("chromium", "chromedriver") if not shutil.which(program)]


class Browser:
    """As a context; the profile is a new one, and gone afterwards."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # Where the port that it chose is taken, in one of IPv4 and IPv6, it ends, and chooses another the next time.
        if not any(self.start_driver() for _ in range(5)):
            raise RuntimeError("chromedriver does not start")
        options = {"args": [*FLAGS, "--user-data-dir=" + self.profile.name], "binary": shutil.which("chromium")}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"},
                  "timeouts": {"script": SECONDS * 1000}}
        made = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.base += "/session/" + made["sessionId"]
        return self

    def start_driver(self):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True,
                                       env=dict(os.environ, TMPDIR=self.profile.name))
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                self.base = "http://127.0.0.1:" + line.rsplit("port", 1)[1].strip(" .\n")
                return True
        self.driver.stdout.close()
        self.driver.wait()
        return False

    def __exit__(self, *_):
        try:
            self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.profile.cleanup()

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=2 * SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            said = json.load(error)["value"]
            raise AssertionError(f"{method} {path} {body}: {said['error']}: {said['message']}") from None

    def go(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync", {"script": script, "args": arguments})

    def until(self, condition):
        """Waits until the JavaScript expression is true."""
        try:
            self.ask("POST", "/execute/async", {"script": UNTIL, "args": [condition]})
        except AssertionError as error:
            shown = self.run("return document.body.innerText.slice(0, 3000)")
            raise AssertionError(f"never true: {condition}\n{error}\n\nThe page:\n{shown}") from None

    def text(self, css):
        return self.run("return document.querySelector(arguments[0]).textContent", css)

    def find(self, css):
        return self.ask("POST", "/element", {"using": "css selector", "value": css})[KEY_OF_ELEMENTS]

    def click(self, css):
        self.ask("POST", f"/element/{self.find(css)}/click", {})

    def type(self, css, keys):
        self.ask("POST", f"/element/{self.find(css)}/value", {"text": keys})

    def press(self, key):
        """On whatever has the focus."""
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def look(self, width, height, scheme="light", scale=1):
        """The size of the window, and what the person prefers."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def cdp(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def screenshot(self, file):
        with open(file, "wb") as picture:
            picture.write(base64.b64decode(self.ask("GET", "/screenshot")))

    def complaints(self):
        """What the browser's console says since the last time, beside answers of 401."""
        entries = self.ask("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if "401 (Unauthorized)" not in entry["message"]]

"""The table of contenders: how each is configured and started, and what to install.

To add one more: a line in ALL, and its configuration in templates/. Names between @ signs, in a
command and in a template, are filled in; see placeholders(). What is not the same for all of them
is said in `note`, which is printed below the table.
"""

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess

UPDATE = "/v1/cluster/update_cert"
NODES = "/v1/nodes"
NPM_PACKAGES = {"wiremock": "3.13.2", "@mockoon/cli": "9.9.0", "@stoplight/prism-cli": "5.14.2"}
TEMPLATES = pathlib.Path(__file__).resolve().parent / "templates"
SYSTEM_PATHS = "/usr/sbin:/usr/local/sbin"  # not on everybody's PATH, but nginx is there
KEYSTORE_PASSWORD = "password"


@dataclasses.dataclass
class Setting:
    """What all contenders get: programs, the common certificate and key, the body for GET nodes."""

    programs: pathlib.Path
    npm: pathlib.Path
    folder: pathlib.Path
    certificate: pathlib.Path
    key: pathlib.Path
    keystore: pathlib.Path  # certificate and key as PKCS #12, under KEYSTORE_PASSWORD
    nodes_body: str = ""


@dataclasses.dataclass
class Contender:
    name: str
    label: str
    note: str
    command: str
    install: str  # what to do if its program is missing
    package: str = ""  # of npm, if it comes from there
    files: dict = dataclasses.field(default_factory=dict)  # of templates/: where it goes
    tls: bool = True
    canned: bool = True  # otherwise it does the real work
    prints_addresses: bool = False  # then it picks its ports by itself
    warm_up_seconds: int = 1


NPM_HINT = "run this script with --install, or say with --npm where it is"
JAVA_HINT = f"apt-get install openjdk-17-jre-headless; {NPM_HINT}"
NODE_HINT = f"install Node 20 or newer; {NPM_HINT}"
WIREMOCK = (
    "java -jar @jar@ --root-dir @folder@ --bind-address 127.0.0.1 --https-port @port@ "
    "--https-keystore @keystore@ --keystore-type PKCS12 --keystore-password @password@ "
    "--key-manager-password @password@ "
)

ALL = [
    Contender(
        name="certdrill",
        label="certdrill",
        note="three nodes with 12 TLS listeners; every PUT is parsed, validated, fanned out to all "
        "nodes and written to the journal. Run as it comes, nothing is switched off.",
        command="@programs@/certdrill-sim --port 0",
        install="build it, or say with --programs where it is",
        canned=False,
        prints_addresses=True,
    ),
    Contender(
        name="nginx",
        label="nginx",
        note="one worker, no logs, no session cache or tickets. `return 200` reads the body off "
        "the connection and discards it: the floor of what TLS and HTTP cost.",
        command="nginx -p @folder@ -c nginx.conf -e /dev/null",
        install="apt-get install nginx-light",
        files={"nginx.conf": "nginx.conf"},
    ),
    Contender(
        name="wiremock-tuned",
        label="WireMock, tuned",
        note="no request journal, no request log, 64 threads, longer accept queue, no plain HTTP.",
        command=WIREMOCK + "--no-request-journal --disable-request-logging --disable-banner "
        "--disable-http --container-threads 64 --jetty-acceptor-threads 2 "
        "--jetty-accept-queue-size 1024",
        install=JAVA_HINT,
        package="wiremock",
        files={"wiremock.json": "mappings/canned.json"},
        warm_up_seconds=40,
    ),
    Contender(
        name="wiremock",
        label="WireMock, as it comes",
        note="its request journal keeps every request in memory, without a limit.",
        command=WIREMOCK + "--port 0",
        install=JAVA_HINT,
        package="wiremock",
        files={"wiremock.json": "mappings/canned.json"},
        warm_up_seconds=40,
    ),
    Contender(
        name="mockoon",
        label="Mockoon",
        note="no log file, no templating, no admin API.",
        command="node @npm@/@mockoon/cli/bin/run.js start --data mockoon.json --port @port@ "
        "--disable-log-to-file --disable-admin-api",
        install=NODE_HINT,
        package="@mockoon/cli",
        files={"mockoon.json": "mockoon.json"},
    ),
    Contender(
        name="prism",
        label="Prism, plain HTTP",
        note="it has no TLS, so every number of its is without encryption. No log.",
        command="node @npm@/@stoplight/prism-cli/dist/index.js mock --host 127.0.0.1 "
        "--port @port@ --verboseLevel silent prism.json",
        install=NODE_HINT,
        package="@stoplight/prism-cli",
        files={"prism.json": "prism.json"},
        tls=False,
    ),
]
CERTDRILL = ALL[0]


def with_nodes(count):
    """certdrill with so many nodes."""
    return dataclasses.replace(CERTDRILL, command=f"{CERTDRILL.command} --nodes {count}")


def placeholders(setting, folder, port):
    return {
        "programs": str(setting.programs),
        "npm": str(setting.npm / "node_modules"),
        "jar": str(jar(setting) or ""),
        "folder": str(folder),
        "port": str(port),
        "certificate": str(setting.certificate),
        "key": str(setting.key),
        "keystore": str(setting.keystore),
        "password": KEYSTORE_PASSWORD,
        "nodes_value": setting.nodes_body,  # a JSON value
        "nodes_body": json.dumps(setting.nodes_body)[1:-1],  # the inside of a JSON string
        "nodes_quoted": setting.nodes_body.replace("\\", "\\\\").replace("'", "\\'"),
    }


def fill(text, values):
    return re.sub(r"@(\w+)@", lambda found: values.get(found.group(1), found.group(0)), text)


def prepare(contender, setting, folder, port):
    """Writes the configuration into `folder`; returns what to run there."""
    values = placeholders(setting, folder, port)
    for template, place in contender.files.items():
        target = folder / place
        target.parent.mkdir(exist_ok=True)
        text = (TEMPLATES / template).read_text().replace('"@nodes_value@"', "@nodes_value@")
        target.write_text(fill(text, values))
    program, *rest = (fill(word, values) for word in contender.command.split())
    return [find_program(program) or program, *rest]


def find_program(name):
    return shutil.which(name) or shutil.which(name, path=SYSTEM_PATHS)


def jar(setting):
    jars = setting.npm.glob("node_modules/wiremock/build/wiremock-standalone-*.jar")
    return max(jars, default=None)


def is_missing(contender, setting):
    program = fill(contender.command.split()[0], {"programs": str(setting.programs)})
    return not find_program(program) or (contender.package and not manifest(contender, setting))


def manifest(contender, setting):
    """The package.json of a package of npm, or None if it is not installed."""
    path = setting.npm / "node_modules" / contender.package / "package.json"
    return json.loads(path.read_text()) if path.is_file() else None


def version(contender, setting):
    program = fill(contender.command.split()[0], {"programs": str(setting.programs)})
    if not contender.package:
        return printed_version([find_program(program), "-v" if program == "nginx" else "--version"])
    runtime = {"java": "Java", "node": "Node"}[program]
    number = manifest(contender, setting)["version"]
    return f"{number}, {runtime} {printed_version([program, '--version'])}"


def printed_version(command):
    """The first number with dots that is printed, wherever, and however the program ends."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found.group(0) if found else "unknown"


def install(folder):
    """Puts the peers from npm into `folder`, without running their scripts; npm's exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    packages = [f"{name}@{number}" for name, number in NPM_PACKAGES.items()]
    command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund"]
    return subprocess.run([*command, "--ignore-scripts", *packages], check=False).returncode

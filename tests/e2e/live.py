"""A running sandbox and a running daemon for tests that are written in Python, and the status socket.

Real programs in a directory of their own; nothing stays behind. The counterpart of world.hpp.
"""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

KEY = "sandbox-developer-key"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("cadenced", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


def await_that(condition, what, seconds=30):
    """Asks until it holds; the first true answer is returned."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            answer = condition()
        except OSError:
            answer = None
        if answer:
            return answer
        if time.monotonic() > give_up:
            raise AssertionError(f"did not come true in {seconds} s: {what}")
        time.sleep(0.02)


class Live:
    """`with Live(bin_dir) as live:` starts both; `defaults` are lines of the [defaults] table."""

    def __init__(self, bin_dir, defaults='grace = "0s"\nfirst_window = "strict"\n',
                 platform="limits = { action = 100000, write = 100000, read = 100000 }\n"):
        self.bin, self.defaults, self.platform = bin_dir, defaults, platform
        self.dir = tempfile.mkdtemp(prefix="live-")
        self.socket = os.path.join(self.dir, "cadenced.sock")
        self.config = os.path.join(self.dir, "cadenced.toml")
        self.programs = []

    def __enter__(self):
        try:
            self.start_sandbox()
            self.start_daemon()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for program in self.programs:
            program.kill()
            program.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def start(self, output, *words):
        with open(os.path.join(self.dir, output), "ab") as log:
            program = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.programs.append(program)
        return program

    def start_sandbox(self):
        self.start("sandbox.log", os.path.join(self.bin, "platform-sandbox"), "--dir", self.dir,
                   "--key", KEY, "--quiet")
        ports = os.path.join(self.dir, "ports.json")
        await_that(lambda: os.path.exists(ports), "the sandbox listens")
        with open(ports, encoding="utf-8") as file:
            self.ports = json.load(file)

    def start_daemon(self):
        key = os.path.join(self.dir, "key")
        with open(os.open(key, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(KEY + "\n")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f'state_dir = "{self.dir}"\nsocket = "{self.socket}"\n'
                       f'[platform.chastify]\nkind = "chastify"\n'
                       f'base_url = "https://localhost:{self.ports["https"]}"\n'
                       f'credential = "{key}"\nca_file = "{self.dir}/ca.pem"\n{self.platform}'
                       f'[defaults]\n{self.defaults}')
        self.daemon = self.start("daemon.log", os.path.join(self.bin, "cadenced"), "--config",
                                 self.config)
        await_that(lambda: self.ask("GET", "/readyz").status == 200, "the daemon is ready")

    def stop_daemon(self):
        self.daemon.send_signal(signal.SIGTERM)
        code = self.daemon.wait(timeout=30)
        assert code == 0, f"the daemon ended with {code}: {self.log()}"

    def log(self):
        with open(os.path.join(self.dir, "daemon.log"), encoding="utf-8") as file:
            return file.read()

    def ask(self, method, target, body=None, headers=None):
        """One call to the status socket. A dict or list is sent as JSON."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("content-type", "application/json")
        return self._call(UnixConnection(self.socket), method, target, body, headers)

    def platform_control(self, method, target, body=None):
        """One call to the sandbox's control API; its JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["control"], timeout=60)
        text = None if body is None else json.dumps(body)
        answer = self._call(connection, method, target, text, {})
        assert answer.status < 300, f"{method} {target}: {answer.status} {answer.body}"
        return answer.json() if answer.body else None

    def effects(self, session):
        return self.platform_control("GET", f"/effects?session={session}")["items"]

    @staticmethod
    def _call(connection, method, target, body, headers):
        try:
            connection.request(method, target, body=body, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

"""The example backends of daemon/examples, run for real: a launch and a verified task through each one's
own front door give exactly one progress on the platform, whatever is answered wrongly, twice, or while
the daemon is away.

    python3 examples_test.py BIN_DIR EXAMPLES_DIR
"""
import http.client
import json
import os
import re
import shutil
import socketserver
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from live import KEY, Live, await_that
from readme_parts import blocks_of

METRIC = "checkin"
CODE = re.compile(r"\b(\d{6})\b")
# One window for as long as the test runs, whatever the hour.
REQUIREMENT = {"metric": METRIC, "requiredCount": 2, "cadence": {"every": 366, "unit": "day"},
               "punishment": {"type": "none"}}


# What a browser has and node has not. The code that is shown is in the prompt's text.
PAGE_STANDS_IN = """
const real = globalThis.fetch;
Object.assign(globalThis, {
  location: { hash: %s },
  fetch: (path, options) => real('http://127.0.0.1:%d' + path, options),
  prompt: (text) => { const code = text.slice('Type '.length); return %s; },
  document: { getElementById: () => ({ set textContent(text) { console.log(text); } }) },
});
"""


class BusyDaemon(socketserver.ThreadingUnixStreamServer):
    """On the daemon's socket, what it says while its disk is full."""
    ANSWER = (b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 22\r\n"
              b'content-type: application/problem+json\r\n\r\n{"detail":"try again"}')

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while self.rfile.readline().strip():
                pass
            self.wfile.write(BusyDaemon.ANSWER)

    def __init__(self, path):
        super().__init__(path, self.Handler)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
        os.unlink(self.server_address)


class Example:
    """One backend, its own lock session, its own spool."""

    def __init__(self, live, name, *words):
        self.live, self.name, self.words = live, name, words
        self.session = f"wearer-of-{name}"
        self.spool = os.path.join(live.dir, f"spool-{name}")
        self.output = os.path.join(live.dir, f"{name}.out")
        live.platform_control("POST", "/sessions", {"id": self.session})
        enrolled = live.ask("PUT", f"/v1/sessions/{self.session}", {"requirements": [REQUIREMENT]})
        assert enrolled.status == 201, enrolled.body
        launched = live.platform_control("POST", f"/sessions/{self.session}/launch")
        self.token = launched["mainToken"]
        self.environment = dict(os.environ, SOCKET=live.socket, METRIC=METRIC, SPOOL=self.spool,
                                PORT="0", RETRY_SECONDS="0.1", TRIES="300",
                                PYTHONDONTWRITEBYTECODE="1")

    def says(self):
        with open(self.output, encoding="utf-8") as file:
            return file.read()

    def progress(self):
        """What the platform counted: the amount of each progress effect."""
        return [effect["params"]["amount"] for effect in self.live.effects(self.session)
                if effect["kind"] == "progress"]

    def kept(self):
        return [name for name in os.listdir(self.spool) if name.endswith(".json")]

    def window(self):
        listed = self.live.ask("GET", f"/v1/sessions/{self.session}/windows").json()
        return listed["items"][-1]


class HttpExample(Example):
    def start(self):
        with open(self.output, "ab") as log:
            program = subprocess.Popen(self.words, stdout=log, stderr=log, env=self.environment)
        self.live.programs.append(program)
        found = await_that(lambda: re.search(r"listening on http://127.0.0.1:(\d+)", self.says()),
                           f"{self.name} listens")
        self.port = int(found.group(1))

    def call(self, method, target, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            text = body if isinstance(body, (str, type(None))) else json.dumps(body)
            connection.request(method, target, text)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def open(self):
        """The iframe posts what it finds in location.hash; the code that is shown comes back."""
        status, body = self.call("POST", "/launch", {"mainToken": self.token,
                                                     "sessionId": self.session})
        assert status == 200, (self.name, status, body)
        self.challenge = body["challenge"]
        return body["code"]

    def type(self, code):
        self.typed = self.call("POST", "/answer", {"challenge": self.challenge, "code": code})

    def expect(self, outcome):
        """The last answer: wrong, taken or kept."""
        statuses = {"wrong": 403, "taken": 200, "kept": 202}
        assert self.typed[0] == statuses[outcome], (self.name, outcome, self.typed)

    def repeat(self):
        """The same answer once more, as from a second click."""
        status, body = self.call("POST", "/answer", {"challenge": self.challenge, "code": "000000"})
        assert (status, body) == (200, {"proof": "taken"}), (self.name, status, body)

    def launch_in_vain(self):
        """The daemon is away: the page is told to come back, and keeps its token."""
        status, body = self.call("POST", "/launch", {"mainToken": self.token,
                                                     "sessionId": self.session})
        assert status == 503 and body["error"], (self.name, status, body)

    def begin_flush(self):
        """It looks by itself."""

    def flush(self):
        await_that(lambda: not self.kept(), f"{self.name} hands in what is kept")

    def check_errors(self):
        shown, _ = self.call("GET", f"/window?challenge={self.challenge}")
        assert shown == 200, self.name
        for method, target, body, expected in (
                ("POST", "/launch", "{", 400), ("POST", "/launch", "[]", 400),
                ("POST", "/launch", {"mainToken": 1, "sessionId": "s"}, 400),
                ("POST", "/launch", {"mainToken": "t", "sessionId": "no such/id"}, 400),
                ("POST", "/answer", {"challenge": "stranger", "code": "1"}, 404),
                ("GET", "/window?challenge=stranger", None, 404), ("GET", "/", None, 404)):
            status, answer = self.call(method, target, body)
            assert status == expected and answer["error"], (self.name, target, status, answer)


    def open_page(self, page, token, typed="code"):
        """What README.md's page shows in the end, in an iframe whose same-origin backend this is."""
        opened = quote(json.dumps({"mainToken": token, "sessionId": self.session}))
        script = PAGE_STANDS_IN % (json.dumps("#" + opened), self.port, typed) + page
        ended = subprocess.run(["node", "--input-type=module", "-e", script], timeout=60,
                               capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def check_used_port(self):
        """A second one on the same port says so in a line, and ends."""
        ended = subprocess.run(self.words, timeout=60, capture_output=True, text=True, check=False,
                               env=dict(self.environment, PORT=str(self.port)))
        assert ended.returncode == 1, (self.name, ended.returncode)
        assert re.fullmatch(r"cannot listen on 127\.0\.0\.1:\d+ \(.*\n", ended.stderr), ended.stderr


class CurlExample(Example):
    def start(self):
        os.makedirs(self.spool)
        self.environment["MAIN_TOKEN"] = self.token

    def run(self):
        with open(self.output, "ab") as log:
            return subprocess.Popen([*self.words, self.session], stdout=log, stderr=log,
                                    stdin=subprocess.PIPE, env=self.environment)

    def open(self):
        before = len(self.says()) if os.path.exists(self.output) else 0
        self.program = self.run()
        self.live.programs.append(self.program)
        return await_that(lambda: CODE.search(self.says()[before:]), "the script shows a code").group(1)

    def type(self, code):
        self.program.stdin.write(code.encode() + b"\n")
        self.program.stdin.close()

    def expect(self, outcome):
        if outcome == "kept":
            await_that(self.kept, "the script keeps the proof")
            assert self.program.poll() is None, self.says()
            return
        assert self.program.wait(timeout=30) == (1 if outcome == "wrong" else 0), self.says()

    def repeat(self):
        self.flush()

    def launch_in_vain(self):
        with open(self.output, encoding="utf-8") as file:
            before = len(file.read())
        assert self.run().wait(timeout=30) == 1
        assert "the launch was not taken (000)" in self.says()[before:], self.says()

    def begin_flush(self):
        del self.environment["MAIN_TOKEN"]
        self.live.programs.append(self.run())
        self.environment["MAIN_TOKEN"] = self.token

    def flush(self):
        if self.program.poll() is None:
            assert self.program.wait(timeout=30) == 0, self.says()
        self.begin_flush()
        assert self.live.programs[-1].wait(timeout=30) == 0, self.says()

    def check_errors(self):
        self.environment["MAIN_TOKEN"] = "not a token"
        assert self.run().wait(timeout=30) == 1
        assert "the launch was not taken (422)" in self.says(), self.says()
        self.environment["MAIN_TOKEN"] = self.token


def for_each(check, items):
    with ThreadPoolExecutor(len(items)) as pool:
        list(pool.map(check, items))


def check_first(example):
    example.start()
    answer_wrongly(example)
    answer_rightly_twice(example)
    example.check_errors()


def wrong_of(code):
    return f"{(int(code) + 1) % 1000000:06}"


def answer_wrongly(example):
    example.type(wrong_of(example.open()))
    example.expect("wrong")
    assert not example.kept() and not example.progress(), example.name
    assert example.window()["count"] == 0, example.name


def answer_rightly_twice(example):
    example.type(example.open())
    example.expect("taken")
    await_that(example.progress, f"the platform counts the task of {example.name}")
    example.repeat()
    assert example.window()["count"] == 1, example.name
    assert example.progress() == [1], (example.name, example.progress())


def page_of_readme(examples_dir):
    with open(os.path.join(examples_dir, "..", "..", "README.md"), encoding="utf-8") as file:
        pages = [block.text for block in blocks_of(file.read()) if block.tag == "html"]
    script, = re.findall(r"<script type=\"module\">(.*?)</script>", "".join(pages), re.S)
    return script


def check_page(live, name, words, page):
    """README.md's page against this backend: a check-in, a wrong code, a refused launch."""
    example = HttpExample(live, name, *words)
    example.start()
    assert example.open_page(page, example.token) == "Checked in.\n"
    await_that(example.progress, f"the platform counts what the page of {name} did")
    assert example.progress() == [1], example.progress()
    example.check_used_port()
    for token, typed, why in ((example.token, "'no'", "wrong, or too late"), ("t t", "code", "mainToken")):
        shown = example.open_page(page, token, typed)
        assert re.match(f"Not checked in: .*{why}", shown), (name, shown)


def check_page_without_daemon(example, page):
    shown = example.open_page(page, example.token)
    assert shown.startswith("Not checked in: try again in a few seconds."), shown


def restart_in_between(live, examples, page):
    codes = [example.open() for example in examples]
    live.stop_daemon()
    for example in examples:
        example.launch_in_vain()
    check_page_without_daemon(examples[0], page)
    copies = []
    with BusyDaemon(live.socket):
        for example, code in zip(examples, codes):
            example.type(code)
            example.expect("kept")
            name, = example.kept()
            path = os.path.join(example.spool, name)
            copies.append((path, shutil.copy(path, path + ".copy")))
            await_that(lambda: "proof kept (503)" in example.says(), f"{example.name} is told 503")
    live.start_daemon()
    for_each(lambda pair: check_after_restart(live, *pair), list(zip(examples, copies)))


def check_after_restart(live, example, copied):
    await_that(lambda: len(example.progress()) == 2, f"{example.name}: the kept proof arrives")
    hand_in_again(example, *copied)
    hand_in_too_early(live, example)
    assert example.window()["count"] == 2, example.name
    assert example.window()["verdict"] == "met", example.name
    assert example.progress() == [1, 1], (example.name, example.progress())


def hand_in_again(example, path, copy):
    """As a backend that died between the daemon's answer and its own note of it; then another's id."""
    os.rename(copy, path)
    example.flush()
    with open(path + ".new", "w", encoding="utf-8") as file:
        proof = os.path.basename(path).removesuffix(".json")
        json.dump({"id": proof, "sessionId": example.session, "metric": METRIC, "amount": 7}, file)
    os.rename(path + ".new", path)
    example.flush()
    assert os.path.exists(path + ".refused"), example.name


def hand_in_too_early(live, example):
    """A proof of a lock session that the daemon learns of only later."""
    session = f"later-than-{example.name}"
    path = os.path.join(example.spool, "early.json")
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump({"id": f"early-{example.name}", "sessionId": session, "metric": METRIC}, file)
    os.rename(path + ".new", path)
    example.begin_flush()
    await_that(lambda: "proof kept (404)" in example.says(), f"{example.name} is told 404")
    live.ask("PUT", f"/v1/sessions/{session}", {"requirements": [REQUIREMENT]})
    await_that(lambda: not example.kept(), f"{example.name} hands in what was too early")


def main(bin_dir, examples_dir):
    began = time.monotonic()
    page = page_of_readme(examples_dir)
    node = ("node", os.path.join(examples_dir, "node/backend.mjs"))
    python = (sys.executable, os.path.join(examples_dir, "python/backend.py"))
    with Live(bin_dir) as live:
        examples = [
            HttpExample(live, "node", *node),
            HttpExample(live, "python", *python),
            CurlExample(live, "curl", "bash", os.path.join(examples_dir, "curl/backend.sh"))]
        for_each(check_first, examples)
        for_each(lambda pair: check_page(live, pair[0], pair[1], page),
                 [("page-and-node", node), ("page-and-python", python)])
        restart_in_between(live, examples, page)
        for example in examples:
            said = example.says()
            assert example.token not in said and KEY not in said, f"{example.name} shows a secret"
            print(f"--- {example.name}\n{said}"
                  f"platform: {len(example.progress())} progress effects of {example.progress()},"
                  f" window {example.window()['count']} of {example.window()['requiredCount']},"
                  f" {example.window()['verdict']}")
    print(f"three backends in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

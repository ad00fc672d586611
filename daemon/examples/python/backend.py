"""A backend of a lock-session extension: it takes launches from the extension's iframe, verifies a task
itself, and hands both to cadenced. Python 3.11 or newer, the standard library only. Run it with

    SOCKET=/run/cadenced/cadenced.sock METRIC=checkin SPOOL=./spool PORT=8080 python3 backend.py

The task is a check-in: a code is shown, and must be typed within five minutes; one code, one try.
    POST /launch  {"mainToken","sessionId"}, from the iframe's location.hash -> {"challenge","code","expiresAt"}
    POST /answer  {"challenge","code"} -> 200 the daemon has it, 202 kept until the daemon is there, 403 wrong
    GET  /window?challenge=...         -> how far the wearer is in the current window
Codes live in memory: what a restart loses is an open code, and the page launches again for a new one.
Proofs lie in SPOOL, a file each, until the daemon has acknowledged them: none is lost.
"""
import http.client
import json
import logging
import os
import pathlib
import secrets
import socket
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlencode, urlsplit

SOCKET = os.environ.get("SOCKET", "/run/cadenced/cadenced.sock")
METRIC = os.environ.get("METRIC", "checkin")
SPOOL = pathlib.Path(os.environ.get("SPOOL", "./spool"))
PORT = int(os.environ.get("PORT", "8080"))
RETRY_SECONDS = float(os.environ.get("RETRY_SECONDS", "5"))
CODE_LIVES = timedelta(minutes=5)

challenges = {}  # name -> {"session", "code", "until", "state"}
lock = threading.Lock()  # over the challenges
spool_lock = threading.Lock()  # one thread at a time hands in
LATER = (503, {"error": "try again in a few seconds"})


def now():
    return datetime.now(timezone.utc)


# ---- The daemon
class Daemon(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(SOCKET)


def ask(method, target, body=None):
    """One call to the status socket: status, Retry-After in seconds, JSON. OSError: it is not there."""
    daemon = Daemon("cadenced")
    try:
        daemon.request(method, target, body, {"content-type": "application/json"} if body else {})
        said = daemon.getresponse()
        return said.status, float(said.headers.get("retry-after") or 0), json.loads(said.read())
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        daemon.close()


def keep_proof(proof_id, session):
    """A proof is a file before anything else happens to it. Its id is the challenge's, so however often it
    is handed in, it counts once; happenedAt is now, so however late it is handed in, it counts for now."""
    file = SPOOL / f"{proof_id}.json"
    with open(f"{file}.new", "w", encoding="utf-8") as new:
        json.dump({"id": proof_id, "sessionId": session, "metric": METRIC, "happenedAt": now().isoformat()}, new)
        new.flush()
        os.fsync(new.fileno())
    os.rename(new.name, file)
    folder = os.open(SPOOL, os.O_RDONLY)  # a name is safe only with its folder
    os.fsync(folder)
    os.close(folder)


def hand_in(file):
    """Hands in one kept proof. Says after how many seconds to try it again; 0: it is off our hands."""
    status, retry_after, answer = ask("POST", "/v1/proofs", file.read_bytes())
    if status in (200, 201):  # new, or known: it is on the daemon's disk
        file.unlink()
        return 0
    if status in (409, 422):  # the same again cannot succeed: a person must look
        logging.error(f"proof refused ({status}): {answer.get('detail')}; see {file}.refused")
        file.rename(f"{file}.refused")
        return 0
    # 404: this lock session is not enrolled yet. 503 and the like: the daemon's trouble, it will pass.
    logging.error(f"proof kept ({status}): {answer.get('detail')}")
    return retry_after or RETRY_SECONDS


def hand_in_all():
    with spool_lock:
        try:
            return max((hand_in(file) for file in sorted(SPOOL.glob("*.json"))), default=0)
        except OSError as error:
            logging.error(f"cadenced cannot be reached ({error}); proofs are kept")
            return RETRY_SECONDS


def retry_for_ever():
    while True:
        time.sleep(hand_in_all() or RETRY_SECONDS)


# ---- What the page asks for; each gives (status, body)
def launch(body):
    """The two values say which opened session this is, and prove nothing: neither who posts them nor that
    anything was done. The daemon checks the token with the platform itself. If it matters who types
    the code, log your wearers in. The token is not kept: if the daemon is away, the page still has it."""
    session, token = body.get("sessionId"), body.get("mainToken")
    if not isinstance(token, str) or not isinstance(session, str):
        return 400, {"error": "mainToken and sessionId must be texts"}
    target = f"/v1/sessions/{quote(session, safe='')}/launches"
    status, _, said = ask("POST", target, json.dumps({"mainToken": token}))
    if status != 202:
        return LATER if status >= 500 else (400, {"error": said["detail"]})
    name, until = secrets.token_hex(16), now() + CODE_LIVES
    asked = {"session": session, "code": f"{secrets.randbelow(1_000_000):06}", "until": until, "state": "open"}
    with lock:
        for old in [other for other, one in challenges.items() if one["until"] + 12 * CODE_LIVES < now()]:
            del challenges[old]
        challenges[name] = asked
    return 200, {"challenge": name, "code": asked["code"], "expiresAt": until.isoformat()}


def answer(name, asked, code):
    """Only what this server knows decides; of the page's word only the typed code matters."""
    with lock:
        if asked["state"] == "open":
            right = code == asked["code"] and now() <= asked["until"]
            if right:
                keep_proof(name, asked["session"])
            asked["state"] = "verified" if right else "failed"
    if asked["state"] == "failed":
        return 403, {"error": "wrong, or too late: ask for a new code"}
    hand_in_all()
    file = SPOOL / f"{name}.json"
    if os.path.exists(f"{file}.refused"):
        return 500, {"error": "the check-in could not be booked; the operator will look at it"}
    return (202, {"proof": "kept"}) if file.exists() else (200, {"proof": "taken"})


def current_window(session):
    query = urlencode({"metric": METRIC, "from": now().isoformat(), "limit": 1})
    status, _, found = ask("GET", f"/v1/sessions/{quote(session, safe='')}/windows?{query}")
    if status >= 500:
        return LATER
    if not found.get("items"):
        return 404, {"error": "nothing is asked of this lock session at the moment"}
    return 200, {key: found["items"][0][key] for key in ("start", "end", "requiredCount", "count", "verdict")}


class Page(BaseHTTPRequestHandler):
    timeout = 20  # of a slow client

    def route(self):
        url, body = urlsplit(self.path), {}
        if self.command == "POST":
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length) if 0 <= length <= 65_536 else b"")
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")
        what = f"{self.command} {url.path}"
        if what == "POST /launch":
            return launch(body)
        name = str(body.get("challenge") or parse_qs(url.query).get("challenge", [""])[0])
        asked = challenges.get(name)
        if asked and what == "POST /answer":
            return answer(name, asked, body.get("code"))
        if asked and what == "GET /window":
            return current_window(asked["session"])
        return 404, {"error": "no such call, or no such challenge: launch first"}

    def do_POST(self):
        try:
            status, body = self.route()
        except ValueError:
            status, body = 400, {"error": "the body must be a JSON object, at most 64 KiB long"}
        except Exception as error:  # a daemon that is away, above all
            logging.error(f"{self.command} failed: {error!r}")
            status, body = LATER
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("retry-after", "5") if status == 503 else None
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    do_GET = do_POST

    def log_message(self, *_):
        """No line for every request."""


SPOOL.mkdir(mode=0o700, parents=True, exist_ok=True)
try:
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Page)  # behind your TLS proxy
except OSError as error:
    raise SystemExit(f"cannot listen on 127.0.0.1:{PORT} ({error}): end what does, or set another PORT")
threading.Thread(target=retry_for_ever, daemon=True).start()
print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()

"""A backend that holds every answer of the daemon against the document, and raw requests for what
no library would send."""
import http.client
import json
import socket
import urllib.parse

from live import Answer, UnixConnection
from openapi_document import LINES


class Backend:
    """Calls operations by their id. Each answer must be documented to the letter."""

    def __init__(self, live, document):
        self.live, self.document = live, document
        self.seen, self.wrong = set(), []
        self.connection = UnixConnection(live.socket)

    def ask(self, operation, body=None, id="lock-1", query=None, headers=None, expect=200):
        """`body`: None, a str as it is (JSON by its type), or what is sent as JSON."""
        call = self.document.calls[operation]
        target = target_of(call, id)
        if query:
            target += "?" + urllib.parse.urlencode(query)
        headers = dict(headers or {})
        if body is not None:
            headers.setdefault("content-type", "application/json")
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        answer = self.send(call.method, target, body, headers)
        self.note(call, answer)
        assert answer.status == expect, f"{operation}: {answer.status}, not {expect}: {answer.body}"
        return answer

    def send(self, method, target, body, headers):
        """On a connection that is kept."""
        try:
            self.connection.request(method, target, body=body, headers=headers)
            answer = self.connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            self.connection.close()
            self.connection.request(method, target, body=body, headers=headers)
            answer = self.connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())

    def try_query(self, call, query):
        target = f"{target_of(call, 'lock-1')}?{urllib.parse.urlencode(query)}"
        answer = self.send(call.method, target, None, {})
        self.note(call, answer)
        return answer

    def try_body(self, call, body, id):
        answer = self.send(call.method, target_of(call, id), json.dumps(body),
                           {"content-type": "application/json"})
        self.note(call, answer)
        return answer

    def note(self, call, answer):
        """Holds an answer against the document. What is wrong is kept for the end."""
        kind = answer.headers.get("content-type", "")
        self.seen.add((call.id, answer.status, kind))
        media = call.responses.get(str(answer.status), {}).get("content", {}).get(kind)
        if media is None:
            wrong = [f"is not documented (content-type: {kind}): {answer.body[:300]}"]
        else:
            wrong = self.document.wrong_in(media, answer.body)
            if answer.status >= 400 and json.loads(answer.body)["status"] != answer.status:
                wrong.append(f"names another status: {answer.body}")
        self.wrong += [f"{call.id}: the {answer.status} {one}" for one in wrong]


def target_of(call, id):
    return call.path.replace("{id}", urllib.parse.quote(id, safe=""))


class RawRequest:
    """A request as bytes on a connection of its own; the answer is read when it is asked for."""

    def __init__(self, live, method, target, headers=(), body=b"", host="cadenced"):
        self.method = method
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(live.socket)
        self.head = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n"
        self.head += "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.body = body

    def send(self, end="\r\n"):
        try:
            self.socket.sendall((self.head + end).encode() + self.body)
        except BrokenPipeError:
            pass  # answered and closed before it heard us
        return self

    def answer(self):
        try:
            response = http.client.HTTPResponse(self.socket, method=self.method)
            response.begin()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            self.socket.close()


def headers_of(call):
    """What a well-formed request of this call says of its body."""
    if call.body is None:
        return []
    return [("Content-Type", LINES if call.takes_lines() else "application/json")]

"""What is refused of every call before its handler hears of it."""
from live import UnixConnection
from openapi_backend import RawRequest, headers_of, target_of

MIB = 1 << 20
ORIGIN = ("Origin", "https://example.org")
CONNECTIONS = 512


def refused_at_once(live, call):
    """The status that is due, and the request that is refused with it; none has an effect."""
    def raw(*headers, target=target_of(call, "1"), body=b""):
        return RawRequest(live, call.method, target, [*headers_of(call), *headers], body).send()

    yield 400, raw(("Host", "cadenced"))
    yield 400, raw(target=target_of(call, "1") + "?x=%zz")
    yield 403, raw(ORIGIN)
    yield 403, RawRequest(live, call.method, target_of(call, "1"), host="example.org").send()
    yield 413, raw(("Content-Length", (64 * MIB if call.takes_lines() else MIB) + 1))
    yield 417, raw(("Expect", "tea"))
    yield 422, raw(target=target_of(call, "1") + "?nonsense=1")
    yield 431, raw(("X-Filler", "x" * 20000))
    yield 501, raw(("Transfer-Encoding", "gzip"))
    if call.body is None:
        yield 422, raw(("Content-Length", 2), ("Content-Type", "application/json"), body=b"{}")


def refused_bodies(live, call):
    """The same, of calls that take a body."""
    def raw(kind, body, *more):
        headers = [("Content-Length", len(body)), *([("Content-Type", kind)] if kind else []), *more]
        return RawRequest(live, call.method, target_of(call, "1"), headers, body).send()

    yield 400, raw("application/json", b"{")
    yield 400, raw("application/json", b'"\xff"')
    yield 415, raw("text/plain", b"{}")
    yield 415, raw(None, b"{}")
    yield 415, raw("application/json", b"{}", ("Content-Encoding", "gzip"))
    if call.takes_lines():
        yield 415, raw("application/x-ndjson", b"{}", ("Content-Encoding", "gzip"))
    yield 413, raw("application/json", b" " * (MIB + 1))
    if not call.takes_lines():
        yield 415, raw("application/x-ndjson", b"{}")
    if call.body["required"]:
        yield 400, raw("application/json", b"")


def refuse_all(live, backend):
    for call in backend.document.calls.values():
        cases = list(refused_at_once(live, call))
        if call.body is not None:
            cases += refused_bodies(live, call)
        for status, request in cases:
            answer = request.answer()
            backend.note(call, answer)
            assert answer.status == status, f"{call.id}: {status} was due: {answer.body}"


def begin_slow(live, backend):
    """A request of every call that never ends its header."""
    return [(call, RawRequest(live, call.method, target_of(call, "1")).send(end=""))
            for call in backend.document.calls.values()]


def end_slow(backend, slow):
    for call, request in slow:
        answer = request.answer()
        backend.note(call, answer)
        assert answer.status == 408, f"{call.id}: 408 was due: {answer.body}"


def crowd_out(live, backend):
    """Connections that do nothing, until one more is too many: for every call."""
    crowd = [UnixConnection(live.socket) for _ in range(CONNECTIONS)]
    for connection in crowd:
        connection.connect()
    try:
        for call in backend.document.calls.values():
            answer = RawRequest(live, call.method, target_of(call, "1")).send().answer()
            backend.note(call, answer)
            assert answer.status == 503, f"{call.id}: 503 was due: {answer.body}"
    finally:
        for connection in crowd:
            connection.close()


def other_methods(live, backend):
    """Another method is told which there are, and HEAD is GET without its body."""
    for path, item in backend.document.root["paths"].items():
        methods = {method.upper() for method in item if method != "parameters"}
        for method in ("OPTIONS", "PATCH", "TRACE"):
            answer = RawRequest(live, method, path.replace("{id}", "1")).send().answer()
            allowed = set(answer.headers.get("allow", "").split(", "))
            assert answer.status == 405, f"{method} {path}: {answer.status}"
            wanted = methods | ({"HEAD"} if "GET" in methods else set())
            assert allowed == wanted, f"{method} {path}: Allow says {allowed}"
        answer = RawRequest(live, "HEAD", path.replace("{id}", "1")).send().answer()
        assert answer.body == "" and int(answer.headers["content-length"]) > 0, f"HEAD {path}"
        assert (answer.status == 405) == ("GET" not in methods), f"HEAD {path}: {answer.status}"

"""A life that brings every call of the socket to every outcome that its handler knows."""
import resource
from datetime import datetime, timedelta, timezone

from live import await_that
from openapi_document import LINES

DAYS = 3  # that the lock sessions have behind them when they are enrolled


def day(offset):
    return (datetime.now(timezone.utc) + timedelta(days=offset)).strftime("%Y-%m-%d")


def enrolment(**more):
    """A daily requirement in force for DAYS days, each of them missed and punished."""
    return {"timezone": "UTC", "requirements": [
        {"metric": "check_in", "requiredCount": 1, "cadence": {"every": 1, "unit": "day"},
         "punishment": {"type": "add_time", "seconds": 60}, "lateProof": "ignore",
         "activeFrom": day(-DAYS) + "T00:00:00Z", "punishPast": True, **more}]}


def proof(id, **more):
    return {"id": id, "sessionId": "lock-1", "metric": "check_in", **more}


def settle(outcome="applied"):
    return {"outcome": outcome, "reason": "looked"}


WHY = {"reason": "because"}


class Scenario:
    def __init__(self, live, backend):
        self.live, self.ask = live, backend.ask

    def run(self):
        self.ask_daemon()
        self.enrol()
        self.decide()
        self.launch()
        self.hand_in()
        self.read()
        self.hold_back()
        self.judge_again()
        self.reload()
        self.end()
        self.fill_disk()

    def in_state(self, session, state, at_least=1):
        """Its deliveries in that state, as soon as there are so many."""
        query = {"sessionId": session, "state": state}

        def found():
            items = self.ask("listDeliveries", query=query).json()["items"]
            return items if len(items) >= at_least else None
        return await_that(found, f"{at_least} deliveries of {session} are {state}")

    def ask_daemon(self):
        for operation in ("getLiveness", "getReadiness", "getHealth", "getOpenApi"):
            self.ask(operation)
        status = self.ask("getStatus").json()
        assert status["version"] == self.ask("getOpenApi").json()["info"]["version"]

    def enrol(self):
        for session in ("lock-1", "lock-2", "lock-3"):
            self.live.platform_control("POST", "/sessions", {"id": session})
            body = enrolment()
            if session == "lock-3":
                del body["timezone"]
            self.ask("putSession", body, id=session, expect=201)
        before = self.ask("getSession").json()
        again = self.ask("putSession", enrolment()).json()
        assert again == before, f"the same enrolment again changed something: {before} {again}"
        self.ask("putSession", enrolment(metric=7), expect=422)
        self.ask("putSession", enrolment(), id="no lock session", expect=422)
        self.ask("getSession")
        self.ask("getSession", id="nobody", expect=404)
        first = self.ask("listSessions", query={"limit": 1}).json()
        rest = self.ask("listSessions", query={"cursor": first["nextCursor"]}).json()
        assert first["items"][0]["id"] < rest["items"][0]["id"] and rest["nextCursor"] is None

    def decide(self):
        one, two = [row["id"] for row in self.in_state("lock-2", "waiting", DAYS)][:2]
        assert self.ask("getSession", id="lock-2").json()["waiting"]["deliveries"] == DAYS
        assert "waiting_without_token" in str(self.ask("getStatus").json()["warnings"])
        self.ask("getDelivery", id=one)
        self.ask("getDelivery", id="999999", expect=404)
        self.ask("retryDelivery", WHY, id=one)
        self.ask("settleDelivery", settle(), id=one, expect=409)
        self.ask("waiveDelivery", WHY, id=one)
        self.ask("waiveDelivery", WHY, id=one, expect=409)
        self.ask("retryDelivery", WHY, id=one, expect=409)
        for operation, body in (("retryDelivery", WHY), ("waiveDelivery", WHY),
                                ("settleDelivery", settle())):
            self.ask(operation, body, id="999999", expect=404)
            self.ask(operation, {}, id=two, expect=422)
        filter = {"sessionId": "lock-2", "kind": "punishment"}
        self.ask("settleDeliveries", {"filter": filter, **settle()})
        waived = self.ask("waiveDeliveries", {"filter": filter, **WHY}).json()
        assert waived == {"changed": DAYS - 1}, waived

    def launch(self):
        """The punishments are applied, and progress becomes unknown."""
        self.live.platform_control("POST", "/faults", {
            "fault": "drop_after_apply", "times": -1, "match": {"path": "progress"}})
        for session in ("lock-1", "lock-3"):
            token = self.live.platform_control("POST", f"/sessions/{session}/launch")["mainToken"]
            self.ask("addLaunch", {"mainToken": token, "timezone": "Europe/Berlin"}, id=session,
                     expect=202)
        for session, source in (("lock-1", "operator"), ("lock-3", "launch")):
            assert self.ask("getSession", id=session).json()["timezoneSource"] == source, session
        self.ask("addLaunch", {"mainToken": "x y"}, expect=422)
        self.ask("addLaunch", {"mainToken": "x"}, id="no lock session", expect=404)
        self.in_state("lock-1", "applied", DAYS)
        self.in_state("lock-3", "applied", DAYS)

    def hand_in(self):
        for status in (201, 200):
            self.ask("addProof", proof("p1", amount=2), expect=status)
        self.ask("addProof", proof("p1"), expect=409)
        self.ask("addProof", proof("p2", sessionId="nobody"), expect=404)
        self.ask("addProof", proof("p2", metric="other"), expect=422)
        self.ask("addProof", proof("p3", sessionId="lock-3"), expect=201)
        lines = ['{"id":"p1"}', "", '{"id":"p4","sessionId":"lock-1","metric":"check_in"}', "[",
                 '{"id":"p1","sessionId":"lock-1","metric":"check_in","amount":2}',
                 '{"id":"p1","sessionId":"lock-1","metric":"check_in"}',
                 '{"id":"p5","sessionId":"nobody","metric":"check_in"}', "x" * 20000]
        answer = self.ask("addProof", "\n".join(lines), headers={"content-type": LINES})
        statuses = [line.split('"status":')[1][:3] for line in answer.body.splitlines()]
        assert statuses == ["422", "201", "422", "200", "409", "404", "422"], answer.body
        unknown = self.in_state("lock-1", "unknown")[0]
        self.ask("settleDelivery", settle(), id=unknown["id"])
        self.in_state("lock-3", "unknown")  # and stays so, for fill_disk

    def read(self):
        self.ask("listWindows", query={"metric": "check_in", "from": day(-DAYS) + "T00:00:00Z"})
        self.ask("listWindows", query={"from": "tomorrow"}, expect=422)
        self.ask("listWindows", id="nobody", expect=404)
        for window in self.ask("listWindows").json()["items"]:
            explained = self.ask("getWindow", id=window["id"]).json()
            assert explained["deliveries"], explained
        self.ask("getWindow", id="999999", expect=404)
        self.ask("getWindow", id="no number", expect=404)

    def hold_back(self):
        pause = {"until": day(2) + "T00:00:00+01:00", "reason": "journey"}
        self.ask("pauseSession", pause)
        self.ask("pauseSession", {**pause, "until": day(-1) + "T00:00:00Z"}, expect=422)
        self.ask("pauseSession", pause, id="nobody", expect=404)
        self.ask("resumeSession", WHY)
        self.ask("resumeSession")
        self.ask("resumeSession", id="nobody", expect=404)
        for operation in ("pauseAll", "resumeAll"):
            self.ask(operation)
            self.ask(operation, WHY)
            self.ask(operation, {"until": "x"}, expect=422)
            warned = {one["code"] for one in self.ask("getStatus").json()["warnings"]}
            assert ("paused" in warned) == (operation == "pauseAll"), warned

    def judge_again(self):
        dates = {"from": day(-DAYS), "to": day(0)}
        self.ask("addProof", proof("late", happenedAt=day(-1) + "T12:00:00Z"), expect=201)
        planned = self.ask("backfill", {**dates, "sessionId": "lock-1", "dryRun": True})
        assert planned.body.endswith('{"event":"plan","windows":3,"changes":1}\n'), planned.body
        self.ask("backfill", {**dates, "sessionId": "nobody"}, expect=404)
        self.ask("backfill", {**dates, "plan": "hash"}, expect=422)

    def reload(self):
        with open(self.live.config, encoding="utf-8") as file:
            right = file.read()
        for text, status in ((right + "sockt = 1\n", 422), (right, 200)):
            with open(self.live.config, "w", encoding="utf-8") as file:
                file.write(text)
            self.ask("reloadConfiguration", expect=status)

    def end(self):
        self.ask("endSession", id="lock-2")
        self.ask("endSession", id="lock-2")
        self.ask("endSession", id="nobody", expect=404)
        self.ask("pauseSession", {"until": day(2) + "T00:00:00Z", **WHY}, id="lock-2", expect=409)
        self.ask("addLaunch", {"mainToken": "x"}, id="lock-2", expect=409)
        self.ask("getSession", id="lock-2")
        self.ask("putSession", enrolment(), id="lock-2")

    def fill_disk(self):
        """From now on no file grows, as on a full disk; then there is room again."""
        self.ask("putSession", enrolment(), id="lock-4", expect=201)
        waiting = self.in_state("lock-4", "waiting")[0]["id"]
        unknown = self.in_state("lock-3", "unknown")[0]["id"]
        late = {"from": day(-DAYS), "to": day(0), "sessionId": "lock-1"}
        filter = {"filter": {"sessionId": "lock-3", "state": "unknown"}}
        limits = resource.prlimit(self.live.daemon.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.live.daemon.pid, resource.RLIMIT_FSIZE, (0, limits[1]))
        for operation, body, id in (
                ("putSession", enrolment(grace="1m"), "lock-5"), ("endSession", None, "lock-1"),
                ("addLaunch", {"mainToken": "new"}, "lock-1"), ("resumeSession", None, "lock-1"),
                ("pauseSession", {"until": day(2) + "T00:00:00Z", **WHY}, "lock-1"),
                ("addProof", proof("p9"), ""), ("backfill", late, ""), ("pauseAll", None, ""),
                ("retryDelivery", WHY, waiting), ("waiveDelivery", WHY, waiting),
                ("settleDelivery", settle(), unknown),
                ("settleDeliveries", {**filter, **settle()}, ""),
                ("waiveDeliveries", {**filter, **WHY}, "")):
            answer = self.ask(operation, body, id=id, expect=503)
            assert answer.headers["retry-after"] == "5", operation
        self.ask("addProof", '{"id":"p9","sessionId":"lock-1","metric":"check_in"}',
                 headers={"content-type": LINES}, expect=503)
        for operation in ("getReadiness", "getHealth"):
            answer = self.ask(operation, expect=503).json()
            assert answer["reasons"] == ["database: it cannot be written"], answer
        self.ask("getSession", id="lock-5", expect=404)
        resource.prlimit(self.live.daemon.pid, resource.RLIMIT_FSIZE, limits)
        self.ask("addProof", proof("p9"), expect=201)
        self.ask("getReadiness")

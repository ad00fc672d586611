"""Proofs at volume, against a daemon whose disk is slow, held or full, and clients that are many or stall.

    intake_test.py BIN_DIR SLOW_DISK_SHIM [TEST…]

Nothing is acknowledged before it is durable, nothing acknowledged is lost, the daemon's memory stays
bounded and it goes on answering.
"""
import json
import mmap
import os
import resource
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import zlib

from live import Live, UnixConnection, await_that

BIN, SHIM = sys.argv[1:3]
LINES = {"content-type": "application/x-ndjson"}


class SlowDisk:
    """What slow_disk_shim.cpp shares with us: syncs so far, each one's delay, how many are to fail."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "slow-disk")
        with open(self.path, "wb") as file:
            file.write(bytes(24))
        with open(self.path, "r+b") as file:
            self.shared = mmap.mmap(file.fileno(), 24)
        self.environment = {"LD_PRELOAD": SHIM, "CADENCED_SLOW_DISK": self.path}

    def delay(self, seconds):
        self.shared[8:16] = struct.pack("q", int(seconds * 1e6))

    def fail(self, count):
        """So many of the next syncs, or all (-1), end with EIO."""
        self.shared[16:24] = struct.pack("q", count)

    def syncs(self):
        return struct.unpack("q", self.shared[0:8])[0]


class Intake(Live):
    """A daemon that may have a slow disk, one with little room, or a limit on the size of files."""

    def __init__(self, slow=False, disk_mib=None, file_mib=None):
        super().__init__(BIN)
        self.slow, self.disk_mib, self.file_mib = slow, disk_mib, file_mib
        self.mounted = False

    def start_daemon(self):
        self.disk = SlowDisk(self.dir) if self.slow else None
        os.environ.update(self.disk.environment if self.disk else {})
        try:
            super().start_daemon()
        finally:
            for name in self.disk.environment if self.disk else {}:
                del os.environ[name]
        for number in range(4):
            self.enrol(f"lock-{number}")

    def __enter__(self):
        if self.disk_mib:
            words = ["mount", "-t", "tmpfs", "-o", f"size={self.disk_mib}m", "tmpfs", self.dir]
            self.mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
        return super().__enter__()

    def __exit__(self, *_):
        for program in self.programs:
            program.kill()
            program.wait()
        if self.mounted:
            subprocess.run(["umount", self.dir], check=True)
        super().__exit__()

    def enrol(self, session, **more):
        requirement = {"metric": "check_in", "requiredCount": 1,
                       "cadence": {"every": 1, "unit": "day"},
                       "punishment": {"type": "none", "seconds": 0}, **more}
        answer = self.ask("PUT", f"/v1/sessions/{session}", {"requirements": [requirement]})
        assert answer.status == 201, answer.body

    def hand_in(self, proof_id):
        return self.ask("POST", "/v1/proofs", proof(proof_id)).status

    def memory_mib(self):
        with open(f"/proc/{self.daemon.pid}/status", encoding="utf-8") as file:
            for line in file:
                if line.startswith("VmRSS"):
                    return int(line.split()[1]) / 1024
        raise AssertionError("the daemon is gone")

    def processor_seconds(self):
        with open(f"/proc/{self.daemon.pid}/stat", encoding="utf-8") as file:
            times = file.read().rpartition(")")[2].split()[11:13]
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    def stored(self):
        """The ids that are durable, read by somebody else than the daemon, in a sound file."""
        database = sqlite3.connect(f"file:{self.dir}/cadenced.db?mode=ro", uri=True)
        try:
            assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            return {row[0] for row in database.execute("SELECT id FROM proof")}
        finally:
            database.close()

    def deliveries(self, state):
        return json.loads(self.ask("GET", f"/v1/deliveries?state={state}").body)["items"]

    def answers_at_once(self):
        for target in ("/livez", "/v1/status"):
            begin = time.monotonic()
            answer = self.ask("GET", target)
            took = time.monotonic() - begin
            assert answer.status == 200, answer.body
            assert took < 1, f"{target} took {took:.2f} s"


def proof(proof_id):
    session = f"lock-{zlib.crc32(proof_id.encode()) % 4}"
    return {"id": proof_id, "sessionId": session, "metric": "check_in"}


def lines_of(prefix, count):
    return "".join(json.dumps(proof(f"{prefix}-{i}")) + "\n" for i in range(count)).encode()


class Sender(threading.Thread):
    """Sends one body of NDJSON, and notes how much of it has gone and what came back."""

    def __init__(self, live, body, rest=None):
        super().__init__(daemon=True)
        self.path, self.body, self.rest = live.socket, body, rest
        self.sent, self.status, self.text = 0, None, b""
        self.start()

    def run(self):
        connection = UnixConnection(self.path)
        connection.putrequest("POST", "/v1/proofs")
        connection.putheader("content-type", "application/x-ndjson")
        connection.putheader("content-length", str(len(self.body)))
        connection.endheaders()
        try:
            while self.sent < len(self.body):
                self.sent += connection.sock.send(self.body[self.sent:self.sent + 16384])
        except BrokenPipeError:
            pass
        answer = connection.getresponse()
        self.status, self.text = answer.status, answer.read()
        connection.close()

    def accepted(self):
        if self.status != 200:
            return set()
        lines = [json.loads(line) for line in self.text.splitlines()]
        return {line["id"] for line in lines if line["status"] in (200, 201)}


def disk_that_is_held__acknowledges_nothing():
    with Intake(slow=True) as live:
        live.disk.delay(3600)
        outcome = []
        asking = threading.Thread(target=lambda: outcome.append(live.hand_in("held")), daemon=True)
        asking.start()
        asking.join(0.3)
        assert asking.is_alive(), f"answered {outcome} before it was durable"
        live.answers_at_once()
        live.disk.delay(0)
        asking.join(20)
        assert outcome == [201], outcome
        assert "held" in live.stored()


def disk_that_is_slow__slows_the_senders_and_costs_no_memory():
    with Intake(slow=True) as live:
        live.ask("POST", "/v1/proofs", lines_of("warm", 3000), LINES)
        before = live.memory_mib()
        live.disk.delay(0.2)
        senders = [Sender(live, lines_of(f"slow{i}", 20_000)) for i in range(4)]
        singles = []
        asking = threading.Thread(
            target=lambda: singles.extend(live.hand_in(f"single-{i}") for i in range(4)), daemon=True)
        asking.start()
        most = 0
        begin = time.monotonic()
        while time.monotonic() - begin < 2:
            live.answers_at_once()
            most = max(most, live.memory_mib())
        # Ten commits or so by now, a piece of 64 KiB in each, and what the sockets and the daemon hold.
        sent = sum(sender.sent for sender in senders)
        assert sent < 16 * 65536 + 4 * 450_000, f"the senders were not slowed down: {sent}"
        assert all(sender.status is None for sender in senders), "answered before all was durable"
        asking.join(20)
        assert singles == [201] * 4, f"single proofs starve behind the streams: {singles}"
        live.disk.delay(0)
        for sender in senders:
            sender.join(120)
            most = max(most, live.memory_mib())
        accepted = set().union(*(sender.accepted() for sender in senders))
        assert len(accepted) == 4 * 20_000, len(accepted)
        assert accepted <= live.stored()
        print(f"  memory before {before:.1f} MiB, at most {most:.1f} MiB")
        assert most - before < 40, f"{before:.1f} MiB grew to {most:.1f} MiB"


def fill_up(live):
    """Little room is left from here on; returns what gives it back."""
    if live.mounted:
        ballast = os.path.join(live.dir, "ballast")
        room = os.statvfs(live.dir)
        with open(ballast, "wb") as file:
            file.write(bytes(max(0, room.f_bavail * room.f_frsize - 600_000)))
        return lambda: os.remove(ballast)
    limit = os.path.getsize(os.path.join(live.dir, "cadenced.db-wal")) + 600_000
    resource.prlimit(live.daemon.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    return lambda: resource.prlimit(live.daemon.pid, resource.RLIMIT_FSIZE,
                                    (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def disk_that_fills_up(live):
    live.ask("POST", "/v1/proofs", lines_of("before", 500), LINES)
    give_back = fill_up(live)
    outcomes, refused = {}, threading.Event()

    def hand_in_until_refused(name):
        number = 0
        while not refused.is_set():
            proof_id = f"{name}-{number}"
            outcomes[proof_id] = live.hand_in(proof_id)
            if outcomes[proof_id] != 201:
                refused.set()
            number += 1

    hands = [threading.Thread(target=hand_in_until_refused, args=(f"single{i}",)) for i in range(4)]
    sender = Sender(live, lines_of("stream", 60_000))
    for hand in hands:
        hand.start()
    sender.join(60)
    for hand in hands:
        hand.join(60)
    assert sender.status == 503, (sender.status, sender.text[:300])
    assert set(outcomes.values()) == {201, 503}, set(outcomes.values())
    taken = int(sender.text.decode().split("the first ")[1].split()[0])
    assert live.ask("GET", "/livez").status == 200

    def refused_and_not_ready():
        proof_id = f"more-{len(outcomes)}"
        outcomes[proof_id] = live.hand_in(proof_id)
        return outcomes[proof_id] == 503 and live.ask("GET", "/readyz").status == 503

    def warned_of():
        status = json.loads(live.ask("GET", "/v1/status").body)
        return "database_unwritable" in {warning["code"] for warning in status["warnings"]}

    await_that(refused_and_not_ready, "a database that cannot be written is told")
    assert warned_of()
    give_back()
    await_that(lambda: live.hand_in("after") in (200, 201), "proofs are taken again")
    await_that(lambda: live.ask("GET", "/readyz").status == 200, "the daemon is ready again")
    await_that(lambda: not warned_of(), "the warning is over")
    stored = live.stored()
    for proof_id, status in outcomes.items():
        assert (status == 201) == (proof_id in stored), (proof_id, status)
    in_stream = {f"stream-{i}" for i in range(60_000)} & stored
    assert in_stream == {f"stream-{i}" for i in range(taken)}, (taken, len(in_stream))
    again = Sender(live, lines_of("stream", 2_000))
    again.join(60)
    assert len(again.accepted()) == 2_000
    print(f"  {list(outcomes.values()).count(201)} single proofs and {taken} lines were taken first")


def disk_with_no_room__takes_or_says_so_and_recovers():
    with Intake(disk_mib=48) as live:
        if live.mounted:
            disk_that_fills_up(live)
        else:
            print("  not run: mounting a small file system takes privileges")


def file_that_may_not_grow__takes_or_says_so_and_recovers():
    with Intake() as live:
        disk_that_fills_up(live)


def syncs_that_fail__acknowledge_nothing_send_nothing_and_recover():
    with Intake(slow=True) as live:
        live.platform_control("POST", "/sessions", {"id": "owes", "timeRemainingSeconds": 1_000_000})
        token = live.platform_control("POST", "/sessions/owes/launch", {})["mainToken"]
        yesterday = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 86400))
        live.enrol("owes", punishment={"type": "add_time", "seconds": 3600}, activeFrom=yesterday,
                   punishPast=True)
        assert live.ask("POST", "/v1/pause").status == 200
        assert live.ask("POST", "/v1/sessions/owes/launches", {"mainToken": token}).status == 202
        await_that(lambda: live.deliveries("queued"), "a punishment could be sent")
        outcomes = {f"before-{i}": live.hand_in(f"before-{i}") for i in range(5)}
        live.disk.fail(-1)
        during = {f"during-{i}": live.hand_in(f"during-{i}") for i in range(5)}
        assert set(during.values()) == {503}, during
        assert live.ask("POST", "/v1/resume").status == 503, "not durable, yet answered"
        readiness = live.ask("GET", "/readyz")
        assert readiness.status == 503 and "database" in readiness.body, readiness.body
        live.answers_at_once()
        live.disk.fail(0)
        await_that(lambda: live.hand_in("after") in (200, 201), "proofs are taken again")
        await_that(lambda: live.ask("GET", "/readyz").status == 200, "the daemon is ready again")
        assert not live.effects("owes"), "sent though the brake could not be released"
        live.disk.fail(1)
        outcomes.update({f"once-{i}": live.hand_in(f"once-{i}") for i in range(3)})
        assert live.ask("POST", "/v1/resume").status == 200
        live.disk.fail(1)  # of what the punishment needs
        await_that(lambda: live.deliveries("applied"), "the punishment is sent", 90)
        live.daemon.kill()
        live.daemon.wait()
        assert len(live.effects("owes")) == 1
        taken = {one for one, status in outcomes.items() if status == 201} | {"after"}
        assert taken <= live.stored(), taken - live.stored()
        print(f"  {len(taken)} proofs taken, {len(during)} and more refused")


def hundreds_that_stall__keep_nobody_waiting():
    with Intake() as live:
        stalling = []
        for i in range(300):
            one = socket.socket(socket.AF_UNIX)
            one.connect(live.socket)
            head = b"POST /v1/proofs HTTP/1.1\r\nHost: cadenced\r\nContent-Length: 90000\r\n"
            one.sendall(head + (b"Content-Type: application/x-ndjson\r\n\r\n{" if i % 2 else b""))
            stalling.append(one)
        begin = time.monotonic()
        connection = UnixConnection(live.socket)
        for i in range(50):
            connection.request("POST", "/v1/proofs", json.dumps(proof(f"quick-{i}")),
                               {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 201
        took = time.monotonic() - begin
        assert took < 8, f"50 proofs took {took:.1f} s"
        for one in stalling:
            one.close()


def junk_in_short_lines__costs_little_memory_and_keeps_nobody_waiting():
    with Intake() as live:
        before = live.memory_mib()
        head = (b"POST /v1/proofs HTTP/1.1\r\nHost: cadenced\r\nContent-Length: 90000\r\n"
                b"Content-Type: application/x-ndjson\r\n\r\n")
        stalling = [socket.socket(socket.AF_UNIX) for _ in range(64)]
        for one in stalling:
            one.connect(live.socket)
            one.setblocking(False)
        for one in stalling:
            one.send(head + b"x\n" * 32_768)
        most, worst = 0, 0
        begin = time.monotonic()
        used = live.processor_seconds()
        while True:
            asked = time.monotonic()
            assert live.ask("GET", "/livez").status == 200
            worst = max(worst, time.monotonic() - asked)
            most = max(most, live.memory_mib())
            uses = live.processor_seconds()
            if uses > used + 0.1:
                used, begin = uses, time.monotonic()
            if time.monotonic() - begin > 0.5:
                break
        print(f"  memory before {before:.1f} MiB, at most {most:.1f} MiB; worst /livez {worst:.2f} s")
        assert most - before < 60, f"{before:.1f} MiB grew to {most:.1f} MiB"
        # Without steps it is a dozen seconds and more, also on a quiet machine.
        assert worst < 6, f"/livez took {worst:.2f} s"
        for one in stalling:
            one.close()


TESTS = [syncs_that_fail__acknowledge_nothing_send_nothing_and_recover,
         disk_that_is_held__acknowledges_nothing,
         disk_that_is_slow__slows_the_senders_and_costs_no_memory,
         disk_with_no_room__takes_or_says_so_and_recovers,
         file_that_may_not_grow__takes_or_says_so_and_recovers,
         hundreds_that_stall__keep_nobody_waiting,
         junk_in_short_lines__costs_little_memory_and_keeps_nobody_waiting]

if __name__ == "__main__":
    unknown = set(sys.argv[3:]) - {test.__name__ for test in TESTS}
    assert not unknown, f"there is no {unknown}"
    for test in TESTS:
        if sys.argv[3:] and test.__name__ not in sys.argv[3:]:
            continue
        began = time.monotonic()
        print(test.__name__, flush=True)
        test()
        print(f"  ok, {time.monotonic() - began:.1f} s", flush=True)

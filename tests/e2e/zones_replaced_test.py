"""The zone database is replaced under a running daemon: it notices, drains and ends for its supervisor;
the next one plans open windows by the new rules, and leaves closed ones as they were.

Usage: zones_replaced_test.py BIN_DIR. The database is a copy, mounted in a namespace of its own; where that is
not allowed nothing can be tried, and the exit code is 77.
"""
import datetime
import os
import shutil
import subprocess
import sys
import tempfile

from live import Live, await_that

ZONES = "/usr/share/zoneinfo"
HOUR = datetime.timedelta(hours=1)


def enter_namespace():
    if os.environ.get("ZONES_APART") == "yes":
        return
    flags = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    if subprocess.run(["unshare", *flags, "mount", "--bind", ZONES, ZONES], stderr=subprocess.DEVNULL).returncode:
        print("no mount namespace of our own is allowed here")
        sys.exit(77)
    os.environ["ZONES_APART"] = "yes"
    os.execvp("unshare", ["unshare", *flags, sys.executable, "-B", *sys.argv])


def windows(live):
    items = live.ask("GET", "/v1/sessions/lock-1/windows?limit=100").json()["items"]
    return [(w["start"], w["end"], w["localStart"], w["verdict"]) for w in items]


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def enrol(live):
    since = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=3)
    body = {"timezone": "Europe/Berlin",
            "requirements": [{"metric": "check_in", "requiredCount": 1, "cadence": {"every": 1, "unit": "day"},
                              "punishment": {"type": "none"}, "activeFrom": since.strftime("%Y-%m-%dT%H:%M:%SZ")}]}
    answer = live.ask("PUT", "/v1/sessions/lock-1", body)
    assert answer.status == 201, answer.body
    await_that(lambda: all(w[3] for w in windows(live)[:-1]), "what went by is judged")


def replace_berlin(copy):
    # As a package manager does: new files under the old names. An hour west of what it was.
    for source, name in (("Africa/Abidjan", "Europe/Berlin"), ("Etc/UTC", "UTC")):
        fresh = os.path.join(copy, name + ".new")
        shutil.copyfile(os.path.join(copy, source), fresh)
        os.replace(fresh, os.path.join(copy, name))


def main():
    enter_namespace()
    with tempfile.TemporaryDirectory(prefix="zones-") as copy:
        shutil.copytree(ZONES, copy, symlinks=True, dirs_exist_ok=True)
        subprocess.run(["mount", "--bind", copy, ZONES], check=True)
        os.environ["WATCHDOG_USEC"] = "400000"  # how often it looks
        with Live(sys.argv[1]) as live:
            enrol(live)
            before = windows(live)
            replace_berlin(copy)
            assert live.daemon.wait(timeout=30) == 0, live.log()
            assert "reason=zone_database_changed" in live.log(), live.log()
            live.start_daemon()
            await_that(lambda: "event=windows_replanned count=1" in live.log(), "the open window is planned anew")
            after = windows(live)
        assert after[:-1] == before[:-1], f"closed windows changed: {before} {after}"
        assert after[-1][0] == before[-1][0], "an open window keeps its start"
        offset = time_of(after[-1][1]) - time_of(before[-1][1])
        assert offset in (HOUR, 2 * HOUR), f"{before[-1]} {after[-1]}"  # winter, summer
        subprocess.run(["umount", ZONES], check=True)


if __name__ == "__main__":
    main()

"""Every command that the READMEs and the sandbox's --help show, run for real against a sandbox and a daemon.

    python3 readme_commands_test.py BUILD_DIR SOURCE_DIR

What stands in an `sh` block is run as it is, but for SUBSTITUTIONS, STAND_INS and NOT_RUN below. Where a
`json` block follows, it must have the shape of what came out; elsewhere nothing may be refused.
"""
import datetime
import os
import re
import signal
import subprocess
import sys
import time

from live import Live, await_that
from readme_parts import blocks_of, difference, documents

SESSION = "readme-wearer"

# Lines that are not run, and why. A line that is not here is run.
NOT_RUN = {
    "bash daemon/demo.sh": "builds; the fresh-machine script under tests/ runs it",
    "bash tests/run.sh": "builds, and runs this test",
    "bash tests/bench/run.sh": "builds, and takes minutes on a quiet machine",
    "cmake --preset release && cmake --build --preset release --target cadenced": "built this program already",
    "sudo systemd-sysusers && sudo systemctl daemon-reload": "needs a booted systemd",
    "sudo systemctl enable --now cadenced": "needs a booted systemd",
    "sudo usermod --append --groups cadenced BACKEND_USER": "changes this machine's users",
    "journalctl --unit cadenced --since today": "needs a booted systemd",
    "journalctl --unit cadenced --priority warning": "needs a booted systemd",
}

# What systemd would do to the service is done to the process.
STAND_INS = {
    "sudo systemctl stop cadenced": lambda world: world.live.stop_daemon(),
    "sudo systemctl start cadenced": lambda world: world.live.start_daemon(),
    "sudo systemctl restart cadenced": lambda world: world.restart(),
    "sudo systemctl reload cadenced": lambda world: world.reload(),
}


def substitutions(world):
    """(what stands there, what is run instead), in this order."""
    live, root = world.live, world.root
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    return [
        (r"\bsudo ", ""),
        (r" -o cadenced -g cadenced\b", ""),
        (r"--prefix /usr\b", f"--prefix {root}/usr"),
        (r"(?:\$PWD/)?\bbuild/release\b", world.build),
        (r"/etc/cadenced\b", f"{root}/etc"),
        (r"/var/backups\b", f"{root}/backups"),
        (r"/var/lib/cadenced\b", live.dir),
        (r"/run/cadenced/cadenced\.sock\b", live.socket),
        (r"^cadenced --check-config$", f"cadenced --config {root}/etc/cadenced.toml --check-config"),
        (r"^cadenced --backfill\b", f"cadenced --config {live.config} --backfill"),
        (r"\bYOUR_KEY_FILE\b", f"{live.dir}/key"),
        (r"\bDAY\.db\b", "$(date +%F).db"),
        (r"2027-01-10T00:00:00Z", tomorrow.strftime("%Y-%m-%dT00:00:00Z")),
        (r"\bSESSION\b", SESSION),
        (r"\bILL\b", "ill"),
        (r"\bTOKEN\b", world.token),
        (r"\bWINDOW\b", world.window),
        (r"\bHELD\b", lambda _: world.delivery("held")),
        (r"\bREJECTED\b", lambda _: world.delivery("rejected")),
        (r"\bWAITING\b", lambda _: world.delivery("waiting")),
    ]


# Of tests/sandbox/README.md.
def sandbox_substitutions(world):
    return [(r"/tmp/sandbox\b", f"{world.root}/sandbox")]


class World:
    """What the commands meet: a wearer, and lock sessions whose punishment is held, rejected, waiting. One
    that nobody waives waits to the end, so that the status always has something to say."""

    def __init__(self, live, build):
        self.live, self.build, self.root = live, build, os.path.join(live.dir, "root")
        os.mkdir(self.root)
        # What is installed below /usr is found; what is only built must be put there by the README.
        self.path = f"{self.root}/usr/bin:{os.environ['PATH']}"
        self.token = self.launch_on_platform(SESSION)
        live.platform_control("POST", "/faults", [
            {"fault": "drop_after_apply", "match": {"session": "held", "action": "pillory"}, "times": 1},
            {"fault": "drop_after_apply", "match": {"session": "held-too", "action": "pillory"}, "times": 1},
            {"fault": "status_before", "status": 400, "body": '{"error":{"code":"invalid_params"}}',
             "match": {"session": "rejected", "action": "add_time"}, "times": 1}])
        for session in ("held", "held-too"):
            self.miss(session, launched=True, punishment="pillory")  # which nothing reads back
        self.miss("rejected", launched=True)
        for session in ("waiting", "waits-on", "ill"):
            self.miss(session, launched=False)
        for session, state in (("held", "held"), ("held-too", "held"), ("rejected", "rejected"),
                               ("waiting", "waiting"), ("ill", "waiting")):
            self.delivery(state, session)

    def launch_on_platform(self, session):
        self.live.platform_control("POST", "/sessions", {"id": session, "pilloryEnabled": True})
        return self.live.platform_control("POST", f"/sessions/{session}/launch")["mainToken"]

    def miss(self, session, launched, punishment="add_time"):
        token = self.launch_on_platform(session)
        yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        requirement = {"metric": "checkin", "requiredCount": 1, "cadence": {"every": 1, "unit": "day"},
                       "punishment": {"type": punishment, "seconds": 900}, "punishPast": True,
                       "activeFrom": yesterday.strftime("%Y-%m-%dT00:00:00Z")}
        self.live.ask("PUT", f"/v1/sessions/{session}", {"requirements": [requirement]})
        if launched:
            self.live.ask("POST", f"/v1/sessions/{session}/launches", {"mainToken": token})

    def delivery(self, state, session=None):
        """The id of the punishment in this state of this lock session, or of the one named after the state."""
        target = f"/v1/deliveries?sessionId={session or state}&state={state}"
        found = await_that(lambda: self.live.ask("GET", target).json()["items"], f"a {state} write")
        return found[0]["id"]

    def window(self, _):
        """The wearer's, once its progress is on the platform, and the daemon knows that."""
        applied = f"/v1/deliveries?sessionId={SESSION}&state=applied"
        await_that(lambda: self.live.ask("GET", applied).json()["items"], "progress arrives")
        target = f"/v1/sessions/{SESSION}/windows"
        return self.live.ask("GET", target).json()["items"][-1]["id"]

    def restart(self):
        self.live.stop_daemon()
        self.live.start_daemon()

    def reload(self):
        before = self.live.log().count("event=reloaded")
        self.live.daemon.send_signal(signal.SIGHUP)
        await_that(lambda: self.live.log().count("event=reloaded") > before, "the daemon reloads")


class Shell:
    """One bash for all the blocks of a file, as a person has one."""

    def __init__(self, source, path, scratch):
        environment = dict(os.environ, PATH=path)
        environment.pop("CREDENTIALS_DIRECTORY", None)
        self.scratch = scratch
        self.bash = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     cwd=source, env=environment, text=True)

    def run(self, commands):
        """Exit status of the first command that fails, or 0; what they printed."""
        script, output = (os.path.join(self.scratch, name) for name in ("block.sh", "block.out"))
        with open(script, "w", encoding="utf-8") as file:
            file.write(commands)
        self.bash.stdin.write(f"failed=0; trap 'failed=$?' ERR; set -E; . {script} >{output} 2>&1 </dev/null;"
                              " trap - ERR; echo $failed\n")
        self.bash.stdin.flush()
        status = self.bash.stdout.readline().strip()
        with open(output, encoding="utf-8") as file:
            return status, file.read()

    def path(self):
        return self.run("echo $PATH\n")[1].strip()

    def close(self):
        self.bash.communicate("kill $(jobs -p) 2>/dev/null; wait\n")


def command_of(line):
    """Without the comment at its end."""
    return re.sub(r"\s+#( .*)?$", "", line).strip()


class Reader:
    def __init__(self, world, shell, name, table):
        self.world, self.shell, self.name, self.table = world, shell, name, table
        self.seen, self.failures, self.ran = set(), [], 0

    def substitute(self, line):
        for pattern, instead in self.table:
            line = re.sub(pattern, instead if callable(instead) else lambda _, text=instead: text, line)
        return line

    def run_block(self, block):
        commands, output = [], ""
        for line in block.text.split("\n"):
            command = command_of(line)
            if command in NOT_RUN or command in STAND_INS:
                self.seen.add(command)
            if command in STAND_INS:
                output += self.run_lines(block, commands)
                commands = []
                STAND_INS[command](self.world)
            elif command not in NOT_RUN:
                commands.append(self.substitute(command if command.startswith("cadenced") else line))
        output += self.run_lines(block, commands)
        self.compare(block, output)

    def run_lines(self, block, lines):
        if not any(line.strip() for line in lines):
            return ""
        self.ran += sum(bool(line.strip()) for line in lines)
        status, output = self.shell.run("\n".join(lines) + "\n")
        if status != "0":
            self.fail(block, f"ended with {status}: {output}")
        return output

    def compare(self, block, output):
        if not block.answer:
            if '"type":"about:blank"' in output:
                self.fail(block, f"was refused: {output}")
            return
        try:
            shown, real = documents(block.answer), documents(output)
        except ValueError as error:
            self.fail(block, f"is no JSON ({error}): {output}")
            return
        if len(shown) != len(real):
            self.fail(block, f"{len(shown)} answers are shown, {len(real)} came: {output}")
        for one, other in zip(shown, real):
            wrong = difference(one, other)
            if wrong:
                self.fail(block, wrong)

    def fail(self, block, what):
        self.failures.append(f"{self.name}:{block.line}: {what}")

    def read(self, text):
        for block in blocks_of(text):
            if block.tag == "sh":
                self.run_block(block)
        return self


def read_text(world, source, name, text, table):
    """Leaves the PATH to what is read next: the sandbox's texts are for who has followed README.md."""
    shell = Shell(source, world.path, world.root)
    try:
        reader = Reader(world, shell, name, table).read(text)
        world.path = shell.path()
        return reader
    finally:
        shell.close()


def read_file(world, source, name, table):
    with open(os.path.join(source, name), encoding="utf-8") as file:
        return read_text(world, source, name, file.read(), table)


def sandbox_lesson(build):
    """The commands that the sandbox's --help shows, as a README would show them."""
    page = subprocess.run([os.path.join(build, "bin", "platform-sandbox"), "--help"],
                          capture_output=True, check=True, text=True).stdout
    command = re.compile(r"^ +(?:mkdir|platform-sandbox --dir|timeout |[A-Z]+=|curl |-H |-d |\(umask|cadenced --|"
                         r"cat .*<<END\n(?:.*\n)*?END$).*", re.M)
    lines = [match[0].strip() for match in command.finditer(page)]
    return "\n".join(["```sh", *lines, "```", ""])


def main(build, source):
    began = time.monotonic()
    with Live(os.path.join(build, "bin")) as live:
        world = World(live, build)
        readers = [read_file(world, source, "README.md", substitutions(world)),
                   read_file(world, source, "tests/sandbox/README.md", sandbox_substitutions(world)),
                   read_text(world, source, "platform-sandbox --help", sandbox_lesson(build),
                             sandbox_substitutions(world))]
    failures = [failure for reader in readers for failure in reader.failures]
    unused = (NOT_RUN.keys() | STAND_INS.keys()) - set.union(*(reader.seen for reader in readers))
    failures += [f"no README shows this any more: {line}" for line in sorted(unused)]
    for reader in readers:
        print(f"{reader.name}: {reader.ran} lines ran, {len(reader.seen & NOT_RUN.keys())} were not run")
    print("\n".join(failures))
    print(f"{time.monotonic() - began:.1f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

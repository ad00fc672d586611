"""A machine made by hand for the scripts that a new user runs: their copies in a tree of their own, a
PATH that holds nothing but what is put there, and a record of what they called.

The state is real where a test may make it (an ordinary user, no network, a small disk); what cannot be
is a file instead of /proc's and /etc's, or a program that stands in for another.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

SCRIPTS = ("daemon/demo.sh", "tests/run.sh")
TOOLS = ("awk", "bash", "cat", "cut", "date", "df", "dirname", "du", "env", "grep", "head", "id", "mkdir",
         "mktemp", "nproc", "paste", "rm", "sed", "sh", "stat", "tail", "true")
FILES = {"/etc/os-release": "os-release", "/proc/meminfo": "meminfo",
         "/sys/fs/cgroup/memory.max": "memory.max"}
NOBODY = 65534
IS_ROOT = os.geteuid() == 0
MIB_FREE = "MemAvailable: {} kB\nSwapFree: 0 kB\n"


def may_unshare(kind):
    return IS_ROOT and subprocess.run(["unshare", kind, "true"], capture_output=True).returncode == 0


class UnfitMachine:
    """`with UnfitMachine(source_dir) as machine:` a fit one, at first: Debian 12, everything installed."""

    def __init__(self, source):
        self.source, self.prefix, self.environment = source, [], {}

    def __enter__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="unfit-"))
        self.dir.chmod(0o755)
        self.tree, self.bin, self.state = (self.dir / name for name in ("tree", "bin", "state"))
        self.temporary = self.dir / "tmp"
        for folder in (self.tree, self.bin, self.state, self.temporary):
            folder.mkdir()
        for script in (*SCRIPTS, "tests/packages.sh", "tests/machine.sh", "tests/fresh_machine.sh"):
            text = (pathlib.Path(self.source) / script).read_text(encoding="utf-8")
            for real, ours in FILES.items():
                text = text.replace(real, str(self.state / ours))
            (self.tree / script).parent.mkdir(exist_ok=True)
            (self.tree / script).write_text(text, encoding="utf-8")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        for program in ("cmake", "ctest", "apt-get", "apt-cache"):
            self.stand_in(program)
        self.installed("*")
        self.write("os-release", "ID=debian\nVERSION_ID=12\n")
        self.memory(64000)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir)

    def write(self, name, text):
        (self.state / name).write_text(text, encoding="utf-8")

    def stand_in(self, program, script=":"):
        """`program` is recorded whenever it is called, and does what the script says."""
        path = self.bin / program
        path.unlink(missing_ok=True)
        path.write_text(f'#!/bin/bash\necho "{program} $*" >>"{self.state}/calls"\n{script}\n',
                        encoding="utf-8")
        path.chmod(0o755)

    def installed(self, pattern, clang=14):
        """Which packages are there (a pattern of the shell), and which clang the distribution has."""
        depends = f"echo 'Depends: clang-{clang} (>= {clang}~)'" if pattern == "*" else "exit 1"
        self.stand_in("dpkg-query", f'case "$3" in *Depends*) {depends}; exit ;; esac\n'
                                    f'for name in "${{@:4}}"; do case "$name" in {pattern or "/"})\n'
                                    '    echo "installed $name" ;; esac; done')
        self.stand_in("apt-cache", f"echo 'Replaces: clang-3.2\nDepends: clang-{clang} (>= {clang}~)'")

    def memory(self, mib):
        self.write("meminfo", MIB_FREE.format(mib * 1024))

    def become_nobody(self):
        """The scripts run as an ordinary user, to whom the tree belongs."""
        if IS_ROOT:
            for path in (self.dir, *self.dir.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
            self.prefix = [shutil.which("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

    def become_root(self):
        """Root, or a user for whom sudo does everything unasked."""
        self.stand_in("sudo", '[ "$1" != -n ] || shift\nexec "$@"')

    def lose_network(self):
        if may_unshare("--net"):
            self.prefix = [shutil.which("unshare"), "--net"]

    def shrink_disk(self, mib):
        """The build products lie on a disk of so many MiB."""
        if may_unshare("--mount"):
            (self.tree / "build").mkdir()
            self.prefix = [shutil.which("unshare"), "--mount", "/bin/sh", "-c",
                           f'/bin/mount -t tmpfs -o size={mib}m none "$0" && exec "$@"',
                           str(self.tree / "build")]
        else:
            self.stand_in("df", f"printf 'Filesystem\\nnone 9 9 {mib * 1024} 9%% /\\n'")

    def use_real_apt(self, sources, packages="", status=""):
        """apt-get itself, with lists, packages and a state of its own."""
        self.stand_in("apt-get", f'exec {shutil.which("apt-get")} "$@"')
        apt = self.state / "apt"
        for folder in ("lists/partial", "cache/archives/partial", "repository"):
            (apt / folder).mkdir(parents=True)
        (apt / "sources.list").write_text(sources.format(apt / "repository"), encoding="utf-8")
        (apt / "repository/Packages").write_text(packages, encoding="utf-8")
        (apt / "status").write_text(status, encoding="utf-8")
        (apt / "apt.conf").write_text(
            f'Dir::State "{apt}"; Dir::State::status "{apt}/status"; Dir::Cache "{apt}/cache";\n'
            f'Dir::Etc "{apt}"; Dir::Etc::sourceparts "-"; Dir::Log "{apt}";\n'
            f'APT::Sandbox::User ""; Debug::NoLocking "true"; APT::Architecture "amd64";\n'
            'Dir::Bin::dpkg "/bin/false";\n', encoding="utf-8")
        self.environment["APT_CONFIG"] = str(apt / "apt.conf")

    def start(self, *words):
        """One of the scripts, with no terminal."""
        return subprocess.Popen(
            [*self.prefix, str(self.bin / "bash"), *words], cwd=self.tree, text=True,
            env={"PATH": str(self.bin), "TMPDIR": str(self.temporary), **self.environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True)

    def run(self, *words):
        """The same, ended; with the attributes of subprocess.run."""
        started = self.start(*words)
        output, errors = started.communicate(timeout=60)
        return subprocess.CompletedProcess(words, started.returncode, output, errors)

    def calls(self):
        try:
            return (self.state / "calls").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def contents(self):
        """What the scripts may leave behind: every path of the tree and of the temporary files."""
        return sorted(str(path) for folder in (self.tree, self.temporary) for path in folder.rglob("*"))

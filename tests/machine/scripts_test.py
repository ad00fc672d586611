"""Every machine that is not fit is refused with one line, by both commands of the README, before
anything is installed or built; one that is fit gets what it lacks and builds with what it has."""
import os
import re
import signal
import socket
import sys
import threading
import unittest

from unfit_machine import IS_ROOT, NOBODY, SCRIPTS, UnfitMachine

SOURCE = sys.argv.pop(1)
# A package as an archive lists it.
PACKAGE = ("Package: {}\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: a package\n"
           "Filename: ./absent.deb\nSize: 1000\nSHA256: " + "0" * 64 + "\n{}\n")


class Case(unittest.TestCase):
    def setUp(self):
        self.machine = self.enterContext(UnfitMachine(SOURCE))

    def assert_refused(self, pattern, scripts=SCRIPTS):
        before = self.machine.contents()
        for script in scripts:
            with self.subTest(script):
                ended = self.machine.run(script)
                self.assertNotEqual(0, ended.returncode)
                self.assertRegex(ended.stderr, r"\Aerror: [^\n]*" + pattern + r"[^\n]*\n\Z")
        for call in self.machine.calls():
            self.assertNotRegex(call, "^(cmake|ctest) ")
            if " install " in call and "--simulate" not in call:
                self.assertIn("--download-only", call)
        self.assertEqual(before, self.machine.contents())

    def run_tests(self):
        ended = self.machine.run("tests/run.sh")
        self.assertEqual("", ended.stderr)
        self.assertEqual(0, ended.returncode)
        return ended.stdout

    def names_to_install(self):
        return re.search("^packages: installing (.*)$", self.run_tests(), re.M).group(1).split()


class Distribution(Case):
    def test_unknown_is_refused(self):
        self.machine.write("os-release", 'ID="fedora"\nVERSION_ID=40\n')
        self.assert_refused("not 'fedora 40'")

    def test_too_old_is_refused(self):
        for name, version in (("debian", "11"), ("ubuntu", "22.04")):
            self.machine.write("os-release", f'ID={name}\nVERSION_ID="{version}"\n')
            self.assert_refused(f"{name} {version} is too old")

    def test_without_a_name_is_refused(self):
        self.machine.write("os-release", "")
        self.assert_refused("not 'unnamed'")

    def test_ubuntu_is_said_to_be_untested_and_has_names_of_its_own(self):
        self.machine.write("os-release", 'ID=ubuntu\nVERSION_ID="24.04"\n')
        self.machine.become_root()
        self.machine.installed("git", clang=18)
        names = self.names_to_install()
        for name in ("libboost-dev", "libclang-rt-18-dev", "tzdata-legacy", "clang"):
            self.assertIn(name, names)
        self.assertNotIn("git", names)
        self.assertRegex(self.run_tests(), "ubuntu 24.04 .*untested")

    def test_debian_12_has_the_newer_boost_and_its_own_clang(self):
        self.machine.become_root()
        self.machine.installed("")
        names = self.names_to_install()
        for name in ("libboost1.81-dev", "libclang-rt-14-dev"):
            self.assertIn(name, names)
        self.assertNotIn("tzdata-legacy", names)


class Memory(Case):
    def test_too_little_for_one_compiler_is_refused(self):
        self.machine.memory(700)
        self.assert_refused("too little memory: .* 700 MiB are free")

    def test_a_containers_limit_counts(self):
        self.machine.write("memory.max", str(512 << 20))
        self.assert_refused("512 MiB are free")

    def test_little_lowers_the_number_of_compilers(self):
        self.machine.stand_in("nproc", "echo 8")
        for mib, jobs in ((1200, 1), (3100, 3), (64000, 8)):
            self.machine.memory(mib)
            self.run_tests()
            built = [call for call in self.machine.calls() if call.startswith("cmake --build")]
            self.assertEqual(f"cmake --build --preset release -j {jobs}", built[-1])

    def test_swap_counts(self):
        self.machine.write("meminfo", "MemAvailable: 512000 kB\nSwapFree: 1024000 kB\n")
        self.run_tests()


class Disk(Case):
    def test_too_small_for_the_build_is_refused(self):
        self.machine.shrink_disk(64)
        self.assert_refused("too little disk: .* 64 MiB are free there")

    def test_too_small_for_the_packages_is_refused(self):
        self.machine.installed("")
        self.machine.stand_in("df", "printf 'Filesystem\\nnone 9 9 1572864 9%% /\\n'")
        self.assert_refused("too little disk: .*the packages", ["tests/run.sh"])

    def test_what_is_built_already_needs_no_room(self):
        self.machine.stand_in("df", "printf 'Filesystem\\nnone 9 9 102400 9%% /\\n'")
        (self.machine.tree / "build/release").mkdir(parents=True)
        self.machine.stand_in("du", "echo '1250	build/release'")
        self.run_tests()

    def test_a_tree_of_somebody_else_is_refused(self):
        self.machine.become_nobody()
        if IS_ROOT:
            os.chown(self.machine.tree, 0, 0)
            self.assertEqual(NOBODY, self.machine.state.stat().st_uid)
        self.machine.tree.chmod(0o555)
        self.addCleanup(self.machine.tree.chmod, 0o755)
        self.assert_refused("is not yours to write")


class Privileges(Case):
    def setUp(self):
        super().setUp()
        self.machine.installed("[!j]*")

    def test_neither_root_nor_sudo_is_refused(self):
        self.machine.become_nobody()
        self.assert_refused("run it as root, or install sudo. They are: jq")
        self.assertFalse([call for call in self.machine.calls() if call.startswith("apt-get")])

    def test_sudo_with_a_password_and_no_terminal_is_refused(self):
        self.machine.become_nobody()
        self.machine.stand_in("sudo", "echo 'sudo: a password is required' >&2; exit 1")
        self.assert_refused(r"without a terminal \(a password is required\).*: jq")
        self.assertEqual(["sudo -n true"] * len(SCRIPTS),
                         [call for call in self.machine.calls() if call.startswith("sudo")])

    def test_sudo_without_a_password_installs(self):
        self.machine.become_nobody()
        self.machine.become_root()
        self.assertEqual(["jq"], self.names_to_install())
        self.assertRegex("\n".join(self.machine.calls()), "sudo env .*apt-get .*--no-remove jq\n")

    def test_nothing_missing_needs_neither_privileges_nor_network(self):
        self.machine.installed("*")
        self.machine.become_nobody()
        self.assertIn("packages: all there", self.run_tests())
        self.assertFalse([call for call in self.machine.calls() if call.startswith(("apt", "sudo"))])


class Network(Case):
    def setUp(self):
        super().setUp()
        self.machine.installed("[!jl]*")
        self.machine.become_root()

    def test_none_is_refused(self):
        closed = self.enterContext(socket.socket())
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        self.machine.use_real_apt(f"deb http://127.0.0.1:{closed.getsockname()[1]}/debian bookworm main\n")
        self.machine.lose_network()
        self.assert_refused(r"\([^)]*(Network is unreachable|Connection refused)\).*is there a network")

    def test_lost_after_the_lists_came_is_refused(self):
        self.machine.installed("[!j]*")
        self.machine.use_real_apt("deb [trusted=yes] file:{} ./\n", packages=PACKAGE.format("jq", ""))
        self.assert_refused("cannot fetch what is missing .*is there a network")

    def test_a_package_that_no_mirror_has_is_refused(self):
        self.machine.installed("[!j]*")
        self.machine.use_real_apt("deb [trusted=yes] file:{} ./\n", packages=PACKAGE.format("other", ""))
        self.assert_refused(r"\(E: Unable to locate package jq\)")

    def test_a_package_that_would_displace_another_is_refused(self):
        self.machine.installed("[!j]*")
        self.machine.use_real_apt(
            "deb [trusted=yes] file:{} ./\n", packages=PACKAGE.format("jq", "Conflicts: precious\n"),
            status=PACKAGE.format("precious", "Status: install ok installed\n"))
        self.assert_refused(r"would displace other packages \(precious\).*apt-get install jq")

    def test_a_failed_installation_shows_what_apt_said_and_builds_nothing(self):
        self.machine.installed("[!j]*")
        self.machine.stand_in("apt-get", 'case "$*" in *--no-remove*) echo "E: no luck"; exit 100 ;; esac')
        ended = self.machine.run("tests/run.sh")
        self.assertRegex(ended.stderr, "E: no luck\nerror: apt-get install failed")
        self.assertEqual(1, ended.returncode)
        self.assertFalse([call for call in self.machine.calls() if call.startswith("cmake")])


class Progress(Case):
    def test_a_build_shows_how_far_it_is_while_it_runs(self):
        os.mkfifo(self.machine.state / "go")
        self.machine.stand_in("cmake", '[ "$1" = --build ] || exit 0\n'
                                       'for i in {1..21}; do echo "[$i/99] Building"; done\n'
                                       f'read -r <"{self.machine.state}/go"; exit 1')
        demo = self.machine.start("daemon/demo.sh")
        give_up = threading.Timer(20, os.killpg, (demo.pid, signal.SIGKILL))
        give_up.start()
        shown = []
        for line in demo.stdout:
            shown.append(line.strip())
            if "[21/99]" in line:
                break
        give_up.cancel()
        self.addCleanup(demo.communicate)
        self.assertEqual(["[1/99] Building", "[21/99] Building"], shown[-2:])
        (self.machine.state / "go").write_text("on\n", encoding="utf-8")


class Arguments(Case):
    def test_more_than_one_is_refused(self):
        for words, said in ((("tests/run.sh", "debug", "asan"), "one PRESET at a time, not 'debug asan'"),
                            (("daemon/demo.sh", "--keep", "now"), "the only option is --keep")):
            ended = self.machine.run(*words)
            self.assertRegex(ended.stderr, r"\Aerror: [^\n]*" + said)
            self.assertEqual(1, ended.returncode)
        self.assertEqual([], self.machine.calls())

    def test_demos_help_says_that_it_installs(self):
        self.assertIn("installs", self.machine.run("daemon/demo.sh", "--help").stdout)

    def test_an_unknown_distribution_is_sent_to_a_section_that_exists(self):
        self.machine.write("os-release", "ID=fedora\n")
        section = re.search("by README.md's '(.*)'", self.machine.run("tests/run.sh").stderr).group(1)
        with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as readme:
            self.assertRegex(readme.read(), f"(?m)^#+ {section}$")


class FreshMachine(Case):
    def refusal(self, *words):
        ended = self.machine.run("tests/fresh_machine.sh", *words)
        self.assertEqual(1, ended.returncode)
        return ended.stderr

    def test_wrong_options_are_refused(self):
        for words, said in ((["--as", "nobody"], "one of: root user both; not 'nobody'"),
                            (["--only"], "--only needs a value"),
                            (["--minutes", "soon"], "a number, not 'soon'"),
                            (["--quick"], "no option '--quick'")):
            self.assertRegex(self.refusal(*words), r"\Aerror: [^\n]*" + re.escape(said))

    def test_without_root_it_is_refused(self):
        self.machine.become_nobody()
        self.assertRegex(self.refusal(), r"\Aerror: this needs root")

    def test_help_names_every_option(self):
        text = self.machine.run("tests/fresh_machine.sh", "--help").stdout
        for option in ("--as", "--only", "--tree", "--reuse", "--keep", "--mirror", "--minutes"):
            self.assertRegex(text, f"\n  {option} ")


if __name__ == "__main__":
    unittest.main()

# gst-rtc: processes on a core of their own, and what they cost
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import os
import select
import signal
import socket
import subprocess
import time

TICK = os.sysconf('SC_CLK_TCK')


def pin_to(core):
    """Ahead of whatever else runs there, if that is allowed."""
    def pin():
        os.sched_setaffinity(0, {core})
        try:
            os.setpriority(os.PRIO_PROCESS, 0, -15)
        except PermissionError:
            pass
    return pin


def read(path):
    with open(path) as file:
        return file.read()


class Process:
    """One process on one core; what it says goes to a log, or comes line by line if it talks JSON."""

    def __init__(self, command, core, log, environment=None, talks=False, group=False):
        """group: has children of its own, which end with it"""
        self.name = os.path.basename(command[0])
        self.log = log
        with open(log, 'a') as output:
            self.child = subprocess.Popen(
                command, preexec_fn=pin_to(core), env=dict(os.environ, **(environment or {})),
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else output, stderr=output, bufsize=0, start_new_session=group)
        self.group = group
        self.pid = self.child.pid
        self.unread = b''

    def tell(self, line):
        self.child.stdin.write(line.encode() + b'\n')

    def next_event(self, deadline):
        """The next JSON line, or None when the time is over."""
        while b'\n' not in self.unread:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([self.child.stdout], [], [], wait)[0]:
                return None
            more = os.read(self.child.stdout.fileno(), 65536)
            if not more:
                raise RuntimeError(f'{self.name} has ended: see {self.log}')
            self.unread += more
        line, self.unread = self.unread.split(b'\n', 1)
        return json.loads(line)

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGCONT)
            if self.child.stdin:
                self.child.stdin.close()
            else:
                self.child.terminate()
            try:
                self.child.wait(5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        if self.group:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def wait_for_port(self, port, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.child.poll() is not None:
                break
            try:
                socket.create_connection(('127.0.0.1', port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f'{self.name} did not start: see {self.log}')

    # What it costs

    def tasks(self):
        return os.listdir(f'/proc/{self.pid}/task')

    def cpu_seconds(self):
        """Of all threads, living and dead, to the nanosecond: clock_getcpuclockid(3)."""
        return time.clock_gettime(~self.pid << 3 | 2)

    def pss_kb(self):
        for line in read(f'/proc/{self.pid}/smaps_rollup').splitlines():
            if line.startswith('Pss:'):
                return int(line.split()[1])
        return 0


def core_busy(core):
    """Seconds that a core was not idle."""
    for line in read('/proc/stat').splitlines():
        fields = line.split()
        if fields[0] == f'cpu{core}':
            user, nice, system, idle, iowait, irq, softirq = map(int, fields[1:8])
            return (user + nice + system + irq + softirq) / TICK
    return 0


class Meter:
    """CPU time of a process, from here to stop()."""

    def __init__(self, process, core):
        self.process, self.core = process, core
        self.busy, self.used = core_busy(core), process.cpu_seconds()
        self.begun = time.monotonic()

    def stop(self):
        self.seconds = time.monotonic() - self.begun
        self.cpu = self.process.cpu_seconds() - self.used
        self.others = max(core_busy(self.core) - self.busy - self.cpu, 0) / self.seconds
        return self

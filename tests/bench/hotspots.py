# gst-rtc: which part of a receiver takes the time, by the call stacks of perf
# SPDX-License-Identifier: LGPL-2.1-or-later
import collections
import os
import re
import subprocess

# A sample belongs to the innermost of these that is on its stack: what GLib, GStreamer's core and the kernel do is
# charged to whoever called them.
PARTS = (
    ('rtpbin', r'libgstrtpmanager'),
    ('SRTP', r'libsrtp2|libnss|libfreebl|libsoftokn|libgstsrtp'),
    ('ICE', r'libnice|libgstnice'),
    ('DTLS', r'libgstdtls|libssl|libcrypto'),
    ('webrtcbin', r'libgstwebrtc'),
    ('gst-rtc', r'libgstrtc\.so|libgstrtc-1'),
    ('depayloading, parsing, FEC', r'libgstrtp\.so|libgstvideoparsers|libgstcodecparsers'),
    ('decoding', r'libav|libgstlibav|libopus|libgstopus|libvpx|libgstvpx'),
    ('the benchmark', r'bench-receiver'),
)
REST = 'GStreamer, GLib, kernel, for themselves'


def part_of(stack):
    for library in stack:
        for name, pattern in PARTS:
            if re.search(pattern, library):
                return name
    return REST


def read_stacks(path, pid):
    """The libraries on the stack of each sample, innermost first"""
    script = subprocess.Popen(['perf', 'script', '-i', path, '--pid', str(pid), '-F', 'ip,sym,dso'], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    stack = []
    for line in script.stdout:
        if line.strip():
            library = re.search(r'\(([^()]*)\)\s*$', line)
            stack.append(os.path.basename(library.group(1)) if library else '')
        elif stack:
            yield stack
            stack = []
    if stack:
        yield stack
    script.wait()


def where_time_goes(path, pid):
    """Percent of the samples of a process, by part, and how much of each is the kernel's"""
    samples, kernel = collections.Counter(), collections.Counter()
    for stack in read_stacks(path, pid):
        part = part_of(stack)
        samples[part] += 1
        kernel[part] += stack[0].startswith('[kernel') or stack[0] == '[unknown]'
    total = max(sum(samples.values()), 1)
    parts = {part: round(100 * n / total, 1) for part, n in samples.most_common()}
    parts['of all, in the kernel'] = round(100 * sum(kernel.values()) / total, 1)
    parts['samples'] = total
    return parts

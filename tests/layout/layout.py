#!/usr/bin/python3
# gst-rtc: holds the table of which folder may include which, the size of files and their licence line
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: layout.py [ROOT]     prints TAP
import os
import re
import sys

# folder: the folders (or single headers) of this project and the libraries that its files may include.
# GLib, GObject and GStreamer are for all, and every folder may include itself.
C, CORE = 'gst/core/', ['gst/rtc/', 'gst/core/base/']
LIBRARIES = {'gio/', 'nice/', 'agent.h', 'openssl/', 'srtp2/', 'usrsctp.h', 'libsoup/', 'json-glib/',
             'gst/sdp/', 'gst/rtp/', 'gst/video/', 'gst/audio/', 'gst/pbutils/'}
TABLE = {
    'gst/rtc/': [],
    C + 'base/': ['gst/rtc/'],
    C + 'sdp/': CORE + ['gst/sdp/'],
    C + 'rtp/': CORE + [C + 'sdp/rtccodec.h', C + 'sdp/rtcextension.h'],
    C + 'peer/': CORE + [C + 'sdp/', C + 'rtp/', 'gio/'],
    'gst/loop/': CORE + [C + 'sdp/', C + 'rtp/', C + 'peer/', 'gio/'],
    'gst/elements/': CORE + [C, 'gst/loop/', 'gio/', 'gst/sdp/', 'gst/rtp/', 'gst/video/', 'gst/audio/', 'gst/pbutils/'],
    'ext/nice/': ['gst/rtc/', C + 'peer/rtcice.h', 'nice/', 'agent.h', 'gio/'],
    'ext/openssl/': ['gst/rtc/', C + 'peer/rtcdtls.h', C + 'peer/rtcsrtp.h', C + 'base/rtctime.h', 'openssl/'],
    'ext/srtp/': ['gst/rtc/', C + 'peer/rtcsrtp.h', 'srtp2/', 'openssl/'],
    'ext/usrsctp/': ['gst/rtc/', C + 'peer/rtcsctp.h', C + 'base/rtctime.h', 'usrsctp.h'],
    'ext/soup/': ['gst/rtc/', 'libsoup/', 'json-glib/', 'gio/'],
}
NOT_IN_CORE = r'\b(g_get_monotonic_time|g_get_real_time|g_thread_\w+|g_random_\w+|g_rand_\w+|socket|pthread_\w+)\s*\('
MAX_LINES = 900
SOURCES = ('.c', '.h', '.py', '.mjs', '.js', '.html', '.css', '.go', '.sh', '.build')


def files(root):
    for top in ('.ci', 'gst', 'ext', 'tests', 'pipelines', 'docs'):
        for folder, subfolders, names in os.walk(os.path.join(root, top)):
            subfolders[:] = sorted(set(subfolders) - {'node_modules', 'corpus', '__pycache__'})
            for name in sorted(names):
                path = os.path.join(folder, name)
                with open(path, 'rb') as f:
                    script = f.read(2) == b'#!'
                if script or name.endswith(SOURCES):
                    yield os.path.relpath(path, root)


def target(root, path, name):
    """What an #include names: a path of this project, or the name as it is."""
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    for candidate in (beside, name):
        if os.path.exists(os.path.join(root, candidate)):
            return candidate
    return name


def problems(root):
    naming = {True: set(), False: set()}     # who names the signallers, who names the backends
    for path in files(root):
        with open(os.path.join(root, path), encoding='utf-8') as f:
            text = f.read()
        if 'SPDX-License-Identifier: LGPL-2.1-or-later' not in text:
            yield 'licence', f'{path} has no SPDX line'
        if text.count('\n') > MAX_LINES:
            yield 'size', f'{path} has more than {MAX_LINES} lines'
        if path.startswith(C):
            for word in re.findall(NOT_IN_CORE, re.sub(r'/\*.*?\*/|//[^\n]*', '', text, flags=re.S)):
                yield 'purity', f'{path} calls {word}()'
        home = next((folder for folder in TABLE if path.startswith(folder)), None)
        if not home or not path.endswith(('.c', '.h')):
            continue
        for name in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M):
            name = target(root, path, name)
            ours = name.startswith(('ext/', 'tests/', 'gst/rtc/', C, 'gst/loop/', 'gst/elements/'))
            if name.startswith('ext/') and home == 'gst/elements/':
                naming[name.startswith('ext/soup/')].add(path)
            elif (ours or name.startswith(tuple(LIBRARIES))) and not name.startswith((home, *TABLE[home])):
                yield 'direction', f'{path} includes {name}'
    for paths in naming.values():
        if len(paths) > 1:
            yield 'direction', 'more than one file names backends: ' + ', '.join(sorted(paths))


def main(root):
    found = list(problems(root))
    checks = ('direction', 'purity', 'size', 'licence')
    print(f'1..{len(checks)}')
    for number, check in enumerate(checks, 1):
        texts = [text for kind, text in found if kind == check]
        print(f'{"not " if texts else ""}ok {number} - {check}')
        for text in texts:
            print(f'# {text}')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), '../..')))

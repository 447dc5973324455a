# gst-rtc: what the benchmarks share: a folder, processes, results and tables
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

from processes import Process

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 120
FRAME_RATE = 30

MEDIA = '''matroskamux name=m ! filesink location={path}
  videotestsrc num-buffers={frames} pattern=smpte75 horizontal-speed=7
    ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! c.sink_0
  videotestsrc num-buffers={frames} pattern=snow ! video/x-raw,format=I420,width=160,height=90,framerate=30/1
    ! videoscale ! video/x-raw,width=640,height=360 ! c.sink_1
  compositor name=c sink_1::xpos=320 sink_1::ypos=180
    ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1
    ! x264enc bitrate=2440 pass=cbr vbv-buf-capacity=600 key-int-max=60 bframes=0 tune=zerolatency speed-preset=veryfast threads=1
      option-string=scenecut=0:min-keyint=60:nal-hrd=cbr:sliced-threads=0
    ! video/x-h264,profile=constrained-baseline ! h264parse
    ! queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! m.
  audiotestsrc wave=pink-noise volume=0.3 samplesperbuffer=960 num-buffers={sounds}
    ! audio/x-raw,rate=48000,channels=2 ! opusenc bitrate=64000 bitrate-type=cbr
    ! queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! m.'''


def say(text):
    print(f'# {text}', file=sys.stderr, flush=True)


class Workbench:
    """Processes that end together, and results."""

    def __init__(self, options, log, results):
        """log, results: names of files in the build folder's bench/"""
        self.options = options
        self.folder = os.path.join(options.build, 'bench')
        os.makedirs(self.folder, exist_ok=True)
        self.media = os.path.join(self.folder, 'stream.mkv')
        self.log = os.path.join(self.folder, log)
        self.results_path = os.path.join(self.folder, results)
        self.results = []
        self.running = []

    def environment(self):
        dump = subprocess.run(['meson', 'devenv', '-C', self.options.build, '--dump'], check=True, text=True,
                              stdout=subprocess.PIPE, env=dict(os.environ, GST_PLUGIN_PATH='')).stdout
        names = ('GST_PLUGIN_PATH', 'LD_LIBRARY_PATH', 'GI_TYPELIB_PATH')
        lines = [line.replace('export ', '').split('=', 1) for line in dump.splitlines() if '=' in line]
        found = {name: value.strip('"') for name, value in lines if name in names}
        return dict(found, GST_REGISTRY=os.path.join(self.folder, 'registry.bin'))

    def make_media(self):
        if os.path.exists(self.media):
            return
        say(f'making {self.media}, once')
        part = self.media + '.part'
        text = MEDIA.format(path=part, frames=SECONDS * FRAME_RATE, sounds=SECONDS * 50)
        subprocess.run(['gst-launch-1.0', '-q', '-e', *text.split()], check=True)
        os.rename(part, self.media)

    def build_pion(self, folder):
        """A program of this folder, or None where Debian's Go and Pion are not installed: the libraries lie in a GOPATH, and
        their /v3 resolves only for code in a GOPATH with a go.mod."""
        name = f'bench-{folder}'
        binary, source = os.path.join(self.folder, name), os.path.join(self.folder, 'go/src', name)
        if not shutil.which('go') or not os.path.isdir('/usr/share/gocode/src/github.com/pion/webrtc'):
            return None
        os.makedirs(source, exist_ok=True)
        shutil.copy(os.path.join(HERE, folder, 'main.go'), source)
        with open(os.path.join(source, 'go.mod'), 'w') as file:
            file.write(f'module {name}\n\ngo 1.19\n')
        path = f'{self.folder}/go:/usr/share/gocode'
        subprocess.run(['go', 'build', '-o', binary, '.'], cwd=source, check=True,
                       env=dict(os.environ, GO111MODULE='off', GOFLAGS='', GOPATH=path))
        return binary

    def run(self, command, core, **more):
        process = Process(command, core, self.log, **more)
        self.running.append(process)
        return process

    def stop_all(self):
        while self.running:
            self.running.pop().stop()
        time.sleep(0.5)

    def keep(self, kind, **members):
        result = dict(kind=kind, load=round(os.getloadavg()[0], 2), **members)
        self.results.append(result)
        with open(self.results_path, 'a') as file:
            file.write(json.dumps(result) + '\n')
        say(json.dumps(result))


def middle(results, name):
    """The median of the repetitions, with their range."""
    all = sorted(result[name] for result in results)
    text = f'{statistics.median(all):g}'
    return text if all[0] == all[-1] else f'{text} ({all[0]:g}–{all[-1]:g})'


def print_table(kind, results, keys, names):
    """One line for all results with the same keys; names: of the columns"""
    groups = {}
    for result in results:
        groups.setdefault(tuple(result[key] for key in keys), []).append(result)
    header = (*keys, 'runs', *names)
    print(f'\n{kind}\n\n| ' + ' | '.join(header) + ' |\n|' + '---|' * len(header))
    for key, group in groups.items():
        cells = [*map(str, key), str(len(group)), *(middle(group, name) for name in names)]
        print('| ' + ' | '.join(cells) + ' |')


def enter_namespace():
    """Only loopback is there: nothing leaves the machine, nothing else is gathered."""
    if os.environ.get('BENCH_NAMESPACE'):
        return
    for flags in (['-n'], ['-rn']):
        if subprocess.run(['unshare', *flags, 'true'], stderr=subprocess.DEVNULL).returncode == 0:
            os.environ['BENCH_NAMESPACE'] = '1'
            os.execvp('unshare', ['unshare', *flags, 'sh', '-c', 'PATH=$PATH:/sbin:/usr/sbin ip link set lo up; exec "$@"',
                                  'sh', sys.executable, *sys.argv])
    say('no private network namespace: other interfaces take part')

# gst-rtc: what a recorded file has in it, decoded by FFmpeg's libraries
# SPDX-License-Identifier: LGPL-2.1-or-later
import av
import av.logging
import numpy

av.logging.set_level(av.logging.FATAL)

BARS = ['111', '110', '011', '010', '101', '100', '001']
RATE = 48000
TONES = (440, 880)      # usually, and while the band below is white


def look(name):
    """A picture in a file, as an array."""
    with av.open(name) as container:
        return next(container.decode(video=0)).to_ndarray(format='rgb24')


def bars_of(picture):
    """The colours in the middle of the seven bars."""
    height, width, _ = picture.shape
    return [picture[height // 4 - 4:height // 4 + 4, x - 4:x + 4].mean(axis=(0, 1))
            for x in (int((bar + 0.5) * width / 7) for bar in range(7))]


def assert_bars(colours, what='the picture'):
    seen = [''.join('1' if value > 120 else '0' if value < 80 else '?' for value in colour) for colour in colours]
    assert seen == BARS, f'{what}: {seen}'


def assert_bars_in(picture):
    assert_bars(bars_of(picture))


def strongest_frequency(samples):
    """In Hz, of the last half second."""
    samples = samples[-RATE // 2:]
    return float(numpy.argmax(numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples))))) * RATE / len(samples))


class Recording:
    """Every picture and sound of a file, as publisher.mjs makes them up."""

    def __init__(self, path):
        self.times, self.sizes, self.bars, self.band = [], set(), [], []
        sounds, self.sound_start, self.sound_end = [], None, 0
        with av.open(path) as container:
            self.names = {stream.type: stream.codec_context.name for stream in container.streams}
            self.duration = container.duration / av.time_base
            for frame in container.decode():
                if isinstance(frame, av.VideoFrame):
                    self._see(frame)
                elif frame.pts is not None:
                    self.sound_start = frame.time if self.sound_start is None else self.sound_start
                    self.sound_end = frame.time + frame.samples / frame.sample_rate
                    sounds.append(self._plain(frame))
        self.sound = numpy.concatenate(sounds) if sounds else numpy.zeros(0)

    def _see(self, frame):
        picture = frame.to_ndarray(format='rgb24')
        height, width, _ = picture.shape
        self.times.append(frame.time)
        self.sizes.add((width, height))
        self.bars.append(bars_of(picture))
        self.corner = picture[:8, :8].mean()
        self.band.append(picture[int(height * 0.78), width // 4:width // 2].mean())

    @staticmethod
    def _plain(frame):
        samples = frame.to_ndarray().astype(float)
        if frame.format.is_packed:
            samples = samples.reshape(-1, len(frame.layout.channels)).T
        assert frame.sample_rate == RATE, frame.sample_rate
        return samples[0] / (32768 if numpy.abs(samples).max() > 2 else 1)

    def assert_bars(self):
        """The colours are there from the first picture to the last."""
        for where in (0, len(self.bars) // 2, -1):
            assert_bars(self.bars[where], f'picture {where} of {len(self.bars)}')

    def loudness(self):
        """Of each tenth of a second, between 0 and 1."""
        return [float(part.std()) for part in numpy.array_split(self.sound, max(1, len(self.sound) // (RATE // 10)))]

    def _high_tone(self, step=RATE // 100):
        """For each hundredth of a second: the higher tone, not the lower one."""
        window = numpy.exp(-2j * numpy.pi * numpy.outer(TONES, numpy.arange(step * 2)) / RATE)
        parts = [self.sound[i:i + step * 2] for i in range(0, len(self.sound) - step * 2, step)]
        powers = numpy.abs(window @ numpy.array(parts).T)
        return powers[1] > powers[0]

    @staticmethod
    def _rises(values, times):
        return [times[i] for i in range(1, len(values)) if values[i] and not values[i - 1]]

    def skews(self):
        """Seconds by which each change of the tone comes after that of the picture."""
        high = self._high_tone()
        heard = self._rises(high, [self.sound_start + i / 100 + 0.01 for i in range(len(high))])
        seen = self._rises([value > 128 for value in self.band], self.times)
        # An echo of the change within the window of a moment is the same change.
        heard = [time for i, time in enumerate(heard) if i == 0 or time - heard[i - 1] > 1]
        return [min((time - other for time in heard), key=abs) for other in seen if heard]

    def summary(self):
        sound = '' if self.sound_start is None else (f'; sound {self.sound_start:.3f}…{self.sound_end:.3f}; '
                                                     f'skews {[round(skew, 3) for skew in self.skews()]}')
        return (f'{self.names} {self.duration:.2f} s; {len(self.times)} pictures {self.times[0]:.3f}…{self.times[-1]:.3f} '
                f'{self.sizes}{sound}')


if __name__ == '__main__':
    import sys
    recording = Recording(sys.argv[1])
    print(recording.summary())
    recording.assert_bars()
    print([round(value, 2) for value in recording.loudness()])

#!/usr/bin/python3
# gst-rtc: the layout test finds what it is there to find
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import sys
import tempfile

sys.dont_write_bytecode = True
import layout

SPDX = '/* SPDX-License-Identifier: LGPL-2.1-or-later */\n'
TREE = {
    'gst/rtc/gstrtc.h': SPDX,
    'gst/core/base/rtcrtp.h': SPDX + '#include <glib.h>\n',
    'gst/core/sdp/rtccodec.h': SPDX,
    'gst/core/sdp/rtcdescription.h': SPDX + '#include "rtccodec.h"\n#include <gst/sdp/sdp.h>\n',
    'gst/core/rtp/rtcfeed.c': SPDX + '#include "../sdp/rtccodec.h"\n#include <gst/core/base/rtcrtp.h>\n',
    'gst/core/peer/rtcice.h': SPDX + '#include <gst/rtc/gstrtc.h>\n',
    'gst/loop/rtcloop.c': SPDX + '#include <gst/core/peer/rtcice.h>\n',
    'ext/nice/rtcnice.c': SPDX + '#include <gst/core/peer/rtcice.h>\n#include <nice/agent.h>\n',
    'ext/nice/rtcnice.h': SPDX,
    'gst/elements/rtcbackends.c': SPDX + '#include <ext/nice/rtcnice.h>\n',
}
# what is added to the tree, what must be said
CASES = {
    'a tree as it should be': ({}, None),
    'base includes sdp': ({'gst/core/base/a.c': '#include <gst/core/sdp/rtccodec.h>\n'}, 'direction'),
    'by a relative path': ({'gst/core/base/a.c': '#  include "../sdp/rtccodec.h"\n'}, 'direction'),
    'sdp includes rtp': ({'gst/core/sdp/a.c': '#include <gst/core/rtp/rtcfeed.c>\n'}, 'direction'),
    'rtp includes a description': ({'gst/core/rtp/a.c': '#include "../sdp/rtcdescription.h"\n'}, 'direction'),
    'peer includes loop': ({'gst/core/peer/a.c': '#include <gst/loop/rtcloop.c>\n'}, 'direction'),
    'a header that does not exist': ({'gst/core/peer/a.c': '#include <gst/loop/none.h>\n'}, 'direction'),
    'a backend includes another one': ({'ext/openssl/a.c': '#include <ext/nice/rtcnice.h>\n'}, 'direction'),
    'a backend includes the sdp': ({'ext/nice/a.c': '#include <gst/core/sdp/rtccodec.h>\n'}, 'direction'),
    'the core includes a library': ({'gst/core/peer/a.c': '#include <openssl/ssl.h>\n'}, 'direction'),
    'the loop names a backend': ({'gst/loop/a.c': '#include <ext/nice/rtcnice.h>\n'}, 'direction'),
    'a second file names backends': ({'gst/elements/a.c': '#include <ext/nice/rtcnice.h>\n'}, 'direction'),
    'the core reads a clock': ({'gst/core/rtp/a.c': 'now = g_get_monotonic_time ();\n'}, 'purity'),
    'a file too long': ({'gst/loop/a.c': '\n' * 901}, 'size'),
    'no licence': ({'gst/loop/a.c': None}, 'licence'),
}


def found_in(tree):
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), 'w') as f:
                f.write(text)
        return sorted({kind for kind, text in layout.problems(root)})


failed = 0
print(f'1..{len(CASES)}')
for number, (name, (added, expected)) in enumerate(CASES.items(), 1):
    found = found_in(TREE | {path: '' if text is None else SPDX + text for path, text in added.items()})
    good = found == ([expected] if expected else [])
    failed += not good
    print(f'{"" if good else "not "}ok {number} - {name}' + ('' if good else f'\n# found {found}, not {expected}'))
sys.exit(1 if failed else 0)

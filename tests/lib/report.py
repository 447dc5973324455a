#!/usr/bin/python3
# gst-rtc: turns what test programs say into progress lines and a file of results
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: report.py tap SUITE PROGRAM RESULTS < TAP       one line for each case as it comes
#        report.py meson SUITE TESTLOG RESULTS           the failures in meson-logs/testlog.json
#
# RESULTS gets a line "passed|failed|skipped SUITE NAME" for each case, or for the program if it is not TAP.
import json
import re
import sys
import time

CASE = re.compile(r'^(not )?ok\b(?: \d+)?(?: -)? ?(.*?)(?:\s+# (SKIP|TODO)\b ?(.*))?$', re.I)


def case_of(line):
    """(result, name, why it was skipped) of a line of TAP, or None."""
    match = CASE.match(line)
    if not match:
        return None
    result = 'failed' if match[1] else 'passed'
    if (match[3] or '').upper() == 'SKIP':
        result = 'skipped'
    return result, match[2].strip() or 'unnamed', (match[4] or '').strip()


def note(results, suite, result, name):
    with open(results, 'a', encoding='utf-8') as f:
        f.write(f'{result} {suite} {name}\n')


def say(result, seconds, suite, name, reason=''):
    mark = {'passed': 'ok  ', 'failed': 'FAIL', 'skipped': 'skip'}[result]
    print(f'  {mark} {seconds:7.2f} s  {suite}: {name}' + (f' ({reason})' if reason else ''), flush=True)


def follow_tap(suite, program, results):
    last, failing, seen, notes = time.monotonic(), False, 0, []
    for line in sys.stdin:
        line = line.rstrip('\n')
        case = case_of(line)
        if case:
            now = time.monotonic()
            result, name, reason = case
            note(results, suite, result, f'{program}/{name}' + (f' ({reason})' if reason else ''))
            say(result, now - last, suite, f'{program}/{name}', reason)
            if result == 'failed':
                print('\n'.join(notes))
            last, failing, seen, notes = now, result == 'failed', seen + 1, []
        elif failing and not re.match(r'1\.\.\d+$|# (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ', line):
            print('       ' + line, flush=True)
        else:
            notes = notes[-40:] + ['       ' + line]
    if not seen:
        note(results, suite, 'failed', f'{program} (says nothing)')
        say('failed', time.monotonic() - last, suite, f'{program} (says nothing)')
        print('\n'.join(notes))


def read_meson(suite, testlog, results):
    with open(testlog, encoding='utf-8') as f:
        for test in map(json.loads, f):
            name = re.sub(r'^.* / ', '', test['name'])
            cases = [case for case in map(case_of, (test.get('stdout') or '').split('\n')) if case]
            for result, case, reason in cases:
                note(results, suite, result, f'{name}/{case}' + (f' ({reason})' if reason else ''))
            good = test['result'] in ('OK', 'EXPECTEDFAIL', 'SKIP')
            if cases and (good or any(result == 'failed' for result, _, _ in cases)):
                continue
            result = 'skipped' if test['result'] == 'SKIP' else 'passed' if good else 'failed'
            note(results, suite, result, name + ('' if good else f' ({test["result"].lower()})'))


if __name__ == '__main__':
    {'tap': follow_tap, 'meson': read_meson}[sys.argv[1]](*sys.argv[2:])

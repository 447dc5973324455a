// gst-rtc: data channels on Pion, ordered about on stdin
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// usage: pion-viewer ws://HOST:PORT/ws answer|offer data
//
// stdin: "open LABEL", "text LABEL WORDS…", "data LABEL HEX", "bulk LABEL BYTES", "close LABEL"; its end is the end
//
// {"event":"channel", "label":…, …}    the other side has opened it
// {"event":"open", "label":…}
// {"event":"message", "label":…, …}    "text", or "data" in hex if it is short
// {"event":"received", "label":…, "size":…, "sha256":…}    a bulk is complete: its size is told by "expect LABEL BYTES"
// {"event":"sent", "label":…, "sha256":…}
// {"event":"closed", "label":…}
package main

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/pion/webrtc/v3"
)

const (
	partSize  = 16384
	highWater = 1 << 20
)

type talk struct {
	channel        *webrtc.DataChannel
	sum            hash.Hash
	size, expected int
	drained        chan struct{}
}

func (k *talk) onLow() {
	select {
	case k.drained <- struct{}{}:
	default:
	}
}

type talker struct {
	*viewer
	lock  sync.Mutex
	talks map[string]*talk
}

func (t *talker) find(label string) *talk {
	t.lock.Lock()
	defer t.lock.Unlock()
	found := t.talks[label]
	if found == nil {
		fail("channel", fmt.Errorf("there is no %q", label))
	}
	return found
}

func (t *talker) onMessage(label string, message webrtc.DataChannelMessage) {
	to := t.find(label)
	switch {
	case message.IsString:
		t.say("message", "label", label, "text", string(message.Data))
	case len(message.Data) < 100:
		t.say("message", "label", label, "data", hex.EncodeToString(message.Data))
	}
	if message.IsString {
		return
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	to.sum.Write(message.Data)
	to.size += len(message.Data)
	t.tellReceived(label, to)
}

func (t *talker) tellReceived(label string, to *talk) {
	if to.expected > 0 && to.size >= to.expected {
		t.say("received", "label", label, "size", to.size, "sha256", hex.EncodeToString(to.sum.Sum(nil)))
	}
}

func (t *talker) keep(channel *webrtc.DataChannel) {
	label := channel.Label()
	kept := &talk{channel: channel, sum: sha256.New(), drained: make(chan struct{}, 1)}
	t.lock.Lock()
	t.talks[label] = kept
	t.lock.Unlock()
	channel.OnOpen(func() {
		// Of the other side's channels Pion forgets what was set before.
		channel.SetBufferedAmountLowThreshold(highWater / 2)
		channel.OnBufferedAmountLow(kept.onLow)
		t.say("open", "label", label)
	})
	channel.OnClose(func() { t.say("closed", "label", label) })
	channel.OnMessage(func(message webrtc.DataChannelMessage) { t.onMessage(label, message) })
}

func (t *talker) onChannel(channel *webrtc.DataChannel) {
	t.keep(channel)
	t.say("channel", "label", channel.Label(), "protocol", channel.Protocol(), "ordered", channel.Ordered(),
		"maxRetransmits", channel.MaxRetransmits(), "maxPacketLifeTime", channel.MaxPacketLifeTime())
}

// Unordered, if the label says so
func (t *talker) open(label string) {
	options := webrtc.DataChannelInit{}
	if label == "unordered" {
		ordered, retransmits, protocol := false, uint16(3), "p"
		options = webrtc.DataChannelInit{Ordered: &ordered, MaxRetransmits: &retransmits, Protocol: &protocol}
	}
	channel, err := t.peer.CreateDataChannel(label, &options)
	fail("open", err)
	t.keep(channel)
}

func (t *talker) sendBulk(label string, size int) {
	to := t.find(label)
	content := make([]byte, size)
	_, err := rand.Read(content)
	fail("random", err)
	for rest := content; len(rest) > 0; {
		part := rest[:min(partSize, len(rest))]
		rest = rest[len(part):]
		for to.channel.BufferedAmount() > highWater {
			<-to.drained
		}
		fail("bulk", to.channel.Send(part))
	}
	sum := sha256.Sum256(content)
	t.say("sent", "label", label, "sha256", hex.EncodeToString(sum[:]))
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	fail("number", err)
	return value
}

func (t *talker) carryOut(order, label, rest string) {
	switch order {
	case "open":
		t.open(label)
	case "text":
		fail("text", t.find(label).channel.SendText(rest))
	case "data":
		bytes, err := hex.DecodeString(rest)
		fail("hex", err)
		fail("data", t.find(label).channel.Send(bytes))
	case "bulk":
		go t.sendBulk(label, number(rest))
	case "expect":
		to := t.find(label)
		t.lock.Lock()
		to.expected = number(rest)
		t.tellReceived(label, to)
		t.lock.Unlock()
	case "close":
		fail("close", t.find(label).channel.Close())
	}
}

// What a data-only offer is made of has to be there before it.
func newTalker(v *viewer) *talker {
	t := &talker{viewer: v, talks: map[string]*talk{}}
	v.peer.OnDataChannel(t.onChannel)
	if v.offers {
		t.open("unordered")
	}
	return t
}

func (t *talker) run() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := append(strings.SplitN(lines.Text(), " ", 3), "", "")
		t.carryOut(words[0], words[1], words[2])
	}
	fail("close", t.peer.Close())
}

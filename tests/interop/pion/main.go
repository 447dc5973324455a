// gst-rtc: a viewer on Pion that checks what it gets and prints what happens as JSON lines
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// usage: pion-viewer ws://HOST:PORT/ws answer|offer close|bye|vanish
//
//	pion-viewer ws://HOST:PORT/ws answer|offer data        see data.go
//
// {"event":"connected"}            the connection is up
// {"event":"key", "codec":…}       the first picture: it must be a whole key frame
// {"event":"asked"}                a PLI was sent
// {"event":"again"}                the next key frame
// {"event":"counts", …}            packets of each kind, and gaps in their numbers
// {"event":"left"}                 it has left, as the last argument says
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

type message struct {
	Type      string                     `json:"type"`
	Name      string                     `json:"name,omitempty"`
	Offer     *webrtc.SessionDescription `json:"offer,omitempty"`
	Answer    *webrtc.SessionDescription `json:"answer,omitempty"`
	Candidate *webrtc.ICECandidateInit   `json:"candidate,omitempty"`
}

type viewer struct {
	socket  *websocket.Conn
	peer    *webrtc.PeerConnection
	offers  bool
	watches bool
	began   time.Time

	sending   sync.Mutex
	server    string
	described chan struct{} // closed when the remote description is set

	lock    sync.Mutex
	packets map[string]int
	gaps    map[string]int

	keys chan string
}

func (v *viewer) say(event string, more ...interface{}) {
	members := map[string]interface{}{"event": event, "seconds": time.Since(v.began).Seconds()}
	for i := 0; i+1 < len(more); i += 2 {
		members[more[i].(string)] = more[i+1]
	}
	line, _ := json.Marshal(members)
	fmt.Println(string(line))
}

func fail(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func (v *viewer) send(m message) {
	v.sending.Lock()
	defer v.sending.Unlock()
	m.Name = v.server
	fail("send", v.socket.WriteJSON(m))
}

func (v *viewer) makeOffer() {
	kinds := []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio}
	if !v.watches {
		kinds = nil
	}
	for _, kind := range kinds {
		_, err := v.peer.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
		fail("transceiver", err)
	}
	offer, err := v.peer.CreateOffer(nil)
	fail("offer", err)
	fail("offer", v.peer.SetLocalDescription(offer))
	v.send(message{Type: "offer", Offer: &offer})
}

func (v *viewer) takeOffer(offer webrtc.SessionDescription) {
	fail("remote offer", v.peer.SetRemoteDescription(offer))
	close(v.described)
	answer, err := v.peer.CreateAnswer(nil)
	fail("answer", err)
	fail("answer", v.peer.SetLocalDescription(answer))
	v.send(message{Type: "answer", Answer: &answer})
}

func (v *viewer) listen() {
	for {
		var m message
		if v.socket.ReadJSON(&m) != nil {
			return
		}
		switch {
		case m.Type == "login" && v.offers:
			v.makeOffer()
		case m.Type == "offer" && !v.offers:
			v.server = m.Name
			v.takeOffer(*m.Offer)
		case m.Type == "answer" && v.offers:
			fail("remote answer", v.peer.SetRemoteDescription(*m.Answer))
			close(v.described)
		case m.Type == "candidate" && m.Candidate != nil && m.Candidate.Candidate != "":
			candidate := *m.Candidate
			go func() {
				<-v.described
				_ = v.peer.AddICECandidate(candidate)
			}()
		case m.Type == "leave":
			v.say("told", "reason", "leave")
		case m.Type == "error":
			v.say("error")
		}
	}
}

// What the first byte of a NAL unit says, also inside STAP-A and FU-A (RFC 6184).
func nalTypes(payload []byte) (types []byte) {
	switch kind := payload[0] & 31; {
	case kind == 24:
		for rest := payload[1:]; len(rest) > 2; {
			size := int(rest[0])<<8 | int(rest[1])
			if size == 0 || len(rest) < 2+size {
				break
			}
			types = append(types, rest[2]&31)
			rest = rest[2+size:]
		}
	case kind == 28 && len(payload) > 1 && payload[1]&0x80 != 0:
		types = append(types, payload[1]&31)
	case kind < 24:
		types = append(types, kind)
	}
	return types
}

// The bytes of a VP8 payload descriptor (RFC 7741, section 4.2).
func vp8Descriptor(payload []byte) int {
	size := 1
	if payload[0]&0x80 == 0 {
		return size
	}
	extension := payload[1]
	size = 2
	if extension&0x80 != 0 {
		if payload[2]&0x80 != 0 {
			size++
		}
		size++
	}
	if extension&0x40 != 0 {
		size++
	}
	if extension&0x30 != 0 {
		size++
	}
	return size
}

// Whether the packets of one frame are a whole key frame.
func isKeyFrame(codec string, frame []*rtp.Packet) bool {
	for i, packet := range frame {
		if len(packet.Payload) < 4 || (i > 0 && packet.SequenceNumber != frame[i-1].SequenceNumber+1) {
			return false
		}
	}
	if strings.HasSuffix(codec, "VP8") {
		first := frame[0].Payload
		start := vp8Descriptor(first)
		return first[0]&0x17 == 0x10 && start < len(first) && first[start]&1 == 0
	}
	var seen [32]bool
	for _, packet := range frame {
		for _, kind := range nalTypes(packet.Payload) {
			seen[kind] = true
		}
	}
	return seen[7] && seen[8] && seen[5]
}

func (v *viewer) receive(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	kind, codec := track.Kind().String(), track.Codec().MimeType
	var frame []*rtp.Packet
	var last *rtp.Packet
	frames := 0
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		v.lock.Lock()
		v.packets[kind]++
		if last != nil && packet.SequenceNumber != last.SequenceNumber+1 {
			v.gaps[kind]++
		}
		v.lock.Unlock()
		last = packet
		// What has no payload is only padding: it goes ahead of the first picture.
		if kind != "video" || len(packet.Payload) == 0 {
			continue
		}
		frame = append(frame, packet)
		if !packet.Marker {
			continue
		}
		if isKeyFrame(codec, frame) {
			v.keys <- codec
		} else if frames == 0 {
			fail("first frame", fmt.Errorf("%d packets of %s are not a whole key frame", len(frame), codec))
		}
		frames++
		frame = nil
	}
}

func (v *viewer) waitForKey(seconds time.Duration) string {
	select {
	case codec := <-v.keys:
		return codec
	case <-time.After(seconds * time.Second):
		fail("key frame", fmt.Errorf("none within %d s", seconds))
		return ""
	}
}

func (v *viewer) videoSSRC() webrtc.SSRC {
	for _, receiver := range v.peer.GetReceivers() {
		if track := receiver.Track(); track != nil && track.Kind() == webrtc.RTPCodecTypeVideo {
			return track.SSRC()
		}
	}
	fail("track", fmt.Errorf("there is no video"))
	return 0
}

func (v *viewer) leave(how string) {
	switch how {
	case "close": // DTLS close_notify; the WebSocket stays
		fail("close", v.peer.Close())
	case "bye": // RTCP BYE of every source; the rest stays
		fail("bye", v.peer.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: 1}, &rtcp.Goodbye{Sources: []uint32{1}}}))
	case "vanish":
		v.say("left")
		os.Exit(0)
	}
	v.say("left")
	time.Sleep(3 * time.Second)
}

func main() {
	if len(os.Args) != 4 {
		fail("usage", fmt.Errorf("pion-viewer ws://HOST:PORT/ws answer|offer close|bye|vanish|data"))
	}
	v := &viewer{offers: os.Args[2] == "offer", watches: os.Args[3] != "data", began: time.Now(), described: make(chan struct{}),
		packets: map[string]int{}, gaps: map[string]int{}, keys: make(chan string, 1000)}
	var err error
	v.peer, err = webrtc.NewPeerConnection(webrtc.Configuration{})
	fail("peer", err)
	v.socket, _, err = websocket.DefaultDialer.Dial(os.Args[1], nil)
	fail("socket", err)

	v.peer.OnTrack(v.receive)
	v.peer.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		if candidate != nil {
			inner := candidate.ToJSON()
			v.send(message{Type: "candidate", Candidate: &inner})
		}
	})
	v.peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			v.say("connected")
		}
	})
	if !v.watches {
		t := newTalker(v)
		v.send(message{Type: "login"})
		go v.listen()
		t.run()
		return
	}
	v.send(message{Type: "login"})
	go v.listen()

	v.say("key", "codec", v.waitForKey(10))
	time.Sleep(1500 * time.Millisecond)
	for len(v.keys) > 0 {
		<-v.keys
	}
	fail("PLI", v.peer.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(v.videoSSRC())}}))
	v.say("asked")
	v.waitForKey(10)
	v.say("again")
	time.Sleep(time.Second)
	v.lock.Lock()
	v.say("counts", "packets", v.packets, "gaps", v.gaps)
	v.lock.Unlock()
	v.leave(os.Args[3])
}

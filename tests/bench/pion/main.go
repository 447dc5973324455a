// gst-rtc: another server to compare with: one track of Pion for all viewers
// SPDX-License-Identifier: LGPL-2.1-or-later
//
//	bench-pion PORT VIDEO-PORT AUDIO-PORT
//
// RTP that comes to the two UDP ports of 127.0.0.1 (H.264, Opus) goes to whoever logs in at
// ws://127.0.0.1:PORT/ws, in the project's signaling.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"

	"github.com/gorilla/websocket"
	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v3"
)

const maxPacket = 1500

type message struct {
	Type      string                     `json:"type"`
	Name      string                     `json:"name,omitempty"`
	Success   *bool                      `json:"success,omitempty"`
	Offer     *webrtc.SessionDescription `json:"offer,omitempty"`
	Answer    *webrtc.SessionDescription `json:"answer,omitempty"`
	Candidate *webrtc.ICECandidateInit   `json:"candidate,omitempty"`
}

type viewer struct {
	socket *websocket.Conn
	lock   sync.Mutex // gorilla allows one writer at a time
	peer   *webrtc.PeerConnection
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (v *viewer) send(m message) {
	v.lock.Lock()
	defer v.lock.Unlock()
	_ = v.socket.WriteJSON(m)
}

func makeAPI(codecs map[webrtc.RTPCodecType]webrtc.RTPCodecParameters) *webrtc.API {
	engine := &webrtc.MediaEngine{}
	for kind, codec := range codecs {
		must(engine.RegisterCodec(codec, kind))
	}
	interceptors := &interceptor.Registry{}
	must(webrtc.RegisterDefaultInterceptors(engine, interceptors))
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	return webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(interceptors),
		webrtc.WithSettingEngine(settings))
}

// All viewers read from one track: Pion writes each packet to every one of them.
func forward(port string, track *webrtc.TrackLocalStaticRTP) {
	number, err := strconv.Atoi(port)
	must(err)
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: number})
	must(err)
	must(socket.SetReadBuffer(4 << 20))
	packet := make([]byte, maxPacket)
	for {
		size, _, err := socket.ReadFrom(packet)
		must(err)
		_, _ = track.Write(packet[:size])
	}
}

func (v *viewer) offer(api *webrtc.API, tracks []webrtc.TrackLocal) error {
	var err error
	if v.peer, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return err
	}
	v.peer.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		if candidate != nil {
			init := candidate.ToJSON()
			v.send(message{Type: "candidate", Name: "server", Candidate: &init})
		}
	})
	for _, track := range tracks {
		transceiver, err := v.peer.AddTransceiverFromTrack(track,
			webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return err
		}
		go readReports(transceiver.Sender())
	}
	offer, err := v.peer.CreateOffer(nil)
	if err != nil {
		return err
	}
	v.send(message{Type: "offer", Name: "server", Offer: &offer})
	return v.peer.SetLocalDescription(offer)
}

// Interceptors see what is read only.
func readReports(sender *webrtc.RTPSender) {
	report := make([]byte, maxPacket)
	for {
		if _, _, err := sender.Read(report); err != nil {
			return
		}
	}
}

func (v *viewer) serve(api *webrtc.API, tracks []webrtc.TrackLocal) {
	defer v.socket.Close()
	for {
		var m message
		err := v.socket.ReadJSON(&m)
		switch {
		case err != nil:
		case m.Type == "login" && v.peer == nil:
			yes := true
			v.send(message{Type: "login", Name: m.Name, Success: &yes})
			err = v.offer(api, tracks)
		case m.Type == "answer" && v.peer != nil && m.Answer != nil:
			err = v.peer.SetRemoteDescription(*m.Answer)
		case m.Type == "candidate" && v.peer != nil && m.Candidate != nil:
			_ = v.peer.AddICECandidate(*m.Candidate)
		}
		if err != nil {
			if v.peer != nil {
				v.peer.Close()
			}
			return
		}
	}
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintf(os.Stderr, "usage: %s PORT VIDEO-PORT AUDIO-PORT\n", os.Args[0])
		os.Exit(2)
	}
	h264 := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"}
	opus := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	api := makeAPI(map[webrtc.RTPCodecType]webrtc.RTPCodecParameters{
		webrtc.RTPCodecTypeVideo: {RTPCodecCapability: h264, PayloadType: 96},
		webrtc.RTPCodecTypeAudio: {RTPCodecCapability: opus, PayloadType: 97},
	})
	video, err := webrtc.NewTrackLocalStaticRTP(h264, "video", "bench")
	must(err)
	audio, err := webrtc.NewTrackLocalStaticRTP(opus, "audio", "bench")
	must(err)
	go forward(os.Args[2], video)
	go forward(os.Args[3], audio)

	upgrader := websocket.Upgrader{}
	http.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		if socket, err := upgrader.Upgrade(w, r, nil); err == nil {
			(&viewer{socket: socket}).serve(api, []webrtc.TrackLocal{video, audio})
		}
	})
	must(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}

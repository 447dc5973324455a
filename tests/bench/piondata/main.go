// gst-rtc: another end of data channels to compare with: Pion
// SPDX-License-Identifier: LGPL-2.1-or-later
//
//	bench-piondata PORT [LABEL,…]
//
// Serves whoever logs in at ws://127.0.0.1:PORT/ws, in the project's signaling: offers the channels, or answers. Commands and
// events are those of datapeer.c.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"github.com/gorilla/websocket"
	"github.com/pion/ice/v2"
	"github.com/pion/webrtc/v3"
)

const (
	lowWater  = 2 << 20
	highWater = 6 << 20
)

type message struct {
	Type      string                     `json:"type"`
	Name      string                     `json:"name,omitempty"`
	Success   *bool                      `json:"success,omitempty"`
	Offer     *webrtc.SessionDescription `json:"offer,omitempty"`
	Answer    *webrtc.SessionDescription `json:"answer,omitempty"`
	Candidate *webrtc.ICECandidateInit   `json:"candidate,omitempty"`
}

type client struct {
	socket *websocket.Conn
	lock   sync.Mutex // gorilla allows one writer at a time
	peer   *webrtc.PeerConnection
}

var (
	lock     sync.Mutex
	begun    time.Time
	bytes    int
	messages int
	ages     []float64 // ms

	labels   []string
	channels []*webrtc.DataChannel
	opened   int

	filling sync.Mutex
	flood   []byte
	resting chan struct{}
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func say(event string, members map[string]interface{}) {
	members["event"] = event
	line, _ := json.Marshal(members)
	fmt.Println(string(line))
}

// CLOCK_MONOTONIC, of the whole machine, in microseconds
func now() int64 {
	var time syscall.Timespec
	_, _, _ = syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&time)), 0)
	return time.Nano() / 1000
}

func fill(channel *webrtc.DataChannel) {
	filling.Lock()
	defer filling.Unlock()
	for flood != nil && channel.BufferedAmount() < highWater {
		if err := channel.Send(flood); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
	}
}

func watch(channel *webrtc.DataChannel) {
	channel.OnMessage(func(m webrtc.DataChannelMessage) {
		age := float64(0)
		if len(m.Data) >= 8 {
			age = float64(now()-int64(binary.LittleEndian.Uint64(m.Data))) / 1000
		}
		lock.Lock()
		defer lock.Unlock()
		bytes += len(m.Data)
		messages++
		if channel.Label() != "bulk" && len(m.Data) >= 8 {
			ages = append(ages, age)
		}
	})
	channel.OnOpen(func() {
		// before, Pion forgets them
		channel.SetBufferedAmountLowThreshold(lowWater)
		channel.OnBufferedAmountLow(func() { go fill(channel) })
		lock.Lock()
		channels = append(channels, channel)
		opened++
		all := opened == max(len(labels), 1)
		lock.Unlock()
		if all {
			say("ready", map[string]interface{}{})
		}
	})
}

func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}

func (c *client) send(m message) {
	c.lock.Lock()
	defer c.lock.Unlock()
	m.Name = "server"
	_ = c.socket.WriteJSON(m)
}

func (c *client) start() error {
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	var err error
	if c.peer, err = webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{}); err != nil {
		return err
	}
	c.peer.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		if candidate != nil {
			init := candidate.ToJSON()
			c.send(message{Type: "candidate", Candidate: &init})
		}
	})
	c.peer.OnDataChannel(watch)
	if len(labels) == 0 {
		return nil
	}
	for _, label := range labels {
		channel, err := c.peer.CreateDataChannel(label, nil)
		if err != nil {
			return err
		}
		watch(channel)
	}
	offer, err := c.peer.CreateOffer(nil)
	if err != nil {
		return err
	}
	c.send(message{Type: "offer", Offer: &offer})
	return c.peer.SetLocalDescription(offer)
}

func (c *client) answer(offer webrtc.SessionDescription) error {
	if err := c.peer.SetRemoteDescription(offer); err != nil {
		return err
	}
	answer, err := c.peer.CreateAnswer(nil)
	if err != nil {
		return err
	}
	c.send(message{Type: "answer", Answer: &answer})
	return c.peer.SetLocalDescription(answer)
}

func (c *client) serve() {
	defer c.socket.Close()
	for {
		var m message
		err := c.socket.ReadJSON(&m)
		switch {
		case err != nil:
		case m.Type == "login" && c.peer == nil:
			yes := true
			c.send(message{Type: "login", Success: &yes})
			err = c.start()
		case m.Type == "offer" && c.peer != nil && m.Offer != nil:
			err = c.answer(*m.Offer)
		case m.Type == "answer" && c.peer != nil && m.Answer != nil:
			err = c.peer.SetRemoteDescription(*m.Answer)
		case m.Type == "candidate" && c.peer != nil && m.Candidate != nil:
			_ = c.peer.AddICECandidate(*m.Candidate)
		}
		if err != nil {
			if c.peer != nil {
				c.peer.Close()
			}
			return
		}
	}
}

func probe(size, interval int) {
	data := make([]byte, max(size, 8))
	ticks := time.NewTicker(time.Duration(interval) * time.Millisecond)
	defer ticks.Stop()
	for {
		select {
		case <-resting:
			return
		case <-ticks.C:
			for _, channel := range channels {
				if channel.Label() == "probe" {
					binary.LittleEndian.PutUint64(data, uint64(now()))
					_ = channel.Send(data)
				}
			}
		}
	}
}

func age(quantile float64) float64 {
	if len(ages) == 0 {
		return 0
	}
	return ages[int(quantile*float64(len(ages)-1))]
}

func tell() {
	lock.Lock()
	defer lock.Unlock()
	sort.Float64s(ages)
	say("counts", map[string]interface{}{"seconds": time.Since(begun).Seconds(), "bytes": bytes, "messages": messages,
		"told": 0, "open": opened, "aged": len(ages), "age_ms": age(0.5), "age_p99_ms": age(0.99), "age_max_ms": age(1)})
}

func obey(line string) {
	var size, interval int
	if n, _ := fmt.Sscanf(line, "flood %d", &size); n == 1 {
		flood = make([]byte, size)
		for _, channel := range channels {
			if channel.Label() == "bulk" {
				go fill(channel)
			}
		}
	} else if n, _ := fmt.Sscanf(line, "probe %d %d", &size, &interval); n == 2 {
		resting = make(chan struct{})
		go probe(size, interval)
	} else if strings.HasPrefix(line, "rest") {
		filling.Lock()
		flood = nil
		filling.Unlock()
		if resting != nil {
			close(resting)
		}
		resting = nil
	} else if strings.HasPrefix(line, "start") {
		lock.Lock()
		begun, bytes, messages, ages = time.Now(), 0, 0, nil
		lock.Unlock()
	} else if strings.HasPrefix(line, "stop") {
		tell()
	}
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintf(os.Stderr, "usage: %s PORT [LABEL,…]\n", os.Args[0])
		os.Exit(2)
	}
	if len(os.Args) > 2 {
		labels = strings.Split(os.Args[2], ",")
	}
	upgrader := websocket.Upgrader{}
	http.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		if socket, err := upgrader.Upgrade(w, r, nil); err == nil {
			(&client{socket: socket}).serve()
		}
	})
	go func() { must(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil)) }()
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		obey(commands.Text())
	}
}

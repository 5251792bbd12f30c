package main

import (
	"net/http"
	"sync"
)

// shell is what is known of the streams to one name. It is made by whoever asks for the name first.
type shell struct {
	// Requests are the upgrades that came, as the gateway sent them.
	Requests []request `json:"requests"`
	// Started and Running count commands and forwarded connections.
	Started int `json:"started"`
	Running int `json:"running"`
	// Open counts connections to the gateway.
	Open int `json:"open"`

	connections []*connection
}

// request is what an upgrade said of the client.
type request struct {
	Method  string      `json:"method"`
	Target  string      `json:"target"`
	Headers http.Header `json:"headers"`
}

type shells struct {
	mu     sync.Mutex
	byName map[string]*shell
}

func newShells() *shells {
	return &shells{byName: map[string]*shell{}}
}

// change does something to a shell while nobody else does.
func (s *shells) change(name string, do func(*shell)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.byName[name]
	if found == nil {
		found = &shell{Requests: []request{}}
		s.byName[name] = found
	}
	do(found)
}

// note keeps what a request said, and its connection.
func (s *shells) note(name string, r *http.Request) {
	s.change(name, func(one *shell) {
		one.Requests = append(one.Requests, request{Method: r.Method, Target: r.RequestURI, Headers: r.Header.Clone()})
		one.connections = append(one.connections, connectionOf(r.Context()))
	})
}

// run counts what runs in a shell.
func (s *shells) run(name string, work func() error) error {
	s.change(name, func(one *shell) { one.Started++; one.Running++ })
	defer s.change(name, func(one *shell) { one.Running-- })
	return work()
}

// look gives the state of a shell.
func (s *shells) look(name string) shell {
	var seen shell
	s.change(name, func(one *shell) {
		one.Open = 0
		for _, each := range one.connections {
			if each != nil && !each.closed.Load() {
				one.Open++
			}
		}
		seen = *one
	})
	return seen
}

package main

import (
	"context"
	"errors"
	"net"
	"sync"

	"k8s.io/client-go/rest"
)

var errCut = errors.New("the cable is cut")

// cable carries the connections of a client and can be cut, so that the client sees the gateway vanish while others still reach it.
type cable struct {
	mu          sync.Mutex
	isCut       bool
	connections map[net.Conn]struct{}
}

// wired gives a copy of a configuration whose connections go through a cable of their own.
func wired(config *rest.Config) (*rest.Config, *cable) {
	c := &cable{connections: map[net.Conn]struct{}{}}
	copied := rest.CopyConfig(config)
	copied.Dial = c.dial
	return copied, c
}

func (c *cable) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, network, address)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil:
		return nil, err
	case c.isCut:
		return nil, errors.Join(errCut, connection.Close())
	}
	c.connections[connection] = struct{}{}
	return connection, nil
}

// cut breaks every connection and refuses new ones.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isCut = true
	for connection := range c.connections {
		_ = connection.Close()
	}
	clear(c.connections)
}

// mend lets connections through again.
func (c *cable) mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isCut = false
}

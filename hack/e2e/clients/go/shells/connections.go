package main

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
)

// connection knows whether it is closed: for those that were hijacked, http.Server does not tell.
type connection struct {
	net.Conn
	closed atomic.Bool
}

func (c *connection) Close() error {
	c.closed.Store(true)
	return c.Conn.Close()
}

// counted is a listener of such connections.
type counted struct{ net.Listener }

func (l counted) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &connection{Conn: accepted}, nil
}

type connectionKey struct{}

// withConnection keeps the connection of a request where the handler finds it.
func withConnection(ctx context.Context, under net.Conn) context.Context {
	if secure, ok := under.(*tls.Conn); ok {
		under = secure.NetConn()
	}
	return context.WithValue(ctx, connectionKey{}, under)
}

func connectionOf(ctx context.Context) *connection {
	found, _ := ctx.Value(connectionKey{}).(*connection)
	return found
}

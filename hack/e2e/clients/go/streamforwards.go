package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"

	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/tools/portforward"
	transport "k8s.io/client-go/transport/spdy"
)

func checkForwards(ctx context.Context, r *report, s *scene, how protocol) {
	r.check(ctx, fmt.Sprintf("%s, connections are forwarded to a port, several at a time", how), func(ctx context.Context) error {
		shell := how.slug("forward")
		dialer, err := s.dialer(how, shell)
		if err != nil {
			return err
		}
		stop, ready := make(chan struct{}), make(chan struct{})
		forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:7"}, stop, ready, io.Discard, io.Discard)
		if err != nil {
			return err
		}
		ended := make(chan error, 1)
		go func() { ended <- forwarder.ForwardPorts() }()
		select {
		case <-ready:
		case err := <-ended:
			return fmt.Errorf("it never was ready: %w", err)
		}
		err = echoOver(ctx, forwarder)
		close(stop)
		if err := errors.Join(err, <-ended); err != nil {
			return err
		}
		return s.waitForShell(ctx, shell, "the shell to be left", isLeft)
	})
}

func (s *scene) dialer(how protocol, shell string) (httpstream.Dialer, error) {
	to, err := url.Parse(s.config.Host + shellPath + shell + "/portforward")
	if err != nil {
		return nil, err
	}
	if how == webSocket {
		return portforward.NewSPDYOverWebsocketDialer(to, s.config)
	}
	tripper, upgrader, err := transport.RoundTripperFor(s.config)
	return transport.NewDialer(upgrader, &http.Client{Transport: tripper}, http.MethodPost, to), err
}

// echoOver sends bytes over three forwarded connections at a time and ends each, as far as it is concerned, before it reads on.
func echoOver(ctx context.Context, forwarder *portforward.PortForwarder) error {
	ports, err := forwarder.GetPorts()
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	failures := make([]error, 3)
	for index := range failures {
		group.Go(func() { failures[index] = echoOnce(ctx, fmt.Sprintf("127.0.0.1:%d", ports[0].Local)) })
	}
	group.Wait()
	return errors.Join(failures...)
}

func echoOnce(ctx context.Context, address string) error {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	sent := randomBytes(1 << 20)
	go func() {
		_, _ = connection.Write(sent)
		_ = connection.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(connection)
	return errors.Join(err, same("echo", got, sent))
}

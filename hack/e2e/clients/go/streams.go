package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"
)

// shellPath is where the shells of hack/e2e/clients/go/shells are, behind the gateway.
const shellPath = "/apis/exec.example.com/v1/namespaces/default/shells/"

// protocol is a way to carry the streams of a command.
type protocol string

const (
	spdy      protocol = "SPDY"
	webSocket protocol = "WebSocket"
	// either is what kubectl does: WebSocket, and SPDY where that is refused.
	either protocol = "WebSocket or SPDY"
)

// both are those that checks go through; how a client chooses between them has a check of its own.
var both = []protocol{spdy, webSocket}

// command is what to run, and in which shell.
type command struct {
	shell string
	words []string
	tty   bool
}

func newCommand(shell string, words ...string) command {
	return command{shell: shell, words: words}
}

// url gives the address of a command, and with what it has to do with the streams that the client offers.
func (c command) url(config *rest.Config, o remotecommand.StreamOptions) (*url.URL, error) {
	query := url.Values{"command": c.words}
	for name, wanted := range map[string]bool{
		"stdin": o.Stdin != nil, "stdout": o.Stdout != nil, "stderr": o.Stderr != nil, "tty": c.tty,
	} {
		if wanted {
			query.Set(name, strconv.FormatBool(wanted))
		}
	}
	return url.Parse(config.Host + shellPath + c.shell + "/exec?" + query.Encode())
}

// stream runs a command and carries its streams until it has ended.
func (c command) stream(ctx context.Context, config *rest.Config, how protocol, o remotecommand.StreamOptions) error {
	o.Tty = c.tty
	to, err := c.url(config, o)
	if err != nil {
		return err
	}
	executor, err := newExecutor(config, how, to)
	if err != nil {
		return err
	}
	return executor.StreamWithContext(ctx, o)
}

func newExecutor(config *rest.Config, how protocol, to *url.URL) (remotecommand.Executor, error) {
	switch how {
	case spdy:
		return remotecommand.NewSPDYExecutor(config, http.MethodPost, to)
	case webSocket:
		return remotecommand.NewWebSocketExecutor(config, http.MethodGet, to.String())
	}
	first, err := newExecutor(config, webSocket, to)
	if err != nil {
		return nil, err
	}
	second, err := newExecutor(config, spdy, to)
	if err != nil {
		return nil, err
	}
	return remotecommand.NewFallbackExecutor(first, second, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
}

// shellState is what a shell tells of the streams that it has.
type shellState struct {
	Requests []struct {
		Method  string
		Target  string
		Headers http.Header
	}
	Started int
	Running int
	Open    int
}

func (s *scene) shell(ctx context.Context, name string) (shellState, error) {
	var state shellState
	text, err := s.core.Discovery().RESTClient().Get().AbsPath(shellPath + name).DoRaw(ctx)
	if err == nil {
		err = json.Unmarshal(text, &state)
	}
	return state, err
}

// waitForShell waits until a shell is as it should be.
func (s *scene) waitForShell(ctx context.Context, name, what string, is func(shellState) bool) error {
	return eventually(ctx, what, func(ctx context.Context) (bool, error) {
		state, err := s.shell(ctx, name)
		if err == nil && !is(state) {
			err = fmt.Errorf("%d running, %d open", state.Running, state.Open)
		}
		return err == nil, err
	})
}

// isLeft says that nobody is connected to a shell any more, and nothing runs there.
func isLeft(state shellState) bool {
	return state.Running == 0 && state.Open == 0
}

// slug makes a name of a shell out of a protocol.
func (p protocol) slug(prefix string) string {
	return prefix + "-" + strings.ToLower(string(p))
}

// randomBytes gives bytes of which no two pieces are alike.
func randomBytes(count int) []byte {
	bytes := make([]byte, count)
	_, _ = rand.Read(bytes)
	return bytes
}

// same is an error that says where bytes begin to differ, or nil.
func same(what string, got, want []byte) error {
	if bytes.Equal(got, want) {
		return nil
	}
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	return fmt.Errorf("%s: %d bytes instead of %d, alike up to %d", what, len(got), len(want), at)
}

// endless is input that never comes and never ends, until it is closed.
type endless struct {
	*io.PipeReader
	writer *io.PipeWriter
}

func newEndless() endless {
	reader, writer := io.Pipe()
	return endless{reader, writer}
}

func checkStreams(ctx context.Context, r *report, s *scene) {
	quiet := s.beginIdleStreams(ctx)
	for _, how := range both {
		checkCommands(ctx, r, s, how)
		checkStreamEnds(ctx, r, s, how)
		checkRefusals(ctx, r, s, how)
		checkForwards(ctx, r, s, how)
	}
	checkStreamIdentity(ctx, r, s)
	checkFallback(ctx, r, s)
	checkManyStreams(ctx, r, s)
	r.check(ctx, "streams over which nothing went for a while are still there", quiet.end)
	checkShellsKilled(ctx, r, s)
}

var errEarly = errors.New("the stream ended by itself")

// promptly gives what work says, and an error when it does not end in time.
func promptly(what string, most time.Duration, ended <-chan error) (error, error) {
	select {
	case err := <-ended:
		return err, nil
	case <-time.After(most):
		return nil, fmt.Errorf("%s did not end within %s", what, most)
	}
}

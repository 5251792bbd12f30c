package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path"
	"time"

	"k8s.io/apimachinery/pkg/util/proxy"
	streams "k8s.io/apiserver/pkg/util/proxy"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	"k8s.io/streaming/pkg/httpstream/wsstream"
	utilexec "k8s.io/utils/exec"
)

const (
	idle     = 4 * time.Hour
	creation = 30 * time.Second
)

type server struct {
	shells *shells
	// node is where the part is that does what a kubelet does.
	node url.URL
}

// at gives the address of a stream at the node.
func (s *server) at(what, name, query string) *url.URL {
	to := s.node
	to.Path = path.Join("/", what, name)
	to.RawQuery = query
	return &to
}

// exec is the kube-apiserver's part: the newest protocol is translated, older ones pass.
func (s *server) exec(w http.ResponseWriter, r *http.Request, name string) {
	options := optionsOf(r)
	translator := streams.NewStreamTranslatorHandler(s.at("exec", name, r.URL.RawQuery), nil, 0,
		streams.Options{Stdin: options.Stdin, Stdout: options.Stdout, Stderr: options.Stderr, Tty: options.TTY})
	direct := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.execHere(w, r, name) })
	streams.NewTranslatingHandler(direct, translator, wsstream.IsWebSocketRequestWithStreamCloseProtocol).ServeHTTP(w, r)
}

// execHere is the kubelet's part.
func (s *server) execHere(w http.ResponseWriter, r *http.Request, name string) {
	remotecommand.ServeExec(w, r, s, name, "", "", r.URL.Query()["command"], optionsOf(r), idle, creation,
		remotecommand.SupportedStreamingProtocols)
}

func (s *server) forward(w http.ResponseWriter, r *http.Request, name string) {
	passing := proxy.NewUpgradeAwareHandler(s.at("portforward", name, r.URL.RawQuery), nil, false, true, responder{})
	direct := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.forwardHere(w, r, name) })
	streams.NewTranslatingHandler(direct, streams.NewTunnelingHandler(passing), wsstream.IsWebSocketRequestWithTunnelingProtocol).
		ServeHTTP(w, r)
}

func (s *server) forwardHere(w http.ResponseWriter, r *http.Request, name string) {
	options, err := portforward.NewV4Options(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	portforward.ServePortForward(w, r, s, name, "", options, idle, creation, portforward.SupportedProtocols)
}

func optionsOf(r *http.Request) *remotecommand.Options {
	query := r.URL.Query()
	is := func(name string) bool { return query.Get(name) == "true" }
	return &remotecommand.Options{Stdin: is("stdin"), Stdout: is("stdout"), Stderr: is("stderr") && !is("tty"), TTY: is("tty")}
}

// ExecInContainer runs a program, or tells the sizes of the terminal when it is asked for `sizes`.
func (s *server) ExecInContainer(
	_ context.Context, name, _, _ string, command []string, in io.Reader, out, errOut io.WriteCloser, _ bool,
	resize <-chan remotecommand.TerminalSize, _ time.Duration,
) error {
	return s.shells.run(name, func() error {
		if len(command) == 2 && command[0] == "sizes" {
			return tellSizes(command[1], resize, out)
		}
		if len(command) == 0 {
			return errors.New("no command")
		}
		return runProgram(exec.Command(command[0], command[1:]...), in, out, errOut)
	})
}

func runProgram(program *exec.Cmd, in io.Reader, out, errOut io.Writer) error {
	// A typed nil is no writer.
	if out != nil {
		program.Stdout = out
	}
	if errOut != nil {
		program.Stderr = errOut
	}
	if in != nil {
		// Not program.Stdin: a program that has ended does not wait for the rest of its input.
		stdin, err := program.StdinPipe()
		if err != nil {
			return err
		}
		go func() {
			_, _ = io.Copy(stdin, in)
			_ = stdin.Close()
		}()
	}
	err := program.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return utilexec.CodeExitError{Err: err, Code: exit.ExitCode()}
	}
	return err
}

// tellSizes writes each size that the terminal is given, until it has the last one.
func tellSizes(last string, resize <-chan remotecommand.TerminalSize, out io.Writer) error {
	for size := range resize {
		text := fmt.Sprintf("%dx%d", size.Width, size.Height)
		if _, err := fmt.Fprintln(out, text); err != nil || text == last {
			return err
		}
	}
	return nil
}

// PortForward echoes, whatever the port.
func (s *server) PortForward(_ context.Context, name, _ string, _ int32, stream io.ReadWriteCloser) error {
	return s.shells.run(name, func() error {
		defer stream.Close()
		_, err := io.Copy(stream, stream)
		return err
	})
}

type responder struct{}

func (responder) Error(w http.ResponseWriter, _ *http.Request, err error) {
	refuse(w, http.StatusInternalServerError, err.Error())
}

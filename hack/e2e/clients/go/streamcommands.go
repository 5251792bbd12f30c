package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"k8s.io/client-go/tools/remotecommand"
	utilexec "k8s.io/client-go/util/exec"
)

// echoed is how much goes to a shell and comes back.
const echoed = 8 << 20

func checkCommands(ctx context.Context, r *report, s *scene, how protocol) {
	for _, each := range []struct {
		name string
		run  func(context.Context, protocol) error
	}{
		{"8 MB go to a command and come back byte by byte", s.echo},
		{"standard output and standard error stay apart", s.keepApart},
		{"an exit code comes back as CodeExitError", s.exitWithCode},
		{"sizes of the terminal arrive in their order", s.resize},
		{"the end of the input ends the command's input, and its output goes on", s.endInput},
		{"a command that ends before its input does ends the stream", s.endEarly},
		{"a program that is not there is an error that says so", s.runNothing},
		{"output that is read slowly is held back, and is complete", s.readSlowly},
		{"a question and an answer, a hundred times over one stream, wait for nobody", s.talk},
	} {
		r.check(ctx, string(how)+", "+each.name, func(ctx context.Context) error { return each.run(ctx, how) })
	}
}

func (s *scene) echo(ctx context.Context, how protocol) error {
	sent := randomBytes(echoed)
	var got bytes.Buffer
	started := time.Now()
	err := newCommand("echo", "cat").stream(ctx, s.config, how,
		remotecommand.StreamOptions{Stdin: bytes.NewReader(sent), Stdout: &got})
	if err != nil {
		return err
	}
	note("%s: %d MB there and back in %s", how, echoed>>20, time.Since(started).Round(time.Millisecond))
	return same("echo", got.Bytes(), sent)
}

func (s *scene) keepApart(ctx context.Context, how protocol) error {
	const script = "head -c 1000000 /dev/zero; head -c 700000 /dev/zero | tr '\\0' e >&2; printf end"
	var out, errOut bytes.Buffer
	err := newCommand("apart", "sh", "-c", script).stream(ctx, s.config, how,
		remotecommand.StreamOptions{Stdout: &out, Stderr: &errOut})
	return errors.Join(err,
		same("standard output", out.Bytes(), append(make([]byte, 1_000_000), "end"...)),
		same("standard error", errOut.Bytes(), bytes.Repeat([]byte("e"), 700_000)))
}

func (s *scene) exitWithCode(ctx context.Context, how protocol) error {
	var out bytes.Buffer
	err := newCommand("exit", "sh", "-c", "echo last words; exit 42").stream(ctx, s.config, how,
		remotecommand.StreamOptions{Stdout: &out, Stderr: io.Discard})
	var exit utilexec.CodeExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("got %T: %w", err, err)
	}
	return errors.Join(equal("code", exit.Code, 42), equal("output", out.String(), "last words\n"))
}

// sizes is a terminal that changes its size.
type sizes struct{ left []remotecommand.TerminalSize }

func (s *sizes) Next() *remotecommand.TerminalSize {
	if len(s.left) == 0 {
		return nil
	}
	next := s.left[0]
	s.left = s.left[1:]
	return &next
}

func (s *scene) resize(ctx context.Context, how protocol) error {
	var out bytes.Buffer
	terminal := &sizes{[]remotecommand.TerminalSize{{Width: 80, Height: 24}, {Width: 132, Height: 43}, {Width: 1, Height: 65535}}}
	input := newEndless()
	defer input.writer.Close()
	asked := newCommand("resize", "sizes", "1x65535")
	asked.tty = true
	err := asked.stream(ctx, s.config, how,
		remotecommand.StreamOptions{Stdin: input, Stdout: &out, TerminalSizeQueue: terminal})
	return errors.Join(err, equal("sizes", out.String(), "80x24\n132x43\n1x65535\n"))
}

func (s *scene) endInput(ctx context.Context, how protocol) error {
	var out bytes.Buffer
	err := newCommand("end", "sh", "-c", "cat; sleep 0.3; head -c 300000 /dev/zero; echo over").stream(ctx, s.config, how,
		remotecommand.StreamOptions{Stdin: strings.NewReader("said;"), Stdout: &out})
	return errors.Join(err, same("output", out.Bytes(), []byte("said;"+string(make([]byte, 300_000))+"over\n")))
}

func (s *scene) endEarly(ctx context.Context, how protocol) error {
	input := newEndless()
	defer input.writer.Close()
	go func() { _, _ = input.writer.Write([]byte("12345678")) }()
	var out bytes.Buffer
	err := newCommand("early", "head", "-c", "5").stream(ctx, s.config, how,
		remotecommand.StreamOptions{Stdin: input, Stdout: &out})
	if err := errors.Join(err, equal("output", out.String(), "12345")); err != nil {
		return err
	}
	return s.waitForShell(ctx, "early", "the shell to be left", isLeft)
}

func (s *scene) runNothing(ctx context.Context, how protocol) error {
	err := newCommand("nothing", "no-such-program").stream(ctx, s.config, how, remotecommand.StreamOptions{Stdout: io.Discard})
	if err == nil || !strings.Contains(err.Error(), `"no-such-program": executable file not found`) {
		return fmt.Errorf("got %w", err)
	}
	return nil
}

// slow takes its time over each piece.
type slow struct{ got bytes.Buffer }

func (s *slow) Write(piece []byte) (int, error) {
	time.Sleep(2 * time.Millisecond)
	return s.got.Write(piece)
}

func (s *scene) readSlowly(ctx context.Context, how protocol) error {
	out := &slow{}
	err := newCommand("slow", "head", "-c", "6000000", "/dev/zero").stream(ctx, s.config, how,
		remotecommand.StreamOptions{Stdout: out})
	return errors.Join(err, same("output", out.got.Bytes(), make([]byte, 6_000_000)))
}

func (s *scene) talk(ctx context.Context, how protocol) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	line := s.open(inner, "talk", how)
	started := time.Now()
	for index := range 100 {
		if err := line.ask(fmt.Sprintf("question %d", index)); err != nil {
			return err
		}
	}
	note("%s: a question and its answer take %s", how, (time.Since(started) / 100).Round(10*time.Microsecond))
	return line.hangUp()
}

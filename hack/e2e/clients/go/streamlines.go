package main

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"k8s.io/client-go/tools/remotecommand"
)

// line is a stream that stays open, to a command that repeats what it hears.
type line struct {
	input  *io.PipeWriter
	output *bufio.Reader
	ended  chan error
}

// open begins a stream; it ends with the context, or when it is hung up.
func (s *scene) open(ctx context.Context, shell string, how protocol) *line {
	inputEnd, input := io.Pipe()
	output, outputEnd := io.Pipe()
	l := &line{input: input, output: bufio.NewReader(output), ended: make(chan error, 1)}
	go func() {
		err := newCommand(shell, "cat").stream(ctx, s.config, how,
			remotecommand.StreamOptions{Stdin: inputEnd, Stdout: outputEnd})
		_ = outputEnd.CloseWithError(io.EOF)
		_ = inputEnd.CloseWithError(io.EOF)
		l.ended <- err
	}()
	return l
}

// ask says something and waits until it comes back.
func (l *line) ask(text string) error {
	if _, err := fmt.Fprintln(l.input, text); err != nil {
		return fmt.Errorf("%w: %w", errEarly, <-l.ended)
	}
	got, err := l.output.ReadString('\n')
	if err != nil {
		return fmt.Errorf("%w: %w", errEarly, <-l.ended)
	}
	return equal("answer", got, text+"\n")
}

// hangUp ends the input and gives what came of the stream.
func (l *line) hangUp() error {
	_ = l.input.Close()
	_, _ = io.Copy(io.Discard, l.output)
	return <-l.ended
}

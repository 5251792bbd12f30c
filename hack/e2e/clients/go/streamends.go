package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"k8s.io/client-go/tools/remotecommand"
)

func checkStreamEnds(ctx context.Context, r *report, s *scene, how protocol) {
	r.check(ctx, fmt.Sprintf("%s, a client that cancels ends the command that hears it", how), func(ctx context.Context) error {
		return s.cancelStream(ctx, how, how.slug("cancelled"), newEndless(), "cat")
	})
	r.check(ctx, fmt.Sprintf("%s, a client that cancels ends the command that only talks", how), func(ctx context.Context) error {
		return s.cancelStream(ctx, how, how.slug("talking"), endless{}, "yes")
	})
}

func (s *scene) cancelStream(ctx context.Context, how protocol, shell string, input endless, words ...string) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	o := remotecommand.StreamOptions{Stdout: io.Discard}
	if input.PipeReader != nil {
		defer input.writer.Close()
		o.Stdin = input
	}
	ended := make(chan error, 1)
	go func() { ended <- newCommand(shell, words...).stream(inner, s.config, how, o) }()
	if err := s.waitForShell(ctx, shell, "the command to run", func(state shellState) bool { return state.Running == 1 }); err != nil {
		return err
	}
	cancel()
	said, err := promptly("the stream", 5*time.Second, ended)
	if err != nil {
		return err
	}
	if !errors.Is(said, context.Canceled) {
		return fmt.Errorf("the stream ended with %w", said)
	}
	return s.waitForShell(ctx, shell, "the shell to be left", isLeft)
}

// idleStreams are open all the time while other checks run.
type idleStreams struct {
	cancel context.CancelFunc
	since  time.Time
	lines  map[protocol]*line
}

func (s *scene) beginIdleStreams(ctx context.Context) idleStreams {
	inner, cancel := context.WithCancel(ctx)
	lines := map[protocol]*line{}
	for _, how := range both {
		lines[how] = s.open(inner, how.slug("idle"), how)
	}
	return idleStreams{cancel, time.Now(), lines}
}

func (i idleStreams) end(context.Context) error {
	defer i.cancel()
	note("streams were idle for %s", time.Since(i.since).Round(time.Second))
	var all error
	for how, one := range i.lines {
		if err := errors.Join(one.ask("are you there"), one.hangUp()); err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", how, err))
		}
	}
	return all
}

func checkManyStreams(ctx context.Context, r *report, s *scene) {
	r.check(ctx, "48 streams of both protocols at a time have each their own bytes", func(ctx context.Context) error {
		inner, cancel := context.WithCancel(ctx)
		defer cancel()
		lines := []*line{}
		for range 24 {
			for _, how := range both {
				lines = append(lines, s.open(inner, "many", how))
			}
		}
		if err := s.waitForShell(ctx, "many", "all to run", func(state shellState) bool { return state.Running == len(lines) }); err != nil {
			return err
		}
		for round := range 3 {
			for index, one := range lines {
				if err := one.ask(fmt.Sprintf("round %d of %d %x", round, index, randomBytes(20_000))); err != nil {
					return err
				}
			}
		}
		for _, one := range lines {
			if err := one.hangUp(); err != nil {
				return err
			}
		}
		return s.waitForShell(ctx, "many", "the shell to be left", isLeft)
	})
}

func checkShellsKilled(ctx context.Context, r *report, s *scene) {
	lines := map[protocol]*line{}
	ready := r.must(ctx, "streams to a service that will be killed", func(ctx context.Context) error {
		for _, how := range both {
			lines[how] = s.open(context.WithoutCancel(ctx), "killed", how)
			if err := lines[how].ask("there"); err != nil {
				return err
			}
		}
		return s.order(ctx, "shells/kill")
	})
	if !ready {
		return
	}
	killed := time.Now()
	for _, how := range both {
		r.check(ctx, fmt.Sprintf("%s, a service that is killed ends the stream at once", how), func(context.Context) error {
			_, _ = lines[how].output.ReadString('\n')
			said, err := promptly("the stream", 5*time.Second, lines[how].ended)
			note("%s: the stream ended %s after the service, with %v", how, time.Since(killed).Round(time.Millisecond), said)
			// Over SPDY, client-go takes the loss of a connection for the end of all streams: it gives no error then, whoever is at
			// the other end.
			if err == nil && said == nil && how == webSocket {
				return errors.New("it ended as if all were well")
			}
			return err
		})
		r.check(ctx, fmt.Sprintf("%s, a service that is gone is a 503 Status", how), func(ctx context.Context) error {
			return s.refuse(ctx, s.config, how, "gone", verdict{code: 503, text: "ervice"})
		})
	}
	r.check(ctx, "a service that is back has streams again", func(ctx context.Context) error {
		if err := s.order(ctx, "shells/start"); err != nil {
			return err
		}
		return eventually(ctx, "a stream", func(ctx context.Context) (bool, error) {
			err := newCommand("back", "true").stream(ctx, s.config, either, remotecommand.StreamOptions{Stdout: io.Discard})
			return err == nil, err
		})
	})
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

const (
	leaseName     = "leader"
	leaseDuration = 3 * time.Second
)

// lead takes part in an election, in a process of its own that is asked for with -lead, and says so when it leads.
func (s *scene) lead(ctx context.Context, name string) {
	lock := &resourcelock.LeaseLock{
		LeaseMeta:  metav1.ObjectMeta{Name: leaseName, Namespace: space},
		Client:     s.core.CoordinationV1(),
		LockConfig: resourcelock.ResourceLockConfig{Identity: name},
	}
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock:          lock,
		LeaseDuration: leaseDuration,
		RenewDeadline: 2 * time.Second,
		RetryPeriod:   300 * time.Millisecond,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { fmt.Println("leads") },
			OnStoppedLeading: func() { os.Exit(1) },
		},
	})
}

func checkLeading(ctx context.Context, r *report, s *scene) {
	r.check(ctx, "leader election goes to the other one when the leader is killed", s.changeLeader)
}

func (s *scene) changeLeader(ctx context.Context) error {
	one, err := s.startCandidate(ctx, "one")
	if err != nil {
		return err
	}
	defer one.end()
	if err := one.waitUntilItLeads(ctx); err != nil {
		return err
	}
	other, err := s.startCandidate(ctx, "other")
	if err != nil {
		return err
	}
	defer other.end()
	select {
	case <-other.leads:
		return errors.New("both lead")
	case <-time.After(leaseDuration + time.Second):
	}
	killed := time.Now()
	if err := one.end(); err != nil {
		return err
	}
	if err := other.waitUntilItLeads(ctx); err != nil {
		return err
	}
	note("the other one led %.1f s after the first was killed; the lease was good for %s", time.Since(killed).Seconds(), leaseDuration)
	lease, err := s.core.CoordinationV1().Leases(space).Get(ctx, leaseName, metav1.GetOptions{})
	if err != nil {
		return err
	}
	return errors.Join(equal("the holder", *lease.Spec.HolderIdentity, "other"), equal("the number of changes", *lease.Spec.LeaseTransitions, 1))
}

// candidate is a process that wants to lead.
type candidate struct {
	command *exec.Cmd
	leads   chan struct{}
}

func (s *scene) startCandidate(ctx context.Context, name string) (*candidate, error) {
	command := exec.CommandContext(ctx, os.Args[0], "-kubeconfig="+s.kubeconfig, "-lead="+name)
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c := &candidate{command, make(chan struct{})}
	if err := command.Start(); err != nil {
		return nil, err
	}
	go func() {
		if bufio.NewScanner(output).Scan() {
			close(c.leads)
		}
	}()
	return c, nil
}

func (c *candidate) waitUntilItLeads(ctx context.Context) error {
	select {
	case <-c.leads:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waited in vain for a leader: %w", ctx.Err())
	}
}

// end kills the process, which leaves it no time to give the lease back.
func (c *candidate) end() error {
	if c.command.ProcessState != nil {
		return nil
	}
	err := c.command.Process.Kill()
	var ended *exec.ExitError
	if wait := c.command.Wait(); !errors.As(wait, &ended) {
		err = errors.Join(err, wait)
	}
	return err
}

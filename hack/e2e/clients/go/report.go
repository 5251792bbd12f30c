package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// limit is how long one check may take unless it asks for more.
const limit = 30 * time.Second

// notServed is the error of a check that needs what the gateway does not serve yet.
type notServed struct{ reason string }

func (e notServed) Error() string { return e.reason }

// report prints the outcome of checks as they run.
type report struct {
	only   *regexp.Regexp
	failed int
}

func newReport(only string) (*report, error) {
	pattern, err := regexp.Compile(only)
	return &report{only: pattern}, err
}

// check runs one check, unless it was not asked for.
func (r *report) check(ctx context.Context, name string, run func(context.Context) error) {
	if r.only.MatchString(name) {
		r.must(ctx, name, run)
	}
}

// must runs a check on which others build, whether it was asked for or not, and says whether it held.
func (r *report) must(ctx context.Context, name string, run func(context.Context) error) bool {
	return r.within(ctx, limit, name, run)
}

// within is must with a time limit.
func (r *report) within(ctx context.Context, most time.Duration, name string, run func(context.Context) error) bool {
	inner, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	err := guarded(inner, run)
	var missing notServed
	switch {
	case err == nil:
		fmt.Printf("ok %s\n", name)
	case errors.As(err, &missing):
		fmt.Printf("todo %s: %s\n", name, oneLine(err))
	default:
		r.failed++
		fmt.Printf("FAIL %s: %s\n", name, oneLine(err))
	}
	return err == nil
}

// skip says why checks were not run.
func (r *report) skip(name, why string) {
	if r.only.MatchString(name) {
		fmt.Printf("skip %s: %s\n", name, why)
	}
}

// note tells a measured value.
func note(format string, args ...any) {
	fmt.Printf("# "+format+"\n", args...)
}

// guarded turns a panic of a client library into a failed check.
func guarded(ctx context.Context, run func(context.Context) error) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("panic: %v", thrown)
		}
	}()
	return run(ctx)
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}

// equal is an error that names what differs, or nil.
func equal[T comparable](what string, got, want T) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%s is %v, want %v", what, got, want)
}

// eventually asks until the answer is true; at the deadline of the context it gives the error that came with the last answer.
func eventually(ctx context.Context, what string, ask func(context.Context) (bool, error)) error {
	for {
		started := time.Now()
		done, err := ask(ctx)
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s: %w", what, errors.Join(err, ctx.Err()))
		// A question that takes long, such as a list of ten thousand objects, is not asked all the time.
		case <-time.After(max(50*time.Millisecond, 3*time.Since(started))):
		}
	}
}

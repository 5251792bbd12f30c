package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// checkRestarts follows objects of a service behind the gateway while either of them ends and starts again.
func checkRestarts(ctx context.Context, r *report, s *scene) {
	const check = "restarts of the gateway do not end a watch through the aggregator"
	if r.only.MatchString(check) {
		r.within(ctx, time.Minute, check, func(ctx context.Context) error { return rewatch(ctx, s) })
	}
	r.check(ctx, "restarts of the service do not make an informer through the aggregator miss or repeat anything", func(ctx context.Context) error {
		return followService(ctx, s)
	})
	checkForgotten(ctx, r, s)
}

// rewatch makes an object before, between and after restarts of the gateway, all of which one RetryWatcher has to tell once.
func rewatch(ctx context.Context, s *scene) error {
	client := s.dynamic.Resource(flunders).Namespace(space)
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	source := &cache.ListWatch{WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
		options.LabelSelector = "check=rewatched"
		return client.Watch(ctx, options)
	}}
	watcher, err := watchtools.NewRetryWatcherWithContext(ctx, list.GetResourceVersion(), source)
	if err != nil {
		return err
	}
	defer watcher.Stop()
	for i, by := range []string{"", "stop", "kill"} {
		if by != "" {
			if err := s.restart(ctx, by); err != nil {
				return err
			}
		}
		name := fmt.Sprintf("rewatched-%d", i)
		if err := createWhenServed(ctx, client, newFlunder(name, labelled("rewatched"))); err != nil {
			return err
		}
		select {
		case event, isOpen := <-watcher.ResultChan():
			object, isObject := event.Object.(*unstructured.Unstructured)
			if !isOpen || !isObject || event.Type != watch.Added || object.GetName() != name {
				return fmt.Errorf("instead of %s the watch said %v %v", name, event.Type, event.Object)
			}
		case <-ctx.Done():
			return fmt.Errorf("%s was not told", name)
		}
	}
	return nil
}

// createWhenServed creates an object as soon as the gateway reaches the service again.
func createWhenServed(ctx context.Context, client dynamic.ResourceInterface, object *unstructured.Unstructured) error {
	return eventually(ctx, "the service to be reached", func(ctx context.Context) (bool, error) {
		_, err := client.Create(ctx, object, metav1.CreateOptions{})
		if err != nil && !apierrors.IsServiceUnavailable(err) && !apierrors.IsNotFound(err) {
			return false, err
		}
		return err == nil, err
	})
}

func followService(ctx context.Context, s *scene) error {
	client := s.dynamic.Resource(flunders).Namespace(space)
	f, err := s.follow(ctx, flunders, "followed")
	if err != nil {
		return err
	}
	for i, by := range []string{"", "stop", "kill"} {
		if by != "" {
			if err := errors.Join(s.order(ctx, "flunder/"+by), s.order(ctx, "flunder/start")); err != nil {
				return err
			}
		}
		if err := createWhenServed(ctx, client, newFlunder(fmt.Sprintf("followed-%d", i), labelled("followed"))); err != nil {
			return err
		}
	}
	if err := f.catchUp(ctx, client, "followed"); err != nil {
		return err
	}
	added, deleted := f.tally.count()
	return errors.Join(f.tally.verdict(), equal("the number of adds", added, 3), equal("the number of deletes", deleted, 0))
}

// withCodec gives a copy of a configuration with which documents that are no objects can be read.
func withCodec(config *rest.Config) *rest.Config {
	copied := rest.CopyConfig(config)
	copied.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	return copied
}

// findMetric looks for a series that has all these labels and a value that is not 0.
func findMetric(metrics, name string, labels ...string) error {
	for line := range strings.Lines(metrics) {
		fits := strings.HasPrefix(line, name+"{") && !strings.HasSuffix(strings.TrimSpace(line), " 0")
		for _, label := range labels {
			fits = fits && strings.Contains(line, label)
		}
		if fits {
			return nil
		}
	}
	return fmt.Errorf("the metrics hold no %s with %s", name, strings.Join(labels, " "))
}

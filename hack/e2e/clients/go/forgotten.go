package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

// checkForgotten asks for versions of before a restart, after which the gateway knows the present objects and no older ones.
func checkForgotten(ctx context.Context, r *report, s *scene) {
	names := s.dynamic.Resource(externalNames).Namespace(space)
	var token, version string
	r.must(ctx, "restarts leave a list half read and a version to come back to", func(ctx context.Context) error {
		for i := range 3 {
			_, err := names.Create(ctx, newExternalName(fmt.Sprintf("forgotten-%d", i), labelled("forgotten")), metav1.CreateOptions{})
			if err != nil {
				return err
			}
		}
		options := everything("forgotten")
		options.Limit = 1
		page, err := names.List(ctx, options)
		if err != nil {
			return err
		}
		token, version = page.GetContinue(), page.GetResourceVersion()
		// A change after the page makes its version an old one.
		if err := names.Delete(ctx, "forgotten-2", metav1.DeleteOptions{}); err != nil {
			return err
		}
		return s.restart(ctx, "kill")
	})
	r.check(ctx, "errors IsResourceExpired for an exact list of before a restart", func(ctx context.Context) error {
		_, err := names.List(ctx, metav1.ListOptions{ResourceVersion: version, ResourceVersionMatch: metav1.ResourceVersionMatchExact})
		return wantExpired(err)
	})
	r.check(ctx, "errors IsResourceExpired for the rest of a list of before a restart, with a token to go on by", func(ctx context.Context) error {
		options := everything("forgotten")
		options.Continue = token
		_, err := names.List(ctx, options)
		if err := wantExpired(err); err != nil {
			return err
		}
		status, isStatus := err.(apierrors.APIStatus)
		if !isStatus || status.Status().Continue == "" {
			return fmt.Errorf("no token in %v", err)
		}
		options.Continue = status.Status().Continue
		rest, err := names.List(ctx, options)
		if err != nil {
			return err
		}
		return equal("the number of objects that are left", len(rest.Items), 1)
	})
	r.check(ctx, "errors IsResourceExpired for a watch from before a restart", func(ctx context.Context) error {
		w, err := names.Watch(ctx, metav1.ListOptions{ResourceVersion: version, AllowWatchBookmarks: true})
		if err != nil {
			return wantExpired(err)
		}
		defer w.Stop()
		event, isOpen := <-w.ResultChan()
		if !isOpen || event.Type != watch.Error {
			return fmt.Errorf("the event is %v %v", event.Type, event.Object)
		}
		return wantExpired(apierrors.FromObject(event.Object))
	})
}

func wantExpired(err error) error {
	if apierrors.IsResourceExpired(err) {
		return nil
	}
	return fmt.Errorf("want Expired, got %v", err)
}

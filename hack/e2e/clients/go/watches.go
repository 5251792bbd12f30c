package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

func checkWatch(ctx context.Context, r *report, s *scene) {
	for _, each := range subjects {
		client := each.client(s.dynamic)
		r.check(ctx, "watch "+each.resource.Resource+" gives every change of a selection once and in order", func(ctx context.Context) error {
			return watchChanges(ctx, each, client)
		})
	}
	names := s.dynamic.Resource(externalNames).Namespace(space)
	r.check(ctx, "watch with initial events ends them with a marked bookmark", func(ctx context.Context) error {
		return watchInitialEvents(ctx, names, true)
	})
	r.check(ctx, "watch behind the aggregator with initial events ends them with a marked bookmark", func(ctx context.Context) error {
		return watchInitialEvents(ctx, s.dynamic.Resource(flunders).Namespace(space), true)
	})
	r.check(ctx, "watch without bookmarks gives none", func(ctx context.Context) error { return watchInitialEvents(ctx, names, false) })
	r.check(ctx, "watch gives a bookmark before its time is over, and ends", func(ctx context.Context) error { return watchToItsEnd(ctx, names) })
}

// watchChanges makes, changes, relabels and deletes objects, and compares what a watch of one label says.
func watchChanges(ctx context.Context, of subject, client dynamic.ResourceInterface) error {
	list, err := client.List(ctx, everything("watched"))
	if err != nil {
		return err
	}
	w, err := client.Watch(ctx, metav1.ListOptions{LabelSelector: "check=watched", ResourceVersion: list.GetResourceVersion()})
	if err != nil {
		return err
	}
	defer w.Stop()
	var want []string
	const objects = 20
	patch := func(name, body string) error {
		_, err := client.Patch(ctx, name, types.MergePatchType, []byte(body), metav1.PatchOptions{})
		return err
	}
	for i := range objects {
		name := of.name(fmt.Sprintf("watched-%d", i))
		wanted := of.object(name, labelled("watched"))
		if _, err := client.Create(ctx, wanted, metav1.CreateOptions{}); err != nil {
			return err
		}
		err := errors.Join(
			patch(name, `{"metadata":{"annotations":{"step":"changed"}}}`),
			patch(name, `{"metadata":{"labels":{"check":"unwatched"}}}`),
			patch(name, `{"metadata":{"annotations":{"step":"unseen"}}}`),
			patch(name, `{"metadata":{"labels":{"check":"watched"},"annotations":{"step":"back"}}}`),
			client.Delete(ctx, name, metav1.DeleteOptions{}),
			untilGone(ctx, client, name))
		if err != nil {
			return err
		}
		for _, event := range []string{"ADDED ", "MODIFIED changed", "DELETED changed", "ADDED back", "DELETED back"} {
			want = append(want, name+" "+event)
		}
	}
	return compareEvents(ctx, w, want)
}

// compareEvents reads events until all that are wanted were there. Events that repeat what the one before said of an object come
// from controllers which wrote to it, and do not count.
func compareEvents(ctx context.Context, w watch.Interface, want []string) error {
	last, version := map[string]string{}, "1"
	for at := 0; at < len(want); {
		var event watch.Event
		var isOpen bool
		select {
		case event, isOpen = <-w.ResultChan():
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %q", want[at])
		}
		object, isObject := event.Object.(*unstructured.Unstructured)
		if !isOpen || !isObject {
			return fmt.Errorf("instead of %q the watch said %v %v", want[at], event.Type, event.Object)
		}
		order, err := resourceversion.CompareResourceVersion(version, object.GetResourceVersion())
		if err != nil {
			return err
		}
		if order >= 0 {
			return fmt.Errorf("version %s of %s comes after version %s", object.GetResourceVersion(), object.GetName(), version)
		}
		version = object.GetResourceVersion()
		step := object.GetAnnotations()["step"]
		got := fmt.Sprintf("%s %s %s", object.GetName(), event.Type, step)
		isRepeated := event.Type == watch.Modified && last[object.GetName()] == step
		last[object.GetName()] = step
		if got != want[at] {
			if isRepeated {
				continue
			}
			return fmt.Errorf("event %d is %q, want %q", at, got, want[at])
		}
		at++
	}
	return nil
}

func watchInitialEvents(ctx context.Context, client dynamic.ResourceInterface, bookmarks bool) error {
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	initially := true
	w, err := client.Watch(ctx, metav1.ListOptions{
		SendInitialEvents: &initially, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan, AllowWatchBookmarks: bookmarks,
	})
	if err != nil {
		return err
	}
	defer w.Stop()
	for i := range list.Items {
		event := <-w.ResultChan()
		object, isObject := event.Object.(*unstructured.Unstructured)
		if event.Type != watch.Added || !isObject || object.GetUID() != list.Items[i].GetUID() {
			return fmt.Errorf("event %d of %d is %v %v", i, len(list.Items), event.Type, event.Object)
		}
	}
	if !bookmarks {
		select {
		case event := <-w.ResultChan():
			return fmt.Errorf("an event more: %v %v", event.Type, event.Object)
		case <-time.After(300 * time.Millisecond):
			return nil
		}
	}
	event := <-w.ResultChan()
	object, isObject := event.Object.(*unstructured.Unstructured)
	if event.Type != watch.Bookmark || !isObject || object.GetAnnotations()[metav1.InitialEventsAnnotationKey] != "true" {
		return fmt.Errorf("the bookmark is %v %v", event.Type, event.Object)
	}
	order, err := resourceversion.CompareResourceVersion(list.GetResourceVersion(), object.GetResourceVersion())
	if err == nil && order > 0 {
		err = fmt.Errorf("the bookmark says %s, the list before said %s", object.GetResourceVersion(), list.GetResourceVersion())
	}
	return err
}

// watchToItsEnd lets a watch run out and reads what it says last.
func watchToItsEnd(ctx context.Context, client dynamic.ResourceInterface) error {
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	seconds, started := int64(4), time.Now()
	w, err := client.Watch(ctx, metav1.ListOptions{ResourceVersion: list.GetResourceVersion(), AllowWatchBookmarks: true, TimeoutSeconds: &seconds})
	if err != nil {
		return err
	}
	defer w.Stop()
	bookmarks := 0
	for event := range w.ResultChan() {
		if event.Type != watch.Bookmark {
			return fmt.Errorf("the event is %v %v", event.Type, event.Object)
		}
		bookmarks++
	}
	if lasted := time.Since(started); lasted < 3*time.Second || lasted > 8*time.Second {
		return fmt.Errorf("it lasted %s", lasted)
	}
	if bookmarks == 0 {
		return errors.New("no bookmark")
	}
	return nil
}

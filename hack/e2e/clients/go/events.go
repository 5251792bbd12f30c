package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/record"
)

// checkEvents has the event recorders of client-go record: each repeats less than it is told.
func checkEvents(ctx context.Context, r *report, s *scene) {
	// The default: protobuf.
	core, err := kubernetes.NewForConfig(s.config)
	if err != nil {
		panic(err)
	}
	r.check(ctx, "event recorder of core/v1 counts what happens again, and joins what is alike", func(ctx context.Context) error {
		return recordCoreEvents(ctx, core)
	})
	r.check(ctx, "event recorder of events.k8s.io/v1 makes a series, which core/v1 shows as well", func(ctx context.Context) error {
		return recordEvents(ctx, core)
	})
}

// newRegarded makes an object that things happen to.
func newRegarded(ctx context.Context, core kubernetes.Interface, name string) (*corev1.ConfigMap, error) {
	wanted := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
	return core.CoreV1().ConfigMaps(space).Create(ctx, wanted, metav1.CreateOptions{})
}

func recordCoreEvents(ctx context.Context, core kubernetes.Interface) error {
	regarded, err := newRegarded(ctx, core, "happening")
	if err != nil {
		return err
	}
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: core.CoreV1().Events("")})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "go-clients"})
	for range 3 {
		recorder.Event(regarded, corev1.EventTypeNormal, "Same", "it happened")
	}
	for i := range 12 {
		recorder.Eventf(regarded, corev1.EventTypeWarning, "Alike", "it happened in way %d", i)
	}
	return eventually(ctx, "the events", func(ctx context.Context) (bool, error) {
		list, err := core.CoreV1().Events(space).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=happening"})
		if err != nil {
			return false, err
		}
		var same, joined int32
		for _, each := range list.Items {
			switch {
			case each.Reason == "Same":
				same = max(same, each.Count)
			case strings.HasPrefix(each.Message, "(combined from similar events)"):
				joined = max(joined, each.Count)
			}
		}
		return same == 3 && joined == 3, fmt.Errorf("%d events; the same one counts %d, the joined ones %d", len(list.Items), same, joined)
	})
}

func recordEvents(ctx context.Context, core kubernetes.Interface) error {
	regarded, err := newRegarded(ctx, core, "series")
	if err != nil {
		return err
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: core.EventsV1()})
	defer broadcaster.Shutdown()
	if err := broadcaster.StartRecordingToSinkWithContext(inner); err != nil {
		return err
	}
	recorder := broadcaster.NewRecorder(scheme.Scheme, "go-clients")
	told := func(count int) error {
		recorder.Eventf(regarded, nil, corev1.EventTypeNormal, "Again", "Checking", "it happened")
		return eventually(ctx, fmt.Sprintf("%d times in the series", count), func(ctx context.Context) (bool, error) {
			list, err := core.EventsV1().Events(space).List(ctx, metav1.ListOptions{FieldSelector: "regarding.name=series"})
			if err != nil || len(list.Items) != 1 {
				return false, errors.Join(err, fmt.Errorf("%d events", len(list.Items)))
			}
			series := list.Items[0].Series
			return count == 1 && series == nil || series != nil && series.Count == int32(count), fmt.Errorf("the series is %v", series)
		})
	}
	if err := errors.Join(told(1), told(2)); err != nil {
		return err
	}
	list, err := core.CoreV1().Events(space).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=series"})
	if err != nil {
		return err
	}
	if len(list.Items) != 1 || list.Items[0].Message != "it happened" || list.Items[0].ReportingController != "go-clients" {
		return fmt.Errorf("core/v1 shows %v", list.Items)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/features"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// follower is a running informer and what it said.
type follower struct {
	informer cache.SharedIndexInformer
	tally    *tally
	requests *recorder
	cable    *cable
}

// follow starts an informer on the objects of one label and waits until it knows the present ones.
func (s *scene) follow(ctx context.Context, resource schema.GroupVersionResource, check string) (*follower, error) {
	config, requests := recorded(s.config)
	config, wire := wired(config)
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, space, func(options *metav1.ListOptions) {
		options.LabelSelector = "check=" + check
	})
	f := &follower{factory.ForResource(resource).Informer(), newTally(), requests, wire}
	if _, err := f.informer.AddEventHandler(f.tally.handler()); err != nil {
		return nil, err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), f.informer.HasSynced) {
		return nil, fmt.Errorf("the informer does not sync: %w", ctx.Err())
	}
	return f, nil
}

// catchUp waits until the cache of the informer is what a list says, and its handlers were told.
func (f *follower) catchUp(ctx context.Context, client dynamic.ResourceInterface, check string) error {
	err := f.level(ctx, client, check)
	if err != nil {
		return err
	}
	return eventually(ctx, "the handlers to be told", func(context.Context) (bool, error) {
		added, deleted := f.tally.count()
		held := len(f.informer.GetStore().ListKeys())
		return added-deleted == held, fmt.Errorf("they were told of %d adds and %d deletes, the informer holds %d objects", added, deleted, held)
	})
}

// level waits until the cache of the informer is what a list says.
func (f *follower) level(ctx context.Context, client dynamic.ResourceInterface, check string) error {
	return eventually(ctx, "the informer to have caught up", func(ctx context.Context) (bool, error) {
		list, err := client.List(ctx, everything(check))
		if err != nil {
			return false, err
		}
		if cached := len(f.informer.GetStore().ListKeys()); cached != len(list.Items) {
			return false, fmt.Errorf("the informer holds %d objects, the list %d", cached, len(list.Items))
		}
		for i := range list.Items {
			each := &list.Items[i]
			held, isHeld, err := f.informer.GetStore().GetByKey(each.GetNamespace() + "/" + each.GetName())
			if err != nil || !isHeld {
				return false, fmt.Errorf("the informer does not hold %s: %w", each.GetName(), err)
			}
			if version := held.(*unstructured.Unstructured).GetResourceVersion(); version != each.GetResourceVersion() {
				return false, fmt.Errorf("the informer holds %s in version %s, the list in %s", each.GetName(), version, each.GetResourceVersion())
			}
		}
		return true, nil
	})
}

func checkInformers(ctx context.Context, r *report, s *scene) {
	r.check(ctx, "informer asks for a list as a watch", func(ctx context.Context) error {
		f, err := s.follow(ctx, externalNames, "one-watch")
		if err != nil {
			return err
		}
		if lists := f.requests.where(exchange.isList); len(lists) > 0 {
			return fmt.Errorf("it fell back to a list: %v", lists[0])
		}
		if watches := f.requests.where(exchange.isWatchList); len(watches) != 1 || watches[0].status != 200 {
			return fmt.Errorf("its watches are %v", watches)
		}
		note("informers speak %s", f.requests.all()[0].protocol)
		return s.metricsShowWatch(ctx)
	})
	r.check(ctx, "informer of the older sort lists and watches", func(ctx context.Context) error { return followByList(ctx, s) })
	r.check(ctx, "informer behind the aggregator asks for a list as a watch", func(ctx context.Context) error {
		f, err := s.follow(ctx, flunders, "one-watch")
		if err != nil {
			return err
		}
		if lists := f.requests.where(exchange.isList); len(lists) > 0 {
			return fmt.Errorf("it fell back to a list: %v", lists[0])
		}
		return nil
	})
	name := fmt.Sprintf("informer sees %d creates once each, over a graceful restart and a kill of the gateway", s.objects)
	if r.only.MatchString(name) {
		r.within(ctx, 3*time.Minute, name, func(ctx context.Context) error { return followManyCreates(ctx, s) })
	}
}

// metricsShowWatch asks the gateway itself whether a watch is open.
func (s *scene) metricsShowWatch(ctx context.Context) error {
	client, err := rest.UnversionedRESTClientFor(withCodec(s.config))
	if err != nil {
		return err
	}
	metrics, err := client.Get().AbsPath("/metrics").DoRaw(ctx)
	if err != nil {
		return err
	}
	return findMetric(string(metrics), "apiserver_longrunning_requests", `verb="WATCH"`, `resource="externalnames"`)
}

// listing are the features of client-go without lists as watches, which is how informers before 0.35 work.
type listing struct{ features.Gates }

// Enabled implements features.Gates.
func (g listing) Enabled(key features.Feature) bool {
	return key != features.WatchListClient && g.Gates.Enabled(key)
}

func followByList(ctx context.Context, s *scene) error {
	before := features.FeatureGates()
	features.ReplaceFeatureGates(listing{before})
	defer features.ReplaceFeatureGates(before)
	client := s.dynamic.Resource(externalNames).Namespace(space)
	if _, err := client.Create(ctx, newExternalName("listed", labelled("listed")), metav1.CreateOptions{}); err != nil {
		return err
	}
	f, err := s.follow(ctx, externalNames, "listed")
	if err != nil {
		return err
	}
	if lists := f.requests.where(exchange.isList); len(lists) != 1 {
		return fmt.Errorf("its lists are %v", lists)
	}
	if _, err := client.Patch(ctx, "listed", types.MergePatchType, []byte(`{"metadata":{"annotations":{"a":"b"}}}`), metav1.PatchOptions{}); err != nil {
		return err
	}
	if err := f.catchUp(ctx, client, "listed"); err != nil {
		return err
	}
	if err := client.Delete(ctx, "listed", metav1.DeleteOptions{}); err != nil {
		return err
	}
	return errors.Join(f.catchUp(ctx, client, "listed"), f.tally.verdict())
}

// followManyCreates creates objects from many sides while the gateway is restarted twice, and compares.
func followManyCreates(ctx context.Context, s *scene) error {
	client := s.dynamic.Resource(externalNames).Namespace(space)
	f, err := s.follow(ctx, externalNames, "load")
	if err != nil {
		return err
	}
	var made atomic.Int64
	var acknowledged sync.Map
	restarts := make(chan error, 1)
	go func() { restarts <- s.restartAt(ctx, &made) }()
	started := time.Now()
	err = inParallel(ctx, s.objects, func(ctx context.Context, i int) error {
		name := fmt.Sprintf("load-%05d", i)
		uid, err := createThrough(ctx, client, newExternalName(name, labelled("load")))
		if uid != "" {
			acknowledged.Store(name, uid)
		}
		made.Add(1)
		return err
	})
	if err = errors.Join(err, <-restarts); err != nil {
		return err
	}
	note("%d creates over two restarts took %.1f s", s.objects, time.Since(started).Seconds())
	if err := f.catchUp(ctx, client, "load"); err != nil {
		return err
	}
	note("the informer was level with the list after %.1f s; its requests were answered with %v", time.Since(started).Seconds(), f.requests.statuses())
	added, deleted := f.tally.count()
	err = errors.Join(f.tally.verdict(), equal("the number of adds", added, s.objects), equal("the number of deletes", deleted, 0))
	acknowledged.Range(func(name, uid any) bool {
		held, isHeld, _ := f.informer.GetStore().GetByKey(space + "/" + name.(string))
		if !isHeld || held.(*unstructured.Unstructured).GetUID() != uid {
			err = errors.Join(err, fmt.Errorf("%s was answered and is lost", name))
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	return s.missDeletes(ctx, client)
}

// restartAt restarts the gateway when a third and when two thirds of the objects are there.
func (s *scene) restartAt(ctx context.Context, made *atomic.Int64) error {
	for i, by := range []string{"stop", "kill"} {
		at := int64(s.objects * (i + 1) / 3)
		err := eventually(ctx, "enough objects for a restart", func(context.Context) (bool, error) { return made.Load() >= at, nil })
		if err == nil {
			err = s.restart(ctx, by)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// createThrough creates an object and tries again while the gateway is away. It gives the uid when the gateway answered with it.
func createThrough(ctx context.Context, client dynamic.ResourceInterface, object *unstructured.Unstructured) (types.UID, error) {
	for unanswered := false; ; {
		made, err := client.Create(ctx, object, metav1.CreateOptions{})
		var status apierrors.APIStatus
		switch {
		case err == nil:
			return made.GetUID(), nil
		case apierrors.IsAlreadyExists(err) && unanswered:
			// An earlier attempt went through and its answer was lost with the connection.
			return "", nil
		case errors.As(err, &status) && !apierrors.IsServiceUnavailable(err) && !apierrors.IsTooManyRequests(err):
			return "", err
		case ctx.Err() != nil:
			return "", err
		}
		unanswered = true
		time.Sleep(20 * time.Millisecond)
	}
}

// missDeletes cuts an informer off, deletes and changes objects, kills the gateway so that it forgets its history, and lets the
// informer back in. It is a new one: that of before has been turned away so often that it waits half a minute between attempts.
func (s *scene) missDeletes(ctx context.Context, client dynamic.ResourceInterface) error {
	const deletes, changes = 200, 100
	f, err := s.follow(ctx, externalNames, "load")
	if err != nil {
		return err
	}
	f.cable.cut()
	err = inParallel(ctx, deletes+changes, func(ctx context.Context, i int) error {
		name := fmt.Sprintf("load-%05d", i)
		if i < deletes {
			return client.Delete(ctx, name, metav1.DeleteOptions{})
		}
		_, err := client.Patch(ctx, name, types.MergePatchType, []byte(`{"spec":{"host":"changed.example.com"}}`), metav1.PatchOptions{})
		return err
	})
	if err == nil {
		err = s.restart(ctx, "kill")
	}
	if err != nil {
		return err
	}
	f.cable.mend()
	started := time.Now()
	if err := f.catchUp(ctx, client, "load"); err != nil {
		return err
	}
	note("the informer was level with the list %.1f s after it was let in again; its requests were answered with %v", time.Since(started).Seconds(), f.requests.statuses())
	_, deleted := f.tally.count()
	return errors.Join(f.tally.verdict(), equal("the number of deletes", deleted, deletes))
}

package main

import (
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/client-go/tools/cache"
)

// tally counts what an informer says of each object, and keeps what must not be.
type tally struct {
	mu       sync.Mutex
	added    map[string]int
	deleted  map[string]int
	versions map[string]string
	faults   []string
	updates  int
}

func newTally() *tally {
	return &tally{added: map[string]int{}, deleted: map[string]int{}, versions: map[string]string{}}
}

// handler is the tally as an informer wants it.
func (t *tally) handler() cache.ResourceEventHandler {
	return cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { t.see(object, t.added, "added") },
		UpdateFunc: func(old, changed any) {
			t.update(old.(*unstructured.Unstructured), changed.(*unstructured.Unstructured))
		},
		DeleteFunc: func(object any) {
			if last, isGone := object.(cache.DeletedFinalStateUnknown); isGone {
				object = last.Obj
			}
			t.see(object, t.deleted, "deleted")
		},
	}
}

func (t *tally) see(object any, counts map[string]int, what string) {
	seen := object.(*unstructured.Unstructured)
	t.mu.Lock()
	defer t.mu.Unlock()
	counts[seen.GetName()]++
	if counts[seen.GetName()] > 1 {
		t.faults = append(t.faults, fmt.Sprintf("%s was %s %d times", seen.GetName(), what, counts[seen.GetName()]))
	}
	t.versions[seen.GetName()] = seen.GetResourceVersion()
}

func (t *tally) update(old, changed *unstructured.Unstructured) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.updates++
	if old.GetUID() != changed.GetUID() {
		t.faults = append(t.faults, fmt.Sprintf("%s became another object", changed.GetName()))
	}
	if order, err := resourceversion.CompareResourceVersion(old.GetResourceVersion(), changed.GetResourceVersion()); err != nil || order > 0 {
		t.faults = append(t.faults, fmt.Sprintf("%s went back from version %s to %s", changed.GetName(), old.GetResourceVersion(), changed.GetResourceVersion()))
	}
	t.versions[changed.GetName()] = changed.GetResourceVersion()
}

// count gives how many objects were added and deleted.
func (t *tally) count() (added, deleted int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.added), len(t.deleted)
}

// verdict is the first fault, or nil.
func (t *tally) verdict() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.faults) == 0 {
		return nil
	}
	return fmt.Errorf("%d faults, the first one: %s", len(t.faults), t.faults[0])
}

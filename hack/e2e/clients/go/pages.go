package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/pager"
)

const (
	pageObjects = 400
	pageSize    = 37
)

// checkPages reads lists page by page while others write.
func checkPages(ctx context.Context, r *report, s *scene) {
	for _, of := range []subject{subjects[0], subjects[1]} {
		client := of.client(s.dynamic)
		r.check(ctx, "pages of "+of.resource.Resource+" are one snapshot while others write", func(ctx context.Context) error {
			if err := inParallel(ctx, pageObjects, func(ctx context.Context, i int) error {
				_, err := client.Create(ctx, of.object(fmt.Sprintf("page-%04d", i), labelled("pages")), metav1.CreateOptions{})
				return err
			}); err != nil {
				return err
			}
			return readSnapshot(ctx, of, client)
		})
		r.check(ctx, "pager reads "+of.resource.Resource+" to the end", func(ctx context.Context) error {
			read := pager.New(pager.SimplePageFunc(func(options metav1.ListOptions) (runtime.Object, error) { return client.List(ctx, options) }))
			read.PageSize = pageSize
			var names []string
			err := read.EachListItem(ctx, everything("pages"), func(object runtime.Object) error {
				accessor, err := meta.Accessor(object)
				if err == nil {
					names = append(names, accessor.GetName())
				}
				return err
			})
			if err != nil {
				return err
			}
			whole, err := client.List(ctx, everything("pages"))
			if err != nil {
				return err
			}
			if !slices.IsSorted(names) {
				return errors.New("the names are not in order")
			}
			return equal("the number of objects", len(names), len(whole.Items))
		})
		r.check(ctx, "pages of "+of.resource.Resource+" are cleared away", func(ctx context.Context) error {
			return client.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "check in (pages, changed)"})
		})
	}
}

// readSnapshot reads the first page, has others write until the last one is read, and compares with the state before.
func readSnapshot(ctx context.Context, of subject, client dynamic.ResourceInterface) error {
	before, err := client.List(ctx, everything("pages"))
	if err != nil {
		return err
	}
	options := everything("pages")
	options.Limit = pageSize
	page, err := client.List(ctx, options)
	if err != nil {
		return err
	}
	// Not by its context: a request that is given up may still be carried out.
	var done atomic.Bool
	var writers sync.WaitGroup
	var faults sync.Map
	for worker := range 4 {
		writers.Go(func() {
			if err := writeAmong(ctx, of, client, writer{worker, &done}); err != nil {
				faults.Store(worker, err)
			}
		})
	}
	items, version := page.Items, page.GetResourceVersion()
	for page.GetContinue() != "" && err == nil {
		options.Continue = page.GetContinue()
		if page, err = client.List(ctx, options); err == nil {
			items = append(items, page.Items...)
			err = equal("the resource version of a page", page.GetResourceVersion(), version)
		}
	}
	done.Store(true)
	writers.Wait()
	faults.Range(func(_, fault any) bool { err = errors.Join(err, fault.(error)); return true })
	if err != nil {
		return err
	}
	if err := equal("the number of objects on all pages", len(items), len(before.Items)); err != nil {
		return err
	}
	for i := range items {
		got, want := items[i].GetName()+" "+items[i].GetResourceVersion(), before.Items[i].GetName()+" "+before.Items[i].GetResourceVersion()
		if got != want {
			return fmt.Errorf("object %d is %s, want %s", i, got, want)
		}
	}
	return nil
}

// writer is one of four that share the objects, until they are done.
type writer struct {
	number int
	done   *atomic.Bool
}

// writeAmong makes new objects between the old ones, changes some and deletes others, from the end, where no page has been yet.
func writeAmong(ctx context.Context, of subject, client dynamic.ResourceInterface, w writer) error {
	for i := pageObjects - 1 - w.number; i > 0 && !w.done.Load(); i -= 4 {
		name := fmt.Sprintf("page-%04d", i)
		_, err := client.Create(ctx, of.object(name+"-between", labelled("pages")), metav1.CreateOptions{})
		if i%2 == 0 {
			err = errors.Join(err, client.Delete(ctx, name, metav1.DeleteOptions{}))
		} else {
			_, patchErr := client.Patch(ctx, name, types.MergePatchType, []byte(`{"metadata":{"labels":{"check":"changed"}}}`), metav1.PatchOptions{})
			err = errors.Join(err, patchErr)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inParallel does something for each number below a count, a few at a time, until the first error.
func inParallel(ctx context.Context, count int, do func(ctx context.Context, i int) error) error {
	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range 32 {
		workers.Go(func() {
			for i := range numbers {
				if err := do(inner, i); err != nil {
					stop(err)
				}
			}
		})
	}
	for i := range count {
		select {
		case numbers <- i:
		case <-inner.Done():
		}
	}
	close(numbers)
	workers.Wait()
	return context.Cause(inner)
}

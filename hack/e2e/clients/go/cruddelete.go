package main

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

func (c *crud) finalize(ctx context.Context) error {
	wanted := c.subject.object(c.name("held"), labelled("held"))
	wanted.SetFinalizers([]string{"example.com/hold"})
	if _, err := c.client.Create(ctx, wanted, metav1.CreateOptions{}); err != nil {
		return err
	}
	if err := c.client.Delete(ctx, wanted.GetName(), metav1.DeleteOptions{}); err != nil {
		return err
	}
	held, err := c.client.Get(ctx, wanted.GetName(), metav1.GetOptions{})
	if err != nil {
		return err
	}
	if held.GetDeletionTimestamp() == nil {
		return errors.New("it has no deletionTimestamp")
	}
	if _, err := c.client.Patch(ctx, wanted.GetName(), types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{}); err != nil {
		return err
	}
	return c.goes(ctx, wanted.GetName())
}

func (c *crud) delete(ctx context.Context) error {
	name, wrong := c.object.GetName(), types.UID("00000000-0000-0000-0000-000000000000")
	if err := c.client.Delete(ctx, name, metav1.DeleteOptions{DryRun: []string{metav1.DryRunAll}}); err != nil {
		return err
	}
	if err := c.client.Delete(ctx, name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &wrong}}); !apierrors.IsConflict(err) {
		return fmt.Errorf("a delete of another uid: want Conflict, got %v", err)
	}
	old := "1"
	if err := c.client.Delete(ctx, name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{ResourceVersion: &old}}); !apierrors.IsConflict(err) {
		return fmt.Errorf("a delete of an old version: want Conflict, got %v", err)
	}
	uid := c.object.GetUID()
	if err := c.client.Delete(ctx, name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}}); err != nil {
		return err
	}
	return c.goes(ctx, name)
}

func (c *crud) deleteCollection(ctx context.Context) error {
	for _, word := range []string{"one", "two", "three"} {
		wanted := c.subject.object(c.name("many-"+word), map[string]any{"check": "many", "keep": fmt.Sprint(word == "three")})
		if _, err := c.client.Create(ctx, wanted, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	err := c.client.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "check=many,keep=false"})
	if c.resource == namespaces {
		// Kubernetes does not let anybody delete many namespaces at once.
		if !apierrors.IsMethodNotSupported(err) {
			return fmt.Errorf("want MethodNotAllowed, got %v", err)
		}
		for _, word := range []string{"one", "two"} {
			err = errors.Join(c.client.Delete(ctx, c.name("many-"+word), metav1.DeleteOptions{}))
		}
	}
	if err != nil {
		return err
	}
	err = eventually(ctx, "the two to go", func(ctx context.Context) (bool, error) {
		left, err := c.client.List(ctx, everything("many"))
		return err == nil && len(left.Items) == 1 && left.Items[0].GetName() == c.name("many-three"), err
	})
	// An APIService whose service nobody runs would keep every namespace from going.
	return errors.Join(err, c.client.Delete(ctx, c.name("many-three"), metav1.DeleteOptions{}))
}

// goes waits until an object is gone.
func (c *crud) goes(ctx context.Context, name string) error { return untilGone(ctx, c.client, name) }

// untilGone waits until an object is gone: a namespace takes with it what is in it.
func untilGone(ctx context.Context, client dynamic.ResourceInterface, name string) error {
	return eventually(ctx, name+" to go", func(ctx context.Context) (bool, error) {
		_, err := client.Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	configurations "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
)

// checkApply tries server-side apply and strategic merge patches where OpenAPI says that they are served, or where it is told to.
func checkApply(ctx context.Context, r *report, s *scene) {
	client, err := discovery.NewDiscoveryClientForConfig(s.config)
	if err != nil {
		panic(err)
	}
	for _, of := range subjects {
		served, err := patchTypes(client.OpenAPIV3(), of.resource)
		if err != nil {
			r.check(ctx, "patch types of "+of.resource.Resource, func(context.Context) error { return err })
			continue
		}
		for _, each := range []struct {
			patchType types.PatchType
			run       func(context.Context, subject, dynamic.ResourceInterface) error
		}{
			{types.ApplyPatchType, applyAsTwo},
			{types.StrategicMergePatchType, mergeStrategically},
		} {
			name := fmt.Sprintf("%s to %s", strings.TrimPrefix(string(each.patchType), "application/"), of.resource.Resource)
			switch {
			case s.apply == "off":
				r.skip(name, "-apply=off")
			case s.apply == "auto" && !served[string(each.patchType)]:
				r.skip(name, "OpenAPI does not list it; -apply=on tries it all the same")
			default:
				r.check(ctx, name, func(ctx context.Context) error { return each.run(ctx, of, of.client(s.dynamic)) })
			}
		}
	}
	name := "apply-patch+yaml by the typed core client"
	if served, err := patchTypes(client.OpenAPIV3(), namespaces); s.apply != "on" && (s.apply == "off" || err != nil || !served[string(types.ApplyPatchType)]) {
		r.skip(name, "OpenAPI does not list it; -apply=on tries it all the same")
		return
	}
	r.check(ctx, name, func(ctx context.Context) error {
		wanted := configurations.Namespace("applied-typed").WithLabels(map[string]string{"a": "b"})
		made, err := s.core.CoreV1().Namespaces().Apply(ctx, wanted, metav1.ApplyOptions{FieldManager: "typed"})
		if err != nil {
			return err
		}
		owned, err := configurations.ExtractNamespace(made, "typed")
		if err != nil {
			return err
		}
		return errors.Join(equal("what the manager owns", owned.Labels["a"], "b"), s.core.CoreV1().Namespaces().Delete(ctx, "applied-typed", metav1.DeleteOptions{}))
	})
}

// applyAsTwo has two managers apply one object: they share it, get in each other's way, and one takes over.
func applyAsTwo(ctx context.Context, of subject, client dynamic.ResourceInterface) error {
	name := of.name("applied")
	wanted := func(label, value string) *unstructured.Unstructured {
		object := of.object(name, map[string]any{label: value})
		return object
	}
	made, err := client.Apply(ctx, name, wanted("a", "1"), metav1.ApplyOptions{FieldManager: "first"})
	if err != nil {
		return err
	}
	fields := made.GetManagedFields()
	if len(fields) == 0 || fields[0].Manager != "first" || fields[0].Operation != metav1.ManagedFieldsOperationApply {
		return fmt.Errorf("managedFields are %v", fields)
	}
	if _, err := client.Apply(ctx, name, wanted("b", "1"), metav1.ApplyOptions{FieldManager: "second"}); err != nil {
		return fmt.Errorf("the same values by a second manager: %w", err)
	}
	_, err = client.Apply(ctx, name, wanted("a", "2"), metav1.ApplyOptions{FieldManager: "second"})
	if !apierrors.IsConflict(err) || !apierrors.HasStatusCause(err, metav1.CauseTypeFieldManagerConflict) {
		return fmt.Errorf("another value by the second manager: want Conflict with a cause, got %v", err)
	}
	forced, err := client.Apply(ctx, name, wanted("a", "2"), metav1.ApplyOptions{FieldManager: "second", Force: true})
	if err != nil {
		return err
	}
	if labels := forced.GetLabels(); labels["a"] != "2" || labels["b"] != "" {
		return fmt.Errorf("the labels are %v: what the second manager does not name any more has to go", labels)
	}
	return client.Delete(ctx, name, metav1.DeleteOptions{})
}

// mergeStrategically merges the list of finalizers by its strategy, which a JSON merge patch would replace.
func mergeStrategically(ctx context.Context, of subject, client dynamic.ResourceInterface) error {
	name := of.name("strategic")
	wanted := of.object(name, labelled("strategic"))
	wanted.SetFinalizers([]string{"example.com/one"})
	if _, err := client.Create(ctx, wanted, metav1.CreateOptions{}); err != nil {
		return err
	}
	patched, err := client.Patch(ctx, name, types.StrategicMergePatchType, []byte(`{"metadata":{"finalizers":["example.com/two"]}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if got := patched.GetFinalizers(); len(got) != 2 {
		return fmt.Errorf("the finalizers are %v", got)
	}
	patched, err = client.Patch(ctx, name, types.StrategicMergePatchType, []byte(`{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/one","example.com/two"]}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if got := patched.GetFinalizers(); len(got) != 0 {
		return fmt.Errorf("the finalizers are %v", got)
	}
	return client.Delete(ctx, name, metav1.DeleteOptions{})
}

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
)

func (c *crud) update(ctx context.Context) error {
	before := c.object.DeepCopy()
	if err := c.change(c.object, "changed-1"); err != nil {
		return err
	}
	updated, err := c.client.Update(ctx, c.object, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	if updated.GetResourceVersion() == before.GetResourceVersion() {
		return errors.New("the resource version did not change")
	}
	if err := holds(updated, c.field, "changed-1"); err != nil {
		return err
	}
	same, err := c.client.Update(ctx, updated, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	if err := equal("the resource version after an update without a change", same.GetResourceVersion(), updated.GetResourceVersion()); err != nil {
		return err
	}
	if _, err = c.client.Update(ctx, before, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		return fmt.Errorf("an update of an old version: want Conflict, got %v", err)
	}
	c.object = updated
	return nil
}

func (c *crud) mergePatch(ctx context.Context) error {
	return c.patch(ctx, types.MergePatchType, func(value string) string {
		return nest(c.field, fmt.Sprintf("%q", value))
	})
}

func (c *crud) jsonPatch(ctx context.Context) error {
	pointer := "/" + strings.Join(c.field, "/")
	err := c.patch(ctx, types.JSONPatchType, func(value string) string {
		return fmt.Sprintf(`[{"op":"replace","path":%q,"value":%q}]`, pointer, value)
	})
	if err != nil {
		return err
	}
	failing := fmt.Sprintf(`[{"op":"test","path":%q,"value":"no"}]`, pointer)
	_, err = c.client.Patch(ctx, c.object.GetName(), types.JSONPatchType, []byte(failing), metav1.PatchOptions{})
	if !apierrors.IsInvalid(err) {
		return fmt.Errorf("a test that fails: want Invalid, got %v", err)
	}
	return nil
}

// patchValues are what the patches of one type write.
var patchValues = map[types.PatchType]string{types.MergePatchType: "by-merge", types.JSONPatchType: "by-json", types.StrategicMergePatchType: "by-strategic"}

// patch tries a patch type with what every one of them has to do.
func (c *crud) patch(ctx context.Context, patchType types.PatchType, to func(value string) string) error {
	name, value := c.object.GetName(), patchValues[patchType]
	patched, err := c.client.Patch(ctx, name, patchType, []byte(to(value)), metav1.PatchOptions{FieldManager: "go"})
	if err != nil {
		return err
	}
	if err := holds(patched, c.field, value); err != nil {
		return err
	}
	again, err := c.client.Patch(ctx, name, patchType, []byte(to(value)), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if err := equal("the resource version after a patch without a change", again.GetResourceVersion(), patched.GetResourceVersion()); err != nil {
		return err
	}
	dry, err := c.client.Patch(ctx, name, patchType, []byte(to("dry")), metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil {
		return err
	}
	if err := holds(dry, c.field, "dry"); err != nil {
		return err
	}
	if _, err = c.client.Patch(ctx, c.name("missing"), patchType, []byte(to("x")), metav1.PatchOptions{}); !apierrors.IsNotFound(err) {
		return fmt.Errorf("a patch of what is not there: want NotFound, got %v", err)
	}
	if _, err = c.client.Patch(ctx, name, patchType, []byte("{"), metav1.PatchOptions{}); !apierrors.IsBadRequest(err) {
		return fmt.Errorf("a patch that is not JSON: want BadRequest, got %v", err)
	}
	c.object, err = c.client.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	return holds(c.object, c.field, value)
}

func (c *crud) writeStatus(ctx context.Context) error {
	name := c.object.GetName()
	if c.subject.status != nil {
		changed := c.object.DeepCopy()
		if err := unstructured.SetNestedField(changed.Object, "Ready", c.subject.status...); err != nil {
			return err
		}
		updated, err := c.client.UpdateStatus(ctx, changed, metav1.UpdateOptions{})
		if err != nil {
			return err
		}
		if err := holds(updated, c.subject.status, "Ready"); err != nil {
			return err
		}
		updated, err = c.client.Patch(ctx, name, types.MergePatchType, []byte(nest(c.subject.status, `"No"`)), metav1.PatchOptions{})
		if err != nil {
			return err
		}
		if err := holds(updated, c.subject.status, "Ready"); err != nil {
			return fmt.Errorf("a patch of the object: %w", err)
		}
		c.object = updated
	}
	if c.spec == nil {
		return nil
	}
	before, _, _ := unstructured.NestedString(c.object.Object, c.spec...)
	updated, err := c.client.Patch(ctx, name, types.MergePatchType, []byte(nest(c.spec, `"through-status"`)), metav1.PatchOptions{}, "status")
	if err != nil {
		return err
	}
	c.object = updated
	return holds(updated, c.spec, before)
}

func (c *crud) change(object *unstructured.Unstructured, value string) error {
	return unstructured.SetNestedField(object.Object, value, c.field...)
}

func holds(object *unstructured.Unstructured, path []string, want string) error {
	got, _, err := unstructured.NestedString(object.Object, path...)
	if err != nil {
		return err
	}
	return equal(strings.Join(path, "."), got, want)
}

// nest writes a JSON value below a path of fields.
func nest(path []string, value string) string {
	for i := len(path) - 1; i >= 0; i-- {
		value = fmt.Sprintf("{%q:%s}", path[i], value)
	}
	return value
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// subject is a kind on which every verb is tried.
type subject struct {
	resource schema.GroupVersionResource
	object   func(name string, labels map[string]any) *unstructured.Unstructured
	// name makes a valid name out of a word.
	name func(word string) string
	// field is changed by updates and patches. For an APIService it is one that its controller does not look at, because the
	// controller's own writes would come in between.
	field []string
	// spec is a field that a write of the status must leave alone, and status one that it may change; nil where there is none.
	spec, status []string
}

func (s subject) client(from dynamic.Interface) dynamic.ResourceInterface {
	if s.object("x", nil).GetNamespace() != "" {
		return from.Resource(s.resource).Namespace(space)
	}
	return from.Resource(s.resource)
}

var subjects = []subject{
	{externalNames, newExternalName, plainName, []string{"spec", "host"}, nil, nil},
	{flunders, newFlunder, plainName, []string{"spec", "reference"}, []string{"spec", "reference"}, []string{"status", "phase"}},
	{namespaces, newNamespace, plainName, []string{"metadata", "annotations", "said"}, nil, nil},
	{apiServices, newAPIService, versionName, []string{"metadata", "annotations", "said"}, []string{"spec", "service", "name"}, nil},
}

func plainName(word string) string   { return word }
func versionName(word string) string { return "v1." + word + ".example.com" }

// crud is the life of one object.
type crud struct {
	subject
	client dynamic.ResourceInterface
	object *unstructured.Unstructured
}

func checkDynamic(ctx context.Context, r *report, s *scene) {
	for _, each := range subjects {
		c := &crud{subject: each, client: each.client(s.dynamic)}
		steps := []struct {
			name string
			run  func(context.Context) error
		}{
			{"create, dry and for good", c.create},
			{"create with a generated name", c.createGenerated},
			{"get and list by selectors", c.read},
			{"update, without a change, and in conflict", c.update},
			{"merge patch", c.mergePatch},
			{"JSON patch", c.jsonPatch},
			{"status", c.writeStatus},
			{"table", func(ctx context.Context) error { return c.table(ctx, s) }},
			{"finalizers hold an object back", c.finalize},
			{"delete, dry, with preconditions and for good", c.delete},
			{"deletecollection", c.deleteCollection},
		}
		for _, step := range steps {
			r.check(ctx, fmt.Sprintf("dynamic %s %s", each.resource.Resource, step.name), step.run)
		}
	}
}

func (c *crud) create(ctx context.Context) error {
	wanted := c.subject.object(c.name("crud"), labelled("crud"))
	dry, err := c.client.Create(ctx, wanted, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil {
		return err
	}
	if dry.GetUID() == "" {
		return errors.New("the answer to a dry run has no uid")
	}
	if _, err := c.client.Get(ctx, wanted.GetName(), metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return fmt.Errorf("a dry run made the object: %v", err)
	}
	if c.object, err = c.client.Create(ctx, wanted, metav1.CreateOptions{FieldManager: "go", FieldValidation: "Strict"}); err != nil {
		return err
	}
	created := c.object.GetCreationTimestamp()
	if c.object.GetUID() == "" || c.object.GetResourceVersion() == "" || created.IsZero() {
		return fmt.Errorf("metadata is not filled: %v", c.object.Object["metadata"])
	}
	if err := equal("the kind", c.object.GroupVersionKind(), wanted.GroupVersionKind()); err != nil {
		return err
	}
	_, err = c.client.Create(ctx, wanted, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("creating it again: want AlreadyExists, got %v", err)
	}
	return c.settle(ctx)
}

// settle waits until the controller of APIServices has said what it has to say.
func (c *crud) settle(ctx context.Context) error {
	if c.resource != apiServices {
		return nil
	}
	return eventually(ctx, "the conditions", func(ctx context.Context) (bool, error) {
		var err error
		c.object, err = c.client.Get(ctx, c.object.GetName(), metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		conditions, _, _ := unstructured.NestedSlice(c.object.Object, "status", "conditions")
		return len(conditions) > 0, nil
	})
}

func (c *crud) createGenerated(ctx context.Context) error {
	wanted := c.subject.object("", labelled("generated"))
	wanted.SetName("")
	wanted.SetGenerateName("made-")
	if c.resource == apiServices {
		// Its name follows from its spec, so a generated one cannot be right; it has to be refused as invalid.
		if _, err := c.client.Create(ctx, wanted, metav1.CreateOptions{}); !apierrors.IsInvalid(err) {
			return fmt.Errorf("want Invalid, got %v", err)
		}
		return nil
	}
	made, err := c.client.Create(ctx, wanted, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if !strings.HasPrefix(made.GetName(), "made-") || len(made.GetName()) != len("made-")+5 {
		return fmt.Errorf("the name is %s", made.GetName())
	}
	return c.client.Delete(ctx, made.GetName(), metav1.DeleteOptions{})
}

func (c *crud) read(ctx context.Context) error {
	got, err := c.client.Get(ctx, c.object.GetName(), metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := equal("the uid", got.GetUID(), c.object.GetUID()); err != nil {
		return err
	}
	for _, options := range []metav1.ListOptions{
		everything("crud"),
		{LabelSelector: "check in (crud, x), !other"},
		{FieldSelector: "metadata.name=" + c.object.GetName()},
		{FieldSelector: "metadata.name=" + c.object.GetName(), LabelSelector: "check", ResourceVersion: "0"},
		{FieldSelector: "metadata.name=" + c.object.GetName(), ResourceVersion: c.object.GetResourceVersion(), ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan},
	} {
		list, err := c.client.List(ctx, options)
		if err != nil {
			return err
		}
		if len(list.Items) != 1 || list.Items[0].GetName() != c.object.GetName() {
			return fmt.Errorf("%v gives %d objects", options, len(list.Items))
		}
		if err := equal("the kind of the list", list.GetKind(), c.object.GetKind()+"List"); err != nil {
			return err
		}
	}
	none, err := c.client.List(ctx, metav1.ListOptions{LabelSelector: "check notin (crud), check"})
	if err != nil {
		return err
	}
	for _, each := range none.Items {
		if each.GetName() == c.object.GetName() {
			return errors.New("notin gives the object that it excludes")
		}
	}
	return nil
}

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
	return eventually(ctx, "the two to go", func(ctx context.Context) (bool, error) {
		left, err := c.client.List(ctx, everything("many"))
		return err == nil && len(left.Items) == 1 && left.Items[0].GetName() == c.name("many-three"), err
	})
}

// goes waits until an object is gone.
func (c *crud) goes(ctx context.Context, name string) error {
	return eventually(ctx, name+" to go", func(ctx context.Context) (bool, error) {
		_, err := c.client.Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
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

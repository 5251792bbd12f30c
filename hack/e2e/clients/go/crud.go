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

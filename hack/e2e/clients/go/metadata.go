package main

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// table asks for what kubectl get shows.
func (c *crud) table(ctx context.Context, s *scene) error {
	config := rest.CopyConfig(s.config)
	version := c.resource.GroupVersion()
	config.GroupVersion, config.APIPath = &version, "/apis"
	if version.Group == "" {
		config.APIPath = "/api"
	}
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	config.AcceptContentTypes = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return err
	}
	var table metav1.Table
	err = client.Get().Resource(c.resource.Resource).NamespaceIfScoped(space, c.object.GetNamespace() != "").
		Param("labelSelector", "check=crud").Do(ctx).Into(&table)
	if err != nil {
		return err
	}
	if err := equal("the number of rows", len(table.Rows), 1); err != nil {
		return err
	}
	if err := equal("the number of cells", len(table.Rows[0].Cells), len(table.ColumnDefinitions)); err != nil {
		return err
	}
	if err := equal("the first column", table.ColumnDefinitions[0].Name, "Name"); err != nil {
		return err
	}
	var partial metav1.PartialObjectMetadata
	if err := runtime.DecodeInto(scheme.Codecs.UniversalDeserializer(), table.Rows[0].Object.Raw, &partial); err != nil {
		return err
	}
	return equal("the uid in the row", partial.UID, c.object.GetUID())
}

// checkMetadata uses the clients that see no more of an object than its metadata; they ask for protobuf first.
func checkMetadata(ctx context.Context, r *report, s *scene) {
	client, err := metadata.NewForConfig(s.config)
	if err != nil {
		panic(err)
	}
	for _, each := range subjects {
		r.check(ctx, "metadata client on "+each.resource.Resource, func(ctx context.Context) error {
			name := each.name("partial")
			if _, err := each.client(s.dynamic).Create(ctx, each.object(name, labelled("partial")), metav1.CreateOptions{}); err != nil {
				return err
			}
			return useMetadata(ctx, client, each, name)
		})
	}
}

func useMetadata(ctx context.Context, from metadata.Interface, of subject, name string) error {
	var client metadata.ResourceInterface = from.Resource(of.resource)
	if of.object("x", nil).GetNamespace() != "" {
		client = from.Resource(of.resource).Namespace(space)
	}
	got, err := client.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	list, err := client.List(ctx, everything("partial"))
	if err != nil {
		return err
	}
	if len(list.Items) != 1 || list.Items[0].UID != got.UID {
		return fmt.Errorf("the list holds %d objects", len(list.Items))
	}
	factory := metadatainformer.NewFilteredSharedInformerFactory(from, 0, metav1.NamespaceAll, func(options *metav1.ListOptions) {
		options.LabelSelector = "check=partial"
	})
	informer := factory.ForResource(of.resource).Informer()
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	factory.Start(inner.Done())
	if !cache.WaitForCacheSync(inner.Done(), informer.HasSynced) {
		return fmt.Errorf("the informer does not sync: %w", inner.Err())
	}
	patched, err := client.Patch(ctx, name, types.MergePatchType, []byte(`{"metadata":{"annotations":{"a":"b"}}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if err := equal("the annotation", patched.Annotations["a"], "b"); err != nil {
		return err
	}
	err = eventually(ctx, "the change in the informer", func(context.Context) (bool, error) {
		for _, each := range informer.GetStore().List() {
			if each.(*metav1.PartialObjectMetadata).Annotations["a"] == "b" {
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	if err := client.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	return eventually(ctx, "the informer to be empty", func(context.Context) (bool, error) {
		return len(informer.GetStore().List()) == 0, nil
	})
}

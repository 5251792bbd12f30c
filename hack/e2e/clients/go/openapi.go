package main

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/openapi"
	"k8s.io/client-go/openapi3"
	"k8s.io/kube-openapi/pkg/util/proto"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

func checkOpenAPI(ctx context.Context, r *report, s *scene) {
	client, err := discovery.NewDiscoveryClientForConfig(s.config)
	if err != nil {
		panic(err)
	}
	kinds := []schema.GroupVersionKind{
		namespaces.GroupVersion().WithKind("Namespace"),
		apiServices.GroupVersion().WithKind("APIService"),
		externalNames.GroupVersion().WithKind("ExternalName"),
		flunders.GroupVersion().WithKind("Flunder"),
	}
	r.check(ctx, "OpenAPI v3 describes every kind", func(context.Context) error {
		root := openapi3.NewRoot(client.OpenAPIV3())
		versions, err := root.GroupVersions()
		if err != nil {
			return err
		}
		for _, version := range versions {
			if _, err := root.GVSpec(version); err != nil {
				return fmt.Errorf("%s: %w", version, err)
			}
		}
		for _, kind := range kinds {
			document, err := root.GVSpec(kind.GroupVersion())
			if err != nil {
				return err
			}
			if !describesKind(document.Components.Schemas, kind) {
				return fmt.Errorf("no schema has %s as its kind", kind)
			}
		}
		return nil
	})
	r.check(ctx, "OpenAPI v2 in protobuf gives a schema of every kind", func(context.Context) error {
		document, err := client.OpenAPISchema()
		if err != nil {
			return err
		}
		models, err := proto.NewOpenAPIData(document)
		if err != nil {
			return err
		}
		parser, err := managedfields.NewGVKParser(models, false)
		if err != nil {
			return err
		}
		for _, kind := range kinds {
			if parser.Type(kind) == nil && kind.Group == flunders.Group {
				return notServed{"OpenAPI v2 does not hold the kinds of services"}
			}
			if parser.Type(kind) == nil {
				return fmt.Errorf("no definition has %s as its kind", kind)
			}
		}
		return nil
	})
}

// patchTypes gives the media types of patches that OpenAPI lists for a resource.
func patchTypes(client openapi.Client, resource schema.GroupVersionResource) (map[string]bool, error) {
	document, err := openapi3.NewRoot(client).GVSpec(resource.GroupVersion())
	if err != nil {
		return nil, err
	}
	types := map[string]bool{}
	for path, item := range document.Paths.Paths {
		if item.Patch == nil || item.Patch.RequestBody == nil || !strings.HasSuffix(path, "/"+resource.Resource+"/{name}") {
			continue
		}
		for mediaType := range item.Patch.RequestBody.Content {
			types[mediaType] = true
		}
	}
	return types, nil
}

// describesKind says whether one of the schemas is marked as that of a kind.
func describesKind(schemas map[string]*spec.Schema, kind schema.GroupVersionKind) bool {
	for _, each := range schemas {
		marks, _ := each.Extensions["x-kubernetes-group-version-kind"].([]any)
		for _, mark := range marks {
			fields, _ := mark.(map[string]any)
			if fields["group"] == kind.Group && fields["version"] == kind.Version && fields["kind"] == kind.Kind {
				return true
			}
		}
	}
	return false
}

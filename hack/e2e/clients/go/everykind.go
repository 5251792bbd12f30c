package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
	aggregated "k8s.io/kube-aggregator/pkg/client/informers/externalversions"
)

// untyped are the groups for which neither client-go nor kube-aggregator has types.
var untyped = []string{externalNames.Group, flunders.Group, "apiextensions.k8s.io"}

// kindInformers makes an informer on any resource, or nil where it knows no type for it.
type kindInformers func(schema.GroupVersionResource) cache.SharedIndexInformer

// checkEveryKind starts an informer on everything that can be watched, as each sort of informer does it.
func checkEveryKind(ctx context.Context, r *report, s *scene) {
	for _, mode := range []struct {
		name string
		// accept is the media type of all answers, without its parameters.
		accept string
		config *rest.Config
		make   func(*rest.Config) (kindInformers, error)
	}{
		{"typed, in protobuf", runtime.ContentTypeProtobuf, s.config, typedInformers},
		{"typed, in JSON", runtime.ContentTypeJSON, withContentType(s.config, runtime.ContentTypeJSON), typedInformers},
		{"dynamic", runtime.ContentTypeJSON, s.config, dynamicInformers},
		{"of metadata", runtime.ContentTypeProtobuf, s.config, metadataInformers},
	} {
		r.check(ctx, "informers on every kind, "+mode.name, func(ctx context.Context) error {
			config, seen := recorded(mode.config)
			build, err := mode.make(config)
			if err != nil {
				return err
			}
			if err := s.followEveryKind(ctx, build); err != nil {
				return err
			}
			if lists := seen.where(exchange.isList); len(lists) > 0 {
				return fmt.Errorf("an informer fell back to a list: %v", lists[0])
			}
			return answeredInKind(seen, mode.accept)
		})
	}
}

func (s *scene) followEveryKind(ctx context.Context, build kindInformers) error {
	resources, err := s.watchable()
	if err != nil {
		return err
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	running := map[string]cache.SharedIndexInformer{}
	for _, each := range resources {
		informer := build(each)
		switch {
		case informer != nil:
			running[each.String()] = informer
			go informer.RunWithContext(inner)
		case !slices.Contains(untyped, each.Group):
			err = errors.Join(err, fmt.Errorf("there is no informer on %s", each))
		}
	}
	if err != nil {
		return err
	}
	if len(running) < 20 {
		return fmt.Errorf("only %d kinds can be watched", len(running))
	}
	note("informers on %d of %d kinds", len(running), len(resources))
	return eventually(inner, "the informers to sync", func(context.Context) (bool, error) {
		var behind []string
		for name, informer := range running {
			if !informer.HasSynced() {
				behind = append(behind, name)
			}
		}
		return len(behind) == 0, fmt.Errorf("those on %s do not", strings.Join(behind, "; "))
	})
}

// watchable are the resources of which discovery says that they can be watched.
func (s *scene) watchable() ([]schema.GroupVersionResource, error) {
	client, err := discovery.NewDiscoveryClientForConfig(s.config)
	if err != nil {
		return nil, err
	}
	lists, err := client.ServerPreferredResources()
	if err != nil && !discovery.IsGroupDiscoveryFailedError(err) {
		return nil, err
	}
	var found []schema.GroupVersionResource
	for _, list := range discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list", "watch"}}, lists) {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return nil, err
		}
		for _, each := range list.APIResources {
			found = append(found, version.WithResource(each.Name))
		}
	}
	return found, nil
}

func typedInformers(config *rest.Config) (kindInformers, error) {
	core, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	services, err := aggregator.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	factory := informers.NewSharedInformerFactory(core, 0)
	registered := aggregated.NewSharedInformerFactory(services, 0)
	return func(resource schema.GroupVersionResource) cache.SharedIndexInformer {
		if generic, err := factory.ForResource(resource); err == nil {
			return generic.Informer()
		}
		if generic, err := registered.ForResource(resource); err == nil {
			return generic.Informer()
		}
		return nil
	}, nil
}

func dynamicInformers(config *rest.Config) (kindInformers, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	factory := dynamicinformer.NewDynamicSharedInformerFactory(client, 0)
	return func(resource schema.GroupVersionResource) cache.SharedIndexInformer {
		return factory.ForResource(resource).Informer()
	}, nil
}

func metadataInformers(config *rest.Config) (kindInformers, error) {
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	factory := metadatainformer.NewFilteredSharedInformerFactory(client, 0, metav1.NamespaceAll, nil)
	return func(resource schema.GroupVersionResource) cache.SharedIndexInformer {
		// What the example service answers is its own affair.
		if resource.Group == flunders.Group {
			return nil
		}
		return factory.ForResource(resource).Informer()
	}, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/disk"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
)

func checkKubeconfig(ctx context.Context, r *report, s *scene) {
	r.check(ctx, "kubeconfig loads by the rules that kubectl uses", func(context.Context) error {
		rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: s.kubeconfig}
		loaded := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, nil)
		raw, err := loaded.RawConfig()
		if err != nil {
			return err
		}
		if err := clientcmd.ConfirmUsable(raw, raw.CurrentContext); err != nil {
			return err
		}
		config, err := loaded.ClientConfig()
		if err != nil {
			return err
		}
		if config.Insecure || len(config.CAData) == 0 && config.CAFile == "" {
			return errors.New("the kubeconfig does not name the authority of the server")
		}
		client, err := discovery.NewDiscoveryClientForConfig(config)
		if err != nil {
			return err
		}
		version, err := client.ServerVersion()
		if err != nil {
			return err
		}
		note("server version %s", version.GitVersion)
		return equal("the major version", version.Major, "1")
	})
	r.check(ctx, "kubeconfig without its authority is refused by the client", func(context.Context) error {
		config := *s.config
		config.CAData, config.CAFile = nil, ""
		client, err := discovery.NewDiscoveryClientForConfig(&config)
		if err != nil {
			return err
		}
		if _, err = client.ServerVersion(); err == nil || !strings.Contains(err.Error(), "certificate") {
			return fmt.Errorf("want an error of the certificate, got %v", err)
		}
		return nil
	})
}

func checkDiscovery(ctx context.Context, r *report, s *scene) {
	r.check(ctx, "discovery aggregated asks once for each of /api and /apis", func(context.Context) error {
		config, seen := recorded(s.config)
		client, err := discovery.NewDiscoveryClientForConfig(config)
		if err != nil {
			return err
		}
		groups, resources, failed, err := client.GroupsAndMaybeResources()
		if err != nil || len(failed) > 0 {
			return fmt.Errorf("%v, %v", err, failed)
		}
		if resources == nil {
			return errors.New("the answer was not aggregated")
		}
		if err := equal("the number of requests", len(seen.all()), 2); err != nil {
			return err
		}
		var missing []string
		for _, name := range []string{"", "apiregistration.k8s.io", "coordination.k8s.io", "rbac.authorization.k8s.io", "service.grafana.app"} {
			if !slices.ContainsFunc(groups.Groups, func(group metav1.APIGroup) bool { return group.Name == name }) {
				missing = append(missing, name)
			}
		}
		return equal("the groups that are missing", strings.Join(missing, ", "), "")
	})
	r.check(ctx, "discovery legacy says the same as aggregated", func(context.Context) error { return compareDiscovery(s) })
}

// compareDiscovery asks in both ways and compares what they say of every resource.
func compareDiscovery(s *scene) error {
	client, err := discovery.NewDiscoveryClientForConfig(s.config)
	if err != nil {
		return err
	}
	aggregatedGroups, aggregated, err := client.ServerGroupsAndResources()
	if err != nil {
		return err
	}
	config, seen := recorded(s.config)
	if client, err = discovery.NewDiscoveryClientForConfig(config); err != nil {
		return err
	}
	legacyGroups, legacy, err := client.WithLegacy().ServerGroupsAndResources()
	if err != nil {
		return err
	}
	for _, each := range seen.all() {
		if strings.Contains(each.answerType, "APIGroupDiscoveryList") {
			return fmt.Errorf("legacy discovery was answered with %s", each.answerType)
		}
	}
	if a, l := groupNames(aggregatedGroups), groupNames(legacyGroups); !slices.Equal(a, l) {
		return fmt.Errorf("the groups are %v by aggregated, %v by legacy discovery", a, l)
	}
	if a, l := describeResources(aggregated), describeResources(legacy); !slices.Equal(a, l) {
		return fmt.Errorf("the resources are %v by aggregated, %v by legacy discovery", a, l)
	}
	return nil
}

func groupNames(groups []*metav1.APIGroup) []string {
	var names []string
	for _, group := range groups {
		for _, version := range group.Versions {
			names = append(names, fmt.Sprintf("%s preferred=%t", version.GroupVersion, version == group.PreferredVersion))
		}
	}
	return names
}

// describeResources gives one line a resource, in an order of its own: the two documents order them differently.
func describeResources(lists []*metav1.APIResourceList) []string {
	var lines []string
	for _, list := range lists {
		for _, each := range list.APIResources {
			slices.Sort(each.Verbs)
			singular := each.SingularName
			if strings.Contains(each.Name, "/") {
				// client-go gives a subresource the singular name of its parent when it reads the aggregated document.
				singular = ""
			}
			lines = append(lines, fmt.Sprintf("%s %s %s %s namespaced=%t %v %v %v", list.GroupVersion, each.Name,
				singular, each.Kind, each.Namespaced, each.Verbs, each.ShortNames, each.Categories))
		}
	}
	slices.Sort(lines)
	return lines
}

func checkMapper(ctx context.Context, r *report, s *scene) {
	client, err := discovery.NewDiscoveryClientForConfig(s.config)
	if err != nil {
		panic(err)
	}
	r.check(ctx, "RESTMapper over discovery cached in memory", func(context.Context) error {
		return compareMapping(memory.NewMemCacheClient(client))
	})
	r.check(ctx, "RESTMapper over discovery cached on disk", func(context.Context) error {
		folder, err := os.MkdirTemp("", "tributary-discovery-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		config, seen := recorded(s.config)
		cached, err := disk.NewCachedDiscoveryClientForConfig(config, folder+"/documents", folder+"/http", time.Hour)
		if err != nil {
			return err
		}
		if err := compareMapping(cached); err != nil {
			return err
		}
		before := len(seen.all())
		if cached, err = disk.NewCachedDiscoveryClientForConfig(config, folder+"/documents", folder+"/http", time.Hour); err != nil {
			return err
		}
		if err := compareMapping(cached); err != nil {
			return err
		}
		return equal("the number of requests of the second reader", len(seen.all())-before, 0)
	})
	r.check(ctx, "RESTMapper finds a group that was registered after it was filled, and forgets one that went", func(ctx context.Context) error {
		return mapLateGroup(ctx, s, memory.NewMemCacheClient(client))
	})
}

// compareMapping asks for every resource by its plural, its short name and its kind.
func compareMapping(client discovery.CachedDiscoveryInterface) error {
	deferred := restmapper.NewDeferredDiscoveryRESTMapper(client)
	mapper := restmapper.NewShortcutExpander(deferred, client, func(string) {})
	for written, want := range map[string]schema.GroupVersionResource{
		"ns":            namespaces,
		"namespace":     namespaces,
		"apiservices":   apiServices,
		"apiservice":    apiServices,
		"externalnames": externalNames,
		"externalname":  externalNames,
		"flunders":      flunders,
		"fl":            flunders,
	} {
		got, err := mapper.ResourceFor(schema.GroupVersionResource{Resource: written})
		if err != nil {
			return err
		}
		if err := equal("the resource of "+written, got, want); err != nil {
			return err
		}
	}
	for kind, want := range map[schema.GroupKind]schema.GroupVersionResource{
		{Kind: "Namespace"}: namespaces,
		{Group: "apiregistration.k8s.io", Kind: "APIService"}: apiServices,
		{Group: "service.grafana.app", Kind: "ExternalName"}:  externalNames,
		{Group: "wardle.example.com", Kind: "Flunder"}:        flunders,
	} {
		mapping, err := mapper.RESTMapping(kind)
		if err != nil {
			return err
		}
		if err := equal("the resource of "+kind.String(), mapping.Resource, want); err != nil {
			return err
		}
	}
	inAll, found := restmapper.NewDiscoveryCategoryExpander(client).Expand("all")
	if !found || !slices.Contains(inAll, flunders.GroupResource()) {
		return fmt.Errorf("flunders are not in the category all: %v", inAll)
	}
	return nil
}

// mapLateGroup registers a second version of a group of the example service's kind while a mapper is full.
func mapLateGroup(ctx context.Context, s *scene, client discovery.CachedDiscoveryInterface) error {
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(client)
	if _, err := mapper.RESTMapping(schema.GroupKind{Kind: "Namespace"}); err != nil {
		return err
	}
	kind := schema.GroupKind{Group: flunders.Group, Kind: "Flunder"}
	if err := s.unregisterFlunder(ctx); err != nil {
		return err
	}
	err := eventually(ctx, "the group to go", func(context.Context) (bool, error) {
		mapper.Reset()
		_, err := mapper.RESTMapping(kind)
		return err != nil, nil
	})
	if err != nil {
		return err
	}
	if err := s.registerFlunder(ctx); err != nil {
		return err
	}
	if err := s.waitForAvailable(ctx); err != nil {
		return err
	}
	// No Reset: the mapper asks anew by itself for what it does not know once its cache is not fresh any more.
	client.Invalidate()
	_, err = mapper.RESTMapping(kind)
	return err
}

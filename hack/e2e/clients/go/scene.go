package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
)

// space is the namespace in which the checks make their objects.
const space = "go-clients"

var (
	namespaces    = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	apiServices   = schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"}
	externalNames = schema.GroupVersionResource{Group: "service.grafana.app", Version: "v0alpha1", Resource: "externalnames"}
	flunders      = schema.GroupVersionResource{Group: "wardle.example.com", Version: "v1alpha1", Resource: "flunders"}
)

// scene is what the checks work with.
type scene struct {
	options
	config *rest.Config
	// user is the configuration of a user without rights.
	user       *rest.Config
	dynamic    dynamic.Interface
	core       kubernetes.Interface
	aggregator aggregator.Interface
}

func newScene(o options) (*scene, error) {
	config, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	if err != nil {
		return nil, err
	}
	// The clients' own brake would hide how the gateway bears the load.
	config.QPS = -1
	config.UserAgent = "tributary-go-clients"
	user := rest.AnonymousClientConfig(config)
	user.BearerToken = o.userToken
	s := &scene{options: o, config: config, user: user}
	if s.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, err
	}
	// The typed clients of the other checks speak JSON; checkTyped tries what they would choose by themselves.
	inJSON := withContentType(config, "application/json")
	if s.core, err = kubernetes.NewForConfig(inJSON); err != nil {
		return nil, err
	}
	s.aggregator, err = aggregator.NewForConfig(inJSON)
	return s, err
}

// withContentType gives a copy of a configuration that asks for and sends one media type.
func withContentType(config *rest.Config, contentType string) *rest.Config {
	copied := rest.CopyConfig(config)
	copied.ContentType = contentType
	copied.AcceptContentTypes = contentType
	return copied
}

// order has the suite do something to a process, such as "gateway/kill", and waits until it is done.
func (s *scene) order(ctx context.Context, what string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.control+"/"+what, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", what, said)
	}
	return err
}

// restart ends the gateway by "stop" or "kill" and starts it again.
func (s *scene) restart(ctx context.Context, by string) error {
	if err := s.order(ctx, "gateway/"+by); err != nil {
		return err
	}
	return s.order(ctx, "gateway/start")
}

func newExternalName(name string, labels map[string]any) *unstructured.Unstructured {
	return newObject(externalNames.GroupVersion().WithKind("ExternalName"), newMetadata(name, space, labels), map[string]any{"host": "localhost"})
}

func newFlunder(name string, labels map[string]any) *unstructured.Unstructured {
	return newObject(flunders.GroupVersion().WithKind("Flunder"), newMetadata(name, space, labels), map[string]any{"reference": "other"})
}

func newNamespace(name string, labels map[string]any) *unstructured.Unstructured {
	return newObject(namespaces.GroupVersion().WithKind("Namespace"), newMetadata(name, "", labels), nil)
}

// newAPIService registers a version of a group that nobody serves; the name begins with the version.
func newAPIService(name string, labels map[string]any) *unstructured.Unstructured {
	version, group, _ := strings.Cut(name, ".")
	spec := map[string]any{
		"group": group, "version": version, "groupPriorityMinimum": int64(10), "versionPriority": int64(10),
		"service": map[string]any{"name": "nobody", "namespace": space, "port": int64(443)},
	}
	return newObject(apiServices.GroupVersion().WithKind("APIService"), newMetadata(name, "", labels), spec)
}

func newObject(kind schema.GroupVersionKind, metadata, spec map[string]any) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{"metadata": metadata}}
	if spec != nil {
		object.Object["spec"] = spec
	}
	object.SetGroupVersionKind(kind)
	return object
}

func newMetadata(name, namespace string, labels map[string]any) map[string]any {
	m := map[string]any{"name": name}
	if namespace != "" {
		m["namespace"] = namespace
	}
	if labels != nil {
		m["labels"] = labels
	}
	return m
}

// everything selects the objects of one check by its label.
func everything(check string) metav1.ListOptions {
	return metav1.ListOptions{LabelSelector: "check=" + check}
}

func labelled(check string) map[string]any {
	return map[string]any{"check": check}
}

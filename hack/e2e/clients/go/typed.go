package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	registration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
	aggregated "k8s.io/kube-aggregator/pkg/client/informers/externalversions"
)

// checkTyped uses generated clients in JSON, and as they come: then they send protobuf, and ask for it before JSON.
func checkTyped(ctx context.Context, r *report, s *scene) {
	for _, mode := range []struct {
		name      string
		config    *rest.Config
		mediaType string
	}{
		{"in JSON", withContentType(s.config, runtime.ContentTypeJSON), runtime.ContentTypeJSON},
		{"as they come", s.config, runtime.ContentTypeProtobuf},
	} {
		config, seen := recorded(mode.config)
		core, err := kubernetes.NewForConfig(config)
		if err != nil {
			panic(err)
		}
		services, err := aggregator.NewForConfig(config)
		if err != nil {
			panic(err)
		}
		r.check(ctx, "typed clients "+mode.name+" read", func(ctx context.Context) error { return readTyped(ctx, core, services) })
		r.check(ctx, "typed informers "+mode.name, func(ctx context.Context) error { return informTyped(ctx, core, services) })
		r.check(ctx, "typed core client "+mode.name+" writes namespaces", func(ctx context.Context) error { return writeNamespace(ctx, core) })
		r.check(ctx, "typed core client "+mode.name+" writes and watches ConfigMaps", func(ctx context.Context) error { return writeConfigMaps(ctx, core) })
		r.check(ctx, "typed aggregator client "+mode.name+" writes APIServices", func(ctx context.Context) error { return writeAPIService(ctx, services) })
		r.check(ctx, "typed clients "+mode.name+" are answered in kind", func(context.Context) error { return answeredInKind(seen, mode.mediaType) })
		note("typed clients %s sent %s, got %s", mode.name, sorts(seen, func(e exchange) string { return e.contentType }), sorts(seen, func(e exchange) string { return e.answerType }))
	}
}

// answeredInKind finds answers of another media type than the one that the clients prefer.
func answeredInKind(seen *recorder, mediaType string) error {
	for _, each := range seen.all() {
		if each.answerType != "" && strings.Split(each.answerType, ";")[0] != mediaType {
			return fmt.Errorf("%s %s was answered in %s", each.method, each.path, each.answerType)
		}
	}
	return nil
}

func sorts(seen *recorder, of func(exchange) string) string {
	var found []string
	for _, each := range seen.all() {
		if kind := of(each); kind != "" && !strings.Contains(strings.Join(found, " "), kind) {
			found = append(found, kind)
		}
	}
	return strings.Join(found, " ")
}

func readTyped(ctx context.Context, core kubernetes.Interface, services aggregator.Interface) error {
	namespace, err := core.CoreV1().Namespaces().Get(ctx, space, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := equal("the phase", namespace.Status.Phase, corev1.NamespaceActive); err != nil {
		return err
	}
	list, err := core.CoreV1().Namespaces().List(ctx, metav1.ListOptions{Limit: 2})
	if err != nil {
		return err
	}
	if len(list.Items) != 2 || list.Continue == "" {
		return fmt.Errorf("the first page holds %d namespaces, and its token is %q", len(list.Items), list.Continue)
	}
	if _, err = core.CoreV1().Namespaces().Get(ctx, "missing", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return fmt.Errorf("want NotFound, got %v", err)
	}
	service, err := services.ApiregistrationV1().APIServices().Get(ctx, flunderAPIService, metav1.GetOptions{})
	if err != nil {
		return err
	}
	return equal("the namespace of the service", service.Spec.Service.Namespace, space)
}

func informTyped(ctx context.Context, core kubernetes.Interface, services aggregator.Interface) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	inCore := informers.NewSharedInformerFactory(core, 0)
	lister := inCore.Core().V1().Namespaces()
	registered := aggregated.NewSharedInformerFactory(services, 0)
	registrations := registered.Apiregistration().V1().APIServices()
	synced := []cache.InformerSynced{lister.Informer().HasSynced, registrations.Informer().HasSynced}
	inCore.StartWithContext(inner)
	registered.StartWithContext(inner)
	if !cache.WaitForCacheSync(inner.Done(), synced...) {
		return fmt.Errorf("the informers do not sync: %w", inner.Err())
	}
	if _, err := lister.Lister().Get(space); err != nil {
		return err
	}
	_, err := registrations.Lister().Get(flunderAPIService)
	return err
}

func writeNamespace(ctx context.Context, core kubernetes.Interface) error {
	client := core.CoreV1().Namespaces()
	made, err := client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "typed", Labels: map[string]string{"a": "b"}}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if made.UID == "" || made.Labels["a"] != "b" {
		return fmt.Errorf("the answer is %v", made)
	}
	made.Labels["a"] = "c"
	changed, err := client.Update(ctx, made, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	if _, err = client.Update(ctx, made, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		return fmt.Errorf("an update of an old version: want Conflict, got %v", err)
	}
	if changed, err = client.Patch(ctx, "typed", types.MergePatchType, []byte(`{"metadata":{"labels":{"a":"d"}}}`), metav1.PatchOptions{}); err != nil {
		return err
	}
	if err := equal("the label", changed.Labels["a"], "d"); err != nil {
		return err
	}
	if err := client.Delete(ctx, "typed", *metav1.NewPreconditionDeleteOptions(string(changed.UID))); err != nil {
		return err
	}
	return eventually(ctx, "the namespace to go", func(ctx context.Context) (bool, error) {
		_, err := client.Get(ctx, "typed", metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
}

func writeConfigMaps(ctx context.Context, core kubernetes.Interface) error {
	client := core.CoreV1().ConfigMaps(space)
	before, err := client.List(ctx, everything("typed"))
	if err != nil {
		return err
	}
	options := everything("typed")
	options.ResourceVersion = before.ResourceVersion
	watcher, err := client.Watch(ctx, options)
	if err != nil {
		return err
	}
	defer watcher.Stop()
	wanted := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "typed", Labels: map[string]string{"check": "typed"}},
		Data:       map[string]string{"empty": "", "text": "ü😀"},
		BinaryData: map[string][]byte{"bytes": {0, 0xff, 0x80}},
	}
	made, err := client.Create(ctx, wanted, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	got, err := client.Get(ctx, made.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	list, err := client.List(ctx, everything("typed"))
	if err != nil {
		return err
	}
	if err := equal("the number of objects", len(list.Items), 1); err != nil {
		return err
	}
	if err := client.DeleteCollection(ctx, *metav1.NewDeleteOptions(0), everything("typed")); err != nil {
		return err
	}
	added, deleted := <-watcher.ResultChan(), <-watcher.ResultChan()
	if added.Type != watch.Added || deleted.Type != watch.Deleted {
		return fmt.Errorf("the watch told of %s and %s", added.Type, deleted.Type)
	}
	for _, each := range []runtime.Object{made, got, &list.Items[0], added.Object, deleted.Object} {
		seen, isConfigMap := each.(*corev1.ConfigMap)
		if !isConfigMap || seen.UID != made.UID || !reflect.DeepEqual(seen.Data, wanted.Data) || !reflect.DeepEqual(seen.BinaryData, wanted.BinaryData) {
			return fmt.Errorf("an answer is %v", each)
		}
	}
	return nil
}

func writeAPIService(ctx context.Context, services aggregator.Interface) error {
	client := services.ApiregistrationV1().APIServices()
	port := int32(443)
	wanted := &registration.APIService{
		ObjectMeta: metav1.ObjectMeta{Name: "v1.typed.example.com"},
		Spec: registration.APIServiceSpec{
			Group: "typed.example.com", Version: "v1", GroupPriorityMinimum: 10, VersionPriority: 10,
			CABundle: nil, InsecureSkipTLSVerify: true,
			Service: &registration.ServiceReference{Namespace: space, Name: "nobody", Port: &port},
		},
	}
	made, err := client.Create(ctx, wanted, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if made.UID == "" || !made.Spec.InsecureSkipTLSVerify {
		return fmt.Errorf("the answer is %v", made)
	}
	// The controller writes the status meanwhile, so that an update has to begin anew now and then, as retry.RetryOnConflict does.
	err = eventually(ctx, "an update to come through", func(ctx context.Context) (bool, error) {
		got, err := client.Get(ctx, made.Name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		got.Spec.VersionPriority = 20
		_, err = client.Update(ctx, got, metav1.UpdateOptions{})
		if err != nil && !apierrors.IsConflict(err) {
			return false, err
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	changed, err := client.Patch(ctx, made.Name, types.MergePatchType, []byte(`{"spec":{"groupPriorityMinimum":30}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if err := errors.Join(equal("the priority of the version", changed.Spec.VersionPriority, 20), equal("the priority of the group", changed.Spec.GroupPriorityMinimum, 30)); err != nil {
		return err
	}
	return client.Delete(ctx, made.Name, metav1.DeleteOptions{})
}

package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
	registration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	"k8s.io/kube-aggregator/pkg/apis/apiregistration/v1/helper"
)

const flunderAPIService = "v1alpha1.wardle.example.com"

// checkAPIServices registers the example service, on which most of the other checks build.
func checkAPIServices(ctx context.Context, r *report, s *scene) {
	r.must(ctx, "namespace for the checks is made", func(ctx context.Context) error {
		_, err := s.dynamic.Resource(namespaces).Create(ctx, newNamespace(space, nil), metav1.CreateOptions{})
		return err
	})
	r.must(ctx, "aggregator clientset registers a service", s.registerFlunder)
	r.must(ctx, "aggregator clientset waits until an APIService is Available", s.waitForAvailable)
	r.check(ctx, "aggregator helper sorts the APIServices of the gateway", func(ctx context.Context) error {
		list, err := s.aggregator.ApiregistrationV1().APIServices().List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		var pointers []*registration.APIService
		for i := range list.Items {
			pointers = append(pointers, &list.Items[i])
		}
		for _, group := range helper.SortedByGroupAndVersion(pointers) {
			for _, each := range group {
				if !helper.IsAPIServiceConditionTrue(each, registration.Available) {
					return fmt.Errorf("%s is not available", each.Name)
				}
			}
		}
		return nil
	})
	r.check(ctx, "aggregator clientset writes the status of an APIService", func(ctx context.Context) error {
		client := s.aggregator.ApiregistrationV1().APIServices()
		got, err := client.Get(ctx, flunderAPIService, metav1.GetOptions{})
		if err != nil {
			return err
		}
		helper.SetAPIServiceCondition(got, registration.APIServiceCondition{Type: "Seen", Status: registration.ConditionTrue, Reason: "Checked"})
		if got, err = client.UpdateStatus(ctx, got, metav1.UpdateOptions{}); err != nil {
			return err
		}
		if !helper.IsAPIServiceConditionTrue(got, "Seen") {
			return fmt.Errorf("the condition was lost: %v", got.Status.Conditions)
		}
		return nil
	})
}

// registerFlunder makes the two objects that put the example service behind the gateway.
func (s *scene) registerFlunder(ctx context.Context) error {
	place := newExternalName("flunder", nil)
	_, err := s.dynamic.Resource(externalNames).Namespace(space).Create(ctx, place, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	port := int32(s.flunderPort)
	wanted := &registration.APIService{
		ObjectMeta: metav1.ObjectMeta{Name: flunderAPIService},
		Spec: registration.APIServiceSpec{
			Group: flunders.Group, Version: flunders.Version, GroupPriorityMinimum: 1000, VersionPriority: 15,
			Service: &registration.ServiceReference{Namespace: space, Name: "flunder", Port: &port},
		},
	}
	made, err := s.aggregator.ApiregistrationV1().APIServices().Create(ctx, wanted, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return equal("the port", *made.Spec.Service.Port, port)
}

// unregisterFlunder takes the example service from behind the gateway; where it runs stays known.
func (s *scene) unregisterFlunder(ctx context.Context) error {
	return s.aggregator.ApiregistrationV1().APIServices().Delete(ctx, flunderAPIService, metav1.DeleteOptions{})
}

// waitForAvailable follows the APIService of the example service, as kubectl wait does.
func (s *scene) waitForAvailable(ctx context.Context) error {
	client := s.aggregator.ApiregistrationV1().APIServices()
	selected := func(options *metav1.ListOptions) {
		options.FieldSelector = fields.OneTermEqualSelector("metadata.name", flunderAPIService).String()
	}
	source := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			selected(&options)
			return client.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			selected(&options)
			return client.Watch(ctx, options)
		},
	}
	_, err := watchtools.UntilWithSync(ctx, source, &registration.APIService{}, nil, func(event watch.Event) (bool, error) {
		object, isService := event.Object.(*registration.APIService)
		return isService && helper.IsAPIServiceConditionTrue(object, registration.Available), nil
	})
	return err
}

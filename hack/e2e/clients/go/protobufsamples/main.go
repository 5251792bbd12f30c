// Command protobufsamples prints objects of every kind that Tributary writes as protobuf, each as JSON and as the bytes that Go makes of it.
// The tables of the kinds are tested against them:
//
//	go run ./protobufsamples > ../../../../pkg/apimachinery/protobuf/testdata/samples.jsonl
package main

import (
	"bytes"
	"encoding/json"
	"os"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	apidiscovery "k8s.io/api/apidiscovery/v2"
	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	autoscaling "k8s.io/api/autoscaling/v1"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	events "k8s.io/api/events/v1"
	flowcontrol "k8s.io/api/flowcontrol/v1"
	rbac "k8s.io/api/rbac/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

var groups = []struct {
	version schema.GroupVersion
	objects func() []runtime.Object
}{
	{meta.Unversioned, func() []runtime.Object {
		return []runtime.Object{&meta.Status{}, &meta.APIGroup{}, &meta.APIGroupList{}, &meta.APIResourceList{}, &meta.APIVersions{}, &meta.DeleteOptions{}}
	}},
	{meta.SchemeGroupVersion, func() []runtime.Object {
		return []runtime.Object{&meta.PartialObjectMetadata{}, &meta.PartialObjectMetadataList{}}
	}},
	{apidiscovery.SchemeGroupVersion, func() []runtime.Object { return []runtime.Object{&apidiscovery.APIGroupDiscoveryList{}} }},
	{core.SchemeGroupVersion, func() []runtime.Object {
		return []runtime.Object{&core.Namespace{}, &core.ConfigMap{}, &core.ConfigMapList{}, &core.Secret{}, &core.Service{}, &core.ServiceAccount{}, &core.Event{}, &core.Endpoints{}}
	}},
	{apiregistration.SchemeGroupVersion, func() []runtime.Object { return []runtime.Object{&apiregistration.APIService{}} }},
	{events.SchemeGroupVersion, func() []runtime.Object { return []runtime.Object{&events.Event{}} }},
	{discovery.SchemeGroupVersion, func() []runtime.Object { return []runtime.Object{&discovery.EndpointSlice{}} }},
	{autoscaling.SchemeGroupVersion, func() []runtime.Object { return []runtime.Object{&autoscaling.Scale{}} }},
	{coordination.SchemeGroupVersion, func() []runtime.Object { return []runtime.Object{&coordination.Lease{}} }},
	{rbac.SchemeGroupVersion, func() []runtime.Object {
		return []runtime.Object{&rbac.Role{}, &rbac.ClusterRole{}, &rbac.RoleBinding{}, &rbac.ClusterRoleBinding{}}
	}},
	{admissionregistration.SchemeGroupVersion, func() []runtime.Object {
		return []runtime.Object{
			&admissionregistration.MutatingWebhookConfiguration{}, &admissionregistration.ValidatingWebhookConfiguration{},
			&admissionregistration.MutatingAdmissionPolicy{}, &admissionregistration.MutatingAdmissionPolicyBinding{},
			&admissionregistration.ValidatingAdmissionPolicy{}, &admissionregistration.ValidatingAdmissionPolicyBinding{},
		}
	}},
	{flowcontrol.SchemeGroupVersion, func() []runtime.Object {
		return []runtime.Object{&flowcontrol.FlowSchema{}, &flowcontrol.PriorityLevelConfiguration{}}
	}},
	{authentication.SchemeGroupVersion, func() []runtime.Object {
		return []runtime.Object{&authentication.TokenRequest{}, &authentication.TokenReview{}, &authentication.SelfSubjectReview{}}
	}},
	{authorization.SchemeGroupVersion, func() []runtime.Object {
		return []runtime.Object{
			&authorization.SubjectAccessReview{}, &authorization.LocalSubjectAccessReview{},
			&authorization.SelfSubjectAccessReview{}, &authorization.SelfSubjectRulesReview{},
		}
	}},
}

type sample struct {
	// Which members are there: none, those that hold nothing, or all.
	Form     string          `json:"form"`
	JSON     json.RawMessage `json:"json"`
	Protobuf []byte          `json:"protobuf"`
}

func main() {
	var samples []sample
	for _, form := range []string{"none", "empty", "full"} {
		for _, group := range groups {
			for _, object := range group.objects() {
				fill(object, form)
				samples = append(samples, newSample(form, group.version, object))
			}
		}
	}
	// One line each, so that a change shows in few.
	out := json.NewEncoder(os.Stdout)
	for _, each := range samples {
		must(out.Encode(each))
	}
}

func newSample(form string, version schema.GroupVersion, object runtime.Object) sample {
	object.GetObjectKind().SetGroupVersionKind(version.WithKind(kindOf(object)))
	asJSON, err := json.Marshal(object)
	must(err)
	var encoded bytes.Buffer
	must(protobuf.NewSerializer(nil, nil).Encode(object, &encoded))
	return sample{form, asJSON, encoded.Bytes()}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// mistake is a request that has to fail, and the question of apierrors that recognises why.
type mistake struct {
	name string
	is   func(error) bool
	make func(context.Context) error
}

func checkErrors(ctx context.Context, r *report, s *scene) {
	for _, group := range [][]mistake{objectMistakes(s), identityMistakes(s), protocolMistakes(s), versionMistakes(s), serviceMistakes(s)} {
		for _, each := range group {
			r.check(ctx, "errors "+each.name, func(ctx context.Context) error {
				err := each.make(ctx)
				if err == nil {
					return errors.New("no error")
				}
				if !each.is(err) {
					return fmt.Errorf("not recognised: %s %v", apierrors.ReasonForError(err), err)
				}
				return nil
			})
		}
	}
}

func objectMistakes(s *scene) []mistake {
	names := s.dynamic.Resource(externalNames).Namespace(space)
	create := func(object *unstructured.Unstructured, options metav1.CreateOptions) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := names.Create(ctx, object, options)
			return err
		}
	}
	noHost := newExternalName("no-host", nil)
	unstructured.RemoveNestedField(noHost.Object, "spec", "host")
	unknown := newExternalName("unknown-field", nil)
	_ = unstructured.SetNestedField(unknown.Object, "x", "spec", "unknown")
	otherKind := newExternalName("other-kind", nil)
	otherKind.SetKind("Other")
	elsewhere := newExternalName("elsewhere", nil)
	elsewhere.SetNamespace("other")
	itself := newFlunder("itself", nil)
	_ = unstructured.SetNestedField(itself.Object, "itself", "spec", "reference")
	return []mistake{
		{"IsNotFound with details", detailed(apierrors.IsNotFound, func(d metav1.StatusDetails) bool {
			return d.Name == "missing" && d.Kind == externalNames.Resource && d.Group == externalNames.Group
		}), func(ctx context.Context) error {
			_, err := names.Get(ctx, "missing", metav1.GetOptions{})
			return err
		}},
		{"IsNotFound for a resource that nobody serves", apierrors.IsNotFound, func(ctx context.Context) error {
			_, err := s.dynamic.Resource(externalNames.GroupVersion().WithResource("others")).List(ctx, metav1.ListOptions{})
			return err
		}},
		{"IsNotFound for a namespace that is not there", apierrors.IsNotFound, func(ctx context.Context) error {
			object := newExternalName("lost", nil)
			object.SetNamespace("nowhere")
			_, err := s.dynamic.Resource(externalNames).Namespace("nowhere").Create(ctx, object, metav1.CreateOptions{})
			return err
		}},
		{"IsAlreadyExists with details", detailed(apierrors.IsAlreadyExists, func(d metav1.StatusDetails) bool {
			return d.Name == "flunder" && d.Kind == externalNames.Resource && d.Group == externalNames.Group
		}), create(newExternalName("flunder", nil), metav1.CreateOptions{})},
		{"IsInvalid names the field", detailed(apierrors.IsInvalid, func(d metav1.StatusDetails) bool {
			return len(d.Causes) == 1 && d.Causes[0].Field == "spec.host" && d.Causes[0].Type == metav1.CauseTypeFieldValueRequired && d.Kind == "ExternalName"
		}), create(noHost, metav1.CreateOptions{})},
		{"IsInvalid for a name", apierrors.IsInvalid, create(newExternalName("Not_A_Name", nil), metav1.CreateOptions{})},
		{"IsInvalid from behind the aggregator", detailed(apierrors.IsInvalid, func(d metav1.StatusDetails) bool {
			return len(d.Causes) == 1 && d.Causes[0].Field == "spec.reference"
		}), func(ctx context.Context) error {
			_, err := s.dynamic.Resource(flunders).Namespace(space).Create(ctx, itself, metav1.CreateOptions{})
			return err
		}},
		{"IsInvalid for an immutable field", apierrors.IsInvalid, func(ctx context.Context) error {
			_, err := names.Patch(ctx, "flunder", types.MergePatchType, []byte(`{"metadata":{"uid":"00000000-0000-0000-0000-000000000000"}}`), metav1.PatchOptions{})
			if apierrors.IsConflict(err) {
				// A uid that differs is a failed precondition in some releases; both are right.
				return apierrors.NewInvalid(externalNames.GroupVersion().WithKind("ExternalName").GroupKind(), "flunder", nil)
			}
			return err
		}},
		{"IsBadRequest for an unknown field, strictly", apierrors.IsBadRequest, create(unknown, metav1.CreateOptions{FieldValidation: "Strict"})},
		{"IsBadRequest for another kind", apierrors.IsBadRequest, create(otherKind, metav1.CreateOptions{})},
		{"IsBadRequest for another namespace", apierrors.IsBadRequest, create(elsewhere, metav1.CreateOptions{})},
		{"IsBadRequest for a selector", apierrors.IsBadRequest, func(ctx context.Context) error {
			_, err := names.List(ctx, metav1.ListOptions{LabelSelector: "a b"})
			return err
		}},
		{"IsBadRequest for a field that cannot be selected", apierrors.IsBadRequest, func(ctx context.Context) error {
			_, err := names.List(ctx, metav1.ListOptions{FieldSelector: "spec.host=x"})
			return err
		}},
		{"IsInvalid for a dry run of another sort", apierrors.IsInvalid, create(newExternalName("dry", nil), metav1.CreateOptions{DryRun: []string{"Some"}})},
	}
}

func identityMistakes(s *scene) []mistake {
	user, err := dynamic.NewForConfig(s.user)
	if err != nil {
		panic(err)
	}
	stranger := rest.CopyConfig(s.user)
	stranger.BearerToken = "not-a-token"
	unknown, err := dynamic.NewForConfig(stranger)
	if err != nil {
		panic(err)
	}
	nobody, err := dynamic.NewForConfig(rest.AnonymousClientConfig(s.config))
	if err != nil {
		panic(err)
	}
	list := func(client dynamic.Interface) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := client.Resource(externalNames).List(ctx, metav1.ListOptions{})
			return err
		}
	}
	return []mistake{
		{"IsForbidden names the user and the verb", func(err error) bool {
			return apierrors.IsForbidden(err) && strings.Contains(err.Error(), `User "alice" cannot list resource "externalnames" in API group "service.grafana.app" at the cluster scope`)
		}, list(user)},
		{"IsForbidden for a watch", apierrors.IsForbidden, func(ctx context.Context) error {
			_, err := user.Resource(externalNames).Watch(ctx, metav1.ListOptions{})
			return err
		}},
		{"IsForbidden behind the aggregator", apierrors.IsForbidden, func(ctx context.Context) error {
			_, err := user.Resource(flunders).Namespace(space).Create(ctx, newFlunder("forbidden", nil), metav1.CreateOptions{})
			return err
		}},
		{"IsForbidden for who does not say who he is", func(err error) bool {
			return apierrors.IsForbidden(err) && strings.Contains(err.Error(), "system:anonymous")
		}, list(nobody)},
		{"IsUnauthorized for a token that is none", apierrors.IsUnauthorized, list(unknown)},
	}
}

func protocolMistakes(s *scene) []mistake {
	core, err := kubernetes.NewForConfig(withContentType(s.config, "application/json"))
	if err != nil {
		panic(err)
	}
	client := core.CoreV1().RESTClient()
	return []mistake{
		{"IsMethodNotSupported", apierrors.IsMethodNotSupported, func(ctx context.Context) error {
			return client.Post().Resource("namespaces").Name(space).Body([]byte("{}")).Do(ctx).Error()
		}},
		{"IsUnsupportedMediaType for a patch", apierrors.IsUnsupportedMediaType, func(ctx context.Context) error {
			return client.Patch("application/x-other").Resource("namespaces").Name(space).Body([]byte("{}")).Do(ctx).Error()
		}},
		{"IsNotAcceptable", apierrors.IsNotAcceptable, func(ctx context.Context) error {
			return client.Get().Resource("namespaces").Name(space).SetHeader("Accept", "image/png").Do(ctx).Error()
		}},
		{"IsRequestEntityTooLargeError", apierrors.IsRequestEntityTooLargeError, func(ctx context.Context) error {
			large := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "large", Annotations: map[string]string{"a": strings.Repeat("x", 4<<20)}}}
			_, err := core.CoreV1().Namespaces().Create(ctx, large, metav1.CreateOptions{})
			return err
		}},
		{"IsInvalid for annotations that are too long", apierrors.IsInvalid, func(ctx context.Context) error {
			large := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "large", Annotations: map[string]string{"a": strings.Repeat("x", 300<<10)}}}
			_, err := core.CoreV1().Namespaces().Create(ctx, large, metav1.CreateOptions{})
			return err
		}},
		{"IsBadRequest for a body that is not JSON", apierrors.IsBadRequest, func(ctx context.Context) error {
			return client.Post().Resource("namespaces").SetHeader("Content-Type", "application/json").Body([]byte("{")).Do(ctx).Error()
		}},
	}
}

// versionMistakes asks for what has not happened yet, and for versions that are none.
func versionMistakes(s *scene) []mistake {
	names := s.dynamic.Resource(externalNames).Namespace(space)
	return []mistake{
		{"IsTimeout for too large a resource version", func(err error) bool {
			return apierrors.IsTimeout(err) && apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge)
		}, func(ctx context.Context) error {
			// The answer asks to come back in a second, which client-go would do ten times.
			return s.core.CoreV1().RESTClient().Get().Resource("namespaces").MaxRetries(0).
				Param("resourceVersion", "999999999").Param("resourceVersionMatch", "NotOlderThan").Do(ctx).Error()
		}},
		{"IsBadRequest for a resource version that is no number", apierrors.IsBadRequest, func(ctx context.Context) error {
			_, err := names.List(ctx, metav1.ListOptions{ResourceVersion: "x"})
			return err
		}},
		{"IsBadRequest for a continue token", apierrors.IsBadRequest, func(ctx context.Context) error {
			_, err := names.List(ctx, metav1.ListOptions{Continue: "not-a-token", Limit: 1})
			return err
		}},
		{"IsInvalid for options that do not fit", apierrors.IsInvalid, func(ctx context.Context) error {
			_, err := names.List(ctx, metav1.ListOptions{ResourceVersionMatch: metav1.ResourceVersionMatchExact})
			return err
		}},
	}
}

// serviceMistakes reaches for a service that does not run.
func serviceMistakes(s *scene) []mistake {
	down := flunders
	down.Group = "down.example.com"
	down.Version = "v1"
	return []mistake{
		{"IsServiceUnavailable for a service that does not run", apierrors.IsServiceUnavailable, func(ctx context.Context) error {
			registered := s.dynamic.Resource(apiServices)
			if _, err := registered.Create(ctx, newAPIService("v1.down.example.com", nil), metav1.CreateOptions{}); err != nil {
				return err
			}
			defer func() { _ = registered.Delete(ctx, "v1.down.example.com", metav1.DeleteOptions{}) }()
			var err error
			_ = eventually(ctx, "the gateway to know the group", func(ctx context.Context) (bool, error) {
				_, err = s.dynamic.Resource(down).List(ctx, metav1.ListOptions{})
				return !apierrors.IsNotFound(err), nil
			})
			return err
		}},
	}
}

// detailed asks for the details of a Status besides its reason.
func detailed(is func(error) bool, fits func(metav1.StatusDetails) bool) func(error) bool {
	return func(err error) bool {
		var status apierrors.APIStatus
		return is(err) && errors.As(err, &status) && status.Status().Details != nil && fits(*status.Status().Details)
	}
}

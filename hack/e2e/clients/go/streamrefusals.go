package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"
)

// verdict is what a client must hear instead of getting its streams.
type verdict struct {
	code int
	text string
}

func checkRefusals(ctx context.Context, r *report, s *scene, how protocol) {
	for _, each := range []struct {
		shell string
		want  verdict
	}{
		{"refuses-403", verdict{403, "this shell refuses"}},
		{"refuses-404", verdict{404, "this shell refuses"}},
		{"refuses-500", verdict{500, "this shell refuses"}},
		{"answers-200", verdict{503, "invalid upgrade response: status code 200"}},
		{"redirects", verdict{503, "invalid upgrade response: status code 302"}},
	} {
		r.check(ctx, fmt.Sprintf("%s, a service that %s gives a %d", how, strings.ReplaceAll(each.shell, "-", " with "), each.want.code),
			func(ctx context.Context) error { return s.refuse(ctx, s.config, how, each.shell, each.want) })
	}
	r.check(ctx, fmt.Sprintf("%s, the gateway refuses who has no right, and the service hears nothing of it", how),
		func(ctx context.Context) error {
			name := how.slug("forbidden")
			err := s.refuse(ctx, s.user, how, name, verdict{403, `alice`})
			state, unread := s.shell(ctx, name)
			return errors.Join(err, unread, equal("requests", len(state.Requests), 0))
		})
}

func (s *scene) refuse(ctx context.Context, config *rest.Config, how protocol, shell string, want verdict) error {
	watched, codes := watchCodes(config)
	err := newCommand(shell, "true").stream(ctx, watched, how, remotecommand.StreamOptions{Stdout: io.Discard})
	if err == nil {
		return errors.New("there was no error")
	}
	if !strings.Contains(err.Error(), want.text) {
		return fmt.Errorf("the error does not say %q: %w", want.text, err)
	}
	if how == spdy {
		// Its error is the text alone.
		return equal("codes", fmt.Sprint(*codes), fmt.Sprint([]int{want.code}))
	}
	var status *apierrors.StatusError
	var failure *httpstream.UpgradeFailureError
	if !errors.As(err, &failure) || !errors.As(failure.Cause, &status) {
		return fmt.Errorf("the error is no Status: %w", err)
	}
	return equal("code", int(status.Status().Code), want.code)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// watchCodes gives a copy of a configuration, and the codes of the answers that clients with it get.
func watchCodes(config *rest.Config) (*rest.Config, *[]int) {
	codes := &[]int{}
	copied := rest.CopyConfig(config)
	copied.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			response, err := next.RoundTrip(request)
			if response != nil {
				*codes = append(*codes, response.StatusCode)
			}
			return response, err
		})
	})
	return copied, codes
}

func checkFallback(ctx context.Context, r *report, s *scene) {
	for _, each := range []struct{ age, asked string }{{"new", "websocket"}, {"old", "websocket SPDY/3.1"}} {
		r.check(ctx, fmt.Sprintf("a client that tries WebSocket first gets a stream of a service that is %s", each.age),
			func(ctx context.Context) error {
				shell := each.age + "-fallback"
				err := newCommand(shell, "true").stream(ctx, s.config, either, remotecommand.StreamOptions{Stdout: io.Discard})
				state, unread := s.shell(ctx, shell)
				asked := []string{}
				for _, request := range state.Requests {
					asked = append(asked, request.Headers.Get("Upgrade"))
				}
				return errors.Join(err, unread, equal("protocols", strings.Join(asked, " "), each.asked))
			})
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
)

func checkStreamIdentity(ctx context.Context, r *report, s *scene) {
	token := rest.AnonymousClientConfig(s.config)
	token.BearerToken = s.adminToken
	impersonating := rest.CopyConfig(s.config)
	impersonating.Impersonate = rest.ImpersonationConfig{UserName: "carol", Groups: []string{"system:masters", "a group"}}
	for _, who := range []struct {
		name   string
		config *rest.Config
		user   string
		groups string
	}{
		{"certificate", s.config, "admin", "system:masters,system:authenticated"},
		{"token", token, "bob", "system:masters,dev,system:authenticated"},
		{"impersonation", impersonating, "carol", "system:masters,a group,system:authenticated"},
	} {
		for _, how := range both {
			r.check(ctx, fmt.Sprintf("%s, the service hears who a client is by its %s, and nothing else of it", how, who.name),
				func(ctx context.Context) error {
					shell := how.slug("identity-" + who.name)
					spoofed := withHeaders(who.config, http.Header{
						"X-Remote-User": {"root"}, "X-Remote-Group": {"root"}, "X-Remote-Extra-Scope": {"all"},
					})
					err := newCommand(shell, "echo", "a;b", "c/d e%").stream(ctx, spoofed, how, remotecommand.StreamOptions{Stdout: io.Discard})
					if err != nil {
						return err
					}
					state, err := s.shell(ctx, shell)
					if err != nil || len(state.Requests) != 1 {
						return fmt.Errorf("%d requests: %w", len(state.Requests), err)
					}
					return judgeIdentity(state.Requests[0].Target, state.Requests[0].Headers, who.user, who.groups)
				})
		}
	}
}

func judgeIdentity(target string, headers http.Header, user, groups string) error {
	all := equal("target", target[strings.Index(target, "?"):], "?command=echo&command=a%3Bb&command=c%2Fd+e%25&stdout=true")
	for name, want := range map[string]string{
		"X-Remote-User": user, "X-Remote-Group": groups, "X-Remote-Extra-Scope": "", "Authorization": "",
		"Impersonate-User": "", "Impersonate-Group": "",
	} {
		all = errors.Join(all, equal(name, strings.Join(headers[name], ","), want))
	}
	return all
}

// withHeaders gives a copy of a configuration with which clients say more than they may.
func withHeaders(config *rest.Config, more http.Header) *rest.Config {
	copied := rest.CopyConfig(config)
	copied.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			changed := request.Clone(request.Context())
			for name, values := range more {
				changed.Header[name] = values
			}
			return next.RoundTrip(changed)
		})
	})
	return copied
}

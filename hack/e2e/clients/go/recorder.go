package main

import (
	"net/http"
	"net/url"
	"sync"

	"k8s.io/client-go/rest"
)

// exchange is what a recorder keeps of one request and its answer.
type exchange struct {
	method, path, accept, contentType string
	query                             url.Values
	status                            int
	answerType, protocol              string
}

// recorder sees every request of the clients that are made from its configuration.
type recorder struct {
	mu        sync.Mutex
	exchanges []exchange
}

// recorded gives a copy of a configuration whose requests are recorded.
func recorded(config *rest.Config) (*rest.Config, *recorder) {
	r := &recorder{}
	copied := rest.CopyConfig(config)
	copied.Wrap(func(next http.RoundTripper) http.RoundTripper { return recording{r, next} })
	return copied, r
}

// where gives the exchanges that fit.
func (r *recorder) where(fits func(exchange) bool) []exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []exchange
	for _, each := range r.exchanges {
		if fits(each) {
			found = append(found, each)
		}
	}
	return found
}

// all gives every exchange so far.
func (r *recorder) all() []exchange {
	return r.where(func(exchange) bool { return true })
}

// statuses gives the status of every answer in order; 0 stands for a request that had none.
func (r *recorder) statuses() []int {
	var statuses []int
	for _, each := range r.all() {
		statuses = append(statuses, each.status)
	}
	return statuses
}

type recording struct {
	recorder *recorder
	next     http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (r recording) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.next.RoundTrip(request)
	kept := exchange{
		method:      request.Method,
		path:        request.URL.Path,
		query:       request.URL.Query(),
		accept:      request.Header.Get("Accept"),
		contentType: request.Header.Get("Content-Type"),
	}
	if err == nil {
		kept.status = response.StatusCode
		kept.answerType = response.Header.Get("Content-Type")
		kept.protocol = response.Proto
	}
	r.recorder.mu.Lock()
	r.recorder.exchanges = append(r.recorder.exchanges, kept)
	r.recorder.mu.Unlock()
	return response, err
}

// isList says whether an exchange listed a resource, as opposed to watching it.
func (e exchange) isList() bool {
	return e.method == http.MethodGet && e.query.Get("watch") == ""
}

// isWatchList says whether an exchange asked for the present objects as events of a watch.
func (e exchange) isWatchList() bool {
	return e.query.Get("watch") == "true" && e.query.Get("sendInitialEvents") == "true"
}

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/streaming/pkg/httpstream/wsstream"
)

const group = "/apis/exec.example.com/v1"

// routes are what the gateway sees: shells with streams below them, and a whole cluster below `proxy`, as multi-cluster control
// planes have it, so that kubectl can be pointed at it.
func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	shell := group + "/namespaces/{namespace}/shells/{name}"
	mux.HandleFunc(group, func(w http.ResponseWriter, _ *http.Request) { answer(w, discovery) })
	mux.HandleFunc("GET "+shell, func(w http.ResponseWriter, r *http.Request) { answer(w, s.shells.look(r.PathValue("name"))) })
	mux.HandleFunc(shell+"/exec", s.stream(s.exec))
	mux.HandleFunc(shell+"/portforward", s.stream(s.forward))
	mux.HandleFunc("GET "+shell+"/wait", wait)
	s.addMember(mux, group+"/clusters/member/proxy")
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, http.StatusNotFound, "nothing at "+r.URL.Path) })
	return mux
}

// nodeRoutes are what the part before it sees of the part that runs commands.
func (s *server) nodeRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/exec/{name}", func(w http.ResponseWriter, r *http.Request) { s.execHere(w, r, r.PathValue("name")) })
	mux.HandleFunc("/portforward/{name}", func(w http.ResponseWriter, r *http.Request) { s.forwardHere(w, r, r.PathValue("name")) })
	return mux
}

// stream notes who asks, and does what the name of the shell says instead of switching protocols.
func (s *server) stream(next func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		s.shells.note(name, r)
		kind, what, _ := strings.Cut(name, "-")
		switch {
		case kind == "refuses":
			code, _ := strconv.Atoi(what)
			refuse(w, code, "this shell refuses")
		case kind == "answers":
			answer(w, map[string]string{"kind": "Secret"})
		case kind == "redirects":
			http.Redirect(w, r, "https://127.0.0.1:1/elsewhere", http.StatusFound)
		case kind == "old" && wsstream.IsWebSocketRequest(r):
			// As an API server that knows SPDY alone.
			refuse(w, http.StatusBadRequest, "unable to upgrade: missing upgrade headers in request")
		default:
			next(w, r, name)
		}
	}
}

// wait answers when the time is over that the request names, or when the client does not wait any more.
func wait(w http.ResponseWriter, r *http.Request) {
	duration, err := time.ParseDuration(r.URL.Query().Get("for"))
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	select {
	case <-r.Context().Done():
	case <-time.After(duration):
	}
	answer(w, map[string]string{"query": r.URL.RawQuery})
}

var discovery = metav1.APIResourceList{
	TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
	GroupVersion: "exec.example.com/v1",
	APIResources: []metav1.APIResource{
		{Name: "clusters", SingularName: "cluster", Kind: "Cluster", Verbs: metav1.Verbs{"get"}},
		{Name: "clusters/proxy", Kind: "ClusterProxyOptions", Verbs: metav1.Verbs{"create", "get"}},
		{Name: "shells", SingularName: "shell", Namespaced: true, Kind: "Shell", Verbs: metav1.Verbs{"get"}},
		{Name: "shells/exec", Namespaced: true, Kind: "ShellExecOptions", Verbs: metav1.Verbs{"create", "get"}},
		{Name: "shells/portforward", Namespaced: true, Kind: "ShellPortForwardOptions", Verbs: metav1.Verbs{"create", "get"}},
	},
}

func answer(w http.ResponseWriter, what any) {
	write(w, http.StatusOK, what)
}

func refuse(w http.ResponseWriter, code int, message string) {
	reasons := map[int]metav1.StatusReason{
		http.StatusBadRequest: metav1.StatusReasonBadRequest,
		http.StatusForbidden:  metav1.StatusReasonForbidden,
		http.StatusNotFound:   metav1.StatusReasonNotFound,
	}
	reason, known := reasons[code]
	if !known {
		reason = metav1.StatusReasonInternalError
	}
	write(w, code, metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusFailure,
		Reason:   reason,
		Message:  message,
		Code:     int32(code),
	})
}

func write(w http.ResponseWriter, code int, what any) {
	body, err := json.Marshal(what)
	if err != nil {
		http.Error(w, fmt.Sprint(err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(body)
}

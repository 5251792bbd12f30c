package main

import (
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// addMember serves as much of a cluster as kubectl needs to run a command in a pod. The shell of a pod has its name.
func (s *server) addMember(mux *http.ServeMux, at string) {
	mux.HandleFunc("GET "+at+"/api", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions", APIVersion: "v1"}, Versions: []string{"v1"}})
	})
	mux.HandleFunc("GET "+at+"/apis", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: []metav1.APIGroup{}})
	})
	mux.HandleFunc("GET "+at+"/api/v1", func(w http.ResponseWriter, _ *http.Request) { answer(w, coreDiscovery) })
	pod := at + "/api/v1/namespaces/{namespace}/pods/{name}"
	mux.HandleFunc("GET "+pod, func(w http.ResponseWriter, r *http.Request) {
		answer(w, newPod(r.PathValue("namespace"), r.PathValue("name")))
	})
	mux.HandleFunc("GET "+pod+"/log", tellLog)
	mux.HandleFunc(pod+"/exec", s.stream(s.exec))
	mux.HandleFunc(pod+"/portforward", s.stream(s.forward))
}

var coreDiscovery = metav1.APIResourceList{
	TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
	GroupVersion: "v1",
	APIResources: []metav1.APIResource{
		{Name: "pods", SingularName: "pod", Namespaced: true, Kind: "Pod", Verbs: metav1.Verbs{"get"}},
		{Name: "pods/exec", Namespaced: true, Kind: "PodExecOptions", Verbs: metav1.Verbs{"create", "get"}},
		{Name: "pods/log", Namespaced: true, Kind: "Pod", Verbs: metav1.Verbs{"get"}},
		{Name: "pods/portforward", Namespaced: true, Kind: "PodPortForwardOptions", Verbs: metav1.Verbs{"create", "get"}},
	},
}

func newPod(namespace, name string) corev1.Pod {
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	return corev1.Pod{
		TypeMeta:   metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "shell", Image: "none"}}},
		Status: corev1.PodStatus{
			Phase:             corev1.PodRunning,
			ContainerStatuses: []corev1.ContainerStatus{{Name: "shell", Ready: true, State: running}},
		},
	}
}

// tellLog writes two lines, and with `follow` goes on until the client has enough.
func tellLog(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprint(w, "first\nsecond\n")
	if r.URL.Query().Get("follow") == "true" {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

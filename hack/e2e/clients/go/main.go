// Command clients judges a Tributary gateway by the libraries that Go programs use: client-go, apimachinery and kube-aggregator's
// typed clients. It prints one line a check: "ok name", "FAIL name: why", "todo name: why" for what fails because it is not
// served yet, or "skip name: why". It ends with 1 when a check failed.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"k8s.io/klog/v2"
)

// options is what the suite that starts this program tells it.
type options struct {
	kubeconfig  string
	userToken   string
	adminToken  string
	control     string
	flunderPort int
	objects     int
	apply       string
	only        string
	lead        string
	streams     bool
}

func parseOptions() options {
	var o options
	flag.StringVar(&o.kubeconfig, "kubeconfig", "", "kubeconfig of an administrator")
	flag.StringVar(&o.userToken, "user-token", "", "bearer token of a user without rights")
	flag.StringVar(&o.adminToken, "admin-token", "", "bearer token of bob, who may do everything")
	flag.StringVar(&o.control, "control", "", "address to which POST /gateway/kill and the like is sent")
	flag.IntVar(&o.flunderPort, "flunder-port", 0, "port of the example service")
	flag.IntVar(&o.objects, "objects", 10_000, "how many objects the informer has to see")
	flag.StringVar(&o.apply, "apply", "auto", "server-side apply and strategic merge patches: on, off, or auto for what OpenAPI lists")
	flag.StringVar(&o.only, "only", "", "regular expression of the checks to run; those that prepare the others always run")
	flag.StringVar(&o.lead, "lead", "", "run no checks, but take part in an election under this name")
	flag.BoolVar(&o.streams, "streams", false, "run no checks but those of streams, such as those of kubectl exec")
	flag.Parse()
	return o
}

func main() {
	log.SetFlags(0)
	klog.LogToStderr(true)
	o := parseOptions()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	r, err := newReport(o.only)
	if err != nil {
		log.Fatal(err)
	}
	s, err := newScene(o)
	if err != nil {
		fmt.Println("FAIL kubeconfig: " + oneLine(err))
		os.Exit(1)
	}
	if o.lead != "" {
		s.lead(ctx, o.lead)
		return
	}
	groups := []func(context.Context, *report, *scene){
		checkKubeconfig,
		checkDiscovery,
		checkAPIServices,
		checkMapper,
		checkOpenAPI,
		checkDynamic,
		checkMetadata,
		checkTyped,
		checkErrors,
		checkReviews,
		checkEvents,
		checkLeading,
		checkEveryKind,
		checkApply,
		checkWatch,
		checkPages,
		checkInformers,
		checkRestarts,
	}
	if o.streams {
		groups = []func(context.Context, *report, *scene){checkStreams}
	}
	for _, group := range groups {
		group(ctx, r, s)
	}
	if r.failed > 0 {
		os.Exit(1)
	}
}

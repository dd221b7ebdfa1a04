// One binary for a whole control plane, a kubelet and kubectl.
// The part to run is the name that the binary was called by, or else its first argument.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// kubectl prints its own errors and picks the exit status (diff: 1 means "differs"); the servers leave that to component-base.
func run(name string) int {
	var server *cobra.Command
	switch name {
	case "etcd":
		etcdmain.Main(append([]string{"etcd"}, os.Args[1:]...))
		return 0
	case "kubectl":
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			kubectlutil.CheckErr(err)
		}
		return 0
	case "kube-apiserver":
		server = apiserver.NewAPIServerCommand()
	case "kube-controller-manager":
		server = controllers.NewControllerManagerCommand()
	case "kube-scheduler":
		server = scheduler.NewSchedulerCommand()
	case "kubelet":
		server = kubelet.NewKubeletCommand(context.Background())
	default:
		names := []string{"etcd", "kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"}
		sort.Strings(names)
		fmt.Fprintf(os.Stderr, "usage: hyperkube %s [flags]\n", strings.Join(names, "|"))
		return 2
	}
	return cli.Run(server)
}

func main() {
	name := filepath.Base(os.Args[0])
	if name == "hyperkube" && len(os.Args) > 1 {
		name = os.Args[1]
		os.Args = os.Args[1:]
	}
	os.Exit(run(name))
}

// Command kubectl is Kubernetes' own client, built from its module, for the tests that drive
// minipod with it: nothing has to be downloaded or installed.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

func main() {
	os.Exit(cli.Run(cmd.NewDefaultKubectlCommand()))
}

package manifest

import (
	"fmt"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

// Refs are the pods of manifests, by name: all that rm -f needs of them.
func Refs(sources []Source, namespace string) ([]translate.Ref, error) {
	var refs []translate.Ref
	for _, s := range sources {
		objects, err := podspec.Parse(s.Name, s.Data)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			pod := o.Pod()
			switch {
			case pod == nil:
				continue
			case pod.Name == "":
				return nil, podspec.Problems{o.Problem("metadata.generateName", "a pod whose name was made up has to be named")}
			case namespace != "":
				pod.Namespace = namespace
			}
			refs = append(refs, translate.Ref{Namespace: pod.Namespace, Name: pod.Name})
		}
	}
	if len(refs) == 0 {
		return nil, fmt.Errorf("no Pod in %s", sources[0].Name)
	}
	return refs, nil
}

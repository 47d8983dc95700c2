package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

// NodeProfiles is where a kubelet has the seccomp profiles of its node.
const NodeProfiles = "/var/lib/kubelet/seccomp"

// maxProfile is how long a profile may be: the engine keeps it in a label.
const maxProfile = 100 << 10

// Profile reads a seccomp profile from the first folder that has it, as JSON
// without blanks. One that is in none of them is fs.ErrNotExist.
func Profile(folders []string, name string) (string, error) {
	for _, folder := range folders {
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, data); err != nil {
			return "", fmt.Errorf("%s is not JSON: %w", filepath.Join(folder, name), err)
		}
		if compact.Len() > maxProfile {
			return "", fmt.Errorf("%s has %d bytes: more than the %d that a profile may have", filepath.Join(folder, name), compact.Len(), maxProfile)
		}
		return compact.String(), nil
	}
	return "", fs.ErrNotExist
}

// profileFolders are where a manifest's profiles are looked for.
func (opts Options) profileFolders(file string) []string {
	if opts.Profiles != "" {
		return []string{opts.Profiles}
	}
	folder := "."
	if !isURL(file) && file != stdinName {
		folder = filepath.Dir(file)
	}
	return []string{folder, NodeProfiles}
}

// profiles are the seccomp profiles that a pod names. Of one that is not
// there a Note tells.
func (r *Reading) profiles(opts Options, o *podspec.Object) map[string]string {
	names := translate.SeccompProfiles(o.Pod())
	if len(names) == 0 {
		return nil
	}
	file, _, _ := o.Position("")
	found := map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(names)) {
		name := names[field]
		text, err := Profile(opts.profileFolders(file), name)
		switch {
		case err == nil:
			found[name] = text
		case !errors.Is(err, fs.ErrNotExist):
			r.wrong(o.Problem(field, fmt.Sprintf("cannot load seccomp profile %q: %v", name, err)))
			found[name] = "{}" // it is there
		}
	}
	return found
}

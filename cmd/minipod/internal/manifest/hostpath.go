package manifest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/minipod/minipod/podspec"
)

// hint is what to do about a field that cannot be honoured, where there is
// more to say of it here.
func (m Pod) hint(field string) string {
	switch {
	case strings.HasSuffix(field, ".seccompProfile.localhostProfile"):
		return ": put it beside the manifest, or name its folder with --seccomp-root"
	case strings.Contains(field, ".sysctls["):
		return ": a node refuses it too, unless it is told --allowed-unsafe-sysctls"
	}
	return m.pathHint(field)
}

// pathHint is the absolute path that the relative one of a hostPath was
// probably meant to be: below the manifest's folder, as Docker Compose has it.
func (m Pod) pathHint(field string) string {
	for i, v := range m.Pod().Spec.Volumes {
		if v.HostPath != nil && field == fmt.Sprintf("spec.volumes[%d].hostPath.path", i) {
			if meant := absolutePath(m.Source(), v.HostPath.Path); meant != "" {
				return fmt.Sprintf(": did you mean %s?", meant)
			}
		}
	}
	return ""
}

// hinted adds to refused paths of the machine the absolute ones that were probably
// meant.
func hinted(problems podspec.Problems) podspec.Problems {
	for i, p := range problems {
		if strings.HasSuffix(p.Field, ".hostPath.path") && p.Value != "" && !path.IsAbs(p.Value) {
			if meant := absolutePath(p.File, p.Value); meant != "" {
				problems[i].Message += fmt.Sprintf(", did you mean %s?", meant)
			}
		}
	}
	return problems
}

// absolutePath makes a path absolute that was written in a file; empty where
// it cannot be told what was meant.
func absolutePath(file, written string) string {
	if written = strings.TrimSpace(written); path.IsAbs(written) {
		return written
	}
	rest, atHome := strings.CutPrefix(written, "~")
	switch {
	case atHome && (rest == "" || rest[0] == '/'):
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		return path.Join(filepath.ToSlash(home), rest)
	case atHome, strings.ContainsAny(written, `\$`), strings.Contains(written, ":"), isURL(file):
		return ""
	}
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return ""
	}
	return path.Join(filepath.ToSlash(folder), written)
}

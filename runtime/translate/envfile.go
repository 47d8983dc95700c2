package translate

import (
	"fmt"
	"path"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// EnvFile is a file of a volume that variables come from: an init container has
// written it.
type EnvFile struct{ Volume, Path string }

// Inside is where the pause has it.
func (f EnvFile) Inside() string { return path.Join(VolumeRoot, f.Volume, f.Path) }

func fileOf(ref *v1.FileKeySelector) EnvFile { return EnvFile{ref.VolumeName, ref.Path} }

// fileValue is the value of a key in a file of a volume; known is false for
// one that is optional and not there.
func fileValue(ref *v1.FileKeySelector, field string, in Inputs) (value string, known bool, missing *Missing) {
	if in.Symbolic {
		return token(FileKey{fileOf(ref), ref.Key}.name()), true, nil
	}
	wrong := func(format string, args ...any) (string, bool, *Missing) {
		return "", false, &Missing{Reason: ReasonConfigError, Message: fmt.Sprintf(format, args...), Field: field + ".fileKeyRef"}
	}
	data, there := in.Files[fileOf(ref)]
	if !there && isTrue(ref.Optional) {
		return "", false, nil
	}
	if !there {
		return wrong("couldn't parse env file: volume %q has no file %q", ref.VolumeName, ref.Path)
	}
	value, err := parseEnvFile(string(data), ref.Key)
	switch {
	case err != nil:
		return wrong("couldn't parse env file %q of volume %q: %v", ref.Path, ref.VolumeName, err)
	case value == "" && !isTrue(ref.Optional):
		return wrong("environment variable key %q not found in file %q of volume %q", ref.Key, ref.Path, ref.VolumeName)
	}
	return value, value != "", nil
}

const blanks = " \t"

// parseEnvFile finds the value of a key as the kubelet does
// (pkg/kubelet/util/env): NAME='value' lines, between which may be comments;
// a value may go over several lines. It is empty where there is none.
func parseEnvFile(text, key string) (string, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for line := 1; text != ""; {
		entry, rest, _ := strings.Cut(text, "\n")
		entry = strings.TrimLeft(entry, blanks)
		if entry == "" || entry[0] == '#' {
			text, line = rest, line+1
			continue
		}
		name, after, ok := strings.Cut(entry, "=")
		switch {
		case !ok:
			return "", fmt.Errorf("line %d has no '='", line)
		case name == "" || strings.TrimRight(name, blanks) != name:
			return "", fmt.Errorf("line %d: a name is to stand right before '='", line)
		case strings.TrimLeft(after, blanks) != after: // as a shell has it
			if name == key {
				return "", nil
			}
			text, line = rest, line+1
			continue
		case !strings.HasPrefix(after, "'"):
			return "", fmt.Errorf("line %d: the value is to be in single quotes", line)
		}
		value, behind, ok := strings.Cut(text[strings.Index(text, "='")+len("='"):], "'")
		if !ok {
			return "", fmt.Errorf("line %d: the quote is never closed", line)
		}
		tail, rest, _ := strings.Cut(behind, "\n")
		if tail = strings.TrimLeft(tail, blanks); tail != "" && tail[0] != '#' {
			return "", fmt.Errorf("line %d: something stands behind the quote", line+strings.Count(value, "\n"))
		}
		if name == key {
			return value, nil
		}
		text, line = rest, line+1+strings.Count(value, "\n")
	}
	return "", nil
}

// FileKey is the token for a value in a file of a volume.
type FileKey struct {
	EnvFile
	Key string
}

const fileKeyToken = "file.key/"

func (f FileKey) name() string { return fileKeyToken + f.Volume + "/" + f.Key + "//" + f.Path }

// FileKeyOf reads a FileKey from the name of a token; ok is false where it is
// another.
func FileKeyOf(token string) (f FileKey, ok bool) {
	rest, ok := strings.CutPrefix(token, fileKeyToken)
	f.Volume, rest, _ = strings.Cut(rest, "/")
	f.Key, f.Path, _ = strings.Cut(rest, "//")
	return f, ok
}

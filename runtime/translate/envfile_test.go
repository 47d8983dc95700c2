package translate_test

import (
	"strings"
	"testing"

	"github.com/minipod/minipod/runtime/translate"
)

// Variables of a file of a volume, as the kubelet reads it: "!" and why where
// the container is not made, "-" where it is made without the variable.
func TestEnvFile(t *testing.T) {
	for _, c := range []struct{ file, optional, want string }{
		{"K='v'", "", "v"},
		{"# comment\n\n \t K='v' # behind\n", "", "v"},
		{"A='1'\nK='two\nlines # no comment'\nB='2'", "", "two\nlines # no comment"},
		{"A='x\ny'\nK='v'", "", "v"},
		{"K='a=\"b\" $(C) \\n'", "", `a="b" $(C) \n`},
		{"K='first'\nK='second'", "", "first"},
		{"K='v'\r\nL='w'\r\n", "", "v"},
		{"A='1'", "", `!environment variable key "K" not found in file "f" of volume "v"`},
		{"K= 'v'", "", `!environment variable key "K" not found`},
		{"A='1'", "true", "-"},
		{"", "true", "-"},
		{"none", "", `!couldn't parse env file: volume "v" has no file "f"`},
		{"none", "true", "-"},
		{"K=v", "", "!couldn't parse env file \"f\" of volume \"v\": line 1: the value is to be in single quotes"},
		{"A='\n'\nK ='v'", "true", "!couldn't parse env file \"f\" of volume \"v\": line 3: a name is to stand right before '='"},
		{"what", "", "!couldn't parse env file \"f\" of volume \"v\": line 1 has no '='"},
		{"K='v", "", "!couldn't parse env file \"f\" of volume \"v\": line 1: the quote is never closed"},
		{"A='v' x", "", "!couldn't parse env file \"f\" of volume \"v\": line 1: something stands behind the quote"},
	} {
		container := "env: [{name: A, valueFrom: {fileKeyRef: {volumeName: v, path: f, key: K, optional: " + strings.TrimSpace(c.optional+" ") + "}}}]"
		if c.optional == "" {
			container = strings.Replace(container, ", optional: ", "", 1)
		}
		b := translate.New(parseText(t, "p.yaml", notable("volumes: [{name: v, emptyDir: {}}]", container)), translate.Options{})
		file := translate.EnvFile{Volume: "v", Path: "f"}
		if needs := translate.NeedsOf(b.Units).Files; len(needs) != 1 || needs[0] != file {
			t.Fatalf("needs %v", needs)
		}
		in := translate.Inputs{Files: map[translate.EnvFile][]byte{file: []byte(c.file)}}
		if c.file == "none" {
			in.Files = nil
		}
		r, missing := b.Units[0].Attempt(in, 0, 0)
		got := "-"
		switch {
		case missing != nil:
			got = "!" + missing.Message
			if missing.Reason != translate.ReasonConfigError || missing.Field != "spec.containers[0].env[0].valueFrom.fileKeyRef" {
				t.Errorf("%+v", missing)
			}
		case len(r.Config.Env) == 1:
			got = strings.TrimPrefix(r.Config.Env[0], "A=")
		}
		if got != c.want && !(strings.HasPrefix(c.want, "!") && strings.HasPrefix(got, c.want)) {
			t.Errorf("%q (optional %s): %q, want %q", c.file, c.optional, got, c.want)
		}
	}
}

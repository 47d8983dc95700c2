package access

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	now   = time.Unix(1_700_000_000, 0)
	bound = Bound{Namespace: "work", Pod: Object{Name: "web", UID: "uid-1"}, Account: Object{Name: "default"}}
	api   = API{Secret: []byte("0123456789abcdef0123456789abcdef")}
)

func sign(t *testing.T, a API, token Token) string {
	t.Helper()
	text, err := a.Sign(token)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTokenIsReadBack(t *testing.T) {
	made := NewToken(bound, "", now, time.Hour)
	text := sign(t, api, made)
	if again := sign(t, api, made); again != text {
		t.Errorf("signed again it is %q, not %q", again, text)
	}
	got, err := api.Verify(text, now.Add(59*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made, got); diff != "" {
		t.Errorf("read back (-made +got):\n%s", diff)
	}
	if want := "system:serviceaccount:work:default"; got.Subject != want || got.Bound.User() != want {
		t.Errorf("subject %q, user %q; want %q", got.Subject, got.Bound.User(), want)
	}
}

func TestTokensThatAreNotGood(t *testing.T) {
	good := sign(t, api, NewToken(bound, "", now, time.Hour))
	parts := strings.Split(good, ".")
	other := sign(t, api, NewToken(Bound{Namespace: "work", Account: bound.Account, Pod: Object{Name: "db", UID: "uid-2"}}, "", now, time.Hour))
	unsigned := encode([]byte(`{"alg":"none"}`)) + "." + parts[1]
	for name, tt := range map[string]struct {
		api   API
		token string
		at    time.Time
	}{
		"its time is over":          {api, good, now.Add(time.Hour)},
		"another audience":          {api, sign(t, api, NewToken(bound, "vault", now, time.Hour)), now},
		"another secret":            {API{Secret: []byte("another")}, good, now},
		"no secret":                 {API{}, sign(t, API{}, NewToken(bound, "", now, time.Hour)), now},
		"another pod's signature":   {api, parts[0] + "." + strings.Split(other, ".")[1] + "." + parts[2], now},
		"not signed":                {api, unsigned + ".", now},
		"signed, of another header": {api, unsigned + "." + api.signature(unsigned), now},
		"no claims":                 {api, header + "." + api.signature(header), now},
		"cut":                       {api, good[:len(good)-1], now},
		"empty":                     {api, "", now},
	} {
		if got, err := tt.api.Verify(tt.token, tt.at); err == nil || got.Subject != "" {
			t.Errorf("%s: it says %+v, %v; want an error alone", name, got, err)
		}
	}
}

package apiserver_test

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/minipod/minipod/runtime/apiserver"
)

// An authority that was written down signs what the one before is trusted for.
func TestAuthorityIsReadBack(t *testing.T) {
	now := time.Now()
	made, err := apiserver.NewAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	key, err := made.Key()
	if err != nil {
		t.Fatal(err)
	}
	read, err := apiserver.ReadAuthority(made.CA(), key)
	if err != nil {
		t.Fatal(err)
	}
	identity, err := read.Identity(now, "172.17.0.1", "kubernetes.default.svc")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(made.CA())
	leaf, err := x509.ParseCertificate(identity.TLS.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	for host, good := range map[string]bool{"172.17.0.1": true, "kubernetes.default.svc": true, "localhost": true, "172.17.0.2": false} {
		_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: now.Add(24 * time.Hour)})
		if (err == nil) != good {
			t.Errorf("for %s: %v", host, err)
		}
	}
	other, err := apiserver.NewAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := apiserver.ReadAuthority(other.CA(), key); err == nil {
		t.Error("an authority was read with the key of another")
	}
}

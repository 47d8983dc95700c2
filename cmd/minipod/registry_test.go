package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/pkg/jsonmessage"
	"github.com/rogpeppe/go-internal/testscript"
)

// The only user of the tests' registries, whose password is "secret".
const (
	registryUser     = "me"
	registryPassword = "secret"
	registryUsers    = "me:$2y$05$dTSewhAWGI4WDlxkh0Mksu2CtV67bpWl/U4U8AxzYmpT/ycL92VoO\n"
)

// registryCmd is: registry VARIABLE http|https IMAGE... It starts Debian's
// docker-registry with basic auth on loopback, where the engine takes any
// certificate, pushes the images to it, and sets the variable to its address.
func (e *testEngine) registryCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: registry VARIABLE http|https IMAGE...")
	}
	address := startRegistry(ts, args[1])
	for _, name := range args[2:] {
		ts.Check(e.push(name, address+"/"+name))
	}
	ts.Setenv(args[0], address)
}

func startRegistry(ts *testscript.TestScript, scheme string) (address string) {
	program, err := exec.LookPath("docker-registry")
	if err != nil {
		ts.Fatalf("%v: hack/registry installs it", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	address = l.Addr().String()
	ts.Check(l.Close())
	folder := ts.MkAbs("registry-" + scheme)
	ts.Check(os.MkdirAll(folder, 0o700))
	ts.Check(os.WriteFile(filepath.Join(folder, "users"), []byte(registryUsers), 0o600))
	ts.Check(writeCertificate(folder))
	config := fmt.Sprintf(`version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: %[1]s/data}}
http: {addr: %[2]s%[3]s}
auth: {htpasswd: {realm: test, path: %[1]s/users}}
`, folder, address, map[string]string{"https": fmt.Sprintf(", tls: {certificate: %[1]s/cert.pem, key: %[1]s/key.pem}", folder)}[scheme])
	ts.Check(os.WriteFile(filepath.Join(folder, "config.yml"), []byte(config), 0o600))
	server := exec.Command(program, "serve", filepath.Join(folder, "config.yml"))
	ts.Check(server.Start())
	ts.Defer(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	awaitPort(ts, address)
	return address
}

// awaitPort waits until something listens.
func awaitPort(ts *testscript.TestScript, address string) {
	for end := time.Now().Add(testTime); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			ts.Check(c.Close())
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("the registry does not listen: %v", err)
		}
	}
}

// writeCertificate writes one that nobody has signed.
func writeCertificate(folder string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: certificate}, "key.pem": {Type: "EC PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// push puts an image that the engine has into a registry. The engine keeps
// nothing of it.
func (e *testEngine) push(name, reference string) error {
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	defer cancel()
	if err := e.ImageTag(ctx, name, reference); err != nil {
		return err
	}
	auth, err := registry.EncodeAuthConfig(registry.AuthConfig{Username: registryUser, Password: registryPassword})
	if err != nil {
		return err
	}
	stream, err := e.ImagePush(ctx, reference, image.PushOptions{RegistryAuth: auth})
	if err != nil {
		return err
	}
	defer stream.Close()
	if err := jsonmessage.DisplayJSONMessagesStream(stream, io.Discard, 0, false, nil); err != nil {
		return err
	}
	_, err = e.ImageRemove(ctx, reference, image.RemoveOptions{})
	return err
}

// untagCmd is: untag NAME. It takes a name from an image.
func (e *testEngine) untagCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: untag NAME")
	}
	_, err := e.ImageRemove(context.Background(), args[0], image.RemoveOptions{})
	ts.Check(err)
}

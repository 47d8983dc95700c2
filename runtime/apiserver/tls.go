package apiserver

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// How long certificates are good: a server's are made anew at every start, an
// authority may be kept.
const (
	certLife      = 365 * 24 * time.Hour
	authorityLife = 10 * certLife
)

// Identity is what a server proves itself with.
type Identity struct {
	CA  []byte      // certificate of the authority, in PEM, for clients
	TLS *tls.Config // for the listener
}

// TLS makes a certificate authority and a certificate for the loopback device and
// the given further names and addresses. The authority's key is thrown away.
func TLS(now time.Time, hosts ...string) (Identity, error) {
	a, err := NewAuthority(now)
	if err != nil {
		return Identity{}, err
	}
	return a.Identity(now, hosts...)
}

// Authority signs the certificates of servers.
type Authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// NewAuthority makes an authority with a key of its own.
func NewAuthority(now time.Time) (Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Authority{}, fmt.Errorf("make the authority's key: %w", err)
	}
	ca := template(now, "minipod", authorityLife)
	ca.IsCA, ca.BasicConstraintsValid = true, true
	ca.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		return Authority{}, fmt.Errorf("make the authority's certificate: %w", err)
	}
	ca, err = x509.ParseCertificate(der)
	return Authority{ca, key}, err
}

// The types of PEM blocks.
const (
	certBlock = "CERTIFICATE"
	keyBlock  = "PRIVATE KEY"
)

// CA is the authority's certificate, in PEM.
func (a Authority) CA() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: certBlock, Bytes: a.cert.Raw})
}

// Key is the authority's private key, in PEM.
func (a Authority) Key() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, fmt.Errorf("encode the authority's key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: keyBlock, Bytes: der}), nil
}

// ReadAuthority reads an authority back from its certificate and its key.
func ReadAuthority(ca, key []byte) (Authority, error) {
	pair, err := tls.X509KeyPair(ca, key)
	if err != nil {
		return Authority{}, fmt.Errorf("read the authority: %w", err)
	}
	signer, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return Authority{}, fmt.Errorf("read the authority: its key, a %T, cannot sign", pair.PrivateKey)
	}
	return Authority{pair.Leaf, signer}, nil
}

// Identity makes a certificate for the loopback device and the given further
// names and addresses.
func (a Authority) Identity(now time.Time, hosts ...string) (Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Identity{}, fmt.Errorf("make the server's key: %w", err)
	}
	leaf := template(now, "minipod serve", certLife)
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range append([]string{"localhost", "127.0.0.1", "::1"}, hosts...) {
		if ip := net.ParseIP(host); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, key.Public(), a.key)
	if err != nil {
		return Identity{}, fmt.Errorf("make the server's certificate: %w", err)
	}
	return Identity{
		CA: a.CA(),
		TLS: &tls.Config{
			MinVersion:   tls.VersionTLS12,
			NextProtos:   []string{"h2", "http/1.1"},
			Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		},
	}, nil
}

func template(now time.Time, name string, life time.Duration) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: name, Organization: []string{"minipod"}},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(life),
	}
}

// NewToken makes a bearer token that cannot be guessed.
func NewToken() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: see crypto/rand
	return base64.RawURLEncoding.EncodeToString(secret)
}

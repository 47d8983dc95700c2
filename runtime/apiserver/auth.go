package apiserver

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/minipod/minipod/runtime/access"
)

// ownUser is who knows the token of serve, and may do everything.
const ownUser = "minipod"

// guard lets in only requests that were sent to this machine by name (a web page
// that rebinds its own name to 127.0.0.1 fails here) and that know the token. It
// sets no CORS headers, so no other page's script can read an answer.
func (s *Server) guard(next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(s.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.ownHost(r.Host) {
			message := fmt.Errorf("the request was sent to %q, which is not a name of this server", r.Host)
			s.fail(w, apierrors.NewForbidden(schema.GroupResource{}, "", message))
			return
		}
		got := sha256.Sum256([]byte(bearer(r)))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="minipod"`)
			s.fail(w, apierrors.NewUnauthorized("the bearer token is missing or wrong: use the kubeconfig that minipod serve wrote"))
			return
		}
		r, err := impersonating(r)
		if err != nil {
			s.fail(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// superuser is the group of users who may do everything.
const superuser = "system:masters"

// impersonating is a request as whom it is to be answered for: kubectl --as. A
// service account may what its pods may; of other users it is not known.
func impersonating(r *http.Request) (*http.Request, error) {
	user := r.Header.Get(authenticationv1.ImpersonateUserHeader)
	if user == "" || user == ownUser || slices.Contains(r.Header.Values(authenticationv1.ImpersonateGroupHeader), superuser) {
		return r, nil
	}
	bound, ok := access.BoundTo(user)
	if !ok {
		why := errors.New("there are service accounts, system:serviceaccount:NAMESPACE:NAME, and no other users")
		return nil, apierrors.NewForbidden(schema.GroupResource{Resource: "users"}, user, why)
	}
	return r.WithContext(context.WithValue(r.Context(), podKey{}, bound)), nil
}

// bearer is the token of a request: in the Authorization header, or, from
// websocket clients that cannot set headers, as a subprotocol would be. Only the former is served.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func (s *Server) ownHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if name == "localhost" || slices.Contains(s.Hosts, name) {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.Unmap().IsLoopback()
}

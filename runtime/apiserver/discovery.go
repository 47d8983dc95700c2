package apiserver

import (
	"net/http"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/openapi"
	"github.com/minipod/minipod/runtime/apiserver/wire"
)

// kubernetesVersion is the release whose API is served, in part.
const kubernetesVersion = "v1.37.1"

// aggregated is the media type that asks for all of discovery in one answer.
const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

// routeOther serves the paths that are not about objects.
func (s *Server) routeOther(w http.ResponseWriter, r *http.Request, segments []string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.fail(w, nowhere(r))
		return
	}
	switch segments[0] {
	case "", "version":
		s.root(w, segments[0])
	case "healthz", "livez", "readyz":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok"))
	case "openapi":
		openapi.Docs{}.ServeHTTP(w, r)
	case "api", "apis":
		s.discover(w, r, segments)
	default:
		s.fail(w, nowhere(r))
	}
}

func (s *Server) root(w http.ResponseWriter, segment string) {
	if segment == "version" {
		s.answer(w, http.StatusOK, version.Info{
			Major: "1", Minor: "37", GitVersion: kubernetesVersion, GitTreeState: "clean",
			GoVersion: "go", Compiler: "gc", Platform: "linux/amd64",
		})
		return
	}
	s.answer(w, http.StatusOK, metav1.RootPaths{Paths: []string{
		"/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version",
	}})
}

// discover answers what groups, versions and resources there are.
func (s *Server) discover(w http.ResponseWriter, r *http.Request, segments []string) {
	core := segments[0] == "api"
	switch {
	case len(segments) == 1 && wire.Accepts(r.Header.Get("Accept"), aggregated):
		s.answer(aggregatedWriter{w}, http.StatusOK, s.everything(core))
	case len(segments) == 1 && core:
		s.answer(w, http.StatusOK, metav1.APIVersions{
			TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"},
			ServerAddressByClientCIDRs: []metav1.ServerAddressByClientCIDR{{ClientCIDR: "0.0.0.0/0", ServerAddress: r.Host}},
		})
	case len(segments) == 1:
		s.answer(w, http.StatusOK, metav1.APIGroupList{
			TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: s.groups(),
		})
	case len(segments) == 2 && core:
		s.resources(w, r, schema.GroupVersion{Version: segments[1]})
	case len(segments) == 2:
		s.group(w, r, segments[1])
	default:
		s.resources(w, r, schema.GroupVersion{Group: segments[1], Version: segments[2]})
	}
}

// versions are the groups and versions, those without stored kinds included.
func (s *Server) versions() []schema.GroupVersion {
	all := s.kinds.GroupVersions()
	for _, review := range reviews() {
		all = append(all, review.gv)
	}
	return dedupe(append(all, metricsVersion))
}

func dedupe(all []schema.GroupVersion) []schema.GroupVersion {
	seen := map[schema.GroupVersion]bool{}
	once := all[:0]
	for _, gv := range all {
		if !seen[gv] {
			seen[gv] = true
			once = append(once, gv)
		}
	}
	return once
}

func (s *Server) groups() []metav1.APIGroup {
	groups := []metav1.APIGroup{}
	for _, gv := range s.versions() {
		if gv.Group == "" {
			continue
		}
		one := metav1.GroupVersionForDiscovery{GroupVersion: gv.String(), Version: gv.Version}
		groups = append(groups, metav1.APIGroup{Name: gv.Group, Versions: []metav1.GroupVersionForDiscovery{one}, PreferredVersion: one})
	}
	return groups
}

func (s *Server) group(w http.ResponseWriter, r *http.Request, name string) {
	for _, group := range s.groups() {
		if group.Name == name {
			group.TypeMeta = metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}
			s.answer(w, http.StatusOK, group)
			return
		}
	}
	s.fail(w, nowhere(r))
}

func (s *Server) resources(w http.ResponseWriter, r *http.Request, gv schema.GroupVersion) {
	list := s.resourcesOf(gv)
	if len(list) == 0 {
		s.fail(w, nowhere(r))
		return
	}
	s.answer(w, http.StatusOK, metav1.APIResourceList{
		TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: gv.String(), APIResources: list,
	})
}

// resourcesOf lists the resources of a group and version, each followed by its subresources.
func (s *Server) resourcesOf(gv schema.GroupVersion) []metav1.APIResource {
	var list []metav1.APIResource
	for _, k := range s.kinds.In(gv) {
		list = append(list, metav1.APIResource{
			Name: k.Plural, SingularName: k.Singular, Namespaced: k.Namespaced, Kind: k.Kind,
			Verbs: k.Verbs, ShortNames: k.Short, Categories: k.Categories,
		})
		for _, sub := range k.Subresources {
			if len(sub.Verbs) > 0 {
				list = append(list, subresource(k, sub))
			}
		}
	}
	for _, review := range reviews() {
		if review.gv == gv {
			list = append(list, metav1.APIResource{Name: review.plural, SingularName: review.singular, Kind: review.kind, Verbs: []string{"create"}})
		}
	}
	if gv == metricsVersion {
		for _, one := range s.measures() {
			list = append(list, metav1.APIResource{Name: one.plural, Kind: one.kind, Namespaced: one.namespaced, Verbs: []string{"get", "list"}})
		}
	}
	return list
}

func subresource(k *kind.Kind, sub kind.Subresource) metav1.APIResource {
	name := sub.Kind
	if name == "" {
		name = k.Kind
	}
	return metav1.APIResource{
		Name: k.Plural + "/" + sub.Name, Namespaced: k.Namespaced, Kind: name,
		Group: sub.Group, Version: sub.Version, Verbs: sub.Verbs,
	}
}

// everything is all of discovery below /api or below /apis.
func (s *Server) everything(core bool) apidiscoveryv2.APIGroupDiscoveryList {
	list := apidiscoveryv2.APIGroupDiscoveryList{
		TypeMeta: metav1.TypeMeta{Kind: "APIGroupDiscoveryList", APIVersion: apidiscoveryv2.SchemeGroupVersion.String()},
		Items:    []apidiscoveryv2.APIGroupDiscovery{},
	}
	for _, gv := range s.versions() {
		if (gv.Group == "") != core {
			continue
		}
		list.Items = append(list.Items, apidiscoveryv2.APIGroupDiscovery{
			ObjectMeta: metav1.ObjectMeta{Name: gv.Group},
			Versions: []apidiscoveryv2.APIVersionDiscovery{{
				Version: gv.Version, Freshness: apidiscoveryv2.DiscoveryFreshnessCurrent, Resources: aggregate(gv, s.resourcesOf(gv)),
			}},
		})
	}
	return list
}

// aggregatedWriter says in the answer's type that it is the aggregated form.
type aggregatedWriter struct{ http.ResponseWriter }

// WriteHeader sets the type first.
func (a aggregatedWriter) WriteHeader(code int) {
	a.Header().Set("Content-Type", aggregated)
	a.ResponseWriter.WriteHeader(code)
}

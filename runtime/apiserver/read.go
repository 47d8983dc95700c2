package apiserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/wire"
)

// get answers one object from the store. The engine is not asked.
func (s *Server) get(w http.ResponseWriter, r *http.Request, t target) error {
	item := s.store.Get(t.key())
	if item == nil {
		return t.notFound()
	}
	return s.answerItem(w, r, t, http.StatusOK, item)
}

// list answers all objects of a selection at once: limit and continue are wishes
// that a server may leave alone.
func (s *Server) list(w http.ResponseWriter, r *http.Request, t target) error {
	selection, err := selectionOf(r, t)
	if err != nil {
		return err
	}
	items, version := s.store.List(t.kind.Resource(), t.namespace)
	chosen := items[:0]
	for _, item := range items {
		if selection.has(item) {
			chosen = append(chosen, item)
		}
	}
	data, err := s.former(r, t.kind).list(chosen, version)
	if err != nil {
		return err
	}
	s.answerJSON(w, http.StatusOK, data)
	return nil
}

func (s *Server) answerItem(w http.ResponseWriter, r *http.Request, t target, code int, item *store.Item) error {
	f := s.former(r, t.kind)
	f.columns = true
	data, err := f.one(item)
	if err != nil {
		return err
	}
	s.answerJSON(w, code, data)
	return nil
}

// former writes objects in the form that a client asked for.
type former struct {
	kind    *kind.Kind
	form    wire.Form
	include metav1.IncludeObjectPolicy // what goes with the rows of a table
	columns bool                       // the next table has its column definitions
	now     time.Time
}

func (s *Server) former(r *http.Request, k *kind.Kind) *former {
	f := &former{kind: k, form: wire.FormOf(r.Header.Get("Accept")), now: s.Now(), columns: true}
	f.include = metav1.IncludeObjectPolicy(r.URL.Query().Get("includeObject"))
	return f
}

func (f *former) one(item *store.Item) ([]byte, error) {
	switch f.form {
	case wire.Table:
		return f.table([]*store.Item{item}, item.Object.GetResourceVersion())
	case wire.Metadata:
		return json.Marshal(metadataOf(item))
	}
	return item.JSON, nil
}

func (f *former) list(items []*store.Item, version uint64) ([]byte, error) {
	at := strconv.FormatUint(version, 10)
	name, group := f.kind.Kind+"List", f.kind.GroupVersion().String()
	switch f.form {
	case wire.Table:
		return f.table(items, at)
	case wire.Metadata:
		name, group = "PartialObjectMetadataList", metav1.SchemeGroupVersion.String()
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, `{"kind":%q,"apiVersion":%q,"metadata":{"resourceVersion":%q},"items":[`, name, group, at)
	for i, item := range items {
		if i > 0 {
			out.WriteByte(',')
		}
		data, err := f.one(item)
		if err != nil {
			return nil, err
		}
		out.Write(data)
	}
	out.WriteString("]}")
	return out.Bytes(), nil
}

func (f *former) table(items []*store.Item, version string) ([]byte, error) {
	printer := f.kind.Printer()
	t := metav1.Table{
		TypeMeta: metav1.TypeMeta{Kind: "Table", APIVersion: metav1.SchemeGroupVersion.String()},
		ListMeta: metav1.ListMeta{ResourceVersion: version},
		Rows:     make([]metav1.TableRow, 0, len(items)),
	}
	if f.columns {
		t.ColumnDefinitions = printer.Columns
	}
	for _, item := range items {
		row := printer.Row(item.Object, f.now)
		switch f.include {
		case metav1.IncludeNone:
		case metav1.IncludeObject:
			row.Object = runtime.RawExtension{Raw: item.JSON}
		default:
			row.Object = runtime.RawExtension{Object: metadataOf(item)}
		}
		t.Rows = append(t.Rows, row)
	}
	return json.Marshal(t)
}

func metadataOf(item *store.Item) *metav1.PartialObjectMetadata {
	partial := meta.AsPartialObjectMetadata(item.Object)
	partial.TypeMeta = metav1.TypeMeta{Kind: "PartialObjectMetadata", APIVersion: metav1.SchemeGroupVersion.String()}
	return partial
}
